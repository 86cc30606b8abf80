"""Ranked lists of passages by different evidence, each cut short rather than late, and their fusion.

Fusion is reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009) with its usual constant 60.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlite_utils import Database

from db.faults import ArchiveBusy, ArchiveError
from db.folding import words_of
from db.search_filters import QUOTE_OVERLAPS, Condition, spoken_or_quoted
from db.search_query import Query

FUSION = 60
COUNTED = 10_000
# A term in more passages than this says little, and ranking them all would take too long.
RANKED = 20_000
_NAMESAKES = 8
_TITLED = 10
_OPENING = 3
_STEPS_BETWEEN_LOOKS = 2_000
_SESSIONS_AT_ONCE = 8
# Headings and asides come after passages that say something.
_TELLING_LENGTH = 100
_MOST_SESSIONS_AT_ONCE = 512


@dataclass(slots=True)
class Clock:
    """The time left to one search; ``cut`` becomes true when it ran out."""

    deadline: float
    cut: bool = False


@contextmanager
def timed(db: Database, seconds: float) -> Iterator[Clock]:
    """Interrupt this connection's statements once ``seconds`` are over."""
    clock = Clock(time.monotonic() + seconds)
    db.conn.set_progress_handler(lambda: time.monotonic() > clock.deadline, _STEPS_BETWEEN_LOOKS)
    try:
        yield clock
    finally:
        db.conn.set_progress_handler(None, 0)


