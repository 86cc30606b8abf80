"""Voice spans keep their contract whatever an engine answers."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.records import VoiceSpan
from pipeline.diarize import diarize, tidy
from pipeline.errors import BadSetting, EngineError
from pipeline.hooks import silent

times = st.floats(min_value=-5, max_value=40, allow_nan=False)
spans = st.lists(st.builds(VoiceSpan, times, times, st.sampled_from("abcd")), max_size=25)


class Answering:
    """A diarizer that answers what it was given."""

    identity = "answering 1"

    def __init__(self, answer):
        self.answer = tuple(answer)

    def diarize(self, audio, speakers, hook):
        return self.answer


@given(spans)
def test_spans_are_sorted_inside_and_never_empty(answer):
    found = diarize(np.zeros(16_000 * 30, dtype=np.float32), None, Answering(answer), silent)
    assert list(found) == sorted(found, key=lambda s: (s.start_time, s.end_time, s.label))
    assert all(0 <= s.start_time < s.end_time <= 30 for s in found)
    for label in {s.label for s in found}:
        own = [s for s in found if s.label == label]
        assert all(a.end_time < b.start_time for a, b in itertools.pairwise(own))
    first_heard = list(dict.fromkeys(s.label for s in found))
    assert sorted(first_heard) == [f"S{i + 1}" for i in range(len(first_heard))]


@given(spans)
def test_nothing_said_is_lost(answer):
    found = tidy(answer, 30.0)
    for at in np.arange(0.25, 30, 0.5):
        before = {s.label for s in answer if s.start_time <= at < s.end_time}
        after = {s.label for s in found if s.start_time <= at < s.end_time}
        assert len(before) == len(after)


@given(spans)
def test_tidying_twice_changes_nothing(answer):
    once = tidy(answer, 30.0)
    assert {(s.start_time, s.end_time) for s in tidy(once, 30.0)} == {
        (s.start_time, s.end_time) for s in once
    }


def test_a_voice_that_overlaps_another_stays():
    found = tidy([VoiceSpan(0, 5, "x"), VoiceSpan(4, 8, "y"), VoiceSpan(5, 6, "x")], 30.0)
    assert found == (VoiceSpan(0, 6, "S1"), VoiceSpan(4, 8, "S2"))


@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_times_that_are_no_numbers_are_refused(wrong):
    with pytest.raises(EngineError, match="no number"):
        tidy([VoiceSpan(0.0, wrong, "x")], 30.0)


def test_no_speakers_is_refused_before_any_work():
    with pytest.raises(BadSetting, match="0"):
        diarize(np.zeros(16_000, dtype=np.float32), 0, Answering([]), silent)


def test_an_empty_recording_has_no_voices():
    assert diarize(np.zeros(0, dtype=np.float32), None, Answering([VoiceSpan(0, 1, "x")]), silent) == ()
