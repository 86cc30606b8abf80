"""Who said which word: builds the transcript text and gives every word to a voice.

Speakers are chosen for all words together by the cheapest path (Viterbi 1967): a word costs more
the farther it lies from a voice's speech, a change of speaker costs more inside a sentence than
after its end or a pause. That one rule smooths one-word islands, keeps the last words of a sentence
with the person who speaks it though Whisper's times lag, and lets a short answer stand.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from db.records import Recognition, SpokenWord, Turn, VoiceSpan, Word

TURN_BREAK = "\n\n"
_SENTENCE_END = re.compile(r"[.?!…][\"'»”’)\]]*$")
_BLANKS = re.compile(r"\s+")
# Costs are natural logarithms of odds: a change inside a sentence is e⁻³, after its end e⁻¹.
_CHANGE_INSIDE = 3.0
_CHANGE_AFTER_SENTENCE = 1.0
_CHANGE_AFTER_PAUSE = 1.5
_PAUSE = 0.6
# Whisper's word times are off by about this many seconds.
_TIME_BLUR = 0.3
_LEAST_SHARE = 0.02
_OUTSIDE_CONFIDENCE = 0.3


@dataclass(frozen=True, slots=True)
class Alignment:
    """A transcript: ``text`` and the turns that tile it, two line feeds between turns."""

    text: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class _Unit:
    # Words that no blank separates ("-t", "-elle"): one speaker, never cut.
    words: tuple[SpokenWord, ...]
    start_time: float
    end_time: float

    @property
    def text(self) -> str:
        return "".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class _Voice:
    label: str
    starts: tuple[float, ...]
    ends: tuple[float, ...]

    def nearness(self, start: float, end: float) -> tuple[float, float]:
        """Share of ``start``–``end`` that this voice covers, and its distance in seconds."""
        at = bisect_right(self.starts, end)
        covered, distance = 0.0, math.inf
        for index in range(at - 1, -1, -1):
            covered += max(0.0, min(end, self.ends[index]) - max(start, self.starts[index]))
            distance = min(distance, max(0.0, start - self.ends[index]))
            if self.ends[index] < start:
                break
        if at < len(self.starts):
            distance = min(distance, self.starts[at] - end)
        return min(1.0, covered / (end - start)), distance


def align(recognition: Recognition, voices: tuple[VoiceSpan, ...]) -> Alignment:
    """The transcript of the words that were kept, each given to one of ``voices``.

    Every word of every segment that is not dropped appears once and in order, except words that are
    only blanks. A word's confidence is the share of the nearby speech that is its speaker's; outside
    all speech it goes to the nearest voice with at most 0.3. Without voices all turns have no label
    and confidence 0.
    """
    units = _units(recognition)
    known = _voices(voices)
    if not known:
        return _build(units, [None] * len(units), [0.0] * len(units))
    nearness = [[_near(voice, unit) for voice in known] for unit in units]
    path = _cheapest(units, [[_cost(*pair) for pair in row] for row in nearness])
    confidences = [_confidence(row, choice) for row, choice in zip(nearness, path, strict=True)]
    return _build(units, [known[choice].label for choice in path], confidences)


def _units(recognition: Recognition) -> list[_Unit]:
    segments = [segment.words for segment in recognition.segments if segment.dropped is None]
    marked = any(word.text[:1].isspace() for words in segments for word in words)
    units: list[_Unit] = []
    for words in segments:
        glued = False
        for word in words:
            clean = _BLANKS.sub(" ", word.text).strip()
            # An engine that never writes leading blanks separates all its words.
            glued = glued and marked and not word.text[:1].isspace()
            if clean:
                timed = _timed(clean, word, recognition.duration)
                units.append(_joined(units.pop(), timed) if glued else _unit((timed,)))
            glued = bool(clean) and not word.text[-1:].isspace()
    return units


def _timed(text: str, word: SpokenWord, duration: float) -> SpokenWord:
    limit = duration if duration > 0 else math.inf
    start = min(max(0.0, word.start_time), limit)
    end = min(max(start, word.end_time), limit)
    return SpokenWord(text, start, end, word.probability)


def _unit(words: tuple[SpokenWord, ...]) -> _Unit:
    return _Unit(words, min(w.start_time for w in words), max(w.end_time for w in words))


def _joined(unit: _Unit, word: SpokenWord) -> _Unit:
    return _unit((*unit.words, word))


def _voices(spans: Sequence[VoiceSpan]) -> list[_Voice]:
    own: dict[str, list[list[float]]] = {}
    for span in sorted(spans, key=lambda s: (s.start_time, s.end_time)):
        mine = own.setdefault(span.label, [])
        if mine and span.start_time <= mine[-1][1]:
            mine[-1][1] = max(mine[-1][1], span.end_time)
        elif span.end_time > span.start_time:
            mine.append([span.start_time, span.end_time])
    return [
        _Voice(label, tuple(a for a, _ in mine), tuple(b for _, b in mine))
        for label, mine in own.items()
        if mine
    ]


def _near(voice: _Voice, unit: _Unit) -> tuple[float, float]:
    # A word of no length is looked at over a tenth of a second.
    slack = max(0.0, 0.1 - (unit.end_time - unit.start_time)) / 2
    return voice.nearness(unit.start_time - slack, unit.end_time + slack)


def _cost(share: float, distance: float) -> float:
    return -math.log(_LEAST_SHARE + (1 - _LEAST_SHARE) * _likely(share, distance))


def _likely(share: float, distance: float) -> float:
    # A voice that stops just before a word may still have said it.
    return max(share, 0.5 * math.exp(-distance / _TIME_BLUR))


def _cheapest(units: Sequence[_Unit], costs: Sequence[Sequence[float]]) -> list[int]:
    if not units:
        return []
    total = list(costs[0])
    back: list[list[int]] = []
    for index in range(1, len(units)):
        change = _change_cost(units[index - 1], units[index])
        best = min(range(len(total)), key=total.__getitem__)
        origin = [k if total[k] <= total[best] + change else best for k in range(len(total))]
        total = [min(total[k], total[best] + change) + costs[index][k] for k in range(len(total))]
        back.append(origin)
    path = [min(range(len(total)), key=total.__getitem__)]
    for origin in reversed(back):
        path.append(origin[path[-1]])
    return path[::-1]


def _change_cost(before: _Unit, after: _Unit) -> float:
    if _SENTENCE_END.search(before.text):
        return _CHANGE_AFTER_SENTENCE
    return _CHANGE_AFTER_PAUSE if after.start_time - before.end_time >= _PAUSE else _CHANGE_INSIDE


def _confidence(row: Sequence[tuple[float, float]], choice: int) -> float:
    share, distance = row[choice]
    total = sum(other for other, _ in row)
    if share > 0:
        return share / max(total, 1e-9) * (0.5 + 0.5 * min(1.0, total))
    ceiling = _OUTSIDE_CONFIDENCE if total == 0 else _OUTSIDE_CONFIDENCE / 2
    return ceiling * math.exp(-distance)


def _build(units: Sequence[_Unit], labels: Sequence[str | None], confidences: Sequence[float]) -> Alignment:
    pieces: list[str] = []
    turns: list[Turn] = []
    at = first = 0
    while first < len(units):
        last = first + 1
        while last < len(units) and labels[last] == labels[first]:
            last += 1
        if pieces:
            pieces.append(TURN_BREAK)
            at += len(TURN_BREAK)
        turn, text = _turn(units[first:last], labels[first], confidences[first:last], at)
        turns.append(turn)
        pieces.append(text)
        at += len(text)
        first = last
    return Alignment("".join(pieces), tuple(turns))


def _turn(
    units: Sequence[_Unit], label: str | None, confidences: Sequence[float], start: int
) -> tuple[Turn, str]:
    words: list[Word] = []
    at = start
    for unit, confidence in zip(units, confidences, strict=True):
        at += 1 if words else 0
        for word in unit.words:
            end = at + len(word.text)
            words.append(
                Word(at, end, word.start_time, word.end_time, word.probability, round(confidence, 4))
            )
            at = end
    turn = Turn(
        start=start,
        end=at,
        label=label,
        start_time=min(word.start_time for word in words),
        end_time=max(word.end_time for word in words),
        confidence=round(sum(word.speaker_confidence for word in words) / len(words), 4),
        words=tuple(words),
    )
    return turn, " ".join(unit.text for unit in units)
