"""Any engine output becomes words in order within the recording; what nobody said is set aside, visibly."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from db.records import Recognition, Segment, SpokenWord
from pipeline.phantoms import Activity, folded, judge, phrases, repetition, unlooped
from pipeline.transcribe import mend, spread

times = st.one_of(st.floats(-5, 70), st.floats(), st.just(math.nan))
words = st.builds(SpokenWord, st.sampled_from(["oui", " le ", "", "donc,", " "]), times, times, st.floats())
segments = st.builds(
    Segment, times, times, st.lists(words, max_size=6).map(tuple), st.floats(0, 1), st.floats(-3, 0)
)
recognitions = st.builds(
    Recognition,
    st.just("fr"),
    st.one_of(st.just(60.0), st.floats()),
    st.lists(segments, max_size=8).map(tuple),
)


@given(recognitions)
def test_any_engine_output_is_put_in_order(raw: Recognition) -> None:
    mended = mend(raw)
    assert math.isfinite(mended.duration) and mended.duration >= 0
    before = 0.0
    for segment in mended.segments:
        assert segment.words
        assert segment.start_time == segment.words[0].start_time
        assert segment.end_time == segment.words[-1].end_time
        for word in segment.words:
            assert before <= word.start_time <= word.end_time <= mended.duration
            assert 0.0 <= word.probability <= 1.0 and word.text == word.text.strip() != ""
            before = word.end_time
    said = [w.text.strip() for s in raw.segments for w in s.words if w.text.strip()]
    assert [w.text for s in mended.segments for w in s.words] == said
    assert mend(mended) == mended


@given(st.lists(st.floats(0, 60), max_size=30).map(sorted))
def test_times_in_order_are_not_touched(starts: list[float]) -> None:
    assert spread(starts, 60.0) == starts


def test_one_wild_time_moves_alone() -> None:
    assert spread([1.0, 2.0, 55.0, 4.0, 5.0], 60.0) == [1.0, 2.0, 3.0, 4.0, 5.0]


def segment(text: str, start: float = 10.0, end: float = 12.0, **evidence: float) -> Segment:
    parts = text.split()
    step = (end - start) / len(parts)
    said = tuple(
        SpokenWord(part, start + i * step, start + (i + 1) * step, 0.9) for i, part in enumerate(parts)
    )
    return Segment(start, end, said, **evidence)


def heard(*speech: tuple[float, float]) -> Activity:
    probabilities = np.full(1000, 0.02)
    for start, end in speech:
        probabilities[int(start / 0.032) : int(end / 0.032)] = 0.95
    return Activity(probabilities.tolist(), 0.032)


def test_text_over_silence_is_set_aside_with_its_words() -> None:
    told = segment("Une phrase tout à fait sérieuse")
    judged = judge(told, heard((20, 25)), "fr")
    assert judged.dropped == "silence" and judged.words == told.words
    assert judge(told, heard((9, 13)), "fr").dropped is None


def test_known_phrases_need_evidence_too() -> None:
    amara = segment("Sous-titres réalisés par la communauté d'Amara.org")
    assert judge(amara, heard((10, 11)), "fr").dropped == "phantom-phrase"
    assert judge(amara, heard((8, 14)), "fr").dropped is None
    thanks = segment("Merci.", 10, 12)
    assert judge(thanks, heard((10, 10.3)), "fr").dropped == "phantom-phrase"
    assert judge(thanks, heard((9.5, 12.5)), "fr").dropped is None


def test_the_recogniser_s_own_doubt_counts_where_speech_is_faint() -> None:
    faint = heard((10, 10.5))
    assert judge(segment("Et donc la musique", no_speech_probability=0.9), faint, "fr").dropped == "no-speech"
    assert judge(segment("Et donc voilà", average_log_probability=-1.4), faint, "fr").dropped == "no-speech"
    assert judge(segment("Et donc la musique"), faint, "fr").dropped is None


def test_without_activity_nobody_is_accused() -> None:
    assert judge(segment("Merci."), Activity((), 0.032), "fr").dropped is None


def test_loops_keep_their_first_saying() -> None:
    run = [
        segment("Nous allons commencer."),
        *[segment("la France a gagné", 20 + i, 21 + i) for i in range(6)],
    ]
    marked = unlooped([*run, segment("Merci à tous", 40, 42)])
    kept = " ".join(w.text for s in marked if not s.dropped for w in s.words)
    assert kept == "Nous allons commencer. la France a gagné Merci à tous"
    assert {s.dropped for s in marked} == {None, "loop"}
    total = sum(len(s.words) for s in marked)
    assert total == 3 + 24 + 3


def test_emphasis_is_no_loop() -> None:
    for said in ("non non non non", "très très très bien", "un deux un deux", "oui, oui, d'accord, oui"):
        assert repetition(said.split()) is None
    assert repetition(["…"] * 40) == (0, 40)


@given(st.lists(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=12), max_size=6))
def test_unlooping_loses_no_word(texts: list[list[str]]) -> None:
    run = [segment(" ".join(t), 10.0 * i, 10.0 * i + 5) for i, t in enumerate(texts)]
    marked = unlooped(run)
    assert [w for s in marked for w in s.words] == [w for s in run for w in s.words]
    assert repetition([w.text for s in marked if not s.dropped for w in s.words]) is None or any(
        s.dropped for s in marked
    )


def test_the_phrases_are_folded_data() -> None:
    for language in ("fr", "en"):
        known = phrases(language)
        assert known.always and known.short and not known.always & known.short
        assert all(phrase == folded(phrase) for phrase in known.always | known.short)
    assert not phrases("de").always
    assert folded("  Sous-titrage ST' 501 ") == "sous titrage st 501"
    assert (Path(__file__).parents[2] / "assets/language/fr/phantoms.toml").is_file()
