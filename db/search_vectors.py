"""Vectors of passages: what is missing, what is saved, which are nearest.

Vectors are unit vectors stored as float16 and compared by brute force in memory. One matrix per archive
and model is kept between searches and only ever extended: ids are never reused, and passages that are
gone are left out when hits are read.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from db.connection import transaction

# Up to here (about 400 MB at 384 dimensions) rows are kept as float32, which BLAS multiplies directly.
_WIDE_ROWS = 262_144
_BLOCK = 16_384
_MATRICES = 4
# « Mais… » or « Merci à tous » is near to everything and about nothing: words find it, meaning does not.
_SHORTEST_MEANING = 25
_lock = threading.Lock()
_cache: dict[tuple[object, ...], _Matrix] = {}


@dataclass(slots=True)
class _Matrix:
    """Vectors of one model: rows, the passage of each, and the last row id that was read."""

    last: int = 0
    passages: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    rows: NDArray[Any] = field(default_factory=lambda: np.empty((0, 0), np.float32))


def missing_vectors(db: Database, model: str, limit: int = 256) -> list[tuple[int, str]]:
    """Passages without a vector of ``model``, as ``(passage_id, text)``, oldest first; those of a few words
    need none."""
    found = db.conn.execute(
        """SELECT p.id, substr(t.text, p.start + 1, p."end" - p.start) FROM passage p
           JOIN transcript t ON t.id = p.transcript_id
           WHERE p."end" - p.start >= ?
           AND NOT EXISTS (SELECT 1 FROM passage_vector v WHERE v.passage_id = p.id AND v.model = ?)
           ORDER BY p.id LIMIT ?""",
        (_SHORTEST_MEANING, model, limit),
    )
    return [(int(passage), str(text)) for passage, text in found]


def count_missing(db: Database, model: str) -> int:
    """How many passages have no vector of ``model`` yet; the too short ones are not counted."""
    found = db.conn.execute(
        """SELECT count(*) FROM passage p WHERE p."end" - p.start >= ?
           AND NOT EXISTS (SELECT 1 FROM passage_vector v WHERE v.passage_id = p.id AND v.model = ?)""",
        (_SHORTEST_MEANING, model),
    )
    return int(found.fetchone()[0])


def save_vectors(db: Database, model: str, rows: Iterable[tuple[int, Sequence[float] | NDArray[Any]]]) -> int:
    """Keep vectors as float16 and return how many; a passage that is gone meanwhile is passed over."""
    values = [(passage, model, np.asarray(vector, np.float16).tobytes(), passage) for passage, vector in rows]
    with transaction(db):
        before = db.conn.total_changes
        db.conn.executemany(
            """INSERT OR REPLACE INTO passage_vector (passage_id, model, vector)
               SELECT ?, ?, ? WHERE EXISTS (SELECT 1 FROM passage WHERE id = ?)""",
            values,
        )
        return db.conn.total_changes - before


def drop_other_vectors(db: Database, model: str) -> int:
    """Delete the vectors of every other model and return how many there were."""
    with transaction(db):
        return int(db.conn.execute("DELETE FROM passage_vector WHERE model <> ?", (model,)).rowcount)


def nearest(
    db: Database, model: str, query: NDArray[Any], limit: int, allowed: NDArray[np.int64] | None = None
) -> list[int]:
    """Ids of the passages nearest to a unit vector, best first; only ``allowed`` ones when given."""
    matrix = _matrix(db, model)
    vector = np.nan_to_num(np.asarray(query, np.float32).ravel())
    if not matrix.passages.size or matrix.rows.shape[1] != vector.size or not vector.any():
        return []
    scores = _scores(matrix.rows, vector)
    if allowed is not None:
        scores[~np.isin(matrix.passages, allowed)] = -np.inf
    count = min(limit, scores.size)
    best = np.argpartition(-scores, count - 1)[:count]
    best = best[np.argsort(-scores[best], kind="stable")]
    return list(dict.fromkeys(int(matrix.passages[i]) for i in best if scores[i] > 0))


def _scores(rows: NDArray[Any], vector: NDArray[np.float32]) -> NDArray[np.float32]:
    if rows.dtype == np.float32:
        return np.asarray(rows @ vector, np.float32)
    parts = [rows[at : at + _BLOCK].astype(np.float32) @ vector for at in range(0, len(rows), _BLOCK)]
    return np.concatenate(parts)


def _matrix(db: Database, model: str) -> _Matrix:
    """The matrix of this archive, extended by the rows written since it was last used."""
    path = Path(db.conn.execute("PRAGMA database_list").fetchone()[2] or f"memory-{id(db.conn)}")
    place = path.stat() if path.exists() else None
    key = (str(path), place and place.st_ino, model)
    with _lock:
        matrix = _cache.setdefault(key, _Matrix())
        while len(_cache) > _MATRICES:
            _cache.pop(next(iter(_cache)))
        _extend(db, model, matrix)
        return _Matrix(matrix.last, matrix.passages, matrix.rows)


def _extend(db: Database, model: str, matrix: _Matrix) -> None:
    found = db.conn.execute(
        "SELECT id, passage_id, vector FROM passage_vector WHERE id > ? AND model = ? ORDER BY id",
        (matrix.last, model),
    ).fetchall()
    if not found:
        return
    size = max(len(row[2]) for row in found)
    found = [row for row in found if len(row[2]) == size]
    fresh = np.frombuffer(b"".join(row[2] for row in found), np.float16).reshape(len(found), -1)
    if matrix.rows.shape[1] != fresh.shape[1]:
        matrix.rows = np.empty((0, fresh.shape[1]), np.float32)
        matrix.passages = np.empty(0, np.int64)
    total = len(matrix.rows) + len(fresh)
    kind = np.float32 if total <= _WIDE_ROWS else np.float16
    matrix.rows = np.concatenate([matrix.rows.astype(kind, copy=False), fresh.astype(kind)])
    matrix.passages = np.concatenate([matrix.passages, np.array([row[1] for row in found], np.int64)])
    matrix.last = found[-1][0]
