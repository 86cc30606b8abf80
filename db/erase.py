"""Erasing a session for good: rows, indexes, original, renditions, and the bytes they stood in.

Deleted rows stay readable in an SQLite file until its pages are overwritten, and deleted words in an FTS5
index until its segments are merged: hence secure_delete, optimize, VACUUM and a truncated journal.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from pathlib import Path

from sqlite_utils import Database

from db.connection import DATABASE_NAME, transaction
from db.faults import ArchiveBusy, NotFound
from db.search_schema import SEARCH_INDEXES

OWED = "erasure-unfinished"
"""A file that stands in the archive while deleted bytes are still to be overwritten."""
_LOG = "coordinator.log"
_WORK = "work"
_BY_SESSION = ("media", "renditions", "clips")
# Names that nothing else needs go with the session; what other sessions share stays.
_ORPHANS = """
DELETE FROM person WHERE id IN (SELECT value FROM json_each(:people))
  AND NOT EXISTS (SELECT 1 FROM appearance WHERE person_id = person.id);
DELETE FROM theme WHERE origin = 'found'
  AND NOT EXISTS (SELECT 1 FROM theme_tag WHERE theme_id = theme.id)
  AND NOT EXISTS (SELECT 1 FROM session_theme WHERE theme_id = theme.id)
  AND NOT EXISTS (SELECT 1 FROM quote_theme WHERE theme_id = theme.id);
DELETE FROM edition WHERE id = :edition AND NOT EXISTS (SELECT 1 FROM session WHERE edition_id = edition.id);
DELETE FROM event WHERE id = :event AND NOT EXISTS (SELECT 1 FROM edition WHERE event_id = event.id)
"""


def erase_session(db: Database, folder: Path, session_id: int) -> None:
    """Erase a session so that no byte of its words is left in ``folder``.

    Removes its rows, its original and everything derived. What an interruption leaves to do is noted in
    the folder and done by :func:`finish_erasure`. Takes time on a large archive, whose file is rewritten.
    Raises NotFound, or ArchiveBusy when another process keeps the archive locked.
    """
    finish_erasure(db, folder)
    db.conn.execute("PRAGMA secure_delete = ON")
    with transaction(db):
        found = db.conn.execute(
            """SELECT s.source_sha256, s.edition_id, e.event_id FROM session s
               LEFT JOIN edition e ON e.id = s.edition_id WHERE s.id = ?""",
            (session_id,),
        ).fetchone()
        if found is None:
            raise NotFound(f"There is no session {session_id} to erase.")
        sha256, edition, event = found
        jobs = [row[0] for row in db.conn.execute("SELECT id FROM job WHERE session_id = ?", (session_id,))]
        _delete_rows(db, session_id, sha256, {"edition": edition, "event": event})
        (folder / OWED).write_text(json.dumps([session_id, sha256, jobs]), encoding="utf-8")
    finish_erasure(db, folder)


def finish_erasure(db: Database, folder: Path) -> bool:
    """Do what is left of an erasure, and say whether anything was. Raises ArchiveBusy."""
    if not (folder / OWED).exists():
        return False
    session_id, sha256, jobs = json.loads((folder / OWED).read_text(encoding="utf-8"))
    # The rows may be there still, when the erasure was refused, or again, when the file was added anew.
    if not db.conn.execute("SELECT 1 FROM source WHERE sha256 = ?", (sha256,)).fetchone():
        _delete_files(folder, session_id, sha256, jobs)
        scrub(db)
    (folder / OWED).unlink(missing_ok=True)
    return True


def _delete_rows(db: Database, session_id: int, sha256: str, orphans: dict[str, object]) -> None:
    """Delete the session's rows and what only it needed; a source belongs to one session."""
    people = "SELECT json_group_array(DISTINCT person_id) FROM appearance WHERE session_id = ?"
    orphans["people"] = db.conn.execute(people, (session_id,)).fetchone()[0]
    db.conn.execute("DELETE FROM session WHERE id = ?", (session_id,))
    db.conn.execute("DELETE FROM source WHERE sha256 = ?", (sha256,))
    for statement in _ORPHANS.split(";"):
        db.conn.execute(statement, orphans)


def _delete_files(folder: Path, session_id: int, sha256: str, jobs: list[int]) -> None:
    doomed = [folder / name / str(session_id) for name in _BY_SESSION]
    doomed += [path for job in jobs for path in (folder / _WORK).glob(f"job-{job}.*")]
    # Whatever is derived from a source is named after it.
    doomed += list(folder.rglob(f"*{sha256}*"))
    for path in doomed:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    if (folder / _LOG).exists():
        # The log may name the session; whoever writes to it appends.
        os.truncate(folder / _LOG, 0)


def scrub(db: Database) -> None:
    """Overwrite what deleted rows left behind in the indexes, the file and its journals.

    Raises ArchiveBusy when another process keeps the archive locked: repeat it then.
    """
    db.conn.execute("PRAGMA secure_delete = ON")
    try:
        for index in SEARCH_INDEXES:
            db.conn.execute(f"INSERT INTO {index}({index}) VALUES ('optimize')")
        db.conn.execute("VACUUM")
        db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.OperationalError as error:
        raise ArchiveBusy(
            f"The session is gone from {DATABASE_NAME} but its bytes are not overwritten yet: "
            "close what else uses the archive and run `florilege check --repair`."
        ) from error
