"""Queries of the pages over a small generated archive."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from db import browse, browse_jobs, browse_people, browse_quotes, browse_sessions, browse_themes, jobs
from db.browse_quotes import QuoteFilter
from db.browse_sessions import SessionFilter
from db.connection import open_archive, transaction
from db.records import Appearance, Quote, Session, Source, SummarySentence, ThemeTag, Turn
from db.sessions import add_session
from db.store import project

SPOKEN = [
    "Le cœur du métier reste la parole donnée au client.",
    "Nous avons formé 240 vendeurs l'an dernier.",
]


def _session(number: int) -> Session:
    text = "\n".join(SPOKEN)
    start = len(SPOKEN[0]) + 1
    return Session(
        id=0, title=f"Séance {number}", form="transcript", event="Salon",
        source=Source(f"{number:064x}", f"s{number}.txt", "text", 9, f"originals/{number}"),
        edition=f"Salon {2020 + number % 3}", date=f"{2020 + number % 3}-05-0{1 + number % 9}",
        language="fr", text=text, turns=(Turn(0, len(SPOKEN[0]), "A"), Turn(start, len(text), "B")),
        appearances=(Appearance("A", "Ève Noël", "directrice", "Maison Œuvre"), Appearance("B", None)),
        quotes=(
            Quote(0, len(SPOKEN[0]), SPOKEN[0], "A", "spoken", "sentence", 0.9, score=0.5 + number / 100),
            Quote(start, len(text), SPOKEN[1], "B", "spoken", "sentence", 0.4, score=0.2),
            Quote(3, 7, SPOKEN[0][3:7], None, "mention", "mention", 0.9),
        ),
        summary=(SummarySentence("A", 0, SPOKEN[0], ()),),
        themes=(ThemeTag("trade", 3, 7, "cœur"),),
    )  # fmt: skip


@pytest.fixture
def held(tmp_path: Path) -> Database:
    db = open_archive(tmp_path)
    for number in range(25):
        with transaction(db):
            made = _session(number)
            made = replace(made, id=add_session(db, made))
            project(db, made, {"trade": ("Commerce", "Trade")}, [("trade", 2.0)])
    return db


def test_totals_leave_mentions_out(held: Database) -> None:
    assert browse.totals(held) == browse.Totals(sessions=25, quotes=50, people=1, themes=1, seconds=0.0)


@pytest.mark.parametrize(
    ("asked", "total"),
    [
        (QuoteFilter(), 50),
        (QuoteFilter(kind="mention"), 25),
        (QuoteFilter(text="coeur"), 25),
        (QuoteFilter(text="CŒUR du metier"), 25),
        (QuoteFilter(text="%"), 0),
        (QuoteFilter(text="'; DROP TABLE quote; --"), 0),
        (QuoteFilter(speaker="eve noel"), 25),
        (QuoteFilter(organisation="Maison Œuvre"), 25),
        (QuoteFilter(confidence=0.6), 25),
        (QuoteFilter(theme="trade"), 25),
        (QuoteFilter(event="Salon", edition="Salon 2020"), 18),
        (QuoteFilter(session=1), 2),
        (QuoteFilter(event="nowhere"), 0),
    ],
)
def test_filters(held: Database, asked: QuoteFilter, total: int) -> None:
    page = browse_quotes.quotes(held, asked)
    assert page.total == total
    assert len(page.rows) == min(total, page.per_page)
    assert asked.kind == "mention" or all(card.kind != "mention" for card in page.rows)


@pytest.mark.parametrize("order", ["best", "newest", "said", "nonsense"])
@pytest.mark.parametrize("text", ["", "e"])
def test_pages_cover_everything_once(held: Database, order: str, text: str) -> None:
    pages = [browse_quotes.quotes(held, QuoteFilter(text=text), number, order) for number in (1, 2, 3)]
    seen = [card.id for page in pages for card in page.rows]
    assert len(seen) == len(set(seen)) == 50
    assert browse_quotes.quotes(held, QuoteFilter(text=text), 10**9, order).number == 3
    assert browse_quotes.quotes(held, QuoteFilter(text=text), -5, order).number == 1


def test_cards_are_whole(held: Database) -> None:
    card = browse_quotes.quotes(held, QuoteFilter(session=1)).rows[0]
    assert (card.name, card.role, card.organisation, card.edition) == (
        "Ève Noël",
        "directrice",
        "Maison Œuvre",
        "Salon 2020",
    )
    assert [(theme.slug, theme.label_en, theme.why) for theme in card.themes] == [("trade", "Trade", "cœur")]
    assert browse_quotes.quote(held, card.id) == card
    assert browse_quotes.quote(held, "no such quote") is None


def test_best_quotes_have_a_sure_speaker_and_spread(held: Database) -> None:
    said = "Nos clients posent enfin de vraies questions, et nous avons formé 240 vendeurs à y répondre."
    for number in range(30, 36):
        with transaction(held):
            made = _session(number)
            quote = Quote(0, len(said), said, "A", "spoken", "sentence", 0.9, score=0.9)
            made = replace(made, text=said, turns=(Turn(0, len(said), "A"),), themes=(), summary=())
            made = replace(made, quotes=(quote,))
            project(held, replace(made, id=add_session(held, made)), {}, [])
    best = browse_quotes.best(held, 5)
    assert [card.edition for card in best[:3]] == ["Salon 2022", "Salon 2021", "Salon 2020"]
    assert len({card.session_id for card in best}) == 5
    assert {card.name for card in best} == {"Ève Noël"}


def test_what_has_no_date_counts_by_its_edition_or_its_arrival(held: Database) -> None:
    for number, edition in ((40, "Salon 2021"), (41, None)):
        with transaction(held):
            add_session(held, replace(_session(number), edition=edition, date=None))
    rows = browse_sessions.sessions(held, SessionFilter(), per_page=100).rows
    assert rows[0].title == "Séance 41"
    place = [row.title for row in rows].index("Séance 40")
    assert (rows[place - 1].date or "")[:4] == "2021" and (rows[place + 1].date or "")[:4] == "2020"


def test_the_queue_counts_the_present_batch(held: Database) -> None:
    assert browse_jobs.queue(held) == browse_jobs.Queue(0, 0, 0, None)
    enqueued = [jobs.enqueue(held, session) for session in (1, 2, 3)]
    jobs.start(held, enqueued[0])
    jobs.finish(held, enqueued[0], "done")
    jobs.start(held, enqueued[1])
    queue = browse_jobs.queue(held)
    assert (queue.running, queue.waiting, queue.ready) == (1, 1, 1)
    jobs.progress(held, enqueued[1], "quotes", 1, 2)
    row = browse_jobs.jobs(held)[0]
    assert row.started_at == jobs.get(held, enqueued[1]).step_started_at


def test_sessions_and_their_reader(held: Database) -> None:
    page = browse_sessions.sessions(held, SessionFilter(text="seance 7"))
    assert [row.title for row in page.rows] == ["Séance 7"]
    row = page.rows[0]
    assert (row.speakers, row.voices, row.quotes, row.state) == (("Ève Noël",), 2, 2, "done")
    read = browse_sessions.session(held, row.id)
    assert read is not None
    assert [speaker.name for speaker in read.speakers] == ["Ève Noël", None]
    assert [read.text[turn.start : turn.end] for turn in read.turns] == SPOKEN
    assert [theme.why for theme in read.themes] == ["cœur"]
    assert browse_sessions.session(held, 10**9) is None


def test_people(held: Database) -> None:
    page = browse_people.people(held, "oeuvre")
    assert [(row.name, row.sessions, row.editions, row.quotes) for row in page.rows] == [
        ("Ève Noël", 25, 3, 25)
    ]
    one = page.rows[0].id
    assert len(browse_people.appearances(held, one)) == 25
    assert browse_people.person(held, one) == page.rows[0]
    assert browse_people.person(held, 0) is None
    assert len(browse_people.summaries(held, one)) == 25
    assert [(theme.slug, theme.why) for theme in browse_people.themes(held, one)] == [("trade", "25")]


def test_themes(held: Database) -> None:
    theme = browse_themes.theme(held, "trade")
    assert theme is not None and (theme.sessions, theme.quotes) == (25, 25)
    assert [(point.place, point.passages) for point in browse_themes.over_editions(held)] == [
        ("Salon 2020", 9), ("Salon 2021", 8), ("Salon 2022", 8),
    ]  # fmt: skip
    assert len(browse_themes.over_sessions(held, last=4)) == 4
    assert len(browse_themes.course(held, "trade", last=7)) == 7
    assert [(term.why, term.passages) for term in browse_themes.terms(held, theme.id)] == [("cœur", 25)]
    assert browse_themes.theme(held, "x") is None


def test_an_empty_archive_is_no_error(tmp_path: Path) -> None:
    db = open_archive(tmp_path / "new")
    assert browse_quotes.quotes(db, QuoteFilter()).rows == ()
    assert browse_quotes.best(db) == ()
    assert browse_jobs.jobs(db) == () and browse_jobs.refusals(db) == ()
    assert browse.editions(db) == () and browse_themes.themes(db) == ()
    assert browse_people.people(db).pages == 1


@given(
    st.text(alphabet="aeocéÉçÇñÑ -'’\u0301\u00a0xX.[]\\"),
    st.text(alphabet="aeocéÇ -'’xX.[]\\", min_size=1, max_size=5),
)
def test_loose_comparison_is_folding_and_finding(text: str, sought: str) -> None:
    needle = browse.folded(sought)
    assert browse.holds(text, needle) == (needle in browse.folded(text))


@pytest.mark.parametrize("text", ["Au cœur", "AU CŒUR", "au coeur", "au cœur"])
@pytest.mark.parametrize("sought", ["coeur", "cœur", "CŒUR", "COEUR"])
def test_ligatures_meet(text: str, sought: str) -> None:
    assert browse.holds(text, browse.folded(sought))
