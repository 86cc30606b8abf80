"""Every kind of damage is seen, named and, for the index, repaired."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sqlite_utils import Database

from db.check import TRIGGERS, check, repair
from db.connection import open_archive
from db.search import missing_vectors, save_vectors, search

Adder = Callable[..., int]

TURNS = [("Ada", "La première idée tient en peu de mots."), ("Max", "La deuxième suit sans attendre.")]


@pytest.fixture
def checked(db: Database, add: Adder) -> Database:
    add("Essai", TURNS)
    save_vectors(db, "toy", [(passage, np.ones(4)) for passage, _ in missing_vectors(db, "toy")])
    return db


def test_a_sound_archive_has_no_problem_and_reports_progress(checked: Database, archive: Path) -> None:
    steps = []
    assert check(checked, archive, lambda step, done, total: steps.append((step, done, total))) == []
    assert ("sessions", 1, 1) in steps and steps[-1][0] == "originals"


def test_all_guards_are_checked(checked: Database) -> None:
    present = {
        row[0] for row in checked.conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    }
    assert present == set(TRIGGERS)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("UPDATE quote SET text = 'autre'", "differs from the text"),
        ("UPDATE quote SET cue_start = 0, cue_end = 9999", "the cue of quote"),
        ("UPDATE summary_sentence SET text = 'inventée'", "differs from the text it was taken from"),
        ('UPDATE summary_slice SET "end" = 9999', "outside the text"),
        ("DELETE FROM summary_slice", "rests on no passage"),
        ("UPDATE theme_tag SET why = 'faux'", "words that are not at"),
        ('UPDATE theme_tag SET "end" = 9999', "tagged outside"),
        ('UPDATE turn SET "end" = 9999', "turn 0 lies outside"),
        ("UPDATE appearance SET evidence = '[[5, 9999]]'", "rests on a slice outside"),
        ("INSERT INTO entity VALUES (9, 1, 'person', 'Ada', 5, 9999)", "is noted outside"),
    ],
)
def test_untrue_slices_are_seen(checked: Database, archive: Path, damage: str, said: str) -> None:
    for trigger in ("quote_stays_a_slice",):
        checked.conn.execute(f"DROP TRIGGER {trigger}")
    checked.conn.execute(damage)
    problems = check(checked, archive)
    assert any(said in p.what and p.where == "session 1" and p.remedy for p in problems)
    assert any("quote_stays_a_slice" in p.what for p in problems)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE passage_fts SET stems = 'tout autre' WHERE rowid = 1",
        "DELETE FROM passage_fts WHERE rowid = 1",
        "INSERT INTO passage_fts(rowid, stems) VALUES (77, 'égaré')",
        "INSERT INTO title_fts(rowid, title) VALUES (77, 'égaré')",
        "DELETE FROM alias_fts",
        "INSERT INTO alias_fts(folded, person_id) VALUES ('personne', 5)",
        "DELETE FROM passage_fts_data WHERE id > 10",
        "UPDATE passage_vector SET vector = x'0011' WHERE passage_id = 1",
    ],
)
def test_a_drifted_index_is_seen_and_repaired(checked: Database, archive: Path, damage: str) -> None:
    kept = checked.conn.execute("SELECT passage_id FROM passage_vector WHERE passage_id = 2").fetchall()
    checked.conn.execute(damage)
    assert any("--repair" in problem.remedy for problem in check(checked, archive))
    assert repair(checked, archive) == 1
    assert check(checked, archive) == []
    assert search(checked, "première idée").total == 1
    assert (
        checked.conn.execute("SELECT passage_id FROM passage_vector WHERE passage_id = 2").fetchall() == kept
    )


def test_originals_are_hashed(checked: Database, archive: Path) -> None:
    original = next((archive / "originals").rglob("*.txt"))
    words = original.read_bytes()
    original.write_bytes(words + b" ")
    assert "has changed" in check(checked, archive)[0].what
    original.unlink()
    found = check(checked, archive)[0]
    assert "is missing" in found.what and original.name in found.where


def test_dangling_references_are_seen(checked: Database, archive: Path) -> None:
    checked.conn.execute("PRAGMA foreign_keys = OFF")
    checked.conn.execute("UPDATE passage_vector SET passage_id = 99 WHERE passage_id = 1")
    assert any("missing passage" in problem.what for problem in check(checked, archive))


def test_a_corrupted_page_is_a_problem_not_an_exception(checked: Database, archive: Path) -> None:
    roots = checked.conn.execute(
        "SELECT rootpage FROM sqlite_master WHERE name IN ('quote', 'passage')"
    ).fetchall()
    checked.conn.close()
    path = archive / "florilege.db"
    data = bytearray(path.read_bytes())
    for (page,) in roots:
        data[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    path.write_bytes(data)
    problems = check(open_archive(archive), archive)
    assert any("backup" in problem.remedy for problem in problems)
