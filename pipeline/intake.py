"""Taking sources in: checked by content, stored under their hash, queued; neighbours never suffer."""

from __future__ import annotations

import re
import sqlite3
import textwrap
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlite_utils import Database

from db import jobs
from db.connection import transaction
from db.records import GivenSpeaker, Reading, Session, Source
from db.sessions import add_session, add_source_name, load_session, save_stage, session_of_source
from pipeline import audio, originals
from pipeline.errors import ArchiveError, FlorilegeError, NoRoom, Refused, TooLarge
from pipeline.kinds import kind_of
from pipeline.readers import read
from pipeline.readers.folders import plan
from pipeline.settings import Settings
from pipeline.stages import run_stage, stage_keys
from pipeline.toolbox import Toolbox

MEDIA = ("audio", "video")
TITLE_CHARACTERS = 80


@dataclass(frozen=True)
class Options:
    """What the user says about the files; anything left out is read from the files themselves."""

    event: str | None = None
    edition: str | None = None
    title: str | None = None
    date: str | None = None
    language: str | None = None
    speakers: tuple[GivenSpeaker, ...] = ()
    speaker_count: int | None = None


@dataclass(frozen=True)
class Item:
    """One file to take in, under the name it was given."""

    path: Path
    name: str
    event: str | None = None
    edition: str | None = None


