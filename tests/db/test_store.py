"""What a projection keeps of what was there before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlite_utils import Database

from db.records import Quote, Session
from db.sessions import rows
from db.store import project

Adder = Callable[..., int]


def status(db: Database) -> str:
    return str(rows(db, "SELECT status FROM quote")[0]["status"])


def test_a_decision_is_about_the_words_it_was_made_on(
    db: Database, add: Adder, make: Callable[..., Session]
) -> None:
    turns = [("Ada", "Nous vendons mille robots.")]
    number = add("Essai", turns)
    db.execute("UPDATE quote SET status = 'verified'")
    same = replace(make("Essai", turns), id=number)
    project(db, same)
    assert status(db) == "verified"
    other = same.text.replace("mille", "douze")
    [quote] = same.quotes
    quotes = (replace(quote, text=other[quote.start : quote.end]),)
    project(db, replace(same, text=other, quotes=quotes, summary=(), themes=()))
    assert isinstance(quotes[0], Quote) and status(db) == "proposed"


def test_a_theme_that_a_source_names_is_no_longer_only_found(
    db: Database, add: Adder, make: Callable[..., Session]
) -> None:
    turns = [("Ada", "Nous vendons mille robots.")]
    number = add("Essai", turns)
    session = replace(make("Essai", turns), id=number)
    named = tuple(replace(tag, by="source") for tag in session.themes)
    project(db, replace(session, themes=named))
    assert rows(db, "SELECT origin FROM theme") == [{"origin": "source"}]
