"""A session of text turns, stored as the pipeline stores it, with its original beside."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from db.connection import open_archive, transaction
from db.records import Appearance, Quote, Session, Slice, Source, SummarySentence, ThemeTag, Turn
from db.sessions import add_session, save_stage
from db.store import project

Adder = Callable[..., int]


def session_of(folder: Path, title: str, turns: Sequence[tuple[str | None, str]], **more: object) -> Session:
    """A transcript whose original is written under ``folder/originals``; its first turn is quoted,
    summarised and tagged."""
    text, slices = "", []
    for label, words in turns:
        slices.append(Turn(len(text), len(text) + len(words), label, start_time=float(len(text))))
        text += words + "\n\n"
    data = text.encode()
    sha256 = hashlib.sha256(data).hexdigest()
    original = folder / "originals" / sha256[:2] / f"{sha256}.txt"
    original.parent.mkdir(parents=True, exist_ok=True)
    original.write_bytes(data)
    source = Source(sha256, f"{title}.txt", "text", len(data), original.relative_to(folder).as_posix())
    first = slices[0]
    said = text[first.start : first.end]
    labels = list(dict.fromkeys(label for label, _ in turns if label))
    return replace(
        Session(0, title, source, "transcript", text=text, turns=tuple(slices)),
        language="fr",
        appearances=tuple(Appearance(name, name, confidence=1.0) for name in labels),
        quotes=(Quote(first.start, first.end, said, first.label, "spoken", "opinion", 0.9, score=0.5),),
        summary=(SummarySentence(first.label, 0, said, (Slice(first.start, first.end),)),),
        themes=(ThemeTag("essai", first.start, first.start + 5, said[:5], "found"),),
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def db(archive: Path) -> Database:
    return open_archive(archive)


@pytest.fixture
def make(archive: Path) -> Callable[..., Session]:
    """Make a session's record, and its original."""
    return lambda title, turns, **more: session_of(archive, title, turns, **more)


@pytest.fixture
def add(db: Database, archive: Path) -> Adder:
    """Add a session and project it; returns its id."""

    def adding(title: str, turns: Sequence[tuple[str | None, str]], **more: object) -> int:
        session = session_of(archive, title, turns, **more)
        with transaction(db):
            number = add_session(db, session)
            project(db, replace(session, id=number))
            save_stage(db, number, "read", "key", session.text.encode(), "reader", 0.1)
        return number

    return adding
