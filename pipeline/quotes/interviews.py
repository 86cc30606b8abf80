"""Reads interviews set as questions and answers without quotation marks.

A text is one when at least three questions stand as paragraphs of their own, it says that it is an interview
(a phrase, bold questions or initials before the answers), its introduction names one interviewee, and its
answers speak in the first person. Anything less sure is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from db.records import Slice
from pipeline.quotes.cast import Cast, Figure
from pipeline.quotes.layout import paragraphs, words
from pipeline.quotes.lexicon import Lexicon
from pipeline.quotes.marks import Marked
from pipeline.quotes.names import fold

DECORATION = " \t\u00a0*_#—–-•>"
BOLD = re.compile(r"\s*(?:\*\*|__|#{1,6} )")
LABEL = re.compile(
    r"\s*(?:\*\*|__)?((?:[A-ZÀ-Þ][\w’'-]*\.?[ \u00a0]?-?){1,4})(?:\*\*|__)?[ \u00a0]?(?::|[–—])[ \u00a0]"
)
LONGEST_QUESTION = 350
FEWEST = 3


@dataclass(frozen=True, slots=True)
class Interview:
    """Who answers, and the paragraphs (labels left out) that are answers."""

    interviewee: Figure
    answers: tuple[Slice, ...]


def read_interview(
    text: str, cast: Cast, marked: Sequence[Marked], announced: Figure | None, lexicon: Lexicon
) -> Interview | None:
    """The interview that ``text`` is, or ``None``. ``announced``: whom « entretien avec » names."""
    lines = paragraphs(text)
    asked = [i for i, line in enumerate(lines) if is_question(text[line.start : line.end])]
    if len(asked) < FEWEST or (asked[0] == 0 and announced is None):
        return None
    person = announced or introduced(text, cast, lines[asked[0]].start, lexicon)
    if person is None:
        return None
    answers = [a for a in answer_lines(text, lines, asked, lexicon) if not covered(a, marked)]
    kept = tuple(s for a in answers if (s := without_label(text, a, person)) is not None)
    labelled = sum(s.start > a.start for s, a in zip(kept, answers, strict=False))
    bold = sum(bool(BOLD.match(text, lines[i].start)) for i in asked)
    low = text.lower().replace("’", "'")
    said = any(p in low for p in (*lexicon["interview"], *lexicon["interview_marks"]))
    if not (said or bold >= FEWEST or labelled >= FEWEST) or len(kept) < FEWEST:
        return None
    named = any(r.figure is person for s in kept for r in cast.within(s.start, s.end))
    told = [s for s in kept if first_person(text, s, lexicon)]
    return Interview(person, kept) if not named and 2 * len(told) >= len(kept) else None


def is_question(line: str) -> bool:
    """A short paragraph that is one question (bold lines may end with … or a full stop)."""
    bare = line.strip(DECORATION)
    if not bare or len(bare) > LONGEST_QUESTION or bare[0] in '«“"':
        return False
    return bare.endswith("?") or (
        bool(BOLD.match(line)) and line.rstrip().endswith("**") and bare[-1] in ".…"
    )


def introduced(text: str, cast: Cast, end: int, lexicon: Lexicon) -> Figure | None:
    """The one person whom the introduction names in full, credits and objects of « par » aside."""
    found: dict[int, Figure] = {}
    for ref in cast.within(0, end):
        before = words(text, max(ref.start - 40, 0), ref.start)
        credited = any(w.low in ("par", "by", "recueillis") for w in before[-2:])
        if ref.figure.kind == "person" and " " in ref.figure.name and not credited:
            found[id(ref.figure)] = ref.figure
    people = list(found.values())
    with_role = [f for f in people if f.role]
    return people[0] if len(people) == 1 else with_role[0] if len(with_role) == 1 else None


def answer_lines(text: str, lines: list[Slice], asked: list[int], lexicon: Lexicon) -> list[Slice]:
    """Paragraphs under a question: headings and credits left out, nothing after a heading at the end."""
    found: list[Slice] = []
    for i in range(asked[0] + 1, len(lines)):
        line = text[lines[i].start : lines[i].end].strip()
        bare = line.strip(DECORATION)
        if i in asked or bare.lower().replace("’", "'").startswith(tuple(lexicon["credits"])):
            continue
        if not bare or bare[-1] not in '.!?…»”")':
            if i > asked[-1] + 1:
                break
            continue
        found.append(
            Slice(lines[i].start, lines[i].start + len(text[lines[i].start : lines[i].end].rstrip()))
        )
    return found


def covered(line: Slice, marked: Sequence[Marked]) -> bool:
    """True when more than half of a paragraph stands between quotation marks."""
    inside = sum(max(0, min(m.end, line.end) - max(m.start, line.start)) for m in marked if m.depth == 0)
    return 2 * inside > line.end - line.start


def without_label(text: str, line: Slice, person: Figure) -> Slice | None:
    """The answer without « Marie Dupont : » or « M. D. : »; ``None`` when the label names somebody else."""
    start = line.start
    while start < line.end and text[start] in DECORATION:
        start += 1
    m = LABEL.match(text, line.start, line.end)
    if m:
        label = fold(m.group(1).replace(".", " ")).split()
        name = re.findall(r"\w+", fold(person.name))
        initials = [n[0] for n in name]
        if set(label) <= set(name) or "".join(label) == "".join(initials):
            start = m.end()
        elif len(label) <= 2 and all(len(part) == 1 for part in label):
            return None
    return Slice(start, line.end)


def first_person(text: str, line: Slice, lexicon: Lexicon) -> bool:
    """True when a paragraph says I or we."""
    return any(w.low in lexicon["first_person"] for w in words(text, line.start, line.end))
