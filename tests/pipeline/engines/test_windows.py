"""Windows cover every moment of speech, never overlap, and are cut where nobody speaks."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engines.activity import STEP
from pipeline.engines.windows import LONGEST, halves, holes, windows

speech = st.lists(
    st.tuples(st.integers(1, 900), st.sampled_from([0.0, 0.1, 0.4, 0.9])), min_size=0, max_size=12
).map(lambda runs: np.repeat([p for _, p in runs], [n for n, _ in runs]).astype(np.float32))


@given(speech)
def test_no_speech_is_left_out(probabilities: np.ndarray) -> None:
    seconds = len(probabilities) * STEP
    spans = windows(probabilities, seconds)
    assert spans or not (probabilities >= 0.15).any()
    covered = np.zeros(len(probabilities), bool)
    for (start, end), (following, _) in zip(spans, [*spans[1:], (seconds, seconds)], strict=False):
        assert 0 <= start < end <= following + 1e-9
        assert end - start <= LONGEST + STEP
        covered[round(start / STEP) : int(np.ceil(end / STEP - 1e-6))] = True
    assert covered[probabilities >= 0.15].all()


def test_silence_has_no_window() -> None:
    assert windows(np.zeros(3000, np.float32), 96.0) == []
    assert windows(np.zeros(0, np.float32), 0.0) == []


def test_the_cut_falls_into_the_pause() -> None:
    probabilities = np.ones(1200, np.float32)
    probabilities[450:480] = 0.0
    (_, end), (start, _) = windows(probabilities, 1200 * STEP)[:2]
    assert 450 * STEP <= end <= start + 1e-9 <= 480 * STEP + 0.001


def test_halves_join_again() -> None:
    probabilities = np.ones(600, np.float32)
    probabilities[333] = 0.0
    first, second = halves(probabilities, (0.0, 600 * STEP))
    assert first == (0.0, 333 * STEP) and second == (333 * STEP, 600 * STEP)
    assert halves(probabilities, (0.0, 0.05)) == [(0.0, 0.05)]


def test_holes_are_speech_without_words() -> None:
    probabilities = np.zeros(1000, np.float32)
    probabilities[100:400] = 0.9
    words = [(3.2, 5.0), (9.0, 12.8)]
    ((start, end),) = holes(probabilities, words, 0.0, 32.0)
    assert 5.2 < start < 5.5 and 8.6 < end < 8.8
    assert holes(probabilities, [(3.2, 12.8)], 0.0, 32.0) == []
    assert holes(probabilities, words, 10.0, 32.0) == []
