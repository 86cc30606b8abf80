"""Child side: opens one local file for FFmpeg and says what it holds."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.logging

from pipeline.audio.kinds import demuxer, wave_seconds
from pipeline.audio.values import Limits, Probe
from pipeline.errors import Damaged, NoSound, TooLarge

_HEADER_ONLY = 4096
_FIRST_PACKETS = 400

av.logging.set_level(av.logging.PANIC)


@dataclass(frozen=True, slots=True)
class Sound:
    """An open container and the one stream we listen to. ``zero`` is the player's time zero in the
    file's own clock, seconds; ``tracks`` counts the sound tracks."""

    name: str
    container: Any
    stream: Any
    kind: str
    zero: float
    seconds: float | None
    tracks: int


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Sound]:
    """Open ``path`` by content.

    Raises what :func:`pipeline.audio.kinds.demuxer` raises, :class:`NoSound` without a sound track,
    :class:`Damaged` when the container's index cannot be read.
    """
    with path.open("rb") as file:
        kind = demuxer(file, path.name)
        promised = wave_seconds(file) if kind == "wav" else None
        file.seek(0)
        try:
            container = av.open(file, format=kind, metadata_errors="replace")
        except (av.FFmpegError, ValueError, OverflowError) as error:
            raise _unreadable(path) from error
        with container:
            yield _sound(path, container, kind, promised)


def _unreadable(path: Path) -> NoSound | Damaged:
    if path.stat().st_size < _HEADER_ONLY:
        return NoSound(f"“{path.name}” contains no audio, only a header: check the copy and add it again.")
    return Damaged(f"“{path.name}” cannot be opened, its header or index is damaged: ask for a fresh copy.")


def _sound(path: Path, container: Any, kind: str, promised: float | None) -> Sound:
    tracks = [s for s in container.streams.audio if s.codec_context is not None]
    if not tracks:
        what = "a video without sound" if container.streams.video else "a file without a sound track"
        raise NoSound(f"“{path.name}” is {what} and contains no audio: add the version with sound.")
    stream = next((s for s in tracks if s.disposition & av.stream.Disposition.default), tracks[0])
    zero = container.start_time / av.time_base if container.start_time is not None else 0.0
    return Sound(
        path.name, container, stream, kind, zero, promised or _seconds(container, stream), len(tracks)
    )


def _seconds(container: Any, stream: Any) -> float | None:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration else None


def describe(sound: Sound) -> Probe:
    """The container's own account of itself."""
    context = sound.stream.codec_context
    pictures = [s for s in sound.container.streams.video if not _is_cover(s)]
    return Probe(
        has_audio=True,
        seconds=sound.seconds,
        channels=context.channels or 0,
        rate=context.sample_rate or 0,
        codec=context.name,
        container=sound.kind,
        has_video=bool(pictures),
    )


def _is_cover(stream: Any) -> bool:
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def check(sound: Sound, limits: Limits) -> Probe:
    """Describe the sound, or raise :class:`TooLarge` before anything is decoded."""
    found = describe(sound)
    said = f"“{sound.name}” has"
    if found.channels > limits.channels:
        raise TooLarge(
            f"{said} {found.channels} channels, more than {limits.channels}: mix it down to stereo first."
        )
    if found.rate > limits.rate:
        raise TooLarge(
            f"{said} {found.rate} samples per second, more than {limits.rate}: convert it to 48000 Hz."
        )
    if found.seconds is not None and found.seconds > limits.seconds:
        raise too_long(sound.name, limits)
    return found


def too_long(name: str, limits: Limits) -> TooLarge:
    """The error for a recording beyond the limit of length."""
    return TooLarge(f"“{name}” lasts over {limits.seconds / 3600:g} hours: split it into sessions first.")


def hear(sound: Sound) -> None:
    """Decode one frame, or raise :class:`NoSound`: a header alone is not a recording."""
    for number, packet in enumerate(sound.container.demux(sound.stream)):
        with contextlib.suppress(av.FFmpegError):
            if any(frame.samples for frame in packet.decode()):
                return
        if number > _FIRST_PACKETS:
            break
    raise NoSound(f"“{sound.name}” contains no audio that can be decoded: ask for a fresh copy.")
