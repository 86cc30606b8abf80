"""How times, sources and doubts are written."""

from __future__ import annotations

import pytest
from sqlite_utils import Database

from db.browse_quotes import QuoteFilter, quotes
from ui import shown
from ui.place import Place, changed, href, parsed, place_of
from ui.words import set_language


@pytest.fixture(autouse=True)
def _french() -> None:
    set_language("fr")


def test_a_copied_quote_carries_its_source(db: Database, ids: dict[str, int]) -> None:
    best = quotes(db, QuoteFilter(session=ids["recap"]), order="best").rows[0]
    assert shown.copied(best) == (
        "«\u202fUn magasin sans vendeurs, c'est un entrepôt avec de la musique\u202f»\n"
        "— Paul Girard, président, Maison Girard, «\u202fLe commerce à l'heure des agents\u202f», "
        "Rencontres du commerce 2026, 16\u00a0septembre 2026"
    )


def test_doubts_are_said_and_reported_speech_bears_no_marks(db: Database, ids: dict[str, int]) -> None:
    held = {
        card.kind + str(card.name is None): card
        for card in quotes(db, QuoteFilter(session=ids["recap"])).rows
    }
    assert shown.doubts_of(held["quotedTrue"]) == ["locuteur non nommé", "guillemets réparés"]
    assert "«" not in shown.shown_text(held["indirectFalse"])
    assert "[propos rapporté, pas mot pour mot]" in shown.copied(held["indirectFalse"])


@pytest.mark.parametrize(("seconds", "words"), [(0, "0:00"), (83.2, "1:23"), (3723, "1:02:03"), (-4, "0:00")])
def test_clock(seconds: float, words: str) -> None:
    assert shown.clock(seconds) == words


def test_days_and_durations() -> None:
    assert shown.day("2026-09-01") == "1er\u00a0septembre 2026"
    assert shown.day("printemps") == "printemps"
    assert shown.lasting(3900) == "1\u00a0h\u00a005"
    set_language("en")
    assert shown.day("2026-09-01") == "1\u00a0September 2026"


def test_addresses_survive_anything() -> None:
    place = place_of({"page": "session", "id": "-1", "t": "NaN", "q": "x" * 10**6, "lang": "en"})
    assert (place.page, place.whole("id"), place.seconds(), len(place.get("q"))) == ("session", 0, None, 400)
    assert place_of({"page": "../x"}).page == "missing"
    assert Place("session", {"id": "9" * 40}).whole("id") == 0
    assert Place("session", {"id": "²"}).whole("id") == 0
    set_language("en")
    assert parsed(href("quotes", text="a&b=é", p=None)) == {"page": "quotes", "text": "a&b=é", "lang": "en"}
    assert parsed(changed(Place("quotes", {"p": "4", "theme": "ai"}), p="")) == {
        "page": "quotes",
        "theme": "ai",
        "lang": "en",
    }
