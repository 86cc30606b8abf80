"""Opening, locking and writing from many threads."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database

from db.connection import open_archive, transaction, wal_is_safe
from db.faults import ArchiveBusy, ArchiveError, ArchiveNewer
from db.sessions import add_edit

Adder = Callable[..., int]


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 6), True),
        ((3, 44, 5), False),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
    ],
)
def test_the_write_ahead_log_waits_for_its_fix(version: tuple[int, ...], safe: bool) -> None:
    assert wal_is_safe(version) is safe


def test_references_are_enforced_and_writes_reach_the_disk(db: Database) -> None:
    assert db.conn.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert db.conn.execute("PRAGMA synchronous").fetchone() == (2,)
    assert db.conn.execute("PRAGMA journal_mode").fetchone()[0] == ("wal" if wal_is_safe() else "delete")


def test_no_archive_and_no_wish_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="florilege add"):
        open_archive(tmp_path / "none", create=False)
    assert not (tmp_path / "none").exists()


def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "florilege.db").write_bytes(b"not a database at all" * 300)
    with pytest.raises(ArchiveError, match="backup"):
        open_archive(tmp_path)


def test_a_newer_database_is_refused_untouched(db: Database, archive: Path) -> None:
    db["_sqlite_migrations"].insert(
        {"migration_set": "florilege", "name": "9999_later", "applied_at": "2030"}
    )
    before = (archive / "florilege.db").read_bytes()
    with pytest.raises(ArchiveNewer, match="9999_later"):
        open_archive(archive)
    assert (archive / "florilege.db").read_bytes() == before


def test_eight_threads_write_every_edit(db: Database, archive: Path, add: Adder) -> None:
    number = add("Essai", [("Ada", "Un mot.")])
    failed: list[Exception] = []

    def edit(thread: int) -> None:
        own = open_archive(archive)
        for count in range(50):
            try:
                with transaction(own):
                    add_edit(own, number, "title", "", f"{thread}-{count}")
            except Exception as error:
                failed.append(error)
        own.conn.close()

    threads = [threading.Thread(target=edit, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert db.conn.execute("SELECT count(DISTINCT value) FROM edit").fetchone() == (400,)


def test_many_may_open_a_new_archive_at_once(tmp_path: Path) -> None:
    failed: list[Exception] = []

    def start() -> None:
        try:
            open_archive(tmp_path / "new").conn.close()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_a_transaction_is_all_or_nothing_and_nests(db: Database) -> None:
    with pytest.raises(RuntimeError), transaction(db):
        db.conn.execute("INSERT INTO event (name) VALUES ('a')")
        with transaction(db):
            db.conn.execute("INSERT INTO event (name) VALUES ('b')")
        raise RuntimeError
    assert db.conn.execute("SELECT count(*) FROM event").fetchone() == (0,)
    with transaction(db), transaction(db):
        db.conn.execute("INSERT INTO event (name) VALUES ('a')")
    assert not db.conn.in_transaction


def test_a_locked_archive_says_so(db: Database, archive: Path) -> None:
    other = open_archive(archive)
    other.conn.execute("PRAGMA busy_timeout = 50")
    with transaction(db), pytest.raises(ArchiveBusy), transaction(other):
        pass


def test_a_commit_that_a_reader_blocks_changes_nothing(db: Database, archive: Path) -> None:
    reader = open_archive(archive)
    reader.conn.execute("BEGIN")
    reader.conn.execute("SELECT count(*) FROM event").fetchone()
    db.conn.execute("PRAGMA busy_timeout = 50")
    if not wal_is_safe():
        with pytest.raises(ArchiveBusy), transaction(db):
            db.conn.execute("INSERT INTO event (name) VALUES ('a')")
        assert not db.conn.in_transaction
    reader.conn.execute("COMMIT")
    with transaction(db):
        db.conn.execute("INSERT INTO event (name) VALUES ('b')")
    assert db.conn.execute("SELECT name FROM event").fetchall() == [("b",)]


def test_a_file_that_cannot_be_written_is_not_called_busy(db: Database) -> None:
    db.execute("PRAGMA query_only = ON")
    with pytest.raises(sqlite3.OperationalError, match="readonly"), transaction(db):
        pass
