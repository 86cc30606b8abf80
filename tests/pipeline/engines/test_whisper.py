"""The real base model on the bundled round table, on silence, noise and tone, and on bad settings."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import jiwer
import numpy as np
import pytest

from pipeline.audio import decode
from pipeline.engines.activity import STEP, activity
from pipeline.engines.whisper import Whisper
from pipeline.errors import BadSetting, EngineError, ModelMissing
from pipeline.hooks import silent
from pipeline.phantoms import folded
from pipeline.transcribe import transcribe

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "assets" / "sample" / "panel_fr.flac"
REFERENCE = ROOT / "tests" / "data" / "audio" / "panel_fr.json"
RATE = 16_000


def noises() -> dict[str, np.ndarray]:
    random = np.random.default_rng(7)
    spectrum = np.fft.rfft(random.standard_normal(60 * RATE))
    pink = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), 60 * RATE)
    time = np.arange(60 * RATE) / RATE
    bursts = (random.random(60 * RATE) > 0.995) * random.standard_normal(60 * RATE)
    clapping = np.convolve(bursts, np.exp(-np.arange(160) / 25), "same")
    return {
        "silence": np.zeros(60 * RATE, np.float32),
        "pink noise": (0.1 * pink / pink.std()).astype(np.float32),
        "tone": (0.3 * np.sin(2 * np.pi * 440 * time)).astype(np.float32),
        "applause": (0.2 * clapping / clapping.std()).astype(np.float32),
    }


@pytest.mark.models
def test_the_round_table_is_understood() -> None:
    audio = decode(SAMPLE).samples
    seen: list[float] = []
    engine = Whisper()
    result = transcribe(audio, None, engine, None, lambda step, done, total: seen.append(done))
    assert result.language == "fr" and result.duration == pytest.approx(len(audio) / RATE)
    assert result.engine == engine.identity
    assert seen[0] == 0.0 and seen[-1] == pytest.approx(result.duration) and seen == sorted(seen)
    said = [word for s in result.segments if not s.dropped for word in s.words]
    reference = json.loads(REFERENCE.read_text(encoding="utf-8"))["turns"]
    # Numbers are written in figures by the model: this plain measure is a little stricter than the scorer.
    error = jiwer.wer(folded(" ".join(t["text"] for t in reference)), folded(" ".join(w.text for w in said)))
    assert error < 0.20
    assert all(a.end_time <= b.start_time for a, b in itertools.pairwise(said))
    assert "l'intelligence" in [word.text for word in said], "an elided article stays with its word"


@pytest.mark.models
def test_nobody_speaks_in_noise() -> None:
    engine = Whisper()
    for name, sound in noises().items():
        result = transcribe(sound, "fr", engine)
        kept = [w.text for s in result.segments if not s.dropped for w in s.words]
        assert kept == [], name


@pytest.mark.models
def test_words_after_a_minute_of_silence_keep_their_time() -> None:
    speech = decode(SAMPLE).samples[: 12 * RATE]
    quiet = np.zeros(60 * RATE, np.float32)
    result = transcribe(np.concatenate([quiet, speech, quiet]), "fr", Whisper())
    said = [w for s in result.segments if not s.dropped for w in s.words]
    assert folded(said[0].text) == "bonjour" and 59.5 < said[0].start_time < 61.5
    assert said[-1].end_time < 72.5


@pytest.mark.models
def test_language_is_chosen_among_two() -> None:
    engine = Whisper()
    audio = decode(SAMPLE).samples
    for seconds in (3.0, 8.0):
        assert engine.choose(audio, [(0.3, 0.3 + seconds)]) == "fr"
    assert engine.choose(audio, []) in ("fr", "en")


def test_activity_hears_the_first_word() -> None:
    audio = decode(SAMPLE).samples[: 10 * RATE]
    heard = activity(audio)
    assert len(heard) == -(-len(audio) // 512)
    assert (heard >= 0.5).sum() * STEP > 5
    assert len(activity(np.zeros(0, np.float32))) == 0


def test_bad_settings_are_one_sentence() -> None:
    with pytest.raises(BadSetting, match="windowed, careful or fast"):
        Whisper(preset="best")  # type: ignore[arg-type]
    with pytest.raises(ModelMissing, match="no-such-model"):
        Whisper(model="no-such-model").transcribe(np.ones(RATE, np.float32), "fr", None, silent)
    with pytest.raises(EngineError, match="set the device to cpu"):
        Whisper(device="cuda").load()


def test_identity_tells_models_apart(tmp_path: Path) -> None:
    for name, content in (("a", b"one"), ("b", b"two")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.bin").write_bytes(content)
    first, second = (Whisper(model=str(tmp_path / name)).identity for name in "ab")
    assert first.split("@")[1] != second.split("@")[1]
    assert Whisper().identity != Whisper(preset="fast").identity
