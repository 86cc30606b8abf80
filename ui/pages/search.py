"""Search by words or by a question; every hit is one click from its second."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlite_utils import Database

from db import browse, browse_entities, browse_themes
from db.browse_sessions import session_row
from db.people import find_person
from db.records import Slice
from db.search import Filters, Hit, Results, search
from pipeline.errors import FlorilegeError
from pipeline.meaning import query_vector
from pipeline.projection import archive_folder
from pipeline.settings import load_settings
from ui import filters, media, shown
from ui.frame import empty, pages_of, put
from ui.html import Markup, div, highlighted, link, packed, span, tag
from ui.place import Place, href
from ui.words import _, count_of, language

PER_PAGE = 15
NEAREST = 10
"""Passages shown for their meaning alone, after those found by words: farther ones are noise."""
FEWEST_BLANKS = 8
"""Blanks of a passage that says something by itself."""
FEW = 60
"""When more passages than this hold the words, nearness in meaning only orders them."""


def draw(db: Database, place: Place) -> None:
    """Draw the search page."""
    query = place.get("q")
    number = min(max(1, place.whole("p")), 200)
    asked = _asked(db, place)
    found = _found(db, query, asked, number)
    put(
        div(
            "fl-page",
            _opening(place, found),
            _bar(db, place),
            filters.chosen(place, _chosen(db, place)),
            _loosened(found),
            _hits(db, place, found) if found.hits else _nothing(db, place),
            pages_of(place, browse.Page(found.hits, found.total, number, PER_PAGE)) if found.hits else None,
        )
    )


def _chosen(db: Database, place: Place) -> list[tuple[str, str]]:
    """What is being filtered by, each parameter with its words; a session is known by its title."""
    within = place.whole("session")
    row = session_row(db, within) if within else None
    plain = ("speaker", "organisation", "event", "edition", "theme", "from", "to", "name")
    title = row.title if row else str(within or "")
    return [("session", title), *((name, place.get(name)) for name in plain)]


def _asked(db: Database, place: Place) -> Filters:
    speaker = place.get("speaker")
    within = place.whole("session")
    return Filters(
        sessions=(within,) if within else (),
        event=place.get("event") or None,
        edition=place.get("edition") or None,
        person=_person(db, speaker) if speaker else None,
        organisation=place.get("organisation") or None,
        theme=place.get("theme") or None,
        date_from=place.get("from") or None,
        date_to=place.get("to") or None,
        name=place.get("name") or None,
    )


def _person(db: Database, name: str) -> int:
    """The person of a name; nobody's id when there is none, so that nothing is found."""
    try:
        return find_person(db, name)
    except (FlorilegeError, ValueError, OverflowError):
        return 0


@dataclass(frozen=True, slots=True)
class _Found:
    """A page of hits out of ``total``; ``worded`` of all were found by words, ``near`` by meaning alone."""

    results: Results
    hits: tuple[Hit, ...]
    total: int
    worded: int
    near: tuple[Hit, ...] = ()


def _found(db: Database, query: str, asked: Filters, number: int) -> _Found:
    """Search, and part what holds the words from what is only near: a meaning is always near something."""
    folder = archive_folder(db)
    model, vector = query_vector(db, folder, load_settings(folder), query)
    offset = (number - 1) * PER_PAGE
    results = search(db, query, asked, query_vector=vector, model=model, limit=PER_PAGE, offset=offset)
    if "meaning" not in results.how:
        return _Found(results, results.hits, results.total, results.total)
    worded = search(db, query, asked, limit=FEW)
    if worded.total > FEW:
        return _Found(results, results.hits, results.total, worded.total)
    every = search(db, query, asked, query_vector=vector, model=model, limit=3 * FEW).hits
    by_words = {hit.passage_id for hit in worded.hits}
    first = [hit for hit in every if hit.passage_id in by_words]
    near = [hit for hit in every if hit.passage_id not in by_words and _tells(hit)][:NEAREST]
    shown_here = tuple([*first, *near][offset : offset + PER_PAGE])
    return _Found(results, shown_here, len(first) + len(near), worded.total, tuple(near))


def _tells(hit: Hit) -> bool:
    """Whether a passage says something by itself: headings and bare links lie near any short question."""
    return hit.text.count(" ") >= FEWEST_BLANKS and "://" not in hit.text and hit.text[:1] != "#"


def _opening(place: Place, found: _Found) -> Markup:
    query, within = place.get("q"), place.whole("session")
    count = count_of("{n} passage", "{n} passages", found.worded)
    kicker = count if found.results.exact else _("at least {count}").format(count=count)
    kept = {"page": "search"} | ({} if language() == "fr" else {"lang": language()})
    kept |= {"session": str(within)} if within else {}
    return tag(
        "div",
        tag("p", kicker if query or place.get("name") else _("Search"), class_="fl-kicker"),
        tag("h1", _("Search"), class_="fl-hidden"),
        tag(
            "form",
            tag(
                "input",
                type="search",
                id="fl-ask",
                data_name="q",
                data_value=packed(query),
                maxlength=400,
                placeholder=_("Search words or ask a question"),
                aria_label=_("Search the archive"),
            ),
            tag("button", _("Search"), type="submit", class_="fl-button is-main"),
            class_="fl-ask",
            data_go=packed(json.dumps(kept)),
            role="search",
        ),
        class_="fl-heading",
    )


