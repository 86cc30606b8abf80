"""One coordinator per archive: a file lock that the kernel lets go when its holder dies."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = "coordinator.lock"


@contextmanager
def coordinator_lock(archive: Path) -> Iterator[bool]:
    """Hold the archive's coordinator lock; yields false when another process has it."""
    archive.mkdir(parents=True, exist_ok=True)
    with (archive / LOCK).open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def coordinator_is_running(archive: Path) -> bool:
    """Whether some process is working on this archive's jobs."""
    with coordinator_lock(archive) as free:
        return not free
