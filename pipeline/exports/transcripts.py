"""Transcripts as JSON, plain text, WebVTT with voices, SRT, RTTM or Markdown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import groupby
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
    return json.dumps(asdict(transcript), ensure_ascii=False, indent=1)


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
    """NIST RTTM: who speaks when; words of one speaker less than a second apart make one line."""
    name = transcript.source.rsplit(".", 1)[0].replace(" ", "_") or "session"
    lines = []
    for turn in transcript.turns:
        speaker = (turn.speaker or "unknown").replace(" ", "_")
        for start, end in _stretches(turn):
            lines.append(f"SPEAKER {name} 1 {start:.3f} {end - start:.3f} <NA> <NA> {speaker} <NA> <NA>")
    return "\n".join(lines) + "\n"


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


def _cues(transcript: ExportedTranscript) -> Iterator[_Cue]:
    timed = [turn for turn in transcript.turns if turn.start_time is not None and turn.end_time is not None]
    if not timed:
        raise NotFound(
            f"Session {transcript.session!r} is a text without times: export it as json, txt or md."
        )
    for turn in timed:
        if turn.words:
            yield from _word_cues(turn)
        else:
            yield _Cue(
                turn.start_time or 0.0, turn.end_time or 0.0, turn.speaker, " ".join(turn.text.split())
            )


def _word_cues(turn: ExportedTurn) -> Iterator[_Cue]:
    number, characters, began = 0, 0, turn.words[0]["start_time"]
    numbered = []
    for word in turn.words:
        if characters and (
            characters + len(word["text"]) > CUE_CHARACTERS or word["end_time"] - began > CUE_SECONDS
        ):
            number, characters, began = number + 1, 0, word["start_time"]
        characters += len(word["text"]) + 1
        numbered.append((number, word))
    for _, group in groupby(numbered, key=lambda pair: pair[0]):
        words = [word for _, word in group]
        text = " ".join(word["text"].strip() for word in words)
        yield _Cue(words[0]["start_time"], words[-1]["end_time"], turn.speaker, text)


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
