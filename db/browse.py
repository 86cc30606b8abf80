"""Read queries behind the pages: what every page shares (pages of rows, folding, filter choices).

The queries of one page each live in the siblings ``browse_quotes``, ``browse_sessions``,
``browse_people``, ``browse_themes`` and ``browse_jobs``. All of them only read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Generic, TypeVar

from sqlite_utils import Database

from db.folding import fold

Row = TypeVar("Row")

PER_PAGE = 20
MOST_PAGES = 100_000
NEWEST = "COALESCE(session.date, CAST(edition.year AS TEXT), session.added_at) DESC, session.id DESC"
"""Order of sessions joined with their edition: by date, else by the edition's year, else by arrival."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of rows; ``number`` counts from 1, ``total`` is the number of rows over all pages."""

    rows: tuple[Row, ...]
    total: int
    number: int = 1
    per_page: int = PER_PAGE

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.per_page))


@dataclass(frozen=True, slots=True)
class Where:
    """A condition in SQL and its parameters; joined by AND."""

    sql: str = ""
    parameters: tuple[object, ...] = ()

    def also(self, sql: str, *parameters: object) -> Where:
        """Return this condition AND another one."""
        joined = f"{self.sql} AND {sql}" if self.sql else sql
        return Where(joined, (*self.parameters, *parameters))

    @property
    def clause(self) -> str:
        """The condition as a WHERE clause, empty when nothing is asked."""
        return f"WHERE {self.sql}" if self.sql else ""


@dataclass(frozen=True, slots=True)
class EditionCard:
    """One edition with what it holds."""

    id: int
    event: str
    name: str
    year: int | None
    sessions: int
    quotes: int


@dataclass(frozen=True, slots=True)
class Totals:
    """How much the archive holds. ``seconds`` counts sound only."""

    sessions: int
    quotes: int
    people: int
    themes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer, most used first."""

    events: tuple[str, ...]
    editions: tuple[str, ...]
    organisations: tuple[str, ...]
    speakers: tuple[str, ...]


@cache
def _plain_letters() -> dict[int, str]:
    """Letter → its bare letters, for one fast pass of ``str.translate`` (``fold`` itself costs 5 × more)."""
    accented = "".join(map(chr, range(0xC0, 0x250))) + "’‘ʼ\u00a0\u202f"
    table = {ord(letter): fold(letter) for letter in accented}
    return table | dict.fromkeys(range(768, 880), "") | {0xA0: " ", 0x202F: " "}


def folded(text: str | None) -> str:
    """Bare letters for loose comparison: no accents, no case, œ as oe, one kind of apostrophe and space."""
    return (text or "").translate(_plain_letters()).casefold()


@cache
def _written_as() -> dict[str, str]:
    """Bare letters → every way of writing them, as a piece of a pattern."""
    ways: dict[str, list[str]] = {}
    for code, bare in _plain_letters().items():
        if bare:
            ways.setdefault(bare.casefold(), []).append(chr(code))
    return {bare: "|".join(map(re.escape, found)) for bare, found in ways.items()}


@lru_cache(maxsize=64)
def _pattern(needle: str) -> re.Pattern[str]:
    """A pattern that finds a folded needle in raw text, so that a hundred thousand texts need no folding."""
    ways, pieces, place = _written_as(), [], 0
    while place < len(needle):
        pair = needle[place : place + 2]
        bare = pair if len(pair) == 2 and pair in ways else needle[place]
        spread = "".join(_letter(letter, ways) for letter in bare)
        pieces.append(f"(?:{spread}|{ways[bare]}){_MARKS}" if len(bare) == 2 else spread)
        place += len(bare)
    return re.compile("".join(pieces), re.IGNORECASE)


_MARKS = "[\u0300-\u036f]*"


def _letter(letter: str, ways: dict[str, str]) -> str:
    accented = ways.get(letter, "").replace("|", "")
    return f"[{re.escape(letter)}{accented}]{_MARKS}" if letter.isalnum() or accented else re.escape(letter)


def holds(haystack: str | None, needle: str) -> bool:
    """Whether a text holds an already folded needle."""
    return _pattern(needle).search(haystack or "") is not None


def with_folding(db: Database) -> Database:
    """Give SQL the function ``holds(text, folded needle)`` on this connection."""
    db.conn.create_function("holds", 2, holds, deterministic=True)
    return db


def scalar(db: Database, sql: str, *parameters: object) -> Any:
    """First column of the first row, or ``None``."""
    found = db.conn.execute(sql, parameters).fetchone()
    return found[0] if found else None


def offset_of(number: int, per_page: int) -> int:
    """Rows to skip before a page; numbers outside what is possible are brought back inside."""
    return (min(max(number, 1), MOST_PAGES) - 1) * per_page


_TOTALS = """
SELECT (SELECT count(*) FROM session), (SELECT count(*) FROM quote WHERE kind <> 'mention'),
       (SELECT count(DISTINCT person_id) FROM appearance),
       (SELECT count(*) FROM (
          SELECT theme_id FROM session_theme UNION
          SELECT theme_id FROM quote_theme JOIN quote ON quote.id = quote_id WHERE kind <> 'mention')),
       (SELECT COALESCE(sum(seconds), 0) FROM source)
"""


def totals(db: Database) -> Totals:
    """Count what the archive holds."""
    return Totals(*db.conn.execute(_TOTALS).fetchone())


_EDITIONS = """
SELECT edition.id, event.name, edition.name, edition.year, count(DISTINCT session.id),
       (SELECT count(*) FROM quote JOIN session AS held ON held.id = quote.session_id
        WHERE held.edition_id = edition.id AND quote.kind <> 'mention')
FROM edition JOIN event ON event.id = edition.event_id LEFT JOIN session ON session.edition_id = edition.id
GROUP BY edition.id ORDER BY edition.year DESC, edition.name DESC LIMIT ?
"""


def editions(db: Database, limit: int = 200) -> tuple[EditionCard, ...]:
    """Editions, newest first."""
    return tuple(EditionCard(*row) for row in db.conn.execute(_EDITIONS, (limit,)))


_SPEAKERS = """
SELECT person.name FROM appearance JOIN person ON person.id = appearance.person_id
GROUP BY person.id ORDER BY count(*) DESC, person.name LIMIT ?
"""
_ORGANISATIONS = """
SELECT organisation FROM appearance WHERE organisation IS NOT NULL AND organisation <> ''
GROUP BY organisation ORDER BY count(*) DESC, organisation LIMIT ?
"""


def choices(db: Database, limit: int = 300) -> Choices:
    """What filters offer; long lists keep the ``limit`` most used."""
    return Choices(
        _column(db, "SELECT name FROM event ORDER BY name LIMIT ?", limit),
        _column(db, "SELECT DISTINCT name FROM edition ORDER BY year DESC, name DESC LIMIT ?", limit),
        _column(db, _ORGANISATIONS, limit),
        _column(db, _SPEAKERS, limit),
    )


def _column(db: Database, sql: str, limit: int) -> tuple[str, ...]:
    return tuple(row[0] for row in db.conn.execute(sql, (limit,)))
