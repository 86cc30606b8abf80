"""The prose extractor: one golden case per rule, the development set, and any text at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.records import GivenSpeaker, Slice
from pipeline.engines import Tagged
from pipeline.engines.language import SpacyTagger
from pipeline.quotes.prose import extract

DATA = Path(__file__).resolve().parents[2] / "data" / "quotes"
CASES = json.loads((DATA / "rules.json").read_text(encoding="utf-8"))
TAGGER = SpacyTagger()


class NoTagger:
    """A tagger that knows nothing: the rules must still hold their promises."""

    identity = "none"

    def tag(self, text: str, language: str) -> Tagged:
        return Tagged((), (), ())


@pytest.mark.parametrize("case", CASES, ids=[c["rule"] for c in CASES])
def test_rule(case: dict[str, object]) -> None:
    found = extract(str(case["text"]), str(case.get("language", "fr")), TAGGER)
    quoted = [[q.text, q.label] for q in found.quotes if q.kind == "quoted"]
    assert quoted == case["quotes"]
    mentions = [q.text for q in found.quotes if q.kind == "mention"]
    assert mentions == case.get("mentions", [])


def test_development_set_stays_above_its_bars() -> None:
    gold = json.loads((DATA / "fr.json").read_text(encoding="utf-8"))
    right = wrong = found_count = invented = needed = 0
    for doc in gold["documents"]:
        text = (DATA / "fr" / doc["doc"]).read_text(encoding="utf-8")
        spans = {(q["start"], q["end"]): q for q in gold["quotes"] if q["doc"] == doc["doc"]}
        needed += sum(q["kind"] == "quote" for q in spans.values())
        for quote in extract(text, "fr", TAGGER).quotes:
            answer = spans.get((quote.start, quote.end))
            if quote.kind != "quoted" or (answer and answer["kind"] in ("optional", "unmarked")):
                continue
            hit = answer is not None and answer["kind"] == "quote"
            found_count, invented = found_count + hit, invented + (not hit)
            if hit and answer:
                accepted = answer.get("accept") or [answer["speaker"]]
                right += quote.label in accepted
                wrong += quote.label is not None and quote.label not in accepted
    assert found_count / needed >= 0.95
    assert invented / needed <= 0.04
    assert right / needed >= 0.93
    assert wrong / needed <= 0.03


def test_seeds_are_read_whole() -> None:
    gold = json.loads((DATA / "seeds.json").read_text(encoding="utf-8"))["quotes"]
    for path in sorted((DATA.parent / "seeds").glob("*.txt")):
        found = extract(path.read_text(encoding="utf-8"), "fr", TAGGER).quotes
        answers = [q for q in gold if q["doc"] == path.name and q["kind"] == "quote"]
        optional = {q["quote_text"] for q in gold if q["kind"] == "optional"}
        quoted = {
            q.text.rstrip('."'): q.label for q in found if q.kind == "quoted" and q.text not in optional
        }
        assert quoted == {q["quote_text"].rstrip('."'): q["speaker"] for q in answers}


def test_roles_and_organisations_have_a_boundary() -> None:
    text = (
        "Avec Romain Royer, Chief digital & customer officer Kingmaker France et Amandine de Sauza, "
        "Directrice Générale Leboncoin.\nRomain Royer : « Il faut choisir. »\n"
        "Amandine de Sauza : « On apprend. »\n« On y va », dit Paul Morel, fondateur de Nincotek."
    )
    people = {a.name: (a.role, a.organisation) for a in extract(text, "fr", TAGGER).appearances}
    assert people["Amandine de Sauza"] == ("Directrice Générale", "Leboncoin")
    assert people["Romain Royer"] == ("Chief digital & customer officer", "Kingmaker France")
    assert people["Paul Morel"] == ("fondateur", "Nincotek")


def test_the_group_of_a_role_is_the_one_named_before() -> None:
    text = "Carrefour a lancé un outil : « C'est une aide », expliquait en mai Michael Fodd, COO du groupe."
    (person,) = extract(text, "fr", TAGGER).appearances
    assert (person.name, person.organisation) == ("Michael Fodd", "Carrefour")


def test_given_speakers_complete_surnames() -> None:
    given_speakers = (GivenSpeaker("Hildegarde Zwart", "directrice", "Acme"),)
    found = extract("« On avance », assure Zwart.", "fr", TAGGER, given_speakers)
    assert found.quotes[0].label == "Hildegarde Zwart"
    assert found.appearances[0].organisation == "Acme"


def test_body_limits_the_reading_and_keeps_offsets() -> None:
    text = "---\ntitle: « Non »\n---\n« Oui, on y va », dit Paul Morel."
    start = text.index("« Oui")
    found = extract(text, "fr", TAGGER, body=Slice(start, len(text)))
    assert [q.text for q in found.quotes] == ["Oui, on y va"]
    quote = found.quotes[0]
    assert text[quote.start : quote.end] == quote.text
    assert quote.cue and text[quote.cue.start : quote.cue.end] == "dit Paul Morel"


WORDS = (
    '« » “ ” " „ : , . ! ? \n — ( ) Marie Dupont le maire selon pour explique dit-il a-t-elle déclaré que '
    "Et d' qui on une source titre livre Acme SA du groupe M. Dr ’ ' … - X"
)
PIECES = st.sampled_from(WORDS.split(" "))
TEXTS = st.lists(PIECES, max_size=40).map(" ".join) | st.text(max_size=120)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS, st.sampled_from(["fr", "en"]))
def test_any_text_gives_exact_slices(text: str, language: str) -> None:
    found = extract(text, language, NoTagger())
    labels = {a.label for a in found.appearances}
    for quote in found.quotes:
        assert quote.text == text[quote.start : quote.end] != ""
        assert quote.label is None or quote.label in labels
        assert 0.0 <= quote.confidence <= 1.0
        assert quote.cue is None or 0 <= quote.cue.start <= quote.cue.end <= len(text)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
def test_any_text_with_the_real_tagger(text: str) -> None:
    for quote in extract(text, "fr", TAGGER).quotes:
        assert quote.text == text[quote.start : quote.end]
