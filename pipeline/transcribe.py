"""Sound to timed words: runs a recogniser, mends its times, and sets aside what nobody said."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from db.records import Recognition, Segment, SpokenWord
from pipeline.engines import Recognizer
from pipeline.hooks import Hook, silent
from pipeline.phantoms import Activity, judge, unlooped

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def transcribe(
    audio: NDArray[np.float32],
    language: str | None,
    recognizer: Recognizer,
    prompt: str | None = None,
    hook: Hook = silent,
) -> Recognition:
    """Recognise 16 kHz mono float32 ``audio``, shape ``(n,)``.

    ``language`` is ``fr``, ``en`` or ``None`` (choose); ``prompt`` a glossary of the session. Every segment
    of the result holds words in order, within the recording; what nobody said has its ``dropped`` reason.
    Raises what the recogniser raises.
    """
    from pipeline.engines.activity import STEP, activity

    raw = recognizer.transcribe(audio, language, prompt, hook)
    mended = mend(raw)
    heard = Activity(activity(audio).tolist(), STEP)
    judged = [judge(segment, heard, mended.language) for segment in mended.segments]
    return replace(mended, segments=unlooped(judged))


def mend(raw: Recognition) -> Recognition:
    """Repair the times of any recogniser by one rule.

    Words keep the engine's order. Starts that already stand in order (the longest non-decreasing choice
    of finite starts within the recording) are trusted; the others are spread evenly between their trusted
    neighbours. A word ends where the engine says, but not before its start nor after the next word's
    start or the end of the recording. Segments begin and end with their words; empty ones vanish.
    """
    duration = raw.duration if math.isfinite(raw.duration) and raw.duration > 0 else 0.0
    segments = [_filled(segment) for segment in raw.segments]
    segments = [segment for segment in segments if segment.words]
    words = [word for segment in segments for word in segment.words]
    starts = spread([word.start_time for word in words], duration)
    ends = [
        _between(word.end_time, start, following)
        for word, start, following in zip(words, starts, [*starts[1:], duration], strict=False)
    ]
    mended = iter(
        [
            replace(word, start_time=start, end_time=end, probability=_between(word.probability, 0.0, 1.0))
            for word, start, end in zip(words, starts, ends, strict=True)
        ]
    )
    result = [_timed(segment, tuple(next(mended) for _ in segment.words)) for segment in segments]
    return replace(raw, duration=duration, segments=tuple(result))


def _filled(segment: Segment) -> Segment:
    kept = tuple(replace(word, text=word.text.strip()) for word in segment.words if word.text.strip())
    return replace(segment, words=kept)


def _timed(segment: Segment, words: tuple[SpokenWord, ...]) -> Segment:
    return replace(segment, words=words, start_time=words[0].start_time, end_time=words[-1].end_time)


def _between(value: float, least: float, most: float) -> float:
    """``value`` within the bounds; not a number counts as the lower one."""
    return least if math.isnan(value) else min(max(value, least), most)


def spread(times: Sequence[float], duration: float) -> list[float]:
    """Times made non-decreasing within 0–``duration`` by moving as few of them as possible."""
    anchors = _ordered([i for i, t in enumerate(times) if 0.0 <= t <= duration], times)
    fixed = [(-1, 0.0), *((i, times[i]) for i in anchors), (len(times), duration)]
    result: list[float] = []
    for (left, low), (right, high) in itertools.pairwise(fixed):
        step = (high - low) / (right - left)
        result += [min(low + step * (i - left), high) for i in range(left + 1, right)]
        result += [high] if right < len(times) else []
    return result


def _ordered(candidates: Sequence[int], times: Sequence[float]) -> list[int]:
    """The longest choice of candidates whose times do not decrease (patience sorting)."""
    tails: list[float] = []
    heads: list[int] = []
    before: dict[int, int | None] = {}
    for i in candidates:
        at = bisect.bisect_right(tails, times[i])
        before[i] = heads[at - 1] if at else None
        tails[at : at + 1] = [times[i]]
        heads[at : at + 1] = [i]
    chosen: list[int] = []
    last = heads[-1] if heads else None
    while last is not None:
        chosen.append(last)
        last = before[last]
    return chosen[::-1]
