"""Sessions for the pages: the list, and all that the reader shows of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlite_utils import Database

from db.browse import NEWEST, PER_PAGE, Page, Where, folded, offset_of, scalar, with_folding
from db.browse_quotes import QuoteCard, ThemeMark, cards
from db.records import Recognition, Word
from db.sessions import rows


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """What is asked of the list; empty fields ask nothing. ``state``: a job state."""

    event: str = ""
    edition: str = ""
    state: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session in a list. ``state`` is its last job's (``done`` when it has none); ``speakers`` are
    the names known, ``voices`` counts all speakers, named or not. ``seconds`` is ``None`` for texts."""

    id: int
    title: str
    form: str
    date: str | None
    language: str | None
    event: str | None
    edition: str | None
    source: str
    seconds: float | None
    characters: int
    quotes: int
    voices: int
    speakers: tuple[str, ...]
    state: str
    step: str | None
    done: float
    total: float
    message: str | None
    started_at: str | None


@dataclass(frozen=True, slots=True)
class Speaker:
    """One speaker of a session, with the role of that day; ``spoken`` in characters."""

    appearance_id: int
    label: str
    person_id: int | None
    name: str | None
    role: str | None
    organisation: str | None
    part: str
    confidence: float
    rule: str
    decided_by: str
    evidence: tuple[str, ...]
    spoken: int
    quotes: int


@dataclass(frozen=True, slots=True)
class TurnRow:
    """A turn as stored: slice of the text, speaker (row id of its appearance), seconds, words."""

    start: int
    end: int
    appearance_id: int | None
    start_time: float | None
    end_time: float | None
    confidence: float
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """A summary sentence and the first slice that it rests on; times in seconds."""

    appearance_id: int | None
    text: str
    engine: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What the recogniser wrote and nobody said; ``why``: silence, no-speech, phantom-phrase or loop."""

    start_time: float
    end_time: float
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class SessionPage:
    """All that the reader shows. ``body_start``, ``body_end`` bound what was said or written."""

    row: SessionRow
    room: str | None
    track: str | None
    sha256: str
    text: str
    body_start: int
    body_end: int
    notes: tuple[str, ...]
    speakers: tuple[Speaker, ...]
    turns: tuple[TurnRow, ...]
    quotes: tuple[QuoteCard, ...]
    summary: tuple[SummaryRow, ...]
    themes: tuple[ThemeMark, ...]
    left_out: tuple[LeftOut, ...] = ()


_LIST = """
SELECT session.id, session.title, session.form, session.date, session.language, event.name AS event,
       edition.name AS edition, source.name AS source, source.seconds,
       COALESCE((SELECT length(text) FROM transcript WHERE session_id = session.id AND current = 1), 0)
         AS characters,
       (SELECT count(*) FROM quote WHERE session_id = session.id AND kind <> 'mention') AS quotes,
       (SELECT count(*) FROM appearance WHERE session_id = session.id) AS voices,
       (SELECT json_group_array(name) FROM (
          SELECT DISTINCT person.name FROM appearance JOIN person ON person.id = appearance.person_id
          WHERE session_id = session.id ORDER BY appearance.id LIMIT 12)) AS speakers,
       COALESCE(job.state, 'done') AS state, job.step, COALESCE(job.done, 0) AS done,
       COALESCE(job.total, 0) AS total, job.message, job.started_at
