"""Child side: puts decoded sound where its timestamps say, so that damage never shifts what follows.

Packets and frames carry their own time (pts). Where sound is missing, silence takes its place; where
a format counts its frames without dating them (raw MP3 and AAC), skipped bytes betray the damage and
are turned into time when the bit rate is constant, else the file is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.audio.kinds import FRAME_LENGTHS
from pipeline.audio.source import Sound, too_long
from pipeline.audio.values import Limits
from pipeline.errors import Damaged, NoSound

Samples = NDArray[np.float32]

TOLERANCE = 0.06
"""Seconds that a timestamp may differ from the running clock before it counts as a gap (containers
round to 1 ms, streaming recorders jitter by one or two frames)."""
_BLOCK = 1.0
# Bytes of padding that no clock cares for, and the tags that players append or join files with.
_SLACK = 16
_TAGS = (b"ID3", b"TAG", b"APETAGEX", b"LYRICS")
_SCALE = {"u8": 128.0, "s16": 2.0**15, "s32": 2.0**31, "s64": 2.0**63}


@dataclass(slots=True)
class Findings:
    """What was met on the way: ``gaps`` as (start, seconds), ``errors`` as packets not decoded."""

    gaps: list[tuple[float, float]] = field(default_factory=list)
    errors: int = 0


def frames(sound: Sound, findings: Findings, start: float = 0.0) -> Iterator[tuple[float, int, Samples]]:
    """Yield (seconds since the start, rate, mono samples) of each frame from ``start`` seconds on."""
    bytes_clock = _ByteClock(sound) if sound.kind in FRAME_LENGTHS else None
    if start > 0 and bytes_clock is None:
        sound.container.seek(int((start + sound.zero) / sound.stream.time_base), stream=sound.stream)
    for packet in sound.container.demux(sound.stream):
        shift = bytes_clock.see(packet) if bytes_clock else 0.0
        if bytes_clock and start > 0 and packet.pts is not None and _time(packet, sound) + shift < start:
            continue
        for frame in _decoded(packet, findings):
            if frame.samples:
                yield _time(frame, sound) + shift, frame.sample_rate, mono(frame)


def _decoded(packet: Any, findings: Findings) -> list[Any]:
    try:
        return list(packet.decode())
    except av.FFmpegError:
        findings.errors += 1
        return []


def _time(dated: Any, sound: Sound) -> float:
    return float("nan") if dated.pts is None else float(dated.pts * dated.time_base) - sound.zero


def mono(frame: Any) -> Samples:
    """The mean of a frame's channels as float32, shape ``(samples,)``; broken floats become silence."""
    data = frame.to_ndarray()
    channels = len(frame.layout.channels)
    if not frame.format.is_planar and channels > 1:
        data = data.reshape(-1, channels).T
    kind = frame.format.name.rstrip("p")
    values = data.reshape(channels, -1).astype(np.float32)
    if kind == "u8":
        values -= 128.0
    if kind in _SCALE:
        values /= np.float32(_SCALE[kind])
    mixed = values[0] if channels == 1 else values.mean(axis=0)
    clean: Samples = np.nan_to_num(mixed, nan=0.0, posinf=0.0, neginf=0.0).astype(np.float32, copy=False)
    return clean


class _ByteClock:
    """Turns bytes that are no frames, in raw MP3 or AAC, into seconds.

    The demuxer skips such bytes or hands them out as a part of a packet, and counts on. With a constant
    bit rate their time is known; otherwise raises :class:`Damaged` once sound follows them.
    """

    def __init__(self, sound: Sound) -> None:
        self.sound = sound
        self.length = FRAME_LENGTHS[sound.kind]
        self.expected: int | None = None
        self.shift = 0.0
        self.sizes: list[int] = []
        self.foreign = 0

    def see(self, packet: Any) -> float:
        """Seconds to add to the packet's time."""
        if packet.pos is None or packet.pos < 0 or not packet.size:
            return self.shift
        data = bytes(packet)
        true = min(self.length(data), len(data))
        skipped = 0 if self.expected is None else packet.pos - self.expected
        self.expected = packet.pos + packet.size
        if self.expected and skipped > 0:
            self.foreign += skipped
        duration = float((packet.duration or 0) * packet.time_base)
        if true and self.foreign > _SLACK:
            self.shift += self._seconds(duration)
        shift = self.shift
        if true:
            self.sizes.append(true)
        else:
            # The demuxer's clock moves on for a packet without a frame.
            self.shift -= duration
        if not data[true:].startswith(_TAGS):
            self.foreign += len(data) - true
        return shift

    def _seconds(self, duration: float) -> float:
        sizes = np.asarray(self.sizes[1:] or self.sizes)
        missing, self.foreign = self.foreign, 0
        if not len(sizes):
            return 0.0
        if np.mean(np.abs(sizes - np.median(sizes)) <= 2) < 0.9:
            raise Damaged(
                f"“{self.sound.name}” is damaged in the middle and its later times cannot be known: "
                "ask for a fresh copy or re-export it."
            )
        return round(missing / float(np.mean(sizes))) * duration


