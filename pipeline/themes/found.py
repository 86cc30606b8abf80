"""Showing the themes that the archive itself holds: found over all sessions, tagged where they stand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import msgspec
from sqlite_utils import Database

from db.connection import transaction
from pipeline.themes.discovery import Document, FoundTheme, discover

TAGS_PER_SESSION = 12
_NOT_WORD = re.compile(r"[^a-z0-9]+")

_CLEAR = (
    "DELETE FROM quote_theme WHERE by = 'found'",
    "DELETE FROM session_theme WHERE theme_id IN (SELECT id FROM theme WHERE origin = 'found')",
    "DELETE FROM theme_tag WHERE by = 'found'",
    """DELETE FROM theme WHERE origin = 'found' AND NOT EXISTS
       (SELECT 1 FROM theme_tag WHERE theme_id = theme.id)""",
)
_SHOW_IN_QUOTES = """
INSERT OR IGNORE INTO quote_theme (quote_id, theme_id, by, why)
SELECT quote.id, tag.theme_id, tag.by, tag.why FROM theme_tag AS tag JOIN quote
ON quote.session_id = tag.session_id AND tag.start >= quote.start AND tag."end" <= quote."end"
WHERE tag.by = 'found'
"""


class _Terms(msgspec.Struct):
    """The part of a ``themes`` stage's output that counts terms."""

    terms: list[tuple[str, int]] = []


def slug_of(label: str) -> str:
    """A label as a slug: folded, words joined by hyphens."""
    folded = unicodedata.normalize("NFD", label.lower().replace("œ", "oe"))
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    return _NOT_WORD.sub("-", plain).strip("-")


def documents(db: Database) -> Iterator[Document]:
    """The counted terms of every session that has been through its stages."""
    found = db.conn.execute(
        """SELECT session.id, stage_run.output, length(transcript.text), session.language FROM stage_run
           JOIN session ON session.id = stage_run.session_id
           JOIN transcript ON transcript.session_id = session.id AND transcript.current = 1
           WHERE stage = 'themes'"""
    )
    for session, output, characters, language in found:
        terms = msgspec.json.decode(output, type=_Terms).terms
        yield Document(session, dict(terms), max(1, characters // 6), language or "fr")


def show_found_themes(db: Database) -> int:
    """Find the archive's own themes again and replace the ones shown; returns how many."""
    themes = [theme for theme in discover(documents(db)) if slug_of(theme.label)]
    # Reading texts takes long, so it is done before the archive is locked.
    tags = [tag for theme in themes for tag in _tags(db, theme)]
    with transaction(db):
        for statement in _CLEAR:
            db.conn.execute(statement)
        for theme in themes:
            db.conn.execute(
                "INSERT OR IGNORE INTO theme (slug, label_fr, label_en, origin) VALUES (?, ?, ?, 'found')",
                (slug_of(theme.label), theme.label, theme.label),
            )
        for tag in tags:
            _show(db, tag)
        db.conn.execute(_SHOW_IN_QUOTES)
    return len(themes)


class _Tags(NamedTuple):
    """Where a theme stands in one session: ``hits`` are (start, end, words)."""

    slug: str
    session: int
    transcript: int
    score: float
    hits: list[tuple[int, int, str]]


def _tags(db: Database, theme: FoundTheme) -> Iterator[_Tags]:
    pattern = _pattern(theme.terms)
    for rank, session in enumerate(theme.documents):
        for transcript, text in db.conn.execute(
            "SELECT id, text FROM transcript WHERE session_id = ? AND current = 1", (session,)
        ).fetchall():
            found = islice(pattern.finditer(text), TAGS_PER_SESSION)
            hits = [(hit.start(), hit.end(), hit[0]) for hit in found]
            if hits:
                yield _Tags(slug_of(theme.label), session, transcript, 1.0 / (1 + rank / 10), hits)


def _pattern(terms: Sequence[str]) -> re.Pattern[str]:
    longest_first = sorted(terms, key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)", re.IGNORECASE)


def _show(db: Database, tag: _Tags) -> None:
    """Write the tags of one session, unless its text was erased or replaced meanwhile."""
    if not db.conn.execute(
        "SELECT 1 FROM transcript WHERE id = ? AND current = 1", (tag.transcript,)
    ).fetchone():
        return
    theme = db.conn.execute("SELECT id FROM theme WHERE slug = ?", (tag.slug,)).fetchone()[0]
    db.conn.executemany(
        """INSERT INTO theme_tag (session_id, transcript_id, theme_id, start, "end", why, by)
           VALUES (?, ?, ?, ?, ?, ?, 'found')""",
        [(tag.session, tag.transcript, theme, *hit) for hit in tag.hits],
    )
    db.conn.execute("INSERT OR IGNORE INTO session_theme VALUES (?, ?, ?)", (tag.session, theme, tag.score))
