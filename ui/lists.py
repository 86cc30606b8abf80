"""Sessions in a list."""

from __future__ import annotations

from collections.abc import Iterable

from db.browse_sessions import SessionRow
from ui import shown
from ui.html import Markup, div, link, span, tag
from ui.place import href
from ui.words import count_of


def session_list(rows: Iterable[SessionRow]) -> Markup:
    """Sessions one under the other."""
    return tag("ol", [_entry(row) for row in rows], class_="fl-sessions")


def _entry(row: SessionRow) -> Markup:
    meta = [
        shown.edition_of(row.event, row.edition),
        shown.day(row.date),
        length_of(row),
        shown.form_name(row.form),
    ]
    return tag(
        "li",
        div(
            "fl-session-main",
            link(href("session", id=row.id), row.title, class_="fl-session-title"),
            tag("p", " · ".join(part for part in meta if part), class_="fl-meta"),
            tag("p", people_of(row), class_="fl-people"),
        ),
        div(
            "fl-session-side",
            state_of(row),
            span("fl-count", shown.quotes_count(row.quotes)) if row.quotes else None,
        ),
    )


def length_of(row: SessionRow) -> str:
    """How long a session is: time for sound, words (six characters each, to the hundred) for texts."""
    if row.seconds:
        return shown.lasting(row.seconds)
    words = round(row.characters / 6, -2)
    return count_of("about {n} word", "about {n} words", int(words)) if words else ""


def people_of(row: SessionRow) -> str:
    """The names known, and how many voices have none."""
    unnamed = row.voices - len(row.speakers)
    names = ", ".join(row.speakers)
    if unnamed <= 0 or len(row.speakers) >= 12:
        return names
    rest = count_of("{n} unnamed voice", "{n} unnamed voices", unnamed)
    return f"{names}, {rest}" if names else rest


def state_of(row: SessionRow) -> Markup | None:
    """The state of work, when there is something to say."""
    if row.state == "done":
        return None
    step = f" · {shown.step_name(row.step)}" if row.state == "running" and row.step else ""
    return span(f"fl-state is-{row.state}", shown.state_name(row.state), step, title=row.message or None)
