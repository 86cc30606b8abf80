"""Originals: copied once under their SHA-256, never modified; the source file is only read."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import io
import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import NoRoom, Refused, TooLarge

FOLDER = "originals"
TEMPORARY = ".incoming-"
CHUNK = 2**20
SHOWN = 120
"""Characters of a shown name."""
SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}$")
RESERVED = re.compile(r"^(?:con|prn|aux|nul|com[1-9]|lpt[1-9])(?=\.|$)", re.IGNORECASE)
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored original: ``path`` is relative to the archive folder, ``size`` in bytes; ``new`` is false
    when the same bytes were there already."""

    sha256: str
    size: int
    path: str
    new: bool = True


def store(path: Path, folder: Path) -> Stored:
    """Copy a file into ``folder/originals``, hashed on the way, visible only when complete and on disk.

    Raises Refused when the file cannot be read or changes meanwhile, NoRoom when the archive cannot hold it.
    """
    if path.exists() and not path.is_file():
        raise Refused(f"{path.name!r} is not an ordinary file; give a recording or a text.")
    try:
        with path.open("rb") as source:
            before = os.fstat(source.fileno())
            _check_room(folder, before.st_size, path.name)
            return _store(source, path.name, folder, lambda size: _check_still(source, before, size, path))
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        raise Refused(
            f"{path.name!r} cannot be read ({error.strerror}); check the file and its rights."
        ) from error


def store_bytes(name: str, data: bytes | BinaryIO, folder: Path, limit: int | None = None) -> Stored:
    """Store an upload from bytes or a stream, of at most ``limit`` bytes (TooLarge above it)."""
    stream = io.BytesIO(data) if isinstance(data, bytes) else data
    shown = shown_name(name)

    def check(size: int) -> None:
        if limit is not None and size > limit:
            raise TooLarge(f"{shown!r} is larger than {limit // 2**20} MiB; add it from a folder instead.")

    return _store(stream, shown, folder, check, limit)


def sweep(folder: Path) -> int:
    """Remove copies that a crash left unfinished and return their number; copies under way are locked
    and stay."""
    removed = 0
    for path in (folder / FOLDER).glob(f"{TEMPORARY}*"):
        with suppress(OSError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
            removed += 1
    return removed


def _check_still(source: BinaryIO, before: os.stat_result, size: int, path: Path) -> None:
    after = os.fstat(source.fileno())
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    if not same or size != before.st_size:
        raise Refused(f"{path.name!r} is still being written; add it again when it is finished.")


def _check_room(folder: Path, size: int, name: str) -> None:
    existing = next((p for p in (folder, *folder.parents) if p.exists()), folder)
    with suppress(OSError):
        free = shutil.disk_usage(existing).free
        if free < size:
            raise NoRoom(
                f"{name!r} needs {size // 2**20} MiB and {str(folder)!r} has {free // 2**20} MiB left; "
                "free some space, then add it again."
            )


def _store(
    source: BinaryIO, name: str, folder: Path, check: Callable[[int], None], limit: int | None = None
) -> Stored:
    with _room(folder, name):
        (folder / FOLDER).mkdir(parents=True, exist_ok=True)
        with _temporary(folder / FOLDER) as (file, path):
            digest, size = _copy(source, file, name, limit)
            check(size)
            file.flush()
            os.fsync(file.fileno())
            return _settle(path, folder, digest, size, _suffix(name))


@contextmanager
def _room(folder: Path, name: str) -> Iterator[None]:
    """Name what is wrong with the archive folder when it takes no bytes."""
    try:
        yield
    except OSError as error:
        why = "is full" if error.errno in FULL else f"cannot be written ({error.strerror})"
        raise NoRoom(
            f"{name!r} was not stored because {str(folder)!r} {why}; make room or correct its rights, "
            "then add it again."
        ) from error


@contextmanager
def _temporary(folder: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A locked file that is gone on exit unless it was renamed."""
    while True:
        path = folder / f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(6)}"
        with path.open("xb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if not path.exists():  # a sweep came between the creation and the lock
                continue
            try:
                yield file, path
            finally:
                path.unlink(missing_ok=True)
            return


def _copy(source: BinaryIO, file: BinaryIO, name: str, limit: int | None) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while chunk := _read(source, name):
        digest.update(chunk)
        size += len(chunk)
        file.write(chunk)
        if limit is not None and size > limit:
            break
    return digest.hexdigest(), size


def _read(source: BinaryIO, name: str) -> bytes:
    try:
        return source.read(CHUNK)
    except OSError as error:
        raise Refused(
            f"{name!r} stops being readable ({error.strerror}); copy it from its device again."
        ) from error


def _settle(temporary: Path, folder: Path, digest: str, size: int, suffix: str) -> Stored:
    """Rename to ``originals/ab/abcdef….wav`` unless the same bytes stand there under any suffix."""
    shelf = folder / FOLDER / digest[:2]
    shelf.mkdir(exist_ok=True)
    for known in sorted(shelf.glob(f"{digest}*")):
        if known.stat().st_size == size:
            return Stored(digest, size, known.relative_to(folder).as_posix(), new=False)
    final = shelf / f"{digest}{suffix}"
    temporary.chmod(0o444)
    temporary.replace(final)
    for changed in (shelf, shelf.parent):
        _sync(changed)
    return Stored(digest, size, final.relative_to(folder).as_posix())


def _sync(folder: Path) -> None:
    """Make a rename survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _suffix(name: str) -> str:
    match = SUFFIX.search(name)
    return match.group().lower() if match else ""


def shown_name(name: str) -> str:
    """A hostile or odd file name as a readable one: no folders, controls, direction marks or reserved
    words, composed accents (NFC), at most 120 characters with its suffix.

    Applying it twice changes nothing.
    """
    last = re.split(r"[/\\]", _legible(name).rstrip("/\\ "))[-1]
    kept = "".join(c if c.isprintable() or c.isspace() else "" for c in last)
    cleaned = unicodedata.normalize("NFC", " ".join(kept.split())).strip(". ")
    match = SUFFIX.search(cleaned)
    suffix = match.group() if match else ""
    stem = cleaned[: len(cleaned) - len(suffix)][: SHOWN - len(suffix)].strip(". ")
    whole = RESERVED.sub(lambda m: f"{m.group()}_", f"{stem}{suffix}" if stem else suffix.strip("."))
    return whole or "unnamed"


def _legible(name: str) -> str:
    """Bytes of a name that are not UTF-8 arrive as lone surrogates; old names are Windows-1252."""
    return "".join(
        bytes([ord(c) - 0xDC00]).decode("cp1252", "replace") if "\udc80" <= c <= "\udcff" else c for c in name
    )
