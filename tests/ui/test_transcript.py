"""The reader's data: pieces that join back into the text, doubts kept, quotes whole."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from db.browse_quotes import QuoteCard
from db.browse_sessions import TurnRow, session
from db.records import Word
from ui import transcript
from ui.words import set_language


def _card(start: int, end: int) -> QuoteCard:
    unknown: list[Any] = [None] * 10
    return QuoteCard("q", "", start, end, "spoken", "", 1, 1, None, None, (), (), 1, "", "speech", *unknown)


@given(
    st.text(alphabet="aé 😀\n<", min_size=1, max_size=60),
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), max_size=6),
    st.sets(st.integers(0, 60), max_size=14),
)
def test_pieces_join_back_into_the_turn(text: str, spans: list[tuple[int, int]], cuts: set[int]) -> None:
    places = sorted(cut for cut in cuts if cut <= len(text))
    words = tuple(
        Word(a, b, 0.0, 1.0, 0.4, 0.4) for a, b in zip(places[::2], places[1::2], strict=False) if a < b
    )
    quotes, last = [], 0
    for start, length in sorted(spans):
        if last <= start < len(text):
            last = min(len(text), start + length)
            quotes.append(_card(start, last))
    made = transcript.pieces(text, TurnRow(0, len(text), None, 0.0, 1.0, 1.0, words), quotes)
    assert "".join(piece[0] for piece in made) == text
    for index, quote in enumerate(quotes):
        assert "".join(piece[0] for piece in made if piece[1] == index) == text[quote.start : quote.end]
        assert sum(piece[3] for piece in made if piece[1] == index) == 1


def test_the_panel_is_handed_over_whole(db: Database, ids: dict[str, int]) -> None:
    set_language("fr")
    page = session(db, ids["panel"])
    assert page is not None
    data = transcript.data_of(page)
    json.dumps(data)
    said = "\n".join("".join(piece[0] for piece in turn["p"]) for turn in data["turns"])
    assert said == page.text.rstrip("\n")
    assert {turn["who"] for turn in data["turns"]} == {"Claire Dumont", "Marc Lefèvre", "Voix sans nom S3"}
    assert any(turn["doubt"] == "locuteur incertain" for turn in data["turns"])
    assert any(piece[2] and piece[2][1] < 0.5 for turn in data["turns"] for piece in turn["p"])
    assert data["sound"]["src"].startswith("/listen/")
    assert all(quote["play"]["end"] > quote["play"]["start"] for quote in data["quotes"])


def test_prose_has_no_sound_and_no_invented_speaker(db: Database, ids: dict[str, int]) -> None:
    page = session(db, ids["recap"])
    assert page is not None
    data = transcript.data_of(page)
    assert data["sound"] is None
    assert all(turn["who"] == "" for turn in data["turns"])
