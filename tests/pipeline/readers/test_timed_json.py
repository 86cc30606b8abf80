"""JSON transcripts of every recogniser in one shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from db.records import Reading
from pipeline.errors import BadText
from pipeline.kinds import kind_of
from pipeline.readers import read


def said(reading: Reading) -> list[tuple[str | None, str]]:
    return [(turn.label, reading.text[turn.start : turn.end]) for turn in reading.turns]


TIMED: dict[str, tuple[Any, str]] = {
    "openai": ({"text": "x", "language": "fr", "segments": [
        {"id": 0, "start": 0.5, "end": 1.5, "text": " Bonjour à tous.", "words": [
            {"word": " Bonjour", "start": 0.5, "end": 0.9, "probability": 0.9},
            {"word": " à", "start": 0.9, "end": 1.0, "probability": 0.8},
            {"word": " tous.", "start": 1.0, "end": 1.5, "probability": 0.7}]}]}, "fr"),
    "faster-whisper": ([{"start": 0.5, "end": 1.5, "text": " Bonjour à tous.", "words": [
        {"start": 0.5, "end": 0.9, "word": " Bonjour", "probability": 0.9},
        {"start": 0.9, "end": 1.0, "word": " à", "probability": 0.8},
        {"start": 1.0, "end": 1.5, "word": " tous.", "probability": 0.7}]}], ""),
    "whisperx": ({"language": "fr", "segments": [
        {"start": 0.5, "end": 1.5, "text": " Bonjour à tous.", "speaker": "SPEAKER_00", "words": [
            {"word": "Bonjour", "start": 0.5, "end": 0.9, "score": 0.9, "speaker": "SPEAKER_00"},
            {"word": "à", "speaker": "SPEAKER_00"},
            {"word": "tous.", "start": 1.0, "end": 1.5, "score": 0.7, "speaker": "SPEAKER_00"}]}]}, "fr"),
    "api": ({"language": "french", "segments": [
        {"start": 0.5, "end": 1.5, "text": "Bonjour à tous."}]}, "fr"),
    "whisper.cpp": ({"result": {"language": "fr"}, "transcription": [
        {"offsets": {"from": 500, "to": 1500}, "text": " Bonjour à tous."}]}, "fr"),
    "transformers": ({"chunks": [{"timestamp": [0.5, 1.5], "text": " Bonjour à tous."}]}, ""),
    "podcast": ({"version": "1.0.0", "segments": [
        {"speaker": "Darth Vader", "startTime": 0.5, "endTime": 0.8, "body": "Bonjour"},
        {"speaker": "Darth Vader", "startTime": 0.8, "endTime": 1.0, "body": "à"},
        {"speaker": "Darth Vader", "startTime": 1.0, "endTime": 1.5, "body": "tous."}]}, ""),
    "own export": ({"language": "fr", "turns": [
        {"speaker": "Zoé", "start_time": 0.5, "end_time": 1.5, "text": "Bonjour à tous.", "words": [
            {"text": "Bonjour", "start_time": 0.5, "end_time": 0.9, "probability": 1},
            {"text": "à", "start_time": 0.9, "end_time": 1.0, "probability": 1},
            {"text": "tous.", "start_time": 1.0, "end_time": 1.5, "probability": 1}]}]}, "fr"),
}  # fmt: skip


@pytest.mark.parametrize("shape", TIMED)
def test_json_transcripts(tmp_path: Path, shape: str) -> None:
    value, language = TIMED[shape]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(value), encoding="utf8")
    reading = read(path, kind_of(path))
    (turn,) = reading.turns
    assert reading.text == "Bonjour à tous." and (reading.language or "") == language
    assert (turn.start_time, turn.end_time) == (0.5, 1.5)
    assert [reading.text[w.start : w.end] for w in turn.words] in ([], ["Bonjour", "à", "tous."])
    names = {"whisperx": ("SPEAKER_00", None), "podcast": ("Darth Vader",) * 2, "own export": ("Zoé",) * 2}
    assert [(a.label, a.name) for a in reading.appearances] == ([names[shape]] if shape in names else [])
    assert bool(turn.words) == (shape not in ("api", "whisper.cpp", "transformers"))


def test_words_of_two_speakers_split_a_segment(tmp_path: Path) -> None:
    words = [("Oui.", "S1", 0), ("Non", "S2", 1), ("merci.", "S2", 2)]
    items = [{"word": w, "speaker": s, "start": t, "end": t + 1, "score": 0.5} for w, s, t in words]
    value = {"segments": [{"start": 0, "end": 3, "text": " Oui. Non merci.", "words": items}]}
    path = tmp_path / "a.json"
    path.write_text(json.dumps(value), encoding="utf8")
    assert said(read(path, kind_of(path))) == [("S1", "Oui."), ("S2", "Non merci.")]


@pytest.mark.parametrize(
    "value",
    [
        '{"segments":[{"start":"x","end":1,"text":"a"}]}',
        '{"segments":[{"start":NaN,"end":1,"text":"a"}]}',
        '{"segments":[{"start":-1,"end":1,"text":"a"}]}',
        '{"segments":[{"start":null,"text":"a"}]}',
        '{"segments":[{"start":0,"end":true,"text":"a"}]}',
        '{"segments":[{"start":0,"end":1,"text":" "}]}',
        "[" * 100_000,
    ],
)
def test_wrong_json_is_refused(tmp_path: Path, value: str) -> None:
    path = tmp_path / "faux.json"
    path.write_text(value, encoding="utf8")
    with pytest.raises(BadText, match=r"faux\.json.*[;]"):
        read(path, kind_of(path))
