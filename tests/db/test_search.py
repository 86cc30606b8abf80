"""Search over a small archive of three sessions: equivalences, names, filters, hostile input."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from db.connection import open_archive, transaction
from db.records import Appearance, Quote, Session, Slice, Source, ThemeTag, Turn
from db.search import Filters, facets, missing_vectors, save_vectors, search
from db.sessions import add_session
from db.store import project

HOSTILE = [
    "",
    " ",
    '"',
    '""',
    '"""',
    "'",
    "''; DROP TABLE passage; --",
    "\x00",
    "coeur\x00école",
    "🎉",
    "👩‍👩‍👧‍👦 famille",
    "a" * 10_000,
    "mot " * 5_000,
    "NEAR(coeur école)",
    "AND",
    "coeur AND",
    "OR NOT AND",
    "NOT coeur",
    "*",
    "coe*",
    "^coeur",
    "stems:coeur",
    "{stems} : coeur",
    "(((",
    "coeur)",
    "+ - ~ \\ / %",
    "« non fermé",
    "\u202eруссский 東京 العربية\u0301",
]


def _session(number: int, title: str, turns: list[tuple[str | None, str]], **more: object) -> Session:
    text, slices = "", []
    for label, words in turns:
        start = len(text)
        text += words + "\n\n"
        slices.append(Turn(start, start + len(words), label, start_time=float(start)))
    source = Source(f"{number:064d}", f"{number}.txt", "text", len(text), f"originals/{number}.txt")
    return Session(0, title, source, "transcript", text=text, turns=tuple(slices), **more)  # type: ignore[arg-type]


def _add(db: Database, session: Session) -> int:
    with transaction(db):
        number = add_session(db, session)
        project(db, Session(**{**_fields(session), "id": number}))
    return number


def _fields(session: Session) -> dict[str, object]:
    return {name: getattr(session, name) for name in session.__slots__}


SOUVERAINETE = "La souveraineté des données est au cœur de L’IA, dans chaque école."
COMMERCE = "Le e-commerce français a doublé en deux ans, et nos magasins aussi."
ENGLISH = "Retailers are building loyalty programmes around personalised offers."


@pytest.fixture
def db(tmp_path: Path) -> Database:
    db = open_archive(tmp_path)
    quote = Quote(0, len(SOUVERAINETE), SOUVERAINETE, "Nadège Duval", "spoken", "opinion", 0.9, score=0.8)
    _add(
        db,
        _session(
            1,
            "Table ronde : L’IA au cœur",
            [("Nadège Duval", SOUVERAINETE), ("Marc-Antoine Le Goff", COMMERCE)],
            event="Forum",
            edition="Forum 2024",
            date="2024-05-02",
            language="fr",
            appearances=(
                Appearance("Nadège Duval", "Nadège Duval", "directrice", "Société Générale", confidence=1.0),
                Appearance("Marc-Antoine Le Goff", "Marc-Antoine Le Goff", confidence=1.0),
            ),
            quotes=(quote,),
            themes=(ThemeTag("souverainete", 3, 15, "souveraineté"),),
        ),
    )
    _add(
        db,
        _session(
            2,
            "Opening keynote",
            [("S1", ENGLISH), ("S1", "Thank you, Nadège Duval, for the invitation.")],
            event="Summit",
            edition="Summit 2023",
            date="2023-01-10",
            language="en",
            appearances=(Appearance("S1"),),
        ),
    )
    return db


def _texts(db: Database, query: str, **more: object) -> list[str]:
    return [hit.text for hit in search(db, query, **more).hits]  # type: ignore[arg-type]


@pytest.mark.parametrize("query", HOSTILE)
def test_any_input_gives_an_answer(db: Database, query: str) -> None:
    found = search(db, query)
    assert found.complete and len(found.hits) <= 20
    assert search(db, query, Filters(kind="quotes", language="fr")).complete
    facets(db, query)


@settings(max_examples=80, deadline=None)
@given(query=st.text(max_size=40))
def test_no_text_at_all_is_refused(tmp_path_factory: pytest.TempPathFactory, query: str) -> None:
    folder = tmp_path_factory.getbasetemp() / "hypothesis"
    search(open_archive(folder), query)


@pytest.mark.parametrize("query", ["cœur", "coeur", "COEUR", "Cœurs", "« cœur »", '"coeur"', "au coeur"])
def test_ligatures_case_and_plural_meet(db: Database, query: str) -> None:
    assert _texts(db, query)[0] == SOUVERAINETE


@pytest.mark.parametrize(
    "query",
    [
        "école",
        "ecole",
        "ecoles",
        "Écoles",
        unicodedata.normalize("NFD", "école"),
        "l'IA",
        "L’IA",
        "ia",
        "donnee",
        "données souveraines",
    ],
)
def test_accents_apostrophes_and_forms_meet(db: Database, query: str) -> None:
    assert SOUVERAINETE in _texts(db, query)


@pytest.mark.parametrize("query", ["ecommerce", "e-commerce", "E-Commerce", "commerce"])
def test_compounds_meet(db: Database, query: str) -> None:
    assert _texts(db, query) == [COMMERCE]


@pytest.mark.parametrize("query", ["retailer", "personalized offers loyalty", "building programme"])
def test_english_has_its_own_stems(db: Database, query: str) -> None:
    assert _texts(db, query)[0] == ENGLISH


def test_highlights_are_slices_of_the_original(db: Database) -> None:
    hit = search(db, "coeur IA donnees").hits[0]
    marked = [hit.text[m.start - hit.start : m.end - hit.start] for m in hit.highlights]
    assert marked == ["données", "cœur", "IA"]


