"""Home: the best quotes set large, editions, what is being worked on, and how to begin."""

from __future__ import annotations

from sqlite_utils import Database

from db import browse, browse_jobs, browse_quotes, browse_sessions
from ui import cards, shown, work
from ui.frame import heading, put
from ui.html import Markup, div, link, span, tag
from ui.lists import session_list
from ui.place import Place, href
from ui.words import _, count_of

LEAD = 170
"""Characters of the quote set largest."""


def draw(db: Database, place: Place) -> None:
    """Draw the home page."""
    held = browse.totals(db)
    if held.sessions == 0:
        put(div("fl-page", _begin()))
        work.refusals(db)
        return
    best = browse_quotes.best(db, 5)
    put(div("fl-page fl-home", _cover(best), _totals(held)))
    if browse_jobs.unfinished(db):
        work.live()
    recent = browse_sessions.sessions(db, browse_sessions.SessionFilter(), per_page=6)
    put(
        div(
            "fl-page",
            _editions(browse.editions(db, 24)),
            tag(
                "section",
                div(
                    "fl-section-head",
                    tag("h2", _("Latest sessions")),
                    link(href("sessions"), _("All sessions"), class_="fl-more"),
                ),
                session_list(recent.rows),
                class_="fl-section",
            ),
        )
    )


def _cover(best: tuple[browse_quotes.QuoteCard, ...]) -> Markup:
    if not best:
        return heading(
            _("The archive is being read"),
            lead=_("Quotes appear here as soon as the first session is ready."),
        )
    lead = next((quote for quote in best if len(quote.text) <= LEAD), best[0])
    best = (lead, *(quote for quote in best if quote != lead))
    return tag(
        "section",
        tag("h1", _("Best quotes"), class_="fl-kicker"),
        cards.pull_quote(best[0], "fl-pull is-lead"),
        div("fl-pulls", [cards.pull_quote(quote) for quote in best[1:]]) if len(best) > 1 else None,
        class_="fl-cover",
    )


def _totals(held: browse.Totals) -> Markup:
    figures = [
        (href("sessions"), shown.sessions_count(held.sessions)),
        (href("quotes"), shown.quotes_count(held.quotes)),
        (href("speakers"), count_of("{n} speaker", "{n} speakers", held.people)),
        (href("themes"), count_of("{n} theme", "{n} themes", held.themes)),
    ]
    links = [link(address, text) for address, text in figures]
    sound = span("", _("{time} of sound").format(time=shown.lasting(held.seconds))) if held.seconds else None
    return div("fl-totals", links, sound)


def _editions(editions: tuple[browse.EditionCard, ...]) -> Markup | None:
    if not editions:
        return None
    return tag(
        "section",
        tag("h2", _("Editions")),
        tag("ol", [_edition(edition) for edition in editions], class_="fl-editions"),
        class_="fl-section",
    )


def _edition(edition: browse.EditionCard) -> Markup:
    return tag(
        "li",
        link(
            href("sessions", event=edition.event, edition=edition.name),
            span("fl-edition-year", edition.year or "·"),
            span("fl-edition-name", shown.edition_of(edition.event, edition.name)),
            span(
                "fl-edition-count",
                f"{shown.sessions_count(edition.sessions)} · {shown.quotes_count(edition.quotes)}",
            ),
        ),
    )


def _begin() -> Markup:
    ways = [
        (
            "files",
            _("Add recordings or texts"),
            _("Sound, video, subtitles, transcripts, Word or Markdown: one file or twenty."),
        ),
        ("folder", _("Name a folder"), _("For long recordings and whole editions already on this machine.")),
        (
            "text",
            _("Paste a text"),
            _("A recap, an article, notes: the quotations are found with their speakers."),
        ),
    ]
    return tag(
        "section",
        div("fl-begin-mark", "«\u202f»", aria_hidden="true"),
        tag("h1", _("Who said what, word for word."), class_="fl-begin-title"),
        tag(
            "p",
            _(
                "Florilège turns the recordings and notes of a conference into an archive of quotes, "
                "each one click from its source. Everything stays on this machine."
            ),
            class_="fl-lead",
        ),
        tag(
            "ol",
            [
                tag("li", link(href("add", way=way), tag("strong", title), span("", about)))
                for way, title, about in ways
            ],
            class_="fl-ways",
        ),
        class_="fl-begin",
    )
