"""Every word has its place and its speaker."""

import difflib
import itertools
import json
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.records import Recognition, Segment, SpokenWord, VoiceSpan
from pipeline.align import TURN_BREAK, align

DATA = Path(__file__).parents[1] / "data" / "audio"


def heard(text, start=0.0, each=0.4, duration=100.0):
    """A recognition in which every word of ``text`` lasts ``each`` seconds; ``|`` is a second of silence."""
    words, at = [], start
    for word in text.split():
        if word == "|":
            at += 1.0
            continue
        words.append(SpokenWord(" " + word, at, at + each, 0.9))
        at += each
    return Recognition("fr", duration, (Segment(start, at, tuple(words)),))


def said(recognition, *voices):
    result = align(recognition, tuple(VoiceSpan(*voice) for voice in voices))
    return [(turn.label, result.text[turn.start : turn.end]) for turn in result.turns]


def test_turns_follow_the_voices():
    words = heard("Quel est le bilan ? Il est bon.")
    assert said(words, (0, 2.0, "S1"), (2.0, 4.0, "S2")) == [
        ("S1", "Quel est le bilan ?"),
        ("S2", "Il est bon."),
    ]


def test_the_end_of_a_sentence_stays_with_its_speaker_when_word_times_lag():
    # « cette année ? » is timed 0.3 s late: its last word falls into the answer's first sound.
    words = heard("Qu'est-ce qui change cette année ? Merci Claire, beaucoup de choses.")
    assert said(words, (0, 1.75, "S1"), (1.8, 9.0, "S2"))[0] == ("S1", "Qu'est-ce qui change cette année ?")


def test_one_stray_word_inside_a_sentence_is_no_turn():
    words = heard("Nous avons refait toutes nos fiches produits cette année.")
    assert len(said(words, (0, 1.2, "S1"), (1.2, 1.6, "S2"), (1.6, 9.0, "S1"))) == 1


def test_a_one_word_answer_stands():
    words = heard("Vous êtes sûr ? | Oui. | Alors continuons ensemble.")
    turns = said(words, (0, 1.6, "S1"), (2.6, 3.0, "S2"), (4.0, 9.0, "S1"))
    assert [label for label, _ in turns] == ["S1", "S2", "S1"]
    assert turns[1][1] == "Oui."


def test_a_word_outside_all_speech_goes_to_the_nearest_voice_with_little_confidence():
    result = align(
        heard("Bonjour | | | | Voilà", each=0.5), (VoiceSpan(0, 0.5, "S1"), VoiceSpan(9, 12, "S2"))
    )
    sure, doubtful = result.turns[0].words[0], result.turns[-1].words[-1]
    assert sure.speaker_confidence == 1.0
    assert doubtful.speaker_confidence <= 0.3


def test_words_under_two_voices_are_doubted():
    result = align(heard("oui oui oui"), (VoiceSpan(0, 5, "S1"), VoiceSpan(0, 5, "S2")))
    assert len(result.turns) == 1
    assert result.turns[0].confidence == pytest.approx(0.5)


def test_without_voices_there_is_one_turn_without_label():
    result = align(heard("Il pleut."), ())
    assert [(turn.label, turn.confidence) for turn in result.turns] == [(None, 0.0)]


def test_no_words_no_turns():
    assert align(Recognition("fr", 3.0, ()), (VoiceSpan(0, 1, "S1"),)).turns == ()


def test_dropped_segments_stay_out():
    kept, phantom = heard("Bonjour."), heard("Sous-titres réalisés par", start=5.0).segments[0]
    dropped = Segment(5, 6, phantom.words, dropped="silence")
    assert align(Recognition("fr", 9.0, (*kept.segments, dropped)), ()).text == "Bonjour."


def test_pieces_of_one_written_word_are_never_parted():
    words = (
        SpokenWord(" Va", 0, 0.5, 0.9),
        SpokenWord("-t-il", 0.5, 1.0, 0.9),
        SpokenWord(" bien ?", 1.0, 1.5, 0.9),
    )
    recognition = Recognition("fr", 3.0, (Segment(0, 1.5, words),))
    result = align(recognition, (VoiceSpan(0, 0.5, "S1"), VoiceSpan(0.5, 3, "S2")))
    assert result.text.replace(TURN_BREAK, " ") == "Va-t-il bien ?"
    assert [result.text[w.start : w.end] for t in result.turns for w in t.words] == ["Va", "-t-il", "bien ?"]


