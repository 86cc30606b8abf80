"""Parent side: the four public functions; each runs the decoding child and turns its answer into values."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import pipeline.errors as errors
from pipeline.audio.values import DEFAULT, RATE, Decoded, Limits, Probe
from pipeline.hooks import Hook, silent

_ROOT = Path(__file__).resolve().parents[2]
_ADDRESS = re.compile(r"^[A-Za-z][A-Za-z0-9+.\-]+:")


def probe(path: Path, limits: Limits = DEFAULT) -> Probe:
    """What the recording at ``path`` is; one frame is decoded to be sure that it can be heard.

    Raises :class:`NoSound`, :class:`WrongKind`, :class:`TooLarge`, :class:`Damaged`, :class:`Unsafe`.
    """
    return Probe(**_ask("probe", path, limits, silent, {}))


def decode(path: Path, hook: Hook = silent, limits: Limits = DEFAULT) -> Decoded:
    """All of the recording as 16 kHz mono float32, gaps kept as silence.

    The samples are mapped from a temporary file that vanishes with them. ``hook("decode", …)`` counts
    seconds of sound. Raises what :func:`probe` raises, and :class:`NoRoom` on a full disk.
    """
    with tempfile.TemporaryDirectory(prefix="florilege-", ignore_cleanup_errors=True) as folder:
        samples = Path(folder) / "samples.f32"
        answer = _ask("decode", path, limits, hook, {"destination": str(samples)})
        # Windows cannot delete a mapped file.
        read = np.fromfile if sys.platform == "win32" else _mapped
        return Decoded(read(samples, np.float32), answer["samples"] / RATE, tuple(answer["notes"]))


def _mapped(path: Path, kind: type[np.float32]) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.memmap(path, kind, mode="r")


def cut_clip(path: Path, start: float, end: float, destination: Path) -> None:
    """Write the sound from ``start`` to ``end`` seconds, with 0.15 s before and after, exact to the sample.

    The suffix of ``destination`` chooses the format: ``.mp3`` (plays everywhere), ``.wav``, ``.flac``
    or ``.m4a``. Raises :class:`NotFound` when nothing is heard there, and what :func:`probe` raises.
    """
    margin = 0.15
    if not 0 <= start < end:
        raise errors.NotFound(f"“{path.name}” has no passage from {start} to {end} s: check the seconds.")
    asked = {"start": max(start - margin, 0.0), "end": end + margin}
    with _whole(destination) as temporary:
        _ask("clip", path, DEFAULT, silent, {**asked, **_target(destination, temporary)})


def rendition(path: Path, destination: Path, hook: Hook = silent) -> None:
    """Write a copy of any accepted recording that browsers play and seek, on the same clock as
    :func:`decode`; formats as in :func:`cut_clip`, raises what :func:`decode` raises."""
    with _whole(destination) as temporary:
        _ask("rendition", path, DEFAULT, hook, _target(destination, temporary))


def _target(destination: Path, temporary: Path) -> dict[str, Any]:
    return {"destination": str(destination), "temporary": str(temporary)}


@contextlib.contextmanager
def _whole(destination: Path) -> Iterator[Path]:
    """A temporary neighbour that takes the destination's name only when it is complete."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".florilege-", dir=destination.parent)
    os.close(handle)
    try:
        yield Path(name)
        Path(name).replace(destination)
    finally:
        Path(name).unlink(missing_ok=True)


def local_file(path: Path) -> Path:
    """``path`` when it is a regular file of this machine.

    Raises :class:`Unsafe` for an address or a device, :class:`Refused` when there is no such file.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        if _ADDRESS.match(str(path)):
            raise errors.Unsafe(
                f"“{path}” is an address, not a file: download it, then add the file."
            ) from error
        raise errors.Refused(f"“{path.name}” cannot be found or read: check the path.") from error
    if not stat.S_ISREG(mode):
        raise errors.Unsafe(f"“{path.name}” is not an ordinary file: add the recording itself.")
    return path.resolve()


def _ask(task: str, path: Path, limits: Limits, hook: Hook, more: dict[str, Any]) -> dict[str, Any]:
    request = {"task": task, "path": str(local_file(path)), "limits": dataclasses.asdict(limits), **more}
    with _child() as child:
        late = threading.Timer(limits.wall_seconds, child.kill)
        late.start()
        try:
            answer = _converse(child, request, task, hook)
        finally:
            late.cancel()
    if answer is None:
        raise _died(path, child.returncode, limits)
    if "error" in answer:
        raise getattr(errors, answer["error"])(answer["message"])
    result: dict[str, Any] = answer["result"]
    return result


@contextlib.contextmanager
def _child() -> Iterator[subprocess.Popen[str]]:
    places = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    child = subprocess.Popen(
        [sys.executable, "-m", "pipeline.audio.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(places), "PYTHONIOENCODING": "utf-8"},
    )
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def _converse(
    child: subprocess.Popen[str], request: dict[str, Any], task: str, hook: Hook
) -> dict[str, Any] | None:
    """Send the request, pass progress on, and return the last answer; ``None`` when the child died."""
    assert child.stdin and child.stdout
    with contextlib.suppress(BrokenPipeError):
        child.stdin.write(json.dumps(request) + "\n")
        child.stdin.flush()
    for line in child.stdout:
        answer: dict[str, Any] = json.loads(line)
        if "progress" not in answer:
            return answer
        hook(task, *answer["progress"])
    child.wait()
    return None


def _died(path: Path, code: int | None, limits: Limits) -> errors.Refused:
    """Killed by a limit (SIGKILL, SIGXCPU, SIGXFSZ) or by the decoder's own crash."""
    if code is not None and -code in (9, 24, 25):
        return errors.TooLarge(
            f"“{path.name}” needs more memory or time than one recording may take "
            f"({limits.memory >> 20} MB): convert it to mono FLAC first."
        )
    return errors.Damaged(f"“{path.name}” makes the decoder crash: ask for a fresh copy or convert it.")
