"""The sound of a session over HTTP: a signed address that expires, ranges, and never a path.

A token is ``session-expiry-signature``; its secret is drawn when the server starts, so addresses of
an earlier run are void. The file is found through the archive, never through the address.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from db.connection import open_archive
from db.sessions import load_session
from pipeline.audio import rendition
from pipeline.errors import FlorilegeError, NotFound
from pipeline.settings import default_archive

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

ROUTE = "/listen"
HOURS = 12
_SECRET = secrets.token_bytes(32)
_TOKEN = re.compile(r"([1-9][0-9]{0,17})-([0-9]{1,12})-([0-9a-f]{32})")
_BRAND = Path(__file__).resolve().parent.parent / "assets" / "brand"
_one_rendition = threading.Lock()
# What browsers play as it is, by the first bytes of the file.
_PLAYABLE = (
    (re.compile(rb"fLaC"), "audio/flac"),
    (re.compile(rb"RIFF....WAVE", re.DOTALL), "audio/wav"),
    (re.compile(rb"OggS"), "audio/ogg"),
    (re.compile(rb"....ftyp", re.DOTALL), "audio/mp4"),
    (re.compile(rb"ID3|\xff[\xe2-\xff]"), "audio/mpeg"),
    (re.compile(rb"\x1aE\xdf\xa3.{0,60}webm", re.DOTALL), "audio/webm"),
)


def _signature(session_id: str, expiry: str) -> str:
    signed = f"{session_id}-{expiry}".encode()
    return hmac.new(_SECRET, signed, hashlib.sha256).hexdigest()[:32]


def address(session_id: int, now: float | None = None) -> str:
    """The signed address of a session's sound, good for at least ``HOURS`` hours.

    The expiry is rounded to the hour so that a page redrawn within it keeps the same address.
    """
    moment = time.time() if now is None else now
    expiry = str((int(moment) // 3600 + HOURS + 1) * 3600)
    return f"{ROUTE}/{session_id}-{expiry}-{_signature(str(session_id), expiry)}"


def verified(token: str, now: float | None = None) -> tuple[int, int]:
    """Check a token: (HTTP status, session). 200 good, 400 not a token at all, 403 altered or expired."""
    parts = _TOKEN.fullmatch(token)
    if parts is None:
        return 400, 0
    session_id, expiry, signature = parts.groups()
    if not hmac.compare_digest(signature, _signature(session_id, expiry)):
        return 403, 0
    if int(expiry) < (time.time() if now is None else now):
        return 403, 0
    return 200, int(session_id)


def listen(request: Request) -> Response:
    """Answer 200 or 206 with sound, else 400, 403, 404 or 416 with no word about the archive."""
    from starlette.responses import FileResponse, PlainTextResponse

    status, session_id = verified(str(request.path_params["token"]))
    if status != 200:
        return PlainTextResponse("", status)
    try:
        path, kind = playable(default_archive(), session_id)
    except (FlorilegeError, OSError):
        return PlainTextResponse("", 404)
    headers = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
    return FileResponse(path, media_type=kind, headers=headers, content_disposition_type="inline")


def playable(archive: Path, session_id: int) -> tuple[Path, str]:
    """The file that browsers play for a session, and its type. Raises NotFound when it has no sound."""
    db = open_archive(archive, create=False)
    try:
        session = load_session(db, session_id)
    finally:
        db.conn.close()
    if session.form != "speech":
        raise NotFound(f"Session {session_id} has no sound.")
    original = archive / session.source.path
    with original.open("rb") as handle:
        opening = handle.read(80)
    kind = next((kind for pattern, kind in _PLAYABLE if pattern.match(opening)), None)
    if kind:
        return original, kind
    copy = archive / "renditions" / f"{session.source.sha256}.mp3"
    with _one_rendition:
        if not copy.exists():
            rendition(original, copy)
    return copy, "audio/mpeg"


def routes() -> list[BaseRoute]:
    """The routes beside Streamlit's own: signed sound, and the house's fonts and logo."""
    from starlette.routing import Mount, Route
    from starlette.staticfiles import StaticFiles

    return [
        Route(ROUTE + "/{token}", listen, methods=["GET"]),
        Mount("/brand", StaticFiles(directory=_BRAND)),
    ]
