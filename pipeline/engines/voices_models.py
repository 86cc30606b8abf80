"""The three small networks behind the default diarizer: segmentation, voice activity, voice embedding.

Everything runs on onnxruntime with a bounded number of threads; inputs are 16 kHz mono float32 samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kaldi_native_fbank as knf
import numpy as np
import onnxruntime
from faster_whisper.vad import get_vad_model
from numpy.typing import NDArray

from pipeline.engines.voices_activity import (
    FRAME_STEP,
    WINDOW_FRAMES,
    WINDOW_HOP,
    WINDOW_SAMPLES,
    window_count,
)
from pipeline.errors import ModelMissing
from pipeline.hooks import Hook

Floats = NDArray[np.float32]

RATE = 16_000
FBANK_STEP = 160
FBANK_WIDTH = 400
BINS = 80
EMBED_FRAMES = 150
_SEGMENT_BATCH = 8
_EMBED_BATCH = 32
_BLOCK_SECONDS = 60.0
_SILERO_CHUNK = 512
_SILERO_CHUNKS_A_RUN = 3_000
# The 7 classes of the powerset are silence, each of 3 speakers, each of 3 pairs (Plaquet & Bredin 2023).
_POWERSET = np.array(
    [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1]], dtype=np.float32
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of samples ``[start, end)`` to embed as one voice."""

    start: int
    end: int


def load_session(path: Path, threads: int) -> Any:
    """Open an ONNX model on the processor with ``threads`` threads.

    Raises ModelMissing when the file is not there or cannot be read.
    """
    if not path.is_file():
        raise ModelMissing(
            f"The speaker model {path.name} is missing; run `make install` again to restore it."
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        message = f"The speaker model {path.name} cannot be read; run `make install` again to restore it."
        raise ModelMissing(message) from error


def segment(session: Any, audio: Floats, hook: Hook) -> Floats:
    """Local speaker activity, shape (windows, 589 frames, 3), as probabilities.

    Windows of 10 s start every ``WINDOW_HOP`` frames; the last one is padded with zeros. The local
    speakers of two windows are unrelated. Model: pyannote segmentation-3.0.
    """
    windows = window_count(len(audio))
    hop = WINDOW_HOP * FRAME_STEP
    activity = np.zeros((windows, WINDOW_FRAMES, 3), dtype=np.float32)
    for first in range(0, windows, _SEGMENT_BATCH):
        count = min(_SEGMENT_BATCH, windows - first)
        batch = np.zeros((count, 1, WINDOW_SAMPLES), dtype=np.float32)
        for row in range(count):
            samples = audio[(first + row) * hop : (first + row) * hop + WINDOW_SAMPLES]
            batch[row, 0, : len(samples)] = samples
        classes = np.exp(session.run(None, {"x": batch})[0])
        activity[first : first + count] = (classes @ _POWERSET)[:, :WINDOW_FRAMES]
        hook("voices: segmentation", first + count, windows)
    return activity


def speech_probability(audio: Floats) -> Floats:
    """Silero's probability of speech, one value per 512 samples (the copy shipped with faster-whisper)."""
    model = get_vad_model()
    size = _SILERO_CHUNK * _SILERO_CHUNKS_A_RUN
    parts = []
    for first in range(0, len(audio), size):
        samples = audio[first : first + size]
        padded = np.pad(samples, (0, -len(samples) % _SILERO_CHUNK))
        parts.append(np.asarray(model(padded), dtype=np.float32).reshape(-1))
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)


def embed(session: Any, audio: Floats, pieces: Sequence[Piece], mean: Floats, hook: Hook) -> Floats:
    """Unit voice embeddings of ``pieces`` (ordered by start), shape (pieces, 192), centred on ``mean``.

    Features are 80 log-mel bins of 25 ms every 10 ms, mean-normalised per piece; a piece shorter than
    1.5 s is repeated to that length, as 3D-Speaker does. Model: CAM++ (Wang et al. 2023).
    """
    out = np.zeros((len(pieces), len(mean)), dtype=np.float32)
    first = 0
    while first < len(pieces):
        last = first
        limit = pieces[first].start + int(_BLOCK_SECONDS * RATE)
        while last < len(pieces) and pieces[last].end <= limit:
            last += 1
        last = max(last, first + 1)
        block = pieces[first:last]
        features = _features(audio, block)
        for at in range(0, len(block), _EMBED_BATCH):
            batch = features[at : at + _EMBED_BATCH]
            out[first + at : first + at + len(batch)] = session.run(None, {"x": batch})[0]
        first = last
        hook("voices: embedding", first, len(pieces))
    return _unit(_unit(out) - mean)


def _features(audio: Floats, pieces: Sequence[Piece]) -> Floats:
    start, end = pieces[0].start, max(piece.end for piece in pieces)
    bank = _fbank(audio[start:end])
    rows = np.zeros((len(pieces), EMBED_FRAMES, BINS), dtype=np.float32)
    for row, piece in enumerate(pieces):
        low = min((piece.start - start) // FBANK_STEP, len(bank) - 1)
        high = max(low + 1, (piece.end - start - FBANK_WIDTH) // FBANK_STEP + 1)
        own = bank[low:high]
        repeated = np.resize(own, (EMBED_FRAMES, BINS))
        rows[row] = repeated - own.mean(axis=0)
    return rows


def _fbank(samples: Floats) -> Floats:
    options = knf.FbankOptions()
    options.frame_opts.dither = 0.0
    options.frame_opts.samp_freq = RATE
    options.mel_opts.num_bins = BINS
    bank = knf.OnlineFbank(options)
    padded = np.pad(samples, (0, max(0, FBANK_WIDTH - len(samples))))
    bank.accept_waveform(RATE, np.ascontiguousarray(padded, dtype=np.float32))
    bank.input_finished()
    return np.stack([bank.get_frame(i) for i in range(bank.num_frames_ready)])


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), dtype=np.float32)
