"""Pairs quotation marks: « », “ ”, „ “, ‹ ›, straight ", << >>, nested, mixed, unclosed, over paragraphs.

A quotation without closer in its paragraph stays open only if a later paragraph closes it before any new
opener; otherwise it ends with its own paragraph. What had to be mended is said in ``Marked.repairs``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from db.records import Slice
from pipeline.quotes.layout import paragraphs

MARK = re.compile(r"<<|>>|''|[«»“”„‹›\"]")
OPENING = frozenset(("«", "“", "„", "‹", "<<"))
CLOSING = frozenset(("»", "”", "›", ">>"))
PARTNERS = {"«": "»", "“": "”", "„": "“", "‹": "›", "<<": ">>", '"': '"', "''": "''", "”": "”"}
STRAIGHT_OPENER = re.compile(r"(?:^|[\s(’'«])\"(?=\S)", re.MULTILINE)
REACH = 12
INCISE = re.compile(r", ?(?:[a-zà-ÿ’']+ ){0,2}[a-zà-ÿ]+(?:-t)?-(?:il|elle)\b")
HEADING = re.compile(r"\s*[A-ZÀ-Þ][\w’'-]+(?: [\w’'-]+){0,4} ?: ?[«“\"]?")


@dataclass(frozen=True, slots=True)
class Marked:
    """A marked passage. ``start`` and ``end`` bound the words between the marks, without outer spaces;
    ``outer`` includes the marks. ``depth`` 0 is the outermost. ``repairs``: ``unclosed``,
    ``mixed_closer``, ``shared_closer``, ``several_paragraphs``, ``missing_opener``."""

    start: int
    end: int
    outer: Slice
    depth: int
    opener: str
    repairs: tuple[str, ...] = ()


@dataclass(slots=True)
class Mark:
    """One mark in the text. ``way``: +1 opens, -1 closes, 0 either."""

    start: int
    end: int
    text: str
    way: int
    paragraph: int
    line_start: bool = False


@dataclass(slots=True)
class _Open:
    mark: Mark
    depth: int
    repairs: list[str] = field(default_factory=list)


def find_marked(text: str) -> tuple[Marked, ...]:
    """Every marked passage of ``text``, outer before inner, in order of start."""
    lines = paragraphs(text)
    marks = list(read_marks(text, lines))
    return tuple(sorted(_Pairing(text, lines, marks).run(), key=lambda m: (m.outer.start, m.depth)))


def read_marks(text: str, lines: list[Slice]) -> Iterator[Mark]:
    """The quotation marks of each paragraph with their likely direction."""
    for number, line in enumerate(lines):
        for m in MARK.finditer(text, line.start, line.end):
            first = not text[line.start : m.start()].strip()
            way = direction(text, m, line)
            if way is not None:
                yield Mark(m.start(), m.end(), m.group(), way, number, first)


def direction(text: str, m: re.Match[str], line: Slice) -> int | None:
    """+1, -1 or 0 for the mark ``m``; ``None`` when it is no quotation mark (inches, 12\")."""
    before = text[m.start() - 1] if m.start() > line.start else " "
    after = text[m.end()] if m.end() < line.end else " "
    opens = (before.isspace() or before in "([{—–-/'’«“.:") and not after.isspace() and after not in ",.;:!?)"
    closes = not before.isspace() and (after.isspace() or not (after.isalnum() or after == "_"))
    mark = m.group()
    if mark in ("“", "”"):
        if mark == "“":
            return -1 if closes and not opens and before.isalnum() else 1
        return 1 if opens and not closes else -1
    if mark in OPENING:
        return 1
    if mark in CLOSING:
        return -1
    if mark == '"' and before.isdigit() and closes:
        return 0 if STRAIGHT_OPENER.search(text, line.start, m.start()) else None
    if mark == "''" and not (opens or closes):
        return None
    return int(opens) - int(closes)


class _Pairing:
    """Walks the marks once with a stack of open quotations."""

    def __init__(self, text: str, lines: list[Slice], marks: list[Mark]) -> None:
        self.text, self.lines, self.marks = text, lines, marks
        self.open: list[_Open] = []
        self.found: list[Marked] = []

    def run(self) -> list[Marked]:
        for number, mark in enumerate(self.marks):
            if self.open and self.open[-1].mark.paragraph != mark.paragraph:
                self.turn_paragraph(number, mark)
            if mark.way > 0 or (mark.way == 0 and not self.closes_something(mark)):
                self.push(mark)
            elif self.open:
                if not (mark.line_start and mark.paragraph != self.open[-1].mark.paragraph):
                    self.close(mark)
            elif mark.text != '"':
                self.invent_opener(mark)
        while self.open:
            self.end_with_paragraph(self.open.pop())
        return self.found

    def turn_paragraph(self, number: int, mark: Mark) -> None:
        """Apply the paragraph rule to everything still open before ``mark``."""
        far = mark.paragraph - self.open[0].mark.paragraph > REACH
        closes = mark.way < 0 or (mark.way == 0 and self.closes_something(mark))
        between = range(self.open[-1].mark.paragraph + 1, mark.paragraph + 1)
        named = any(HEADING.match(self.text, self.lines[i].start, self.lines[i].end) for i in between)
        if (closes or self.closed_in(number, mark)) and not far and not named:
            while len(self.open) > 1:
                inner = self.open.pop()
                self.end_with_paragraph(inner)
            return
        while self.open:
            self.end_with_paragraph(self.open.pop())

    def closed_in(self, number: int, mark: Mark) -> bool:
        """True when the very next paragraph nests a quotation, then closes once more than it opened."""
        if mark.line_start or mark.way < 1 or mark.paragraph != self.open[-1].mark.paragraph + 1:
            return False
        level = 0
        for other in self.marks[number:]:
            if other.paragraph != mark.paragraph or other.way == 0:
                return False
            level += other.way
            if level < 0:
                return True
        return False

    def closes_something(self, mark: Mark) -> bool:
        return any(o.mark.text in (mark.text, "«", "“", "<<") for o in self.open)

    def push(self, mark: Mark) -> None:
        self.open.append(_Open(mark, len(self.open)))

    def close(self, mark: Mark) -> None:
        """Close the open quotation that ``mark`` fits best: its own partner, else the innermost."""
        fits = [i for i, o in enumerate(self.open) if PARTNERS.get(o.mark.text) == mark.text]
        target = fits[-1] if fits else len(self.open) - 1
        while len(self.open) > target + 1:
            inner = self.open.pop()
            inner.repairs.append("shared_closer")
            self.finish(inner, mark.start, mark.start)
        current = self.open.pop()
        if not fits:
            current.repairs.append("mixed_closer")
        if current.mark.paragraph != mark.paragraph:
            current.repairs.append("several_paragraphs")
        self.finish(current, mark.start, mark.end)

    def end_with_paragraph(self, current: _Open) -> None:
        """An unclosed quotation ends where its paragraph ends, or shares the closer of the one inside it."""
        end = self.lines[current.mark.paragraph].end
        if told := self.told_before_next(current):
            current.repairs.append("unclosed")
            self.found = [
                replace(m, depth=m.depth - 1) if m.outer.start > told and m.depth > current.depth else m
                for m in self.found
            ]
            self.finish(current, told, told)
            return
        shared = self.shared_closer(current)
        current.repairs.append("shared_closer" if shared else "unclosed")
        if shared:
            self.found = [m for m in self.found if m is not shared]
            self.finish(current, shared.end, shared.outer.end)
            self.found.append(shared)
        else:
            self.finish(current, end, end)

    def told_before_next(self, current: _Open) -> int | None:
        """Where « A, sourit-elle. Puis elle précise : « B » loses its first closer: before the comma of the
        incise, when narration up to a colon leads from there to the next opener."""
        inner = [m for m in self.found if m.depth == current.depth + 1 and m.outer.start > current.mark.start]
        if not inner or not self.text[: inner[0].outer.start].rstrip().endswith(":"):
            return None
        m = INCISE.search(self.text, current.mark.end, inner[0].outer.start)
        return m.start() if m and "." in self.text[m.end() : inner[0].outer.start] else None

    def shared_closer(self, current: _Open) -> Marked | None:
        """The inner quotation that ends the sentence, when one closer stands for both (French usage)."""
        line = self.lines[current.mark.paragraph]
        inner = [m for m in self.found if m.depth == current.depth + 1 and m.outer.start > current.mark.start]
        if not inner or inner[-1].outer.end > line.end:
            return None
        rest = self.text[inner[-1].outer.end : line.end].strip()
        return (
            inner[-1]
            if not rest.strip(" .,;!?)…") or re.match(r", ?[a-zà-ÿ]+(?:-t)?-(?:il|elle)\b", rest)
            else None
        )

    def invent_opener(self, mark: Mark) -> None:
        """A closer without opener: the quotation starts after « Name : » if its paragraph starts so."""
        line = self.lines[mark.paragraph]
        heading = HEADING.match(self.text, line.start, line.end)
        taken = any(m.outer.end > line.start for m in self.found)
        if heading and not taken and heading.end() < mark.start:
            opened = Mark(heading.end(), heading.end(), "", 1, mark.paragraph)
            self.finish(_Open(opened, 0, ["missing_opener"]), mark.start, mark.end)

    def finish(self, current: _Open, end: int, outer_end: int) -> None:
        """Record the passage unless nothing is left between its marks."""
        start = current.mark.end
        while start < end and self.text[start].isspace():
            start += 1
        while end > start and self.text[end - 1].isspace():
            end -= 1
        if start < end:
            outer = Slice(current.mark.start, max(outer_end, end))
            self.found.append(
                Marked(start, end, outer, current.depth, current.mark.text, tuple(current.repairs))
            )
