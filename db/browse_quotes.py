"""Quotes for the pages: filtered, ordered and cut into pages by SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlite_utils import Database

from db.browse import NEWEST, PER_PAGE, Page, Where, folded, offset_of, scalar, with_folding
from db.sessions import rows


@dataclass(frozen=True, slots=True)
class QuoteFilter:
    """What is asked of the quotes; empty fields ask nothing. ``person``, ``session``: row ids.
    ``kind`` empty: everything but mentions. ``confidence``: the least quote confidence (0–1)."""

    event: str = ""
    edition: str = ""
    session: int = 0
    person: int = 0
    speaker: str = ""
    organisation: str = ""
    theme: str = ""
    kind: str = ""
    confidence: float = 0.0
    text: str = ""


@dataclass(frozen=True, slots=True)
class ThemeMark:
    """A theme of a quote; ``why`` is the term that made the tag."""

    slug: str
    label_fr: str
    label_en: str
    why: str


@dataclass(frozen=True, slots=True)
class QuoteCard:
    """A quote with all that its source line needs. Times in seconds, ``None`` for texts; ``name`` is
    ``None`` when the speaker is unsure, ``label`` then tells the voices of a session apart."""

    id: str
    text: str
    start: int
    end: int
    kind: str
    rule: str
    confidence: float
    score: float
    start_time: float | None
    end_time: float | None
    reasons: tuple[str, ...]
    repairs: tuple[str, ...]
    session_id: int
    title: str
    form: str
    language: str | None
    date: str | None
    event: str | None
    edition: str | None
    person_id: int | None
    name: str | None
    label: str | None
    role: str | None
    organisation: str | None
    speaker_confidence: float | None
    themes: tuple[ThemeMark, ...] = ()


_FIELDS = """
quote.id, quote.text, quote.start, quote."end", quote.kind, quote.rule, quote.confidence, quote.score,
quote.start_time, quote.end_time, quote.reasons, quote.repairs, quote.session_id, session.title,
session.form, session.language, session.date, event.name AS event, edition.name AS edition,
appearance.person_id, person.name, appearance.label, appearance.role, appearance.organisation,
appearance.confidence AS speaker_confidence
"""
_JOINS = """
FROM quote JOIN session ON session.id = quote.session_id
LEFT JOIN edition ON edition.id = session.edition_id LEFT JOIN event ON event.id = edition.event_id
LEFT JOIN appearance ON appearance.id = quote.appearance_id
LEFT JOIN person ON person.id = appearance.person_id
"""
_EDITION_JOINS = """JOIN session ON session.id = quote.session_id
    LEFT JOIN edition ON edition.id = session.edition_id LEFT JOIN event ON event.id = edition.event_id"""
ORDERS = {
    "best": "quote.score DESC, quote.id",
    "newest": f"{NEWEST}, quote.start",
    "said": "session.id, quote.start",
}


def _where(asked: QuoteFilter) -> Where:
    where = Where().also("quote.kind = ?", asked.kind) if asked.kind else Where("quote.kind <> 'mention'")
    exact = {
        "event.name": asked.event,
        "edition.name": asked.edition,
        "quote.session_id": asked.session,
        "appearance.person_id": asked.person,
        "appearance.organisation": asked.organisation,
    }
    for column, value in exact.items():
        if value:
            where = where.also(f"{column} = ?", value)
    if asked.speaker:
        where = where.also("holds(person.name, ?)", folded(asked.speaker))
    if asked.confidence > 0:
        where = where.also("quote.confidence >= ?", asked.confidence)
    if asked.text:
        where = where.also("holds(quote.text, ?)", folded(asked.text))
    if asked.theme:
        tagged = "SELECT quote_id FROM quote_theme JOIN theme ON theme.id = theme_id WHERE slug = ?"
        where = where.also(f"quote.id IN ({tagged})", asked.theme)
    return where


def quotes(
    db: Database, asked: QuoteFilter, number: int = 1, order: str = "best", per_page: int = PER_PAGE
) -> Page[QuoteCard]:
    """One page of the quotes that answer a filter."""
    with_folding(db)
    where = _where(asked)
    number = max(number, 1)
    # Ids first: sorting bare ids is several times cheaper than sorting whole rows.
    ids = f"""SELECT quote.id {_order_joins(asked, order)} {where.clause}
              ORDER BY {ORDERS.get(order, ORDERS["best"])}"""
    if asked.text:
        # One pass: reading every text twice, to count and to fetch, would double the wait.
        found = [row[0] for row in db.conn.execute(ids, where.parameters)]
        number = min(number, max(1, -(-len(found) // per_page)))
        skipped = offset_of(number, per_page)
        return Page(cards(db, found[skipped : skipped + per_page]), len(found), number, per_page)
    total = int(scalar(db, f"SELECT count(*) {_count_joins(asked)} {where.clause}", *where.parameters))
    number = min(number, max(1, -(-total // per_page)))
    page = db.conn.execute(
        f"{ids} LIMIT ? OFFSET ?", (*where.parameters, per_page, offset_of(number, per_page))
    )
    return Page(cards(db, [row[0] for row in page]), total, number, per_page)


def _count_joins(asked: QuoteFilter) -> str:
    joins = f"FROM quote {_EDITION_JOINS}" if asked.event or asked.edition else "FROM quote"
    if asked.person or asked.organisation or asked.speaker:
        joins += """ LEFT JOIN appearance ON appearance.id = quote.appearance_id
            LEFT JOIN person ON person.id = appearance.person_id"""
    return joins


def _order_joins(asked: QuoteFilter, order: str) -> str:
    joins = _count_joins(asked)
    if order == "best" or "JOIN session" in joins:
        return joins
    return joins.replace("FROM quote", f"FROM quote {_EDITION_JOINS}", 1)


def cards(db: Database, ids: list[str]) -> tuple[QuoteCard, ...]:
    """Whole cards for quote ids, in the order given; unknown ids are left out."""
    marks = ",".join("?" * len(ids))
    found = rows(db, f"SELECT {_FIELDS} {_JOINS} WHERE quote.id IN ({marks})", *ids)
    themes = _themes(db, ids)
    made = {row["id"]: _card(row, themes.get(row["id"], ())) for row in found}
    return tuple(made[key] for key in ids if key in made)


def _card(row: dict[str, Any], themes: tuple[ThemeMark, ...]) -> QuoteCard:
    lists = {name: tuple(msgspec.json.decode(row[name])) for name in ("reasons", "repairs")}
    return QuoteCard(**{**row, **lists}, themes=themes)


def _themes(db: Database, ids: list[str]) -> dict[str, tuple[ThemeMark, ...]]:
    marks = ",".join("?" * len(ids))
    found = db.conn.execute(
        f"""SELECT quote_id, slug, label_fr, label_en, why FROM quote_theme
            JOIN theme ON theme.id = theme_id WHERE quote_id IN ({marks}) ORDER BY slug""",
        ids,
    )
    made: dict[str, tuple[ThemeMark, ...]] = {}
    for key, *mark in found:
        made[key] = (*made.get(key, ()), ThemeMark(*mark))
    return made


def quote(db: Database, key: str) -> QuoteCard | None:
    """One quote by its permanent id."""
    return next(iter(cards(db, [key[:64]])), None)


_BEST = """
SELECT id FROM (
  SELECT quote.id, quote.score,
         COALESCE(CAST(edition.year AS TEXT), session.date, session.added_at) AS moment,
         row_number() OVER (PARTITION BY quote.session_id ORDER BY quote.score DESC, quote.id) AS nth,
         row_number() OVER (PARTITION BY session.edition_id ORDER BY quote.score DESC, quote.id) AS nth_there
  FROM (SELECT quote.id, score, quote.session_id FROM quote
        JOIN appearance ON appearance.id = quote.appearance_id
        WHERE kind IN ('quoted', 'spoken') AND person_id IS NOT NULL AND quote.confidence >= 0.7
          AND length(text) BETWEEN 60 AND 320 AND repairs = '[]'
        ORDER BY score DESC LIMIT 2000) AS quote
  JOIN session ON session.id = quote.session_id LEFT JOIN edition ON edition.id = session.edition_id)
ORDER BY nth_there > 1, nth, CASE nth_there WHEN 1 THEN moment END DESC, score DESC, id LIMIT ?
"""


def best(db: Database, limit: int = 5) -> tuple[QuoteCard, ...]:
    """The best quotes whose speaker is known: one of each edition, the newest first, then one a session."""
    return cards(db, [row[0] for row in db.conn.execute(_BEST, (limit,))])
