"""Transcripts written as "Name: words": recognised by their heads, read as turns with labels.

A head is the start of a line that names who speaks. Layouts: ``Name: words``, ``**Name** : words``,
``[00:12:31] Name: words``, ``Name (00:12): words``, ``Name  0:12`` alone above its words (Otter, Rev),
``NAME — words`` and ``Name<TAB>words``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from db.records import GivenSpeaker, Reading, Slice, Turn
from pipeline.readers.lexicon import fold, lexicon
from pipeline.readers.speakers import cast, is_anonymous, is_full_name, is_name_like, split_role, unify

TIME = r"(?:\d{1,3}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
LEAD = rf"(?:[-–—•*>]{{1,2}}\s+)?(?:>>\s*)?(?:[\[(]?(?P<before>{TIME})[\])]?\s*(?:[-–—]\s*)?)?"
NAME = r"(?P<name>[^\W\d_][^:\t\n<>«»\"“”()\[\]!?;…*|/]{0,69}?)"
AFTER = rf"(?:\s*[\[(](?P<after>{TIME})[\])]|\s+(?P<bare>{TIME}))"
PAREN = r"(?:\s*[\[(](?P<paren>[^)\]\n:]{1,60})[\])])?"
BOLD = r"(?:\*\*|__)?"
COLON = re.compile(
    rf"^\s*{LEAD}{BOLD}{LEAD.replace('before', 'inner')}{NAME}{PAREN}{AFTER}?\s*{BOLD}\s*"
    rf"(?::{BOLD}(?=\s|$|«|“|\")|\t)"
    rf"(?:\s*[\[(]?(?P<late>{TIME})[\])]?(?=\s|$))?"
)
ALONE = re.compile(rf"^\s*{BOLD}\[?{NAME}\]?{PAREN}{AFTER}\s*:?{BOLD}\s*$")
DASH = re.compile(rf"^\s*{LEAD}(?:\*\*{NAME}\*\*|{NAME.replace('?P<name>', '?P<caps>')})\s*[-–—]\s")
STAMP = re.compile(rf"^\s*[\[(]?(?P<stamp>{TIME})[\])]?(?:\s*(?:-->|[-–—])\s*[\[(]?{TIME}[\])]?)?\s*$")
TIMES = ("before", "inner", "after", "bare", "late")
CLOCK = 6 * 3600.0
"""Seconds: a transcript whose first time is later shows the time of day, not of the recording."""
HEADING = re.compile(r"^\s{0,3}(#{1,6}\s|```|~~~|(?:-{3,}|\*{3,}|_{3,})\s*$)")
QUOTE_OPENERS = '«“"„'
SPOKEN_END = '.!?…»”")—-'


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its newline, as a slice of the text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a turn: where the name is written, as what, and where the words begin."""

    line: int
    name: str
    written: Slice
    words: int
    time: float | None


def seconds(written: str) -> float:
    """``1:02:03.5`` or ``02:03`` as seconds."""
    total = 0.0
    for part in written.replace(",", ".").split(":"):
        total = total * 60 + float(part)
    return total


def lines_of(text: str, span: Slice) -> list[Line]:
    """The lines that hold something, between ``span.start`` and ``span.end``."""
    found = []
    start = span.start + text.startswith("\ufeff", span.start, span.end)
    for raw in text[start : span.end].split("\n"):
        if raw.strip("\ufeff \t\xa0\f\v"):
            found.append(Line(start, start + len(raw), raw))
        start += len(raw) + 1
    return found


def head_of(line: Line, number: int) -> Head | None:
    """The head at the start of a line, if it can be one; names are judged later, all together."""
    match = COLON.match(line.text) or ALONE.match(line.text) or DASH.match(line.text)
    if match is None:
        return None
    group = match.groupdict()
    key = "name" if group.get("name") else "caps"
    if key == "caps" and not (group["caps"] or "").isupper():
        return None
    name = group[key].strip()
    time = next((group[k] for k in TIMES if group.get(k)), None)
    paren = group.get("paren")
    shown = f"{name} ({paren})" if paren else name
    start = line.start + match.start(key)
    return Head(
        number,
        shown,
        Slice(start, start + len(name)),
        line.start + match.end(),
        seconds(time) if time else None,
    )


def heads_of(lines: Sequence[Line], given: Sequence[GivenSpeaker] = ()) -> list[Head]:
    """The heads whose names hold together: full names, voices, given speakers, or names that come back."""
    found = [head for i, line in enumerate(lines) if (head := head_of(line, i))]
    labels = unify((h.name for h in found), given)
    counts = Counter(labels[h.name] for h in found)
    announced = {g.name for g in given}
    back = any(n >= 2 for n in counts.values())
    person = any(n >= 2 and is_full_name(label) for label, n in counts.items())
    return [
        h for h in found if labels[h.name] in announced or _speaks(h, counts[labels[h.name]], back, person)
    ]


