"""What runs inside a worker: stages of one session, with progress left in a small file."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from db.records import Session
from pipeline.hooks import Hook
from pipeline.settings import Settings
from pipeline.stages import apply_output, run_stage
from pipeline.toolbox import toolbox_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WRITE_EVERY = 0.4


class Computed(NamedTuple):
    """The output of one stage, the engine that made it and the seconds it took."""

    stage: str
    output: bytes
    engine: str
    seconds: float


class Progress(NamedTuple):
    """How far a worker is: ``done`` of ``total`` in the step's own unit."""

    step: str
    done: float
    total: float


def progress_writer(path: Path, stage: str) -> Hook:
    """A hook that leaves its last state in ``path``, at most a few times a second."""
    last = 0.0

    def hook(step: str, done: float, total: float) -> None:
        nonlocal last
        if time.monotonic() - last < WRITE_EVERY and done < total:
            return
        last = time.monotonic()
        partial = path.with_suffix(f".{os.getpid()}")
        # A full disk must not end an hour of recognition for want of a progress bar.
        with suppress(OSError):
            partial.write_bytes(msgspec.json.encode(Progress(step or stage, done, total)))
            partial.replace(path)

    return hook


def read_progress(path: Path) -> Progress | None:
    """The last state a worker left, if any."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Progress)
    except (OSError, msgspec.DecodeError):
        return None


def compute(
    archive: Path, settings: Settings, session: Session, stages: Sequence[str], progress: Path
) -> list[Computed]:
    """Run some stages of a session, each on the result of the one before.

    All or nothing: results that are saved must belong together, since edits show what is saved.
    """
    toolbox = toolbox_of(archive, settings)
    results = []
    for name in stages:
        began = time.monotonic()
        hook = progress_writer(progress, name)
        hook(name, 0, 1)
        output = run_stage(session, name, toolbox, hook)
        session = apply_output(session, output)
        results.append(Computed(name, output, toolbox.engine_of(name), time.monotonic() - began))
    return results


def embed(archive: Path, settings: Settings, texts: Sequence[str]) -> list[NDArray[np.float16]]:
    """Embed passages: one float16 vector each, in order."""
    vectors = toolbox_of(archive, settings).embedder.passages(texts)
    return list(vectors.astype("float16"))
