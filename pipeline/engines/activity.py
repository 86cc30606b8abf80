"""Voice activity: how likely each 32 ms of sound holds speech (Silero VAD 6, MIT, from faster-whisper)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
FRAME = 512
STEP = FRAME / RATE
"""Seconds per probability."""
_PIECE = 300 * RATE
# The network starts each piece without memory; it hears this much of the past first.
_LEAD = 32 * FRAME


def activity(audio: NDArray[np.float32]) -> NDArray[np.float32]:
    """Speech probability of each 32 ms frame of 16 kHz mono ``audio``; shape ``(ceil(n / 512),)``.

    Works on pieces of five minutes, so that memory does not grow with the recording.
    """
    from faster_whisper.vad import get_vad_model

    model = get_vad_model()
    pieces = []
    for start in range(0, len(audio), _PIECE - _PIECE % FRAME):
        lead = min(start, _LEAD)
        piece = np.asarray(audio[start - lead : start + _PIECE - _PIECE % FRAME], np.float32)
        # A copy: the wheel's wrapper writes into its input.
        padded = np.pad(piece, (0, -len(piece) % FRAME))
        pieces.append(np.asarray(model(padded), np.float32).reshape(-1)[lead // FRAME :])
    return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
