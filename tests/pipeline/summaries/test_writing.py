"""Summaries: exact slices that stand alone, in order of speech; generated ones only past the guard."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from db.records import Appearance, Quote, Session, Slice, Source, SummarySentence, Turn, Word
from pipeline.engines.language import SpacyTagger
from pipeline.errors import EngineError
from pipeline.summaries import summarize
from pipeline.summaries.sentences import split_sentences

DATA = Path(__file__).parents[2] / "data" / "summaries"
SOURCE = Source("0" * 64, "x.txt", "text", 1, "x")
TAGGER = SpacyTagger()


def transcript(turns: Sequence[tuple[str, str]], names: dict[str, str], language: str) -> Session:
    text, made = "", []
    for label, words in turns:
        made.append(Turn(len(text), len(text) + len(words), label))
        text += words + "\n"
    people = tuple(Appearance(label, name) for label, name in names.items())
    return Session(
        1, "t", SOURCE, "transcript", language=language, text=text, turns=tuple(made), appearances=people
    )


@pytest.fixture(scope="module")
def panel() -> Session:
    data = json.loads((DATA / "panel_fr.json").read_text(encoding="utf-8"))
    turns = [(t["label"], t["text"]) for t in data["turns"]]
    session = transcript(turns, data["speakers"], "fr")
    host = replace(session.appearances[0], part="moderator")
    return replace(session, appearances=(host, *session.appearances[1:]))


@pytest.fixture(scope="module")
def summary(panel: Session) -> tuple[SummarySentence, ...]:
    return summarize(panel, tagger=TAGGER)


def test_sentences_are_slices_in_order_of_speech(
    panel: Session, summary: tuple[SummarySentence, ...]
) -> None:
    for sentence in summary:
        (at,) = sentence.slices
        assert sentence.text == panel.text[at.start : at.end]
    for label in {s.label for s in summary}:
        own = [s for s in summary if s.label == label]
        assert [s.position for s in own] == list(range(len(own)))
        assert [s.slices[0].start for s in own] == sorted(s.slices[0].start for s in own)


def test_every_speaker_is_summarised_in_own_words(
    panel: Session, summary: tuple[SummarySentence, ...]
) -> None:
    counts = {label: sum(s.label == label for s in summary) for label in (None, "S1", "S2", "S3")}
    assert counts == {None: 4, "S1": 1, "S2": 3, "S3": 3}
    for sentence in summary:
        turn = next(t for t in panel.turns if t.start <= sentence.slices[0].start < t.end)
        assert sentence.label in (None, turn.label)


def test_nothing_but_statements(summary: tuple[SummarySentence, ...]) -> None:
    for sentence in summary:
        assert "?" not in sentence.text
        assert not any(word in sentence.text for word in ("Merci", "Bonjour", "m'appelle", "plaisir"))
        assert not sentence.text.startswith(("Et ", "Mais ", "Cela ", "C'est ", "Autrement dit"))


def test_two_runs_give_the_same_summary(panel: Session, summary: tuple[SummarySentence, ...]) -> None:
    assert summarize(panel, TAGGER.tag(panel.text, "fr")) == summary


PROSE = (
    "# Le salon\n\n"
    "La conférence de clôture a réuni trois cents directeurs de magasin autour de la seconde main.\n\n"
    "Claire Petit : « Le marché de la seconde main progresse de douze pour cent par an. Et cela continue. "
    "Nos magasins consacrent désormais un étage entier aux vêtements de seconde main. »\n\n"
    "Voir https://example.org/recap pour le programme complet de toutes les journées du salon.\n"
)


def test_prose_is_summarised_from_narration_and_quotations() -> None:
    start, end = PROSE.index("Le marché"), PROSE.index(" »")
    quote = Quote(start, end, PROSE[start:end], "Claire Petit", "quoted", "colon", 1.0)
    session = Session(
        1, "t", SOURCE, "prose", language="fr", text=PROSE, quotes=(quote,),
        appearances=(Appearance("Claire Petit", "Claire Petit", part="quoted"),),
    )  # fmt: skip
    found = summarize(session, tagger=TAGGER)
    texts = [s.text for s in found if s.label is None]
    assert texts[0].startswith("La conférence de clôture")
    assert not any("http" in t or t.startswith(("#", "Voir", "Et cela")) for t in texts)
    (said,) = [s.text for s in found if s.label == "Claire Petit"]
    assert said in quote.text and "«" not in said


def test_poorly_heard_words_stay_out() -> None:
    clear = "Les clients demandent une livraison plus lente mais moins chère dans toutes les villes."
    muddy = "Les colis repartent demain vers une plateforme du nord pour tous les magasins français."
    text = f"{clear} {muddy}"

    def heard(start: int, probability: float) -> Word:
        return Word(start, start + 3, 0.0, 1.0, probability)

    words = (*(heard(i, 0.95) for i in range(0, 60, 10)), *(heard(i, 0.2) for i in range(90, 150, 10)))
    session = Session(
        1, "t", SOURCE, "speech", language="fr", text=text,
        turns=(Turn(0, len(text), "S1", 0.0, 9.0, words=words),), appearances=(Appearance("S1"),),
    )  # fmt: skip
    assert [s.text for s in summarize(session, tagger=TAGGER, whole=1) if s.label is None] == [clear]


def test_questions_from_the_room_are_not_the_speaker_s() -> None:
    said = "The watchtower keeps the channel safe while the owner of the coins is away from home."
    asked = "Q: My concern is privacy. The watchtower sees every payment that the owner of the coins makes."
    session = transcript([("A", said), ("A", asked)], {"A": "Ann Lee"}, "en")
    assert {s.text for s in summarize(session, tagger=TAGGER)} == {said}


def test_an_empty_session_has_no_summary() -> None:
    assert summarize(Session(1, "t", SOURCE, "prose", language="fr"), tagger=TAGGER) == ()


def test_a_tagging_or_a_tagger_is_needed() -> None:
    with pytest.raises(EngineError):
        summarize(Session(1, "t", SOURCE, "prose", language="fr", text="Rien."))


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("M. Petit arrive. Il parle.", "fr", ["M. Petit arrive.", "Il parle."]),
        ("« Oui. Non. » dit-il. Fin.", "fr", ["« Oui. Non. » dit-il.", "Fin."]),
        ("It costs 3.5 dollars, e.g. more. Done", "en", ["It costs 3.5 dollars, e.g. more.", "Done"]),
        ("Vrai ? Oui !\nAutre ligne", "fr", ["Vrai ?", "Oui !", "Autre ligne"]),
    ],
)
def test_sentences_are_split_whole(text: str, language: str, expected: list[str]) -> None:
    cut = split_sentences(text, 0, len(text), language)
    assert [text[s.start : s.end] for s in cut] == expected


class Scribe:
    """A summariser that answers what the test gives it: real code on the other side of the protocol."""

    identity = "scribe-1"

    def __init__(self, *answers: str) -> None:
        self.answers = answers

    def summarize(self, passages: Sequence[str], language: str, sentences: int) -> list[str]:
        return list(self.answers[:sentences])


def test_generated_sentences_pass_the_guard_or_give_way(panel: Session) -> None:
    good = "Le taux de conversion progresse de 12 % sur les catégories enrichies."
    bad = "Le taux de conversion progresse de 15 % sur les catégories enrichies."
    found = summarize(panel, tagger=TAGGER, engine=Scribe(good, bad), whole=3)
    whole = [s for s in found if s.label is None]
    assert [s.text for s in whole if s.engine == "scribe-1"] == [good]
    assert len(whole) == 3 and all(bad != s.text for s in found)
    (written,) = [s for s in whole if s.engine == "scribe-1"]
    assert any("douze pour cent" in panel.text[at.start : at.end] for at in written.slices)
    assert isinstance(written.slices[0], Slice)
