"""Timed pieces of speech (subtitle cues, recogniser segments) into one text with turns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from db.records import Reading, SpokenWord, Turn, Word
from pipeline.readers.speakers import cast, unify

GAP = 2.0
"""Seconds of silence that end a turn after a finished sentence."""
LONG_GAP = 5.0
"""Seconds of silence that end a turn anywhere."""
ENOUGH = 45.0
"""Seconds after which a turn ends with its sentence, so that a quote can find its second."""
TOO_LONG = 90.0
"""Seconds after which a turn ends with any cue."""
NOTES = 12
"""Repairs that are told one by one."""
SENTENCE_END = re.compile(r"[.!?…][»”\"’')\]\s]*$")


@dataclass(frozen=True, slots=True)
class Cue:
    """One timed piece. ``label`` is the written speaker; ``words`` are there only when each was timed;
    ``turn`` marks an announced change of speaker; ``line`` is the line in the file, from 1."""

    start_time: float
    end_time: float
    text: str
    label: str | None = None
    words: tuple[SpokenWord, ...] = ()
    turn: bool = False
    line: int = 0
    confidence: float = 1.0


def assemble(cues: Iterable[Cue], notes: Sequence[str] = (), language: str | None = None) -> Reading:
    """Join cues into turns of one speaker, at most about a minute long; a turn is a line of the text."""
    kept = [replace(cue, text=" ".join(cue.text.split())) for cue in cues]
    kept = [cue for cue in kept if cue.text]
    labels = unify(cue.label for cue in kept if cue.label)
    lines: list[str] = []
    turns: list[Turn] = []
    position = 0
    for group in _groups(kept, labels):
        turn, line = _turn(group, position, labels)
        turns.append(turn)
        lines.append(line)
        position += len(line) + 1
    return Reading(
        "\n".join(lines), "transcript", tuple(turns), cast(labels, {}), language, notes=_few(notes)
    )


def _few(notes: Sequence[str]) -> tuple[str, ...]:
    more = len(notes) - NOTES
    return tuple(notes) if more <= 0 else (*notes[:NOTES], f"{more} more repairs of this kind were made.")


def _groups(cues: Sequence[Cue], labels: dict[str, str]) -> Iterable[list[Cue]]:
    group: list[Cue] = []
    for cue in cues:
        if group and _breaks(group, cue, labels):
            yield group
            group = []
        group.append(cue)
    if group:
        yield group


def _breaks(group: Sequence[Cue], cue: Cue, labels: dict[str, str]) -> bool:
    last = group[-1]
    if cue.turn or labels.get(last.label or "") != labels.get(cue.label or ""):
        return True
    gap = cue.start_time - max(c.end_time for c in group[-3:])
    length = last.end_time - group[0].start_time
    if gap > LONG_GAP or length > TOO_LONG:
        return True
    return bool(SENTENCE_END.search(last.text)) and (gap > GAP or length > ENOUGH)


def _turn(group: Sequence[Cue], start: int, labels: dict[str, str]) -> tuple[Turn, str]:
    words: list[Word] = []
    position = start
    for cue in group:
        words.extend(locate(cue, position))
        position += len(cue.text) + 1
    line = " ".join(cue.text for cue in group)
    timed = all(cue.words for cue in group)
    turn = Turn(
        start,
        start + len(line),
        labels.get(group[0].label or ""),
        min(cue.start_time for cue in group),
        max(cue.end_time for cue in group),
        min(cue.confidence for cue in group),
        tuple(words) if timed else (),
    )
    return turn, line


def locate(cue: Cue, offset: int) -> list[Word]:
    """The timed words of a cue as slices; words that its text does not hold are left out."""
    found, position = [], 0
    for word in cue.words:
        written = word.text.strip()
        at = cue.text.find(written, position) if written else -1
        if at < 0:
            continue
        position = at + len(written)
        start = offset + at
        found.append(Word(start, offset + position, word.start_time, word.end_time, word.probability))
    return found


def unroll(cues: Sequence[Cue], shown: Sequence[Sequence[str]]) -> tuple[list[Cue], int]:
    """Undo rolling captions, where each cue shows the last lines of the one before again.

    ``shown`` are the lines of each cue as the viewer sees them, without markup. Only when a third of
    the cues roll, some with a line of their own, so that a repeated « Oui. » stays twice. Returns the
    cues with fresh lines and the number of lines taken out.
    """
    overlaps = [0]
    for i in range(1, len(cues)):
        near = cues[i].start_time <= cues[i - 1].end_time + 0.5
        overlaps.append(_overlap(shown[i - 1], shown[i]) if near else 0)
    partial = sum(0 < n < len(lines) for n, lines in zip(overlaps, shown, strict=True))
    if partial < 2 or sum(map(bool, overlaps)) * 3 < len(cues) - 1:
        return list(cues), 0
    fresh = [replace(cue, text=_tail(cue, n)) for cue, n in zip(cues, overlaps, strict=True)]
    return [cue for cue in fresh if cue.text], sum(overlaps)


def _overlap(before: Sequence[str], after: Sequence[str]) -> int:
    for size in range(min(len(before), len(after)), 0, -1):
        if list(before[-size:]) == list(after[:size]):
            return size
    return 0


def _tail(cue: Cue, skip: int) -> str:
    return "\n".join(cue.text.split("\n")[skip:])


def in_order(cues: Sequence[Cue]) -> tuple[list[Cue], list[str]]:
    """Repair times by one rule: a cue that ends before it starts has its times swapped, cues are sorted
    by start, a cue that repeats the one before (times and words) is dropped. Each repair leaves a note."""
    notes, repaired = [], []
    for cue in cues:
        if cue.end_time < cue.start_time:
            notes.append(f"Line {cue.line}: the cue ended before it began; its times were swapped.")
            cue = replace(cue, start_time=cue.end_time, end_time=cue.start_time)
        repaired.append(cue)
    ordered = sorted(repaired, key=lambda cue: cue.start_time)
    if ordered != repaired:
        notes.append("The cues were not in order of time; they have been sorted.")
    kept: list[Cue] = []
    for cue in ordered:
        if kept and _same(kept[-1], cue):
            notes.append(f"Line {cue.line}: the cue repeats the one before and was left out.")
            continue
        kept.append(cue)
    return kept, notes


def _same(one: Cue, other: Cue) -> bool:
    return (one.start_time, one.end_time, one.text, one.label) == (
        other.start_time, other.end_time, other.text, other.label,
    )  # fmt: skip
