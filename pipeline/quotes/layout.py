"""Paragraphs, narration, sentences and words of a prose text: the ground the rules stand on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from db.records import Slice

OPENERS = "«“„‹"
CLOSERS = "»”›"
STRAIGHT = '"'
MARKS = OPENERS + CLOSERS + STRAIGHT
WORD = re.compile(r"\w+(?:[-‑]\w+)*['’]?|[^\w\s]")
ABBREVIATIONS = re.compile(r"\b(?:M|MM|Mr|Mrs|Ms|Dr|Pr|Me|Mgr|St|Ste|av|art|etc|cf|p|vol|n|[A-ZÀ-Þ])\.$")
SENTENCE_END = re.compile(r"[.!?…]+[»”\"\s)\]]*(?=\s|$)")


@dataclass(frozen=True, slots=True)
class W:
    """A word or punctuation mark of narration: slice, text as written and ``low`` (lower case, straight
    apostrophe)."""

    start: int
    end: int
    text: str
    low: str


def paragraphs(text: str) -> list[Slice]:
    """Every line of ``text`` that is not blank, without its line end."""
    return [Slice(m.start(), m.end()) for m in re.finditer(r"[^\n]*\S[^\n]*", text)]


def words(text: str, start: int, end: int) -> list[W]:
    """Words and punctuation of ``text[start:end]``; « l'avocat » gives ``l'`` and ``avocat``, and
    « explique-t-il » stays one word."""
    return [
        W(m.start(), m.end(), m.group(), m.group().lower().replace("’", "'").replace("‑", "-"))
        for m in WORD.finditer(text, start, end)
    ]


def mask(text: str, spans: Sequence[Slice]) -> str:
    """``text`` with the inside of every span blanked, offsets kept; the last mark of a sentence stays."""
    parts: list[str] = []
    at = 0
    for span in spans:
        inside = text[span.start : span.end]
        kept = inside.rstrip()[-1:] if inside.rstrip()[-1:] in ".!?…" else ""
        blank = re.sub(r"[^\n]", "_", inside)
        if kept:
            place = len(inside.rstrip()) - 1
            blank = blank[:place] + kept + blank[place + 1 :]
        parts += [text[at : span.start], blank]
        at = span.end
    return "".join([*parts, text[at:]])


def sentences(masked: str, paragraph: Slice) -> list[Slice]:
    """Sentences of a paragraph of masked text. A full stop before a lower-case word, or after an
    abbreviation, ends nothing."""
    found: list[Slice] = []
    start = paragraph.start
    for m in SENTENCE_END.finditer(masked, paragraph.start, paragraph.end):
        follow = masked[m.end() : paragraph.end].lstrip()
        before = masked[start : m.start() + 1]
        if (
            not follow
            or follow[0].islower()
            or follow[0] in CLOSERS
            or (m.group()[0] == "." and ABBREVIATIONS.search(before))
        ):
            continue
        if m.group().strip() in (".", "…", "...") or not follow[0].islower():
            found.append(Slice(start, m.end()))
            start = m.end()
    if masked[start : paragraph.end].strip():
        found.append(Slice(start, paragraph.end))
    return found


def containing(slices: Sequence[Slice], position: int) -> int:
    """Index of the slice that holds ``position`` (the last that starts at or before it; 0 if none)."""
    low, high = 0, len(slices)
    while low < high:
        middle = (low + high) // 2
        if slices[middle].start <= position:
            low = middle + 1
        else:
            high = middle
    return max(low - 1, 0)
