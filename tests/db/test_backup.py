"""A backup is a whole archive, taken while it is used, or nothing at all."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database

from db.backup import backup
from db.check import check
from db.connection import open_archive, transaction
from db.faults import ArchiveError
from db.search import search

Adder = Callable[..., int]

TURNS = [("Ada", "La première idée tient en peu de mots.")]


def test_a_backup_is_a_whole_archive(db: Database, archive: Path, add: Adder, tmp_path: Path) -> None:
    add("Essai", TURNS)
    (archive / "themes.toml").write_text("a = 1")
    made = backup(db, archive, tmp_path / "copies" / "monday")
    assert (made.sessions, made.originals, made.missing) == (1, 1, ())
    shutil.rmtree(archive)
    restored = open_archive(made.folder, create=False)
    assert check(restored, made.folder) == []
    assert search(restored, "idée").hits[0].person == "Ada"
    assert (made.folder / "themes.toml").read_text() == "a = 1"


@pytest.mark.parametrize("place", ["archive", "archive/backups", "archive/../archive/x", "."])
def test_places_within_or_around_the_archive_are_refused(
    db: Database, archive: Path, add: Adder, tmp_path: Path, place: str
) -> None:
    add("Essai", TURNS)
    before = sorted(archive.rglob("*"))
    with pytest.raises(ArchiveError):
        backup(db, archive, tmp_path / place)
    assert sorted(archive.rglob("*")) == before


def test_a_place_in_use_is_refused_and_left_alone(db: Database, archive: Path, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "mine.txt").write_text("x")
    with pytest.raises(ArchiveError, match="not empty"):
        backup(db, archive, taken)
    assert [path.name for path in taken.iterdir()] == ["mine.txt"]


def test_a_lost_original_is_named_and_the_rest_is_saved(
    db: Database, archive: Path, add: Adder, tmp_path: Path
) -> None:
    add("Essai", TURNS)
    next((archive / "originals").rglob("*.txt")).unlink()
    made = backup(db, archive, tmp_path / "copy")
    assert len(made.missing) == 1 and made.originals == 0


def test_a_damaged_archive_is_not_backed_up_silently(
    db: Database, archive: Path, add: Adder, tmp_path: Path
) -> None:
    add("Essai", TURNS)
    db.conn.close()
    path = archive / "florilege.db"
    data = bytearray(path.read_bytes())
    for page in range(3, len(data) // 4096, 2):
        data[page * 4096 : page * 4096 + 512] = b"\xff" * 512
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match="florilege check"):
        backup(db, archive, tmp_path / "copy")
    assert sorted(child.name for child in tmp_path.iterdir()) == ["archive"]


def test_a_backup_during_writes_is_of_one_moment(
    db: Database, archive: Path, add: Adder, tmp_path: Path
) -> None:
    number = add("Essai", TURNS)
    stop = threading.Event()

    def write() -> None:
        own = open_archive(archive)
        while not stop.is_set():
            with transaction(own):
                for kind in ("a", "b"):
                    own.conn.execute("INSERT INTO edit VALUES (NULL, ?, ?, '', '', '', NULL)", (number, kind))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [backup(db, archive, tmp_path / f"copy{n}").folder for n in range(3)]
    finally:
        stop.set()
        writer.join()
    for folder in made:
        counts = open_archive(folder).conn.execute(
            "SELECT count(*) FILTER (WHERE kind = 'a') - count(*) FILTER (WHERE kind = 'b') FROM edit"
        )
        assert counts.fetchone() == (0,)
