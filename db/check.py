"""Proving an archive: every slice, every original, every index, every reference."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlite_utils import Database

from db.check_rules import INDEX_REMEDY, Problem, session_problems
from db.connection import transaction
from db.erase import OWED, finish_erasure
from db.search_index import index_stems, rebuild_passages
from db.search_schema import SEARCH_INDEXES, SEARCH_TRIGGERS

Progress = Callable[[str, float, float], None]
"""``progress(step, done, total)``, in the step's own unit: sessions, or bytes of originals."""

TRIGGERS = ("quote_is_a_slice", "quote_stays_a_slice", "transcript_is_final", *SEARCH_TRIGGERS)
RESTORE = "Restore the archive from a backup."
_CHUNK = 2**20
_MOST_OF_A_KIND = 50

__all__ = ["TRIGGERS", "Problem", "Progress", "check", "repair"]


def _silent(step: str, done: float, total: float) -> None:
    """Ignore progress."""


def check(db: Database, folder: Path, progress: Progress = _silent) -> list[Problem]:
    """Check a whole archive, one session and one original at a time, and return what is untrue.

    A database too damaged to be read is a problem like the others, not an exception.
    """
    problems: list[Problem] = []
    for examine in (_file, _references, _triggers, _indexes, _sessions, _vectors):
        try:
            problems += examine(db, progress)
        except sqlite3.DatabaseError as error:
            problems.append(Problem("database", f"it cannot be read ({error}).", RESTORE))
    if (folder / OWED).exists():
        what = "an erasure was interrupted, and erased words may still stand in the file."
        problems.append(Problem("database", what, "Finish it with `florilege check --repair`."))
    try:
        problems += _originals(db, folder, progress)
    except sqlite3.DatabaseError as error:
        problems.append(Problem("database", f"its sources cannot be read ({error}).", RESTORE))
    return problems


def _file(db: Database, progress: Progress) -> Iterator[Problem]:
    progress("database", 0, 1)
    for (line,) in db.conn.execute(f"PRAGMA integrity_check({_MOST_OF_A_KIND})"):
        if line != "ok":
            yield Problem("database", f"SQLite reports: {line}.", RESTORE)
    progress("database", 1, 1)


def _references(db: Database, progress: Progress) -> Iterator[Problem]:
    for table, row, parent, _ in db.conn.execute("PRAGMA foreign_key_check").fetchmany(_MOST_OF_A_KIND):
        yield Problem(f"table {table}", f"row {row} points to a missing {parent}.", RESTORE)


def _triggers(db: Database, progress: Progress) -> Iterator[Problem]:
    present = {row[0] for row in db.conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    for name in TRIGGERS:
        if name not in present:
            yield Problem("database", f"the guard {name!r} is missing.", RESTORE)


def _indexes(db: Database, progress: Progress) -> Iterator[Problem]:
    for index in SEARCH_INDEXES:
        try:
            db.conn.execute(f"INSERT INTO {index}({index}, rank) VALUES ('integrity-check', 1)")
        except sqlite3.DatabaseError as error:
            yield Problem(f"index {index}", f"it does not match its content ({error}).", INDEX_REMEDY)
    strays = db.conn.execute("SELECT id FROM passage_fts_docsize EXCEPT SELECT id FROM passage")
    for (stray,) in strays.fetchmany(_MOST_OF_A_KIND):
        yield Problem("index passage_fts", f"it holds passage {stray}, which is gone.", INDEX_REMEDY)
    unlike = db.conn.execute(
        """SELECT folded FROM (SELECT folded, person_id FROM alias
                               EXCEPT SELECT folded, person_id FROM alias_fts)
           UNION SELECT folded FROM (SELECT folded, person_id FROM alias_fts
                                     EXCEPT SELECT folded, person_id FROM alias)"""
    )
    for (name,) in unlike.fetchmany(_MOST_OF_A_KIND):
        yield Problem("index alias_fts", f"it disagrees about the name {name!r}.", INDEX_REMEDY)


def _sessions(db: Database, progress: Progress) -> Iterator[Problem]:
    sessions = [row[0] for row in db.conn.execute("SELECT id FROM session ORDER BY id")]
    for done, session in enumerate(sessions):
        progress("sessions", done, len(sessions))
        yield from session_problems(db, session)
    progress("sessions", len(sessions), len(sessions))


def _vectors(db: Database, progress: Progress) -> Iterator[Problem]:
    sizes = "SELECT model, count(DISTINCT length(vector)) FROM passage_vector GROUP BY model"
    for model, count in db.conn.execute(sizes):
        if count > 1:
            yield Problem(f"vectors of {model}", "they are not all of one size.", INDEX_REMEDY)


def _originals(db: Database, folder: Path, progress: Progress) -> Iterator[Problem]:
    sources = db.conn.execute("SELECT sha256, name, path, size FROM source ORDER BY added_at").fetchall()
    total, done = sum(size for *_, size in sources), 0
    for sha256, name, path, size in sources:
        progress("originals", done, total)
        done += size
        file = folder / path
        remedy = f"Copy the original {name!r} back to {path}, from a backup or from where it came."
        if not file.is_file():
            yield Problem(f"file {path}", f"the original {name!r} is missing.", remedy)
        elif (found := _unlike(file, sha256)) is not None:
            yield Problem(f"file {path}", f"the original {name!r} {found}.", remedy)
    progress("originals", total, total)


def _unlike(file: Path, sha256: str) -> str | None:
    """What is wrong with a stored file, if anything."""
    digest = hashlib.sha256()
    try:
        with file.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return None if digest.hexdigest() == sha256 else "has changed since it was added"


def repair(db: Database, folder: Path, progress: Progress = _silent) -> int:
    """Build the search indexes anew from the texts, finish an interrupted erasure, and return the number of
    sessions indexed.

    Passages whose text is unchanged keep their vectors; vectors of odd sizes are dropped, to be made again.
    """
    finish_erasure(db, folder)
    with transaction(db):
        for index in SEARCH_INDEXES:
            db.conn.execute(f"INSERT INTO {index}({index}) VALUES ('rebuild')")
        db.conn.execute("DELETE FROM alias_fts")
        db.conn.execute("INSERT INTO alias_fts(folded, person_id) SELECT folded, person_id FROM alias")
        db.conn.execute("DELETE FROM passage_fts")
        _drop_odd_vectors(db)
        sessions = [row[0] for row in db.conn.execute("SELECT id FROM session ORDER BY id")]
        for done, session in enumerate(sessions):
            progress("index", done, len(sessions))
            rebuild_passages(db, session)
            index_stems(db, session)
    return len(sessions)


def _drop_odd_vectors(db: Database) -> None:
    """Keep only each model's most frequent size of vector."""
    sizes = """SELECT model, length(vector) FROM passage_vector GROUP BY 1, 2
               ORDER BY count(*), length(vector)"""
    for model, size in dict(db.conn.execute(sizes).fetchall()).items():
        db.conn.execute("DELETE FROM passage_vector WHERE model = ? AND length(vector) <> ?", (model, size))
