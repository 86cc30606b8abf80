"""The markup inside a subtitle cue: voices, word times, style tags, entities, dashes for a new speaker."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from db.records import SpokenWord

VOICE = r"<v(?:\.[^\s>]{0,80})?[ \t]{1,9}(?P<voice>[^>\n]{0,200})>"
STAMP = r"<(?P<stamp>(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})>"
STYLE = r"</?(?:b|i|u|s|c|v|ruby|rt|lang|font)(?:[.\s][^<>]{0,200})?>|\{\\[^}]{0,200}\}"
TAG = re.compile(rf"{VOICE}|{STAMP}|(?P<close></v>)|(?:{STYLE})", re.IGNORECASE)
NEW_SPEAKER = re.compile(r"^\s*(?:[-–—‐]\s*(?=[^\W\d]|>>|«|“|\"|\[|\()|(?:>>|&gt;&gt;)+:?\s*)")


@dataclass(frozen=True, slots=True)
class Piece:
    """What one voice says in a cue; ``text`` keeps the newlines of the cue, ``words`` are timed ones."""

    text: str
    voice: str | None = None
    words: tuple[SpokenWord, ...] = ()
    turn: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """Marked-up text between two tags."""

    text: str
    voice: str | None
    time: float | None


def plain(row: str) -> str:
    """A line of a cue as the viewer reads it."""
    return " ".join(html.unescape(TAG.sub("", row)).split())


def pieces_of(text: str, start_time: float, end_time: float) -> list[Piece]:
    """Split the raw text of a cue by voice, or at lines that open with a dash or ``>>``."""
    runs = _runs(text)
    if any(run.voice for run in runs):
        return _by_voice(runs, start_time, end_time)
    if any(run.time is not None for run in runs):
        return [_piece(runs, None, start_time, end_time)]
    return _by_dash(html.unescape("".join(run.text for run in runs)))


def _runs(text: str) -> list[Run]:
    runs: list[Run] = []
    voice: str | None = None
    time: float | None = None
    position = 0
    for match in TAG.finditer(text):
        runs.append(Run(text[position : match.start()], voice, time))
        position = match.end()
        if match["voice"] is not None:
            voice = " ".join(html.unescape(match["voice"]).split()) or None
        elif match["stamp"]:
            time = _seconds(match["stamp"])
        elif match["close"]:
            voice = None
    runs.append(Run(text[position:], voice, time))
    return [run for run in runs if run.text]


def _by_voice(runs: list[Run], start_time: float, end_time: float) -> list[Piece]:
    pieces, group = [], [runs[0]]
    for run in runs[1:]:
        if run.voice != group[-1].voice and run.text.strip():
            pieces.append(_piece(group, group[0].voice, start_time, end_time))
            group = []
        group.append(run)
    pieces.append(_piece(group, group[0].voice, start_time, end_time))
    return [piece for piece in pieces if piece.text.strip()]


def _piece(runs: list[Run], voice: str | None, start_time: float, end_time: float) -> Piece:
    raw = html.unescape("".join(run.text for run in runs))
    text = NEW_SPEAKER.sub("", raw, count=1)
    timed = any(run.time is not None for run in runs)
    words = _words(runs, start_time, end_time) if timed else ()
    return Piece(text, voice, words, text != raw)


def _words(runs: list[Run], start_time: float, end_time: float) -> tuple[SpokenWord, ...]:
    """Share the time up to the next stamp among the words of a run, by their length."""
    found: list[SpokenWord] = []
    starts = [start_time if run.time is None else run.time for run in runs]
    for run, start, end in zip(runs, starts, [*starts[1:], end_time], strict=True):
        words = html.unescape(run.text).split()
        share = max(0.0, end - start) / max(1, sum(map(len, words)))
        for word in words:
            stop = start + share * len(word)
            found.append(SpokenWord(word, start, stop, 1.0))
            start = stop
    return tuple(found)


def _by_dash(text: str) -> list[Piece]:
    rows: list[tuple[str, bool]] = []
    for row in text.split("\n"):
        bare = NEW_SPEAKER.sub("", row, count=1)
        if bare != row or not rows:
            rows.append((bare, bare != row))
        else:
            rows[-1] = (f"{rows[-1][0]}\n{row}", rows[-1][1])
    return [Piece(row, turn=turn) for row, turn in rows if row.strip()]


def _seconds(stamp: str) -> float:
    total = 0.0
    for part in stamp.replace(",", ".").split(":"):
        total = total * 60 + float(part)
    return total
