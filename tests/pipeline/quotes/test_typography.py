"""Typography changes marks and spaces, never words."""

import re

from hypothesis import given
from hypothesis import strategies as st

from pipeline.quotes.typography import (
    NARROW,
    NBSP,
    citation,
    clock,
    english_quotation,
    french_quotation,
    plain,
)

TEXTS = st.text(
    st.sampled_from("abcé ÀŒ09%€:;!?.,…«»“”„\"'’‘-—()\n\t\u00a0\u202f[]") | st.characters(codec="utf-8"),
    max_size=80,
)


@given(TEXTS)
def test_french_marks_come_off_again(text):
    assert plain(french_quotation(text)) == plain(text)
    assert plain(french_quotation(text, NARROW)) == plain(text)


@given(TEXTS)
def test_english_marks_come_off_again(text):
    assert plain(english_quotation(text)) == plain(text)


@given(TEXTS)
def test_words_are_untouched(text):
    before = "".join(re.findall(r"\w", text))
    assert "".join(re.findall(r"\w", french_quotation(text))) == before
    assert "".join(re.findall(r"\w", english_quotation(text))) == before


def test_french_spaces():
    assert french_quotation("Est-ce vrai ?") == f"«{NBSP}Est-ce vrai{NBSP}?{NBSP}»"
    assert french_quotation("Est-ce vrai?", NARROW) == f"«{NARROW}Est-ce vrai{NARROW}?{NARROW}»"
    assert french_quotation("12% de 1 200 euros : rien") == (
        f"«{NBSP}12{NBSP}% de 1{NARROW}200 euros{NBSP}: rien{NBSP}»"
    )
    assert french_quotation("Quoi ?! Non !!!") == f"«{NBSP}Quoi{NBSP}?! Non{NBSP}!!!{NBSP}»"


def test_times_addresses_and_apostrophes_stay():
    assert french_quotation("À 10:30, voir https://a.fr, l’IA d'aujourd'hui") == (
        f"«{NBSP}À 10:30, voir https://a.fr, l’IA d'aujourd'hui{NBSP}»"
    )


def test_inner_levels():
    assert french_quotation('Il dit « oui » et "non"') == f"«{NBSP}Il dit “oui” et “non”{NBSP}»"
    assert english_quotation('He said "yes" and “no”') == "“He said ‘yes’ and ‘no’”"
    assert french_quotation("Un « seul ouvrant") == f"«{NBSP}Un « seul ouvrant{NBSP}»"


def test_lines_are_joined():
    assert english_quotation("one\ntwo") == "“one two”"


def test_citation_in_french():
    line = citation(
        "Rien ne va.", "Claire Dumont", "directrice", "Nordwand", "L'IA", "One to One 2025", 751.4, "fr"
    )
    assert line == (
        f"«{NBSP}Rien ne va.{NBSP}» — Claire Dumont, directrice (Nordwand), «{NBSP}L'IA{NBSP}», "
        "One to One 2025, 12:31"
    )


def test_citation_in_english_without_a_name():
    assert citation("No.", title="Prices", language="en") == "“No.” — Unidentified speaker, “Prices”"


def test_an_organisation_already_in_the_role_is_not_repeated():
    assert citation("Oui.", "A B", "DG de Nordwand", "Nordwand").endswith("— A B, DG de Nordwand")


def test_clock():
    assert (clock(0), clock(59.9), clock(3723)) == ("0:00", "0:59", "1:02:03")
