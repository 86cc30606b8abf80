"""Recordings made on the spot with PyAV: no binary fixtures, no ffmpeg command."""

from __future__ import annotations

import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

CODECS = {
    "wav": ("wav", "pcm_s16le"),
    "flac": ("flac", "flac"),
    "mp3": ("mp3", "libmp3lame"),
    "m4a": ("ipod", "aac"),
    "aac": ("adts", "aac"),
    "ogg": ("ogg", "flac"),
    "opus": ("ogg", "libopus"),
    "mp4": ("mp4", "aac"),
    "mkv": ("matroska", "flac"),
    "webm": ("webm", "libopus"),
}


def ticking(seconds: float, rate: int = 48_000) -> np.ndarray:
    """A quiet hum with a 10 ms tick at every whole second."""
    time = np.arange(round(seconds * rate)) / rate
    sound = 0.02 * np.sin(2 * np.pi * 110 * time)
    ticks = (time % 1.0) < 0.01
    sound[ticks] += 0.8 * np.sin(2 * np.pi * 1000 * time[ticks])
    return sound.astype(np.float32)


def write(path: Path, sound: np.ndarray, rate: int = 48_000, kind: str = "", video: bool = False) -> Path:
    container, codec = CODECS[kind or path.suffix[1:]]
    with av.open(str(path), "w", format=container) as output:
        pictures: Any = output.add_stream("mpeg4", rate=5) if video else None
        if pictures:
            pictures.width = pictures.height = 64
            pictures.pix_fmt = "yuv420p"
        stream: Any = output.add_stream(codec, rate=rate, layout="mono")
        if codec in ("libmp3lame", "aac"):
            stream.bit_rate = 96_000
        fit = av.AudioResampler(format=stream.codec_context.format.name, layout="mono", rate=rate)
        whole = (np.clip(sound, -1, 1) * 32767).astype(np.int16).reshape(1, -1)
        for at in range(0, whole.shape[1], rate):
            frame = av.AudioFrame.from_ndarray(whole[:, at : at + rate], format="s16", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = rate, at, Fraction(1, rate)
            for fitted in fit.resample(frame):
                output.mux(stream.encode(fitted))
            if pictures:
                _picture(output, pictures, at // rate)
        for fitted in fit.resample(None):
            output.mux(stream.encode(fitted))
        output.mux(stream.encode(None))
        if pictures:
            output.mux(pictures.encode(None))
    return path


def _picture(output: Any, stream: Any, second: int) -> None:
    for number in range(5):
        frame = av.VideoFrame(64, 64, "yuv420p")
        frame.pts = second * 5 + number
        output.mux(stream.encode(frame))


def silent_video(path: Path) -> Path:
    with av.open(str(path), "w", format="mp4") as output:
        stream: Any = output.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for second in range(3):
            _picture(output, stream, second)
        output.mux(stream.encode(None))
    return path


def wave_header(channels: int, rate: int, data: int) -> bytes:
    block = channels * 2
    fmt = struct.pack("<HHIIHH", 1, channels, rate, min(rate * block, 2**32 - 1), min(block, 65535), 16)
    head = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", data)
    return b"RIFF" + struct.pack("<I", len(head) + data) + head


def ticks_of(samples: np.ndarray, rate: int = 16_000) -> list[float]:
    """Seconds at which a tick begins."""
    loud = np.flatnonzero(np.abs(samples) > 0.3)
    if not len(loud):
        return []
    first = np.r_[loud[0], loud[1:][np.diff(loud) > rate // 4]]
    return [float(at / rate) for at in first]


@pytest.fixture
def making() -> dict[str, Callable[..., Any]]:
    return {
        "ticking": ticking,
        "write": write,
        "silent_video": silent_video,
        "wave_header": wave_header,
        "ticks_of": ticks_of,
    }
