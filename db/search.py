"""Searching an archive by words, by meaning and by name, whatever is typed.

Words rank by BM25 over folded stems, meaning by the nearest vectors; the lists are fused two to one, with
passages of a person whose name is typed first, and passages that hold a quote preferred.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from db.search_filters import Condition, condition_of
from db.search_hits import hits_of
from db.search_query import Query, read_query
from db.search_rank import (
    Clock,
    Words,
    by_person,
    by_title,
    by_words,
    count_all,
    fuse,
    ids,
    newest,
    people_named,
    readable,
    rows,
    timed,
    with_quotes,
)
from db.search_values import Facet, Facets, Filters, Hit, How, Results
from db.search_vectors import drop_other_vectors, missing_vectors, nearest, save_vectors

SECONDS = 1.0
# A part of a name may be an ordinary word (« rose », « pierre »): such hits alternate with those by words.
_WORDS, _MEANING, _NAMED, _MAYBE_NAMED, _TITLE = 2.0, 1.0, 3.0, 2.05, 0.5
# Worth about two ranks at the top.
_QUOTE_BONUS = 1.03
_NEAREST = 100
# Ranked depth grows in steps, so that the pages of one search agree with each other.
_DEPTHS = (200, 1_000, 5_000)
_FACETED = 2_000
_Meaning = tuple[NDArray[Any], str]

__all__ = [
    "Facet",
    "Facets",
    "Filters",
    "Hit",
    "How",
    "Results",
    "drop_other_vectors",
    "facets",
    "missing_vectors",
    "save_vectors",
    "search",
]


@dataclass(frozen=True, slots=True)
class _Ranking:
    """Scores in order, best first, and what the result page says about them."""

    scores: dict[int, float]
    total: int
    how: How
    exact: bool = True
    loosened: bool = False


def search(
    db: Database,
    query: str,
    filters: Filters | None = None,
    *,
    query_vector: NDArray[Any] | None = None,
    model: str | None = None,
    limit: int = 20,
    offset: int = 0,
    seconds: float = SECONDS,
) -> Results:
    """Find passages; any ``query`` is accepted, and an empty one lists the newest and best.

    ``query_vector`` is a unit vector of ``model`` and adds meaning to words. After ``seconds`` what was
    found so far is returned with ``complete`` false. Raises ArchiveBusy or ArchiveError, never anything
    about the query.
    """
    began = time.monotonic()
    filters = filters or Filters()
    limit, offset = max(0, limit), max(0, offset)
    read = read_query(query, filters.language)
    depth = next((depth for depth in _DEPTHS if depth >= offset + limit), _DEPTHS[-1])
    meaning = None if query_vector is None or model is None else (query_vector, model)
    with readable():
        condition = condition_of(db, filters)
        with timed(db, seconds) as clock:
            ranking = _rank(db, clock, read, condition, meaning, depth, filters)
        page = list(ranking.scores)[offset : offset + limit]
        hits = hits_of(db, page, ranking.scores, read.stems)
    return Results(
        hits,
        ranking.total,
        time.monotonic() - began,
        ranking.how,
        exact=ranking.exact and not clock.cut,
        complete=not clock.cut,
        loosened=ranking.loosened,
    )


def _rank(
    db: Database,
    clock: Clock,
    query: Query,
    condition: Condition,
    meaning: _Meaning | None,
    depth: int,
    filters: Filters,
) -> _Ranking:
    persons = () if filters.person is None else (filters.person,)
    if not query.terms and meaning is None:
        found = newest(db, clock, condition, depth, persons)
        return _Ranking(fuse([(found, 1.0)]), count_all(db, clock, condition), "recent")
    words = by_words(db, clock, query, condition, depth)
    people = people_named(db, clock, query)
    named = by_person(db, clock, query, people, condition, depth)
    titled = by_title(db, clock, query, condition)
    near = _near(db, clock, meaning, condition)
    scores = fuse(
        [
            (words.found, _WORDS),
            (named, _NAMED if people.whole else _MAYBE_NAMED),
            (titled, _TITLE),
            (near, _MEANING),
        ]
    )
    if filters.kind == "any":
        scores = with_quotes(db, clock, scores, _QUOTE_BONUS)
    best = dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))
    return _Ranking(best, _total(words, best), _how(words, named, titled, near), words.exact, words.loosened)


def _near(db: Database, clock: Clock, meaning: _Meaning | None, condition: Condition) -> list[int]:
    if meaning is None or clock.cut:
        return []
    allowed = None
    if condition.sql:
        sql = f"SELECT p.id FROM passage p WHERE {condition.sql}"
        allowed = np.array(ids(db, clock, sql, condition.parameters), np.int64)
    # Reading vectors for the first time may outlast the limit of one search, and must be done once.
    db.conn.set_progress_handler(None, 0)
    return nearest(db, meaning[1], meaning[0], _NEAREST, allowed)


def _total(words: Words, scores: dict[int, float]) -> int:
    """Passages that match by words, plus those found by other evidence alone."""
    return (
        words.total + len(scores.keys() - set(words.found)) if words.exact else max(words.total, len(scores))
    )


def _how(words: Words, named: Sequence[int], titled: Sequence[int], near: Sequence[int]) -> How:
    by_letters = bool(words.found or named or titled)
    if near:
        return "words+meaning" if by_letters else "meaning"
    return "words"


def facets(
    db: Database, query: str, filters: Filters | None = None, *, seconds: float = SECONDS, most: int = 20
) -> Facets:
    """Count the best results of a search by edition, person and theme, ``most`` values each."""
    filters = filters or Filters()
    read = read_query(query, filters.language)
    with readable():
        condition = condition_of(db, filters)
        with timed(db, seconds) as clock:
            if read.terms:
                found = by_words(db, clock, read, condition, _FACETED).found
            else:
                found = newest(db, clock, condition, _FACETED)
            editions, people, themes = (_counts(db, clock, sql, found, most) for sql in _FACET_SQL)
    return Facets(editions, people, themes, len(found))


_FACET_SQL = (
    """SELECT e.id, v.name || ' ' || e.name, count(*) FROM passage p JOIN session s ON s.id = p.session_id
       JOIN edition e ON e.id = s.edition_id JOIN event v ON v.id = e.event_id
       WHERE p.id IN (SELECT value FROM json_each(?)) GROUP BY e.id ORDER BY 3 DESC, 2 LIMIT ?""",
    """SELECT h.id, h.name, count(DISTINCT p.id) FROM passage p JOIN turn t ON t.id = p.turn_id
       JOIN appearance a ON a.id = t.appearance_id JOIN person h ON h.id = a.person_id
       WHERE p.id IN (SELECT value FROM json_each(?)) GROUP BY h.id ORDER BY 3 DESC, 2 LIMIT ?""",
    """SELECT h.slug, h.label_fr, count(DISTINCT p.id) FROM passage p JOIN theme_tag g
       ON g.session_id = p.session_id AND g.start < p."end" AND g."end" > p.start
       JOIN theme h ON h.id = g.theme_id
       WHERE p.id IN (SELECT value FROM json_each(?)) GROUP BY h.id ORDER BY 3 DESC, 2 LIMIT ?""",
)


def _counts(db: Database, clock: Clock, sql: str, found: Sequence[int], most: int) -> tuple[Facet, ...]:
    counted = rows(db, clock, sql, (json.dumps(found), most))
    return tuple(Facet(str(key), label, count) for key, label, count in counted)