class Timeline:
    """Joins frames into one run of samples at ``rate``, silence in the gaps, overlaps cut.

    ``feed`` and ``finish`` return the samples that are ready, in order and without a hole.
    """

    def __init__(self, rate: int, sound: Sound, limits: Limits, findings: Findings) -> None:
        self.rate, self.sound, self.limits, self.findings = rate, sound, limits, findings
        self.written = 0
        self.begun: float | None = None
        self.source_rate = 0
        self.waiting: list[Samples] = []
        self.held = 0
        self.taken = 0
        self.made = 0
        self.resampler: Any = None

    @property
    def clock(self) -> float:
        """Seconds at which the next sample is expected."""
        if self.begun is None:
            return self.written / self.rate
        return self.begun + (self.taken + self.held) / self.source_rate

    def feed(self, time: float, rate: int, samples: Samples) -> list[Samples]:
        """Take one frame heard at ``time`` seconds (NaN: directly after the last)."""
        ready: list[Samples] = []
        time = self.clock if time != time else time
        late = time - self.clock
        if self.begun is None or rate != self.source_rate or abs(late) > TOLERANCE:
            ready += self.finish()
            if late < 0:
                samples = samples[round(-late * rate) :]
            ready += self._silence(max(time, self.clock))
            self.begun, self.source_rate = self.written / self.rate, rate
        self.waiting.append(samples)
        self.held += len(samples)
        if self.held >= _BLOCK * self.source_rate:
            ready += self._flush()
        return ready

    def _silence(self, until: float) -> list[Samples]:
        gap = round(until * self.rate) - self.written
        if gap <= 0:
            return []
        at = self.written / self.rate
        self._within(until)
        if gap > TOLERANCE * self.rate:
            self.findings.gaps.append((at, gap / self.rate))
        self.written += gap
        block = 60 * self.rate
        return [np.zeros(min(block, gap - done), np.float32) for done in range(0, gap, block)]

    def _within(self, time: float) -> None:
        said = self.sound.seconds
        if time > self.limits.seconds:
            raise too_long(self.sound.name, self.limits)
        if said is not None and time > 1.1 * said + 60:
            raise Damaged(
                f"“{self.sound.name}” carries impossible times ({time:.0f} s in a file of {said:.0f} s): "
                "ask for a fresh copy or re-export it."
            )

    def _flush(self) -> list[Samples]:
        block = np.concatenate(self.waiting) if self.waiting else np.zeros(0, np.float32)
        self.waiting, self.held = [], 0
        if not len(block):
            return []
        self.taken += len(block)
        return self._count(self._resample(block))

    def _resample(self, block: Samples | None) -> list[Samples]:
        if self.source_rate == self.rate:
            return [] if block is None else [block]
        if self.resampler is None:
            self.resampler = av.AudioResampler(format="flt", layout="mono", rate=self.rate)
        frame = None
        if block is not None:
            frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), format="flt", layout="mono")
            frame.sample_rate = self.source_rate
        return [out.to_ndarray().reshape(-1) for out in self.resampler.resample(frame)]

    def _count(self, ready: list[Samples]) -> list[Samples]:
        self.made += sum(map(len, ready))
        self.written += sum(map(len, ready))
        if self.written > self.limits.seconds * self.rate:
            raise too_long(self.sound.name, self.limits)
        return ready

    def finish(self) -> list[Samples]:
        """Close the current run: the resampler is emptied and its length set to the exact count."""
        if self.begun is None:
            return []
        ready = self._flush()
        if self.resampler is not None:
            ready += self._exact(self._resample(None))
        self.begun, self.resampler, self.taken, self.made = None, None, 0, 0
        return ready

    def _exact(self, tail: list[Samples]) -> list[Samples]:
        owed = round(self.taken * self.rate / self.source_rate) - self.made
        joined = np.concatenate([*tail, np.zeros(max(owed, 0), np.float32)])[: max(owed, 0)]
        return self._count([joined]) if len(joined) else []


def stretch(sound: Sound, rate: int, limits: Limits, findings: Findings) -> Iterator[Samples]:
    """All of the sound at ``rate``, block by block.

    Raises :class:`NoSound` when less than 50 ms can be decoded, :class:`Damaged`, :class:`TooLarge`.
    """
    line = Timeline(rate, sound, limits, findings)
    for time, source_rate, samples in frames(sound, findings):
        yield from line.feed(time, source_rate, samples)
    yield from line.finish()
    if line.written < 0.05 * rate:
        raise NoSound(f"“{sound.name}” contains no audio that can be decoded: ask for a fresh copy.")


def notes(sound: Sound, heard: float, findings: Findings) -> tuple[str, ...]:
    """Doubts to show beside the session: gaps, an early end, other sound tracks."""
    said = [
        f"{seconds:.1f} s of sound are missing at {clock(at)} and were kept as silence"
        for at, seconds in findings.gaps[:20]
        if at > 0
    ]
    if sound.seconds and heard < 0.98 * sound.seconds:
        said.append(f"stops at {clock(heard)} of {clock(sound.seconds)}")
    if findings.errors and not said:
        said.append(f"{findings.errors} damaged packets could not be decoded")
    if sound.tracks > 1:
        said.append(f"has {sound.tracks} sound tracks; the main one was used")
    return tuple(said)


def clock(seconds: float) -> str:
    """``12:31`` or ``1:02:03``."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
