"""What search is asked and what it answers: frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from db.records import Slice

How = Literal["words", "words+meaning", "meaning", "recent"]
"""Which evidence the ranking rests on; ``recent``: no words were given, newest and best first."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What hits are limited to. Dates are ISO 8601, inclusive, and may stop at the year or month.

    ``theme`` is a slug, ``organisation`` is matched whatever its case and accents, ``kind`` ``quotes``
    keeps passages that hold a quote (``any`` merely prefers them, ``passages`` does not), ``name`` keeps
    those that cite a person, organisation, product or place by any spelling of its normal form.
    """

    event: str | None = None
    edition: str | None = None
    sessions: tuple[int, ...] = ()
    person: int | None = None
    organisation: str | None = None
    theme: str | None = None
    date_from: str | None = None
    date_to: str | None = None
    language: str | None = None
    kind: Literal["passages", "quotes", "any"] = "any"
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage found. ``text`` is exactly the session's text from ``start`` to ``end``.

    ``highlights`` are slices of the session's text too (subtract ``start`` to mark ``text``). The speaker
    is the turn's; in narration, the one of the quote it holds, and then ``of_quote`` is true.
    """

    passage_id: int
    session_id: int
    title: str
    event: str | None
    edition: str | None
    date: str | None
    language: str | None
    start: int
    end: int
    text: str
    start_time: float | None
    turn_id: int | None
    label: str | None
    person_id: int | None
    person: str | None
    role: str | None
    organisation: str | None
    confidence: float | None
    of_quote: bool
    quote_id: str | None
    score: float
    highlights: tuple[Slice, ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """A page of hits. ``total`` counts all of them, or at least so many when ``exact`` is false.

    ``complete`` is false when the time limit cut the search short; ``loosened`` is true when no passage
    held all the words, and those holding some are shown.
    """

    hits: tuple[Hit, ...]
    total: int
    seconds: float
    how: How
    exact: bool = True
    complete: bool = True
    loosened: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """One value by which results could be narrowed, and how many passages hold it."""

    key: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts over at most ``counted`` best results, most frequent first. Keys: edition id, person id,
    theme slug."""

    editions: tuple[Facet, ...] = ()
    people: tuple[Facet, ...] = ()
    themes: tuple[Facet, ...] = ()
    counted: int = 0
