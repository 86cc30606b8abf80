"""How things are written for the reader: times, dates, doubts, steps and the line under a quote."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

from db.browse_quotes import QuoteCard, ThemeMark
from pipeline.quotes.typography import english_quotation, french_quotation
from ui import media
from ui.place import href
from ui.words import _, count_of, language

UNSURE = 0.6
MENDED = frozenset({"unclosed", "shared_closer", "mixed_closer"})
"""Repairs of quotation marks that leave a doubt about where the quotation ends."""
NBSP = "\u00a0"
THIN = "\u202f"


def clock(seconds: float) -> str:
    """Seconds as 1:02:03 or 2:03."""
    whole = max(0, int(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def lasting(seconds: float) -> str:
    """A duration in words, rounded as people say it."""
    if seconds < 60:
        return f"{max(1, round(seconds))}{NBSP}s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes}{NBSP}min"
    return f"{minutes // 60}{NBSP}h{NBSP}{minutes % 60:02}"


def _months() -> list[str]:
    return [
        _("January"),
        _("February"),
        _("March"),
        _("April"),
        _("May"),
        _("June"),
        _("July"),
        _("August"),
        _("September"),
        _("October"),
        _("November"),
        _("December"),
    ]


def day(written: str | None) -> str:
    """An ISO date in words; whatever else was written stays as it is."""
    if not written:
        return ""
    try:
        when = date.fromisoformat(written[:10])
    except ValueError:
        return written
    if language() == "en":
        return f"{when.day}{NBSP}{_months()[when.month - 1]} {when.year}"
    number = "1er" if when.day == 1 else str(when.day)
    return f"{number}{NBSP}{_months()[when.month - 1]} {when.year}"


def theme_label(theme: ThemeMark) -> str:
    """A theme's name in the language of the run."""
    return theme_name(theme.label_fr, theme.label_en)


def theme_name(french: str, english: str) -> str:
    """A theme's name in the language of the run, printed as a title: curly apostrophe, capital letter."""
    name = (french if language() == "fr" else english).replace("'", "’")
    return name[:1].upper() + name[1:]


def speaker_of(name: str | None, label: str | None) -> str:
    """A speaker's name, or how an unnamed voice is called."""
    if name:
        return name
    return _("Unnamed voice {label}").format(label=label) if label else _("Speaker unknown")


def edition_of(event: str | None, edition: str | None) -> str:
    """Event and edition in one phrase, without saying the same thing twice."""
    if not event or not edition or event == edition:
        return event or edition or ""
    return edition if event.casefold() in edition.casefold() else f"{event} · {edition}"


def doubts_of(quote: QuoteCard) -> list[str]:
    """What is unsure about a quote, in the reader's words."""
    doubts = []
    if quote.name is None:
        doubts.append(_("speaker unnamed"))
    elif min(quote.confidence, quote.speaker_confidence or 0.0) < UNSURE:
        doubts.append(_("speaker uncertain"))
    if quote.kind == "indirect":
        doubts.append(_("reported speech, not word for word"))
    if quote.kind == "mention":
        doubts.append(_("mention, not a quotation"))
    if MENDED & set(quote.repairs):
        doubts.append(_("quotation marks repaired"))
    return doubts


def quotation(text: str, language_of_text: str | None) -> str:
    """A text between the quotation marks of its language, spaced as that language prints it."""
    if language_of_text == "en":
        return english_quotation(text)
    return french_quotation(text, THIN)


def shown_text(quote: QuoteCard) -> str:
    """A quote as it is shown: reported speech never stands between quotation marks."""
    return quote.text if quote.kind == "indirect" else quotation(quote.text, quote.language)


def source_line(quote: QuoteCard) -> str:
    """Speaker, role, organisation, session, edition and second, as they stand under a printed quote."""
    who = [speaker_of(quote.name, quote.label), quote.role, quote.organisation]
    title = f"«{THIN}{quote.title}{THIN}»" if language() == "fr" else f"“{quote.title}”"
    where = [title, edition_of(quote.event, quote.edition), day(quote.date)]
    if quote.start_time is not None:
        where.append(clock(quote.start_time))
    return ", ".join(part for part in [*who, *where] if part)


