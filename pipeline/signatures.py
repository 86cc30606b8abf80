"""What the first bytes of a file say: media containers we read, and known kinds we do not.

Sources: RFC 9639 (FLAC), ISO 11172-3 §2.4.2.3 (MPEG audio header), id3.org 2.4.0 §3.1, RFC 3533 (Ogg),
RFC 9559 (Matroska), ISO 14496-12 (MP4), Microsoft RIFF; the others from the formats' own specifications.
"""

from __future__ import annotations

from typing import BinaryIO, Literal

Media = Literal["audio", "video"]

HEAD = 65536
"""Bytes that are read to recognise a file."""
MOOV_LIMIT = 64 * 2**20

FOREIGN: tuple[tuple[bytes, int, str, str], ...] = (
    (b"\x89PNG\r\n", 0, "a PNG image", "give a recording or a text"),
    (b"\xff\xd8\xff", 0, "a JPEG image", "give a recording or a text"),
    (b"GIF87a", 0, "a GIF image", "give a recording or a text"),
    (b"GIF89a", 0, "a GIF image", "give a recording or a text"),
    (b"WEBP", 8, "a WebP image", "give a recording or a text"),
    (b"II*\x00", 0, "a TIFF image", "give a recording or a text"),
    (b"%PDF-", 0, "a PDF", "save its text as DOCX or plain text"),
    (b"\x7fELF", 0, "a program", "give a recording or a text"),
    (b"MZ\x90\x00", 0, "a Windows program", "give a recording or a text"),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        0,
        "an old or locked Office document",
        "save it as DOCX without a password",
    ),
    (b"{\\rtf", 0, "an RTF document", "save it as DOCX or plain text"),
    (b"SQLite format 3\x00", 0, "a database", "give a recording or a text"),
    (b"\x1f\x8b", 0, "a gzip archive", "unpack it and add its files"),
    (b"1AY&SY", 4, "a bzip2 archive", "unpack it and add its files"),
    (b"\xfd7zXZ\x00", 0, "an xz archive", "unpack it and add its files"),
    (b"7z\xbc\xaf\x27\x1c", 0, "a 7-Zip archive", "unpack it and add its files"),
    (b"Rar!\x1a\x07", 0, "a RAR archive", "unpack it and add its files"),
    (b"\x28\xb5\x2f\xfd", 0, "a Zstandard archive", "unpack it and add its files"),
    (b"ustar", 257, "a tar archive", "unpack it and add its files"),
    (b"MThd\x00\x00", 0, "a MIDI file", "give a recording of the voices"),
    (b"FLV\x01", 0, "a Flash video", "convert it to MP4"),
)
BOXES = (b"ftyp", b"moov", b"wide", b"mdat", b"free", b"skip")
ASF = b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"
ASF_VIDEO = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")
IMAGES = (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis")
BITRATES = {
    3: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""kbit/s of MPEG 1 (key 3) and MPEG 2 / 2.5 (key 2) layer III, indexes 1 to 14."""
RATES = (44100, 48000, 32000)


def foreign(head: bytes) -> tuple[str, str] | None:
    """What the file is and what to do, when it is of a known kind that is not read here."""
    for magic, offset, what, advice in FOREIGN:
        if head[offset : offset + len(magic)] == magic and not (
            offset == 8 and head[:4] not in (b"RIFF", b"FORM")
        ):
            return what, advice
    if head[4:8] == b"ftyp" and head[8:12] in IMAGES:
        return "a HEIF image", "give a recording or a text"
    return None


def media_of(head: bytes, file: BinaryIO, size: int) -> Media | None:
    """``audio`` or ``video`` by container, ``None`` when the bytes are neither."""
    if head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE":
        return "audio"
    if head[:4] == b"fLaC" and not head[4:5].isalnum() and head[4:5] != b" ":
        return "audio"
    if head[:5] == b"OggS\x00":
        return "video" if b"\x80theora" in head[:4096] else "audio"
    if head[:4] == b"\x1aE\xdf\xa3":
        return _matroska(head)
    if rare := _rare(head):
        return rare
    if head[4:8] in BOXES and _fits(head, size):
        return _mp4(head, file, size)
    return "audio" if is_mpeg_audio(head, file) else None


def _rare(head: bytes) -> Media | None:
    """AIFF, CAF, AMR, Windows Media and AVI."""
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "audio"
    if head[:6] == b"caff\x00\x01" or head[:6] in (b"#!AMR\n", b"#!AMR-"):
        return "audio"
    if head[:8] == ASF:
        return "video" if ASF_VIDEO in head else "audio"
    return "video" if head[:4] == b"RIFF" and head[8:12] == b"AVI " else None


def is_hollow(head: bytes, size: int) -> bool:
    """True for a header with nothing behind it: WAV without samples, FLAC with metadata only, a lone ID3
    tag, an MP4 brand alone."""
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        at = head.find(b"data", 12)
        return size <= 44 or (at >= 0 and size <= at + 8)
    if head[:4] == b"fLaC":
        return size <= _flac_audio(head)
    if head[:3] == b"ID3":
        return size <= id3_size(head)
    if head[4:8] == b"ftyp":
        return size <= int.from_bytes(head[:4], "big")
    return size < 64


def _flac_audio(head: bytes) -> int:
    """Where the first frame begins, as far as the head shows."""
    at = 4
    while at + 4 <= len(head):
        last, length = head[at] & 0x80, int.from_bytes(head[at + 1 : at + 4], "big")
        at += 4 + length
        if last:
            return at
    return 0 if at > len(head) else len(head)


def id3_size(head: bytes) -> int:
    """Length of an ID3v2 tag with its header (and footer), 0 without one."""
    if head[:3] != b"ID3" or len(head) < 10 or any(b & 0x80 for b in head[6:10]):
        return 0
    length = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    return 10 + length + (10 if head[5] & 0x10 else 0)


def is_mpeg_audio(head: bytes, file: BinaryIO) -> bool:
    """True when three layer III or ADTS frames follow one another, after an ID3 tag or a little padding.

    Random bytes hold a frame header about every 2,000 bytes, three in a row hardly ever.
    """
    start = id3_size(head)
    data = head
    if start:
        file.seek(start)
        data = file.read(HEAD)
        if data[:4] == b"fLaC":
            return True
    at = data.find(b"\xff")
    while 0 <= at < min(len(data), 8192):
        if _frames(data, at) >= 3 or (_frames(data, at) >= 1 and at == 0 and len(data) < 4096):
            return True
        at = data.find(b"\xff", at + 1)
    return False


def _frames(data: bytes, at: int) -> int:
    count = 0
    while count < 3 and (length := _frame_length(data[at : at + 6])):
        count += 1
        at += length
    return count


def _frame_length(header: bytes) -> int:
    """Bytes of the layer III or ADTS (ISO 13818-7 §6.2) frame with this header, 0 when it is neither."""
    if len(header) == 6 and header[0] == 0xFF and header[1] & 0xF6 == 0xF0:
        length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
        return length if length > 7 and header[2] >> 2 & 15 < 13 else 0
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version, bitrate, rate = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or bitrate in (0, 15) or rate == 3:
        return 0
    first = version == 3
    kilobits = BITRATES[3 if first else 2][bitrate - 1]
    hertz = RATES[rate] // {3: 1, 2: 2, 0: 4}[version]
    return (144 if first else 72) * 1000 * kilobits // hertz + (header[2] >> 1 & 1)


def _matroska(head: bytes) -> Media:
    """Track type 1 is video, 2 is audio (RFC 9559 §5.1.4.1.3)."""
    video = any(mark in head for mark in (b"\x83\x81\x01", b"\x83\x40\x01\x01"))
    audio = b"\x83\x81\x02" in head
    return "audio" if audio and not video else "video"


def _fits(head: bytes, size: int) -> bool:
    """A text may open with « The free… »: the four bytes before are then no length of a box."""
    length = int.from_bytes(head[:4], "big")
    return length in (0, 1) or 8 <= length <= max(size, 64)


def _mp4(head: bytes, file: BinaryIO, size: int) -> Media:
    moov = _box(file, size, b"moov")
    if moov:
        return "video" if b"vide" in _handlers(moov) else "audio"
    return "audio" if head[8:11] in (b"M4A", b"M4B") else "video"


def _handlers(moov: bytes) -> set[bytes]:
    found, at = set(), moov.find(b"hdlr")
    while at >= 0:
        found.add(moov[at + 12 : at + 16])
        at = moov.find(b"hdlr", at + 4)
    return found


def _box(file: BinaryIO, size: int, wanted: bytes) -> bytes:
    """The content of a top-level box, at most :data:`MOOV_LIMIT` bytes; empty when there is none."""
    at = 0
    for _ in range(1000):
        file.seek(at)
        header = file.read(16)
        if len(header) < 8 or at >= size:
            break
        length = int.from_bytes(header[:4], "big")
        if length == 1 and len(header) == 16:
            length = int.from_bytes(header[8:], "big")
        if header[4:8] == wanted:
            return file.read(min(length or MOOV_LIMIT, MOOV_LIMIT))
        if length < 8:
            break
        at += length
    return b""
