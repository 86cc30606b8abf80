"""Markdown talks and articles: front matter, blocks as turns, "Q:" / "A:" and "Name:" inside the body."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from db.records import Appearance, GivenSpeaker, Reading, Slice, Turn
from pipeline.readers.dialogue import (
    Head,
    Line,
    head_of,
    heads_of,
    is_dialogue,
    lines_of,
    read_dialogue,
    trim,
)
from pipeline.readers.front_matter import FrontMatter, read_front_matter
from pipeline.readers.lexicon import fold, lexicon
from pipeline.readers.speakers import cast, is_name_like, unify

FENCE = re.compile(r"^\s{0,3}(```+|~~~+)")
SILENT = re.compile(r"^\s{0,3}(#{1,6}(\s|$)|>|\{\{[<%]|<!--|\||!\[|-{3,}\s*$|\*{3,}\s*$|_{3,}\s*$|={3,}\s*$)")
UNDERLINED = re.compile(r"^[^\n]+\n\s{0,3}(=+|-{2,})\s*$")
URL = re.compile(
    r"<?https?://\S+|\[[^\]\n]{0,300}\]\([^)\n]{0,500}\)|<a\s[^>]{0,500}>[^<]{0,300}</a>",
    re.IGNORECASE | re.DOTALL,
)
UNSURE = 0.6
"""Confidence of the only speaker's label on an unsigned paragraph that follows a question."""
REPEATED = 3
"""Times a name must open a paragraph to be a speaker in a body that is not a dialogue."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list or code block; ``silent`` when nobody speaks it."""

    start: int
    end: int
    silent: bool


def read_markdown(text: str) -> Reading:
    """Front matter into fields, the body into turns; ``body`` is the text after the front matter."""
    front = read_front_matter(text) or FrontMatter(0)
    body = Slice(front.end, len(text))
    if is_dialogue(text, body) and not _only_questions(text, body, front):
        reading = read_dialogue(text, body, front.speakers)
    else:
        reading = _talk(text, body, front)
    return replace(
        reading,
        language=front.language,
        title=front.title,
        date=front.date,
        event=front.event,
        edition=front.edition,
        media=front.media,
        tags=front.tags,
        speakers=front.speakers,
        notes=front.notes,
        room=front.room,
        track=front.track,
        appearances=_with_evidence(text, front.end, reading.appearances),
    )


def _only_questions(text: str, body: Slice, front: FrontMatter) -> bool:
    """ "Q:" and "A:" all along, and one announced speaker to answer."""
    known = lexicon().questions | lexicon().answers
    heads = heads_of(lines_of(text, body), front.speakers)
    return len(front.speakers) == 1 and all(_is(head, known) for head in heads)


def _with_evidence(text: str, end: int, appearances: Sequence[Appearance]) -> tuple[Appearance, ...]:
    """Rest every given name without evidence on where the front matter writes it."""
    found = []
    for one in appearances:
        at = text.find(one.name, 0, end) if one.name and not one.evidence else -1
        found.append(replace(one, evidence=(Slice(at, at + len(one.name or "")),)) if at >= 0 else one)
    return tuple(found)


def _talk(text: str, body: Slice, front: FrontMatter) -> Reading:
    blocks = blocks_of(text, body)
    heads = [None if b.silent else head_of(_first_line(text, b), i) for i, b in enumerate(blocks)]
    labels = _labels(heads, front.speakers)
    turns = tuple(_signed(text, blocks, heads, labels, front))
    spoken = {turn.label for turn in turns}
    asked = any(head and _is(head, lexicon().questions) for head in heads)
    signed = front.transcript or front.speakers or labels or asked
    used = {form: label for form, label in labels.items() if label in spoken}
    used |= {one.name: one.name for one in front.speakers if one.name in spoken}
    evidence: dict[str, Slice] = {}
    for head in heads:
        if head and head.name in used and used[head.name] not in {s.name for s in front.speakers}:
            evidence.setdefault(used[head.name], head.written)
    appearances = cast(used, evidence, front.speakers)
    return Reading(text, "transcript" if signed else "prose", turns, appearances, body=body)


