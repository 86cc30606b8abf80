"""Folded forms, name keys and stems."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.folding import fold, name_key, stems, words_of

FOLDED = [
    ("Cœur", "coeur"),
    ("ÉCOLE", "ecole"),
    ("Lætitia", "laetitia"),
    ("l’IA", "l'ia"),
    ("Straße", "strasse"),
    ("ﬁn", "fin"),
    ("São Tomé", "sao tome"),
    ("Łukasz Đoković", "lukasz dokovic"),
]
NAMES = [
    ("M. Jean-Pierre  Dupont", "jean pierre dupont"),
    ("Mme Le Pen", "le pen"),
    ("Dr. d’Ormesson", "d ormesson"),
    ("Dr", "dr"),
    ("Maître Éric Dupond", "eric dupond"),
    ("J. R. Smith", "j r smith"),
    ("Professor Dame Ann O'Hara", "ann o hara"),
    ("…", "..."),
]
FRENCH = [
    ("écoles", "ecole"),
    ("les données", "la donnée"),
    ("utilisées", "utiliser"),
    ("souverains", "souveraine"),
    ("l’entreprise", "entreprises"),
    ("qu'elle", "elles"),
    ("commerciaux", "commerciale"),
]


@pytest.mark.parametrize(("text", "folded"), FOLDED)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded == fold(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize(("name", "key"), NAMES)
def test_name_key(name: str, key: str) -> None:
    assert name_key(name) == key


@pytest.mark.parametrize(("one", "other"), FRENCH)
def test_french_forms_share_a_stem(one: str, other: str) -> None:
    assert stems(one, "fr").split()[-1] == stems(other, "fr").split()[-1]


def test_elisions_fall_and_compounds_split() -> None:
    assert stems("L’IA qu’il y a d'abord jusqu'ici", "fr") == stems("IA il y a abord ici", "fr")
    assert stems("e-commerce", "fr") == "e commerc"


@given(st.text())
def test_folding_twice_changes_nothing_and_forms_meet(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert stems(text) == stems(unicodedata.normalize("NFC", text))


@given(st.text())
def test_words_are_ordered_slices(text: str) -> None:
    last = 0
    for start, end, word in words_of(text):
        assert last <= start < end <= len(text) and word
        last = end


@given(st.text())
def test_name_keys_are_stable(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)
