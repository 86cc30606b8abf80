"""The whole pipeline on the bundled session, and on a folder of texts when one is named.

    python tests/bench/bench_pipeline.py [FOLDER]

Prints wall and processor seconds as ratios to the length of the recording, by stage, and peak memory of
the largest process; for a folder, sessions and words a second, then the cost of adding it all again.
"""

from __future__ import annotations

import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SAMPLE = ROOT / "assets/sample/panel_fr.flac"


def florilege(archive: Path, *arguments: str) -> tuple[float, float, str]:
    """Run a command; return wall seconds, processor seconds of it and its workers, and what it printed."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "--archive", str(archive), *arguments],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - began, cpu, done.stdout


def recording(archive: Path) -> None:
    wall, cpu, _ = florilege(archive, "add", str(SAMPLE), "--wait")
    database = sqlite3.connect(archive / "florilege.db")
    seconds = database.execute("SELECT seconds FROM source").fetchone()[0]
    print(f"recording            {seconds:.0f} s of sound")
    print(f"wall / real time     {wall / seconds:.3f}")
    print(f"processor / real time {cpu / seconds:.3f}")
    for stage, spent in database.execute("SELECT stage, seconds FROM stage_run ORDER BY rowid"):
        print(f"  {stage:<12} {spent / seconds:.3f} of real time (wall)")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (1e9 if sys.platform == "darwin" else 1e6)
    print(f"largest process      {peak:.2f} GB")


def folder(archive: Path, path: Path) -> None:
    wall, cpu, _ = florilege(archive, "add", str(path), "--wait")
    sessions = json.loads(florilege(archive, "status", "--json")[2])
    characters = sum(file.stat().st_size for file in path.rglob("*.md"))
    print(f"folder               {len(sessions)} sessions, {characters / 1e6:.1f} MB")
    print(f"wall, processor      {wall:.0f} s, {cpu:.0f} s ({wall / len(sessions):.2f} s a session)")
    again, _, _ = florilege(archive, "add", str(path), "--wait")
    print(f"again, unchanged     {again:.1f} s")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        recording(Path(place) / "recording")
        if len(sys.argv) > 1:
            folder(Path(place) / "folder", Path(sys.argv[1]))
