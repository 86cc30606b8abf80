"""Names cited, by session and over the archive, and search by a name and within a session."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlite_utils import Database

from db import browse_entities
from db.records import Entity
from db.search import Filters, search

FIRST = [("A", "Les États-Unis et les USA ont choisi ChatGPT."), ("B", "Ada Noël revient, dit Noël.")]
SECOND = [("A", "Ada Noël parle de Lille."), ("B", "Personne ne répond vraiment à cette question.")]


def _at(text: str, kind: str, name: str, *spellings: str) -> tuple[Entity, ...]:
    places = [(text.index(spelling), len(spelling)) for spelling in spellings or (name,)]
    return tuple(Entity(kind, name, start, start + size) for start, size in places)  # type: ignore[arg-type]


@pytest.fixture
def held(add: Callable[..., int]) -> tuple[int, int]:
    first = "\n\n".join(words for _label, words in FIRST)
    second = "\n\n".join(words for _label, words in SECOND)
    return (
        add("Une", FIRST, entities=(
            *_at(first, "place", "États-Unis", "États-Unis", "USA"),
            *_at(first, "product", "ChatGPT"),
            *_at(first, "person", "Ada Noël", "Ada Noël", "dit Noël"),
        )),
        add("Deux", SECOND, entities=(
            *_at(second, "person", "Ada Noël"), *_at(second, "place", "Lille"),
        )),
    )  # fmt: skip


def test_a_session_cites_by_kind_most_frequent_first(db: Database, held: tuple[int, int]) -> None:
    found = browse_entities.of_session(db, held[0])
    assert [(kind, [(row.name, row.mentions) for row in names]) for kind, names in found.items()] == [
        ("person", [("Ada Noël", 2)]),
        ("product", [("ChatGPT", 1)]),
        ("place", [("États-Unis", 2)]),
    ]
    both = browse_entities.of_session(db, held[1])
    assert [row.name for names in both.values() for row in names] == ["Ada Noël", "Lille"]
    assert browse_entities.of_session(db, 99) == {}


def test_a_kind_is_cut_at_its_limit(db: Database, add: Callable[..., int]) -> None:
    entities = tuple(Entity("place", name, 0, 3) for name in "abcde")
    assert len(browse_entities.of_session(db, add("Une", FIRST, entities=entities), limit=3)["place"]) == 3


def test_the_archive_shows_what_is_cited_twice(db: Database, held: tuple[int, int]) -> None:
    assert [
        (row.name, row.sessions, row.mentions) for row in browse_entities.most_named(db, "person").rows
    ] == [("Ada Noël", 2, 3)]
    assert [row.name for row in browse_entities.most_named(db, "place").rows] == ["États-Unis"]
    assert browse_entities.most_named(db, "product").rows == ()
    assert browse_entities.most_named(db, "organisation").total == 0


def test_pages_of_names_follow_each_other(db: Database, held: tuple[int, int]) -> None:
    pages = [
        browse_entities.most_named(db, "place", number, per_page=1, at_least=1) for number in (1, 2, 3, -5)
    ]
    assert [page.rows[0].name for page in pages] == ["États-Unis", "Lille", "Lille", "États-Unis"]
    assert all(page.total == 2 for page in pages)


def test_a_name_is_found_by_every_spelling_and_within_a_session(db: Database, held: tuple[int, int]) -> None:
    states = search(db, "", Filters(name="États-Unis"))
    assert [hit.session_id for hit in states.hits] == [held[0]] and states.total == 1
    assert {hit.session_id for hit in search(db, "", Filters(name="Ada Noël")).hits} == set(held)
    within = search(db, "", Filters(name="Ada Noël", sessions=(held[1],)))
    assert [hit.text for hit in within.hits] == [SECOND[0][1]]
    assert search(db, "", Filters(name="' OR 1=1 --")).hits == ()
    places = browse_entities.mentions(db, "États-Unis", held)
    assert [states.hits[0].text[mark.start : mark.end] for mark in places[held[0]]] == ["États-Unis", "USA"]
