"""A quote as the reader meets it: pull quote, card, and what can be done with it."""

from __future__ import annotations

from db.browse_quotes import QuoteCard
from ui import shown
from ui.html import Child, Markup, div, join, link, packed, span, tag
from ui.place import href
from ui.words import _


def play_button(quote: QuoteCard, wide: bool = False) -> Markup | None:
    """A button that plays the quote's seconds, or nothing when there is no sound."""
    item = shown.playing(quote)
    if item is None:
        return None
    second = f" {shown.clock(quote.start_time or 0)}" if wide else ""
    return tag(
        "button",
        span("fl-act-icon", aria_hidden="true"),
        span("fl-act-word", _("Listen"), second),
        type="button",
        class_="fl-act fl-act-play",
        data_play=packed(item),
    )


def copy_button(quote: QuoteCard) -> Markup:
    """A button that copies the quote with its source line."""
    return tag(
        "button",
        span("fl-act-icon", aria_hidden="true"),
        span("fl-act-word", _("Copy")),
        type="button",
        class_="fl-act fl-act-copy",
        data_copy=packed(shown.copied(quote)),
    )


def link_button(quote: QuoteCard) -> Markup:
    """A permanent link to the quote."""
    return link(
        href("quote", id=quote.id),
        span("fl-act-icon", aria_hidden="true"),
        span("fl-act-word", _("Link")),
        class_="fl-act fl-act-link",
    )


def actions(quote: QuoteCard) -> Markup:
    """All that can be done with a quote."""
    return div("fl-acts", play_button(quote, wide=True), copy_button(quote), link_button(quote))


def speaker_link(quote: QuoteCard) -> Markup:
    """Who says it, linked when known."""
    name = shown.speaker_of(quote.name, quote.label)
    if quote.person_id is None:
        return span("fl-who is-unknown", name)
    return link(href("speaker", id=quote.person_id), name, class_="fl-who")


def byline(quote: QuoteCard) -> Markup:
    """Speaker, role and organisation of that day."""
    role = ", ".join(part for part in (quote.role, quote.organisation) if part)
    return div("fl-byline", speaker_link(quote), span("fl-role", role) if role else None)


def whence(quote: QuoteCard) -> Markup:
    """Session and edition, linked to the very passage."""
    where = [shown.edition_of(quote.event, quote.edition), shown.day(quote.date)]
    rest = " · ".join(part for part in where if part)
    return div(
        "fl-whence",
        link(shown.place_in_session(quote), quote.title),
        span("", f" · {rest}") if rest else None,
    )


def doubts(quote: QuoteCard) -> list[Markup]:
    """Badges that say what is unsure."""
    return [span("fl-doubt", doubt) for doubt in shown.doubts_of(quote)]


def words_of(quote: QuoteCard, class_: str) -> Markup:
    """The words themselves, marked with their language."""
    if quote.kind == "indirect":
        return tag("blockquote", tag("p", quote.text), class_=class_, lang=quote.language)
    printed = shown.quotation(quote.text, quote.language)
    marks = 1 if quote.language == "en" else 2
    opening, words, closing = printed[:marks], printed[marks:-marks], printed[-marks:]
    return tag(
        "blockquote",
        tag("p", span("fl-mark", opening), words, span("fl-mark", closing)),
        class_=class_,
        lang=quote.language,
    )


def card(quote: QuoteCard, why: bool = True, where: bool = True) -> Markup:
    """A quote in a list; ``why``: with what it was chosen for, ``where``: with its session."""
    return tag(
        "article",
        words_of(quote, "fl-words"),
        div("fl-card-foot", div("", byline(quote), whence(quote) if where else None), actions(quote)),
        div("fl-tags", doubts(quote), _themes(quote), _reasons(quote) if why else None),
        class_=f"fl-card is-{quote.kind}",
        id=f"q-{quote.id}",
    )


def _themes(quote: QuoteCard) -> list[Markup]:
    return [
        link(
            href("theme", id=theme.slug),
            shown.theme_label(theme),
            class_="fl-tag",
            title=_("because of: {terms}").format(terms=theme.why),
        )
        for theme in quote.themes[:4]
    ]


def _reasons(quote: QuoteCard) -> Markup | None:
    reasons = shown.reasons_of(quote)
    return span("fl-why", _("chosen for: {reasons}").format(reasons=", ".join(reasons))) if reasons else None


def pull_quote(quote: QuoteCard, class_: str = "fl-pull") -> Markup:
    """A quote set large, as in print."""
    return tag(
        "figure",
        words_of(quote, "fl-words"),
        tag("figcaption", byline(quote), whence(quote), div("fl-tags", doubts(quote)), actions(quote)),
        class_=class_,
    )


def cards(quotes: tuple[QuoteCard, ...], why: bool = True, where: bool = True) -> Markup:
    """Quotes one under the other."""
    return div("fl-cards", [card(quote, why, where) for quote in quotes])


def chips(pairs: list[tuple[str, str]], title: Child = None) -> Markup:
    """Small links in a row: (address, name)."""
    return div("fl-tags", title, join([link(address, name, class_="fl-tag") for address, name in pairs]))
