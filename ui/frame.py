"""What stands around every page: masthead, foot, notices, empty and missing states, page numbers."""

from __future__ import annotations

import streamlit as st

from db.browse import Page, Row
from ui.html import Child, Markup, div, join, link, packed, span, tag
from ui.place import Place, changed, href
from ui.words import _, language

_PARENTS = {"session": "sessions", "quote": "quotes", "speaker": "speakers", "theme": "themes"}


def put(*children: Child) -> None:
    """Show escaped markup; nothing at all when there is none, which Streamlit would refuse."""
    markup = join(*children)
    if markup:
        st.html(markup)


def header(place: Place) -> None:
    """The masthead: logo, pages, search, language."""
    put(
        tag(
            "header",
            tag("a", _("Skip to the content"), href="#fl-content", class_="fl-skip"),
            link(
                href("home"),
                tag("img", src="/brand/mark.svg", alt="", width=34, height=34),
                span("", "Florilège"),
                class_="fl-logo",
                aria_label=_("Florilège, home"),
            ),
            tag(
                "nav",
                [_nav_link(place, page, name) for page, name in _entries()],
                class_="fl-nav",
                aria_label=_("Pages"),
            ),
            _search(place),
            div(
                "fl-lang",
                [_language_link(place, code) for code in ("fr", "en")],
                role="group",
                aria_label=_("Language"),
            ),
            class_=f"fl-mast is-{place.page}",
        ),
        tag("a", id="fl-content", tabindex="-1"),
    )


def _entries() -> list[tuple[str, str]]:
    return [
        ("sessions", _("Sessions")),
        ("quotes", _("Quotes")),
        ("speakers", _("Speakers")),
        ("themes", _("Themes")),
        ("add", _("Add")),
    ]


def _nav_link(place: Place, page: str, name: str) -> Markup:
    here = page in (place.page, _PARENTS.get(place.page))
    return link(href(page), name, class_=f"fl-nav-{page}", aria_current="page" if here else None)


def _language_link(place: Place, code: str) -> Markup:
    if code == language():
        return tag("span", code.upper(), aria_current="true")
    names = {"fr": "Français", "en": "English"}
    address = changed(place, lang=code)
    if code == "fr":
        address = (
            address.replace("lang=en&", "")
            .replace("lang=en", "lang=fr")
            .replace("lang=fr&lang=fr", "lang=fr")
        )
    return link(address, code.upper(), lang=code, hreflang=code, title=names[code])


def _search(place: Place) -> Markup:
    asked = place.get("q") if place.page == "search" else ""
    language_kept = "" if language() == "fr" else ', "lang": "en"'
    return tag(
        "form",
        tag(
            "input",
            type="search",
            id="fl-search",
            data_name="q",
            data_value=packed(asked),
            maxlength=400,
            placeholder=_("Search words or ask a question"),
            aria_label=_("Search the archive"),
        ),
        class_="fl-find",
        data_go=packed('{"page": "search"' + language_kept + "}"),
        role="search",
    )


def footer(drawing: int) -> None:
    """The foot of the page, which bears the number of the drawing."""
    put(
        tag(
            "footer",
            span("fl-foot-mark", "«\u202f»"),
            tag(
                "p",
                _(
                    "Every quote is word for word, and one click from its source. Nothing leaves "
                    "this machine."
                ),
            ),
            class_="fl-foot",
            data_run=drawing,
        )
    )


def heading(title: str, kicker: Child = None, lead: Child = None) -> Markup:
    """The opening of a page."""
    return tag(
        "div",
        tag("p", kicker, class_="fl-kicker") if kicker else None,
        tag("h1", title, class_="fl-title"),
        tag("p", lead, class_="fl-lead") if lead else None,
        class_="fl-heading",
    )


def notice(kind: str, *children: Child) -> Markup:
    """A note to the reader; ``kind``: info, warning or error."""
    return tag("div", *children, class_=f"fl-notice is-{kind}", role="alert" if kind == "error" else "note")


def empty(title: str, *children: Child) -> Markup:
    """What a page shows when it has nothing to show."""
    return div("fl-empty", div("fl-empty-mark", "«\u202f»", aria_hidden="true"), tag("h2", title), *children)


def failure(sentence: str) -> None:
    """An error, in one sentence, with a way on."""
    put(
        div(
            "fl-page",
            notice("error", tag("strong", _("This page could not be shown.")), " ", sentence),
            tag("p", link(href("home"), _("Back to the home page"), class_="fl-button")),
        )
    )


def not_found(sentence: str) -> None:
    """The same answer for whatever does not exist, so that addresses reveal nothing."""
    put(
        div(
            "fl-page",
            empty(
                _("Not found"),
                tag("p", sentence),
                tag("p", link(href("home"), _("Back to the home page"), class_="fl-button")),
            ),
        )
    )


def pages_of(place: Place, page: Page[Row]) -> Markup:
    """Links to the other pages of a list."""
    if page.pages <= 1:
        return Markup("")
    wanted = {1, page.pages, *range(page.number - 2, page.number + 3)}
    numbers = sorted(n for n in wanted if 1 <= n <= page.pages)
    links: list[Child] = []
    for before, number in zip([0, *numbers], numbers, strict=False):
        if number > before + 1:
            links.append(span("fl-gap", "…"))
        links.append(_page_link(place, number, page.number))
    previous = (
        link(changed(place, p=page.number - 1), "←", rel="prev", aria_label=_("Previous page"))
        if page.number > 1
        else None
    )
    following = (
        link(changed(place, p=page.number + 1), "→", rel="next", aria_label=_("Next page"))
        if page.number < page.pages
        else None
    )
    return tag("nav", previous, links, following, class_="fl-pages", aria_label=_("Pages of results"))


def _page_link(place: Place, number: int, here: int) -> Markup:
    if number == here:
        return tag("span", number, aria_current="page")
    return link(changed(place, p=number), number, aria_label=f"{_('Page')} {number}")
