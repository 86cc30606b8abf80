"""Reading passages as hits: who speaks, which quote, and what to highlight in the original text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlite_utils import Database

from db.folding import LANGUAGES, stem, words_of
from db.records import Slice
from db.search_filters import QUOTE_OVERLAPS
from db.search_values import Hit

_HIT = f"""
SELECT p.id, p.session_id, s.title, v.name AS event, e.name AS edition, s.date, s.language, p.start, p."end",
  substr(x.text, p.start + 1, p."end" - p.start) AS text, p.start_time, p.turn_id,
  t.appearance_id AS speaker, t.confidence AS turn_confidence,
  (SELECT q.id FROM quote q WHERE {QUOTE_OVERLAPS} ORDER BY q.score DESC, q.start LIMIT 1) AS quote_id
FROM passage p JOIN session s ON s.id = p.session_id JOIN transcript x ON x.id = p.transcript_id
LEFT JOIN edition e ON e.id = s.edition_id LEFT JOIN event v ON v.id = e.event_id
LEFT JOIN turn t ON t.id = p.turn_id
WHERE p.id IN (%s)
"""
_SPEAKER = """
SELECT a.id, a.label, a.person_id, h.name, a.role, a.organisation, a.confidence
FROM appearance a LEFT JOIN person h ON h.id = a.person_id WHERE a.id IN (%s)
"""


def hits_of(
    db: Database, passages: Sequence[int], scores: Mapping[int, float], stems: frozenset[str]
) -> tuple[Hit, ...]:
    """Read passages as hits, in the order given; those that are gone are left out."""
    found = {row["id"]: row for row in _rows(db, _HIT, passages)}
    quoted = [row["quote_id"] for row in found.values() if row["speaker"] is None and row["quote_id"]]
    of_quote = dict(
        db.conn.execute(
            f"SELECT id, appearance_id FROM quote WHERE id IN ({', '.join('?' * len(quoted))})", quoted
        ).fetchall()
    )
    speakers = {row["speaker"] for row in found.values()} | set(of_quote.values())
    known = {row["id"]: row for row in _rows(db, _SPEAKER, [s for s in speakers if s is not None])}
    return tuple(
        _hit(found[passage], known, of_quote, scores.get(passage, 0.0), stems)
        for passage in passages
        if passage in found
    )


def _rows(db: Database, sql: str, values: Sequence[object]) -> list[dict[str, Any]]:
    cursor = db.conn.execute(sql % ", ".join("?" * len(values)), list(values))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _hit(
    row: Mapping[str, Any],
    speakers: Mapping[int, Mapping[str, Any]],
    of_quote: Mapping[str, int | None],
    score: float,
    stems: frozenset[str],
) -> Hit:
    own = row["speaker"] is not None
    speaker = speakers.get(row["speaker"] if own else of_quote.get(row["quote_id"]) or 0, {})
    confidence = speaker.get("confidence")
    if own and confidence is not None and row["turn_confidence"] is not None:
        # The name may be sure and the voice not, or the other way round: the weaker one is what is known.
        confidence = min(confidence, row["turn_confidence"])
    return Hit(
        passage_id=row["id"],
        session_id=row["session_id"],
        title=row["title"],
        event=row["event"],
        edition=row["edition"],
        date=row["date"],
        language=row["language"],
        start=row["start"],
        end=row["end"],
        text=row["text"],
        start_time=row["start_time"],
        turn_id=row["turn_id"],
        label=speaker.get("label"),
        person_id=speaker.get("person_id"),
        person=speaker.get("name"),
        role=speaker.get("role"),
        organisation=speaker.get("organisation"),
        confidence=confidence,
        of_quote=bool(speaker) and not own,
        quote_id=row["quote_id"],
        score=score,
        highlights=highlights(row["text"], stems, row["start"]),
    )


def highlights(text: str, stems: frozenset[str], offset: int = 0) -> tuple[Slice, ...]:
    """Slices of the words of ``text`` whose stem is wanted, moved by ``offset``; words that touch or are
    one blank apart are marked as one."""
    marked: list[Slice] = []
    # No rule of either language changes the first two letters, and most words need no stemming then.
    openings = {wanted[:2] for wanted in stems}
    for start, end, word in words_of(text):
        if word[:2] not in openings or not any(stem(word, language) in stems for language in LANGUAGES):
            continue
        if marked and (start - marked[-1].end) <= 1:
            marked[-1] = Slice(marked[-1].start, end)
        else:
            marked.append(Slice(start, end))
    return tuple(Slice(mark.start + offset, mark.end + offset) for mark in marked)
