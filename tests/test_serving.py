"""The app as `make demo` starts it: on a fresh home it must serve at once and ask nothing."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from pipeline.commands.opener import open_when_ready

ROOT = Path(__file__).parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answered(address: str) -> bool:
    for _ in range(240):
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer:
                return bool(answer.read() == b"ok")
        except OSError:
            time.sleep(0.25)
    return False


def test_a_first_start_serves_without_a_question(tmp_path: Path) -> None:
    port = free_port()
    home = tmp_path / "home"
    home.mkdir()
    environment = {
        name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", "--archive", str(tmp_path / "archive"), "serve", "--open",
         "--port", str(port)],
        cwd=ROOT, env={**environment, "HOME": str(home)}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        assert answered(f"http://127.0.0.1:{port}")
    finally:
        server.kill()
    assert "email" not in server.communicate()[0].lower()


def test_a_port_in_use_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = subprocess.run(
            [sys.executable, "-m", "pipeline.cli", "--archive", str(tmp_path), "serve", "--port",
             str(taken.getsockname()[1])],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 2 and "--port" in done.stderr


def test_the_browser_waits_for_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or True)
    assert not open_when_ready(f"http://127.0.0.1:{free_port()}", patience=0.5)
    assert opened == []
