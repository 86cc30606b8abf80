"""Recognition through our pipeline against faster-whisper alone, same weights, same run: CPU seconds and WER.

    python tests/bench/bench_recognition.py [AUDIO REFERENCE.json LANGUAGE]…

REFERENCE.json holds ``turns`` with ``text``. Without arguments: the bundled round table. Words are
compared without case, accents or punctuation, figures as written, so the rates are a little above those
of a scorer that spells numbers out. Needs jiwer.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import jiwer
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from faster_whisper import BatchedInferencePipeline, WhisperModel  # noqa: E402

from pipeline.audio import decode  # noqa: E402
from pipeline.engines.whisper import Whisper  # noqa: E402
from pipeline.engines.whisper_weights import resolve  # noqa: E402
from pipeline.phantoms import folded  # noqa: E402
from pipeline.transcribe import transcribe  # noqa: E402

Recogniser = Callable[[np.ndarray, str], str]


def ours(preset: str) -> Recogniser:
    engine = Whisper(preset=preset)  # type: ignore[arg-type]
    engine.load()

    def run(audio: np.ndarray, language: str) -> str:
        found = transcribe(audio, language, engine)
        return " ".join(w.text for s in found.segments if not s.dropped for w in s.words)

    return run


def alone(batched: bool) -> Recogniser:
    """The library's own best settings of DESIGN §4."""
    model = WhisperModel(resolve(), device="cpu", compute_type="int8")
    if batched:
        library = BatchedInferencePipeline(model)
        options = {"batch_size": 8, "without_timestamps": False}
    else:
        library, options = model, {"condition_on_previous_text": False}

    def run(audio: np.ndarray, language: str) -> str:
        found, _ = library.transcribe(audio, language=language, word_timestamps=True, **options)
        return " ".join(segment.text for segment in found)

    return run


def main() -> None:
    given = sys.argv[1:] or [
        str(ROOT / "assets/sample/panel_fr.flac"),
        str(ROOT / "tests/data/audio/panel_fr.json"),
        "fr",
    ]
    runners = {
        "faster-whisper sequential": alone(False),
        "faster-whisper batched": alone(True),
        "ours windowed": ours("windowed"),
    }
    for path, reference, language in zip(given[::3], given[1::3], given[2::3], strict=True):
        audio = np.asarray(decode(Path(path)).samples)
        turns = json.loads(Path(reference).read_text(encoding="utf-8"))["turns"]
        truth = folded(" ".join(turn["text"] for turn in turns))
        base = 0.0
        for name, run in runners.items():
            begun = time.process_time()
            text = run(audio, language)
            spent = time.process_time() - begun
            base = base or spent
            scored = jiwer.process_words(truth, folded(text))
            dropped = scored.deletions / (scored.hits + scored.substitutions + scored.deletions)
            print(
                f"{Path(path).stem:12} {name:26} {spent:6.1f} CPU s  ratio {spent / base:.2f}  "
                f"WER {scored.wer:.3f}  dropped {dropped:.3f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
