"""From the library's segments to ours: whole words, and the checks that decide on a second decoding."""

from __future__ import annotations

import difflib
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from db.records import Segment, SpokenWord
from pipeline.engines.windows import Span

# Failure thresholds of Radford et al. 2022 (Whisper), section 4.5.
LOOPING, IMPROBABLE, NO_SPEECH = 2.4, -1.0, 0.6
NEARBY = 5.0
"""Seconds around a hole in which the same words mean that only their times were wrong."""


def as_segment(found: Any, shift: float) -> Segment:
    """A segment of the library, ``shift`` seconds later, its words whole."""
    return Segment(
        float(found.start) + shift,
        float(found.end) + shift,
        _words(found.words or (), shift),
        float(found.no_speech_prob),
        float(found.avg_logprob),
        float(found.compression_ratio),
    )


def _words(found: Iterable[Any], shift: float) -> tuple[SpokenWord, ...]:
    """Words as they stand between spaces: the library splits « l'IA » and « peut-être » in two; such
    parts are joined again, as sure as the least sure of them."""
    words: list[SpokenWord] = []
    for part in found:
        text, sure = part.word.strip(), min(max(float(part.probability), 0.0), 1.0)
        if not text:
            continue
        start, end = float(part.start) + shift, float(part.end) + shift
        if words and not part.word.startswith(" "):
            last = words.pop()
            text, start, sure = last.text + text, last.start_time, min(last.probability, sure)
        words.append(SpokenWord(text, start, end, sure))
    return tuple(words)


def failed(segments: Sequence[Segment]) -> bool:
    """Whether a window loops or is improbable as a whole."""
    text = " ".join(word.text for segment in segments for word in segment.words).encode()
    if not text:
        return False
    return len(text) / len(zlib.compress(text)) > LOOPING or segments[0].average_log_probability < IMPROBABLE


def within(segment: Segment, hole: Span) -> Segment:
    """The segment with those words alone whose middle lies in the hole."""
    words = tuple(w for w in segment.words if hole[0] <= (w.start_time + w.end_time) / 2 <= hole[1])
    return replace(segment, words=words)


def parted(segment: Segment, hole: Span) -> list[Segment]:
    """The segment, in two when it reaches over a hole, so that what fills the hole stands in order."""
    middle = (hole[0] + hole[1]) / 2
    left = tuple(w for w in segment.words if w.start_time < middle)
    right = segment.words[len(left) :]
    if not left or not right:
        return [segment]
    return [
        replace(segment, end_time=left[-1].end_time, words=left),
        replace(segment, start_time=right[0].start_time, words=right),
    ]


def said_nearby(found: Sequence[Segment], segments: Sequence[Segment], hole: Span) -> bool:
    """Whether at least half of the new words stand, in order, in the text around the hole: then no word
    was lost, its time was wrong."""
    new = [word.text.lower().strip(".,;:!?") for segment in found for word in segment.words]
    near = [
        word.text.lower().strip(".,;:!?")
        for segment in segments
        for word in segment.words
        if hole[0] - NEARBY < word.end_time and word.start_time < hole[1] + NEARBY
    ]
    blocks = difflib.SequenceMatcher(None, near, new, autojunk=False).get_matching_blocks()
    return 2 * sum(block.size for block in blocks) >= len(new)
