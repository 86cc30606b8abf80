"""Erasure removes bytes: nothing in the folder holds the marker afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database

from db import erase
from db.check import check, repair
from db.connection import open_archive, transaction
from db.erase import erase_session, finish_erasure
from db.faults import ArchiveBusy, NotFound
from db.search import search

Adder = Callable[..., int]

MARKER = "xylophonique"
TURNS = [
    (f"Zoé {MARKER.title()}", f"Le mot {MARKER} ne doit laisser aucune trace, {MARKER} non plus."),
    ("Max", "Et ceci non plus. " * 100),
]


def _holding(folder: Path) -> list[str]:
    """Files that hold the marker, in their bytes or their name, whatever its case or stem."""
    wanted = MARKER[:9].encode()
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and (wanted in path.read_bytes().lower() or wanted in path.name.lower().encode())
    ]


def _derived(archive: Path, db: Database, number: int) -> None:
    sha256 = db.conn.execute("SELECT source_sha256 FROM session WHERE id = ?", (number,)).fetchone()[0]
    job = db.conn.execute(
        "INSERT INTO job (session_id, state, created_at, message) VALUES (?, 'failed', '', ?)",
        (number, MARKER),
    ).lastrowid
    for place in (
        f"renditions/{sha256}.mp3",
        f"media/{number}/clip.mp3",
        f"work/job-{job}.progress",
        "coordinator.log",
    ):
        (archive / place).parent.mkdir(parents=True, exist_ok=True)
        (archive / place).write_text(MARKER)


def test_no_byte_is_left(db: Database, archive: Path, add: Adder) -> None:
    kept = add("Gardée", [("Max", "Ce qui reste doit rester.")], event="Forum", edition="2024")
    number = add(f"Séance {MARKER}", TURNS, event=f"Salon {MARKER}", edition=f"{MARKER} 2024")
    _derived(archive, db, number)
    assert len(_holding(archive)) >= 6
    erase_session(db, archive, number)
    assert _holding(archive) == []
    assert check(db, archive) == []
    assert [hit.session_id for hit in search(db, "").hits] == [kept]
    assert db.conn.execute("SELECT name FROM person").fetchall() == [("Max",)]


def test_erasing_twice_or_nothing_is_said(db: Database, archive: Path, add: Adder) -> None:
    number = add("Essai", TURNS)
    erase_session(db, archive, number)
    with pytest.raises(NotFound):
        erase_session(db, archive, number)


def test_an_interruption_is_seen_and_finished(
    db: Database, archive: Path, add: Adder, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = add("Essai", TURNS)

    def full(*_: object) -> None:
        raise PermissionError(13, "denied")

    with monkeypatch.context() as patched:
        patched.setattr(erase, "_delete_files", full)
        with pytest.raises(PermissionError):
            erase_session(db, archive, number)
    assert search(db, MARKER).total == 0 and _holding(archive)
    assert "interrupted" in check(db, archive)[0].what
    repair(db, archive)
    assert _holding(archive) == [] and check(db, archive) == []


def test_an_archive_in_use_changes_nothing(db: Database, archive: Path, add: Adder) -> None:
    number = add("Essai", TURNS)
    db.conn.execute("PRAGMA busy_timeout = 50")
    with transaction(open_archive(archive)), pytest.raises(ArchiveBusy):
        erase_session(db, archive, number)
    assert check(db, archive) == [] and search(db, MARKER).total == 1
    erase_session(db, archive, number)
    assert _holding(archive) == []


def test_a_refused_erasure_leaves_the_original(db: Database, archive: Path, add: Adder) -> None:
    number = add("Essai", TURNS)
    db.conn.execute("PRAGMA busy_timeout = 50")
    reader = open_archive(archive)
    reader.conn.execute("BEGIN")
    reader.conn.execute("SELECT count(*) FROM session").fetchone()
    with pytest.raises(ArchiveBusy):
        erase_session(db, archive, number)
    reader.conn.execute("COMMIT")
    finish_erasure(db, archive)
    if db.conn.execute("SELECT count(*) FROM session").fetchone()[0]:
        assert check(db, archive) == []
        erase_session(db, archive, number)
    assert _holding(archive) == [] and check(db, archive) == []
