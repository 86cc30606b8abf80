"""Names cited for the pages: people, organisations, products and places, by session and over the archive."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlite_utils import Database

from db.browse import Page, offset_of, scalar
from db.records import EntityKind, Slice
from db.sessions import rows

KINDS: tuple[EntityKind, ...] = ("person", "organisation", "product", "place")
"""The kinds of names, in reading order."""


@dataclass(frozen=True, slots=True)
class NameRow:
    """A name under its normal form: how often it is cited, in how many sessions."""

    kind: EntityKind
    name: str
    mentions: int
    sessions: int


_OF_SESSION = """
SELECT kind, name, mentions, 1 AS sessions FROM (
  SELECT kind, name, count(*) AS mentions, min(start) AS first,
         row_number() OVER (PARTITION BY kind ORDER BY count(*) DESC, min(start)) AS place
  FROM entity WHERE session_id = ? GROUP BY kind, name)
WHERE place <= ? ORDER BY mentions DESC, first
"""


def of_session(db: Database, session_id: int, limit: int = 60) -> dict[EntityKind, tuple[NameRow, ...]]:
    """Names cited in a session, at most ``limit`` of a kind, most frequent first; empty kinds are absent."""
    found = [NameRow(**row) for row in rows(db, _OF_SESSION, session_id, limit)]
    by_kind = {kind: tuple(row for row in found if row.kind == kind) for kind in KINDS}
    return {kind: names for kind, names in by_kind.items() if names}


_MOST_NAMED = """
SELECT kind, name, count(*) AS mentions, count(DISTINCT session_id) AS sessions
FROM entity WHERE kind = ? GROUP BY name HAVING count(*) >= ?
"""


def most_named(
    db: Database, kind: EntityKind, number: int = 1, per_page: int = 12, at_least: int = 2
) -> Page[NameRow]:
    """One page of the names of a kind cited ``at_least`` so often, those of most sessions first."""
    total = int(scalar(db, f"SELECT count(*) FROM ({_MOST_NAMED})", kind, at_least))
    number = min(max(number, 1), max(1, -(-total // per_page)))
    sql = f"{_MOST_NAMED} ORDER BY sessions DESC, mentions DESC, name LIMIT ? OFFSET ?"
    found = rows(db, sql, kind, at_least, per_page, offset_of(number, per_page))
    return Page(tuple(NameRow(**row) for row in found), total, number, per_page)


_MENTIONS = """
SELECT session_id, start, "end" FROM entity
WHERE session_id IN (SELECT value FROM json_each(?)) AND name = ? ORDER BY start
"""


def mentions(db: Database, name: str, sessions: Iterable[int]) -> dict[int, tuple[Slice, ...]]:
    """Where the sessions given cite a name, however it is spelt there: slices of their texts by session."""
    found: dict[int, tuple[Slice, ...]] = {}
    for session_id, start, end in db.conn.execute(_MENTIONS, (json.dumps(sorted(set(sessions))), name)):
        found[session_id] = (*found.get(session_id, ()), Slice(start, end))
    return found
