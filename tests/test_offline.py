"""Nothing ever leaves the machine: the whole job runs with every network connection forbidden."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FORBIDDEN = """
import socket, sys
def refuse(*args, **kwargs):
    raise AssertionError(f"a connection was attempted: {args[1:]}")
socket.socket.connect = socket.socket.connect_ex = refuse
socket.getaddrinfo = refuse
from pipeline.cli import main
sys.argv = ["florilege", *sys.argv[1:]]
main()
"""


def florilege(archive: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", FORBIDDEN, "--archive", str(archive), *arguments],
        cwd=ROOT, env={"FLORILEGE_POOL": "inline", "PATH": "", "HOME": str(archive.parent)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.models
def test_text_to_search_by_meaning_without_network(tmp_path: Path) -> None:
    notes = tmp_path / "recap.txt"
    notes.write_text(
        "« On a des outils qui vont très vite, et il faut apprendre à ralentir », explique Asma Mhalla, "
        "spécialiste de la tech.\n",
        encoding="utf8",
    )
    archive = tmp_path / "archive"
    florilege(archive, "add", str(notes), "--wait")
    [quote] = json.loads(florilege(archive, "export", "quotes", "--format", "json"))
    assert quote["speaker"] == "Asma Mhalla"
    hits = json.loads(florilege(archive, "search", "faut-il décélérer ?", "--json"))
    assert hits and hits[0]["person"] == "Asma Mhalla"
    assert florilege(archive, "check").strip() == "The archive is sound."


@pytest.mark.models
def test_speech_without_network(tmp_path: Path) -> None:
    from pipeline.audio import cut_clip

    clip = tmp_path / "extrait.wav"
    cut_clip(ROOT / "assets/sample/panel_fr.flac", 20.0, 33.0, clip)
    archive = tmp_path / "archive"
    florilege(archive, "add", str(clip), "--language", "fr", "--wait")
    transcript = json.loads(florilege(archive, "export", "transcript", "extrait", "--format", "json"))
    assert "recherche" in " ".join(turn["text"] for turn in transcript["turns"])
    assert all(turn["words"] for turn in transcript["turns"])
