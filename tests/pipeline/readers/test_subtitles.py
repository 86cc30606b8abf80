"""Subtitles: the same words out as in, voices as labels, or a refusal with its line (fault 15)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.records import Reading
from pipeline.errors import BadSubtitles
from pipeline.kinds import kind_of
from pipeline.readers import read
from pipeline.readers.subtitles import read_subtitles

VTT = (
    "WEBVTT - Séance\nKind: captions\nLanguage: fr\n\nNOTE écrit à la main\nsur deux lignes\n\n"
    "STYLE\n::cue { color: red }\n\nintro\n00:01.000 --> 00:03.000 align:left\n"
    "<v Marie Curie>Bonjour à tous,\n<b>cœur</b> &amp; œuvre.\n\n"
    "00:03.000 --> 00:04.000\n<v.loud A & B>Oui !</v>\n"
)


def said(reading: Reading) -> list[tuple[str | None, str]]:
    return [(turn.label, reading.text[turn.start : turn.end]) for turn in reading.turns]


def srt(*cues: tuple[str, str, str]) -> str:
    return "\n".join(f"{i}\n{a} --> {b}\n{text}\n" for i, (a, b, text) in enumerate(cues, 1))


def test_voices_entities_notes_and_language() -> None:
    reading = read_subtitles(VTT, "a.vtt")
    assert said(reading) == [("Marie Curie", "Bonjour à tous, cœur & œuvre."), ("A & B", "Oui !")]
    assert reading.language == "fr" and reading.form == "transcript" and not reading.notes
    assert [(t.start_time, t.end_time) for t in reading.turns] == [(1, 3), (3, 4)]
    assert {a.label: a.name for a in reading.appearances} == {"Marie Curie": "Marie Curie", "A & B": None}


def test_two_voices_in_one_cue() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Ana>Oui.</v> <v Bob>Non.</v>\n"
    assert said(read_subtitles(text, "a.vtt")) == [("Ana", "Oui."), ("Bob", "Non.")]


def test_word_times() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:04.000\nbonjour<00:00:02.000><c> à tous</c>\n"
    turn = read_subtitles(text, "a.vtt").turns[0]
    assert [(w.start, w.end, w.start_time) for w in turn.words] == [(0, 7, 1), (8, 9, 2), (10, 14, 2.4)]


def test_name_prefixes_carry_to_the_next_change() -> None:
    text = srt(
        ("00:00:01,000", "00:00:02,000", "Marie : Bonjour."),
        ("00:00:02,000", "00:00:03,000", "Nous commençons."),
        ("00:00:03,000", "00:00:04,000", "Paul : Volontiers.\nConclusion : on y va."),
        ("00:00:04,000", "00:00:05,000", "Marie : Oui.\nPaul : Non."),
    )
    assert said(read_subtitles(text, "a.srt")) == [
        ("Marie", "Bonjour. Nous commençons."),
        ("Paul", "Volontiers. Conclusion : on y va."),
        ("Marie", "Oui."),
        ("Paul", "Non."),
    ]


def test_an_unsure_prefix_is_nobody_rather_than_the_speaker_before() -> None:
    text = srt(
        ("00:00:01,000", "00:00:02,000", "Marie : Bonjour."),
        ("00:00:02,000", "00:00:03,000", "Zoltan : Salut."),
        ("00:00:03,000", "00:00:04,000", "Marie : Oui."),
    )
    assert said(read_subtitles(text, "a.srt"))[1] == (None, "Zoltan : Salut.")


def test_dashes_and_arrows_change_the_speaker() -> None:
    text = srt(
        ("00:00:01,000", "00:00:02,000", "- Oui.\n- Non."),
        ("00:00:02,000", "00:00:03,000", ">> Peut-être\nbien."),
    )
    assert said(read_subtitles(text, "a.srt")) == [(None, "Oui."), (None, "Non."), (None, "Peut-être bien.")]


def test_rolling_captions_are_said_once() -> None:
    rolling = "WEBVTT\n\n" + "".join(
        f"00:0{i}.000 --> 00:0{i}.990\n{a}\n{b}\n\n00:0{i}.990 --> 00:0{i + 1}.000\n{b}\n \n\n"
        for i, (a, b) in enumerate([(" ", "un deux"), ("un deux", "trois"), ("trois", "quatre cinq")])
    )
    reading = read_subtitles(rolling, "a.vtt")
    assert reading.text == "un deux trois quatre cinq" and "rolling" in reading.notes[0]


def test_a_repeated_answer_stays_twice() -> None:
    text = srt(("00:00:01,000", "00:00:02,000", "Oui."), ("00:00:02,000", "00:00:03,000", "Oui."))
    assert read_subtitles(text, "a.srt").text == "Oui. Oui."


ORDINARY = srt(
    ("00:00:01,000", "00:00:02,500", "Où est l'été ?"), ("00:00:02,600", "00:00:04,000", "À côté, « là ».")
)
WORDS = "Où est l'été ? À côté, « là »."
FAULTY = {
    "inverted": ORDINARY.replace("00:00:02,600 --> 00:00:04,000", "00:00:04,000 --> 00:00:02,600"),
    "overlapping": ORDINARY.replace("00:00:02,500", "00:00:03,900"),
    "out of order": "\n".join(reversed(ORDINARY.split("\n\n"))),
    "duplicate index": ORDINARY.replace("\n2\n", "\n1\n"),
    "duplicate cue": ORDINARY + ORDINARY[ORDINARY.index("2\n00") :],
    "huge index": ORDINARY.replace("\n2\n", "\n" + "9" * 5000 + "\n"),
    "no index": ORDINARY.replace("\n2\n", "\n").removeprefix("1\n"),
    "no blank line": ORDINARY.replace("\n\n", "\n"),
    "dots": ORDINARY.replace(",", ".").replace("côté.", "côté,"),
    "short times": ORDINARY.replace("00:00:0", "0:"),
    "trailing index": ORDINARY + "\n3\n",
    "crlf": ORDINARY.replace("\n", "\r\n"),
    "cr": ORDINARY.replace("\n", "\r"),
    "coordinates": ORDINARY.replace("00:00:02,500", "00:00:02,500  X1:100 X2:200 Y1:5 Y2:9"),
    "tags": ORDINARY.replace("Où est", "{\\an8}<i>Où <font color='red'>est</font></i>"),
}


@pytest.mark.parametrize("encoding", ["utf8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("fault", FAULTY)
def test_same_words_out_as_in(tmp_path: Path, fault: str, encoding: str) -> None:
    path = tmp_path / "séance.srt"
    path.write_bytes(FAULTY[fault].encode(encoding))
    reading = read(path, kind_of(path))
    assert " ".join(reading.text.split()) == WORDS
    assert bool(reading.notes) == (
        fault in ("inverted", "out of order", "duplicate cue") or encoding == "cp1252"
    )
    assert all((t.start_time or 0) <= (t.end_time or 0) for t in reading.turns)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Bonjour.\n", 1),
        ("1\n00:00:01,000 -> 00:00:02,000\nOui\n", None),
        ("1\n00:00:01,000 --> 00:0x:02,000\nOui\n", 2),
        ("1\n00:00:01,000 --> 00:00:02,000\nOui\n\n2\n--> 00:00:03,000\nNon\n", 6),
        ("1\n00:61:01,000 --> 00:62:02,000\nOui\n", 2),
        ("WEBVTT\n\n", 3),
        ("WEBVTT\n\nBonjour\nà tous\n\n00:01.000 --> 00:02.000\nOui\n", 3),
    ],
)
def test_refusals_give_the_line(tmp_path: Path, text: str, line: int | None) -> None:
    path = tmp_path / "faux.srt"
    path.write_text(text, encoding="utf8")
    if line is None:
        assert read(path, "srt").text == "Oui"
        return
    with pytest.raises(BadSubtitles) as caught:
        read(path, kind_of(path))
    assert "faux.srt" in str(caught.value) and f"line {line}" in str(caught.value)
    assert path.read_text(encoding="utf8") == text


@given(
    st.lists(
        st.tuples(
            st.integers(0, 9000),
            st.integers(1, 5000),
            st.lists(st.sampled_from(["oui", "non,", "là.", "42"]), min_size=1),
        ),
        min_size=1,
    )
)
def test_no_word_is_lost(cues: list[tuple[int, int, list[str]]]) -> None:
    def stamp(ms: int) -> str:
        return f"00:00:{ms // 1000:02}.{ms % 1000:03}"

    unique = {(a, b): words for a, b, words in cues}
    text = "WEBVTT\n\n" + "\n".join(
        f"{stamp(a)} --> {stamp(a + b)}\n{' '.join(words)}\n" for (a, b), words in unique.items()
    )
    reading = read_subtitles(text, "a.vtt")
    assert sorted(reading.text.split()) == sorted(word for words in unique.values() for word in words)
    starts = [turn.start_time for turn in reading.turns]
    assert starts == sorted(starts, key=float)


def test_turns_stay_about_a_minute() -> None:
    cues = [
        (f"00:{i // 6:02}:{i % 6 * 10:02},000", f"00:{i // 6:02}:{i % 6 * 10 + 9:02},900", "Une phrase.")
        for i in range(60)
    ]
    turns = read_subtitles(srt(*cues), "a.srt").turns
    assert 5 <= len(turns) <= 15
    assert all(
        t.end_time - t.start_time <= 70 for t in turns if t.end_time is not None and t.start_time is not None
    )


def test_applause_is_nobodys() -> None:
    text = srt(
        ("00:00:01,000", "00:00:02,000", "MARIE CURIE : Bonjour."),
        ("00:00:02,000", "00:00:03,000", "(Applaudissements)"),
        ("00:00:03,000", "00:00:04,000", "Merci."),
    )
    assert said(read_subtitles(text, "a.srt")) == [
        ("MARIE CURIE", "Bonjour."),
        (None, "(Applaudissements)"),
        ("MARIE CURIE", "Merci."),
    ]
