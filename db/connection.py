"""Opening an archive: one SQLite file, foreign keys on, the safe journal, writes that never half-happen."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from db.faults import ArchiveBusy, ArchiveError, ArchiveNewer
from db.migrations import MIGRATIONS

DATABASE_NAME = "florilege.db"
BUSY_SECONDS = 15.0
BUSY = "The archive is in use by another process: nothing was changed, try again."
# Builds without the WAL-reset fix may lose commits under concurrent checkpoints (SQLite 3.51.3 notes).
WAL_FIXED = ((3, 51, 3), (3, 50, 7), (3, 44, 6))


def wal_is_safe(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Whether this SQLite build carries the fix of the WAL-reset race, on its own release branch."""
    newest = WAL_FIXED[0]
    return version >= newest or any(version[:2] == fixed[:2] and version >= fixed for fixed in WAL_FIXED)


def open_archive(folder: Path, *, create: bool = True) -> Database:
    """Open (or create) the archive in ``folder`` and bring its tables up to date.

    Raises ArchiveError when there is none and ``create`` is false, or when the file is not ours;
    ArchiveNewer when a newer program wrote it; ArchiveBusy when it stays locked.
    """
    path = folder / DATABASE_NAME
    if not create and not path.exists():
        raise ArchiveError(f"No archive in {folder}: add a first session with `florilege add`.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _prepare(_connect(path))
    except sqlite3.DatabaseError as error:
        raise _translated(error, path) from error
    except OSError as error:
        raise ArchiveError(f"The archive folder {folder} cannot be used: {error.strerror}.") from error


def _connect(path: Path) -> Database:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA journal_mode = {'WAL' if wal_is_safe() else 'DELETE'}")
    connection.execute("PRAGMA synchronous = FULL")
    return Database(connection)


def _prepare(db: Database) -> Database:
    unknown = [m.name for m in MIGRATIONS.applied(db) if m.name not in MIGRATION_NAMES]
    if unknown:
        raise ArchiveNewer(
            f"This archive holds the change {unknown[0]!r} of a newer version: update Florilège to open it."
        )
    if MIGRATIONS.pending(db):
        # Of several that open a new archive at once, one migrates; the others wait and find it done.
        with transaction(db):
            MIGRATIONS.apply(db)
    return db


MIGRATION_NAMES = frozenset(migration.name for migration in MIGRATIONS._migrations)


def _translated(error: sqlite3.DatabaseError, path: Path) -> ArchiveError:
    if is_busy(error):
        return ArchiveBusy(f"{path} is in use by another process: try again when it has finished.")
    return ArchiveError(f"{path} cannot be opened as an archive ({error}): restore it from a backup.")


def is_busy(error: BaseException) -> bool:
    """Whether an error only says that another process holds the archive, so that waiting helps."""
    if isinstance(error, sqlite3.OperationalError):
        return "locked" in str(error) or "busy" in str(error)
    return isinstance(error, ArchiveBusy)


@contextmanager
def transaction(db: Database) -> Iterator[Database]:
    """Group writes into one immediate transaction; a nested call joins the outer one.

    ``BEGIN IMMEDIATE`` takes the write lock at once, so that waiting writers queue instead of failing
    half-way. Raises ArchiveBusy when the lock is not had within ``BUSY_SECONDS``, sqlite3.OperationalError
    when the file cannot be written (full disk, rights).
    """
    if db.conn.in_transaction:
        yield db
        return
    try:
        db.conn.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if not is_busy(error):
            raise
        raise ArchiveBusy(BUSY) from error
    try:
        yield db
    except BaseException:
        if db.conn.in_transaction:
            db.conn.execute("ROLLBACK")
        raise
    try:
        db.conn.execute("COMMIT")
    except sqlite3.OperationalError as error:
        # A reader kept its lock past BUSY_SECONDS; a transaction left open would swallow later writes.
        # SQLite rolls back by itself when the disk is full.
        if db.conn.in_transaction:
            db.conn.execute("ROLLBACK")
        if not is_busy(error):
            raise
        raise ArchiveBusy(BUSY) from error
