"""Nothing generated passes that its passages do not hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Invented
from pipeline.summaries.guard import check, names, supporting
from pipeline.summaries.numbers import numbers

AMAZON = [
    "Amazon a décidé fin novembre de bloquer l’accès de son site à un maximum de bots OpenAI.",
    "Résultat, en décembre, 3% du trafic d'Amazon provenait de ChatGPT, contre plus de 20% pour Walmart.",
    "“Amazon est assis sur 60 milliards de dollars de revenus publicitaires”, rappelle Nicolas Diacono.",
    "Nous avons formé huit cents vendeurs en boutique, et la conversion progresse de douze pour cent.",
    "L’intelligence artificielle se trompe encore une fois sur cinq, rappelle Julien Moreau.",
]
TALKS = [
    "Zerocoin transactions are 30 kilobytes, and the UTXO set grows every year, said Adam Back.",
    "The switch of two hundred and five thousand users happened in May 2019 at Blockstream.",
    "A fraud proof is not larger than the block, and half of the nodes never check it.",
    "Paul Sztorc does not believe that Bitcoin Core will raise the block size by 20%.",
]

FAITHFUL_FR = [
    "Fin novembre, Amazon a bloqué les bots d’OpenAI sur son site.",
    "Le trafic d’Amazon venait pour 3 % de ChatGPT en décembre.",
    "Nicolas Diacono rappelle que les revenus publicitaires d’Amazon atteignent 60 milliards de dollars.",
    "L’enseigne a formé 800 vendeurs et sa conversion a gagné 12 %.",
    "Selon Julien Moreau, l’IA se trompe encore une fois sur cinq.",
    "Walmart reçoit plus de 20 % de son trafic de ChatGPT.",
]
INVENTED_FR = [
    "Amazon a bloqué les bots d’OpenAI fin octobre.",
    "Le trafic d’Amazon venait pour 4 % de ChatGPT.",
    "Le trafic d’Amazon venait pour un tiers de ChatGPT.",
    "Les revenus publicitaires d’Amazon atteignent 60 millions de dollars.",
    "Les revenus publicitaires d’Amazon atteignent 60 milliards d’euros.",
    "En 2023, Amazon a bloqué les bots d’OpenAI sur son site.",
    "Nicolas Timsit rappelle que les revenus publicitaires sont élevés.",
    "Marc Moreau juge que l’intelligence artificielle se trompe encore.",
    "Carrefour a bloqué les bots d’OpenAI sur son site.",
    "L’enseigne a formé neuf cents vendeurs en boutique.",
    "L’enseigne a formé 800 % de vendeurs.",
    "La conversion a doublé dans les boutiques.",
    "Selon le patron de Meta, l’IA se trompe encore.",
    "Amazon n’a pas décidé fin novembre de bloquer l’accès de son site à un maximum de bots OpenAI.",
]
FAITHFUL_EN = [
    "Adam Back said zerocoin transactions take 30 kilobytes.",
    "In May 2019, 205,000 users switched at Blockstream.",
    "Half of the nodes never check a fraud proof.",
    "According to Paul Sztorc, Bitcoin Core will not raise the block size by 20 percent.",
]
INVENTED_EN = [
    "Adam Back said zerocoin transactions take 300 kilobytes.",
    "Greg Maxwell said zerocoin transactions take 30 kilobytes.",
    "In June 2019, 205,000 users switched at Blockstream.",
    "In May 2018, 205,000 users switched.",
    "In May 2019, two hundred users switched at Blockstream.",
    "Two thirds of the nodes never check a fraud proof at Google.",
    "Microsoft believes that the block size will grow.",
    "Paul Sztorc does believe that Bitcoin Core will raise the block size by 20%.",
    "Adam Sztorc does not believe that the block size will grow.",
]


@pytest.mark.parametrize("sentence", FAITHFUL_FR)
def test_faithful_french_passes(sentence: str) -> None:
    check(sentence, AMAZON, "fr")


@pytest.mark.parametrize("sentence", FAITHFUL_EN)
def test_faithful_english_passes(sentence: str) -> None:
    check(sentence, TALKS, "en")


@pytest.mark.parametrize("sentence", INVENTED_FR)
def test_french_inventions_are_refused(sentence: str) -> None:
    with pytest.raises(Invented):
        check(sentence, AMAZON, "fr")


@pytest.mark.parametrize("sentence", INVENTED_EN)
def test_english_inventions_are_refused(sentence: str) -> None:
    with pytest.raises(Invented):
        check(sentence, TALKS, "en")


@pytest.mark.parametrize("passage", AMAZON)
def test_a_passage_supports_itself(passage: str) -> None:
    check(passage, [passage], "fr")
    assert supporting(passage, AMAZON) == [AMAZON.index(passage)]


def test_supporting_finds_every_passage_it_takes() -> None:
    sentence = "Amazon bloque les bots OpenAI depuis novembre, rappelle-t-on, et a 60 milliards de revenus."
    assert supporting(sentence, AMAZON) == [0, 2]
    assert supporting("La pluie tombe sur les collines de Bretagne.", AMAZON) == []


def test_no_passage_supports_nothing() -> None:
    with pytest.raises(Invented):
        check("Une phrase.", [], "fr")


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("quatre-vingt-dix-sept pour cent", "fr", [("97", "%")]),
        ("deux millions cinq cent mille euros", "fr", [("2500000", "EUR")]),
        ("soixante et onze jours", "fr", [("71", "day")]),
        ("8,53 milliards d’euros", "fr", [("8530000000", "EUR")]),
        ("1 200,5 et 70 000", "fr", [("1200.5", ""), ("70000", "")]),
        ("un client, une fois", "fr", []),
        ("la 2° rupture et la deuxième", "fr", [("2", "rank"), ("2", "rank")]),
        ("two hundred and five", "en", [("205", "")]),
        ("$2.5 million and 51%", "en", [("2500000", "USD"), ("51", "%")]),
        ("1,500 users in May 2019, one of them", "en", [("1500", ""), ("5", "month of year"), ("2019", "")]),
    ],
)
def test_numbers_are_read(text: str, language: str, expected: list[tuple[str, str]]) -> None:
    assert [(n.value, n.unit) for n in numbers(text, language)] == expected


def test_names_are_runs_of_capitals() -> None:
    assert names("Selon Julien Moreau, l’IA de Google progresse.", "fr") == ["Julien Moreau", "IA", "Google"]
    assert names("Heureusement, les clients restent.", "fr") == []


@given(st.integers(min_value=13, max_value=10**7), st.integers(min_value=13, max_value=10**7))
def test_a_changed_number_never_passes(held: int, said: int) -> None:
    passage = [f"Le groupe compte {held} clients fidèles en Europe."]
    sentence = f"Le groupe compte {said} clients en Europe."
    if held == said:
        check(sentence, passage, "fr")
    else:
        with pytest.raises(Invented):
            check(sentence, passage, "fr")