def copied(quote: QuoteCard) -> str:
    """What the copy button puts on the clipboard."""
    doubts = doubts_of(quote)
    doubt = f" [{', '.join(doubts)}]" if doubts else ""
    return f"{shown_text(quote)}\n— {source_line(quote)}{doubt}"


def playing(quote: QuoteCard) -> str | None:
    """What the play button hands to the player, or ``None`` when there is no sound."""
    if quote.form != "speech" or quote.start_time is None:
        return None
    item = {
        "src": media.address(quote.session_id),
        "session": quote.session_id,
        "start": round(max(0.0, quote.start_time - 0.15), 2),
        "end": round(quote.end_time + 0.25, 2) if quote.end_time is not None else None,
        "title": f"{speaker_of(quote.name, quote.label)} · {quote.title}",
        "href": href("session", id=quote.session_id, t=round(quote.start_time, 1)),
    }
    return json.dumps(item, ensure_ascii=False)


def place_in_session(quote: QuoteCard) -> str:
    """The address of a quote inside its session."""
    return href("session", id=quote.session_id, quote=quote.id)


def reasons_of(quote: QuoteCard) -> list[str]:
    """Why a passage was chosen, in words."""
    known = {
        "figure": _("a figure"),
        "opinion": _("an opinion"),
        "first_person": _("said in the first person"),
        "contrast": _("a contrast"),
        "strong_word": _("a strong word"),
        "prediction": _("a forecast"),
        "advice": _("advice"),
        "image": _("an image"),
        "conclusion": _("a conclusion"),
        "definition": _("a definition"),
        "named": _("somebody named"),
        "question": _("a question"),
        "marked": _("between quotation marks"),
    }
    return [known.get(reason, reason.replace("_", " ")) for reason in quote.reasons]


def kind_name(kind: str) -> str:
    """A kind of quote in words."""
    return {
        "quoted": _("quoted in a text"),
        "spoken": _("spoken"),
        "indirect": _("reported speech"),
        "mention": _("mention"),
    }.get(kind, kind)


def state_name(state: str) -> str:
    """A state of work in words."""
    return {
        "waiting": _("waiting"),
        "running": _("in progress"),
        "failed": _("failed"),
        "parked": _("on hold"),
        "done": _("ready"),
    }.get(state, state)


def step_name(step: str | None) -> str:
    """A step of the work in words."""
    return {
        "decode": _("reading the sound"),
        "read": _("reading the text"),
        "transcribe": _("transcribing"),
        "diarize": _("telling the voices apart"),
        "voices: segmentation": _("telling the voices apart"),
        "voices: embedding": _("comparing the voices"),
        "align": _("giving words to voices"),
        "people": _("finding the names"),
        "quotes": _("choosing quotes"),
        "summaries": _("summarising"),
        "themes": _("tagging themes"),
        "index": _("preparing search"),
    }.get(step or "", (step or "").replace("_", " "))


def time_left(done: float, total: float, started_at: str | None) -> str:
    """What is left of the present step at its pace so far, or nothing while that is a guess."""
    if not started_at or done <= 0 or total <= done:
        return ""
    try:
        elapsed = (datetime.now(UTC) - datetime.fromisoformat(started_at)).total_seconds()
    except (ValueError, TypeError):
        return ""
    if elapsed < 3:
        return ""
    return _("about {time} left").format(time=lasting(elapsed * (total - done) / done))


def form_name(form: str) -> str:
    """What a session was made from."""
    return {"speech": _("recording"), "transcript": _("transcript"), "prose": _("text")}.get(form, form)


def quotes_count(number: int) -> str:
    """A number of quotes in words."""
    return count_of("{n} quote", "{n} quotes", number)


def sessions_count(number: int) -> str:
    """A number of sessions in words."""
    return count_of("{n} session", "{n} sessions", number)
