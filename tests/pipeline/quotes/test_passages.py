"""Quotable passages: whole sentences, exact slices, nothing a journalist would not print."""

import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.records import Appearance, Session, Slice, Source, Turn, Word
from pipeline.engines.language import SpacyTagger
from pipeline.people import name_speakers
from pipeline.quotes.passage_reasons import WEIGHTS
from pipeline.quotes.passage_sentences import presentable, sentences
from pipeline.quotes.passages import MOST, quotable

DATA = Path(__file__).parents[2] / "data"
TAGGER = SpacyTagger()


def session_of(turns, language="fr", form="transcript", probability=None):
    """A session of (label, text) turns, or of (label, timed words) turns."""
    text, made = "", []
    for label, said in turns:
        start, words = len(text), []
        for piece, begin, end, sure in said if not isinstance(said, str) else ():
            text += piece if words else piece.lstrip()
            words.append(Word(len(text) - len(piece.strip()), len(text), begin, end, probability or sure))
        text += said if isinstance(said, str) else ""
        made.append(Turn(start, len(text), label, words=tuple(words)))
        text += "\n\n"
    source = Source("0" * 64, "t.txt", form, 1, "x")
    session = Session(1, "t", source, form, language=language, text=text, turns=tuple(made))
    return replace(session, appearances=name_speakers(session, TAGGER))


def panel(**fields):
    case = json.loads((DATA / "people" / "heard" / "panel_fr.json").read_text(encoding="utf-8"))
    return session_of(case["turns"], form="speech", **fields)


@pytest.mark.parametrize("path", sorted((DATA / "passages").glob("*.json")), ids=lambda p: p.stem)
def test_what_is_and_is_not_quoted(path):
    case = json.loads(path.read_text(encoding="utf-8"))
    session = session_of(case["turns"], case["language"])
    quotes = quotable(session, TAGGER)
    said = " | ".join(q.text for q in quotes)
    assert [phrase for phrase in case["never"] if phrase in said] == []
    assert not [q.text for q in quotes if q.text.startswith(tuple(case["never_first"]))]
    assert sum(phrase in said for phrase in case["wanted"]) >= 2, said


def test_panel_quotes_are_slices_with_times_and_reasons():
    session = panel()
    quotes = quotable(session, TAGGER)
    assert 3 <= len(quotes) <= 7
    assert {q.label for q in quotes} == {"S2", "S3"}
    for quote in quotes:
        assert quote.text == session.text[quote.start : quote.end]
        assert quote.kind == "spoken" and quote.rule == "passage"
        assert quote.reasons and set(quote.reasons) <= set(WEIGHTS)
        assert quote.end_time > quote.start_time
        assert quote.text.rstrip()[-1] in ".!?…"
    assert list(quotes) == sorted(quotes, key=lambda q: q.start)


def test_doubtful_words_lower_confidence():
    sure, unsure = quotable(panel(probability=0.99), TAGGER), quotable(panel(probability=0.55), TAGGER)
    assert max(q.confidence for q in unsure) < min(q.confidence for q in sure)


def test_doubtful_speaker_lowers_confidence():
    session = panel()
    nameless = replace(
        session, appearances=tuple(Appearance(a.label, part=a.part) for a in session.appearances)
    )
    named = {q.start: q.confidence for q in quotable(session, TAGGER)}
    shared = [q for q in quotable(nameless, TAGGER) if q.start in named and q.label == "S2"]
    assert shared and all(q.confidence < named[q.start] for q in shared)


def test_limit_and_shared_tags():
    session = panel()
    tagged = TAGGER.tag(session.text, "fr")
    assert quotable(session, TAGGER, tagged=tagged) == quotable(session, TAGGER)
    assert len(quotable(session, TAGGER, 2)) == 2
    assert quotable(session, TAGGER, 0) == ()


def test_prose_and_emptiness_give_nothing():
    session = session_of([("A", "Un mot.")])
    assert quotable(replace(session, form="prose"), TAGGER) == ()
    assert quotable(replace(session, text="", turns=()), TAGGER) == ()


def test_every_substantial_speaker_is_heard_once():
    long = (
        "Nous avons fermé douze magasins et ouvert quarante casiers. Je crois que le commerce sera lent. "
        "La vitesse a détruit nos marges, mais elle n'a jamais créé de fidélité. Le client veut du sûr. "
    ) * 4
    short = (
        "Je pense que la confiance est la seule monnaie qui compte vraiment dans nos métiers. "
        + "Oui, voilà. " * 30
    )
    quotes = quotable(session_of([("Luc Pons", long), ("Anne Roche", short)]), TAGGER)
    assert {q.label for q in quotes} == {"Luc Pons", "Anne Roche"}


def test_sentences_keep_abbreviations_and_decimals_whole():
    text = "M. Pons a vendu 3.5 millions. Mme Roche, non... pas encore. Et vous ?"
    found = sentences(text, [Slice(0, len(text))], "fr", [])
    assert [text[s.start : s.end] for s in found] == [
        "M. Pons a vendu 3.5 millions.", "Mme Roche, non... pas encore.", "Et vous ?",
    ]  # fmt: skip


def test_long_speech_without_stops_is_cut_where_the_tagger_says():
    text = " ".join(["le client attend"] * 30)
    found = sentences(text, [Slice(0, len(text))], "fr", [0, 170])
    assert [(s.start, s.end) for s in found] == [(0, 169), (170, len(text))]


@pytest.mark.parametrize(
    "text",
    ["See https://a.org now.", "Call `f()` here.", "**Bold** claims win.", "We stopped.. then left.",
     "A [link](x).",
     "He said ((laughter)) no.", "It was-- never mind.", "x = y + 1 {ok}.",
     "# Heading", "Note the following:"],
)  # fmt: skip
def test_unpresentable(text):
    assert not presentable(text)


PIECES = ["Je pense que 12 % des clients partiront demain.", "Cela va.", "# Titre", "Merci Luc.",
          "Et alors ?", "\n", "\n\n", "Nous avons perdu", "la confiance, mais jamais la peur.", "https://a.fr",
          "« Oui. »", "…", "é"]  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["A B", "Q", None]), st.lists(st.sampled_from(PIECES), max_size=14)),
        max_size=5,
    )
)
def test_any_session_gives_disjoint_slices_inside_turns(turns):
    session = session_of([(label, " ".join(said)) for label, said in turns])
    quotes = quotable(session, TAGGER)
    assert len(quotes) <= MOST
    for quote in quotes:
        assert quote.text == session.text[quote.start : quote.end] == quote.text.strip()
        assert any(t.start <= quote.start and quote.end <= t.end for t in session.turns)
        assert 0.0 <= quote.confidence <= 1.0
        assert not re.search(r"#|https", quote.text)
    assert all(a.end <= b.start for a, b in pairwise(quotes))
