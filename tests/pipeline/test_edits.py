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

INLINE = Settings(pool="inline", meaning=False)


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


def test_accents_can_be_corrected(db: Database, archive: Path, finished: Callable[..., int]) -> None:
    session = finished()
    edits.rename(db, session, "Marc Lefèvre", "Marc Lefévre")
    assert speakers(db) == {"Claire Dumont", "Marc Lefévre"}
    jobs.enqueue(db, session)
    run_jobs(db, archive, INLINE)
    assert speakers(db) == {"Claire Dumont", "Marc Lefévre"}


@pytest.mark.parametrize("merging", [False, True])
def test_an_edit_that_stages_have_used_can_still_be_undone(
    db: Database, archive: Path, finished: Callable[..., int], merging: bool
) -> None:
    session = finished()
    change = edits.merge if merging else edits.rename
    edit = change(db, session, "Marc Lefèvre", "Claire Dumont" if merging else "Autre Nom")
    jobs.enqueue(db, session)
    run_jobs(db, archive, INLINE)
    assert "Marc Lefèvre" not in speakers(db)
    edits.undo(db, edit)
    run_jobs(db, archive, INLINE)
    assert speakers(db) == {"Claire Dumont", "Marc Lefèvre"}


def test_an_edit_keeps_the_themes_found_over_the_archive(db: Database, finished: Callable[..., int]) -> None:
    session = finished()
    db.execute(
        "INSERT INTO theme (id, slug, label_fr, label_en, origin) VALUES (999, 'x', 'x', 'x', 'found')"
    )
    db.execute(
        """INSERT INTO theme_tag (session_id, transcript_id, theme_id, start, "end", why, by)
           SELECT session_id, id, 999, 0, 6, substr(text, 1, 6), 'found' FROM transcript"""
    )
    db.execute("INSERT INTO session_theme VALUES (?, 999, 0.5)", [session])
    edits.rename(db, session, "Marc Lefèvre", "Autre Nom")
    assert rows(db, "SELECT count(*) AS n FROM theme_tag WHERE by = 'found'") == [{"n": 1}]
    assert rows(db, "SELECT score FROM session_theme WHERE theme_id = 999") == [{"score": 0.5}]


def test_nobody_loses_their_name(db: Database, finished: Callable[..., int]) -> None:
    finished()
    with pytest.raises(NotFound, match="needs a name"):
        rename_person(db, find_person(db, "Claire Dumont"), "  ")
    with pytest.raises(NotFound, match="no person 999"):
        rename_person(db, 999, "Ada")
