"""Diarization figures: reference recordings and panels mixed on the spot from their voices.

    python tests/bench/bench_diarization.py DATA_DIR [--mixes 16]

DATA_DIR holds ``NAME.flac`` beside ``NAME.rttm`` (references) and ``fleurs_*.flac`` beside ``.json``
(readers to mix). Prints one line per recording: error with a collar of 0.25 s and with none,
speakers found and true, CPU seconds per second; for ``panel_fr`` also the share of recognised words
(``tests/data/audio/panel_fr_words.json``) given to the right person. Nothing is asserted here.
"""

from __future__ import annotations

import argparse
import difflib
import itertools
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from faster_whisper import decode_audio
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.signal import fftconvolve

from db.records import Recognition, VoiceSpan
from pipeline.align import align
from pipeline.engines.voices import OnnxDiarizer

Floats = NDArray[np.float32]
RATE = 16_000
FRAME = 160


@dataclass(frozen=True, slots=True)
class Panel:
    """A recording and who speaks when in it."""

    name: str
    audio: Floats
    spans: tuple[VoiceSpan, ...]


def read_rttm(path: Path) -> tuple[VoiceSpan, ...]:
    """The SPEAKER lines of an RTTM file."""
    rows = [line.split() for line in path.read_text().splitlines() if line.startswith("SPEAKER")]
    return tuple(VoiceSpan(float(r[3]), float(r[3]) + float(r[4]), r[7]) for r in rows)


def diarization_error(
    found: Sequence[VoiceSpan], truth: Sequence[VoiceSpan], collar: float = 0.25
) -> dict[str, float]:
    """Missed, false and confused speech over true speech, overlaps scored, best one-to-one mapping.

    Seconds within ``collar`` of a true boundary are left out (NIST md-eval; same as pyannote.metrics
    with ``collar=2 * collar``).
    """
    near = {
        edge for span in truth for e in (span.start_time, span.end_time) for edge in (e - collar, e + collar)
    }
    edges = sorted(near | {e for span in (*found, *truth) for e in (span.start_time, span.end_time)})
    names = sorted({s.label for s in truth}), sorted({s.label for s in found})
    together = np.zeros((len(names[0]), len(names[1])))
    total = missed = extra = paired = 0.0
    for low, high in itertools.pairwise(edges):
        at, length = (low + high) / 2, high - low
        if collar and any(min(abs(at - s.start_time), abs(at - s.end_time)) < collar for s in truth):
            continue
        true = {s.label for s in truth if s.start_time <= at < s.end_time}
        heard = {s.label for s in found if s.start_time <= at < s.end_time}
        total += length * len(true)
        missed += length * max(0, len(true) - len(heard))
        extra += length * max(0, len(heard) - len(true))
        paired += length * min(len(true), len(heard))
        for one, other in itertools.product(true, heard):
            together[names[0].index(one), names[1].index(other)] += length
    right = together[linear_sum_assignment(together, maximize=True)].sum()
    parts = {
        "missed": missed,
        "false": extra,
        "confused": paired - right,
        "error": missed + extra + paired - right,
    }
    return {name: float(value / max(total, 1e-9)) for name, value in parts.items()}


def _spoken(samples: Floats) -> list[tuple[int, int]]:
    # Frames nearer to the clip's loud parts than to its noise, pauses under 0.3 s bridged.
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    level = 10 * np.log10((frames**2).mean(axis=1) + 1e-10)
    floor, top = np.percentile(level, [5, 95])
    loud = np.flatnonzero(level > max(top - 35, floor + 0.4 * (top - floor)))
    breaks = np.flatnonzero(np.diff(loud) > 30)
    starts = np.concatenate(([loud[0]], loud[breaks + 1]))
    ends = np.concatenate((loud[breaks], [loud[-1]])) + 1
    return [(int(a) * FRAME, int(b) * FRAME) for a, b in zip(starts, ends, strict=True) if b - a > 10]


def _noisy(samples: Floats) -> bool:
    # Energy does not tell speech from silence in such a clip, so it has no reference times.
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    floor, top = np.percentile(10 * np.log10((frames**2).mean(axis=1) + 1e-10), [5, 95])
    return bool(top - floor < 30)


