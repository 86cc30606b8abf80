"""Themes name the words they were seen in, and the lexicon says what is wrong with a bad file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.records import Session, Slice, Source, ThemeTag
from pipeline.errors import BadSetting
from pipeline.themes import load_lexicon, session_themes, tag_themes
from pipeline.words import base, fold, words

SOURCE = Source("0" * 64, "x.txt", "text", 1, "x")
LEXICON = load_lexicon(None)


def session(text: str, language: str = "fr", **fields: object) -> Session:
    return Session(1, "t", SOURCE, "prose", language=language, text=text, **fields)  # type: ignore[arg-type]


def seen(text: str, language: str = "fr") -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for tag in tag_themes(session(text, language), LEXICON):
        assert tag.why == text[tag.start : tag.end]
        found.setdefault(tag.theme, []).append(tag.why)
    return found


@pytest.mark.parametrize(
    ("text", "theme", "why"),
    [
        ("Le programme de fidélité attire.", "loyalty", "programme de fidélité"),
        ("LES PROGRAMMES DE FIDELITE attirent.", "loyalty", "PROGRAMMES DE FIDELITE"),
        ("Un levier d’achat, le parcours d’achat.", "e-commerce", "parcours d’achat"),
        ("Le click-and-collect progresse.", "stores", "click-and-collect"),
        ("Notre souveraineté numérique.", "sovereignty", "souveraineté"),
        ("C'est l'IA qui décide.", "ai", "IA"),
        ("Le RGPD s'applique.", "privacy", "RGPD"),
        ("Nos places de marché grandissent.", "marketplaces", "places de marché"),
    ],
)
def test_french_terms(text: str, theme: str, why: str) -> None:
    assert why in seen(text)[theme]


@pytest.mark.parametrize(
    ("text", "theme", "why"),
    [
        ("Payment channels help.", "lightning", "Payment channels"),
        ("The miners agree on hard-forks.", "mining", "miners"),
        ("Personalised offers for shoppers.", "personalisation", "Personalised"),
        ("Our supply chain is slow.", "logistics", "supply chain"),
    ],
)
def test_english_terms(text: str, theme: str, why: str) -> None:
    assert why in seen(text, "en")[theme]


def test_capitals_are_not_small_letters() -> None:
    assert "ai" not in seen("Oui, j'ai vu le magasin.")


def test_words_that_only_look_alike_stay_apart() -> None:
    found = seen("Face à ce défi, sa conversation avec l'enseignante et un livre de chiffres.")
    assert not {"blockchain", "cloud", "e-commerce", "retail", "logistics", "cryptography"} & set(found)


def test_an_unsure_term_needs_company() -> None:
    assert "stores" not in seen("Le rayon du cercle vaut deux.")
    assert seen("Ce rayon attire chaque client.")["stores"] == ["rayon"]


def test_the_longer_term_wins() -> None:
    assert seen("L'intelligence artificielle générative arrive.")["generative-ai"] == [
        "intelligence artificielle générative"
    ]


def test_addresses_and_front_matter_are_not_read() -> None:
    assert seen("Voir https://example.org/blockchain/logistique maintenant.") == {}
    text = "---\ntags: logistique\n---\nNous parlons des colis."
    tags = tag_themes(session(text, body=Slice(24, len(text))), LEXICON)
    assert [(t.theme, t.why) for t in tags] == [("logistics", "colis")]


def test_declared_tags_are_kept_with_their_place() -> None:
    text = "---\ntags:\n - mining\n - career\n---\nHello there."
    tagged = session(text, "en", body=Slice(33, len(text)), source_tags=("mining", "career"))
    tags = tag_themes(tagged, LEXICON)
    assert [(t.theme, t.why, t.by) for t in tags] == [
        ("mining", "mining", "source"),
        ("career", "career", "source"),
    ]


def test_a_passing_mention_is_no_theme_of_the_session() -> None:
    tags = [ThemeTag("ai", i, i + 2, "IA") for i in range(9)] + [ThemeTag("cloud", 50, 55, "cloud")]
    assert [theme for theme, _ in session_themes(tags, 2000)] == ["ai"]
    assert [theme for theme, _ in session_themes(tags[-1:], 80)] == ["cloud"]
    human = ThemeTag("cloud", 50, 55, "cloud", "human")
    assert next(theme for theme, _ in session_themes([*tags, human], 2000)) == "cloud"


def test_the_built_in_lexicon_is_whole() -> None:
    assert len(LEXICON.themes) >= 30
    for theme in LEXICON.themes:
        assert theme.labels["fr"] and theme.labels["en"]
        assert theme.terms.get("both") or (theme.terms.get("fr") and theme.terms.get("en"))


def test_a_file_of_the_archive_adds_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "themes.toml"
    path.write_text(
        '[[theme]]\nslug = "loyalty"\nfr = "Clients fidèles"\nterms.fr = ["tampon"]\n'
        '[[theme]]\nslug = "wine"\nfr = "Vin"\nen = "Wine"\nterms.both = ["vin", "wine"]\n',
        encoding="utf-8",
    )
    lexicon = load_lexicon(path)
    assert lexicon.label("loyalty", "fr") == "Clients fidèles" and lexicon.label("wine", "en") == "Wine"
    tags = tag_themes(session("Un tampon sur les vins, programme de fidélité."), lexicon)
    assert [(t.theme, t.why) for t in tags] == [("loyalty", "tampon"), ("wine", "vins")]
    assert load_lexicon(tmp_path / "absent.toml") == LEXICON


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[[theme]\nslug=1", "line 1"),
        ('[[theme]]\nslug = "A B"\nfr="x"', "field slug"),
        ('[[theme]]\nslug = "ab"\nterms.fr=["x"]', "field fr"),
        ('[[theme]]\nslug = "ab"\nfr="x"', "field terms"),
        ('[[theme]]\nslug = "ab"\nfr="x"\nterms.fr="x"', "field terms.fr"),
        ('[[theme]]\nslug = "ab"\nfr="x"\nterms.de=["x"]', "field terms"),
        ('[[theme]]\nslug = "ab"\nfr="x"\nterm=["x"]', "unknown field term"),
        ("x = 1", "[[theme]]"),
    ],
)
def test_a_bad_file_is_refused_with_its_place(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "themes.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadSetting) as refused:
        load_lexicon(path)
    assert "themes.toml" in str(refused.value) and says in str(refused.value)


@given(st.text(max_size=200))
def test_words_are_slices_of_any_text(text: str) -> None:
    at = 0
    for term in words(text, "fr"):
        assert at <= term.start < term.end <= len(text)
        assert fold(text[term.start : term.end]) == term.folded
        at = term.end


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [("magasins", "magasin", "fr"), ("canaux", "canal", "fr"), ("reseaux", "reseau", "fr"),
     ("publicitaires", "publicitaire", "fr"), ("policies", "policy", "en"), ("boxes", "box", "en")],
)  # fmt: skip
def test_number_does_not_matter(one: str, other: str, language: str) -> None:
    assert base(one, language) == base(other, language)
