"""Clips are exact to the sample; copies for the player run on the same clock as the decoder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.audio import cut_clip, decode, probe, rendition
from pipeline.errors import BadSetting, NoSound, NotFound


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("flac", "mp3"),
        ("mp3", "mp3"),
        ("mp3", "wav"),
        ("m4a", "m4a"),
        ("opus", "mp3"),
        ("mkv", "flac"),
        ("wav", "wav"),
    ],
)
def test_a_clip_begins_where_it_should(
    kind: str, wanted: str, tmp_path: Path, making: dict[str, Any]
) -> None:
    source = making["write"](tmp_path / f"talk.{kind}", making["ticking"](30.0))
    clip = tmp_path / "clips" / f"quote.{wanted}"
    cut_clip(source, 20.5, 23.25, clip)
    heard = decode(clip)
    assert heard.seconds == pytest.approx(2.75 + 0.3, abs=0.002 if wanted in ("wav", "flac") else 0.06)
    # The ticks of seconds 21, 22 and 23, in a clip that begins at 20.35.
    assert making["ticks_of"](heard.samples) == pytest.approx([0.65, 1.65, 2.65], abs=0.03)


def test_a_clip_is_exact_to_the_sample(tmp_path: Path, making: dict[str, Any]) -> None:
    sound = np.random.default_rng(3).uniform(-0.5, 0.5, 44_100 * 20).astype(np.float32)
    source = making["write"](tmp_path / "noise.flac", sound, 44_100)
    clip = tmp_path / "clip.flac"
    cut_clip(source, 5.0, 6.0, clip)
    import av

    with av.open(str(clip)) as opened:
        found = np.concatenate([frame.to_ndarray().reshape(-1) for frame in opened.decode(audio=0)])
    first = round(4.85 * 44_100)
    expected = (sound[first : first + len(found)] * 32767).astype(np.int16)
    assert len(found) == round(6.15 * 44_100) - first
    assert np.abs(found.astype(int) - expected).max() <= 1


def test_margins_stop_at_the_edges(tmp_path: Path, making: dict[str, Any]) -> None:
    source = making["write"](tmp_path / "talk.flac", making["ticking"](3.0))
    cut_clip(source, 0.0, 3.0, tmp_path / "all.wav")
    assert decode(tmp_path / "all.wav").seconds == pytest.approx(3.0, abs=0.001)


def test_impossible_clips_are_refused_and_leave_nothing(tmp_path: Path, making: dict[str, Any]) -> None:
    source = making["write"](tmp_path / "talk.flac", making["ticking"](3.0))
    folder = tmp_path / "out"
    for start, end, name, error in (
        (2.0, 1.0, "x.mp3", NotFound),
        (10.0, 12.0, "x.mp3", NotFound),
        (0.0, 1.0, "x.exe", BadSetting),
    ):
        with pytest.raises(error):
            cut_clip(source, start, end, folder / name)
    with pytest.raises(NoSound):
        rendition(making["silent_video"](tmp_path / "slides.mp4"), folder / "x.mp3")
    assert not folder.exists() or list(folder.iterdir()) == []


@pytest.mark.parametrize("kind", ["mkv", "flac", "webm"])
def test_a_rendition_keeps_the_clock(kind: str, tmp_path: Path, making: dict[str, Any]) -> None:
    source = making["write"](tmp_path / f"talk.{kind}", making["ticking"](20.0))
    rendition(source, tmp_path / "play.mp3")
    assert probe(tmp_path / "play.mp3").codec.startswith("mp3")
    ticks = making["ticks_of"](decode(tmp_path / "play.mp3").samples)
    assert len(ticks) == 20 and all(abs(t - round(t)) < 0.03 for t in ticks)
