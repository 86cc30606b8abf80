"""All quotes, filtered, and the page of a single one."""

from __future__ import annotations

from sqlite_utils import Database

from db import browse, browse_themes
from db.browse_people import person as read_person
from db.browse_quotes import QuoteCard, QuoteFilter
from db.browse_quotes import quote as read_quote
from db.browse_quotes import quotes as read_quotes
from db.browse_sessions import session_row
from ui import cards, filters, shown
from ui.frame import empty, heading, not_found, pages_of, put
from ui.html import Child, Markup, div, link, tag
from ui.place import Place, href
from ui.words import _

LARGE = 280
"""Characters of a quote that can still be set large."""
KINDS = ("quoted", "spoken", "indirect", "mention")


def asked_of(place: Place) -> QuoteFilter:
    """The filter that an address describes."""
    kind = place.get("kind")
    percent = min(place.whole("sure"), 100)
    return QuoteFilter(
        event=place.get("event"),
        edition=place.get("edition"),
        session=place.whole("session"),
        person=place.whole("person"),
        speaker=place.get("speaker"),
        organisation=place.get("organisation"),
        theme=place.get("theme"),
        kind=kind if kind in KINDS else "",
        confidence=percent / 100,
        text=place.get("text"),
    )


def draw(db: Database, place: Place) -> None:
    """Draw the list of quotes."""
    asked = asked_of(place)
    page = read_quotes(db, asked, max(1, place.whole("p")), place.get("order") or "best")
    put(
        div(
            "fl-page",
            heading(_("Quotes"), kicker=shown.quotes_count(page.total)),
            _bar(db, place),
            filters.chosen(place, _chosen(db, asked)),
            filters.order(
                place,
                [("best", _("best first")), ("newest", _("newest first")), ("said", _("as said"))],
                "best",
            )
            if page.total > 1
            else None,
            cards.cards(page.rows) if page.rows else _nothing(),
            pages_of(place, page),
        )
    )


def _bar(db: Database, place: Place) -> Markup:
    offered = browse.choices(db)
    themes = [(t.slug, shown.theme_name(t.label_fr, t.label_en)) for t in browse_themes.themes(db)]
    sure = [("60", "60\u202f% +"), ("80", "80\u202f% +"), ("95", "95\u202f% +")]
    return filters.bar(
        place,
        filters.words(place, "text", _("Words")),
        filters.words(place, "speaker", _("Speaker"), offered.speakers),
        filters.choice(
            place, "organisation", _("Organisation"), [(name, name) for name in offered.organisations]
        ),
        filters.choice(place, "theme", _("Theme"), sorted(themes, key=lambda theme: theme[1])),
        filters.choice(place, "event", _("Event"), [(name, name) for name in offered.events]),
        filters.choice(place, "edition", _("Edition"), [(name, name) for name in offered.editions]),
        filters.choice(place, "kind", _("Kind"), [(kind, shown.kind_name(kind)) for kind in KINDS]),
        filters.choice(place, "sure", _("Confidence"), sure),
        keep=("session", "person", "order"),
    )


def _chosen(db: Database, asked: QuoteFilter) -> list[tuple[str, str]]:
    session = session_row(db, asked.session) if asked.session else None
    person = read_person(db, asked.person) if asked.person else None
    theme = browse_themes.theme(db, asked.theme) if asked.theme else None
    label = shown.theme_name(theme.label_fr, theme.label_en) if theme else asked.theme
    return [
        ("text", asked.text),
        ("session", session.title if session else ""),
        ("person", person.name if person else ""),
        ("speaker", asked.speaker),
        ("organisation", asked.organisation),
        ("theme", label),
        ("event", asked.event),
        ("edition", asked.edition),
        ("kind", shown.kind_name(asked.kind) if asked.kind else ""),
        ("sure", f"≥ {round(100 * asked.confidence)}\u202f%" if asked.confidence else ""),
    ]


def _nothing() -> Markup:
    return empty(
        _("No quote answers these filters"),
        tag("p", _("Ask for less, or for another spelling.")),
        tag("p", link(href("quotes"), _("Remove all filters"), class_="fl-button")),
    )


def draw_one(db: Database, place: Place) -> None:
    """Draw the page of one quote: large, with all that it rests on."""
    quote = read_quote(db, place.get("id"))
    if quote is None:
        not_found(_("This quote is not in the archive, or no longer."))
        return
    put(
        div(
            "fl-page fl-single",
            tag("h1", _("Quote"), class_="fl-kicker"),
            cards.pull_quote(
                quote, "fl-pull is-lead" if len(quote.text) <= LARGE else "fl-pull is-lead is-long"
            ),
            tag("dl", [_fact(name, value) for name, value in _facts(quote)], class_="fl-facts"),
            tag(
                "p",
                link(shown.place_in_session(quote), _("Read it in its session"), class_="fl-button is-main"),
            ),
        )
    )


def _fact(name: str, value: Child) -> Markup:
    return div("", tag("dt", name), tag("dd", value))


def _facts(quote: QuoteCard) -> list[tuple[str, Child]]:
    sure = f"{round(100 * quote.confidence)}\u202f%"
    facts: list[tuple[str, Child]] = [
        (_("Kind"), shown.kind_name(quote.kind)),
        (_("Confidence"), f"{sure} · {_('rule {rule}').format(rule=quote.rule)}"),
        (_("Place in the text"), _("characters {start} to {end}").format(start=quote.start, end=quote.end)),
    ]
    if quote.reasons:
        facts.append((_("Chosen for"), ", ".join(shown.reasons_of(quote))))
    if quote.themes:
        facts.append(
            (
                _("Themes"),
                [
                    link(href("theme", id=t.slug), f"{shown.theme_label(t)} ({t.why})", class_="fl-tag")
                    for t in quote.themes
                ],
            )
        )
    return facts
