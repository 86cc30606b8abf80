"""Speech recognition by faster-whisper (CTranslate2), int8 on the processor, words with times.

Three presets. ``windowed``: windows cut where nobody speaks, decoded in batches by beam search only,
then mended: looping or improbable windows are decoded again in halves, speech without words is
decoded again alone. ``careful``: the library's sequential decoding without conditioning on earlier
text. ``fast``: the library's batched decoding. Only ``windowed`` is the same at every run: the others
fall back to sampling at random.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from db.records import Recognition, Segment
from pipeline.engines import whisper_weights
from pipeline.engines.activity import RATE, activity
from pipeline.engines.whisper_words import NO_SPEECH, as_segment, failed, parted, said_nearby, within
from pipeline.engines.windows import Span, halves, holes, windows
from pipeline.errors import BadSetting, EngineError, ModelMissing
from pipeline.hooks import Hook

Preset = Literal["windowed", "careful", "fast"]
Samples = NDArray[np.float32]

LANGUAGES = ("fr", "en")
BEAM = 5
BATCH = 8
STEP_NAME = "transcribe"
# The library asserts that clips sum to no more than the sound; rounding would break that.
_REST = np.zeros(160, np.float32)


@dataclass(slots=True)
class Whisper:
    """A recogniser for French and English. ``device`` is ``cpu`` or ``cuda``; ``threads`` 0 lets the
    library decide; ``allow_hub`` lets ``model`` be the name of a model to download.

    Raises :class:`BadSetting`, :class:`ModelMissing`, :class:`EngineError` (no GPU, no memory).
    """

    model: str = whisper_weights.OFFLINE
    preset: Preset = "windowed"
    device: str = "cpu"
    threads: int = 0
    allow_hub: bool = False
    identity: str = field(init=False)
    _loaded: Any = field(init=False, default=None, repr=False)

    def __post_init__(self) -> None:  # noqa: D105
        if self.preset not in ("windowed", "careful", "fast"):
            raise BadSetting(
                f"The speech preset “{self.preset}” is unknown: choose windowed, careful or fast."
            )
        from faster_whisper import __version__

        self.identity = f"faster-whisper {__version__} {self._model_name()} {self.preset}"

    def _model_name(self) -> str:
        if self.model == whisper_weights.OFFLINE:
            return f"base@{whisper_weights.FILES['model.bin'][:12]}"
        weights = Path(self.model).expanduser() / "model.bin"
        return f"{Path(self.model).name}@{_fingerprint(weights)}" if weights.is_file() else self.model

    def transcribe(self, audio: Samples, language: str | None, prompt: str | None, hook: Hook) -> Recognition:
        """Recognise speech; ``prompt`` is a glossary heard by every window (223 tokens at most).

        ``hook("transcribe", …)`` counts seconds of sound.
        """
        seconds = len(audio) / RATE
        self.load()
        hook(STEP_NAME, 0.0, seconds)
        try:
            heard = activity(audio)
            spoken = language if language in LANGUAGES else self.choose(audio, windows(heard, seconds))
            ask = _Asked(spoken, prompt or None)
            decode = {"windowed": self._windowed, "careful": self._careful, "fast": self._fast}[self.preset]
            segments = decode(audio, heard, ask, hook)
        except (RuntimeError, MemoryError) as error:
            raise EngineError(
                f"Speech recognition with “{self.model}” failed ({error}): try a smaller model or device cpu."
            ) from error
        hook(STEP_NAME, seconds, seconds)
        return Recognition(spoken, seconds, tuple(segments), self.identity)

    def load(self) -> Any:
        """The CTranslate2 model, loaded at first use."""
        if self._loaded is None:
            self._loaded = _load(self)
        return self._loaded

    def choose(self, audio: Samples, spans: Sequence[Span]) -> str:
        """French or English, by the model's own probabilities summed over up to four windows."""
        model = self.load()
        if not model.model.is_multilingual:
            return "en"
        totals = dict.fromkeys(LANGUAGES, 0.0)
        for at in sorted({round(share * (len(spans) - 1)) for share in (0, 0.33, 0.66, 1)} if spans else ()):
            start, end = spans[at]
            _, _, found = model.detect_language(audio=_cut(audio, start, end))
            for name, probability in found:
                if name in totals:
                    totals[name] += probability
        return max(LANGUAGES, key=lambda name: totals[name])

    def _windowed(self, audio: Samples, heard: Samples, ask: _Asked, hook: Hook) -> list[Segment]:
        seconds = len(audio) / RATE
        spans = windows(heard, seconds)
        segments: list[Segment] = []
        for first in range(0, len(spans), BATCH):
            group = spans[first : first + BATCH]
            segments += self._mended(audio, heard, group, ask)
            hook(STEP_NAME, group[-1][1], seconds)
        return segments

    def _mended(self, audio: Samples, heard: Samples, spans: list[Span], ask: _Asked) -> list[Segment]:
        decoded = dict(zip(spans, self._batch(audio, spans, ask), strict=True))
        bad = [span for span, segments in decoded.items() if failed(segments)]
        parts = {span: halves(heard, span) for span in bad}
        flat = [part for span in bad for part in parts[span]]
        again = dict(zip(flat, self._batch(audio, flat, ask), strict=True))
        for span in bad:
            better = [segment for part in parts[span] for segment in again[part]]
            if better and not any(failed(again[part]) for part in parts[span]):
                decoded[span] = better
        segments = [segment for span in spans for segment in decoded[span]]
        return self._filled(audio, heard, spans, segments, ask)

    def _filled(
        self, audio: Samples, heard: Samples, spans: list[Span], segments: list[Segment], ask: _Asked
    ) -> list[Segment]:
        """Decode speech that got no words once more, alone; keep what is plausible."""
        words = [(word.start_time, word.end_time) for segment in segments for word in segment.words]
        first, last = spans[0][0], spans[-1][1]
        missed = holes(heard, words, first, last)
        padded = [(max(a - 0.3, 0.0), min(b + 0.3, len(audio) / RATE)) for a, b in missed]
        for hole, found in zip(missed, self._batch(audio, padded, ask), strict=True):
            if failed(found) or not found or found[0].no_speech_probability >= NO_SPEECH:
                continue
            found = [within(segment, hole) for segment in found]
            if not said_nearby(found, segments, hole):
                segments = [part for segment in segments for part in parted(segment, hole)]
                segments += found
        return sorted((s for s in segments if s.words), key=lambda s: s.words[0].start_time)

    def _batch(self, audio: Samples, spans: list[Span], ask: _Asked) -> list[list[Segment]]:
        """Decode each window on its own, ``BATCH`` at a time; one list of segments per window."""
        from faster_whisper import BatchedInferencePipeline

        results: list[list[Segment]] = []
        for first in range(0, len(spans), BATCH):
            group = spans[first : first + BATCH]
            pieces = [_cut(audio, *span) for span in group]
            ends = np.cumsum([len(piece) for piece in pieces]) / RATE
            starts = ends - [len(piece) / RATE for piece in pieces]
            clips = [{"start": a, "end": b} for a, b in zip(starts, ends, strict=True)]
            found, _ = BatchedInferencePipeline(self.load()).transcribe(
                np.concatenate([*pieces, _REST]),
                batch_size=BATCH,
                without_timestamps=False,
                clip_timestamps=clips,
                **ask.options(),
            )
            kept = list(found)
            for span, start, end in zip(group, starts, ends, strict=True):
                own = [s for s in kept if start - 0.005 <= s.seek / 100 < end - 0.005]
                results.append([as_segment(s, span[0] - start) for s in own])
        return results

    def _careful(self, audio: Samples, heard: Samples, ask: _Asked, hook: Hook) -> list[Segment]:
        found, _ = self.load().transcribe(audio, condition_on_previous_text=False, **ask.options())
        return _watched(found, len(audio) / RATE, hook)

    def _fast(self, audio: Samples, heard: Samples, ask: _Asked, hook: Hook) -> list[Segment]:
        from faster_whisper import BatchedInferencePipeline

        found, _ = BatchedInferencePipeline(self.load()).transcribe(
            audio, batch_size=BATCH, without_timestamps=False, **ask.options()
        )
        return _watched(found, len(audio) / RATE, hook)


