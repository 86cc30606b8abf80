"""One session: its sound, its words in speaker colours, its quotes, summaries and themes beside them."""

from __future__ import annotations

import json

import streamlit as st
from sqlite_utils import Database

from db.browse_sessions import SessionPage, Speaker
from db.browse_sessions import session as read_session
from ui import cards, corrections, names, shown, transcript, work
from ui.frame import not_found, notice, put
from ui.html import Child, Markup, div, link, packed, span, tag
from ui.lists import length_of
from ui.place import Place, href
from ui.sentences import sentence
from ui.words import _, count_of, language


def draw(db: Database, place: Place) -> None:
    """Draw the reader."""
    page = read_session(db, place.whole("id"))
    if page is None:
        not_found(_("This session is not in the archive, or no longer."))
        return
    put(div("fl-page", _opening(page)))
    if not page.text:
        put(div("fl-page", _not_yet(page)))
        if page.row.state in ("waiting", "running"):
            work.live()
        return
    with st.container(key="reader"):
        main, aside = st.columns([0.64, 0.36], gap="large")
        with main:
            transcript.mount(page, place)
            put(_left_out(page))
        with aside:
            put(_aside(page, names.in_session(db, page.row.id)))
            corrections.in_session(db, page)


def _opening(page: SessionPage) -> Markup:
    row = page.row
    kicker = " · ".join(
        part for part in (shown.edition_of(row.event, row.edition), shown.day(row.date)) if part
    )
    meta = [
        length_of(row),
        shown.form_name(row.form),
        {"fr": _("in French"), "en": _("in English")}.get(row.language or ""),
        page.room,
        page.track,
        row.source,
    ]
    return tag(
        "div",
        tag(
            "p",
            link(href("sessions", event=row.event, edition=row.edition), kicker or _("Sessions")),
            class_="fl-kicker",
        ),
        tag("h1", row.title, class_="fl-title"),
        tag("p", " · ".join(part for part in meta if part), class_="fl-meta"),
        [notice("warning", sentence(note)) for note in page.notes],
        _state(page),
        _search_within(page) if page.text else None,
        tag("a", _("Summaries, speakers and quotes"), " ↓", href="#fl-beside", class_="fl-more fl-jump"),
        class_="fl-heading is-session",
    )


def _search_within(page: SessionPage) -> Markup:
    kept = {"page": "search", "session": str(page.row.id)} | (
        {} if language() == "fr" else {"lang": language()}
    )
    return tag(
        "form",
        tag(
            "input",
            type="search",
            id="fl-within",
            data_name="q",
            maxlength=400,
            placeholder=_("Search in this session"),
            aria_label=_("Search in this session"),
        ),
        tag("button", _("Search"), type="submit", class_="fl-button is-small"),
        class_="fl-within",
        data_go=packed(json.dumps(kept)),
        role="search",
    )


def _state(page: SessionPage) -> Markup | None:
    row = page.row
    if row.state in ("failed", "parked"):
        retry = tag("button", _("Try again"), type="button", class_="fl-button is-small", data_retry=row.id)
        return notice("error", sentence(row.message or shown.state_name(row.state)), " ", retry)
    if row.state in ("waiting", "running") and page.text:
        return notice("info", _("Work on this session is under way: what you see may still change."))
    return None


def _not_yet(page: SessionPage) -> Markup:
    step = shown.step_name(page.row.step) if page.row.state == "running" else shown.state_name(page.row.state)
    return div(
        "fl-empty",
        div("fl-empty-mark", "«\u202f»", aria_hidden="true"),
        tag("h2", _("This session has no text yet")),
        tag("p", step),
        tag("p", link(href("add"), _("See the work under way"), class_="fl-button")),
    )


def _left_out(page: SessionPage) -> Markup:
    """What was removed from the transcript, so that nothing disappears unseen."""
    if not page.left_out:
        return Markup("")
    reasons = {
        "silence": _("written over silence"),
        "no-speech": _("written where nobody speaks"),
        "phantom-phrase": _("a phrase the model invents"),
        "loop": _("a phrase repeated in a loop"),
    }
    entries = [
        tag(
            "li",
            span("fl-turn-time", shown.clock(part.start_time)),
            tag("del", part.text),
            span("fl-why", f" {reasons.get(part.why, part.why)}"),
        )
        for part in page.left_out[:200]
    ]
    title = count_of(
        "{n} passage removed from the transcript",
        "{n} passages removed from the transcript",
        len(page.left_out),
    )
    return tag("details", tag("summary", title), tag("ol", entries), class_="fl-figures fl-left-out")


