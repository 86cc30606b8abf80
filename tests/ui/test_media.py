"""Addresses of sound: signed, expiring, and never a path (FAULTS 39)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from ui import media

NOW = 1_900_000_000.0


def _token(session_id: int = 7, now: float = NOW) -> str:
    return media.address(session_id, now).removeprefix(media.ROUTE + "/")


def test_a_token_is_good_for_half_a_day_at_least() -> None:
    assert media.verified(_token(), NOW + media.HOURS * 3600) == (200, 7)
    assert media.verified(_token(), NOW + (media.HOURS + 2) * 3600) == (403, 0)


def test_a_page_redrawn_keeps_its_address() -> None:
    assert _token(now=NOW) == _token(now=NOW + 60)


def test_altered_tokens_are_forbidden() -> None:
    session, expiry, signature = _token().split("-")
    assert media.verified(f"8-{expiry}-{signature}", NOW)[0] == 403
    assert media.verified(f"{session}-{int(expiry) + 1}-{signature}", NOW)[0] == 403
    assert media.verified(f"{session}-{expiry}-{'0' * 32}", NOW)[0] == 403


@given(st.text(max_size=60))
def test_no_text_is_a_token(text: str) -> None:
    assert media.verified(text, NOW) == (400, 0)


def _get(path: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
    """One request through the real routes, by the ASGI protocol."""
    app = Starlette(routes=media.routes())
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "root_path": "", "query_string": b"", "server": ("x", 80),
        "client": ("x", 1),
        "headers": [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()],
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        await anyio.sleep(3600)
        return {}

    async def send(message: Any) -> None:
        sent.append(message)

    async def run() -> None:
        await app(scope, receive, send)

    # A thread of its own: Playwright keeps an event loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(anyio.run, run).result()
    head = {key.decode(): value.decode() for key, value in sent[0]["headers"]}
    return sent[0]["status"], head, b"".join(message.get("body", b"") for message in sent[1:])


@pytest.fixture
def served(archive: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FLORILEGE_ARCHIVE", str(archive))
    return archive


def test_sound_comes_whole_or_in_ranges(served: Path, ids: dict[str, int]) -> None:
    path = media.address(ids["panel"])
    status, head, body = _get(path, {"Range": "bytes=0-3"})
    assert (status, body, head["content-type"]) == (206, b"fLaC", "audio/flac")
    assert head["content-range"].startswith("bytes 0-3/")
    size = int(head["content-range"].split("/")[1])
    status, _head, body = _get(path, {"Range": f"bytes={size - 5}-"})
    assert (status, len(body)) == (206, 5)
    assert _get(path)[0] == 200


def test_ranges_past_the_end_and_nonsense(served: Path, ids: dict[str, int]) -> None:
    path = media.address(ids["panel"])
    assert _get(path, {"Range": "bytes=99999999999-"})[0] == 416
    assert _get(path, {"Range": "bytes=abc"})[0] == 400


@pytest.mark.parametrize(
    "tail", ["..", "../florilege.db", "%2e%2e%2fflorilege.db", "..\\..\\x", "1", "\x00", "7-1-" + "0" * 32]
)
def test_paths_and_old_addresses_get_nothing(served: Path, tail: str) -> None:
    status, _head, body = _get(f"{media.ROUTE}/{tail}")
    assert status in (400, 403, 404)
    assert b"SQLite" not in body and len(body) < 100


def test_texts_and_unknown_sessions_have_no_sound(served: Path, ids: dict[str, int]) -> None:
    assert _get(media.address(ids["recap"]))[0] == 404
    assert _get(media.address(987_654))[0] == 404


def test_fonts_are_served_and_nothing_above_them(served: Path) -> None:
    status, _head, body = _get("/brand/fonts/newsreader-latin.woff2")
    assert (status, body[:4]) == (200, b"wOF2")
    assert _get("/brand/../locale/fr/LC_MESSAGES/florilege.po")[0] == 404
