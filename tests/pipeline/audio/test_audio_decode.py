"""Every accepted format decodes on one clock; damage leaves gaps and never shifts what follows."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.audio import RATE, decode, probe
from pipeline.errors import Damaged

KINDS = ["wav", "flac", "mp3", "m4a", "aac", "ogg", "opus", "mkv", "webm"]


def on_the_second(ticks: list[float], within: float = 0.03) -> bool:
    return all(abs(tick - round(tick)) <= within for tick in ticks)


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_keeps_time(kind: str, tmp_path: Path, making: dict[str, Any]) -> None:
    path = making["write"](tmp_path / f"talk.{kind}", making["ticking"](12.0))
    heard = decode(path)
    # ADTS carries no encoder delay, so that format alone is late by it.
    late = 0.09 if kind == "aac" else 0.03
    assert heard.samples.dtype == np.float32 and heard.samples.ndim == 1
    assert heard.seconds == len(heard.samples) / RATE == pytest.approx(12.0, abs=0.1)
    ticks = making["ticks_of"](heard.samples)
    assert len(ticks) == 12 and on_the_second(ticks, late)
    assert heard.notes == ()


def test_the_clock_does_not_drift(tmp_path: Path, making: dict[str, Any]) -> None:
    path = making["write"](tmp_path / "long.flac", making["ticking"](600.0, 44_100), 44_100)
    heard = decode(path)
    assert len(heard.samples) == 600 * RATE
    assert on_the_second(making["ticks_of"](heard.samples), 0.002)


def test_a_video_gives_its_sound(tmp_path: Path, making: dict[str, Any]) -> None:
    path = making["write"](tmp_path / "talk.mp4", making["ticking"](5.0), video=True)
    found = probe(path)
    assert (found.has_audio, found.has_video, found.channels, found.rate) == (True, True, 1, 48_000)
    assert found.container == "mov" and found.codec == "aac" and found.seconds == pytest.approx(5.0, abs=0.1)
    assert len(making["ticks_of"](decode(path).samples)) == 5


@pytest.mark.parametrize("kind", ["wav", "flac", "mkv"])
def test_a_truncated_recording_is_flagged(kind: str, tmp_path: Path, making: dict[str, Any]) -> None:
    path = making["write"](tmp_path / f"cut.{kind}", making["ticking"](60.0))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    heard = decode(path)
    assert 25 < heard.seconds < 35
    assert any(note.startswith("stops at 0:") and note.endswith("of 1:00") for note in heard.notes)
    assert on_the_second(making["ticks_of"](heard.samples))


def test_a_truncated_mp4_without_index_is_damaged(tmp_path: Path, making: dict[str, Any]) -> None:
    path = making["write"](tmp_path / "cut.m4a", making["ticking"](20.0))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(Damaged, match=r"cut\.m4a"):
        decode(path)


@pytest.mark.parametrize("kind", ["flac", "opus", "mp3", "aac", "m4a", "mkv", "wav"])
@pytest.mark.parametrize("how", ["overwritten", "removed"])
def test_damage_in_the_middle_never_shifts(
    kind: str, how: str, tmp_path: Path, making: dict[str, Any]
) -> None:
    sound = making["ticking"](60.0) + 0.05 * np.random.default_rng(1).standard_normal(60 * 48_000)
    path = making["write"](tmp_path / f"hurt.{kind}", sound.astype(np.float32))
    data = path.read_bytes()
    a, b = int(len(data) * 0.4), int(len(data) * 0.6)
    if how == "removed" and kind in ("wav", "m4a"):
        pytest.skip("a file cut and joined in a format that dates nothing cannot be told from a whole one")
    junk = np.random.default_rng(2).bytes(b - a) if how == "overwritten" else b""
    path.write_bytes(data[:a] + junk + data[b:])
    try:
        heard = decode(path)
    except Damaged as error:
        assert f"hurt.{kind}" in str(error)
        return
    ticks = [t for t in making["ticks_of"](heard.samples) if not 22 < t < 38]
    assert on_the_second(ticks, 0.06), ticks
    assert len(ticks) > 30
    if kind != "wav":
        assert heard.notes


def test_broken_floats_are_silence(tmp_path: Path, making: dict[str, Any]) -> None:
    values = making["ticking"](2.0, 16_000)
    values[100:200] = math.nan
    values[300] = math.inf
    header = making["wave_header"](1, 16_000, values.nbytes)
    header = header.replace(b"\x01\x00\x01\x00", b"\x03\x00\x01\x00", 1)
    header = header.replace(b"\x02\x00\x10\x00data", b"\x04\x00\x20\x00data")
    path = tmp_path / "nan.wav"
    path.write_bytes(header + values.tobytes())
    heard = decode(path)
    assert np.isfinite(heard.samples).all() and len(heard.samples) == 32_000


def test_progress_counts_seconds(tmp_path: Path, making: dict[str, Any]) -> None:
    path = making["write"](tmp_path / "long.flac", making["ticking"](60.0))
    seen: list[tuple[str, float, float]] = []
    decode(path, lambda step, done, total: seen.append((step, done, total)))
    assert seen and all(step == "decode" and total == 60.0 for step, _, total in seen)
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)
