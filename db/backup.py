"""Backing an archive up: SQLite's own copy of the database, and the originals beside it.

A naive copy of an open database can lose what stands in its journal; the backup API cannot
(https://www.sqlite.org/backup.html). The result is a whole archive: restoring is using that folder.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from db.connection import BUSY_SECONDS, DATABASE_NAME
from db.faults import ArchiveBusy, ArchiveError

Progress = Callable[[str, float, float], None]
_OWN_SETTINGS = "*.toml"


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup: its folder, what it holds, and originals that the archive itself had lost."""

    folder: Path
    sessions: int
    originals: int
    missing: tuple[str, ...] = ()


def _silent(step: str, done: float, total: float) -> None:
    """Ignore progress."""


def backup(db: Database, folder: Path, destination: Path, progress: Progress = _silent) -> Backup:
    """Copy the archive in ``folder`` to the new folder ``destination``, even while it is used.

    The destination appears complete and verified, or not at all. Originals, which never change, are
    hard links where the disk allows. Raises ArchiveError when the destination is not a new place outside the
    archive, when the disk refuses, or when the copy fails its checks; ArchiveBusy when the archive stays
    locked.
    """
    folder, destination = folder.resolve(), destination.absolute()
    _check_destination(folder, destination)
    partial = destination.parent / f".{destination.name}.partial-{os.getpid()}"
    try:
        with _swept(partial):
            _copy_database(folder / DATABASE_NAME, partial / DATABASE_NAME)
            paths, sessions = _verified(partial / DATABASE_NAME)
            missing = _copy_originals(folder, partial, paths, progress)
            for settings in folder.glob(_OWN_SETTINGS):
                _copy(settings, partial / settings.name)
            _sync(partial / DATABASE_NAME)
            partial.replace(destination)
            _sync(destination.parent)
    except OSError as error:
        raise ArchiveError(
            f"The backup to {destination} could not be written ({error.strerror}): choose another place."
        ) from error
    return Backup(destination, sessions, len(paths) - len(missing), tuple(missing))


def _check_destination(folder: Path, destination: Path) -> None:
    real = destination.resolve()
    if real == folder or folder in real.parents:
        raise ArchiveError(f"{destination} is inside the archive: choose a folder outside {folder}.")
    if real in folder.parents or (destination.exists() and not destination.is_dir()):
        raise ArchiveError(f"{destination} is in use already: choose a new folder for the backup.")
    if destination.is_dir() and any(destination.iterdir()):
        raise ArchiveError(f"{destination} is not empty: choose a new folder for the backup.")


@contextmanager
def _swept(partial: Path) -> Iterator[None]:
    """A fresh folder that does not outlive a failure."""
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _copy_database(path: Path, copy: Path) -> None:
    """Copy in one step, under one read lock, so that writers cannot make it start over."""
    try:
        with (
            closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
    except sqlite3.DatabaseError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise ArchiveBusy("The archive is in use by another process: back it up again later.") from error
        raise ArchiveError(f"The archive cannot be copied ({error}): run `florilege check`.") from error


def _verified(copy: Path) -> tuple[list[str], int]:
    """Open the copy, let SQLite check it, and return the paths of originals and the number of sessions."""
    try:
        with closing(sqlite3.connect(copy)) as opened:
            result = opened.execute("PRAGMA integrity_check(1)").fetchone()[0]
            paths = [row[0] for row in opened.execute("SELECT DISTINCT path FROM source ORDER BY path")]
            sessions = int(opened.execute("SELECT count(*) FROM session").fetchone()[0])
    except sqlite3.DatabaseError as error:
        result, paths, sessions = str(error), [], 0
    if result != "ok":
        raise ArchiveError(f"The copy of the archive is damaged ({result}): run `florilege check`.")
    return paths, sessions


def _copy_originals(folder: Path, partial: Path, paths: list[str], progress: Progress) -> list[str]:
    missing = []
    for done, path in enumerate(paths):
        progress("originals", done, len(paths))
        if (folder / path).is_file():
            _copy(folder / path, partial / path)
        else:
            missing.append(path)
    progress("originals", len(paths), len(paths))
    return missing


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # A setting may be edited in place later, which a link would carry into the backup.
    if source.suffix != ".toml":
        try:
            os.link(source, target)
            return
        except OSError:
            pass  # another disk, or one without links: copied below
    shutil.copy2(source, target)
    _sync(target)


def _sync(path: Path) -> None:
    """Make a file or folder survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
