"""Everyone who speaks in the archive."""

from __future__ import annotations

from sqlite_utils import Database

from db.browse_people import PersonRow, people
from ui import filters, shown
from ui.frame import empty, heading, pages_of, put
from ui.html import Markup, div, link, span, tag
from ui.place import Place, href
from ui.words import _, count_of


def draw(db: Database, place: Place) -> None:
    """Draw the list of speakers."""
    page = people(db, place.get("text"), max(1, place.whole("p")), per_page=30)
    put(
        div(
            "fl-page",
            heading(_("Speakers"), kicker=count_of("{n} speaker", "{n} speakers", page.total)),
            filters.bar(place, filters.words(place, "text", _("Name or organisation"))),
            filters.chosen(place, [("text", place.get("text"))]),
            tag("ol", [_entry(person) for person in page.rows], class_="fl-persons")
            if page.rows
            else _nothing(),
            pages_of(place, page),
        )
    )


def _entry(person: PersonRow) -> Markup:
    role = ", ".join(part for part in (person.role, person.organisation) if part)
    counts = [shown.sessions_count(person.sessions)]
    if person.editions > 1:
        counts.append(count_of("{n} edition", "{n} editions", person.editions))
    if person.quotes:
        counts.append(shown.quotes_count(person.quotes))
    return tag(
        "li",
        link(href("speaker", id=person.id), person.name, class_="fl-session-title"),
        span("fl-role", role) if role else None,
        span("fl-count", " · ".join(counts)),
    )


def _nothing() -> Markup:
    return empty(
        _("Nobody by this name"),
        tag("p", _("Voices without a sure name have no page of their own: find them in their sessions.")),
    )