def _speaks(head: Head, count: int, back: bool, person: bool) -> bool:
    """``count``: how often this name opens a line; ``back``: whether any name comes back; ``person``:
    whether a full name does, beside which a paper or a house may speak."""
    name = split_role(head.name)[0]
    if not is_name_like(name):
        if fold(name) in lexicon().not_speakers:
            return False
        if len(name.split()) == 1:
            return count >= 3
        return person and name[0].isupper() and count >= 2 and len(name.split()) <= 4
    if is_full_name(name) or head.time is not None or count >= 2:
        return True
    return is_anonymous(name) or back


def is_dialogue(text: str, span: Slice | None = None) -> bool:
    """True when most lines belong to repeated speakers; an article with a few colons, attributed
    quotations (« Nom : « … » ») and lists of ``key: value`` are not dialogues."""
    lines = lines_of(text, span or Slice(0, len(text)))
    heads = heads_of(lines)
    if len(heads) < 2 or heads[0].line > max(8, len(lines) // 4):
        return False
    words = [text[h.words : lines[h.line].end].strip() for h in heads]
    if sum(w[:1] in tuple(QUOTE_OPENERS) for w in words if w) * 2 >= len(heads):
        return False
    labels = unify(h.name for h in heads)
    counts = Counter(labels[h.name] for h in heads)
    return _spoken(heads, lines, words) and _covers(heads, lines, counts)


def _spoken(heads: Sequence[Head], lines: Sequence[Line], words: Sequence[str]) -> bool:
    """Speech has sentences: half of the turns end like one or run over eight words."""
    said = [w or _next_line(lines, h) for w, h in zip(words, heads, strict=True)]
    return 2 * sum((w[-1:] in SPOKEN_END and bool(w)) or len(w.split()) >= 8 for w in said) >= len(said)


def _next_line(lines: Sequence[Line], head: Head) -> str:
    following = lines[head.line + 1 : head.line + 2]
    return following[0].text.strip() if following else ""


def _covers(heads: Sequence[Head], lines: Sequence[Line], counts: Counter[str]) -> bool:
    share = len(heads) / sum(not STAMP.match(line.text) for line in lines[heads[0].line :])
    alone = sum(h.words >= lines[h.line].end for h in heads)
    share = share * 2 if alone * 2 > len(heads) else share
    repeated = sum(n >= 2 for n in counts.values())
    if not repeated:
        return share > 0.99 and len(counts) >= 2 and all(is_full_name(h.name) for h in heads)
    if share >= 0.4:
        return True
    return share >= 0.12 and len(heads) >= 4 and repeated >= 2


def read_dialogue(text: str, span: Slice, given: Sequence[GivenSpeaker] = ()) -> Reading:
    """Turns and appearances of a dialogue between ``span.start`` and ``span.end``.

    Lines before the first head, headings and what follows them unsigned are turns without label.
    """
    lines = lines_of(text, span)
    heads = heads_of(lines, given)
    labels = unify((h.name for h in heads), given)
    evidence: dict[str, Slice] = {}
    for head in heads:
        evidence.setdefault(labels[head.name], head.written)
    turns = _turns(text, lines, {h.line: h for h in heads}, labels)
    return Reading(
        text, "transcript", timed(turns), cast(labels, evidence, given), speakers=tuple(given), body=span
    )


def _turns(text: str, lines: Sequence[Line], heads: dict[int, Head], labels: dict[str, str]) -> list[Turn]:
    turns: list[Turn] = []
    current: Turn | None = None
    pending: float | None = None
    for number, line in enumerate(lines):
        head = heads.get(number)
        stamp = STAMP.match(line.text)
        if stamp:
            pending = seconds(stamp["stamp"])
        elif head is not None:
            time = pending if head.time is None else head.time
            current, pending = Turn(head.words, line.end, labels[head.name], time), None
            turns.append(current)
        elif pending is not None and current is not None:
            current, pending = Turn(line.start, line.end, current.label, pending), None
            turns.append(current)
        elif HEADING.match(line.text) or current is None:
            current = None
            turns.append(Turn(line.start, line.end))
        else:
            current = turns[-1] = Turn(current.start, line.end, current.label, current.start_time)
    trimmed = (trim(text, turn) for turn in turns)
    return [turn for turn in trimmed if turn.end > turn.start]


def trim(text: str, turn: Turn) -> Turn:
    """The same turn without blanks at its ends."""
    start, end = turn.start, turn.end
    while start < end and (text[start].isspace() or text[start] == "\ufeff"):
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Turn(start, end, turn.label, turn.start_time, turn.end_time, turn.confidence, turn.words)


def timed(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """Close each turn that has a start at the next start; times that run backwards or are those of a
    clock are left out."""
    starts = [t.start_time for t in turns if t.start_time is not None]
    if starts != sorted(starts) or (starts and starts[0] >= CLOCK):
        return tuple(Turn(t.start, t.end, t.label, confidence=t.confidence) for t in turns)
    closed = []
    for turn, following in zip_longest(turns, turns[1:]):
        end = following.start_time if following and turn.start_time is not None else None
        closed.append(Turn(turn.start, turn.end, turn.label, turn.start_time, end, turn.confidence))
    return tuple(closed)
