"""One speaker over the editions: appearances with the role of that day, quotes, summaries, themes."""

from __future__ import annotations

from itertools import groupby

import streamlit as st
from sqlite_utils import Database

from db.browse_people import (
    AppearanceRow,
    PersonRow,
    PersonSummary,
    appearances,
    person,
    person_of,
    summaries,
    themes,
)
from db.browse_quotes import QuoteFilter, quotes
from db.connection import transaction
from db.people import find_person
from pipeline import edits as rules
from pipeline.errors import FlorilegeError
from pipeline.jobs import resume_work
from ui import cards, shown
from ui.frame import empty, not_found, notice, put
from ui.html import Child, Markup, div, link, span, tag
from ui.pages.reader import part_name
from ui.place import Place, href
from ui.words import _, count_of


def draw(db: Database, place: Place) -> None:
    """Draw a speaker's page."""
    found = person(db, place.whole("id"))
    if found is None:
        if not _moved(db):
            not_found(_("This speaker is not in the archive, or no longer."))
        return
    held = appearances(db, found.id)
    best = quotes(db, QuoteFilter(person=found.id), per_page=8)
    put(div("fl-page", _opening(found, held)))
    with st.container(key="speaker"):
        main, aside = st.columns([0.62, 0.38], gap="large")
        with main:
            more = link(href("quotes", person=found.id), _("All quotes by this speaker"), class_="fl-more")
            put(
                _part(
                    _("Quotes"),
                    cards.cards(best.rows) if best.rows else empty(_("No quote yet")),
                    tag("p", more) if best.total > 8 else None,
                )
            )
        with aside:
            put(div("fl-aside", _appearances(held), _themes(db, found), _summaries(summaries(db, found.id))))
            _rename(db, found, held)


def _part(title: str, *children: Child) -> Markup:
    return tag("section", tag("h2", title), *children, class_="fl-part")


def _opening(found: PersonRow, held: tuple[AppearanceRow, ...]) -> Markup:
    role = ", ".join(part for part in (found.role, found.organisation) if part)
    counts = [shown.sessions_count(found.sessions), shown.quotes_count(found.quotes)]
    if found.editions > 1:
        counts.insert(1, count_of("{n} edition", "{n} editions", found.editions))
    return tag(
        "div",
        tag("p", link(href("speakers"), _("Speakers")), class_="fl-kicker"),
        tag("h1", found.name, class_="fl-title"),
        tag("p", role, class_="fl-lead") if role else None,
        tag("p", " · ".join(counts), class_="fl-meta"),
        class_="fl-heading",
    )


def _appearances(held: tuple[AppearanceRow, ...]) -> Markup:
    return _part(_("Appearances"), tag("ol", [_appearance(one) for one in held], class_="fl-appearances"))


def _appearance(one: AppearanceRow) -> Markup:
    where = [shown.edition_of(one.event, one.edition), shown.day(one.date)]
    role = ", ".join(part for part in (one.role, one.organisation, part_name(one.part)) if part)
    return tag(
        "li",
        span("fl-meta", " · ".join(part for part in where if part)),
        link(href("session", id=one.session_id), one.title),
        span("fl-role", role) if role else None,
        span("fl-doubt", _("name uncertain")) if one.confidence < shown.UNSURE else None,
    )


def _themes(db: Database, found: PersonRow) -> Markup | None:
    held = themes(db, found.id)
    if not held:
        return None
    return _part(
        _("Themes"),
        cards.chips(
            [
                (
                    href("quotes", person=found.id, theme=theme.slug),
                    f"{shown.theme_label(theme)} · {theme.why}",
                )
                for theme in held
            ]
        ),
    )


def _summaries(lines: tuple[PersonSummary, ...]) -> Markup | None:
    if not lines:
        return None
    groups = []
    for session_id, group in groupby(lines, key=lambda line: line.session_id):
        held = list(group)
        groups.append(
            div(
                "fl-summary",
                tag("h3", link(href("session", id=session_id), held[0].title)),
                [
                    tag(
                        "p",
                        line.text,
                        link(
                            href("session", id=session_id, o=line.start),
                            "¶",
                            class_="fl-source",
                            aria_label=_("Show the passage"),
                        ),
                    )
                    for line in held
                ],
            )
        )
    return _part(_("In short"), groups)


def _rename(db: Database, found: PersonRow, held: tuple[AppearanceRow, ...]) -> None:
    _moved(db)
    with st.expander(_("Correct this name"), key="rename-person"):
        name = st.text_input(
            _("Right name"),
            value=found.name,
            max_chars=120,
            key=f"person-{found.id}",
        )
        put(tag("p", _("The name of someone already in the archive merges the two."), class_="fl-meta"))
        asked = " ".join(name.split())
        if not asked or asked == found.name:
            return
        put(
            notice(
                "info",
                _("“{old}” becomes “{new}” in {sessions}: {quotes} will bear this name.").format(
                    old=found.name,
                    new=asked,
                    sessions=shown.sessions_count(len(held)),
                    quotes=shown.quotes_count(found.quotes),
                ),
            )
        )
        other = _other(db, asked, found)
        if other:
            put(
                notice(
                    "warning",
                    _("“{name}” is already in the archive ({counts}): both become one and the same.").format(
                        name=other.name,
                        counts=", ".join(
                            part
                            for part in (other.role, other.organisation, shown.sessions_count(other.sessions))
                            if part
                        ),
                    ),
                )
            )
        if st.button(_("Rename everywhere"), type="primary", key="person-go"):
            with transaction(db):
                made = [rules.rename(db, one.session_id, one.label, asked) for one in held]
            st.session_state["renamed"] = {"edits": made, "old": found.name, "new": asked, "one": held[0]}
            _follow(db, held[0])


def _other(db: Database, name: str, found: PersonRow) -> PersonRow | None:
    """Somebody else who bears a name already."""
    try:
        held = find_person(db, name)
    except (FlorilegeError, ValueError, OverflowError):
        return None
    return person(db, held) if held != found.id else None


def _follow(db: Database, one: AppearanceRow) -> None:
    """Go where the person now is: the new name may be someone else's, whose page it then becomes."""
    moved = person_of(db, one.session_id, one.label)
    if moved:
        st.query_params["id"] = str(moved)
    st.rerun()


def _moved(db: Database) -> bool:
    """Say what was renamed last and offer to undo it."""
    renamed = st.session_state.get("renamed")
    if not renamed:
        return False
    put(notice("info", _("“{old}” is now called “{new}”.").format(old=renamed["old"], new=renamed["new"])))
    if st.button(_("Undo"), key="person-undo"):
        with transaction(db):
            for edit in reversed(renamed["edits"]):
                rules.undo(db, edit)
        resume_work(db)
        del st.session_state["renamed"]
        _follow(db, renamed["one"])
    return True
