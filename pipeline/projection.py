"""Showing a session: its records become rows, with theme labels and the themes that carry it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sqlite_utils import Database

from db.records import Session
from db.store import project
from pipeline.themes import session_themes
from pipeline.themes.lexicon import Lexicon, load_lexicon

THEMES_FILE = "themes.toml"
SOURCE_TAG_SCORE = 1.0


def archive_folder(db: Database) -> Path:
    """The folder of an open archive."""
    path = db.conn.execute("SELECT file FROM pragma_database_list WHERE name = 'main'").fetchone()[0]
    return Path(path).parent


def lexicon_of(folder: Path) -> Lexicon:
    """The starter themes with the archive's own, reread when its file changes. Raises BadSetting."""
    own = folder / THEMES_FILE
    return load_lexicon(own if own.exists() else None)


def lexicon_digest(folder: Path) -> str:
    """A digest of the archive's own themes, so that changing them makes themes run again."""
    own = folder / THEMES_FILE
    return hashlib.sha256(own.read_bytes()).hexdigest() if own.exists() else ""


def show(db: Database, session: Session) -> None:
    """Write a session into the tables that pages, search and exports read."""
    lexicon = lexicon_of(archive_folder(db))
    labels = {theme.slug: (theme.labels["fr"], theme.labels["en"]) for theme in lexicon.themes}
    written = {tag.theme for tag in session.themes if tag.by == "source"}
    counted = session_themes([t for t in session.themes if t.by != "source"], len(session.text.split()))
    scored = [*counted, *((slug, SOURCE_TAG_SCORE) for slug in sorted(written))]
    project(db, session, labels, scored)
