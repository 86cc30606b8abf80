"""All sessions, filtered."""

from __future__ import annotations

from sqlite_utils import Database

from db import browse
from db.browse_sessions import SessionFilter
from db.browse_sessions import sessions as read_sessions
from ui import filters, shown
from ui.frame import empty, heading, pages_of, put
from ui.html import Markup, div, link, tag
from ui.lists import session_list
from ui.place import Place, href
from ui.words import _


def draw(db: Database, place: Place) -> None:
    """Draw the list of sessions."""
    asked = SessionFilter(place.get("event"), place.get("edition"), place.get("state"), place.get("text"))
    offered = browse.choices(db)
    page = read_sessions(db, asked, max(1, place.whole("p")))
    states = [
        (state, shown.state_name(state)) for state in ("running", "waiting", "failed", "parked", "done")
    ]
    put(
        div(
            "fl-page",
            heading(_("Sessions"), kicker=shown.sessions_count(page.total)),
            filters.bar(
                place,
                filters.choice(place, "event", _("Event"), [(name, name) for name in offered.events]),
                filters.choice(place, "edition", _("Edition"), [(name, name) for name in offered.editions]),
                filters.choice(place, "state", _("State"), states),
                filters.words(place, "text", _("In the title")),
            ),
            filters.chosen(
                place,
                [
                    ("event", asked.event),
                    ("edition", asked.edition),
                    ("state", shown.state_name(asked.state)),
                    ("text", asked.text),
                ],
            ),
            session_list(page.rows) if page.rows else _nothing(),
            pages_of(place, page),
        )
    )


def _nothing() -> Markup:
    return empty(
        _("No session here yet"),
        tag(
            "p",
            link(href("add"), _("Add sessions"), class_="fl-button is-main"),
            " ",
            link(href("sessions"), _("Remove all filters"), class_="fl-button"),
        ),
    )
