"""Names cited, by kind, each a link to the passages that cite it: facets of their own beside the themes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlite_utils import Database

from db import browse_entities
from db.browse_entities import KINDS, NameRow
from ui import shown
from ui.html import Child, Markup, div, link, span, tag
from ui.place import href
from ui.words import _, count_of

AT_ONCE = 8
"""Names of a kind that a session shows before they are unfolded."""


def kind_name(kind: str) -> str:
    """The heading of a kind of names."""
    return {
        "person": _("People"),
        "organisation": _("Organisations"),
        "product": _("Products"),
        "place": _("Places"),
    }.get(kind, kind)


def in_session(db: Database, session_id: int) -> Markup | None:
    """The names cited in a session, each leading to its passages there; nothing when there is none."""
    held = browse_entities.of_session(db, session_id)
    if not held:
        return None
    return tag(
        "section",
        tag("h2", _("Names cited")),
        [_kind(kind, _folded(names, session_id)) for kind, names in held.items()],
        class_="fl-part fl-names",
    )


def over_archive(db: Database) -> Markup | None:
    """The names cited most over the archive, with their number of sessions; nothing when there is none."""
    held = {kind: browse_entities.most_named(db, kind).rows for kind in KINDS}
    if not any(held.values()):
        return None
    return tag(
        "section",
        div("fl-section-head", tag("h2", _("Names cited")), span("fl-meta", _("cited twice or more"))),
        div(
            "fl-name-kinds",
            [_kind(kind, tag("ul", map(_counted, names))) for kind, names in held.items() if names],
        ),
        class_="fl-section fl-names",
    )


def _kind(kind: str, *names: Child) -> Markup:
    return div("fl-name-kind", tag("h3", kind_name(kind)), names)


def _folded(names: Sequence[NameRow], session_id: int) -> list[Markup]:
    listed = [_named(row, session_id) for row in names]
    shown_first = [tag("ul", listed[:AT_ONCE])]
    if len(listed) <= AT_ONCE:
        return shown_first
    more = count_of("{n} more name", "{n} more names", len(listed) - AT_ONCE)
    return [*shown_first, tag("details", tag("summary", more), tag("ul", listed[AT_ONCE:]))]


def _named(row: NameRow, session_id: int) -> Markup:
    often = span("fl-count", count_of("{n} time", "{n} times", row.mentions)) if row.mentions > 1 else None
    return tag("li", link(href("search", name=row.name, session=session_id), row.name), often)


def _counted(row: NameRow) -> Markup:
    sessions = span("fl-count", shown.sessions_count(row.sessions))
    return tag("li", link(href("search", name=row.name), row.name), sessions)
