"""Themes for the pages: the list, their course over editions and sessions, and the terms behind them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from db.sessions import rows


@dataclass(frozen=True, slots=True)
class ThemeRow:
    """A theme with what carries it. ``origin``: lexicon, found, source or human."""

    id: int
    slug: str
    label_fr: str
    label_en: str
    origin: str
    sessions: int
    quotes: int


@dataclass(frozen=True, slots=True)
class ThemePoint:
    """How much one theme counts at one place (an edition or a session), in passages tagged."""

    slug: str
    label_fr: str
    label_en: str
    place: str
    order: str
    passages: int


@dataclass(frozen=True, slots=True)
class ThemeTerm:
    """A term that made tags, however capitalised: how often, in how many sessions."""

    why: str
    passages: int
    sessions: int


_LIST = """
SELECT theme.id, theme.slug, theme.label_fr, theme.label_en, theme.origin,
       COALESCE(held.sessions, 0) AS sessions, COALESCE(said.quotes, 0) AS quotes
FROM theme
LEFT JOIN (SELECT theme_id, count(*) AS sessions FROM session_theme GROUP BY theme_id) AS held
  ON held.theme_id = theme.id
LEFT JOIN (SELECT theme_id, count(*) AS quotes FROM quote_theme JOIN quote ON quote.id = quote_id
           WHERE quote.kind <> 'mention' GROUP BY theme_id) AS said
  ON said.theme_id = theme.id
"""


def themes(db: Database, limit: int = 400) -> tuple[ThemeRow, ...]:
    """Themes in use, those of most sessions first."""
    used = "WHERE COALESCE(held.sessions, 0) + COALESCE(said.quotes, 0) > 0"
    sql = f"{_LIST} {used} ORDER BY sessions DESC, quotes DESC, theme.slug LIMIT ?"
    return tuple(ThemeRow(**row) for row in rows(db, sql, limit))


def theme(db: Database, slug: str) -> ThemeRow | None:
    """One theme by its slug."""
    found = rows(db, f"{_LIST} WHERE theme.slug = ?", slug)
    return ThemeRow(**found[0]) if found else None


_OVER_EDITIONS = """
SELECT theme.slug, theme.label_fr, theme.label_en,
       CASE WHEN instr(lower(edition.name), lower(event.name)) OR (SELECT count(*) FROM event) = 1
            THEN edition.name ELSE event.name || char(10) || edition.name END AS place,
       COALESCE(edition.year, 9999) || edition.name AS "order", count(*) AS passages
FROM theme_tag JOIN theme ON theme.id = theme_tag.theme_id JOIN session ON session.id = theme_tag.session_id
JOIN edition ON edition.id = session.edition_id JOIN event ON event.id = edition.event_id
WHERE {condition} GROUP BY theme.id, edition.id ORDER BY "order"
"""
_OVER_SESSIONS = """
SELECT theme.slug, theme.label_fr, theme.label_en, session.title AS place,
       COALESCE(session.date, '') || printf('%09d', session.id) AS "order", count(*) AS passages
FROM theme_tag JOIN theme ON theme.id = theme_tag.theme_id JOIN session ON session.id = theme_tag.session_id
WHERE {condition} GROUP BY theme.id, session.id ORDER BY "order"
"""
_TOP = """theme.id IN (
  SELECT theme_id FROM (
    SELECT theme_id, count(*) AS sessions, row_number() OVER (
        PARTITION BY edition_id ORDER BY origin NOT IN ('lexicon', 'human'), count(*) DESC, sum(score) DESC
      ) AS place
    FROM session_theme JOIN theme ON theme.id = theme_id JOIN session ON session.id = session_id
    GROUP BY theme_id, edition_id)
  GROUP BY theme_id ORDER BY min(place), sum(sessions) DESC LIMIT ?)"""
"""The themes that lead some edition, chosen ones before those found: no edition is left without its own."""


def over_editions(db: Database, top: int = 10) -> tuple[ThemePoint, ...]:
    """The ``top`` themes over editions; where there are several events, a line above names it."""
    return _points(db, _OVER_EDITIONS.format(condition=_TOP), top)


def over_sessions(db: Database, top: int = 8, last: int = 24) -> tuple[ThemePoint, ...]:
    """The ``top`` themes over the ``last`` newest sessions."""
    newest = "session.id IN (SELECT id FROM session ORDER BY COALESCE(date, added_at) DESC, id DESC LIMIT ?)"
    return _points(db, _OVER_SESSIONS.format(condition=f"{_TOP} AND {newest}"), top, last)


def course(db: Database, slug: str, last: int = 40) -> tuple[ThemePoint, ...]:
    """One theme over the newest ``last`` sessions that hold it."""
    sql = _OVER_SESSIONS.format(condition="theme.slug = ?")
    return _points(db, f'SELECT * FROM ({sql} DESC LIMIT ?) ORDER BY "order"', slug, last)


def course_of_editions(db: Database, slug: str) -> tuple[ThemePoint, ...]:
    """One theme over all editions that hold it, oldest first."""
    return _points(db, _OVER_EDITIONS.format(condition="theme.slug = ?"), slug)


def _points(db: Database, sql: str, *parameters: object) -> tuple[ThemePoint, ...]:
    return tuple(ThemePoint(**row) for row in rows(db, sql, *parameters))


_TERMS = """
SELECT max(why) AS why, count(*) AS passages,
       count(DISTINCT session_id) AS sessions
FROM theme_tag WHERE theme_id = ? GROUP BY lower(why) ORDER BY passages DESC, lower(why) LIMIT ?
"""


def terms(db: Database, theme_id: int, limit: int = 30) -> tuple[ThemeTerm, ...]:
    """Why a theme was tagged: its terms, most frequent first."""
    return tuple(ThemeTerm(**row) for row in rows(db, _TERMS, theme_id, limit))


def families(db: Database) -> tuple[str, ...]:
    """Origins of the themes in use, in reading order."""
    found = {row[0] for row in db.conn.execute("SELECT DISTINCT origin FROM theme")}
    return tuple(origin for origin in ("lexicon", "source", "human", "found") if origin in found)
