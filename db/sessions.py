"""Sources and sessions as rows: taking one in, and loading it back as a record."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec
from sqlite_utils import Database

from db.clock import now
from db.faults import NotFound
from db.records import Edit, GivenSpeaker, Session, Source

_SESSION = """
SELECT session.*, edition.name AS edition, event.name AS event, source.name AS source_name, source.kind,
       source.size, source.path, source.seconds
FROM session JOIN source ON source.sha256 = session.source_sha256
LEFT JOIN edition ON edition.id = session.edition_id LEFT JOIN event ON event.id = edition.event_id
WHERE session.id = ?
"""


def rows(db: Database, sql: str, *parameters: object) -> list[dict[str, Any]]:
    """Run a query and return its rows as dictionaries."""
    cursor = db.conn.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def row_id(written: str) -> int:
    """The row id that a user may have typed, or 0, which no row has."""
    return int(written) if written.isdecimal() and len(written) < 19 else 0


def session_of_source(db: Database, sha256: str) -> int | None:
    """Return the session already made from this content, if any."""
    found = db.conn.execute("SELECT id FROM session WHERE source_sha256 = ?", (sha256,)).fetchone()
    return int(found[0]) if found else None


def add_source_name(db: Database, sha256: str, name: str) -> None:
    """Remember another name under which the same content was given."""
    db.conn.execute("INSERT OR IGNORE INTO source_name VALUES (?, ?)", (sha256, name))


def edition_id(db: Database, event: str | None, edition: str | None) -> int | None:
    """Find or create an edition of an event; an event alone gets one unnamed edition."""
    if not event and not edition:
        return None
    event, edition = event or edition or "", edition or event or ""
    db.conn.execute("INSERT OR IGNORE INTO event (name) VALUES (?)", (event,))
    event_id = db.conn.execute("SELECT id FROM event WHERE name = ?", (event,)).fetchone()[0]
    db.conn.execute(
        "INSERT OR IGNORE INTO edition (event_id, name, year) VALUES (?, ?, ?)",
        (event_id, edition, _year(edition)),
    )
    found = db.conn.execute("SELECT id FROM edition WHERE event_id = ? AND name = ?", (event_id, edition))
    return int(found.fetchone()[0])


def _year(name: str) -> int | None:
    years = [int(word) for word in "".join(c if c.isdigit() else " " for c in name).split() if len(word) == 4]
    return next((year for year in years if 1900 <= year <= 2100), None)


def add_session(db: Database, session: Session) -> int:
    """Insert a source and its session (``session.id`` is ignored); return the new id."""
    source, moment = session.source, now()
    db.conn.execute(
        "INSERT OR IGNORE INTO source VALUES (?, ?, ?, ?, ?, ?, ?)",
        (source.sha256, source.name, source.kind, source.size, source.path, source.seconds, moment),
    )
    add_source_name(db, source.sha256, source.name)
    cursor = db.conn.execute(
        """INSERT INTO session (source_sha256, edition_id, title, form, date, room, track, media, language,
           given_language, speaker_count, given_speakers, source_tags, notes, added_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            source.sha256,
            edition_id(db, session.event, session.edition),
            session.title,
            session.form,
            session.date,
            session.room,
            session.track,
            session.media,
            session.language,
            session.given_language,
            session.speaker_count,
            msgspec.json.encode(session.given_speakers).decode(),
            msgspec.json.encode(session.source_tags).decode(),
            msgspec.json.encode(session.notes).decode(),
            moment,
        ),
    )
    return int(cursor.lastrowid or 0)


def load_session(db: Database, session_id: int) -> Session:
    """Load a session as it was taken in, with its human edits; stages fill the rest. Raises NotFound."""
    found = rows(db, _SESSION, session_id)
    if not found:
        raise NotFound(f"There is no session {session_id}: list the sessions with `florilege status`.")
    row = found[0]
    return Session(
        id=session_id,
        title=row["title"],
        source=Source(
            row["source_sha256"], row["source_name"], row["kind"], row["size"], row["path"], row["seconds"]
        ),
        form=row["form"],
        event=row["event"],
        edition=row["edition"],
        date=row["date"],
        room=row["room"],
        track=row["track"],
        media=row["media"],
        language=row["language"],
        given_language=row["given_language"],
        given_speakers=msgspec.json.decode(row["given_speakers"], type=tuple[GivenSpeaker, ...]),
        speaker_count=row["speaker_count"],
        source_tags=msgspec.json.decode(row["source_tags"], type=tuple[str, ...]),
        notes=msgspec.json.decode(row["notes"], type=tuple[str, ...]),
        edits=session_edits(db, session_id),
    )


def session_edits(db: Database, session_id: int) -> tuple[Edit, ...]:
    """Human edits of a session that have not been undone, oldest first."""
    found = rows(db, "SELECT * FROM edit WHERE session_id = ? AND undone_at IS NULL ORDER BY id", session_id)
    return tuple(Edit(r["kind"], r["target"], r["value"], r["made_at"]) for r in found)


def add_edit(db: Database, session_id: int, kind: str, target: str, value: str) -> int:
    """Record a human edit and return its id; nothing ever overwrites it."""
    try:
        cursor = db.conn.execute(
            "INSERT INTO edit (session_id, kind, target, value, made_at) VALUES (?, ?, ?, ?, ?)",
            (session_id, kind, target, value, now()),
        )
    except sqlite3.IntegrityError as error:
        raise NotFound(f"There is no session {session_id} to edit.") from error
    return int(cursor.lastrowid or 0)


def undo_edit(db: Database, edit_id: int) -> int:
    """Mark an edit as undone and return its session. Raises NotFound."""
    found = rows(db, "SELECT session_id FROM edit WHERE id = ? AND undone_at IS NULL", edit_id)
    if not found:
        raise NotFound(f"There is no edit {edit_id} left to undo.")
    db.conn.execute("UPDATE edit SET undone_at = ? WHERE id = ?", (now(), edit_id))
    return int(found[0]["session_id"])


def stage_outputs(db: Database, session_id: int) -> dict[str, tuple[str, bytes]]:
    """Stage name → (key, output) of what has been computed for a session."""
    found = rows(db, "SELECT stage, key, output FROM stage_run WHERE session_id = ?", session_id)
    return {row["stage"]: (row["key"], bytes(row["output"])) for row in found}


def save_stage(
    db: Database, session_id: int, stage: str, key: str, output: bytes, engine: str, seconds: float
) -> None:
    """Keep the output of a stage under its key, replacing an older one."""
    db.conn.execute(
        "INSERT OR REPLACE INTO stage_run VALUES (?, ?, ?, ?, ?, ?, ?)",
        (session_id, stage, key, output, engine, seconds, now()),
    )