def test_an_engine_without_leading_blanks_gets_them():
    words = tuple(SpokenWord(text, i, i + 1, 0.9) for i, text in enumerate(["Il", "pleut", "fort."]))
    assert align(Recognition("fr", 3.0, (Segment(0, 3, words),)), ()).text == "Il pleut fort."


seconds = st.floats(min_value=-3, max_value=70, allow_nan=False)
words_text = st.sampled_from(
    [" oui", " non.", "-t", " l'IA", "'est", "  ", " année ?", " «", "\tet\n", " œuvre"]
)
word = st.builds(SpokenWord, words_text, seconds, seconds, st.floats(0, 1))
segment = st.builds(
    Segment,
    seconds,
    seconds,
    st.lists(word, max_size=12).map(tuple),
    dropped=st.sampled_from([None, None, None, "silence"]),
)
recognitions = st.builds(Recognition, st.just("fr"), st.just(60.0), st.lists(segment, max_size=5).map(tuple))
voices = st.lists(st.builds(VoiceSpan, seconds, seconds, st.sampled_from(["S1", "S2", "S3"])), max_size=8)


@given(recognitions, voices.map(tuple))
def test_every_word_once_in_order_sliced_exactly_and_turns_tile_the_text(recognition, spans):
    result = align(recognition, spans)
    kept = [w.text for s in recognition.segments if s.dropped is None for w in s.words]
    expected = [" ".join(text.split()) for text in kept if text.strip()]
    words = [word for turn in result.turns for word in turn.words]
    assert [result.text[w.start : w.end] for w in words] == expected
    assert all(a.end <= b.start for a, b in itertools.pairwise(words))
    assert TURN_BREAK.join(result.text[t.start : t.end] for t in result.turns) == result.text
    assert all(
        a.end + len(TURN_BREAK) == b.start for a, b in zip(result.turns, result.turns[1:], strict=False)
    )
    assert all(a.label != b.label for a, b in zip(result.turns, result.turns[1:], strict=False))
    for turn in result.turns:
        assert (turn.start, turn.end) == (turn.words[0].start, turn.words[-1].end)
        assert 0 <= turn.start_time <= turn.end_time <= 60
        assert 0 <= turn.confidence <= 1
    assert all(0 <= w.start_time <= w.end_time <= 60 and 0 <= w.speaker_confidence <= 1 for w in words)
    assert "  " not in result.text.replace(TURN_BREAK, "")


def rttm(path):
    rows = [line.split() for line in path.read_text().splitlines()]
    return tuple(VoiceSpan(float(r[3]), float(r[3]) + float(r[4]), r[7]) for r in rows)


def test_real_words_of_the_panel_go_to_the_right_person():
    recognition = msgspec.json.decode((DATA / "panel_fr_words.json").read_bytes(), type=Recognition)
    reference = json.loads((DATA / "panel_fr.json").read_text(encoding="utf8"))["turns"]
    result = align(recognition, rttm(DATA / "panel_fr.rttm"))
    assert [turn.label for turn in result.turns] == [turn["speaker"] for turn in reference]
    found = [(result.text[w.start : w.end], t.label) for t in result.turns for w in t.words]
    truth = [(text, turn["speaker"]) for turn in reference for text in turn["text"].split()]
    assert share_right(found, truth) >= 0.97


def share_right(found, truth):
    """Share of words, paired by spelling, that have the true speaker."""
    plain = [[re.sub(r"\W", "", text).lower() for text, _ in words] for words in (truth, found)]
    matcher = difflib.SequenceMatcher(None, *plain, autojunk=False)
    pairs = [
        (truth[a + i][1], found[b + i][1])
        for a, b, size in matcher.get_matching_blocks()
        for i in range(size)
    ]
    assert len(pairs) > 0.7 * len(truth)
    return sum(one == other for one, other in pairs) / len(pairs)
