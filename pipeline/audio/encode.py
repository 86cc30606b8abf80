"""Child side: writes clips and whole-session copies that every browser plays and seeks.

MP3 at a constant bit rate is the default: it is in every browser, free Chromium builds included
(AAC is not), and a constant rate makes seeking exact. ``.wav``, ``.flac`` and ``.m4a`` are written
when the destination asks for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np

from pipeline.audio.source import Sound
from pipeline.audio.timeline import Findings, Samples, Timeline, frames
from pipeline.audio.values import Limits
from pipeline.errors import BadSetting, NotFound

CLIP_RATE = 44_100
MARGIN = 0.15
"""Seconds of sound kept before and after a clip, so that no consonant is cut."""

_CODECS = {
    ".mp3": ("mp3", "libmp3lame", 96_000),
    ".m4a": ("ipod", "aac", 96_000),
    ".wav": ("wav", "pcm_s16le", None),
    ".flac": ("flac", "flac", None),
}


def between(sound: Sound, start: float, end: float, limits: Limits) -> Iterator[Samples]:
    """The sound from ``start`` to ``end`` seconds, exact to the sample, at :data:`CLIP_RATE`."""
    first, last = round(start * CLIP_RATE), round(end * CLIP_RATE)
    findings = Findings()
    # Decoding begins early: codecs need earlier packets to give correct sound.
    lead = max(start - 1.0, 0.0)
    line = Timeline(CLIP_RATE, sound, limits, findings)
    line.written = round(lead * CLIP_RATE)
    at = line.written
    for time, rate, samples in frames(sound, findings, lead):
        if time + len(samples) / rate <= lead:
            continue
        for block in line.feed(time, rate, samples):
            yield block[max(first - at, 0) : max(last - at, 0)]
            at += len(block)
        if at >= last:
            return
    for block in line.finish():
        yield block[max(first - at, 0) : max(last - at, 0)]
        at += len(block)


def write(blocks: Iterable[Samples], destination: Path, temporary: Path) -> int:
    """Encode mono ``blocks`` at :data:`CLIP_RATE` and return the number of samples written.

    Raises :class:`BadSetting` for a suffix without a codec, :class:`NotFound` when there is nothing.
    """
    try:
        container_format, codec, bits = _CODECS[destination.suffix.lower()]
    except KeyError:
        raise BadSetting(
            f"“{destination.name}” is no clip format: use one of {', '.join(_CODECS)}."
        ) from None
    with av.open(str(temporary), "w", format=container_format) as output:
        stream: Any = output.add_stream(codec, rate=CLIP_RATE, layout="mono")
        if bits:
            stream.bit_rate = bits
        total = _encode(blocks, output, stream)
    if not total:
        raise NotFound(f"There is no sound at the asked time for “{destination.name}”: check the seconds.")
    return total


def _encode(blocks: Iterable[Samples], output: Any, stream: Any) -> int:
    total = 0
    fit = av.AudioResampler(format=stream.codec_context.format.name, layout="mono", rate=CLIP_RATE)
    for block in blocks:
        if not len(block):
            continue
        whole = (np.clip(block, -1.0, 32767 / 32768) * 32768).round().astype(np.int16).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(whole, format="s16", layout="mono")
        frame.sample_rate, frame.pts = CLIP_RATE, total
        total += len(block)
        for fitted in fit.resample(frame):
            output.mux(stream.encode(fitted))
    for fitted in fit.resample(None):
        output.mux(stream.encode(fitted))
    output.mux(stream.encode(None))
    return total
