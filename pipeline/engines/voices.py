"""The default diarizer: segmentation-3.0, Silero and CAM++ on onnxruntime, no torch, no network.

The segmentation network says when the voice changes and who overlaps within 10 s, embeddings of 1.5 s say
which stretches are the same voice across the recording, and the two are put together frame by frame.
"""

from __future__ import annotations

import importlib.metadata
import itertools
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db.records import VoiceSpan
from pipeline.engines import voices_models as models
from pipeline.engines.voices_activity import (
    FRAME_CENTRE,
    FRAME_STEP,
    WINDOW_FRAMES,
    WINDOW_HOP,
    Bools,
    Floats,
    change_points,
    close_gaps,
    coverage,
    drop_short,
    frame_count,
    on_frames,
    overlap_add,
    runs,
)
from pipeline.engines.voices_clusters import Labels, centroids
from pipeline.engines.voices_grouping import Grouping, Local, group
from pipeline.hooks import Hook, silent

MODELS = Path(__file__).resolve().parents[2] / "assets" / "models"
RATE = models.RATE
_FRAMES_A_SECOND = RATE / FRAME_STEP


@dataclass(frozen=True, slots=True)
class VoiceOptions:
    """Settings of the diarizer; times in seconds, thresholds in 0–1."""

    speech: float = 0.5
    silero: float = 0.5
    overlap: float = 0.5
    shortest_gap: float = 0.25
    shortest_speech: float = 0.15
    piece: float = 1.5
    piece_step: float = 0.75
    shortest_piece: float = 0.35
    grouping: Grouping = field(default_factory=Grouping)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the networks heard: local activity (windows, 589, 3), speech per frame, embedded pieces."""

    activity: Floats
    speech: Bools
    pieces: tuple[models.Piece, ...]
    vectors: Floats
    weights: Floats


class OnnxDiarizer:
    """Diarizer on onnxruntime with ``threads`` threads; models are opened at first use."""

    def __init__(self, models_dir: Path = MODELS, threads: int = 2, options: VoiceOptions | None = None):
        self.options = options or VoiceOptions()
        self.threads = threads
        self.models_dir = models_dir
        runtime = importlib.metadata.version("onnxruntime")
        self.identity = f"voices 1 (segmentation-3.0, campplus-zh-en, silero 6, onnxruntime {runtime})"

    @cached_property
    def _segmentation(self) -> Any:
        return models.load_session(self.models_dir / "segmentation-3.0.onnx", self.threads)

    @cached_property
    def _embedding(self) -> Any:
        return models.load_session(self.models_dir / "campplus-zh-en.onnx", self.threads)

    @cached_property
    def _mean(self) -> Floats:
        return np.asarray(np.load(self.models_dir / "mean_voice.npy"), dtype=np.float32)

    def diarize(
        self, audio: NDArray[np.float32], speakers: int | None = None, hook: Hook = silent
    ) -> tuple[VoiceSpan, ...]:
        """Voice spans of 16 kHz mono ``audio``, labelled ``S1``, ``S2``… in order of first speech.

        ``speakers`` is the exact number of voices when it is known. Spans may overlap; a recording
        without speech has none. Raises ModelMissing.
        """
        evidence = self.listen(audio, hook)
        return decide(evidence, len(audio), speakers, self.options)

    def listen(self, audio: Floats, hook: Hook = silent) -> Evidence:
        """Run the networks over ``audio``: all the slow work of :meth:`diarize`."""
        activity = models.segment(self._segmentation, audio, hook)
        silero = models.speech_probability(audio)
        speech = speech_frames(activity, silero, len(audio), self.options)
        pieces, weights = cut_pieces(speech, change_points(activity), len(audio), self.options)
        vectors = models.embed(self._embedding, audio, pieces, self._mean, hook)
        return Evidence(activity, speech, tuple(pieces), vectors, weights)


def speech_frames(activity: Floats, silero: Floats, samples: int, options: VoiceOptions) -> Bools:
    """Frames where either network hears speech, inside the recording, short gaps closed."""
    frames = frame_count(len(activity))
    heard = overlap_add(activity.max(axis=2)) / coverage(len(activity)) > options.speech
    voiced = on_frames(silero, 512, frames) > options.silero
    inside = np.arange(frames) * FRAME_STEP + FRAME_CENTRE < samples
    speech = (heard | voiced) & inside
    speech = close_gaps(speech, round(options.shortest_gap * _FRAMES_A_SECOND))
    return drop_short(speech, round(options.shortest_speech * _FRAMES_A_SECOND))


def cut_pieces(
    speech: Bools, changes: NDArray[np.intp], samples: int, options: VoiceOptions
) -> tuple[list[models.Piece], Floats]:
    """Pieces of at most 1.5 s every 0.75 s that cross no change of voice, and the seconds each adds."""
    border = np.zeros(len(speech), dtype=np.bool_)
    border[changes] = True
    pieces: list[models.Piece] = []
    weights: list[float] = []
    for start, end in runs(speech):
        edges = [start, *(start + np.flatnonzero(border[start:end])), end]
        for low, high in itertools.pairwise(edges):
            first, last = _sample(int(low)), min(_sample(int(high)), samples)
            if last - first < options.shortest_piece * RATE:
                continue
            starts = _piece_starts(first, last, options)
            size = min(int(options.piece * RATE), last - first)
            pieces += [models.Piece(at, at + size) for at in starts]
            weights += [(last - first) / RATE / len(starts)] * len(starts)
    return pieces, np.array(weights, dtype=np.float32)


def _piece_starts(first: int, last: int, options: VoiceOptions) -> list[int]:
    size = int(options.piece * RATE)
    if last - first <= size:
        return [first]
    count = 1 + int(np.ceil((last - first - size) / (options.piece_step * RATE)))
    return [int(at) for at in np.linspace(first, last - size, count)]


def _sample(frame: int) -> int:
    return max(0, frame * FRAME_STEP + FRAME_CENTRE - FRAME_STEP // 2)


def decide(
    evidence: Evidence, samples: int, speakers: int | None, options: VoiceOptions
) -> tuple[VoiceSpan, ...]:
    """Voice spans from what was heard: group the pieces, name local speakers, lay out the frames."""
    if not len(evidence.pieces):
        return ()
    local = local_shares(evidence)
    labels = group(evidence.vectors, evidence.weights, local, speakers, options.grouping)
    scores = voice_scores(evidence, labels)
    active = active_voices(evidence, scores, options)
    return _spans(active, samples)


def local_shares(evidence: Evidence) -> Local:
    """For each window the pieces inside it and how much of each is each local speaker, rows summing to 1."""
    starts = np.array([piece.start for piece in evidence.pieces]) // FRAME_STEP
    ends = np.array([piece.end for piece in evidence.pieces]) // FRAME_STEP
    shares: Local = []
    for window, rows in enumerate(evidence.activity):
        low = window * WINDOW_HOP
        inside = np.flatnonzero((starts >= low) & (ends <= low + WINDOW_FRAMES))
        sums = np.array([rows[starts[i] - low : ends[i] - low].sum(axis=0) for i in inside])
        if len(inside) > 1:
            totals = np.maximum(sums.sum(axis=1, keepdims=True), 1e-6)
            shares.append((inside.astype(np.intp), (sums / totals).astype(np.float32)))
    return shares


def voice_scores(evidence: Evidence, labels: Labels) -> Floats:
    """Mean similarity of the pieces around each frame to each voice, shape (frames, voices).

    Frames that no piece covers have the scores of the nearest covered one.
    """
    frames = len(evidence.speech)
    near = evidence.vectors @ centroids(evidence.vectors, evidence.weights, labels).T
    total = np.zeros((frames, near.shape[1]), dtype=np.float32)
    count = np.zeros(frames, dtype=np.float32)
    for piece, row in zip(evidence.pieces, near, strict=True):
        low = max(0, (piece.start - FRAME_CENTRE) // FRAME_STEP + 1)
        high = max(low + 1, (piece.end - FRAME_CENTRE) // FRAME_STEP + 1)
        total[low:high] += row
        count[low:high] += 1
    covered = np.flatnonzero(count)
    following = np.minimum(np.searchsorted(covered, np.arange(frames)), len(covered) - 1)
    before, after = covered[np.maximum(following - 1, 0)], covered[following]
    at = np.arange(frames)
    source = np.where(np.abs(at - before) < np.abs(after - at), before, after)
    return total[source] / count[source][:, None]


def active_voices(evidence: Evidence, scores: Floats, options: VoiceOptions) -> Bools:
    """Which voices speak at each frame, shape (frames, voices)."""
    voices = scores.shape[1]
    mapped = np.zeros((*evidence.activity.shape[:2], voices), dtype=np.float32)
    for window, rows in enumerate(evidence.activity):
        low = window * WINDOW_HOP
        around = scores[low : low + WINDOW_FRAMES]
        for local in range(rows.shape[1]):
            alone = (rows[:, local] > 0.5) & (rows.sum(axis=1) < 1.5)
            where = alone if alone.any() else rows[:, local] > 0.5
            if where.any():
                voice = int(around[where].mean(axis=0).argmax())
                mapped[window, :, voice] = np.maximum(mapped[window, :, voice], rows[:, local])
    share = overlap_add(mapped) / coverage(len(mapped))[:, None]
    # Pieces tell voices apart better than ten seconds of local activity do, which alone hears overlap.
    leader = scores.argmax(axis=1)
    frames = np.arange(len(leader))
    share[frames, leader] = 0.0
    second = share.argmax(axis=1)
    crowd = overlap_add(np.sort(evidence.activity, axis=2)[:, :, 1]) / coverage(len(mapped))
    active = np.zeros(share.shape, dtype=np.bool_)
    active[frames, second] = (crowd > options.overlap) & (share.max(axis=1) > options.overlap)
    active[frames, leader] = True
    return np.asarray(active & evidence.speech[:, None], dtype=np.bool_)


def _spans(active: Bools, samples: int) -> tuple[VoiceSpan, ...]:
    found: list[tuple[float, float, int]] = []
    for voice in range(active.shape[1]):
        for start, end in runs(active[:, voice]):
            seconds = _sample(start) / RATE, min(_sample(end), samples) / RATE
            if seconds[1] > seconds[0]:
                found.append((round(seconds[0], 3), round(seconds[1], 3), voice))
    order: dict[int, str] = {}
    for _, _, voice in sorted(found):
        order.setdefault(voice, f"S{len(order) + 1}")
    return tuple(VoiceSpan(start, end, order[voice]) for start, end, voice in sorted(found))