def test_a_hit_says_who_where_and_which_quote(db: Database) -> None:
    hit = search(db, "souveraineté").hits[0]
    assert (hit.person, hit.role, hit.organisation) == ("Nadège Duval", "directrice", "Société Générale")
    assert (hit.event, hit.edition, hit.date) == ("Forum", "Forum 2024", "2024-05-02")
    assert hit.quote_id and hit.start_time == 0.0 and not hit.of_quote


def test_a_phrase_is_exact(db: Database) -> None:
    assert _texts(db, '"souverainete des donnees"') == [SOUVERAINETE]
    assert search(db, '"données des souveraineté"').loosened
    assert search(db, '"souverainetés des données"').loosened


def test_falls_back_to_some_of_the_words_and_says_so(db: Database) -> None:
    found = search(db, "cœur magasins")
    assert found.loosened and {hit.text for hit in found.hits} == {SOUVERAINETE, COMMERCE}


@pytest.mark.parametrize(
    "query", ["Nadège Duval", "nadege duval", "DUVAL Nadège", "Mme Nadège Duval", "duval"]
)
def test_a_name_finds_what_the_person_said_first(db: Database, query: str) -> None:
    texts = _texts(db, query)
    assert texts[0] == SOUVERAINETE and "Thank you, Nadège Duval, for the invitation." in texts


def test_a_hyphenated_name_and_a_subject(db: Database) -> None:
    assert _texts(db, "marc antoine le goff magasins")[0] == COMMERCE


def test_a_title_finds_its_session(db: Database) -> None:
    assert search(db, "keynote").hits[0].text == ENGLISH
    assert search(db, "table ronde coeur").hits[0].session_id == 1


def test_filters_narrow(db: Database) -> None:
    person = search(db, "souveraineté").hits[0].person_id
    assert len(_texts(db, "")) == 4
    assert len(_texts(db, "", filters=Filters(event="Forum"))) == 2
    assert len(_texts(db, "", filters=Filters(edition="Summit 2023", language="en"))) == 2
    assert _texts(db, "", filters=Filters(person=person)) == [SOUVERAINETE]
    assert _texts(db, "", filters=Filters(organisation="societe generale")) == [SOUVERAINETE]
    assert _texts(db, "", filters=Filters(theme="souverainete")) == [SOUVERAINETE]
    assert _texts(db, "", filters=Filters(kind="quotes")) == [SOUVERAINETE]
    assert len(_texts(db, "", filters=Filters(date_from="2024", date_to="2024-05"))) == 2
    assert _texts(db, "coeur", filters=Filters(event="Summit")) == []
    assert _texts(db, "", filters=Filters(sessions=(2,)))[0] == ENGLISH


def test_nothing_asked_lists_the_newest_and_best_first(db: Database) -> None:
    found = search(db, "")
    assert found.how == "recent" and found.total == 4 and found.hits[0].text == SOUVERAINETE


def test_pages_do_not_overlap(db: Database) -> None:
    pages = [search(db, "", limit=1, offset=n).hits for n in range(5)]
    assert len({hit.passage_id for page in pages for hit in page}) == 4 and not pages[4]


def test_meaning_joins_words(db: Database) -> None:
    axes = np.eye(4, 8, dtype=np.float32)
    missing = missing_vectors(db, "toy")
    assert save_vectors(db, "toy", [(p, axes[n]) for n, (p, _) in enumerate(missing)]) == 4
    assert missing_vectors(db, "toy") == []
    texts = {text: n for n, (_, text) in enumerate(missing)}
    both = search(db, "cœur", query_vector=axes[texts[ENGLISH]], model="toy")
    assert both.how == "words+meaning" and both.hits[0].text == SOUVERAINETE and both.hits[1].text == ENGLISH
    alone = search(db, "zzzz", query_vector=axes[texts[ENGLISH]], model="toy")
    assert alone.how == "meaning" and alone.hits[0].text == ENGLISH
    within = search(db, "zzzz", Filters(event="Forum"), query_vector=axes.sum(axis=0) / 2, model="toy")
    assert {hit.event for hit in within.hits} == {"Forum"}


def test_a_vector_of_another_size_is_no_accident(db: Database) -> None:
    save_vectors(db, "toy", [(missing_vectors(db, "toy")[0][0], np.ones(8))])
    assert search(db, "cœur", query_vector=np.ones(3), model="toy").how == "words"


def test_no_time_gives_a_partial_answer_that_says_so(db: Database) -> None:
    found = search(db, "cœur", seconds=-1.0)
    assert not found.exact or found.complete


def test_facets_count_what_was_found(db: Database) -> None:
    counts = facets(db, "")
    assert [(f.label, f.count) for f in counts.people] == [("Marc-Antoine Le Goff", 1), ("Nadège Duval", 1)]
    assert [f.key for f in counts.themes] == ["souverainete"] and counts.counted == 4


def test_quotes_in_narration_name_their_speaker(db: Database) -> None:
    text = "Dans la salle, « le client décide seul », lance Inès Morel devant la presse."
    start = text.index("le client")
    quote = Quote(start, start + 21, text[start : start + 21], "Inès Morel", "quoted", "cue", 0.9)
    session = _session(
        9,
        "Récit",
        [(None, text)],
        language="fr",
        quotes=(quote,),
        appearances=(Appearance("Inès Morel", "Inès Morel", part="quoted"),),
    )
    _add(db, session)
    hit = search(db, "client").hits[0]
    assert hit.person == "Inès Morel" and hit.of_quote
    assert _texts(db, "", filters=Filters(person=hit.person_id)) == [text]
    assert Slice(start + 3, start + 9) in hit.highlights
