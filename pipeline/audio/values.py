"""The values of the sound package: what is known of a recording, its samples, and its limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATE = 16_000
"""Samples per second of everything that the engines hear."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What a container says of itself. ``seconds`` is ``None`` when it does not say (live WebM)."""

    has_audio: bool
    seconds: float | None
    channels: int
    rate: int
    codec: str
    container: str
    has_video: bool


@dataclass(frozen=True, slots=True)
class Decoded:
    """A recording as 16 kHz mono float32 ``samples`` in −1…1, shape ``(n,)``; ``samples[i]`` is heard
    ``i / 16000`` seconds after the start, whatever was lost before it. ``notes`` are doubts to show."""

    samples: NDArray[np.float32]
    seconds: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What one recording may cost. ``seconds`` of sound, ``memory`` in bytes of address space and
    ``cpu_seconds`` of the decoding child; wall time is bounded by ``wall_seconds``."""

    channels: int = 64
    rate: int = 384_000
    seconds: float = 12 * 3600.0
    memory: int = 2 << 30
    cpu_seconds: int = 1800
    wall_seconds: float = 3600.0


DEFAULT = Limits()
