"""Whole sentences a summary may be built from: exact slices, each weighed by how well it stands alone."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from db.records import Appearance, Session, Slice, Turn
from pipeline.engines import Tagged
from pipeline.summaries.numbers import Number, numbers
from pipeline.words import body_of, content, language_data, language_of, words

_STOP = re.compile(r"[.!?…]+[\"»”’')\]]*(?=\s|$)")
_LINE = re.compile(r"[^\n]+")
_MARKUP = re.compile(
    r"https?://|www\.|^\s*(?:[QA]\d{0,2}\s?[:.]\s|#|[-*•>|]|\d+[.)]\s|\[|\(|\*\*)|</?\w|\]\(|`|\\_|\$\$|_{2,}|\.{4,}|--|@\w"
)
_ASKED = re.compile(r"[ \t*_>-]*Q(?:uestion)?\s?\d{0,2}\s?[:.][ *_]")
_QUOTES = {"«": "»", "“": "”"}
_TRIM = ' \t\u00a0\u202f«»“”"-–—'
_SHORTEST, _LONGEST = 7, 48
_DANGLING, _WEAK, _RUN_ON, _CONCLUSION, _FIGURE = 0.35, 0.5, 0.8, 1.4, 1.15
_DOUBTFUL, _LONG_WORD, _SPOILT = 0.5, 6, 0.7
"""A word under this probability and at least this long leaves a sentence this share of its worth."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence: ``text[start:end]``, who says it (``None``: narration), the words that carry its
    subject (stems), how many words it has, a weight from 0 to about 1.7, and whether it announces a
    conclusion."""

    start: int
    end: int
    label: str | None
    stems: frozenset[str]
    length: int
    weight: float
    concludes: bool = False


@lru_cache(maxsize=16)
def _cues(language: str, field: str) -> re.Pattern[str]:
    patterns = language_data(language, "summaries")[field]
    return re.compile("|".join(f"(?:{p})" for p in patterns), re.IGNORECASE)


@lru_cache(maxsize=4)
def _abbreviation(language: str) -> re.Pattern[str]:
    listed = "|".join(re.escape(a) for a in language_data(language, "summaries")["abbreviations"])
    return re.compile(rf"(?:\b(?:{listed})|\b[A-Z]|\.\.)\.$")


def split_sentences(text: str, start: int, end: int, language: str) -> Iterator[Slice]:
    """Slices of the sentences of ``text[start:end]``, line by line, trimmed of spaces.

    A full stop after an abbreviation or before a small letter does not end a sentence; a question mark
    or a full stop inside an open quotation does not either.
    """
    for line in _LINE.finditer(text, start, end):
        begin = line.start()
        for stop in _STOP.finditer(text, line.start(), line.end()):
            rest = text[stop.end() : line.end()].lstrip(" \t\u00a0\u202f»”\"'")
            small = bool(rest) and rest[0].islower()
            short = _abbreviation(language).search(text, begin, stop.end()) is not None
            if small or (short and rest) or _open_quote(text, begin, stop.end()):
                continue
            yield from _trimmed(text, begin, stop.end())
            begin = stop.end()
        yield from _trimmed(text, begin, line.end())


def _trimmed(text: str, start: int, end: int) -> Iterator[Slice]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        yield Slice(start, end)


def _open_quote(text: str, start: int, end: int) -> bool:
    piece = text[start:end]
    return any(piece.count(left) > piece.count(right) for left, right in _QUOTES.items())


def _balanced(piece: str) -> bool:
    pairs = all(piece.count(left) == piece.count(right) for left, right in _QUOTES.items())
    return pairs and piece.count('"') % 2 == 0 and piece.count("(") == piece.count(")")


def _own(text: str, at: Slice) -> Slice:
    """The sentence without the quotation marks that wrap it whole or hang on one side."""
    start, end = at.start, at.end
    if not _balanced(text[start:end]) or text[start] in "«“":
        inner = text[start:end].strip(_TRIM)
        if inner and _balanced(inner) and inner in text[start:end]:
            start += text[start:end].index(inner)
            end = start + len(inner)
    return Slice(start, end)


def passages(session: Session) -> list[tuple[int, int, str | None]]:
    """Stretches of the body with who says them: the quotations of prose and the prose around them, or turns.

    Only labels of the session's appearances are kept; other speech counts as narration.
    """
    body = body_of(session)
    known = {a.label for a in session.appearances}
    if session.form == "prose" or not session.turns:
        spoken = [q for q in session.quotes if q.kind == "quoted" and q.label in known]
        quoted = [(q.start, q.end, q.label) for q in spoken]
        return [(body.start, body.end, None), *quoted]
    said = [t for t in session.turns if t.end > body.start and t.start < body.end]
    return [(t.start, t.end, t.label if t.label in known else None) for t in said]


def candidates(session: Session, tagged: Tagged) -> list[Candidate]:
    """Every sentence of the session fit for a summary, in order of speech.

    Left out: questions (whole lines that begin "Q:" too), greetings, thanks and hand-overs, headings,
    addresses and markup, pieces without a finite verb, sentences under 7 or over 48 words. A sentence of a
    prose quotation appears once as its speaker's; narration that overlaps it stands beside it without label.
    """
    verbs = [t.start for t in tagged.tokens if _finite(t.pos, t.morph)]
    subjects = [t.start for t in tagged.tokens if "subj" in t.dep and tagged.tokens[t.head].dep == "ROOT"]
    found: dict[tuple[int, int, str | None], Candidate] = {}
    for start, end, label in passages(session):
        for at in split_sentences(session.text, start, end, language_of(session)):
            kept = _candidate(session, _own(session.text, at), label, verbs)
            if kept is not None and not _any_within(subjects, kept):
                kept = replace(kept, weight=kept.weight * _WEAK)
            if kept is not None:
                found[(kept.start, kept.end, label)] = kept
    return sorted(found.values(), key=lambda c: (c.start, c.end))


def _any_within(starts: list[int], at: Candidate) -> bool:
    first = bisect_left(starts, at.start)
    return first < len(starts) and starts[first] < at.end


def _finite(pos: str, morph: str) -> bool:
    return pos in ("VERB", "AUX") and "VerbForm=Inf" not in morph and "VerbForm=Part" not in morph


def _candidate(session: Session, at: Slice, label: str | None, verbs: list[int]) -> Candidate | None:
    text, language = session.text, language_of(session)
    sentence = text[at.start : at.end]
    plain = sentence.replace("’", "'").replace("\u00a0", " ").replace("\u202f", " ")
    terms = words(text, language, at.start, at.end)
    if not _SHORTEST <= len(terms) <= _LONGEST or not _well_formed(plain):
        return None
    if _cues(language, "courtesy").search(plain) or _ASKED.match(text, text.rfind("\n", 0, at.start) + 1):
        return None
    concludes = _cues(language, "conclusion").search(plain) is not None
    first = bisect_left(verbs, at.start)
    if not concludes and (first >= len(verbs) or verbs[first] >= at.end):
        return None
    stems = frozenset(t.stem for t in content(terms, language))
    if len(stems) < 3:
        return None
    weight = _weight(plain, language) * _heard(session, at) * (_CONCLUSION if concludes else 1.0)
    return Candidate(at.start, at.end, label, stems, len(terms), weight, concludes)


def _well_formed(plain: str) -> bool:
    if "?" in plain or _MARKUP.search(plain) or not _balanced(plain):
        return False
    whole = plain.rstrip("»”\"') ").endswith((".", "!", "…")) or plain.endswith(("»", "”"))
    first = plain.lstrip("«“\"' ")[:1]
    return whole and (first.isupper() or first.isdigit())


def _weight(plain: str, language: str) -> float:
    opening = plain.lstrip("«“\"' ")
    weight = _DANGLING if _cues(language, "dangling").search(opening) else 1.0
    if "..." in opening or "…" in opening[:-1]:
        weight *= _WEAK
    if ";" in opening:
        weight *= _RUN_ON
    if any(_figure(n) for n in numbers(plain, language)):
        weight *= _FIGURE
    return weight


def _figure(number: Number) -> bool:
    """A share, an amount or a count worth telling; not a year, a rank or a small count."""
    if number.unit in ("%", "times", "EUR", "USD", "GBP"):
        return True
    return number.unit == "" and float(number.value) >= 100 and not 1900 <= float(number.value) <= 2100


def _heard(session: Session, at: Slice) -> float:
    """How well a sentence was heard, 1.0 for text: what was poorly heard is not a summary."""
    turn = _turn_at(session.turns, at)
    if turn is None:
        return 1.0
    heard = [w for w in turn.words if w.start >= at.start and w.end <= at.end]
    spoilt = sum(w.probability < _DOUBTFUL and w.end - w.start >= _LONG_WORD for w in heard)
    mean = sum(w.probability for w in heard) / len(heard) if heard else 1.0
    return float(mean * _SPOILT**spoilt)


def _turn_at(turns: tuple[Turn, ...], at: Slice) -> Turn | None:
    return next((t for t in turns if t.words and t.start <= at.start < t.end), None)


def speakers(session: Session) -> list[Appearance]:
    """Appearances in the order in which they first speak or are quoted."""
    first: dict[str | None, int] = {}
    spoken = [(t.label, t.start) for t in session.turns] + [(q.label, q.start) for q in session.quotes]
    for label, start in spoken:
        first[label] = min(first.get(label, start), start)
    said = [a for a in session.appearances if a.label in first and a.part != "author"]
    return sorted(said, key=lambda a: first[a.label])
