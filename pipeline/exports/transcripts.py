"""Transcripts as JSON, plain text, WebVTT with voices, SRT, RTTM or Markdown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import NamedTuple

from pipeline.errors import NotFound
from pipeline.exports.records import ExportedTranscript, ExportedTurn
from pipeline.exports.words import clock, plain_markdown

CUE_CHARACTERS = 84
CUE_SECONDS = 6.0
SAME_TURN_GAP = 1.0


class _Cue(NamedTuple):
    start: float
    end: float
    speaker: str | None
    text: str


def as_json(transcript: ExportedTranscript) -> str:
    """An object with ``session``, ``language``, ``duration`` and ``turns`` with their words."""
    table = asdict(transcript)
    del table["voices"]
    return json.dumps(table, ensure_ascii=False, indent=1)


def as_text(transcript: ExportedTranscript) -> str:
    """The words alone, a paragraph a turn."""
    return "\n\n".join(turn.text for turn in transcript.turns) + "\n"


def as_markdown(transcript: ExportedTranscript) -> str:
    """A readable transcript: speaker, time, words."""
    parts = [f"# {plain_markdown(transcript.session)}"]
    for turn in transcript.turns:
        time = f" ({clock(turn.start_time)})" if turn.start_time is not None else ""
        head = f"**{plain_markdown(turn.speaker)}**{time}\n\n" if turn.speaker else ""
        parts.append(head + plain_markdown(turn.text))
    return "\n\n".join(parts) + "\n"


def as_vtt(transcript: ExportedTranscript) -> str:
    """WebVTT with a voice span per cue (W3C WebVTT §3); data is escaped."""
    cues = [
        f"{_time(cue.start, '.')} --> {_time(cue.end, '.')}\n{_voice(cue.speaker)}{_escaped(cue.text)}\n"
        for cue in _cues(transcript)
    ]
    return "WEBVTT\n\n" + "\n".join(cues)


def as_srt(transcript: ExportedTranscript) -> str:
    """SubRip; the speaker's name stands before the first cue of a turn."""
    blocks, previous = [], None
    for number, cue in enumerate(_cues(transcript), start=1):
        name = f"{cue.speaker}: " if cue.speaker and cue.speaker != previous else ""
        previous = cue.speaker
        blocks.append(f"{number}\n{_time(cue.start, ',')} --> {_time(cue.end, ',')}\n{name}{cue.text}\n")
    return "\n".join(blocks)


def as_rttm(transcript: ExportedTranscript) -> str:
    """NIST RTTM: who speaks when, from the voices heard, or from the times of words where there are none."""
    name = "_".join(transcript.source.rsplit(".", 1)[0].split()) or "session"
    lines = [
        f"SPEAKER {name} 1 {start:.3f} {end - start:.3f} <NA> <NA> {'_'.join(speaker.split())} <NA> <NA>"
        for speaker, start, end in _heard(transcript)
    ]
    return "\n".join(lines) + "\n"


def _heard(transcript: ExportedTranscript) -> Iterator[tuple[str, float, float]]:
    """Speaker, start and end; words of one speaker less than a second apart are one stretch."""
    if transcript.voices:
        yield from ((voice.speaker, voice.start_time, voice.end_time) for voice in transcript.voices)
        return
    for turn in _timed(transcript):
        yield from ((turn.speaker or "unknown", start, end) for start, end in _stretches(turn))


def _stretches(turn: ExportedTurn) -> Iterator[tuple[float, float]]:
    stretch: tuple[float, float] | None = None
    for word in turn.words:
        if stretch and word["start_time"] - stretch[1] > SAME_TURN_GAP:
            yield stretch
            stretch = None
        stretch = (stretch[0] if stretch else word["start_time"], word["end_time"])
    if stretch:
        yield stretch
    elif turn.start_time is not None and turn.end_time is not None and not turn.words:
        yield turn.start_time, turn.end_time


def _timed(transcript: ExportedTranscript) -> list[ExportedTurn]:
    timed = [turn for turn in transcript.turns if turn.start_time is not None and turn.end_time is not None]
    if not timed:
        raise NotFound(
            f"Session {transcript.session!r} is a text without times: export it as json, txt or md."
        )
    return timed


def _cues(transcript: ExportedTranscript) -> Iterator[_Cue]:
    for turn in _timed(transcript):
        whole = (turn.start_time or 0.0, turn.end_time or 0.0, turn.text)
        for start, end, text in _word_cues(turn) if turn.words else [whole]:
            # Players drop a cue that does not end after it starts (W3C WebVTT §4.1).
            yield _Cue(start, max(end, start + 0.001), turn.speaker, " ".join(text.split()))


def _word_cues(turn: ExportedTurn) -> Iterator[tuple[float, float, str]]:
    """Start, end and text of each cue; cut only where a blank stands, every character kept."""
    places = _places(turn)
    first = 0
    for at, word in enumerate(turn.words):
        apart = at > first and turn.text[places[at] - 1 : places[at]].isspace()
        long = places[at] + len(word["text"]) - places[first] > CUE_CHARACTERS
        if apart and (long or word["end_time"] - turn.words[first]["start_time"] > CUE_SECONDS):
            yield _cue_words(turn, first, at, turn.text[places[first] : places[at]])
            first = at
    yield _cue_words(turn, first, len(turn.words), turn.text[places[first] :])


def _cue_words(turn: ExportedTurn, first: int, stop: int, text: str) -> tuple[float, float, str]:
    return turn.words[first]["start_time"], turn.words[stop - 1]["end_time"], text


def _places(turn: ExportedTurn) -> list[int]:
    """Where each word begins in the text of its turn; what comes before the first belongs to it."""
    places: list[int] = []
    at = 0
    for word in turn.words:
        found = max(at, turn.text.find(word["text"], at))
        places.append(found if places else 0)
        at = found + len(word["text"])
    return places


def _time(seconds: float, mark: str) -> str:
    return clock(seconds, hours=True, mark=mark, decimals=3)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _voice(speaker: str | None) -> str:
    return f"<v {_escaped(speaker)}>" if speaker else ""


FORMATS: dict[str, Callable[[ExportedTranscript], str]] = {
    "json": as_json,
    "txt": as_text,
    "vtt": as_vtt,
    "srt": as_srt,
    "rttm": as_rttm,
    "md": as_markdown,
}
