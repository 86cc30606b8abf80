"""A look into a DOCX before any XML parser does: bombs, external entities, broken or locked archives."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path

from pipeline.errors import BadText, Unsafe

ENTRIES = 2000
TOTAL = 256 * 2**20
"""Bytes after decompression, all entries together."""
RATIO = 200
"""Decompressed to compressed size, for entries above :data:`SMALL`."""
SMALL = 4 * 2**20
NOT_PARSED = ("/media/", "/embeddings/", "/fonts/")
"""Folders that python-docx never hands to an XML parser."""
DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([^"']+)["']""")
PLAIN = {b"utf-8", b"utf8", b"utf-16", b"us-ascii", b"ascii", b"iso-8859-1", b"windows-1252"}
"""Encodings in which « <!DOCTYPE » cannot hide from a search of the bytes without their NULs."""


def check_docx(path: Path, name: str) -> None:
    """Raise Unsafe for a bomb, an entity or a hidden encoding, BadText for a broken or locked archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive.infolist(), name)
            for entry in archive.infolist():
                if not any(folder in f"/{entry.filename}" for folder in NOT_PARSED):
                    _check_part(archive.read(entry), entry.filename, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise BadText(
            f"{name!r} is a damaged DOCX archive; open it in a word processor and save it again."
        ) from error


def _check_sizes(entries: list[zipfile.ZipInfo], name: str) -> None:
    if len(entries) > ENTRIES:
        raise Unsafe(
            f"{name!r} holds {len(entries)} parts, more than a document ever does; save it again as DOCX."
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise BadText(f"{name!r} is locked by a password; save it without one.")
    swollen = [e for e in entries if e.file_size > SMALL and e.file_size > RATIO * max(1, e.compress_size)]
    if swollen or sum(entry.file_size for entry in entries) > TOTAL:
        raise Unsafe(f"{name!r} unpacks to far more than a document ever holds; save its text as a new DOCX.")


def _check_part(data: bytes, part: str, name: str) -> None:
    bare = data.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")
    if b"<!DOCTYPE" in bare or b"<!ENTITY" in bare:
        raise Unsafe(
            f"{name!r} declares entities in {part!r}, which no word processor writes; "
            "save its text as a new DOCX."
        )
    if not part.endswith((".xml", ".rels")):
        return
    declared = DECLARED.match(bare)
    if not bare.lstrip().startswith(b"<") or (declared and declared[1].lower() not in PLAIN):
        raise Unsafe(f"{name!r} hides the encoding of {part!r}; save its text as a new DOCX.")
