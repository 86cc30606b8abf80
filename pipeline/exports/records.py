"""What exports read: quotes and transcripts as plain frozen rows, straight from the archive."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from sqlite_utils import Database

from db.records import VoiceSpan
from db.sessions import row_id, rows, session_edits
from pipeline.errors import NotFound

TEXT_OFFSETS = ("prose", "transcript")


@dataclass(frozen=True, slots=True)
class ExportedQuote:
    """A quote as scripts get it; ``start`` and ``end`` are code points of a text source, else null."""

    id: str
    session: str
    source: str
    start: int | None
    end: int | None
    text: str
    speaker: str | None
    role: str | None
    organisation: str | None
    kind: str
    rule: str
    confidence: float
    start_time: float | None
    end_time: float | None
    status: str
    theme: list[str]


@dataclass(frozen=True, slots=True)
class ExportedTurn:
    """A turn with the speaker's name, or a stable label while unnamed."""

    speaker: str | None
    text: str
    start_time: float | None
    end_time: float | None
    words: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ExportedVoice:
    """Seconds during which a speaker is heard, to the diarizer's precision; voices may overlap."""

    speaker: str
    start_time: float
    end_time: float


@dataclass(frozen=True, slots=True)
class ExportedTranscript:
    """A session's transcript; ``duration`` is in seconds, null for text, which has no ``voices`` either."""

    session: str
    source: str
    language: str | None
    duration: float | None
    turns: list[ExportedTurn]
    voices: list[ExportedVoice] = field(default_factory=list)


_QUOTES = """
SELECT quote.*, session.title, session.form, source.name AS source_name, person.name AS person,
       appearance.role, appearance.organisation,
       (SELECT json_group_array(slug) FROM (SELECT theme.slug FROM quote_theme JOIN theme
         ON theme.id = quote_theme.theme_id WHERE quote_id = quote.id ORDER BY theme.slug)) AS themes
FROM quote JOIN session ON session.id = quote.session_id
JOIN source ON source.sha256 = session.source_sha256
LEFT JOIN appearance ON appearance.id = quote.appearance_id
LEFT JOIN person ON person.id = appearance.person_id
WHERE quote.kind IN ('quoted', 'spoken') AND (:session IS NULL OR quote.session_id = :session)
ORDER BY quote.session_id, quote.start
"""


def exported_quotes(db: Database, session_id: int | None = None) -> list[ExportedQuote]:
    """All direct quotations and quotable passages, in the order of their sources; mentions never."""
    found = db.conn.execute(_QUOTES, {"session": session_id})
    names = [column[0] for column in found.description]
    return [_quote(dict(zip(names, row, strict=True))) for row in found]


def _quote(row: dict[str, Any]) -> ExportedQuote:
    in_text = row["form"] in TEXT_OFFSETS
    return ExportedQuote(
        id=row["id"],
        session=row["title"],
        source=row["source_name"],
        start=row["start"] if in_text else None,
        end=row["end"] if in_text else None,
        text=row["text"],
        speaker=row["person"],
        role=row["role"],
        organisation=row["organisation"],
        kind=row["kind"],
        rule=row["rule"],
        confidence=row["confidence"],
        start_time=_milliseconds(row["start_time"]),
        end_time=_milliseconds(row["end_time"]),
        status=row["status"],
        theme=json.loads(row["themes"]),
    )


def find_session(db: Database, wanted: str) -> int:
    """The session with this id or whose source's file name has this stem. Raises NotFound."""
    if rows(db, "SELECT 1 FROM session WHERE id = ?", row_id(wanted)):
        return row_id(wanted)
    sources = rows(
        db,
        """SELECT session.id, source_name.name FROM session
           JOIN source_name ON source_name.sha256 = session.source_sha256 ORDER BY session.id DESC""",
    )
    for row in sources:
        if wanted in (row["name"], Path(row["name"]).stem):
            return int(row["id"])
    raise NotFound(f"No session {wanted!r}: `florilege status` lists ids and file names.")


def exported_transcript(db: Database, session_id: int) -> ExportedTranscript:
    """The current transcript of a session. Raises NotFound while there is none."""
    session = rows(
        db,
        """SELECT session.title, session.language, source.name, source.seconds, transcript.text
           FROM session JOIN source ON source.sha256 = session.source_sha256
           JOIN transcript ON transcript.session_id = session.id AND transcript.current = 1
           WHERE session.id = ?""",
        session_id,
    )
    if not session:
        raise NotFound(f"Session {session_id} has no transcript yet: finish it with `florilege run`.")
    head = session[0]
    found = rows(
        db,
        """SELECT turn.*, appearance.label, person.name AS person FROM turn
           LEFT JOIN appearance ON appearance.id = turn.appearance_id
           LEFT JOIN person ON person.id = appearance.person_id
           WHERE turn.session_id = ? ORDER BY position""",
        session_id,
    )
    turns = [_turn(row, head["text"]) for row in found]
    voices = _voices(db, session_id, {row["label"]: row["person"] or row["label"] for row in found})
    return ExportedTranscript(head["title"], head["name"], head["language"], head["seconds"], turns, voices)


class _Voices(msgspec.Struct):
    """The part of a ``diarize`` stage's output that holds the voice spans."""

    voices: tuple[VoiceSpan, ...]


def _voices(db: Database, session_id: int, names: dict[str | None, str]) -> list[ExportedVoice]:
    """Voice spans under the names shown; a merged voice speaks under the other's name."""
    found = rows(db, "SELECT output FROM stage_run WHERE session_id = ? AND stage = 'diarize'", session_id)
    if not found:
        return []
    spans = msgspec.json.decode(found[0]["output"], type=_Voices).voices
    speakers = {span.label: span.label for span in spans}
    for edit in session_edits(db, session_id):
        if edit.kind == "merge":
            speakers = {k: edit.value if v == edit.target else v for k, v in speakers.items()}
    return [
        ExportedVoice(names.get(label := speakers[span.label]) or label, span.start_time, span.end_time)
        for span in spans
    ]


def _turn(row: dict[str, Any], text: str) -> ExportedTurn:
    words = [
        {
            "text": text[start:end],
            "start_time": _milliseconds(began),
            "end_time": _milliseconds(ended),
            "probability": round(probability, 3),
        }
        for start, end, began, ended, probability, _ in json.loads(row["words"])
    ]
    return ExportedTurn(
        row["person"] or row["label"],
        text[row["start"] : row["end"]],
        _milliseconds(row["start_time"]),
        _milliseconds(row["end_time"]),
        words,
    )


def _milliseconds(seconds: float | None) -> float | None:
    """Seconds without the tail of binary fractions."""
    return None if seconds is None else round(seconds, 3)