def blocks_of(text: str, span: Slice) -> list[Block]:
    """Blocks apart by blank lines; a fenced code block is one, whatever it holds."""
    blocks: list[Block] = []
    start: int | None = None
    fence: str | None = None
    position = span.start
    for raw in text[span.start : span.end].split("\n"):
        mark = FENCE.match(raw)
        if fence is None and mark:
            _close(text, blocks, start, position)
            start, fence = position, mark[1]
        elif fence is not None and raw.strip().startswith(fence) and not raw.strip().strip(fence[0]):
            blocks.append(Block(start or 0, position + len(raw), True))
            start = fence = None
        elif fence is None and (not raw.strip() or (SILENT.match(raw) and not UNDERLINED.match(f"x\n{raw}"))):
            _close(text, blocks, start, position)
            start = None
            if raw.strip():
                blocks.append(Block(position, position + len(raw), True))
        elif start is None:
            start = position
        position += len(raw) + 1
    _close(text, blocks, start, span.end, bool(fence))
    return blocks


def _close(text: str, blocks: list[Block], start: int | None, end: int, silent: bool = False) -> None:
    if start is None:
        return
    turn = trim(text, Turn(start, end))
    if turn.end > turn.start:
        written = text[turn.start : turn.end]
        blocks.append(
            Block(turn.start, turn.end, silent or bool(UNDERLINED.match(written)) or _is_links(written))
        )


def _is_links(written: str) -> bool:
    """A link list or « slides: https://… »: links with at most eight other words per link."""
    links = URL.findall(written)
    rest = URL.sub(" ", written)
    wordy = len(re.findall(r"\w+", rest))
    return bool(links) and wordy <= 8 * len(links) and not re.search(r"[a-zà-ÿ][.!?…]\s", rest)


def _first_line(text: str, block: Block) -> Line:
    end = text.find("\n", block.start, block.end)
    stop = block.end if end < 0 else end
    return Line(block.start, stop, text[block.start : stop])


def _labels(heads: Sequence[Head | None], given: Sequence[GivenSpeaker]) -> dict[str, str]:
    """Labels of the written names that are announced speakers or come back; never of "Q" and "A"."""
    names = [h.name for h in heads if h and not _is(h, lexicon().questions) and not _is(h, lexicon().answers)]
    labels = unify(names, given)
    counts = Counter(labels[name] for name in names)
    announced = {one.name for one in given}
    return {
        name: label
        for name, label in labels.items()
        if label in announced or (counts[label] >= REPEATED and (is_name_like(name) or " " not in name))
        if fold(name) not in lexicon().not_speakers
    }


def _is(head: Head, words: frozenset[str]) -> bool:
    return fold(head.name) in words


def _signed(
    text: str,
    blocks: Sequence[Block],
    heads: Sequence[Head | None],
    labels: dict[str, str],
    front: FrontMatter,
) -> list[Turn]:
    only = front.speakers[0].name if len(front.speakers) == 1 else None
    answered = any(head and _is(head, lexicon().answers) for head in heads)
    asking, begun, named = False, False, None
    turns: list[Turn] = []
    for block, head in zip(blocks, heads, strict=True):
        if block.silent or (not begun and _is_caption(text[block.start : block.end], front)):
            turns.append(Turn(block.start, block.end))
            asking, named = asking and not block.silent, None
            continue
        begun = True
        start, label, confidence = block.start, named or only, 1.0
        if head and _is(head, lexicon().questions):
            start, label, asking, named = head.words, None, True, None
        elif head and _is(head, lexicon().answers):
            start, label, asking, named = head.words, only, False, None
        elif head and head.name in labels:
            start, label, asking = head.words, labels[head.name], labels[head.name] != only
            named = labels[head.name]
        elif asking and not named:
            label, confidence = (None, 1.0) if answered else (only, UNSURE)
        turns.append(trim(text, Turn(start, block.end, label, confidence=confidence)))
    return [turn for turn in turns if turn.end > turn.start]


def _is_caption(written: str, front: FrontMatter) -> bool:
    """Before the talk: its title, its speakers or another short line that is not a sentence."""
    short = len(written.split()) <= 14 and written.rstrip("*_ ")[-1:] not in ".!?…»”"
    names = any(fold(one.name) in fold(written) and len(written.split()) <= 14 for one in front.speakers)
    return short or names or (front.title is not None and fold(front.title) == fold(written))
