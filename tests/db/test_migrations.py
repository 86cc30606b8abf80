"""Migrations run whole or not at all, and leave every guard in place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from db.check import TRIGGERS
from db.connection import MIGRATION_NAMES, open_archive
from db.migrations import MIGRATIONS, core, search, statements

Adder = Callable[..., int]


def _names(db: Database) -> set[str]:
    return {row[0] for row in db.conn.execute("SELECT name FROM sqlite_master")}


def test_a_new_archive_has_every_migration_and_guard(db: Database) -> None:
    assert {m.name for m in MIGRATIONS.applied(db)} == MIGRATION_NAMES
    assert set(TRIGGERS) <= _names(db)
    assert db.conn.execute("PRAGMA foreign_key_check").fetchall() == []
    for index in ("passage_fts", "title_fts", "alias_fts"):
        db.conn.execute(f"INSERT INTO {index}({index}, rank) VALUES ('integrity-check', 1)")


def test_opening_again_changes_nothing(db: Database, archive: Path) -> None:
    before = (archive / "florilege.db").read_bytes()
    open_archive(archive)
    assert (archive / "florilege.db").read_bytes() == before


def test_a_migration_raising_half_way_is_rolled_back(db: Database, archive: Path, add: Adder) -> None:
    add("Essai", [("Ada", "Un mot.")])
    later = Migrations("florilege")
    before = _names(db)

    @later(name="9000_broken")
    def broken(db: Database) -> None:
        db.execute("CREATE TABLE half (id INTEGER)")
        db.execute("DELETE FROM session")
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        later.apply(db)
    assert _names(db) == before
    assert db.conn.execute("SELECT count(*) FROM session").fetchone() == (1,)
    assert "9000_broken" not in {m.name for m in MIGRATIONS.applied(open_archive(archive))}


def test_search_comes_to_an_archive_that_had_none(tmp_path: Path) -> None:
    db = Database(tmp_path / "old.db")
    core(db)
    db.execute("INSERT INTO source VALUES (?, 'a.txt', 'text', 1, 'originals/a', NULL, '')", ["a" * 64])
    db.execute(
        "INSERT INTO session (source_sha256, title, form, added_at) VALUES (?, 'Épreuve', 'prose', '')",
        ["a" * 64],
    )
    db.execute("INSERT INTO person (name) VALUES ('Ada')")
    db.execute("INSERT INTO alias VALUES ('ada', 'Ada', 1, 'rule')")
    search(db)
    assert db.execute("SELECT rowid FROM title_fts WHERE title_fts MATCH 'epreuve'").fetchall() == [(1,)]
    assert db.execute("SELECT folded FROM alias_fts").fetchall() == [("ada",)]


def test_triggers_are_kept_whole_when_a_script_is_split() -> None:
    trigger = "CREATE TRIGGER t AFTER DELETE ON a\nBEGIN\n  SELECT 1;\n  SELECT 2;\nEND;\n"
    script = f"CREATE TABLE a (b);\n{trigger}SELECT 3;"
    assert [s.split()[1] for s in statements(script)] == ["TABLE", "TRIGGER", "3;"]