def _bar(db: Database, place: Place) -> Markup:
    offered = browse.choices(db)
    themes = [(t.slug, shown.theme_name(t.label_fr, t.label_en)) for t in browse_themes.themes(db)]
    return filters.bar(
        place,
        filters.words(place, "speaker", _("Speaker"), offered.speakers),
        filters.choice(
            place, "organisation", _("Organisation"), [(name, name) for name in offered.organisations]
        ),
        filters.choice(place, "theme", _("Theme"), sorted(themes, key=lambda theme: theme[1])),
        filters.choice(place, "event", _("Event"), [(name, name) for name in offered.events]),
        filters.choice(place, "edition", _("Edition"), [(name, name) for name in offered.editions]),
        filters.words(place, "from", _("From (year or day)")),
        filters.words(place, "to", _("To (year or day)")),
        keep=("q", "session", "name"),
    )


def _loosened(found: _Found) -> Markup | None:
    results = found.results
    if not found.worded and found.hits:
        return tag("p", _("No passage holds these words; these come nearest in meaning."), class_="fl-meta")
    if results.loosened and results.hits:
        return tag(
            "p", _("No passage holds all these words; those that hold some come first."), class_="fl-meta"
        )
    if not results.complete:
        return tag("p", _("The search was cut short: these are the best passages so far."), class_="fl-meta")
    return None


def _hits(db: Database, place: Place, found: _Found) -> Markup:
    """The passages of a page, their words marked, and the name asked for however it is spelt there."""
    name = place.get("name")
    cited = browse_entities.mentions(db, name, (hit.session_id for hit in found.hits)) if name else {}
    listed = [_hit(hit, hit in found.near, cited.get(hit.session_id, ())) for hit in found.hits]
    return tag("ol", listed, class_="fl-hits")


def _hit(hit: Hit, near: bool, cited: tuple[Slice, ...] = ()) -> Markup:
    inside = [mark for mark in cited if hit.start <= mark.start < hit.end]
    marks = [(mark.start - hit.start, mark.end - hit.start) for mark in (*hit.highlights, *inside)]
    address = href("session", id=hit.session_id, quote=hit.quote_id, o=None if hit.quote_id else hit.start)
    role = ", ".join(part for part in (hit.role, hit.organisation) if part)
    where = [shown.edition_of(hit.event, hit.edition), shown.day(hit.date)]
    where += [_("near in meaning")] if near else []
    return tag(
        "li",
        div("fl-byline", _who(hit), span("fl-role", role) if role else None),
        tag("p", highlighted(hit.text, marks), class_="fl-passage", lang=hit.language),
        div(
            "fl-card-foot",
            div("fl-whence", link(address, hit.title), " · ".join(["", *(part for part in where if part)])),
            div(
                "fl-acts",
                _play(hit),
                link(
                    address,
                    span("fl-act-icon", aria_hidden="true"),
                    span("fl-act-word", _("Read")),
                    class_="fl-act fl-act-read",
                ),
            ),
        ),
        class_="fl-hit",
    )


def _who(hit: Hit) -> Markup | None:
    if hit.person_id is not None and hit.person:
        return link(href("speaker", id=hit.person_id), hit.person, class_="fl-who")
    return span("fl-who is-unknown", shown.speaker_of(None, hit.label)) if hit.label else None


def _play(hit: Hit) -> Markup | None:
    if hit.start_time is None:
        return None
    item = {
        "src": media.address(hit.session_id),
        "session": hit.session_id,
        "start": round(max(0.0, hit.start_time - 0.15), 2),
        "title": f"{shown.speaker_of(hit.person, hit.label)} · {hit.title}",
        "href": href("session", id=hit.session_id, t=round(hit.start_time, 1)),
    }
    return tag(
        "button",
        span("fl-act-icon", aria_hidden="true"),
        span("fl-act-word", f"{_('Listen')} {shown.clock(hit.start_time)}"),
        type="button",
        class_="fl-act fl-act-play",
        data_play=packed(json.dumps(item, ensure_ascii=False)),
    )


def _nothing(db: Database, place: Place) -> Markup:
    query, filtered = place.get("q"), any(text for _name, text in _chosen(db, place))
    names = [shown.theme_name(t.label_fr, t.label_en) for t in browse_themes.themes(db, 8)]
    suggested = [(href("search", q=name), name) for name in [*names, *browse.choices(db, 6).speakers]]
    none = _("Nothing found with these filters") if filtered else _("Nothing to search yet")
    return empty(
        _("Nothing found for “{query}”").format(query=query[:80]) if query else none,
        tag(
            "p",
            _(
                "Try fewer words, another spelling, or remove a filter. Accents, capitals and "
                "plurals do not matter."
            ),
        ),
        div("fl-tags", [link(address, name, class_="fl-tag") for address, name in suggested]),
    )
