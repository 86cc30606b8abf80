"""What must be true of one session's rows, given its texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlite_utils import Database

from db.folding import stems

SESSION_REMEDY = "Restore the archive from a backup, or erase this session and add its file again."
INDEX_REMEDY = "Rebuild the search index with `florilege check --repair`."


@dataclass(frozen=True, slots=True)
class Problem:
    """Something untrue in an archive: ``where`` (session, file or table), ``what`` and the ``remedy``,
    each fit to be shown."""

    where: str
    what: str
    remedy: str


def session_problems(db: Database, session_id: int) -> Iterator[Problem]:
    """Check every slice of a session against the transcript it points into."""
    where = f"session {session_id}"
    transcripts = db.conn.execute("SELECT id, text FROM transcript WHERE session_id = ?", (session_id,))
    texts: dict[int, str] = dict(transcripts.fetchall())
    for problem in (
        *_turns(db, session_id, texts),
        *_quotes(db, session_id, texts),
        *_summary(db, session_id, texts),
        *_tags(db, session_id, texts),
        *_entities(db, session_id, texts),
        *_evidence(db, session_id, texts),
    ):
        yield Problem(where, problem, SESSION_REMEDY)
    for problem in _passages(db, session_id, texts):
        yield Problem(where, problem, INDEX_REMEDY)


def _slice(text: str | None, start: int, end: int) -> str | None:
    """``text[start:end]``, or ``None`` when the slice does not lie inside the text."""
    return text[start:end] if text is not None and 0 <= start <= end <= len(text) else None


def _rows(db: Database, sql: str, session_id: int) -> list[tuple[Any, ...]]:
    return db.conn.execute(sql, (session_id,)).fetchall()


def _turns(db: Database, session_id: int, texts: dict[int, str]) -> Iterator[str]:
    sql = 'SELECT transcript_id, position, start, "end" FROM turn WHERE session_id = ? ORDER BY position'
    for transcript, position, start, end in _rows(db, sql, session_id):
        if _slice(texts.get(transcript), start, end) is None:
            yield f"turn {position} lies outside the text ({start}–{end})."


def _quotes(db: Database, session_id: int, texts: dict[int, str]) -> Iterator[str]:
    sql = 'SELECT id, transcript_id, start, "end", text, cue_start, cue_end FROM quote WHERE session_id = ?'
    for key, transcript, start, end, said, cue_start, cue_end in _rows(db, sql, session_id):
        text = texts.get(transcript)
        if _slice(text, start, end) != said:
            yield f"quote {key} differs from the text at {start}–{end}."
        if cue_start is not None and _slice(text, cue_start, cue_end) is None:
            yield f"the cue of quote {key} lies outside the text ({cue_start}–{cue_end})."


def _summary(db: Database, session_id: int, texts: dict[int, str]) -> Iterator[str]:
    sql = """SELECT m.id, m.transcript_id, m.text, m.engine, l.start, l."end" FROM summary_sentence m
             LEFT JOIN summary_slice l ON l.sentence_id = m.id
             WHERE m.session_id = ? ORDER BY m.id, l.start"""
    sentences: dict[int, tuple[str, str, list[str]]] = {}
    for number, transcript, said, engine, start, end in _rows(db, sql, session_id):
        parts = sentences.setdefault(number, (said, engine, []))[2]
        if start is None:
            yield f"summary sentence {number} rests on no passage."
        elif (part := _slice(texts.get(transcript), start, end)) is None:
            yield f"summary sentence {number} rests on a slice outside the text ({start}–{end})."
        else:
            parts.append(part)
    for number, (said, engine, parts) in sentences.items():
        if engine == "extractive" and parts and said != " […] ".join(parts):
            yield f"summary sentence {number} differs from the text it was taken from."


def _tags(db: Database, session_id: int, texts: dict[int, str]) -> Iterator[str]:
    sql = """SELECT g.transcript_id, g.start, g."end", g.why, g.by, h.slug FROM theme_tag g
             JOIN theme h ON h.id = g.theme_id WHERE g.session_id = ?"""
    for transcript, start, end, why, by, slug in _rows(db, sql, session_id):
        part = _slice(texts.get(transcript), start, end)
        if part is None:
            yield f"theme {slug!r} is tagged outside the text ({start}–{end})."
        elif by in ("lexicon", "found") and part != why:
            yield f"theme {slug!r} gives as its reason words that are not at {start}–{end}."


def _entities(db: Database, session_id: int, texts: dict[int, str]) -> Iterator[str]:
    longest = max((len(text) for text in texts.values()), default=0)
    for name, start, end in _rows(
        db, 'SELECT name, start, "end" FROM entity WHERE session_id = ?', session_id
    ):
        if not 0 <= start <= end <= longest:
            yield f"{name!r} is noted outside the text ({start}–{end})."


def _evidence(db: Database, session_id: int, texts: dict[int, str]) -> Iterator[str]:
    longest = max((len(text) for text in texts.values()), default=0)
    for label, evidence in _rows(
        db, "SELECT label, evidence FROM appearance WHERE session_id = ?", session_id
    ):
        for start, end in msgspec.json.decode(evidence, type=list[tuple[int, int]]):
            if not 0 <= start <= end <= longest:
                yield f"the name of speaker {label!r} rests on a slice outside the text ({start}–{end})."


def _passages(db: Database, session_id: int, texts: dict[int, str]) -> Iterator[str]:
    sql = """SELECT p.id, p.transcript_id, p.start, p."end", p.language, f.stems FROM passage p
             LEFT JOIN passage_fts f ON f.rowid = p.id WHERE p.session_id = ?"""
    for key, transcript, start, end, language, indexed in _rows(db, sql, session_id):
        text = _slice(texts.get(transcript), start, end)
        if text is None:
            yield f"passage {key} lies outside the text ({start}–{end})."
        elif stems(text, language) != indexed:
            yield f"passage {key} is not indexed under its own words."
