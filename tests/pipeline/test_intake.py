from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlite_utils import Database

from db.connection import open_archive
from db.records import GivenSpeaker
from db.sessions import load_session, rows
from pipeline.intake import Item, Options, add_files, items_from, parse_speakers
from pipeline.settings import Settings

NOTES = "La séance ouvre à neuf heures.\n\nAsma Mhalla : « On a des outils qui vont très vite. »\n"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def db(archive: Path) -> Database:
    return open_archive(archive)


def given(folder: Path, name: str, text: str = NOTES) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf8")
    return path


def test_a_text_becomes_a_source_a_session_and_a_job(db: Database, archive: Path, tmp_path: Path) -> None:
    path = given(tmp_path, "notes.txt")
    report = add_files(
        db, archive, items_from([path]), Options(event="One to One", edition="2024"), Settings()
    )
    [(name, session_id)] = report.added
    session = load_session(db, session_id)
    assert (name, session.event, session.edition, session.form) == (
        "notes.txt",
        "One to One",
        "2024",
        "prose",
    )
    stored = archive / session.source.path
    assert stored.read_bytes() == path.read_bytes()
    assert session.source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert rows(db, "SELECT state FROM job") == [{"state": "waiting"}]


def test_the_same_content_twice_is_one_source(db: Database, archive: Path, tmp_path: Path) -> None:
    first, second = given(tmp_path, "a.txt"), given(tmp_path, "b.txt")
    add_files(db, archive, items_from([first]), Options(), Settings())
    report = add_files(db, archive, items_from([second]), Options(), Settings())
    assert not report.added and len(report.known) == 1
    assert db["session"].count == 1
    assert {row["name"] for row in db["source_name"].rows} == {"a.txt", "b.txt"}


def test_a_refused_file_leaves_no_trace_and_its_neighbours_go_on(
    db: Database, archive: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"PK\x03\x04 not a sound")
    before = bad.read_bytes()
    report = add_files(db, archive, items_from([bad, given(tmp_path, "good.txt")]), Options(), Settings())
    assert [name for name, _ in report.added] == ["good.txt"]
    [(name, sentence)] = report.refused
    assert name == "bad.wav" and "bad.wav" in sentence
    assert bad.read_bytes() == before
    assert len([p for p in (archive / "originals").rglob("*") if p.is_file()]) == 1
    assert rows(db, "SELECT name FROM refusal") == [{"name": "bad.wav"}]


def test_a_text_above_the_limit_is_refused(db: Database, archive: Path, tmp_path: Path) -> None:
    path = given(tmp_path, "long.txt", NOTES * 40)
    report = add_files(db, archive, items_from([path]), Options(), Settings(max_text_megabytes=0.001))
    assert "max_text_megabytes" in report.refused[0][1]


def test_an_uploaded_name_is_shown_clean(db: Database, archive: Path, tmp_path: Path) -> None:
    path = given(tmp_path, "upload.txt")
    report = add_files(db, archive, [Item(path, "../../étc/pa\u202ess.txt")], Options(), Settings())
    assert "/" not in report.added[0][0] and "\u202e" not in report.added[0][0]


def test_speakers_are_read_as_typed() -> None:
    assert parse_speakers("Claire Dumont, animatrice; Marc Lefèvre , directeur, Leboncoin ;; ") == (
        GivenSpeaker("Claire Dumont", "animatrice"),
        GivenSpeaker("Marc Lefèvre", "directeur", "Leboncoin"),
    )


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("recap_jour_2.txt", "recap_jour_2"),
        ("003_f6bad95c8a096592.txt", "La séance ouvre à neuf heures."),
        ("2024-03-21.txt", "La séance ouvre à neuf heures."),
    ],
)
def test_a_mere_code_is_no_title(db: Database, archive: Path, tmp_path: Path, name: str, title: str) -> None:
    report = add_files(db, archive, items_from([given(tmp_path, name)]), Options(), Settings())
    assert load_session(db, report.added[0][1]).title == title


KILLED = """
import os, signal, sys, importlib
from pathlib import Path
module, name, moment = sys.argv[1], sys.argv[2], sys.argv[3]
from pipeline.cli import main
owner = importlib.import_module(module)
real = getattr(owner, name)
def fatal(*args, **kwargs):
    if moment == "after":
        real(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(owner, name, fatal)
sys.argv = ["florilege", *sys.argv[4:]]
main()
"""
FAULT_POINTS = [
    ("pipeline.originals", "_copy"),
    ("pipeline.originals", "_settle"),
    ("pipeline.intake", "add_session"),
    ("pipeline.intake", "save_stage"),
    ("pipeline.intake", "run_stage"),
]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(("module", "name"), FAULT_POINTS)
def test_a_kill_during_intake_leaves_all_or_nothing(
    archive: Path, tmp_path: Path, module: str, name: str, moment: str
) -> None:
    path = given(tmp_path, "notes.txt")
    arguments = ["--archive", str(archive), "add", str(path)]
    killed = subprocess.run([sys.executable, "-c", KILLED, module, name, moment, *arguments], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert path.read_text(encoding="utf8") == NOTES
    subprocess.run([sys.executable, "-m", "pipeline.cli", *arguments], check=True, env={**os.environ})
    db = open_archive(archive)
    assert db["session"].count == db["job"].count == db["source"].count == 1
    [stored] = [p for p in (archive / "originals").rglob("*") if p.is_file()]
    assert stored.read_bytes() == path.read_bytes()
