"""The real app on the fixture archive, and a headless Chromium."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@dataclass
class Served:
    """A running app: its address, its archive, the ids of the fixture's sessions."""

    url: str
    archive: Path
    ids: dict[str, int]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _build(folder: Path) -> dict[str, int]:
    spec = importlib.util.spec_from_file_location(
        "fixture_archive", ROOT / "tests" / "ui" / "fixture_archive.py"
    )
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return dict(module.build(folder))


def _serve(archive: Path) -> tuple[subprocess.Popen[bytes], str]:
    port = _free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), f"--server.port={port}"],
        cwd=ROOT,
        env={**os.environ, "FLORILEGE_ARCHIVE": str(archive), "FLORILEGE_MEANING": "false"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _attempt in range(240):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2)
            return server, f"http://127.0.0.1:{port}/"
        except OSError:
            time.sleep(0.25)
    server.kill()
    raise RuntimeError("the app did not start")


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[bool], Served]]:
    servers = []

    def start(filled: bool) -> Served:
        archive = tmp_path_factory.mktemp("archive")
        ids = _build(archive) if filled else {}
        server, url = _serve(archive)
        servers.append(server)
        return Served(url, archive, ids)

    yield start
    for server in servers:
        server.terminate()
        server.wait(10)


@pytest.fixture(scope="session")
def served(serve: Callable[[bool], Served]) -> Served:
    return serve(True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if not CHROMIUM:
        pytest.skip("no Chromium: apt-get install chromium, or set CHROMIUM")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any, served: Served) -> Iterator[Any]:
    """A page that fails the test on any script error or alert, or a request to another machine."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened = context.new_page()
    troubles: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on("dialog", lambda dialog: (troubles.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    opened.on("request", lambda request: _away(request.url, troubles))
    opened.set_default_timeout(20_000)
    yield opened
    context.close()
    assert troubles == []


def _away(url: str, troubles: list[str]) -> None:
    if not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")):
        troubles.append(f"request to {url}")