def gather(data: Path, diarizer: OnnxDiarizer) -> dict[str, list[Floats]]:
    """Clips of one voice each: turns of the references, and FLEURS clips grouped by who reads them.

    FLEURS names no readers: whole clips are long enough for the embeddings to tell them
    apart, and the doubtful ones are left out.
    """
    voices: dict[str, list[Floats]] = defaultdict(list)
    for path in sorted(data.glob("*.rttm")):
        audio = decode_audio(str(path.with_suffix(".flac")))
        for span in read_rttm(path):
            if span.end_time - span.start_time > 0.8:
                clip = audio[int(span.start_time * RATE) : int(span.end_time * RATE)]
                voices[f"{path.stem}:{span.label}"].append(clip)
    for path in sorted(data.glob("fleurs_*.json")):
        audio = decode_audio(str(path.with_suffix(".flac")))
        readers: list[tuple[str, Floats]] = []
        for turn in json.loads(path.read_text(encoding="utf8"))["turns"]:
            clip = audio[int(turn["start"] * RATE) : int(turn["end"] * RATE)]
            if _noisy(clip):
                continue
            print_ = diarizer.listen(clip).vectors.mean(axis=0)
            print_ /= np.linalg.norm(print_)
            near = [(float(print_ @ other), name) for name, other in readers]
            same = max(near, default=(0.0, ""))
            if 0.35 < same[0] < 0.55:
                continue
            name = same[1] if same[0] >= 0.55 else f"{path.stem}:{len(readers)}"
            readers.append((name, print_))
            # The longest readings would be monologues: cut at pauses.
            voices[name] += [clip[a:b] for a, b in _spoken(clip) if b - a > 0.8 * RATE]
    return {name: clips for name, clips in voices.items() if sum(map(len, clips)) > 6 * RATE}


