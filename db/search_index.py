"""Cutting sessions into passages, the units that search finds.

A short turn is one passage; a long one is cut at sentence ends into pieces of at most ``LONGEST``
characters.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec
from sqlite_utils import Database

from db.connection import transaction
from db.folding import ruled_by, stems
from db.records import Slice

LONGEST = 700
_SHORTEST = 200
_SENTENCE_END = re.compile(r"[.!?…][»”\"’')\]]*(?=\s)|\n(?=\s*\S)")
_SPACE = re.compile(r"\s")
_WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"<?(?:https?://|www\.)[^\s<>]+>?")
_HEADING = re.compile(r"#{1,6}\s")


@dataclass(frozen=True, slots=True)
class _Turn:
    """A turn as stored: its slice, its seconds and where its words start."""

    id: int | None
    start: int
    end: int
    start_time: float | None
    words: str = "[]"


@dataclass(frozen=True, slots=True)
class _Piece:
    """A passage about to be stored."""

    start: int
    end: int
    turn_id: int | None
    start_time: float | None
    text: str
    digest: bytes


def rebuild_passages(db: Database, session_id: int) -> int:
    """Make the passages of a session follow its current transcript and turns; return their number.

    A passage whose text is unchanged keeps its id, hence its vectors. Joins the caller's transaction.
    """
    with transaction(db):
        found = db.conn.execute(
            """SELECT transcript.id, transcript.text, body_start, body_end, language FROM transcript
               JOIN session ON session.id = session_id WHERE session_id = ? AND current = 1""",
            (session_id,),
        ).fetchone()
        if found is None:
            db.conn.execute("DELETE FROM passage WHERE session_id = ?", (session_id,))
            return 0
        transcript_id, text, body_start, body_end, language = found
        turns = _turns(db, transcript_id) or _paragraphs(text, body_start or 0, body_end or len(text))
        rules = ruled_by(language)
        return _store(db, session_id, transcript_id, list(_pieces(text, turns, rules)), rules)


def _turns(db: Database, transcript_id: int) -> list[_Turn]:
    found = db.conn.execute(
        'SELECT id, start, "end", start_time, words FROM turn WHERE transcript_id = ? ORDER BY position',
        (transcript_id,),
    )
    return [_Turn(*row) for row in found]


def _paragraphs(text: str, start: int, end: int) -> list[_Turn]:
    found = re.compile(r"\S(?:.*\S)?", re.DOTALL)
    blocks = re.compile(r"(?:(?!\n\s*\n).)+", re.DOTALL).finditer(text, start, end)
    spans = (found.search(text, block.start(), block.end()) for block in blocks)
    return [_Turn(None, span.start(), span.end(), None) for span in spans if span]


def _pieces(text: str, turns: Iterable[_Turn], rules: str) -> Iterator[_Piece]:
    for turn in turns:
        times: list[list[float]] = []
        for cut in split_turn(text, turn.start, turn.end):
            if cut.start > turn.start and not times:
                times = msgspec.json.decode(turn.words, type=list[list[float]])
            spoken = text[cut.start : cut.end]
            digest = hashlib.blake2b(f"{rules}\0{spoken}".encode(), digest_size=12).digest()
            moment = next((word[2] for word in times if word[0] >= cut.start), turn.start_time)
            yield _Piece(cut.start, cut.end, turn.id, moment, spoken, digest)


def split_turn(text: str, start: int, end: int) -> Iterator[Slice]:
    """Cut ``text[start:end]`` into passages without blank edges, at most ``LONGEST`` characters each."""
    while start < end:
        cut = end if end - start <= LONGEST else _best_cut(text, start, end)
        piece = _trimmed(text, start, cut)
        if _says_something(text[piece.start : piece.end]):
            yield piece
        start = cut


def _says_something(piece: str) -> bool:
    """Whether anybody would look for a passage: not a heading, not a bare link such as « slides: <…> »."""
    words = _WORD.findall(bare := _ADDRESS.sub("", piece))
    return bool(words) and not _HEADING.match(piece) and (len(words) > 2 or bare == piece)


def _best_cut(text: str, start: int, end: int) -> int:
    target = start + math.ceil((end - start) / math.ceil((end - start) / LONGEST))
    last = start + LONGEST
    ends = [m.end() for m in _SENTENCE_END.finditer(text, start + _SHORTEST, last + 1) if m.end() <= last]
    if ends:
        return min(ends, key=lambda place: abs(place - target))
    spaces = [m.end() for m in _SPACE.finditer(text, start + _SHORTEST, last)]
    return spaces[-1] if spaces else last


def _trimmed(text: str, start: int, end: int) -> Slice:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    return Slice(start + left, max(start + left, start + len(piece.rstrip())))


def _store(db: Database, session_id: int, transcript_id: int, pieces: list[_Piece], rules: str) -> int:
    kept: dict[bytes, list[int]] = defaultdict(list)
    existing = db.conn.execute(
        "SELECT digest, id FROM passage WHERE session_id = ? ORDER BY start DESC", (session_id,)
    )
    for digest, passage_id in existing:
        kept[digest].append(passage_id)
    moved, new = [], []
    for piece in pieces:
        if kept[piece.digest]:
            moved.append((_place(piece, transcript_id), kept[piece.digest].pop()))
        else:
            new.append(piece)
    stale = [(passage_id,) for ids in kept.values() for passage_id in ids]
    db.conn.executemany("DELETE FROM passage WHERE id = ?", stale)
    db.conn.executemany(
        """UPDATE passage SET transcript_id = ?, turn_id = ?, start = ?, "end" = ?, start_time = ?
           WHERE id = ?""",
        [(*place, passage_id) for place, passage_id in moved],
    )
    _insert(db, session_id, transcript_id, new, rules)
    return len(pieces)


def _place(piece: _Piece, transcript_id: int) -> tuple[int, int | None, int, int, float | None]:
    return transcript_id, piece.turn_id, piece.start, piece.end, piece.start_time


def _insert(db: Database, session_id: int, transcript_id: int, pieces: list[_Piece], rules: str) -> None:
    if not pieces:
        return
    first = db.conn.execute("SELECT seq FROM sqlite_sequence WHERE name = 'passage'").fetchone()
    numbered = list(enumerate(pieces, (first[0] if first else 0) + 1))
    db.conn.executemany(
        """INSERT INTO passage (id, session_id, transcript_id, turn_id, start, "end", start_time, language,
           digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [(n, session_id, *_place(piece, transcript_id), rules, piece.digest) for n, piece in numbered],
    )
    db.conn.executemany(
        "INSERT INTO passage_fts (rowid, stems) VALUES (?, ?)",
        [(n, stems(piece.text, rules)) for n, piece in numbered],
    )


def index_stems(db: Database, session_id: int) -> None:
    """Write the stems of a session's passages that the index lacks, as after it was emptied."""
    lacking = db.conn.execute(
        """SELECT p.id, substr(t.text, p.start + 1, p."end" - p.start), p.language FROM passage p
           JOIN transcript t ON t.id = p.transcript_id WHERE p.session_id = ?
           AND NOT EXISTS (SELECT 1 FROM passage_fts_docsize d WHERE d.id = p.id)""",
        (session_id,),
    ).fetchall()
    db.conn.executemany(
        "INSERT INTO passage_fts (rowid, stems) VALUES (?, ?)",
        [(passage, stems(text, language)) for passage, text, language in lacking],
    )
