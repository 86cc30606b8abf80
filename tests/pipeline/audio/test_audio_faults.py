"""FAULTS 1–3 and 5–8: what is no recording, or too much of one, is refused with one clear sentence."""

from __future__ import annotations

import hashlib
import http.server
import threading
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.audio import Limits, decode, probe
from pipeline.errors import Damaged, FlorilegeError, NoSound, Refused, TooLarge, Unsafe, WrongKind


def refused(path: Path, error: type[FlorilegeError]) -> str:
    """Both doors refuse with the same kind of error, name the file, and leave it as it was."""
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.raises(error) as caught:
        decode(path)
    with pytest.raises(error):
        probe(path)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    message = str(caught.value)
    assert path.name in message and message.endswith(".") and "\n" not in message
    return message


@pytest.mark.parametrize("size", [0, 16, 4000, 300_000])
def test_1_nothing_or_noise_is_no_sound(size: int, tmp_path: Path) -> None:
    path = tmp_path / "talk.mp3"
    path.write_bytes(np.random.default_rng(size).bytes(size))
    assert "contains no audio" in refused(path, NoSound)


def test_1_zeros_are_no_sound(tmp_path: Path) -> None:
    path = tmp_path / "talk.wav"
    path.write_bytes(bytes(100_000))
    refused(path, NoSound)


@pytest.mark.parametrize("kind", ["wav", "flac", "mp4", "ogg", "mkv"])
def test_1_a_header_alone_is_no_sound(kind: str, tmp_path: Path, making: dict[str, Any]) -> None:
    whole = making["write"](tmp_path / f"whole.{kind}", making["ticking"](3.0)).read_bytes()
    path = tmp_path / f"head.{kind}"
    path.write_bytes(whole[: {"wav": 44, "flac": 42, "mp4": 40, "ogg": 58, "mkv": 60}[kind]])
    refused(path, NoSound)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("Bonjour à tous, merci d'être venus.\n".encode() * 50, "text"),
        ("Bonjour à tous, déjà vu".encode("latin-1") * 50, "text"),
        (b"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1/x.ts\n", "text"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "text"),
        (b"%PDF-1.7\n\x00\x01\x02\xff", "PDF"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "picture"),
    ],
)
def test_2_other_content_is_the_wrong_kind(content: bytes, what: str, tmp_path: Path) -> None:
    path = tmp_path / "talk.wav"
    path.write_bytes(content)
    assert what in refused(path, WrongKind)


def test_2_a_document_is_the_wrong_kind(tmp_path: Path) -> None:
    path = tmp_path / "talk.wav"
    with zipfile.ZipFile(path, "w") as document:
        document.writestr("word/document.xml", "<w:document/>")
    assert "Office" in refused(path, WrongKind)


def test_2_content_beats_the_name(tmp_path: Path, making: dict[str, Any]) -> None:
    path = making["write"](tmp_path / "notes.txt", making["ticking"](2.0), kind="flac")
    assert probe(path).container == "flac"


def test_3_a_video_without_sound(tmp_path: Path, making: dict[str, Any]) -> None:
    path = making["silent_video"](tmp_path / "slides.mp4")
    assert "video without sound" in refused(path, NoSound)


@pytest.mark.parametrize(("channels", "rate"), [(512, 8_000), (100, 48_000), (1, 8_000_000)])
def test_6_absurd_shapes_are_too_large(
    channels: int, rate: int, tmp_path: Path, making: dict[str, Any]
) -> None:
    path = tmp_path / "wide.wav"
    data = bytes(channels * 2 * 20_000)
    path.write_bytes(making["wave_header"](channels, rate, len(data)) + data)
    with pytest.raises((TooLarge, Damaged, NoSound)) as caught:
        probe(path)
    assert "wide.wav" in str(caught.value)


def test_6_length_is_checked_before_decoding(tmp_path: Path, making: dict[str, Any]) -> None:
    path = making["write"](tmp_path / "hours.flac", np.zeros(48_000 * 120, np.float32))
    with pytest.raises(TooLarge, match="hours"):
        decode(path, limits=Limits(seconds=60.0))


def test_6_a_lying_header_does_not_help(tmp_path: Path, making: dict[str, Any]) -> None:
    path = making["write"](tmp_path / "lying.flac", np.zeros(48_000 * 120, np.float32))
    data = bytearray(path.read_bytes())
    # STREAMINFO: the 36-bit count of samples set to zero, "unknown".
    data[21] &= 0xF0
    data[22:26] = bytes(4)
    path.write_bytes(bytes(data))
    assert probe(path).seconds is None
    with pytest.raises(TooLarge, match="lying"):
        decode(path, limits=Limits(seconds=60.0))


def test_6_the_child_dies_of_its_limits_and_we_do_not(tmp_path: Path, making: dict[str, Any]) -> None:
    path = making["write"](tmp_path / "hungry.flac", making["ticking"](5.0))
    with pytest.raises((TooLarge, Damaged)) as caught:
        decode(path, limits=Limits(memory=60 << 20))
    assert "hungry.flac" in str(caught.value)
    with pytest.raises(TooLarge):
        decode(path, limits=Limits(wall_seconds=0.01))
    assert decode(path).seconds == pytest.approx(5.0)


def test_7_odd_names_are_only_names(tmp_path: Path, making: dict[str, Any]) -> None:
    for name in ("-i.flac", "http:evil.flac", "été\u202egpm.flac", "a b'\".flac", "%d.flac"):
        path = making["write"](tmp_path / "plain.flac", making["ticking"](1.0)).rename(tmp_path / name)
        assert probe(path).seconds == pytest.approx(1.0)


def test_8_no_address_is_ever_opened(tmp_path: Path) -> None:
    hits: list[str] = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)
            self.send_error(404)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}/x.wav"
    playlist = tmp_path / "talk.m3u8"
    playlist.write_text(f"#EXTM3U\n#EXTINF:10,\n{address}\n#EXT-X-ENDLIST\n")
    disguised = tmp_path / "talk.mp3"
    disguised.write_bytes(b"ID3\x04\x00\x00\x00\x00\x00\x00" + playlist.read_bytes())
    try:
        for text in (
            address,
            f"concat:{address}|{address}",
            f"file:{playlist}",
            f"subfile,,start,0,end,9,,:{playlist}",
        ):
            with pytest.raises(Refused):
                decode(Path(text))
        for path in (playlist, disguised):
            with pytest.raises(Refused):
                decode(path)
    finally:
        server.shutdown()
    assert hits == []


def test_8_only_ordinary_files(tmp_path: Path) -> None:
    with pytest.raises(Unsafe):
        probe(tmp_path)
    with pytest.raises(Unsafe):
        probe(Path("/dev/zero"))
    with pytest.raises(Refused, match=r"absent\.wav"):
        probe(tmp_path / "absent.wav")
    with pytest.raises(Refused):
        probe(Path("a\0b.wav"))
