from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import NotFound
from pipeline.exports import quotes, transcripts
from pipeline.exports.cells import inert
from pipeline.exports.records import ExportedQuote, ExportedTranscript, ExportedTurn, ExportedVoice
from pipeline.exports.words import clock


def word(text: str, start: float, end: float) -> dict[str, object]:
    return {"text": text, "start_time": start, "end_time": end, "probability": 0.9}


TRANSCRIPT = ExportedTranscript(
    "L'IA <b> & co",
    "panel fr.flac",
    "fr",
    9.0,
    [
        ExportedTurn("Claire <Dumont>", "Bonjour & merci.", 0.5, 2.0,
                     [word("Bonjour", 0.5, 0.9), word("&", 1.0, 1.1), word("merci.", 1.2, 2.0)]),
        ExportedTurn("S2", "Oui.", 3661.25, 3662.0, [word("Oui.", 3661.25, 3662.0)]),
    ],
)  # fmt: skip
QUOTE = ExportedQuote(
    "abc", "Table ronde", "notes.txt", 3, 20, '=SOMME(A1) dit-il : "oui"', "Claire Dumont", "directrice",
    "Leboncoin", "quoted", "verb", 0.9, None, None, "proposed", ["ia", "search"],
)  # fmt: skip


def test_vtt_has_voices_and_escapes_data() -> None:
    assert transcripts.as_vtt(TRANSCRIPT) == (
        "WEBVTT\n\n"
        "00:00:00.500 --> 00:00:02.000\n<v Claire &lt;Dumont&gt;>Bonjour &amp; merci.\n\n"
        "01:01:01.250 --> 01:01:02.000\n<v S2>Oui.\n"
    )


def test_srt_names_a_speaker_once() -> None:
    assert transcripts.as_srt(TRANSCRIPT).splitlines()[:3] == [
        "1",
        "00:00:00,500 --> 00:00:02,000",
        "Claire <Dumont>: Bonjour & merci.",
    ]


def test_rttm_has_one_line_a_stretch() -> None:
    assert transcripts.as_rttm(TRANSCRIPT).splitlines() == [
        "SPEAKER panel_fr 1 0.500 1.500 <NA> <NA> Claire_<Dumont> <NA> <NA>",
        "SPEAKER panel_fr 1 3661.250 0.750 <NA> <NA> S2 <NA> <NA>",
    ]


def test_rttm_prefers_the_voices_heard() -> None:
    heard = replace(TRANSCRIPT, voices=[ExportedVoice("Claire Dumont", 0.51, 1.87)])
    assert transcripts.as_rttm(heard) == "SPEAKER panel_fr 1 0.510 1.360 <NA> <NA> Claire_Dumont <NA> <NA>\n"
    assert "voices" not in json.loads(transcripts.as_json(heard))


def test_json_transcript_keeps_the_contract() -> None:
    found = json.loads(transcripts.as_json(TRANSCRIPT))
    assert {"session", "language", "duration", "turns"} <= set(found)
    assert set(found["turns"][0]) == {"speaker", "start_time", "end_time", "text", "words"}
    assert set(found["turns"][0]["words"][0]) == {"text", "start_time", "end_time", "probability"}


def test_a_text_without_times_has_no_subtitles() -> None:
    silent = ExportedTranscript(
        "Notes", "notes.txt", "fr", None, [ExportedTurn(None, "Bonjour.", None, None, [])]
    )
    with pytest.raises(NotFound, match="without times"):
        transcripts.as_vtt(silent)
    with pytest.raises(NotFound, match="without times"):
        transcripts.as_rttm(silent)


def test_cues_hold_the_words_as_they_stand() -> None:
    said = "Viendra -t-elle ? " + "Oui, peut-être. " * 12
    parts = re.findall(r" ?[^ -]+|-[^ -]+", said)
    words = [word(part.strip(), n * 0.1, n * 0.1) for n, part in enumerate(parts)]
    turn = ExportedTurn("S1", said, 0.0, 9.0, words)
    cues = list(transcripts._cues(ExportedTranscript("T", "t.wav", "fr", 9.0, [turn])))
    assert len(cues) > 2 and all(len(cue.text) <= 84 and cue.end > cue.start for cue in cues)
    assert " ".join(cue.text for cue in cues) == " ".join(said.split())


def test_csv_cells_are_inert_and_reversible() -> None:
    row = next(csv.DictReader(io.StringIO(quotes.as_csv([QUOTE]))))
    assert row["text"] == "'" + QUOTE.text
    assert row["theme"] == "ia; search"


def test_markdown_shows_data_literally() -> None:
    found = quotes.as_markdown([QUOTE])
    assert "Claire Dumont, directrice, Leboncoin" in found
    assert "«" in found and "»" in found


@given(st.text())
def test_no_cell_starts_a_formula(text: str) -> None:
    cell = str(inert(text))
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cell.removeprefix("'") == text.removeprefix("'") or cell == text


@given(st.floats(0, 1e6))
def test_subtitle_times_have_their_shape(seconds: float) -> None:
    whole, _, thousandths = clock(seconds, hours=True, decimals=3).partition(".")
    hours, minutes, rest = (int(part) for part in whole.split(":"))
    assert minutes < 60 and rest < 60 and len(thousandths) == 3
    assert hours * 3600 + minutes * 60 + rest + int(thousandths) / 1000 == pytest.approx(seconds, abs=6e-4)


def test_a_shown_time_is_never_later_than_the_words() -> None:
    assert (clock(59.7), clock(3661.99)) == ("0:59", "1:01:01")