@dataclass
class Report:
    """What came of an intake: (name, session) pairs added or already there, and (name, sentence) refusals."""

    added: list[tuple[str, int]] = field(default_factory=list)
    known: list[tuple[str, int]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def parse_speakers(text: str) -> tuple[GivenSpeaker, ...]:
    """Read ``"Name, role, organisation; Name; …"`` as typed by a user."""
    people = []
    for entry in text.replace("\n", ";").split(";"):
        name, *rest = [part.strip() for part in entry.split(",", 2)]
        if name:
            people.append(GivenSpeaker(name, *(part or None for part in rest)))
    return tuple(people)


def items_from(paths: Sequence[Path]) -> list[Item]:
    """Expand files and folders into items, events and editions derived from folders."""
    return [Item(p.path, p.path.name, p.event, p.edition) for p in plan(paths)]


def add_files(
    db: Database, archive: Path, items: Iterable[Item], options: Options, settings: Settings
) -> Report:
    """Take in each item; one that is refused, or finds no room, never hurts its neighbours."""
    report = Report()
    toolbox = Toolbox(archive, settings)
    originals.sweep(archive)
    for item in items:
        shown = originals.shown_name(item.name)
        try:
            session_id, new = add_file(db, item, options, toolbox)
        except (Refused, NoRoom) as error:
            refuse(db, report, shown, _under_its_name(str(error), item.path.name, shown))
        else:
            (report.added if new else report.known).append((shown, session_id))
    return report


def refuse(db: Database, report: Report, name: str, sentence: str) -> None:
    """Report a refusal, and keep it for the app as long as the archive has room for a row."""
    report.refused.append((name, sentence))
    with suppress(sqlite3.OperationalError, ArchiveError), transaction(db):
        jobs.refuse(db, name, sentence)


def _under_its_name(sentence: str, name: str, shown: str) -> str:
    """A message about the file on disk, with its name as it is shown: one line, no direction marks."""
    return sentence.replace(repr(name), repr(shown)).replace(name, shown)


def add_file(db: Database, item: Item, options: Options, toolbox: Toolbox) -> tuple[int, bool]:
    """Take in one file; return its session and whether it is new. Raises Refused, NoRoom."""
    kind = kind_of(item.path)
    seconds = _checked(item, kind, toolbox.settings)
    stored = originals.store(item.path, toolbox.archive)
    shown = originals.shown_name(item.name)
    known = session_of_source(db, stored.sha256)
    if known is not None:
        with transaction(db):
            add_source_name(db, stored.sha256, shown)
        return known, False
    try:
        session, output = _prepared(item, kind, stored, seconds, options, toolbox)
        return _record(db, session, output, toolbox.settings)
    except (FlorilegeError, sqlite3.OperationalError, OSError) as error:
        if stored.new and session_of_source(db, stored.sha256) is None:
            (toolbox.archive / stored.path).unlink(missing_ok=True)
        if isinstance(error, FlorilegeError):
            raise
        raise NoRoom(
            f"{shown!r} was not recorded because the archive or the temporary folder cannot be written "
            f"({error}); make room or correct its rights, then add it again."
        ) from error


def _checked(item: Item, kind: str, settings: Settings) -> float | None:
    """Refuse what is too large; return the seconds of a recording, when its container tells them."""
    shown = originals.shown_name(item.name)
    if kind in MEDIA:
        seconds = audio.probe(item.path).seconds
        if seconds and seconds > settings.max_hours * 3600:
            raise TooLarge(
                f"{shown} lasts {seconds / 3600:.1f} hours: cut it, or raise the setting max_hours."
            )
        return seconds
    if item.path.stat().st_size > settings.max_text_megabytes * 1e6:
        raise TooLarge(
            f"{shown} is larger than {settings.max_text_megabytes:g} MB of text: split it, or raise the "
            "setting max_text_megabytes."
        )
    return None


def _prepared(
    item: Item,
    kind: str,
    stored: originals.Stored,
    seconds: float | None,
    options: Options,
    toolbox: Toolbox,
) -> tuple[Session, bytes | None]:
    """The session of a stored file and, for text, the output of its ``read`` stage."""
    shown = originals.shown_name(item.name)
    session = Session(
        id=0,
        title=options.title or Path(shown).stem,
        source=Source(stored.sha256, shown, str(kind), stored.size, stored.path, seconds),
        form="speech" if kind in MEDIA else "prose",
        event=options.event or item.event,
        edition=options.edition or item.edition,
        date=options.date,
        given_language=options.language,
        given_speakers=options.speakers,
        speaker_count=options.speaker_count,
    )
    if kind in MEDIA:
        return session, None
    reading = read(toolbox.archive / stored.path, kind, shown)
    return _described(session, reading, options), run_stage(session, "read", toolbox)


def _described(session: Session, reading: Reading, options: Options) -> Session:
    """Fill what the user left out from what the file says of itself."""
    return replace(
        session,
        title=options.title or reading.title or readable_title(session.title, reading),
        form=reading.form,
        event=session.event or reading.event,
        edition=session.edition or reading.edition,
        date=session.date or reading.date,
        room=reading.room,
        track=reading.track,
        media=reading.media,
        given_speakers=options.speakers or reading.speakers,
        source_tags=reading.tags,
    )


def readable_title(stem: str, reading: Reading) -> str:
    """The file's own name, or the first words of the text when the name is a mere code."""
    words = [word for word in re.split(r"[\W_]+", stem) if word]
    if any(not re.fullmatch(r"[0-9a-f]*\d[0-9a-f]*", word.lower()) and len(word) > 2 for word in words):
        return stem
    body = reading.text[reading.body.start :] if reading.body else reading.text
    first = next((line.strip() for line in body.splitlines() if len(line.split()) > 2), stem)
    return textwrap.shorten(first, TITLE_CHARACTERS, placeholder="…")


def _record(db: Database, session: Session, output: bytes | None, settings: Settings) -> tuple[int, bool]:
    """Write a session, unless another process has just taken in the same content."""
    with transaction(db):
        known = session_of_source(db, session.source.sha256)
        if known is not None:
            add_source_name(db, session.source.sha256, session.source.name)
            return known, False
        session_id = add_session(db, session)
        if output is not None:
            keys = stage_keys(load_session(db, session_id), settings)
            save_stage(db, session_id, "read", keys["read"], output, "readers", 0.0)
        jobs.enqueue(db, session_id)
    return session_id, True
