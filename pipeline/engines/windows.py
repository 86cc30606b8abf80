"""Cuts a recording where nobody speaks, into windows that a recogniser hears in one go.

Whisper hears 30 s at a time. Left alone it walks on by its own timestamps, and one wrong timestamp
loses or repeats words; cut at fixed points, words are halved. Cutting at the quietest moment of the
second half of each window avoids both, and makes windows independent, so that they can be batched.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.activity import STEP

Span = tuple[float, float]

LONGEST = 20.0
"""Seconds. Chosen among 12–28 on panel_fr, FLEURS and noisy copies (tests/bench/bench_recognition.py)."""
_EARLIEST = 0.45
_LATE_BONUS = 0.15
_SMOOTH = 9
_MUTE = 0.15
_PAD = 0.6


def windows(probabilities: NDArray[np.float32], seconds: float, longest: float = LONGEST) -> list[Span]:
    """Windows (start, end) in seconds, at most ``longest`` long, without the stretches of no speech at
    their edges; a window without any speech is left out."""
    if not len(probabilities):
        return []
    calm = np.convolve(probabilities, np.ones(_SMOOTH) / _SMOOTH, "same")[: len(probabilities)]
    most, least = int(longest / STEP), int(longest * _EARLIEST / STEP)
    cuts = [0]
    while len(calm) - cuts[-1] > most:
        stretch = calm[cuts[-1] + least : cuts[-1] + most]
        cuts.append(cuts[-1] + least + int(np.argmin(stretch - np.linspace(0, _LATE_BONUS, len(stretch)))))
    edges = [*cuts, len(calm)]
    found = (_trim(probabilities, a, b, seconds) for a, b in itertools.pairwise(edges))
    return [span for span in found if span]


def _trim(probabilities: NDArray[np.float32], first: int, last: int, seconds: float) -> Span | None:
    audible = np.flatnonzero(probabilities[first:last] >= _MUTE)
    if not len(audible):
        return None
    start = max((first + audible[0]) * STEP - _PAD, first * STEP)
    end = min((first + audible[-1] + 1) * STEP + _PAD, last * STEP, seconds)
    return float(start), float(end)


def halves(probabilities: NDArray[np.float32], span: Span) -> list[Span]:
    """The window cut in two at the quietest moment of its middle half."""
    first, last = int(span[0] / STEP), int(span[1] / STEP)
    quarter = (last - first) // 4
    if quarter < 1:
        return [span]
    middle = probabilities[first + quarter : last - quarter]
    cut = (first + quarter + int(np.argmin(middle))) * STEP
    return [(span[0], cut), (cut, span[1])]


def holes(
    probabilities: NDArray[np.float32], words: Sequence[Span], start: float, end: float, least: float = 1.2
) -> list[Span]:
    """Stretches of at least ``least`` seconds of speech between ``start`` and ``end`` that no word covers
    (words reach 0.3 s around themselves, pauses under 0.3 s do not end a stretch)."""
    speech = probabilities >= 0.5
    speech[: int(start / STEP)] = False
    speech[int(np.ceil(end / STEP)) :] = False
    for first, last in words:
        speech[max(int((first - 0.3) / STEP), 0) : int((last + 0.3) / STEP) + 1] = False
    at = np.flatnonzero(speech)
    if not len(at):
        return []
    breaks = np.flatnonzero(np.diff(at) > 0.3 / STEP)
    firsts, lasts = at[np.r_[0, breaks + 1]], at[np.r_[breaks, len(at) - 1]]
    spans = [(float(a * STEP), float((b + 1) * STEP)) for a, b in zip(firsts, lasts, strict=True)]
    return [span for span in spans if span[1] - span[0] >= least]
