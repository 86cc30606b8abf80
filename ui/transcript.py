"""The transcript piece: a session cut into turns and pieces, handed to the reader component as data."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import msgspec
import streamlit as st

from db.browse_quotes import QuoteCard
from db.browse_sessions import SessionPage, TurnRow
from db.records import Word
from ui import media, shown
from ui.place import Place, href
from ui.shell import FRONT
from ui.words import _

COLOURS = 8
Piece = list[Any]
"""Text, index of its quote or None, (start time, probability, speaker confidence) or None, 1 at a quote's
end; a list, since it travels as JSON."""

_component = st.components.v2.component(
    "florilege.reader",
    html='<div class="fl-reader"></div>',
    js=(FRONT / "reader.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def colours(page: SessionPage) -> dict[int, int]:
    """Colour of each speaker (1–8) by appearance; 0 is for nobody."""
    return {speaker.appearance_id: 1 + place % COLOURS for place, speaker in enumerate(page.speakers)}


def mount(page: SessionPage, place: Place) -> None:
    """Show the transcript of a session, opened at the second, offset or quote of the address."""
    data = data_of(page) | {
        "at": place.seconds(),
        "offset": place.whole("o") if place.get("o") else None,
        "quote": place.get("quote") or None,
    }
    data["stamp"] = hashlib.sha256(msgspec.json.encode(data)).hexdigest()[:16]
    _component(key=f"reader-{page.row.id}", data=data)


def data_of(page: SessionPage) -> dict[str, Any]:
    """All that the component draws; strings are shown as text, never as markup."""
    quotes = [quote for quote in page.quotes if quote.kind != "mention"]
    tints = colours(page)
    speakers = {speaker.appearance_id: speaker for speaker in page.speakers}
    tints_of = {speaker.label: tints[speaker.appearance_id] for speaker in page.speakers}
    turns: list[dict[str, Any]] = []
    before: int | None = None
    for turn in _turns(page):
        speaker = speakers.get(turn.appearance_id or 0)
        spoken = page.row.form != "prose" or speaker is not None
        role = ", ".join(part for part in (speaker.role, speaker.organisation) if part) if speaker else ""
        turns.append(
            {
                "c": tints.get(turn.appearance_id or 0, 0),
                "who": shown.speaker_of(speaker.name, speaker.label)
                if speaker
                else (_("Speaker unknown") if spoken else ""),
                "role": role,
                "doubt": _("speaker uncertain") if spoken and turn.confidence < shown.UNSURE else "",
                "on": spoken and bool(turns) and turn.start_time is None and turn.appearance_id == before,
                "t": turn.start_time,
                "e": turn.end_time,
                "o": turn.start,
                "p": pieces(page.text, turn, quotes),
            }
        )
        before = turn.appearance_id
    return {
        "lang": page.row.language or "",
        "turns": turns,
        "quotes": [_quote(quote, tints_of.get(quote.label or "", 0)) for quote in quotes],
        "sound": _sound(page),
        "words": _words(),
    }


def _turns(page: SessionPage) -> Sequence[TurnRow]:
    return page.turns or (TurnRow(page.body_start, page.body_end, None, None, None, 1.0, ()),)


def _sound(page: SessionPage) -> dict[str, Any] | None:
    if page.row.form != "speech":
        return None
    return {
        "src": media.address(page.row.id),
        "session": page.row.id,
        "seconds": page.row.seconds or max((turn.end_time or 0.0 for turn in page.turns), default=0.0),
        "title": page.row.title,
        "href": href("session", id=page.row.id),
    }


def _quote(quote: QuoteCard, colour: int) -> dict[str, Any]:
    playing = shown.playing(quote)
    return {
        "id": quote.id,
        "kind": quote.kind,
        "c": colour,
        "who": " · ".join([shown.speaker_of(quote.name, quote.label), *shown.doubts_of(quote)]),
        "copy": shown.copied(quote),
        "play": msgspec.json.decode(playing) if playing else None,
        "href": href("quote", id=quote.id),
    }


def _words() -> dict[str, str]:
    return {
        "play": _("Listen to this quote"),
        "copy": _("Copy this quote with its source"),
        "link": _("Page of this quote"),
        "listenFrom": _("Listen from"),
        "unsureWord": _("word uncertain:"),
        "unsureVoice": _("voice uncertain:"),
        "ribbon": _("Who speaks when"),
    }


def pieces(text: str, turn: TurnRow, quotes: Sequence[QuoteCard]) -> list[Piece]:
    """Cut a turn wherever a word or a quote begins or ends; joined, the pieces are the turn's text."""
    first = bisect_left(quotes, turn.start, key=lambda quote: quote.end)
    held = [
        (index, quote)
        for index, quote in enumerate(quotes[first:], first)
        if quote.start < turn.end and quote.end > turn.start
    ]
    cuts = {turn.start, turn.end}
    cuts |= {place for word in turn.words for place in (word.start, word.end)}
    cuts |= {place for _index, quote in held for place in (quote.start, quote.end)}
    places = sorted(place for place in cuts if turn.start <= place <= turn.end)
    words = {word.start: word for word in turn.words}
    made: list[Piece] = []
    for start, end in pairwise(places):
        index = next((index for index, quote in held if quote.start <= start and end <= quote.end), None)
        last = index is not None and quotes[index].end == end
        made.append([text[start:end], index, _timed(words.get(start), end), 1 if last else 0])
    return list(_joined(made))


def _timed(word: Word | None, end: int) -> list[float] | None:
    if word is None or word.end < end:
        return None
    return [round(word.start_time, 2), round(word.probability, 2), round(word.speaker_confidence, 2)]


def _joined(made: Sequence[Piece]) -> Iterator[Piece]:
    """Join neighbours that are alike and hold no word, so that the page stays light."""
    held: Piece | None = None
    for piece in made:
        if held and not held[3] and held[2] is None and piece[2] is None and held[1] == piece[1]:
            held = [held[0] + piece[0], held[1], None, piece[3]]
            continue
        if held:
            yield held
        held = piece
    if held:
        yield held
