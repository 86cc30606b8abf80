from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database

from db import jobs
from db.people import find_person, merge_people, rename_person
from db.sessions import rows
from pipeline import edits
from pipeline.errors import NotFound
from pipeline.jobs import run_jobs
from pipeline.settings import Settings


def speakers(db: Database) -> set[str]:
    return {
        row["name"]
        for row in rows(db, "SELECT DISTINCT name FROM person JOIN appearance ON person_id = person.id")
    }


def test_a_renamed_speaker_is_shown_at_once_and_survives_a_rerun(
    db: Database, archive: Path, finished: Callable[..., int]
) -> None:
    session = finished()
    edits.rename(db, session, "Marc Lefèvre", "Marc  Lefebvre")
    assert speakers(db) == {"Claire Dumont", "Marc Lefebvre"}
    jobs.enqueue(db, session)
    run_jobs(db, archive, Settings(pool="inline", meaning=False))
    assert speakers(db) == {"Claire Dumont", "Marc Lefebvre"}
    [row] = rows(db, "SELECT decided_by, confidence FROM appearance WHERE label = 'Marc Lefèvre'")
    assert row == {"decided_by": "human", "confidence": 1.0}


def test_an_undone_edit_leaves_the_session_as_it_was(db: Database, finished: Callable[..., int]) -> None:
    session = finished()
    edit = edits.rename(db, session, "Marc Lefèvre", "Autre Nom")
    assert edits.undo(db, edit) == session
    assert speakers(db) == {"Claire Dumont", "Marc Lefèvre"}
    with pytest.raises(NotFound):
        edits.undo(db, edit)


def test_merged_voices_are_one_speaker(db: Database, finished: Callable[..., int]) -> None:
    session = finished()
    edits.merge(db, session, "Marc Lefèvre", "Claire Dumont")
    assert speakers(db) == {"Claire Dumont"}
    assert rows(db, "SELECT count(*) AS n FROM turn WHERE appearance_id IS NOT NULL")[0]["n"] == 4


def test_an_unknown_label_is_refused(db: Database, finished: Callable[..., int]) -> None:
    session = finished()
    with pytest.raises(NotFound, match="'Nobody'"):
        edits.rename(db, session, "Nobody", "X")


def test_two_people_of_the_archive_become_one(db: Database, finished: Callable[..., int]) -> None:
    finished()
    finished("Marc Lefebvre: Nous formons huit cents vendeurs.\nAda B: Et après ?\n"
             "Marc Lefebvre: Nous verrons bien.\nAda B: Merci.\n", "other.txt")  # fmt: skip
    merge_people(db, find_person(db, "Marc Lefebvre"), find_person(db, "Marc Lefèvre"))
    assert find_person(db, "marc lefebvre") == find_person(db, "Marc Lefèvre")
    assert speakers(db) == {"Claire Dumont", "Marc Lefèvre", "Ada B"}


def test_a_person_is_renamed_everywhere_and_keeps_the_old_spelling(
    db: Database, finished: Callable[..., int]
) -> None:
    finished()
    rename_person(db, find_person(db, "Marc Lefèvre"), "Marc-André Lefèvre")
    assert find_person(db, "Marc Lefèvre") == find_person(db, "Marc-André Lefèvre")
    with pytest.raises(NotFound, match="merge"):
        rename_person(db, find_person(db, "Claire Dumont"), "Marc Lefèvre")