@dataclass(frozen=True, slots=True)
class _Asked:
    language: str
    prompt: str | None

    def options(self) -> dict[str, Any]:
        return {
            "language": self.language,
            "hotwords": self.prompt,
            "beam_size": BEAM,
            "word_timestamps": True,
        }


def _load(engine: Whisper) -> Any:
    from faster_whisper import WhisperModel

    place = whisper_weights.resolve(engine.model, engine.allow_hub)
    try:
        return WhisperModel(
            place,
            device=engine.device,
            compute_type="int8" if engine.device == "cpu" else "int8_float16",
            cpu_threads=engine.threads,
            local_files_only=not engine.allow_hub,
        )
    except (RuntimeError, ValueError, OSError) as error:
        if engine.device != "cpu":
            raise EngineError(
                f"The device “{engine.device}” cannot be used ({error}): set the device to cpu."
            ) from error
        raise ModelMissing(
            f"The speech model “{engine.model}” cannot be loaded ({error}): check the folder or the network, "
            f"or use “{whisper_weights.OFFLINE}”."
        ) from error


def _fingerprint(weights: Path) -> str:
    """CRC-32 of size and both ends: enough to tell models apart without reading gigabytes."""
    size = weights.stat().st_size
    with weights.open("rb") as file:
        ends = file.read(1 << 20)
        file.seek(max(size - (1 << 20), 0))
        ends += file.read()
    return f"{zlib.crc32(ends + str(size).encode()):08x}"


def _cut(audio: Samples, start: float, end: float) -> Samples:
    return np.ascontiguousarray(audio[round(start * RATE) : round(end * RATE)], np.float32)


def _watched(found: Iterable[Any], seconds: float, hook: Hook) -> list[Segment]:
    segments = []
    for segment in found:
        segments.append(as_segment(segment, 0.0))
        hook(STEP_NAME, min(segment.end, seconds), seconds)
    return segments
