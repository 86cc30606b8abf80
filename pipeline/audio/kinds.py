"""Decides from a file's first bytes which demuxer may read it, never from its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from pipeline.errors import NoSound, WrongKind

HEAD = 256 * 1024

_MAGIC = (
    (0, b"fLaC", "flac"),
    (0, b"OggS", "ogg"),
    (0, b"\x1a\x45\xdf\xa3", "matroska"),
    (0, b"RF64", "wav"),
    (0, b"BW64", "wav"),
    (0, b"riff\x2e\x91\xcf\x11", "w64"),
    (0, b"caff", "caf"),
    (0, b".snd", "au"),
    (0, b"#!AMR", "amr"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    *((4, box, "mov") for box in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")),
)
_RIFF = {b"WAVE": "wav", b"AVI ": "avi"}
_OTHER = (
    (b"PK\x03\x04", "a ZIP or Office document"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"7z\xbc\xaf", "a compressed archive"),
    (b"Rar!", "a compressed archive"),
    (b"SQLite format 3", "a database"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
)
# ISO/IEC 11172-3 and 13818-3, layer III: kbit/s by index, for MPEG 1 and for MPEG 2 and 2.5.
_KBITS = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_CHAIN = 3


def demuxer(file: BinaryIO, name: str) -> str:
    """The FFmpeg demuxer that may read ``file``.

    Raises :class:`WrongKind` for text, documents, pictures…, :class:`NoSound` for an empty file or
    bytes that are no recording at all.
    """
    file.seek(0)
    head = file.read(HEAD)
    if not head.strip(b"\0"):
        raise NoSound(f"“{name}” is empty and contains no audio: check the copy and add it again.")
    found = _container(head) or _after_tag(file, head)
    if found:
        return found
    other = next((kind for magic, kind in _OTHER if head.startswith(magic)), None)
    if other is None and _is_text(head):
        other = "a text file"
    if other:
        raise WrongKind(f"“{name}” is {other}, not a recording: add it under its own extension.")
    raise NoSound(f"“{name}” contains no audio that can be recognised: check the file or convert it to FLAC.")


def _container(head: bytes) -> str | None:
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    if len(head) > 376 and head[0] == head[188] == head[376] == 0x47:
        return "mpegts"
    return next((kind for at, magic, kind in _MAGIC if head.startswith(magic, at)), None)


def _after_tag(file: BinaryIO, head: bytes) -> str | None:
    """Look behind an ID3v2 tag (its length is four bytes of seven bits), then for a chain of frames."""
    if head.startswith(b"ID3") and len(head) >= 10:
        length = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
        file.seek(10 + length)
        head = file.read(HEAD)
        if head.startswith(b"fLaC"):
            return "flac"
    return _frames(head)


def _frames(head: bytes) -> str | None:
    """A chain of three consistent frame headers: random bytes never hold one."""
    at = head.find(b"\xff")
    while 0 <= at < len(head) - 8:
        for kind, length in FRAME_LENGTHS.items():
            if _chained(head, at, length):
                return kind
        at = head.find(b"\xff", at + 1)
    return None


def _chained(head: bytes, at: int, length: Callable[[bytes], int]) -> bool:
    for _ in range(_CHAIN):
        step = length(head[at : at + 8])
        if not step:
            return False
        at += step
        if at >= len(head):
            return at == len(head)
    return True


def _mp3_length(header: bytes) -> int:
    """Bytes of an MPEG layer III frame, 0 when this is no header."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version, bits, rate = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or bits in (0, 15) or rate == 3:
        return 0
    kbits, coefficient = (_KBITS[0], 144_000) if version == 3 else (_KBITS[1], 72_000)
    return coefficient * kbits[bits] // _RATES[version][rate] + (header[2] >> 1 & 1)


def _adts_length(header: bytes) -> int:
    """Bytes of an ADTS frame (ISO/IEC 13818-7), 0 when this is no header."""
    if len(header) < 7 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0 or header[2] >> 2 & 15 > 12:
        return 0
    length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return length if length > 7 else 0


FRAME_LENGTHS: dict[str, Callable[[bytes], int]] = {"mp3": _mp3_length, "aac": _adts_length}
"""For the raw formats: bytes of the frame that begins with these bytes, 0 when none does."""


def wave_seconds(file: BinaryIO) -> float | None:
    """The length that a WAVE header promises, whatever is left of the file; ``None`` when it does not."""
    file.seek(12)
    rate = 0
    while len(chunk := file.read(8)) == 8:
        size = int.from_bytes(chunk[4:], "little")
        if chunk[:4] == b"data":
            return size / rate if rate and 0 < size < 0xFFFFFF00 else None
        body = file.read(min(size, 64))
        if chunk[:4] == b"fmt " and len(body) >= 16:
            rate = int.from_bytes(body[8:12], "little")
        file.seek(size + size % 2 - len(body), 1)
    return None


def _is_text(head: bytes) -> bool:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    return not any(byte < 0x20 and byte not in b"\t\n\v\f\r\x1b" for byte in head[:65536])
