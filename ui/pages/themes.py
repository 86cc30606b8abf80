"""The themes of the archive, by family, and their course over editions and sessions."""

from __future__ import annotations

import streamlit as st
from sqlite_utils import Database

from db import browse_themes
from db.browse_themes import ThemeRow
from ui import charts, names, shown
from ui.frame import empty, heading, put
from ui.html import Child, Markup, div, link, span, tag
from ui.place import Place, changed, href
from ui.words import _, count_of


def name_of(theme: ThemeRow) -> str:
    """A theme's name in the language of the run."""
    return shown.theme_name(theme.label_fr, theme.label_en)


def families() -> list[tuple[str, str, str]]:
    """Families of themes in reading order: origin, name, what it means."""
    return [
        ("lexicon", _("House themes"), _("from the lexicon, which is yours to edit")),
        ("source", _("Given by the sources"), _("written in the files themselves")),
        ("human", _("Given by hand"), _("added by a person")),
        ("found", _("Found in the archive"), _("words that stand out in its own sessions")),
    ]


def draw(db: Database, place: Place) -> None:
    """Draw the themes."""
    held = browse_themes.themes(db)
    put(div("fl-page", heading(_("Themes"), kicker=count_of("{n} theme", "{n} themes", len(held)))))
    if held:
        _chart(db, place)
        themes: Child = [_family(held, *family) for family in families()]
    else:
        themes = empty(_("No theme yet"), tag("p", _("Themes appear when sessions have been read.")))
    put(div("fl-page", themes, names.over_archive(db)))


def _chart(db: Database, place: Place) -> None:
    by_edition = browse_themes.over_editions(db)
    editions = {point.place for point in by_edition}
    over = place.get("over") or ("editions" if len(editions) > 1 else "sessions")
    points = by_edition if over == "editions" else browse_themes.over_sessions(db)
    if not points:
        return
    ways = [("editions", _("over editions")), ("sessions", _("over the latest sessions"))]
    with st.container(key="chart"):
        put(
            div(
                "fl-section-head",
                tag("h2", _("What was talked about")),
                div(
                    "fl-order",
                    [
                        span("is-on", name) if way == over else link(changed(place, over=way), name)
                        for way, name in ways
                    ]
                    if editions
                    else None,
                ),
            )
        )
        charts.heat(points)


def _family(held: tuple[ThemeRow, ...], origin: str, title: str, about: str) -> Markup | None:
    own = [theme for theme in held if theme.origin == origin]
    if not own:
        return None
    return tag(
        "section",
        div("fl-section-head", tag("h2", title), span("fl-meta", about)),
        tag("ol", [_entry(theme) for theme in own], class_="fl-themes"),
        class_="fl-section",
    )


def _entry(theme: ThemeRow) -> Markup:
    counts = [shown.sessions_count(theme.sessions)] if theme.sessions else []
    counts += [shown.quotes_count(theme.quotes)] if theme.quotes else []
    return tag(
        "li",
        link(href("theme", id=theme.slug), name_of(theme), class_="fl-session-title"),
        span("fl-count", " · ".join(counts)),
    )