def _aside(page: SessionPage, cited: Markup | None) -> Markup:
    return div(
        "fl-aside",
        tag("a", id="fl-beside", tabindex="-1"),
        _summaries(page),
        _speakers(page),
        _themes(page),
        _quotes(page),
        cited,
    )


def _part(title: str, *children: Child) -> Markup:
    return tag("section", tag("h2", title), *children, class_="fl-part")


def _speakers(page: SessionPage) -> Markup | None:
    if not page.speakers:
        return None
    colours = transcript.colours(page)
    return _part(
        _("Speakers"),
        tag("ul", [_speaker(s, colours[s.appearance_id]) for s in page.speakers], class_="fl-voices"),
    )


def _speaker(speaker: Speaker, colour: int) -> Markup:
    name = shown.speaker_of(speaker.name, speaker.label)
    named = (
        link(href("speaker", id=speaker.person_id), name) if speaker.person_id else span("is-unknown", name)
    )
    role = ", ".join(
        part
        for part in (speaker.role, speaker.organisation, "" if speaker.role else part_name(speaker.part))
        if part
    )
    unsure = speaker.name is not None and speaker.confidence < shown.UNSURE
    return tag(
        "li",
        tag("strong", named),
        span("fl-doubt", _("name uncertain")) if unsure else None,
        span("fl-role", role) if role else None,
        _evidence(speaker),
        class_=f"fl-voice-{colour}",
    )


def part_name(part: str) -> str:
    """What a speaker does in a session, when it is more than speaking."""
    return {"moderator": _("moderator"), "author": _("author"), "quoted": _("quoted")}.get(part, "")


def _evidence(speaker: Speaker) -> Markup | None:
    if speaker.decided_by == "human":
        return span("fl-why", _("name confirmed by a person"))
    if speaker.decided_by == "given":
        return span("fl-why", _("name given with the session"))
    if not speaker.evidence or speaker.name is None:
        return None
    if speaker.evidence[0].strip() == speaker.name:
        return None
    words = shown.quotation(speaker.evidence[0][:160], None)
    return span("fl-why", _("named from: {words}").format(words=words))


def _summaries(page: SessionPage) -> Markup | None:
    if not page.summary:
        return None
    names = {s.appearance_id: shown.speaker_of(s.name, s.label) for s in page.speakers}
    colours = transcript.colours(page)
    groups: list[Child] = []
    said: set[str] = set()
    for appearance in dict.fromkeys(line.appearance_id for line in page.summary):
        lines = [line for line in page.summary if line.appearance_id == appearance]
        if said.issuperset(line.text for line in lines):
            continue
        said.update(line.text for line in lines)
        title = names.get(appearance or 0)
        groups.append(
            div(
                f"fl-summary fl-voice-{colours.get(appearance or 0, 0)}",
                tag("h3", title) if title else None,
                [
                    tag(
                        "p",
                        line.text,
                        link(
                            href("session", id=page.row.id, o=line.start),
                            "¶",
                            class_="fl-source",
                            aria_label=_("Show the passage"),
                            title=_("Show the passage"),
                        ),
                    )
                    for line in lines
                ],
            )
        )
    return _part(_("In short"), groups)


def _themes(page: SessionPage) -> Markup | None:
    if not page.themes:
        return None
    links = [
        link(
            href("theme", id=t.slug),
            shown.theme_label(t),
            class_="fl-tag",
            title=_("because of: {terms}").format(terms=t.why),
        )
        for t in page.themes
    ]
    return _part(_("Themes"), div("fl-tags", links))


def _quotes(page: SessionPage) -> Markup | None:
    if not page.quotes:
        return None
    best = sorted(page.quotes, key=lambda quote: -quote.score)[:5]
    more = link(href("quotes", session=page.row.id), _("All quotes of this session"), class_="fl-more")
    return _part(
        count_of("{n} quote", "{n} quotes", len(page.quotes)),
        cards.cards(tuple(best), why=False, where=False),
        tag("p", more) if len(page.quotes) > len(best) else None,
    )
