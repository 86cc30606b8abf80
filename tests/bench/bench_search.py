"""Search over generated turns: p95 by kind of query, and against the bare FTS5 statement.

    python tests/bench/bench_search.py [--turns 100000] [--vectors]

Turns are drawn from a Zipf distribution over French stop words and made-up words, forty words each, two
hundred turns a session. The bare statement is the one FTS5 query with its texts, without names,
titles, quotes, totals or highlights.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from sqlite_utils import Database

from db.connection import open_archive, transaction
from db.folding import stopwords
from db.records import Appearance, Quote, Session, Source, Turn
from db.search import Filters, missing_vectors, save_vectors, search
from db.search_query import read_query
from db.sessions import add_session
from db.store import project

TURNS_A_SESSION = 200
DIMENSION = 384
_BARE = """
SELECT p.id, substr(t.text, p.start + 1, p."end" - p.start), s.title
FROM passage_fts f JOIN passage p ON p.id = f.rowid JOIN transcript t ON t.id = p.transcript_id
JOIN session s ON s.id = p.session_id WHERE passage_fts MATCH ? ORDER BY f.rank LIMIT 20
"""


def vocabulary(chance: random.Random, size: int = 30_000) -> list[str]:
    """Stop words first, then words made of syllables: a Zipf rank for each."""
    syllables = [c + v for c in "bcdfglmnprstv" for v in ("a", "e", "i", "o", "u", "ou", "an", "é")]
    made = {"".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(size)}
    return [*sorted(stopwords("fr")), *sorted(made, key=lambda _: chance.random())]


def sessions(turns: int, words: list[str], chance: random.Random) -> Iterator[Session]:
    """Sessions of two hundred turns by four of a thousand people, one turn in ten quoted."""
    ranks = np.cumsum(1 / np.arange(3, len(words) + 3))
    names = [f"{w.title()} {v.title()}" for w, v in zip(words[500:1500], words[1500:2500], strict=True)]
    for number in range(turns // TURNS_A_SESSION):
        people = chance.sample(names, 4)
        said = []
        for _ in range(TURNS_A_SESSION):
            drawn = chance.choices(words, cum_weights=ranks.tolist(), k=40)
            said.append(" ".join(drawn).capitalize() + ".")
        text, made, quotes = "\n".join(said), [], []
        start = 0
        for position, words_said in enumerate(said):
            end = start + len(words_said)
            name = people[position % 4]
            made.append(Turn(start, end, name, float(position)))
            if position % 10 == 0:
                quotes.append(
                    Quote(start, end, words_said, name, "spoken", "bench", 1.0, score=chance.random())
                )
            start = end + 1
        source = Source(f"{number:064x}", f"{number}.txt", "text", len(text), f"originals/{number}")
        yield Session(
            0,
            f"Session {' '.join(chance.sample(words[300:5000], 3))}",
            source,
            "transcript",
            event="Forum",
            edition=f"Forum {2000 + number % 25}",
            date=f"{2000 + number % 25}-03-{1 + number % 28:02d}",
            language="fr",
            text=text,
            turns=tuple(made),
            quotes=tuple(quotes),
            appearances=tuple(Appearance(name, name, confidence=1.0) for name in people),
        )


def fill(db: Database, turns: int, words: list[str], chance: random.Random) -> float:
    """Store all sessions and return the seconds it took."""
    began = time.perf_counter()
    for session in sessions(turns, words, chance):
        with transaction(db):
            number = add_session(db, session)
            fields = {name: getattr(session, name) for name in session.__slots__}
            project(db, Session(**{**fields, "id": number}))
    return time.perf_counter() - began


def queries(db: Database, words: list[str], chance: random.Random) -> dict[str, list[str]]:
    """Forty queries of each kind."""
    names = [row[0] for row in db.conn.execute("SELECT name FROM person ORDER BY random() LIMIT 40")]
    rare, usual, common = words[2000:8000], words[400:2000], words[300:400]
    pick = chance.choice
    return {
        "one word": [pick(rare) for _ in range(40)],
        "one common word": [pick(common) for _ in range(40)],
        "two words": [f"{pick(usual)} {pick(common)}" for _ in range(40)],
        "question": [f"Qu'est-ce que la {pick(usual)} de nos {pick(rare)} ?" for _ in range(40)],
        "phrase": [f'"{pick(common)} de"' for _ in range(40)],
        "name": names,
        "name and word": [f"{name} {pick(common)}" for name in names],
        "stop word": [pick(["le", "de", "et", "avec"]) for _ in range(40)],
        "nothing": [""] * 40,
    }


def milliseconds(ask: Callable[[str], object], asked: list[str]) -> list[float]:
    """Wall time of each query, in ms, after one unmeasured round of three."""
    for query in asked[:3]:
        ask(query)
    times = []
    for query in asked:
        began = time.perf_counter()
        ask(query)
        times.append(1000 * (time.perf_counter() - began))
    return times


def p95(times: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(times, n=20)[-1]


def report(db: Database, asked: dict[str, list[str]], **more: object) -> None:
    """Print median and p95 of each kind, ours against the bare statement."""
    ours_all: list[float] = []
    bare_all: list[float] = []
    for kind, texts in asked.items():
        ours = milliseconds(lambda text: search(db, text, **more), texts)  # type: ignore[arg-type]
        line = f"{kind:16} p50 {statistics.median(ours):7.1f} ms  p95 {p95(ours):7.1f} ms"
        if kind != "nothing":
            bare = milliseconds(lambda text: db.conn.execute(_BARE, (_match(text),)).fetchall(), texts)
            line += f"   bare p95 {p95(bare):7.1f} ms  ratio {sum(ours) / sum(bare):5.2f}"
            bare_all += bare
            ours_all += ours
        print(line)
    print(f"{'all words':16} p95 {p95(ours_all):.1f} ms, bare {p95(bare_all):.1f} ms, ", end="")
    print(f"ratio of sums {sum(ours_all) / sum(bare_all):.2f}")


def _match(text: str) -> str:
    query = read_query(text)
    return query.all_of()


def main() -> None:
    """Fill an archive, then ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=100_000)
    parser.add_argument("--vectors", action="store_true", help="also time hybrid search on random vectors")
    arguments = parser.parse_args()
    chance = random.Random(7)
    words = vocabulary(chance)
    with tempfile.TemporaryDirectory() as folder:
        db = open_archive(Path(folder))
        seconds = fill(db, arguments.turns, words, chance)
        size = (Path(folder) / "florilege.db").stat().st_size / 1e6
        print(f"{arguments.turns} turns stored in {seconds:.0f} s, {size:.0f} MB")
        asked = queries(db, words, chance)
        report(db, asked)
        within = milliseconds(
            lambda text: search(db, text, Filters(event="Forum", kind="quotes")), asked["two words"]
        )
        print(f"{'filtered':16} p50 {statistics.median(within):7.1f} ms  p95 {p95(within):7.1f} ms")
        if arguments.vectors:
            hybrid(db, asked)


def hybrid(db: Database, asked: dict[str, list[str]]) -> None:
    """Give every passage a random vector and time fused search."""
    noise = np.random.default_rng(7)
    while missing := missing_vectors(db, "noise", 20_000):
        vectors = noise.normal(size=(len(missing), DIMENSION)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        save_vectors(
            db, "noise", [(passage, vector) for (passage, _), vector in zip(missing, vectors, strict=True)]
        )
    query = noise.normal(size=DIMENSION)
    for kind in ("one word", "two words", "question"):
        times = milliseconds(lambda text: search(db, text, query_vector=query, model="noise"), asked[kind])
        print(f"hybrid {kind:9} p50 {statistics.median(times):7.1f} ms  p95 {p95(times):7.1f} ms")


if __name__ == "__main__":
    main()
