"""Whole sentences of spoken turns: cut at their stops, without headings, markup or stage directions.

A sentence ends at . ! ? or … before a new start, never after an abbreviation; where a recogniser wrote
no stops for a long stretch, the tagger's sentence starts are taken. A stretch that ends without a stop
is not a whole sentence unless its turn ends with it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from db.records import Slice
from pipeline.words import language_data

_STOP = re.compile(r"[.!?…]+[»”\"')\]]*(?=\s|$)")
_MARKUP_LINE = re.compile(
    r"\s*(?:#|[<>|*`~=•◦▪]|[-–—]\s|\d{1,3}[.)]\s|\[[^\]]*\]|\(\(|https?:|www\.|!\[|\S+:$|\$\$)"
)
_MARKUP = re.compile(
    r"https?:|www\.|</?\w+[^>]*>|<\w+:|`|\]\(|\[\d*\]|\(\(|\)\)|\*\*|__|\\\w|[{}|=<>#~^_$]{2,}"
    r"|\w+_\w+|\w+\(\)|\w+\.\w+\(|@\w|\S+\.(?:org|com|net|io|md|py|pdf)\b|\[[^\]]*\]|->|=>|;\s*$|\s=\s"
)
_BROKEN = re.compile(
    r"(?:^|\s)#{1,6}(?:\s|$)|\.\.|--|…\s\w|\w{3}[.!?] [a-zà-ÿ]|[.!?]\w{2,}\s|\?\?|\(\?\)|\n\s*\n"
)
_DIRECTION = re.compile(r"[\[(*♪][^\])*]{0,40}[\])*♪]")
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of turn ``turn`` at position ``place`` of it: slice, words, whether it ends in a stop.

    ``run`` numbers stretches without a break; only neighbours of one run may be joined.
    """

    start: int
    end: int
    turn: int
    place: int
    run: int
    words: int
    closed: bool


@lru_cache(maxsize=4)
def _abbreviation(language: str) -> re.Pattern[str]:
    """Matches text that ends in an abbreviation or an initial."""
    listed = "|".join(re.escape(a) for a in language_data(language, "passages")["shape"]["abbreviations"])
    return re.compile(rf"(?:(?<!\w)(?i:{listed})|(?<![\w'])[A-Z])\.$")


def runs(text: str, start: int, end: int) -> Iterator[Slice]:
    """Stretches of plain words between blank lines, headings, lists and other marked lines."""
    begin = None
    stop = start
    for line in re.finditer(r"[^\n]*\n?", text[start:end]):
        first, last = start + line.start(), start + len(line.group().rstrip()) + line.start()
        plain = line.group().strip() and not _MARKUP_LINE.match(line.group())
        if plain:
            begin = first if begin is None else begin
            stop = last
        elif begin is not None:
            yield Slice(begin, stop)
            begin = None
    if begin is not None:
        yield Slice(begin, stop)


def _ends(text: str, run: Slice, language: str, starts: Sequence[int]) -> Iterator[int]:
    """Ends of the sentences of a run."""
    begin = run.start
    for stop in _STOP.finditer(text, run.start, run.end):
        rest = text[stop.end() : min(run.end, stop.end() + 4)].lstrip(" \n\t«“\"'")
        small = bool(rest) and rest[0].islower()
        if small or _abbreviation(language).search(text, max(begin, stop.end() - 12), stop.end()):
            continue
        yield from _long(text, begin, stop.end(), starts)
        yield stop.end()
        begin = stop.end()
    if text[begin : run.end].strip():
        yield from _long(text, begin, run.end, starts)
        yield run.end


def _long(text: str, start: int, end: int, starts: Sequence[int]) -> Iterator[int]:
    """Further ends inside a stretch too long to be one sentence, from the tagger's sentence starts."""
    if len(text[start:end].split()) <= _LONGEST:
        return
    yield from starts[bisect_right(starts, start + 1) : bisect_left(starts, end)]


def sentences(text: str, turns: Sequence[Slice], language: str, starts: Sequence[int]) -> list[Sentence]:
    """Sentences of the turns (slices of ``text``), trimmed of blanks; ``starts`` are the tagger's."""
    found: list[Sentence] = []
    for number, turn in enumerate(turns):
        place = 0
        for run_number, run in enumerate(runs(text, turn.start, turn.end)):
            begin = run.start
            for end in _ends(text, run, language, starts):
                first, last = _trimmed(text, begin, end)
                begin = end
                if last > first:
                    words = len(text[first:last].split())
                    closed = text[last - 1] in ".!?…»”\"')" or last >= turn.end
                    found.append(Sentence(first, last, number, place, run_number, words, closed))
                    place += 1
    return found


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The slice without blanks and leading dashes."""
    while start < end and (text[start].isspace() or text[start] in "-–—•"):
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def presentable(sentence: str) -> bool:
    """Whether a passage is free of markup, addresses, code, stage directions and broken-off words."""
    if _MARKUP.search(sentence) or _DIRECTION.match(sentence):
        return False
    if _BROKEN.search(sentence):
        return False
    letters = sum(c.isalpha() or c in " ',’" for c in sentence)
    return letters >= 0.85 * len(sentence) and not sentence.rstrip("»”\"' ").endswith(
        (":", ",", "..", "—", "-")
    )
