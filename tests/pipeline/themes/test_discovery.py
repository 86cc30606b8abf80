"""Themes found in an archive gather in some sessions, are no names, and come in one order."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engines.language import SpacyTagger
from pipeline.themes.discovery import Document, discover, terms


def archive() -> list[Document]:
    """Twenty sessions: six on payment channels, five on second hand, common words and a name everywhere."""
    documents = []
    for number in range(20):
        counts: Counter[str] = Counter({"customer": 4, "Bitcoin Core": 3, "website": number % 3})
        if number < 6:
            counts.update({"payment channel": 9, "channel": 11, "payment channels": 4, "Blockstream": 8})
        if 6 <= number < 11:
            counts.update({"second-hand market": 7})
        documents.append(Document(number, counts, 2000))
    return documents


def test_themes_gather_in_some_sessions() -> None:
    found = {t.label: t for t in discover(archive())}
    assert set(found) == {"payment channel", "second-hand market"} or set(found) == {
        "channel",
        "second-hand market",
    }
    channel = next(t for label, t in found.items() if "channel" in label)
    assert channel.documents == tuple(range(6)) and "payment channel" in channel.terms
    assert found["second-hand market"].documents == tuple(range(6, 11))


def test_names_and_common_words_are_no_themes() -> None:
    spelt = {term for t in discover(archive()) for term in t.terms}
    assert not {"Blockstream", "Bitcoin Core", "customer", "website"} & spelt


def test_a_small_archive_has_none() -> None:
    assert discover(archive()[:4]) == []
    assert discover([]) == []


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["alpha", "beta wave", "Gamma", "delta"]), st.integers(1, 20)),
        max_size=12,
    )
)
def test_any_archive_gives_sound_themes(counts: list[dict[str, int]]) -> None:
    documents = [Document(i, c, 500) for i, c in enumerate(counts)]
    found = discover(documents)
    assert found == discover(list(reversed(documents)))
    for theme in found:
        assert len(theme.documents) >= 3 and set(theme.documents) <= set(range(len(counts)))
        assert theme.label == theme.terms[0] and "Gamma" not in theme.terms


@pytest.mark.models
@pytest.mark.parametrize(
    ("text", "language", "holds", "lacks"),
    [
        (
            "# Moteur de recherche\nLe moteur de recherche lit des données personnelles. Claire Dumont dit.",
            "fr",
            {"moteur de recherche", "données personnelles"},
            {"claire dumont", "Claire Dumont", "de recherche"},
        ),
        (
            "Payment channels need watchtowers. A payment channel is a thing of this year.",
            "en",
            {"payment channels", "watchtowers", "payment channel"},
            {"thing", "year", "need"},
        ),
    ],
)
def test_terms_are_noun_phrases(text: str, language: str, holds: set[str], lacks: set[str]) -> None:
    counted = terms(SpacyTagger().tag(text, language), text, language)
    assert holds <= set(counted) and not lacks & set(counted)
    assert counted[min(holds)] == 1