"""
_JOINS = """
FROM session JOIN source ON source.sha256 = session.source_sha256
LEFT JOIN edition ON edition.id = session.edition_id LEFT JOIN event ON event.id = edition.event_id
LEFT JOIN job ON job.id = (SELECT max(id) FROM job WHERE session_id = session.id)
"""


def _where(asked: SessionFilter) -> Where:
    where = Where()
    for column, value in (("event.name", asked.event), ("edition.name", asked.edition)):
        if value:
            where = where.also(f"{column} = ?", value)
    if asked.state:
        where = where.also("COALESCE(job.state, 'done') = ?", asked.state)
    if asked.text:
        needle = folded(asked.text)
        where = where.also("(holds(session.title, ?) OR holds(source.name, ?))", needle, needle)
    return where


def sessions(
    db: Database, asked: SessionFilter, number: int = 1, per_page: int = PER_PAGE
) -> Page[SessionRow]:
    """One page of sessions: newest first; a dateless one counts by its edition's year, or by its arrival."""
    with_folding(db)
    where = _where(asked)
    total = int(scalar(db, f"SELECT count(*) {_JOINS} {where.clause}", *where.parameters))
    number = min(max(number, 1), max(1, -(-total // per_page)))
    sql = f"{_LIST} {_JOINS} {where.clause} ORDER BY {NEWEST} LIMIT ? OFFSET ?"
    found = rows(db, sql, *where.parameters, per_page, offset_of(number, per_page))
    return Page(tuple(_row(row) for row in found), total, number, per_page)


def _row(row: dict[str, Any]) -> SessionRow:
    return SessionRow(**{**row, "speakers": tuple(msgspec.json.decode(row["speakers"]))})


def session_row(db: Database, session_id: int) -> SessionRow | None:
    """One session as in the list."""
    found = rows(db, f"{_LIST} {_JOINS} WHERE session.id = ?", session_id)
    return _row(found[0]) if found else None


_MORE = """
SELECT session.room, session.track, session.source_sha256, session.notes, transcript.id, transcript.text,
       transcript.body_start, transcript.body_end
FROM session LEFT JOIN transcript ON transcript.session_id = session.id AND transcript.current = 1
WHERE session.id = ?
"""


def session(db: Database, session_id: int) -> SessionPage | None:
    """All that the reader shows of a session, or ``None`` when there is no such session."""
    row = session_row(db, session_id)
    if row is None:
        return None
    room, track, sha256, notes, transcript, text, start, end = db.conn.execute(
        _MORE, (session_id,)
    ).fetchone()
    text = text or ""
    return SessionPage(
        row=row,
        room=room,
        track=track,
        sha256=sha256,
        text=text,
        body_start=start or 0,
        body_end=end if end is not None else len(text),
        notes=tuple(msgspec.json.decode(notes)),
        speakers=speakers(db, session_id, text),
        turns=_turns(db, transcript),
        quotes=_quotes(db, session_id),
        summary=_summary(db, session_id),
        themes=_themes(db, session_id),
        left_out=_left_out(db, session_id) if row.form == "speech" else (),
    )


_SPEAKERS = """
SELECT appearance.id AS appearance_id, appearance.label, appearance.person_id, person.name, appearance.role,
       appearance.organisation, appearance.part, appearance.confidence, appearance.rule,
       appearance.decided_by, appearance.evidence,
       (SELECT COALESCE(sum("end" - start), 0) FROM turn WHERE appearance_id = appearance.id) AS spoken,
       (SELECT count(*) FROM quote WHERE appearance_id = appearance.id AND kind <> 'mention') AS quotes
FROM appearance LEFT JOIN person ON person.id = appearance.person_id
WHERE appearance.session_id = ? ORDER BY appearance.id
"""


def speakers(db: Database, session_id: int, text: str = "") -> tuple[Speaker, ...]:
    """The speakers of a session, in their stable order; ``evidence`` holds the words of ``text``."""
    return tuple(
        Speaker(**{**row, "evidence": _evidence(row["evidence"], text)})
        for row in rows(db, _SPEAKERS, session_id)
    )


def _evidence(stored: str, text: str) -> tuple[str, ...]:
    return tuple(text[start:end] for start, end in msgspec.json.decode(stored) if text[start:end])


def _turns(db: Database, transcript: int | None) -> tuple[TurnRow, ...]:
    found = db.conn.execute(
        """SELECT start, "end", appearance_id, start_time, end_time, confidence, words FROM turn
           WHERE transcript_id = ? ORDER BY position""",
        (transcript,),
    )
    return tuple(
        TurnRow(a, b, who, begin, stop, sure, _words(words)) for a, b, who, begin, stop, sure, words in found
    )


def _words(stored: str) -> tuple[Word, ...]:
    return tuple(Word(*row) for row in msgspec.json.decode(stored))


def _quotes(db: Database, session_id: int) -> tuple[QuoteCard, ...]:
    found = db.conn.execute(
        "SELECT id FROM quote WHERE session_id = ? AND kind <> 'mention' ORDER BY start LIMIT 2000",
        (session_id,),
    )
    return cards(db, [row[0] for row in found])


_SUMMARY = """
SELECT appearance_id, text, engine, COALESCE(min(slice.start), 0), COALESCE(min(slice."end"), 0)
FROM summary_sentence AS sentence LEFT JOIN summary_slice AS slice ON slice.sentence_id = sentence.id
WHERE session_id = ? GROUP BY sentence.id ORDER BY appearance_id, position
"""


def _summary(db: Database, session_id: int) -> tuple[SummaryRow, ...]:
    return tuple(SummaryRow(*row) for row in db.conn.execute(_SUMMARY, (session_id,)))


def _left_out(db: Database, session_id: int) -> tuple[LeftOut, ...]:
    """Segments kept out of the text, from the stored output of recognition."""
    stored = scalar(
        db, "SELECT output FROM stage_run WHERE session_id = ? AND stage = 'transcribe'", session_id
    )
    recognition = (msgspec.json.decode(stored) if stored else {}).get("recognition")
    if not recognition:
        return ()
    return tuple(
        LeftOut(s.start_time, s.end_time, "".join(word.text for word in s.words).strip(), s.dropped)
        for s in msgspec.convert(recognition, Recognition).segments
        if s.dropped
    )


_THEMES = """
SELECT theme.slug, theme.label_fr, theme.label_en,
       COALESCE((SELECT group_concat(why, ', ') FROM (
         SELECT DISTINCT why FROM theme_tag WHERE session_id = held.session_id AND theme_id = theme.id
         LIMIT 5)), '')
FROM session_theme AS held JOIN theme ON theme.id = held.theme_id
WHERE held.session_id = ? ORDER BY held.score DESC, theme.slug LIMIT 12
"""


def _themes(db: Database, session_id: int) -> tuple[ThemeMark, ...]:
    return tuple(ThemeMark(*row) for row in db.conn.execute(_THEMES, (session_id,)))
