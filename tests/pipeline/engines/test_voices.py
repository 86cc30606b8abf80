"""Voices are told apart: the algebra on random vectors, the real models on the bundled panel."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.cluster.hierarchy import linkage

from db.records import VoiceSpan
from pipeline.audio import decode
from pipeline.engines.voices import OnnxDiarizer, VoiceOptions, cut_pieces, decide
from pipeline.engines.voices_activity import (
    FRAME_STEP,
    WINDOW_FRAMES,
    WINDOW_HOP,
    WINDOW_SAMPLES,
    change_points,
    close_gaps,
    coverage,
    drop_short,
    frame_count,
    runs,
    window_count,
)
from pipeline.engines.voices_clusters import build_tree, cut
from pipeline.engines.voices_grouping import Grouping, group
from pipeline.errors import ModelMissing
from pipeline.hooks import silent

ROOT = Path(__file__).parents[3]
RATE = 16_000
masks = st.lists(st.booleans(), max_size=60).map(lambda bits: np.array(bits, dtype=np.bool_))


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def noisy_voices(sizes, noise=1.0, seed=0):
    rng = np.random.default_rng(seed)
    middle = rng.standard_normal((len(sizes), 192))
    who = np.repeat(np.arange(len(sizes)), sizes)
    return unit(middle[who] + noise * rng.standard_normal((len(who), 192))), who


@given(st.integers(2, 60), st.integers(0, 1000))
def test_the_tree_is_that_of_average_linkage(count, seed):
    vectors = unit(np.random.default_rng(seed).standard_normal((count, 8)))
    expected = linkage(vectors.astype(np.float64), "average", metric="cosine")[:, 2]
    found = [distance for distance, _, _ in build_tree(vectors)]
    assert np.allclose(found, np.sort(expected), atol=1e-4)


def test_equal_vectors_end_the_chain():
    vectors = np.tile(unit(np.ones((1, 8))), (50, 1))
    assert cut(build_tree(vectors), 50, 0.1).max() == 0


def test_hours_of_pieces_are_grouped_in_blocks():
    vectors, who = noisy_voices([1500, 900, 700, 100], noise=0.6)
    order = np.random.default_rng(2).permutation(len(who))
    tree = build_tree(vectors[order])
    assert len(tree) == len(who) - 1
    labels = cut(tree, len(who), 0.6)
    assert len({*zip(labels, who[order], strict=True)}) == 4 == labels.max() + 1


@pytest.mark.parametrize("sizes", [[30], [40, 9], [100, 60, 30, 12, 6], [25] * 8])
def test_as_many_groups_as_voices(sizes):
    vectors, who = noisy_voices(sizes)
    labels = group(vectors, np.full(len(vectors), 0.75, np.float32), [], None, Grouping())
    assert len({*zip(labels, who, strict=True)}) == len(sizes) == labels.max() + 1


@given(st.integers(2, 40), st.integers(1, 9), st.integers(0, 50))
def test_a_given_number_of_voices_is_exact(count, speakers, seed):
    vectors = unit(np.random.default_rng(seed).standard_normal((count, 12)))
    weights = np.random.default_rng(seed).uniform(0.2, 3, count).astype(np.float32)
    labels = group(vectors, weights, [], speakers, Grouping())
    assert sorted(set(labels)) == list(range(min(speakers, count)))


def test_windows_that_hear_two_voices_keep_alike_ones_apart():
    rng = np.random.default_rng(1)
    base = rng.standard_normal(192)
    middle = np.stack([base + 0.78 * rng.standard_normal(192) for _ in range(2)])
    who = np.tile([0, 0, 1, 1], 12)
    vectors = unit(middle[who] + 0.9 * rng.standard_normal((48, 192)))
    weights = np.full(48, 0.75, np.float32)
    windows = [np.arange(at, at + 8) for at in range(0, 41, 4)]
    apart = [(own, np.eye(3, dtype=np.float32)[who[own]]) for own in windows]
    as_one = [(own, np.eye(3, dtype=np.float32)[0 * who[own]]) for own in windows]
    counts = [group(vectors, weights, local, None, Grouping()).max() + 1 for local in (as_one, apart)]
    assert counts == [1, 2]


def test_a_cough_is_no_voice():
    vectors, _ = noisy_voices([40, 40, 1])
    labels = group(vectors, np.full(81, 0.75, np.float32), [], None, Grouping())
    assert labels.max() + 1 == 2


@given(masks, st.integers(0, 8))
def test_runs_gaps_and_short_stretches(mask, length):
    assert sum(end - start for start, end in runs(mask)) == mask.sum()
    closed, dropped = close_gaps(mask, length), drop_short(mask, length)
    assert not (mask & ~closed).any()
    assert not (dropped & ~mask).any()
    assert all(end - start >= length for start, end in runs(dropped))
    inner = [r for r in runs(~closed) if r[0] > 0 and r[1] < len(mask)]
    assert all(end - start >= length for start, end in inner)


@given(st.integers(0, RATE * 100))
def test_windows_reach_the_end(samples):
    windows = window_count(samples)
    reach = (windows - 1) * WINDOW_HOP * FRAME_STEP + WINDOW_SAMPLES
    assert reach >= samples
    assert windows == 1 or reach - WINDOW_HOP * FRAME_STEP < samples
    assert coverage(windows).min() >= 1


def test_a_change_is_where_the_leading_voice_changes_and_a_silence_is_none():
    activity = np.zeros((1, WINDOW_FRAMES, 3), dtype=np.float32)
    activity[0, 0:100, 0] = activity[0, 130:300, 0] = activity[0, 300:580, 2] = 1
    assert [abs(point - 300) <= 1 for point in change_points(activity)] == [True]


def test_pieces_cross_no_change_and_stay_in_speech():
    speech = np.zeros(frame_count(1), dtype=np.bool_)
    speech[60:400] = True
    pieces, weights = cut_pieces(speech, np.array([200]), WINDOW_SAMPLES, VoiceOptions())
    border = 200 * FRAME_STEP + 360
    assert all(piece.end <= border or piece.start >= border for piece in pieces)
    assert weights.sum() == pytest.approx(340 * FRAME_STEP / RATE, rel=0.01)


def test_a_missing_model_is_said(tmp_path):
    with pytest.raises(ModelMissing, match=r"segmentation-3\.0\.onnx"):
        OnnxDiarizer(tmp_path).diarize(np.zeros(RATE, dtype=np.float32), None, silent)


@pytest.fixture(scope="module")
def panel():
    return decode(ROOT / "assets" / "sample" / "panel_fr.flac").samples


@pytest.mark.models
def test_the_panel_is_split_as_it_was_spoken(panel):
    steps = []
    found = OnnxDiarizer().diarize(panel, None, lambda *step: steps.append(step))
    truth = reference(ROOT / "tests" / "data" / "audio" / "panel_fr.rttm")
    assert sorted({span.label for span in found}) == ["S1", "S2", "S3"]
    # The reference numbers its voices in order of first speech too: labels can be compared as they are.
    inside = [(label, at) for start, end, label in truth for at in np.arange(start + 0.25, end - 0.25, 0.05)]
    right = [at_second(found, at) == {label} for label, at in inside]
    assert np.mean(right) >= 0.995
    assert {name for name, done, total in steps if done == total} == {
        "voices: segmentation",
        "voices: embedding",
    }


@pytest.mark.models
@pytest.mark.parametrize("seconds", [4, 12])
def test_a_short_clip_of_one_voice_is_not_split(panel, seconds):
    found = OnnxDiarizer().diarize(panel[: seconds * RATE], None, silent)
    assert len({span.label for span in found}) == 1


@pytest.mark.models
def test_a_known_number_of_voices_is_kept(panel):
    samples = panel[: 45 * RATE]
    evidence = OnnxDiarizer().listen(samples)
    for speakers, voices in ((None, 2), (1, 1), (2, 2), (4, 4)):
        found = decide(evidence, len(samples), speakers, VoiceOptions())
        assert len({span.label for span in found}) == voices


@pytest.mark.models
@pytest.mark.parametrize("samples", [0, 1, 399, 5_000, 3 * RATE])
def test_silence_of_any_length_holds_no_voice(samples):
    assert OnnxDiarizer().diarize(np.zeros(samples, dtype=np.float32), None, silent) == ()


@pytest.mark.models
def test_the_same_sound_gives_the_same_voices(panel):
    first, second = (OnnxDiarizer().diarize(panel[: 12 * RATE], None, silent) for _ in range(2))
    assert first == second


def reference(path):
    rows = [line.split() for line in path.read_text().splitlines()]
    return [(float(r[3]), float(r[3]) + float(r[4]), r[7]) for r in rows]


def at_second(spans: tuple[VoiceSpan, ...], at: float) -> set[str]:
    return {span.label for span in spans if span.start_time <= at < span.end_time}
