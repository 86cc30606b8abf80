"""Filters as SQL conditions on a passage ``p``."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sqlite_utils import Database

from db.folding import fold
from db.search_index import LONGEST
from db.search_values import Filters

# A quote is looked for this far before a passage: longer ones are seen only by their first passages.
_LONGEST_QUOTE = 5_000
QUOTE_OVERLAPS = f"""q.session_id = p.session_id AND q.start < p."end"
  AND q.start > p.start - {_LONGEST_QUOTE} AND q."end" > p.start
  AND q.transcript_id = p.transcript_id AND q.kind <> 'mention'
  AND q.status <> 'rejected'"""
_QUOTED_PASSAGES = f"""SELECT p2.id FROM appearance a JOIN quote q ON q.appearance_id = a.id
  JOIN passage p2 ON p2.session_id = q.session_id AND p2.start < q."end"
  WHERE p2.start > q.start - {LONGEST + 1} AND p2."end" > q.start
    AND p2.transcript_id = q.transcript_id AND q.kind <> 'mention'
    AND q.status <> 'rejected' AND """
_TAGGED = """(EXISTS (SELECT 1 FROM theme_tag g JOIN theme h ON h.id = g.theme_id
    WHERE h.slug = ? AND g.session_id = p.session_id AND g.start < p."end" AND g."end" > p.start)
  OR p.session_id IN (SELECT x.session_id FROM session_theme x JOIN theme h ON h.id = x.theme_id
    WHERE h.slug = ? AND NOT EXISTS
      (SELECT 1 FROM theme_tag g WHERE g.session_id = x.session_id AND g.theme_id = x.theme_id)))"""
_CITING = f"""p.id IN (SELECT p2.id FROM entity n JOIN passage p2 ON p2.session_id = n.session_id
  AND p2.start < n."end" AND p2.start > n.start - {LONGEST + 1} AND p2."end" > n.start
  WHERE n.kind IN ('person', 'organisation', 'product', 'place') AND n.name = ?)"""
_SESSION_CONDITIONS = {
    "event": "v.name = ?",
    "edition": "e.name = ?",
    "date_from": "s.date >= ?",
    "date_to": "s.date <= ? || '~'",
    "language": "s.language = ?",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of SQL to be put after ``WHERE … AND``, and its parameters; empty SQL allows everything."""

    sql: str = ""
    parameters: tuple[object, ...] = ()

    def also(self, sql: str, *parameters: object) -> Condition:
        """This condition and another one."""
        return Condition(f"{self.sql} AND {sql}" if self.sql else sql, (*self.parameters, *parameters))

    @property
    def clause(self) -> str:
        """``AND …`` or nothing."""
        return f"AND {self.sql}" if self.sql else ""


def spoken_or_quoted(column: str, count: int) -> str:
    """Passages in a turn of, or holding a quote by, an appearance whose ``column`` is one of ``count``
    values; the parameters are those values twice."""
    marks = ", ".join("?" * count)
    return f"""(p.turn_id IN (SELECT t.id FROM appearance a JOIN turn t ON t.appearance_id = a.id
      WHERE a.{column} IN ({marks})) OR p.id IN ({_QUOTED_PASSAGES} a.{column} IN ({marks})))"""


def condition_of(db: Database, filters: Filters) -> Condition:
    """The condition that keeps the passages allowed by ``filters``."""
    condition = _of_session(filters)
    if filters.person is not None:
        condition = condition.also(spoken_or_quoted("person_id", 1), filters.person, filters.person)
    if filters.organisation is not None:
        spellings = _spellings(db, filters.organisation)
        condition = condition.also(spoken_or_quoted("organisation", len(spellings)), *spellings, *spellings)
    if filters.theme is not None:
        condition = condition.also(_TAGGED, filters.theme, filters.theme)
    if filters.name is not None:
        condition = condition.also(_CITING, filters.name)
    if filters.kind == "quotes":
        condition = condition.also(f"EXISTS (SELECT 1 FROM quote q WHERE {QUOTE_OVERLAPS})")
    return condition


def _of_session(filters: Filters) -> Condition:
    inner = Condition()
    for name in (field.name for field in fields(filters) if field.name in _SESSION_CONDITIONS):
        if (value := getattr(filters, name)) is not None:
            inner = inner.also(_SESSION_CONDITIONS[name], value)
    if filters.sessions:
        inner = inner.also(f"s.id IN ({', '.join('?' * len(filters.sessions))})", *filters.sessions)
    if not inner.sql:
        return inner
    return Condition(
        f"""p.session_id IN (SELECT s.id FROM session s LEFT JOIN edition e ON e.id = s.edition_id
            LEFT JOIN event v ON v.id = e.event_id WHERE {inner.sql})""",
        inner.parameters,
    )


def _spellings(db: Database, organisation: str) -> list[str]:
    wanted = fold(organisation).strip()
    found = db.conn.execute("SELECT DISTINCT organisation FROM appearance WHERE organisation IS NOT NULL")
    return [name for (name,) in found if fold(name).strip() == wanted] or [organisation]
