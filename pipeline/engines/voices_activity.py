"""What the windows of the segmentation network say together: who may be active, where voices change.

Frames are 270 samples apart (16.9 ms at 16 kHz); frame ``i`` is centred on sample ``270 i + 495``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

FRAME_STEP = 270
FRAME_CENTRE = 495
WINDOW_SAMPLES = 160_000
WINDOW_FRAMES = 589
# 148 frames are 2.4975 s: windows every 2.5 s whose frames fall on one common grid.
WINDOW_HOP = 148
_CHANGE_REACH = 15


def window_count(samples: int) -> int:
    """How many 10 s windows cover ``samples`` samples, never fewer than one."""
    beyond = max(0, samples - WINDOW_SAMPLES)
    return 1 + -(-beyond // (WINDOW_HOP * FRAME_STEP))


def frame_count(windows: int) -> int:
    """Frames of the common grid that ``windows`` windows cover."""
    return (windows - 1) * WINDOW_HOP + WINDOW_FRAMES


def coverage(windows: int) -> Floats:
    """How many windows see each frame."""
    return overlap_add(np.ones((windows, WINDOW_FRAMES), dtype=np.float32))


def overlap_add(values: Floats) -> Floats:
    """Sum (windows, 589, …) values on the common grid, shape (frames, …)."""
    total = np.zeros((frame_count(len(values)), *values.shape[2:]), dtype=np.float32)
    for window, rows in enumerate(values):
        total[window * WINDOW_HOP : window * WINDOW_HOP + WINDOW_FRAMES] += rows
    return total


def change_points(activity: Floats) -> NDArray[np.intp]:
    """Frames where at least half of the windows see the leading voice change within ±0.25 s.

    ``activity`` has shape (windows, 589, 3). Silences are bridged: a voice that returns is no change.
    """
    votes = np.zeros(activity.shape[:2], dtype=np.float32)
    for window, rows in enumerate(activity):
        leader = np.where(rows.max(axis=1) > 0.5, rows.argmax(axis=1), -1)
        spoken = np.flatnonzero(leader >= 0)
        turns = np.flatnonzero(np.diff(leader[spoken]) != 0)
        votes[window, (spoken[turns] + spoken[turns + 1] + 1) // 2] = 1.0
    share = overlap_add(votes) / coverage(len(activity))
    near = np.convolve(share, np.ones(2 * _CHANGE_REACH + 1), mode="same")
    peak = np.convolve(share, np.hanning(2 * _CHANGE_REACH + 1), mode="same")
    points = []
    for start, end in runs(near >= 0.5):
        points.append(start + int(peak[start:end].argmax()))
    return np.array(points, dtype=np.intp)


def runs(mask: Bools) -> list[tuple[int, int]]:
    """Half-open index ranges where ``mask`` is true."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def close_gaps(mask: Bools, shorter_than: int) -> Bools:
    """Fill the inner gaps of ``mask`` that are shorter than ``shorter_than`` frames."""
    filled = mask.copy()
    for start, end in runs(~mask):
        if start > 0 and end < len(mask) and end - start < shorter_than:
            filled[start:end] = True
    return filled


def drop_short(mask: Bools, shorter_than: int) -> Bools:
    """Clear the runs of ``mask`` that are shorter than ``shorter_than`` frames."""
    kept = mask.copy()
    for start, end in runs(mask):
        if end - start < shorter_than:
            kept[start:end] = False
    return kept


def on_frames(values: Floats, step: int, frames: int) -> Floats:
    """Sample values given every ``step`` samples at the centre of each of ``frames`` frames."""
    index = (np.arange(frames) * FRAME_STEP + FRAME_CENTRE) // step
    padded = np.concatenate((values, np.zeros(1, dtype=np.float32)))
    return padded[np.minimum(index, len(values))]
