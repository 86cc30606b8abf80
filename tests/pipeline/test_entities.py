"""Names in a session: normal forms, exact slices, no junk from sentence heads."""

from __future__ import annotations

import pytest

from db.records import Appearance, GivenSpeaker, Session, Source
from pipeline.engines import Named, Tagged
from pipeline.engines.language import SpacyTagger
from pipeline.entities import find_entities

SOURCE = Source("0" * 64, "x.txt", "text", 1, "x")
NOTHING = Tagged((), (), ())


def session(text: str, language: str = "fr", **fields: object) -> Session:
    return Session(1, "t", SOURCE, "prose", language=language, text=text, **fields)  # type: ignore[arg-type]


def found(
    text: str, tagged: Tagged = NOTHING, language: str = "fr", **fields: object
) -> list[tuple[str, str]]:
    given = session(text, language, **fields)
    entities = find_entities(given, tagged)
    at = 0
    for entity in entities:
        assert at <= entity.start < entity.end <= len(text)
        at = entity.end
    return [(e.kind, e.name) for e in entities]


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("L’accord du Monde avec open IA.", "organisation", "OpenAI"),
        ("Nous testons chat GPT depuis mai.", "product", "ChatGPT"),
        ("Il vend sur le bon coin.", "organisation", "Leboncoin"),
        ("Le contrat avec AWS dure.", "organisation", "Amazon Web Services"),
        ("Les outils viennent des USA.", "place", "États-Unis"),
    ],
)
def test_the_gazetteer_gives_normal_forms(text: str, kind: str, name: str) -> None:
    assert (kind, name) in found(text)


def test_english_sessions_keep_english_places() -> None:
    assert found("They moved to China from the USA.", language="en") == [
        ("place", "China"), ("place", "United States"),
    ]  # fmt: skip


def test_common_words_are_not_names() -> None:
    assert found("Une cible orange, la méta analyse, un casino et un echo.") == []
    assert found("Target the users. We target everyone.", language="en") == []


def test_speakers_are_known_even_by_one_name() -> None:
    text = "Marc Lefèvre arrive. Puis Lefèvre parle, et Marc conclut. Marc Petit part."
    people = (Appearance("S1", "Marc Lefèvre"),)
    names = found(text, appearances=people)
    assert names[:3] == [("person", "Marc Lefèvre")] * 3
    given = (GivenSpeaker("Claire Dumont", organisation="Nincotech"),)
    assert found("Dumont dirige Nincotech.", given_speakers=given) == [
        ("person", "Claire Dumont"), ("organisation", "Nincotech"),
    ]  # fmt: skip


def test_an_ambiguous_surname_names_nobody() -> None:
    people = (Appearance("A", "Anne Petit"), Appearance("B", "Paul Petit"))
    assert found("Puis Petit parle.", appearances=people) == []


def test_the_tagger_is_not_believed_at_the_head_of_a_sentence() -> None:
    text = "Formation pour tous. La formation compte."
    tagged = Tagged((), (), (Named(0, 9, "ORG"),))
    assert found(text, tagged) == []


@pytest.mark.models
def test_people_of_an_article_are_found() -> None:
    text = (
        "“Amazon veut conserver son audience”, rappelle Jean-Philippe Timsit, expert indépendant. "
        "Pour Nicolas Diacono, fondateur de Nincotech, la compagnie de Sam Altman change. "
        "Diacono ajoute que l’IA progresse."
    )
    names = found(text, SpacyTagger().tag(text, "fr"))
    people = {name for kind, name in names if kind == "person"}
    assert people == {"Jean-Philippe Timsit", "Nicolas Diacono", "Sam Altman"}
    assert sum(name == "Nicolas Diacono" for _, name in names) == 2
    assert ("organisation", "IA") not in names
