"""Finds words that nobody said: text over silence, known subtitle phrases, loops.

Nothing is deleted: the segment keeps its words and says in ``dropped`` why they stay out of the text.
"""

from __future__ import annotations

import functools
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from db.records import Segment, SpokenWord

_LANGUAGES = Path(__file__).resolve().parents[1] / "assets" / "language"

SILENT = 0.3
"""Speech probability that a stretch must reach once, or nobody speaks there."""
FAINT = 0.35
"""Share of speech below which a second sign decides: no-speech probability, improbable or repetitive
words, a known phrase. The thresholds of the signs are Whisper's own (Radford et al. 2022, §4.5)."""
CLEAR = 0.8
"""Share of speech above which even a known phrase is believed."""
_NO_SPEECH, _IMPROBABLE = 0.6, -1.0
_COMPRESSION = 2.4
_AROUND = 0.25
_WIDE = 1.0
"""Seconds around a segment that must be silent too: word times may be off by that much."""
_REPEATS = 4
_LONGEST_GRAM = 12
_LOOP_WORDS = 8


@dataclass(frozen=True, slots=True)
class Phrases:
    """Known phantoms of one language, folded (see :func:`folded`)."""

    always: frozenset[str]
    short: frozenset[str]


@functools.cache
def phrases(language: str) -> Phrases:
    """The phrases of ``assets/language/<language>/phantoms.toml``; none for another language."""
    path = _LANGUAGES / language / "phantoms.toml"
    if not path.is_file():
        return Phrases(frozenset(), frozenset())
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return Phrases(frozenset(map(folded, data["always"])), frozenset(map(folded, data["short"])))


def folded(text: str) -> str:
    """Lower case, no accents, every run of other characters one space."""
    plain = unicodedata.normalize("NFKD", text.lower())
    kept = (c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


@dataclass(frozen=True, slots=True)
class Activity:
    """Speech probabilities, one per ``step`` seconds; an empty one knows nothing and accuses nobody."""

    probabilities: Sequence[float]
    step: float

    def _stretch(self, start: float, end: float, around: float) -> Sequence[float]:
        first = max(int((start - around) / self.step), 0)
        found = self.probabilities[first : int((end + around) / self.step) + 1]
        return found if len(found) or len(self.probabilities) else (1.0,)

    def share(self, start: float, end: float) -> float:
        """Share of ``start``–``end`` seconds, a little widened, in which speech is more likely than not."""
        stretch = self._stretch(start, end, _AROUND)
        return sum(1 for p in stretch if p >= 0.5) / max(len(stretch), 1)

    def peak(self, start: float, end: float) -> float:
        """The highest speech probability there and for a second around."""
        return max(self._stretch(start, end, _WIDE), default=0.0)


def judge(segment: Segment, activity: Activity, language: str) -> Segment:
    """The segment, with ``dropped`` set when the evidence says that nobody said it.

    Reasons: ``silence``, ``no-speech``, ``phantom-phrase``; one already given is kept.
    """
    if segment.dropped or not segment.words:
        return segment
    reason = _unheard(segment, activity, phrases(language))
    return replace(segment, dropped=reason) if reason else segment


def _unheard(segment: Segment, activity: Activity, known: Phrases) -> str | None:
    """Why nobody said this, from the sound and the recogniser's own doubt."""
    start, end = segment.words[0].start_time, segment.words[-1].end_time
    if activity.peak(start, end) < SILENT:
        return "silence"
    share = activity.share(start, end)
    doubtful = (
        segment.no_speech_probability > _NO_SPEECH
        or segment.average_log_probability < _IMPROBABLE
        or segment.compression_ratio > _COMPRESSION
    )
    if share < FAINT and doubtful:
        return "no-speech"
    text = folded(" ".join(word.text for word in segment.words))
    if text in known.always and (share < CLEAR or doubtful):
        return "phantom-phrase"
    return "phantom-phrase" if text in known.short and share < FAINT else None


def repetition(words: Sequence[str]) -> tuple[int, int] | None:
    """The first run (start, end) of words in which one phrase of up to twelve words comes at least four
    times in a row and fills at least eight words; ``None`` when nothing loops."""
    plain = [folded(word) or word for word in words]
    for size in range(1, _LONGEST_GRAM + 1):
        run = 0
        for at in range(size, len(plain)):
            run = run + 1 if plain[at] == plain[at - size] else 0
            if run >= max(size * (_REPEATS - 1), _LOOP_WORDS - size):
                return at - run - size + 1, _run_end(plain, at, size)
    return None


def _run_end(plain: Sequence[str], at: int, size: int) -> int:
    while at + 1 < len(plain) and plain[at + 1] == plain[at + 1 - size]:
        at += 1
    return at + 1


def unlooped(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Mark loops that run over several segments or fill a part of one.

    The first saying of the phrase stays; the repeats become a segment of their own, dropped as ``loop``.
    """
    kept: list[Segment] = []
    for stretch in _neighbours(segments):
        kept += _unloop(stretch)
    return tuple(kept)


def _neighbours(segments: Sequence[Segment]) -> list[list[Segment]]:
    """Runs of kept segments, each dropped segment on its own."""
    runs: list[list[Segment]] = []
    for segment in segments:
        if runs and not segment.dropped and not runs[-1][-1].dropped:
            runs[-1].append(segment)
        else:
            runs.append([segment])
    return runs


def _unloop(run: list[Segment]) -> list[Segment]:
    if run[0].dropped:
        return run
    words = [word.text for segment in run for word in segment.words]
    marked: set[int] = set()
    at = 0
    while found := repetition(words[at:]):
        start, end = at + found[0], at + found[1]
        marked |= set(range(start + _period(words[start:end]), end))
        at = end
    return _split(run, marked) if marked else run


def _period(words: Sequence[str]) -> int:
    plain = [folded(word) or word for word in words]
    return next(
        (size for size in range(1, _LONGEST_GRAM + 1) if plain[size:] == plain[:-size]), _LONGEST_GRAM
    )


def _split(run: list[Segment], marked: set[int]) -> list[Segment]:
    result: list[Segment] = []
    number = 0
    for segment in run:
        groups: list[tuple[bool, list[SpokenWord]]] = []
        for word in segment.words:
            looping = number in marked
            number += 1
            if groups and groups[-1][0] == looping:
                groups[-1][1].append(word)
            else:
                groups.append((looping, [word]))
        if len(groups) <= 1 and not (groups and groups[0][0]):
            result.append(segment)
            continue
        result += [_part(segment, words, looping) for looping, words in groups]
    return result


def _part(segment: Segment, words: list[SpokenWord], looping: bool) -> Segment:
    return replace(
        segment,
        start_time=words[0].start_time,
        end_time=words[-1].end_time,
        words=tuple(words),
        dropped="loop" if looping else segment.dropped,
    )