def mix(voices: dict[str, list[Floats]], count: int, seed: int, room: bool, seconds: float = 150.0) -> Panel:
    """A panel of ``count`` voices: turns, pauses, interruptions; ``room`` adds echo and noise."""
    rng = np.random.default_rng(seed)
    names = [str(n) for n in rng.choice(sorted(voices), size=count, replace=False)]
    echoes = {name: _echo(rng) for name in names}
    gains = {name: 10 ** (rng.uniform(-6, 0) / 20) for name in names}
    audio = np.zeros(int((seconds + 60) * RATE), dtype=np.float32)
    spans: list[VoiceSpan] = []
    at, last = 0.5, ""
    queue = {name: _shuffled(voices[name], rng) for name in names}
    while at < seconds or len({s.label for s in spans}) < count:
        unheard = [n for n in names if n not in {s.label for s in spans}]
        others = [n for n in (unheard if at > seconds * 0.6 and unheard else names) if n != last] or names
        last = str(rng.choice(others))
        # Nobody says less than two clips in all, so that every voice can be counted.
        for _ in range(int(rng.integers(2, 6))):
            clip = next(queue[last])
            clip = clip * (gains[last] * 0.08 / (np.sqrt((clip**2).mean()) + 1e-6))
            first = int(at * RATE)
            for a, b in _spoken(clip):
                spans.append(VoiceSpan(at + a / RATE, at + b / RATE, last))
            sound = fftconvolve(clip, echoes[last])[: len(clip) + RATE // 2] if room else clip
            audio[first : first + len(sound)] += sound[: len(audio) - first]
            at += len(clip) / RATE + rng.uniform(0.05, 0.5)
        at += rng.uniform(-0.6, 1.2) if rng.random() < 0.9 else rng.uniform(1.5, 5.0)
    audio = audio[: int((at + 0.5) * RATE)]
    noise = 10 ** (-rng.uniform(18, 28) / 20) * 0.06 if room else 0.0003
    audio = audio + (noise * rng.standard_normal(len(audio))).astype(np.float32)
    kind = "room" if room else "clean"
    return Panel(f"mix {count} {kind} {seed}", audio.astype(np.float32), tuple(_merged(spans)))


def _shuffled(clips: list[Floats], rng: np.random.Generator) -> Iterator[Floats]:
    while True:
        for index in rng.permutation(len(clips)):
            yield clips[index]


def _echo(rng: np.random.Generator) -> Floats:
    # Exponentially decaying noise (Polack 1988) after a direct sound: reverberation of 0.25 to 0.7 s.
    length = rng.uniform(0.25, 0.7)
    times = np.arange(int(length * RATE)) / RATE
    tail = rng.standard_normal(len(times)) * np.exp(-6.9 * times / length)
    tail *= np.sqrt(rng.uniform(0.3, 1.0) / (tail**2).sum())
    tail[0] += 1.0
    return tail.astype(np.float32)


def _merged(spans: list[VoiceSpan]) -> list[VoiceSpan]:
    out: list[VoiceSpan] = []
    for label in sorted({s.label for s in spans}):
        own = sorted((s.start_time, s.end_time) for s in spans if s.label == label)
        for start, end in own:
            if out and out[-1].label == label and start <= out[-1].end_time:
                out[-1] = VoiceSpan(out[-1].start_time, max(end, out[-1].end_time), label)
            else:
                out.append(VoiceSpan(start, end, label))
    return out


def panels(data: Path, mixes: int, diarizer: OnnxDiarizer) -> Iterator[Panel]:
    """The references, then ``mixes`` panels of 1 to 8 voices, every other one in a room."""
    for path in sorted(data.glob("*.rttm")):
        yield Panel(path.stem, decode_audio(str(path.with_suffix(".flac"))), read_rttm(path))
    voices = gather(data, diarizer) if mixes else {}
    for seed in range(mixes):
        yield mix(voices, 1 + (seed // 2) % 8, seed, room=seed % 2 == 1)


def words_right(found: tuple[VoiceSpan, ...]) -> float:
    """Share of the panel's recognised words, paired with the reference by spelling, with the true speaker."""
    folder = Path(__file__).parents[1] / "data" / "audio"
    recognition = msgspec.json.decode((folder / "panel_fr_words.json").read_bytes(), type=Recognition)
    result = align(recognition, found)
    heard = [(result.text[w.start : w.end], t.label or "") for t in result.turns for w in t.words]
    turns = json.loads((folder / "panel_fr.json").read_text(encoding="utf8"))["turns"]
    true = [(text, turn["speaker"]) for turn in turns for text in turn["text"].split()]
    plain_true, plain_heard = (
        [re.sub(r"\W", "", text).lower() for text, _ in words] for words in (true, heard)
    )
    blocks = difflib.SequenceMatcher(None, plain_true, plain_heard, autojunk=False).get_matching_blocks()
    pairs = [(true[a + i][1], heard[b + i][1]) for a, b, size in blocks for i in range(size)]
    best = {label: Counter(t for t, h in pairs if h == label).most_common(1)[0][0] for _, label in pairs}
    return float(np.mean([best[label] == person for person, label in pairs]))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--mixes", type=int, default=16)
    arguments = parser.parse_args()
    diarizer = OnnxDiarizer()
    errors, exact = [], 0
    for panel in panels(arguments.data, arguments.mixes, diarizer):
        began = time.process_time()
        found = diarizer.diarize(panel.audio)
        cost = (time.process_time() - began) / (len(panel.audio) / RATE)
        loose, strict = (diarization_error(found, panel.spans, collar) for collar in (0.25, 0.0))
        count = len({s.label for s in found}), len({s.label for s in panel.spans})
        errors.append(loose["error"])
        exact += count[0] == count[1]
        print(
            f"{panel.name:16} DER {loose['error']:.2%} (missed {loose['missed']:.2%} "
            f"false {loose['false']:.2%} confused {loose['confused']:.2%}) "
            f"no collar {strict['error']:.2%} speakers {count[0]}/{count[1]} cpu {cost:.3f}",
            flush=True,
        )
        if panel.name == "panel_fr":
            print(f"{panel.name:16} words given to the right person {words_right(found):.2%}")
    print(f"mean DER {np.mean(errors):.2%}, count exact {exact}/{len(errors)}")


if __name__ == "__main__":
    main()