@contextmanager
def readable() -> Iterator[None]:
    """Turn what SQLite raises while searching into ArchiveBusy or ArchiveError."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise ArchiveBusy(
                "The archive is in use by another process: search again in a moment."
            ) from error
        raise ArchiveError(f"The search index cannot be read ({error}): run `florilege check`.") from error


def rows(db: Database, clock: Clock, sql: str, parameters: Sequence[object]) -> list[tuple[Any, ...]]:
    """Rows of a query, as many as time allows."""
    found: list[tuple[Any, ...]] = []
    if clock.cut:
        return found
    try:
        for row in db.conn.execute(sql, parameters):
            found.append(row)
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        clock.cut = True
    return found


def ids(db: Database, clock: Clock, sql: str, parameters: Sequence[object]) -> list[int]:
    """First column of a query, as far as time allows."""
    return [row[0] for row in rows(db, clock, sql, parameters)]


@dataclass(slots=True)
class Words:
    """Passages by their words: ids best first, how many match, and by which MATCH string."""

    found: list[int] = field(default_factory=list)
    total: int = 0
    exact: bool = True
    match: str = ""
    loosened: bool = False


def by_words(db: Database, clock: Clock, query: Query, condition: Condition, depth: int) -> Words:
    """Rank by BM25 the passages that hold all terms or, when there is none, some of them."""
    if not query.terms:
        return Words()
    strict = _matching(db, clock, query.all_of(), condition, depth, query.phrases)
    if strict.found or clock.cut or (len(query.terms) == 1 and not query.phrases):
        return strict
    loose = _matching(db, clock, _telling(db, clock, query.loosened()).any_of(), condition, depth, ())
    loose.loosened = bool(loose.found)
    return loose


def _telling(db: Database, clock: Clock, query: Query) -> Query:
    """The query less its terms too common to be worth ranking by, but for one when all are."""
    matches = [(term, term.match(query.languages)) for term in query.terms]
    rare = [term for term, match in matches if _count(db, clock, match, Condition(), RANKED) < RANKED]
    return replace(query, terms=tuple(rare) or query.terms[:1])


def _matching(
    db: Database,
    clock: Clock,
    match: str,
    condition: Condition,
    depth: int,
    phrases: Sequence[tuple[str, ...]],
) -> Words:
    total = _count(db, clock, match, condition, COUNTED + 1)
    if not total:
        return Words(match=match)
    found = ids(db, clock, *_ranked_sql(match, condition, depth))
    if phrases:
        found = _holding(db, clock, found, phrases)
        total = len(found)
    return Words(found, min(total, COUNTED), total <= COUNTED and not (phrases and total == depth), match)


def _ranked_sql(match: str, condition: Condition, depth: int) -> tuple[str, tuple[object, ...]]:
    if not condition.sql:
        sql = "SELECT rowid FROM passage_fts WHERE passage_fts MATCH ? ORDER BY rank LIMIT ?"
        return sql, (match, depth)
    sql = f"""SELECT p.id FROM passage_fts CROSS JOIN passage p ON p.id = passage_fts.rowid
              WHERE passage_fts MATCH ? {condition.clause} ORDER BY passage_fts.rank LIMIT ?"""
    return sql, (match, *condition.parameters, depth)


def _count(db: Database, clock: Clock, match: str, condition: Condition, most: int) -> int:
    join = "CROSS JOIN passage p ON p.id = passage_fts.rowid" if condition.sql else ""
    sql = f"""SELECT count(*) FROM (SELECT 1 FROM passage_fts {join}
              WHERE passage_fts MATCH ? {condition.clause} LIMIT ?)"""
    return (ids(db, clock, sql, (match, *condition.parameters, most)) or [0])[0]


def _holding(
    db: Database, clock: Clock, found: Sequence[int], phrases: Sequence[tuple[str, ...]]
) -> list[int]:
    """The passages whose folded words hold each phrase word for word."""
    sql = """SELECT p.id, substr(t.text, p.start + 1, p."end" - p.start) FROM passage p
             JOIN transcript t ON t.id = p.transcript_id WHERE p.id IN (SELECT value FROM json_each(?))"""
    wanted = [f" {' '.join(phrase)} " for phrase in phrases]
    kept = set()
    for passage, text in rows(db, clock, sql, (json.dumps(found),)):
        words = " ".join(["", *(word for _, _, word in words_of(text)), ""])
        if all(phrase in words for phrase in wanted):
            kept.add(passage)
    return [passage for passage in found if passage in kept]


@dataclass(frozen=True, slots=True)
class People:
    """Persons a query seems to name, the words that name them, and whether a whole name was given."""

    persons: tuple[int, ...] = ()
    words: frozenset[str] = frozenset()
    whole: bool = False


def people_named(db: Database, clock: Clock, query: Query) -> People:
    """Persons whose name or alias stands in the query or, failing that, holds all its words."""
    keys = query.name_keys()
    marks = ", ".join("?" * len(keys))
    exact = ids(db, clock, f"SELECT folded FROM alias WHERE folded IN ({marks})", keys) if keys else []
    if exact:
        longest = max((str(name) for name in exact), key=lambda name: (name.count(" "), len(name)))
        sql = "SELECT DISTINCT person_id FROM alias WHERE folded = ?"
        return People(tuple(ids(db, clock, sql, (longest,))), frozenset(longest.split()), True)
    if not query.terms or any(term.exact for term in query.terms):
        return People()
    words = [word for term in query.terms for word in term.words]
    match = " AND ".join(f'"{word}"' for word in words)
    sql = f"SELECT DISTINCT person_id FROM alias_fts WHERE alias_fts MATCH ? LIMIT {_NAMESAKES + 1}"
    found = ids(db, clock, sql, (match,))
    return People(tuple(found), frozenset(words)) if len(found) <= _NAMESAKES else People()


def by_person(
    db: Database, clock: Clock, query: Query, people: People, condition: Condition, depth: int
) -> list[int]:
    """Passages spoken by, or quoting, the persons named, those on the rest of the query only if any."""
    if not people.persons:
        return []
    theirs = condition.also(
        spoken_or_quoted("person_id", len(people.persons)), *people.persons, *people.persons
    )
    rest = query.without(people.words)
    if rest.terms:
        found = by_words(db, clock, rest, theirs, depth).found
        if found:
            return found
    return newest(db, clock, theirs, depth, people.persons)


def by_title(db: Database, clock: Clock, query: Query, condition: Condition) -> list[int]:
    """First passages of the sessions whose title holds all the words."""
    words = [word for term in query.terms for word in term.words]
    if not words:
        return []
    match = " AND ".join(
        "(" + " OR ".join(f'"{w}" *' for w in dict.fromkeys((word, _ligatured(word)))) + ")" for word in words
    )
    sql = f"SELECT rowid FROM title_fts WHERE title_fts MATCH ? ORDER BY rank LIMIT {_TITLED}"
    openings = f"""SELECT p.id FROM passage p WHERE p.session_id = ? {condition.clause}
                   ORDER BY p.start LIMIT {_OPENING}"""
    titled = ids(db, clock, sql, (match,))
    return [
        passage
        for session in titled
        for passage in ids(db, clock, openings, (session, *condition.parameters))
    ]


def _ligatured(word: str) -> str:
    return word.replace("oe", "œ").replace("ae", "æ")


def newest(
    db: Database, clock: Clock, condition: Condition, depth: int, persons: Sequence[int] = ()
) -> list[int]:
    """Passages of the newest sessions first, in each session those that hold the best quotes.

    ``persons`` spares looking at sessions where none of them appears.
    """
    marks = ", ".join("?" * len(persons))
    theirs = (
        f"WHERE id IN (SELECT session_id FROM appearance WHERE person_id IN ({marks}))" if persons else ""
    )
    by_date = f"SELECT id FROM session {theirs} ORDER BY date IS NULL, date DESC, id DESC"
    sessions = ids(db, clock, by_date, tuple(persons))
    found: list[int] = []
    some = _SESSIONS_AT_ONCE
    while sessions and len(found) < depth and not clock.cut:
        batch, sessions = sessions[:some], sessions[some:]
        some = min(2 * some, _MOST_SESSIONS_AT_ONCE)
        sql = f"""SELECT p.id FROM passage p JOIN session s ON s.id = p.session_id
                  WHERE p.session_id IN ({", ".join("?" * len(batch))}) {condition.clause}
                  ORDER BY s.date IS NULL, s.date DESC, s.id DESC,
                    (SELECT max(q.score) FROM quote q WHERE {QUOTE_OVERLAPS}) DESC,
                    p."end" - p.start < {_TELLING_LENGTH}, p.start LIMIT ?"""
        found += ids(db, clock, sql, (*batch, *condition.parameters, depth - len(found)))
    return found


def count_all(db: Database, clock: Clock, condition: Condition) -> int:
    """How many passages the filters allow."""
    sql = f"SELECT count(*) FROM passage p WHERE TRUE {condition.clause}"
    return (ids(db, clock, sql, condition.parameters) or [0])[0]


def fuse(lists: Sequence[tuple[Sequence[int], float]]) -> dict[int, float]:
    """Sum of ``weight / (60 + rank)`` over ranked lists, for every id."""
    scores: dict[int, float] = {}
    for ranked, weight in lists:
        for rank, passage in enumerate(ranked, 1):
            scores[passage] = scores.get(passage, 0.0) + weight / (FUSION + rank)
    return scores


def with_quotes(db: Database, clock: Clock, scores: Mapping[int, float], bonus: float) -> dict[int, float]:
    """The same scores, those of passages holding a quote multiplied by ``bonus``."""
    sql = f"""SELECT p.id FROM passage p WHERE p.id IN (SELECT value FROM json_each(?))
              AND EXISTS (SELECT 1 FROM quote q WHERE {QUOTE_OVERLAPS})"""
    quoted = set(ids(db, clock, sql, (json.dumps(list(scores)),)))
    return {passage: score * (bonus if passage in quoted else 1.0) for passage, score in scores.items()}
