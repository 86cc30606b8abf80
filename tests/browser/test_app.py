"""The app as a visitor meets it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)

PAGES = [
    "",
    "?page=sessions",
    "?page=quotes",
    "?page=speakers",
    "?page=themes",
    "?page=search&q=client",
    "?page=add",
]
HOSTILE = "<script>alert(1)</script> $\\LaTeX$ :material/home: **gras** [x](javascript:alert(2))"


def _open(page: Any, url: str) -> None:
    page.goto(url)
    expect(page.locator(".fl-foot")).to_be_visible()
    # Keys, links and the document's language belong to a script that comes after the first words.
    page.wait_for_function("document.documentElement.dataset.ready")


def test_first_open_is_french_with_its_own_face(page: Any, served: Any) -> None:
    _open(page, served.url)
    expect(page.locator(".fl-pull.is-lead blockquote")).to_contain_text("entrepôt avec de la musique")
    assert page.evaluate("document.documentElement.lang") == "fr"
    assert page.title() == "Florilège"
    assert page.evaluate("document.fonts.load('20px Newsreader').then(found => found.length > 0)")
    expect(page.locator("[data-testid='stHeader']")).not_to_be_visible()


@pytest.mark.parametrize("query", PAGES)
@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_fits_and_has_one_title(page: Any, served: Any, query: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    _open(page, served.url + query)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= innerWidth")
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("query", ["", "?page=quotes", "?page=search&q=vendeurs", "?page=add", "?page=nope"])
def test_english_is_complete(page: Any, served: Any, query: str) -> None:
    joint = "&" if query else "?"
    _open(page, f"{served.url}{query}{joint}lang=en")
    assert page.evaluate("document.documentElement.lang") == "en"
    frame = page.locator(".fl-mast, .fl-foot, .fl-filters, .fl-heading")
    shown = " ".join(frame.all_inner_texts())
    assert not re.search(r"\b(Citations|Intervenants|Thèmes|Ajouter|Rechercher|Filtrer|tout)\b", shown)
    assert all(
        "lang=en" in href for href in page.eval_on_selector_all(".fl-nav a", "all => all.map(a => a.href)")
    )


def test_language_is_switched_and_remembered_in_the_address(page: Any, served: Any) -> None:
    _open(page, f"{served.url}?page=themes")
    page.locator(".fl-lang a").click()
    expect(page.locator("h1")).to_have_text("Themes")
    assert "lang=en" in page.url and "page=themes" in page.url
    page.locator(".fl-nav-quotes").click()
    expect(page.locator("h1")).to_have_text("Quotes")
    page.locator(".fl-lang a").click()
    expect(page.locator("h1")).to_have_text("Citations")
    assert page.evaluate("document.documentElement.lang") == "fr"


def test_going_back_goes_back(page: Any, served: Any) -> None:
    _open(page, f"{served.url}?page=quotes")
    page.locator(".fl-nav-speakers").click()
    expect(page.locator("h1")).to_have_text("Intervenants")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Citations")


def test_a_quote_is_one_click_from_its_sound(page: Any, served: Any) -> None:
    _open(page, f"{served.url}?page=quotes&session={served.ids['panel']}&order=said")
    with page.expect_response(lambda response: "/listen/" in response.url) as heard:
        page.locator(".fl-act-play").first.click()
    assert heard.value.status == 206
    page.wait_for_function(
        "() => { const a = document.getElementById('fl-audio'); return !a.paused && a.currentTime > 20; }"
    )
    expect(page.locator(".fl-dock-label")).to_contain_text("Marc Lefèvre")
    page.wait_for_function("() => document.getElementById('fl-audio').paused", timeout=30_000)
    assert page.evaluate("document.getElementById('fl-audio').currentTime") < 60


def test_the_transcript_follows_and_seeks(page: Any, served: Any) -> None:
    _open(page, f"{served.url}?page=session&id={served.ids['panel']}&t=83.2")
    expect(page.locator(".fl-turn.is-aimed .fl-turn-who")).to_have_text("Marc Lefèvre")
    page.wait_for_function("() => Math.abs(document.getElementById('fl-audio').currentTime - 83.2) < 1")
    page.locator(".fl-turn-time", has_text="2:10").click()
    page.wait_for_function("() => document.getElementById('fl-audio').currentTime > 129.9")
    expect(page.locator(".fl-turn.is-now .fl-turn-who")).to_have_text("Voix sans nom S3")
    expect(page.locator(".fl-word.is-now")).to_have_count(1)
    doubt = page.locator(".fl-word.is-doubtful").first.get_attribute("title")
    assert doubt.startswith("mot incertain\u00a0: 31")
    expect(page.locator(".fl-notice")).to_contain_text("s’arrête à 3:12")
    expect(page.locator(".fl-left-out summary")).to_have_text("1 passage écarté de la transcription")


def test_a_speaker_is_named_once_for_paragraphs_in_a_row(page: Any, served: Any) -> None:
    for name in ("english", "recap", "hostile"):
        _open(page, f"{served.url}?page=session&id={served.ids[name]}")
        page.locator(".fl-turn").first.wait_for()
        heads = page.eval_on_selector_all(
            ".fl-turn", "all => all.map(turn => turn.querySelector('.fl-turn-who')?.textContent ?? null)"
        )
        follow = page.eval_on_selector_all(".fl-turn", "all => all.map(turn => turn.matches('.is-on'))")
        for place, on in enumerate(follow):
            assert not on or (heads[place] is None and any(heads[:place]))


def test_the_first_stop_of_the_keyboard_speaks_french(page: Any, served: Any) -> None:
    _open(page, served.url)
    expect(page.get_by_text("Skip to main content")).not_to_be_visible()
    for _stop in range(2):  # Chromium may stop at the scrolling area first.
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Aller au contenu":
            return
    raise AssertionError("the link to the content is not the first one")


def test_keyboard_alone_goes_from_search_to_quote_to_sound(page: Any, served: Any) -> None:
    _open(page, served.url)
    page.keyboard.press("/")
    page.keyboard.type("plateformes")
    page.keyboard.press("Enter")
    expect(page.locator(".fl-hit mark").first).to_have_text("plateformes")
    page.locator(".fl-hit .fl-act-play").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => !document.getElementById('fl-audio').paused")


def test_search_accepts_anything(page: Any, served: Any) -> None:
    _open(page, f"{served.url}?page=search&q=coeur")
    expect(page.locator(".fl-hit mark").first).to_have_text("cœur")
    for asked in ('"', "xyzzyplugh", "<script>alert(1)</script>", "a" * 400):
        page.locator("#fl-ask").fill(asked)
        page.locator("#fl-ask").press("Enter")
        page.wait_for_function("() => !document.body.classList.contains('is-turning')")
        expect(page.locator("#fl-ask")).to_have_value(asked)
        expect(page.locator(".fl-foot")).to_be_visible()
    expect(page.locator(".fl-empty h2")).to_contain_text("Rien trouvé")


def test_filters_are_kept_in_the_address(page: Any, served: Any) -> None:
    _open(page, f"{served.url}?page=quotes")
    page.locator("#f-organisation").select_option("Maison Girard")
    expect(page.locator(".fl-chosen")).to_contain_text("Maison Girard")
    assert "organisation=Maison" in page.url
    page.locator("#f-text").fill("entrepot")
    page.locator("#f-text").press("Enter")
    expect(page.locator(".fl-card")).to_have_count(1)
    page.locator(".fl-clear").click()
    expect(page.locator(".fl-chosen")).to_have_count(0)
    expect(page.locator(".fl-card").nth(5)).to_be_visible()
    assert "propos rapporté" in page.locator(".fl-cards").inner_text()
    expect(page.locator(".fl-card.is-mention")).to_have_count(0)


def test_a_cited_name_leads_to_its_passages_in_the_session(page: Any, served: Any) -> None:
    _open(page, f"{served.url}?page=session&id={served.ids['recap']}")
    names = page.locator(".fl-names")
    expect(names.locator("h3")).to_have_text(["Personnes", "Organisations", "Lieux"])
    names.get_by_text("Groupe <b>Girard</b> & fils").click()
    expect(page.locator(".fl-hit mark")).to_have_text("Maison Girard")
    expect(page.locator(".fl-chosen .fl-tag")).to_have_count(2)
    expect(page.locator(".fl-chosen")).to_contain_text("Le commerce à l'heure des agents")
    page.locator("#fl-ask").fill("souveraineté")
    page.locator("#fl-ask").press("Enter")
    expect(page.locator(".fl-hit mark")).to_have_text("souveraineté")
    assert f"session={served.ids['recap']}" in page.url
    page.locator(".fl-chosen .fl-tag").click()
    expect(page.locator(".fl-chosen")).to_have_count(0)


def test_a_search_begins_within_a_session(page: Any, served: Any) -> None:
    _open(page, f"{served.url}?page=session&id={served.ids['panel']}")
    page.locator("#fl-within").fill("vendeurs")
    page.locator("#fl-within").press("Enter")
    expect(page.locator(".fl-chosen")).to_contain_text("Table ronde")
    titles = page.locator(".fl-whence a")
    expect(titles.or_(page.locator(".fl-empty")).first).to_be_visible()
    assert set(titles.all_inner_texts()) <= {"Table ronde : l'IA dans le commerce"}


def test_the_archive_shows_its_most_cited_names(page: Any, served: Any) -> None:
    _open(page, f"{served.url}?page=themes")
    expect(page.locator(".fl-names a")).to_have_text(["Asma Benali"])


def test_copying_brings_typography_and_source(page: Any, served: Any) -> None:
    _open(page, f"{served.url}?page=session&id={served.ids['recap']}")
    page.locator(".fl-aside .fl-act-copy").first.click()
    expect(page.locator(".fl-toast")).to_have_text("Copié, avec sa source")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert (
        copied.startswith("«\u202fUn magasin sans vendeurs")
        and "— Paul Girard, président, Maison Girard" in copied
    )


def test_hostile_strings_are_shown_as_they_are(page: Any, served: Any) -> None:
    _open(page, f"{served.url}?page=session&id={served.ids['hostile']}")
    assert HOSTILE in page.locator("h1").inner_text()
    assert HOSTILE in page.locator(".fl-turns").inner_text().replace("\u00a0", " ")
    assert page.locator("script:has-text('alert(1)'), img[onerror], .katex").count() == 0
    _open(page, f"{served.url}?page=quotes&text=rendez-vous")
    assert HOSTILE in page.locator(".fl-cards").inner_text()


NOWHERE = [
    "?page=session&id=-1", "?page=session&id=NaN", "?page=quote&id=zz", "?page=theme&id=..", "?page=nope",
    "?page=speaker&id=99999999999999999999",
]  # fmt: skip


@pytest.mark.parametrize("query", NOWHERE)
def test_what_does_not_exist_is_not_found(page: Any, served: Any, query: str) -> None:
    _open(page, served.url + query)
    expect(page.locator(".fl-empty h2")).to_have_text("Introuvable")


def test_a_speaker_is_renamed_and_the_renaming_undone(page: Any, served: Any) -> None:
    _open(page, f"{served.url}?page=session&id={served.ids['english']}")
    page.get_by_text("Corriger les intervenants").click()
    name = page.get_by_label("Nom exact (vide : inconnu)")
    name.fill("Dana Whitfield-Moss")
    name.press("Tab")
    expect(page.locator(".fl-notice")).to_contain_text("devient")
    page.get_by_role("button", name="Renommer").click()
    expect(page.locator(".fl-voices")).to_contain_text("Dana Whitfield-Moss")
    page.get_by_role("button", name="Annuler").click()
    expect(page.locator(".fl-voices")).not_to_contain_text("Dana Whitfield-Moss")


def test_a_person_is_renamed_everywhere(page: Any, served: Any) -> None:
    _open(page, f"{served.url}?page=speakers&text=okafor")
    page.locator(".fl-persons a").first.click()
    expect(page.locator("h1")).to_have_text("Tom Okafor")
    page.get_by_text("Corriger ce nom").click()
    page.get_by_label("Nom exact").fill("Paul Girard")
    page.get_by_label("Nom exact").press("Tab")
    expect(page.locator(".fl-notice.is-warning")).to_contain_text("Paul Girard")
    page.get_by_label("Nom exact").fill("Thomas Okafor")
    page.get_by_label("Nom exact").press("Tab")
    page.get_by_role("button", name="Renommer partout").click()
    expect(page.locator("h1")).to_have_text("Thomas Okafor")
    page.get_by_role("button", name="Annuler").click()
    expect(page.locator("h1")).to_have_text("Tom Okafor")


def test_a_text_is_uploaded_and_a_false_sound_refused(page: Any, served: Any, tmp_path: Path) -> None:
    good, bad = tmp_path / "notes du jour.txt", tmp_path / "faux.wav"
    good.write_text(
        "Jeanne Morel : « La boutique n'est pas morte, elle apprend à écouter ses clients. »\n",
        encoding="utf-8",
    )
    bad.write_text("Ceci n'est pas un son.", encoding="utf-8")
    _open(page, f"{served.url}?page=add")
    page.locator("input[type=file]").set_input_files([str(good), str(bad)])
    expect(page.get_by_text("faux.wav").first).to_be_visible()
    page.get_by_role("button", name="Ajouter ces fichiers").click()
    expect(page.locator(".fl-notice").first).to_contain_text("1 session ajoutée")
    expect(page.locator(".fl-notice.is-error")).to_contain_text("faux.wav")
    expect(page.locator(".fl-refused")).to_contain_text("faux.wav")
    expect(page.locator(".fl-jobs")).to_contain_text("notes du jour")


def test_a_text_is_pasted(page: Any, served: Any) -> None:
    _open(page, f"{served.url}?page=add&way=text")
    page.get_by_label("Texte", exact=True).fill(
        "Karim Haddad : Le panier moyen ne dit rien de la confiance des clients.\nLéa Blum : Exactement."
    )
    page.get_by_label("Titre (pour une seule session)").fill("Échange du matin")
    page.get_by_role("button", name="Ajouter ce texte").click()
    expect(page.locator(".fl-notice").first).to_contain_text("1 session ajoutée")


def test_a_path_that_is_nothing_is_said(page: Any, served: Any) -> None:
    _open(page, f"{served.url}?page=add&way=folder")
    page.get_by_label("Dossier ou fichier de cette machine").fill("/nowhere/at/all")
    page.get_by_role("button", name="Ajouter ce dossier").click()
    expect(page.locator(".fl-notice.is-error")).to_contain_text("/nowhere/at/all")


def test_an_empty_archive_invites(page: Any, serve: Callable[[bool], Any]) -> None:
    _open(page, serve(False).url)
    expect(page.locator(".fl-ways li")).to_have_count(3)
    page.locator(".fl-ways a").nth(2).click()
    expect(page.get_by_label("Texte", exact=True)).to_be_visible()
