"""Who speaks when: runs a diarizer and holds it to the contract of :class:`~db.records.VoiceSpan`."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from db.records import VoiceSpan
from pipeline.engines import Diarizer
from pipeline.errors import BadSetting, EngineError
from pipeline.hooks import Hook, silent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATE = 16_000


def diarize(
    audio: NDArray[np.float32], speakers: int | None, diarizer: Diarizer, hook: Hook = silent
) -> tuple[VoiceSpan, ...]:
    """Voice spans of 16 kHz mono ``audio``: sorted, inside the recording, none empty, ``S1`` speaks first.

    ``speakers`` is the exact number of voices when it is known. Raises BadSetting for a number below
    one and EngineError when the engine gives times that are no numbers.
    """
    if speakers is not None and speakers < 1:
        raise BadSetting(f"The number of speakers is {speakers}; give 1 or more, or leave it out.")
    if not len(audio):
        return ()
    return tidy(diarizer.diarize(audio, speakers, hook), len(audio) / RATE)


def tidy(spans: Iterable[VoiceSpan], duration: float) -> tuple[VoiceSpan, ...]:
    """Clip spans to ``duration`` seconds, drop empty ones, join those of one voice that touch or
    overlap, and relabel the voices ``S1``, ``S2``… in order of first speech.

    Raises EngineError for times that are no numbers.
    """
    own: dict[str, list[tuple[float, float]]] = {}
    for span in spans:
        if not (math.isfinite(span.start_time) and math.isfinite(span.end_time)):
            raise EngineError("The diarizer gave a time that is no number; choose another diarizer.")
        start, end = max(0.0, span.start_time), min(duration, span.end_time)
        if end > start:
            own.setdefault(span.label, []).append((start, end))
    joined = [(*pair, label) for label, pairs in own.items() for pair in _join(sorted(pairs))]
    joined.sort()
    names: dict[str, str] = {}
    for _, _, label in joined:
        names.setdefault(label, f"S{len(names) + 1}")
    return tuple(sorted((VoiceSpan(a, b, names[label]) for a, b, label in joined), key=_order))


def _join(pairs: list[tuple[float, float]]) -> list[tuple[float, float]]:
    out: list[tuple[float, float]] = []
    for start, end in pairs:
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def _order(span: VoiceSpan) -> tuple[float, float, str]:
    return span.start_time, span.end_time, span.label
