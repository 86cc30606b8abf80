"""Bytes of a text file into text, with universal newlines and a note when the encoding had to be guessed."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from pipeline.errors import BadText, Refused, TooLarge

LIMIT = 64 * 2**20
"""Bytes: a day of subtitles is under 8 MiB."""

BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
EIGHT_BIT = ("cp1252", "iso8859_15", "mac_roman", "cp850")
USUAL = frozenset("éèêëàâçùûüôöîïœÉÈÊÀÂÇÙÔÎŒ«»’‘“”…–—•°€\xa0")
EXPECTED = USUAL | frozenset("äæËÄÛÜÖÏÆñÑáíóúß‹›·£©®™²³½¼ªº§")
FEW = 8
"""Non-ASCII characters below which a single foreign name weighs too much."""
LONE = re.compile(r"[\udc80-\udcff]")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with ``\\n`` newlines. A UTF-8 byte order mark stays as its first character, so that offsets
    equal those of ``Path.read_text(encoding="utf8")``."""

    text: str
    encoding: str
    notes: tuple[str, ...] = ()


def load(path: Path, name: str) -> bytes:
    """All bytes of a text file; raises TooLarge above :data:`LIMIT` and Refused when unreadable."""
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
    except OSError as error:
        raise Refused(
            f"{name!r} cannot be read ({error.strerror}); check the file and its rights."
        ) from error
    if len(data) > LIMIT:
        raise TooLarge(f"{name!r} is a text of more than {LIMIT // 2**20} MiB; split it into sessions.")
    return data


def decode(data: bytes, name: str) -> Decoded:
    """Decode UTF-8, UTF-16, UTF-32 or an 8-bit encoding; raises BadText for binary or empty content."""
    encoding = _encoding(data)
    notes: tuple[str, ...] = ()
    if encoding is None:
        text, encoding = _guess(data, name)
        notes = (f"Read as {encoding} because it is not valid UTF-8; check the accents.",)
    else:
        text = _strict(data, encoding, name)
    if len(CONTROL.findall(text)) > len(text) // 200:
        raise BadText(f"{name!r} is binary, not text; give the transcript as plain text, DOCX or subtitles.")
    if not text.strip("\ufeff \t\r\n\f\v\xa0"):
        raise BadText(f"{name!r} is empty; check that it was saved, then add it again.")
    return Decoded(text.replace("\r\n", "\n").replace("\r", "\n"), encoding, notes)


def _encoding(data: bytes) -> str | None:
    for mark, encoding in BOMS:
        if data.startswith(mark):
            return encoding
    if guess := _utf16_without_mark(data[:4096]):
        return guess
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _utf16_without_mark(head: bytes) -> str | None:
    """Latin text in UTF-16 has a NUL in most even or most odd places, and hardly any in the others."""
    half = len(head) // 2
    if half < 2:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > 0.7 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.7 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


def _strict(data: bytes, encoding: str, name: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadText(
            f"{name!r} breaks off inside a {encoding} character; save it again as UTF-8."
        ) from error
    if "\x00" in text:
        raise BadText(f"{name!r} contains NUL bytes, so it is not text; save it again as plain UTF-8 text.")
    return text


def _guess(data: bytes, name: str) -> tuple[str, str]:
    if b"\x00" in data:
        raise BadText(f"{name!r} is binary, not text; give the transcript as plain text, DOCX or subtitles.")
    mixed = data.decode("utf-8", errors="surrogateescape")
    bad = sum("\udc80" <= c <= "\udcff" for c in mixed)
    if sum(c > "\x7f" for c in mixed) > 4 * bad:
        return LONE.sub(lambda m: _lone(m.group()), mixed), "utf-8 mixed with cp1252"
    scored = [(_plausible(data, encoding), -rank, encoding) for rank, encoding in enumerate(EIGHT_BIT)]
    score, _, encoding = max(scored)
    if score >= 0.6:
        return data.decode(encoding), encoding
    best = from_bytes(data[:65536]).best()
    if best is None:
        raise BadText(f"{name!r} is in no encoding that can be recognised; save it again as UTF-8.")
    return data.decode(best.encoding, errors="replace"), best.encoding


def _lone(escaped: str) -> str:
    byte = bytes([ord(escaped) - 0xDC00])
    return byte.decode("cp1252", errors="replace")


def _plausible(data: bytes, encoding: str) -> float:
    """The share of non-ASCII characters that French text uses (or, among few, any western text), 0 where
    decoding fails."""
    try:
        high = [c for c in data.decode(encoding) if c > "\x7f"]
    except UnicodeDecodeError:
        return 0.0
    expected = USUAL if len(high) >= FEW else EXPECTED
    return sum(c in expected for c in high) / max(1, len(high))
