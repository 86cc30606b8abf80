"""Print who was named and what was chosen as quotable, to be read as a journalist would.

``python tests/bench/choices.py FILE…``: a talk in Markdown with front matter, "Name: words" text, or a
JSON dialogue as in ``tests/data/people``. Figures and texts only; nothing is asserted.
"""

from __future__ import annotations

import json
import re
import sys
import time
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from db.records import GivenSpeaker, Session, Slice, Source, Turn  # noqa: E402
from pipeline.engines.language import SpacyTagger  # noqa: E402
from pipeline.people import name_speakers  # noqa: E402
from pipeline.quotes.passages import quotable  # noqa: E402


def of_markdown(path: Path) -> Session:
    """An unlabelled talk; its announced speakers are read from the list in its front matter."""
    text = path.read_text(encoding="utf-8")
    front = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    start = front.end() if front else 0
    listed = re.search(r"speakers:\n((?:\s+- .*\n?)+)", front.group(1) + "\n") if front else None
    names = re.findall(r"- (.+)", listed.group(1)) if listed else []
    blocks = re.finditer(r"[^\n]+(?:\n[^\n]+)*", text[start:])
    turns = tuple(Turn(start + b.start(), start + b.end()) for b in blocks)
    return _session(path, text, turns, "en", tuple(GivenSpeaker(n.strip()) for n in names), start)


def of_dialogue(path: Path) -> Session:
    """A JSON dialogue of (label, text) turns."""
    case = json.loads(path.read_text(encoding="utf-8"))
    text, turns = "", []
    for label, said in case["turns"]:
        words = said if isinstance(said, str) else "".join(word[0] for word in said).strip()
        turns.append(Turn(len(text), len(text) + len(words), label))
        text += words + "\n\n"
    given = tuple(GivenSpeaker(name) for name in case.get("given", ()))
    return _session(path, text, tuple(turns), case["language"], given, 0)


def _session(
    path: Path, text: str, turns: tuple[Turn, ...], language: str, given: tuple[GivenSpeaker, ...], start: int
) -> Session:
    source = Source("0" * 64, path.name, "text", len(text), str(path))
    return Session(
        1, path.stem, source, "transcript", language=language, text=text, turns=turns,
        given_speakers=given, body=Slice(start, len(text)),
    )  # fmt: skip


def report(path: Path, tagger: SpacyTagger) -> None:
    """Print names, seconds and passages of one file."""
    session = of_dialogue(path) if path.suffix == ".json" else of_markdown(path)
    tagged = tagger.tag(session.text, session.language or "fr")
    begin = time.process_time()
    session = replace(session, appearances=name_speakers(session, tagger, tagged))
    middle = time.process_time()
    quotes = quotable(session, tagger, tagged=tagged)
    end = time.process_time()
    words = len(session.text.split())
    print(f"\n=== {path.name}: {words} words, names {middle - begin:.2f} s, passages {end - middle:.2f} s")
    for who in session.appearances:
        place = f"{who.role} | {who.organisation} | {who.part}"
        print(f"  {who.label}: {who.name} | {place} {who.confidence} {who.rule}")
    for quote in quotes:
        print(f"  [{quote.score:.2f} {quote.confidence:.2f} {quote.label}: {', '.join(quote.reasons)}]")
        print(f"    {quote.text}")


if __name__ == "__main__":
    shared = SpacyTagger()
    for name in sys.argv[1:]:
        report(Path(name), shared)
