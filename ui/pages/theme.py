"""One theme: where it is talked about, the words that made the tag, and its quotes."""

from __future__ import annotations

import streamlit as st
from sqlite_utils import Database

from db import browse_themes
from db.browse_quotes import QuoteFilter, quotes
from db.browse_themes import ThemeTerm
from ui import cards, charts, shown
from ui.frame import empty, not_found, put
from ui.html import Markup, div, link, span, tag
from ui.pages.themes import families, name_of
from ui.place import Place, href
from ui.words import _, count_of


def draw(db: Database, place: Place) -> None:
    """Draw a theme's page."""
    found = browse_themes.theme(db, place.get("id"))
    if found is None:
        not_found(_("This theme is not in the archive, or no longer."))
        return
    best = quotes(db, QuoteFilter(theme=found.slug), per_page=10)
    family = next((about for origin, _title, about in families() if origin == found.origin), "")
    counts = [shown.sessions_count(found.sessions), shown.quotes_count(best.total), family]
    put(
        div(
            "fl-page",
            tag(
                "div",
                tag("p", link(href("themes"), _("Themes")), class_="fl-kicker"),
                tag("h1", name_of(found), class_="fl-title"),
                tag("p", " · ".join(part for part in counts if part), class_="fl-meta"),
                class_="fl-heading",
            ),
        )
    )
    with st.container(key="theme"):
        main, aside = st.columns([0.6, 0.4], gap="large")
        with main:
            more = link(href("quotes", theme=found.slug), _("All quotes of this theme"), class_="fl-more")
            put(
                tag(
                    "section",
                    tag("h2", _("Quotes")),
                    cards.cards(best.rows) if best.rows else empty(_("No quote yet")),
                    tag("p", more) if best.total > 10 else None,
                    class_="fl-part",
                )
            )
        with aside:
            put(_why(browse_themes.terms(db, found.id)))
            _course(db, found.slug)


def _course(db: Database, slug: str) -> None:
    points, title = browse_themes.course_of_editions(db, slug), _("Over editions")
    if len(points) < 2:
        points, title = browse_themes.course(db, slug), _("Over sessions")
    if points:
        put(tag("section", tag("h2", title), class_="fl-part"))
        charts.course(points)


def _why(terms: tuple[ThemeTerm, ...]) -> Markup | None:
    if not terms:
        return None
    return tag(
        "section",
        tag("h2", _("Why this theme")),
        tag("p", _("The words that made the tag, as they were said or written:"), class_="fl-meta"),
        tag(
            "ul",
            [
                tag(
                    "li",
                    tag("q", term.why),
                    span("fl-count", count_of("{n} time", "{n} times", term.passages)),
                )
                for term in terms
            ],
            class_="fl-terms",
        ),
        class_="fl-part",
    )
