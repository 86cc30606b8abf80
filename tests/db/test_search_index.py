"""Passages follow their session, and the index follows the passages, whatever removes them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from db.connection import transaction
from db.records import Session
from db.search import drop_other_vectors, missing_vectors, save_vectors
from db.search_index import LONGEST, split_turn
from db.store import project

Adder = Callable[..., int]
Maker = Callable[..., Session]

ONE = ("Ada", "La première idée tient en peu de mots.")
TWO = ("Max", "La deuxième suit sans attendre.")


@given(st.text(alphabet=st.sampled_from("aé .!?\n»😀"), max_size=3000))
def test_pieces_hold_every_word_in_order(text: str) -> None:
    pieces = list(split_turn(text, 0, len(text)))
    assert all(0 < piece.end - piece.start <= LONGEST for piece in pieces)
    assert all(one.end <= other.start for one, other in pairwise(pieces))
    kept = "".join(text[piece.start : piece.end] for piece in pieces)
    assert [c for c in kept if c.isalnum()] == [c for c in text if c.isalnum()]


def test_long_turns_are_cut_at_sentence_ends() -> None:
    text = " ".join(f"Ceci est la phrase numéro {n} du discours." for n in range(60))
    pieces = [text[s.start : s.end] for s in split_turn(text, 0, len(text))]
    assert len(pieces) == 4 and all(piece.startswith("Ceci") and piece.endswith(".") for piece in pieces)


def _passages(db: Database) -> dict[str, int]:
    return {text: passage for passage, text in missing_vectors(db, "none")}


def _sound(db: Database) -> bool:
    for index in ("passage_fts", "title_fts", "alias_fts"):
        db.conn.execute(f"INSERT INTO {index}({index}, rank) VALUES ('integrity-check', 1)")
    ids = [row[0] for row in db.conn.execute("SELECT id FROM passage ORDER BY id")]
    return ids == [row[0] for row in db.conn.execute("SELECT rowid FROM passage_fts ORDER BY rowid")]


def test_unchanged_passages_keep_their_vectors(db: Database, make: Maker, add: Adder) -> None:
    number = add("Essai", [ONE, TWO])
    before = _passages(db)
    save_vectors(db, "toy", [(passage, np.ones(4)) for passage in before.values()])
    changed = make("Essai", [("Zoé", "Un mot de bienvenue à tous."), TWO, ONE])
    project(db, replace(changed, id=number))
    after = _passages(db)
    assert {after[ONE[1]], after[TWO[1]]} == set(before.values()) and len(after) == 3
    assert [text for _, text in missing_vectors(db, "toy")] == ["Un mot de bienvenue à tous."]
    assert _sound(db)


def test_a_cascade_keeps_the_index_true(db: Database, add: Adder) -> None:
    number = add("Essai", [ONE, TWO])
    add("Autre", [("Max", "Tout autre chose, pour finir.")])
    save_vectors(db, "toy", [(passage, np.ones(4)) for passage in _passages(db).values()])
    db.conn.execute(
        "DELETE FROM source WHERE sha256 = (SELECT source_sha256 FROM session WHERE id = ?)", (number,)
    )
    assert _sound(db) and list(_passages(db)) == ["Tout autre chose, pour finir."]
    assert db.conn.execute("SELECT count(*) FROM passage_vector").fetchone() == (1,)
    assert db.conn.execute("SELECT count(*) FROM title_fts WHERE title_fts MATCH 'essai'").fetchone() == (0,)


def test_names_and_titles_are_followed(db: Database, add: Adder) -> None:
    number = add("Essai", [ONE])
    db.conn.execute("UPDATE session SET title = 'Épreuve' WHERE id = ?", (number,))
    db.conn.execute("UPDATE alias SET folded = 'ada lovelace'")
    assert db.conn.execute("SELECT rowid FROM title_fts WHERE title_fts MATCH 'epreuve'").fetchall() == [
        (number,)
    ]
    assert db.conn.execute("SELECT folded FROM alias_fts").fetchall() == [("ada lovelace",)]
    db.conn.execute("INSERT INTO alias VALUES ('...', '…', (SELECT id FROM person), 'human')")
    db.conn.execute("DELETE FROM person")
    assert db.conn.execute("SELECT count(*) FROM alias_fts").fetchone() == (0,)
    assert _sound(db)


def test_a_rolled_back_projection_leaves_the_index_as_it_was(db: Database, make: Maker, add: Adder) -> None:
    number = add("Essai", [ONE, TWO])
    before = _passages(db)
    wrong = replace(make("Essai", [TWO]), id=number)
    wrong = replace(wrong, quotes=(replace(wrong.quotes[0], text="inventé"),))
    with pytest.raises(sqlite3.IntegrityError):
        project(db, wrong)
    assert _passages(db) == before and _sound(db)


def test_vectors_of_lost_passages_and_other_models(db: Database, add: Adder) -> None:
    add("Essai", [ONE])
    passage = _passages(db)[ONE[1]]
    assert save_vectors(db, "old", [(passage, np.ones(4)), (999, np.ones(4))]) == 1
    assert drop_other_vectors(db, "new") == 1


def test_writes_join_one_transaction(db: Database, add: Adder) -> None:
    with transaction(db):
        add("Essai", [ONE])
        assert db.conn.in_transaction
    assert _sound(db)


def test_passages_of_a_few_words_need_no_vector(db: Database, add: Adder) -> None:
    add("Essai", [("Ada", "Mais…"), ONE])
    assert list(_passages(db)) == [ONE[1]]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("## Les mineurs", False),
        ("slides: <https://example.org/a.pdf>", False),
        ("https://example.org", False),
        ("Oui.", True),
        ("Les diapositives sont sur https://example.org/a.pdf depuis hier.", True),
        ("— …", False),
    ],
)
def test_headings_and_bare_links_are_no_passages(text: str, kept: bool) -> None:
    assert bool(list(split_turn(text, 0, len(text)))) is kept
