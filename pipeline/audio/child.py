"""The decoding process: one request as JSON on standard input, answers as JSON lines on standard output.

An answer is ``{"progress": [done, total]}``, then one ``{"result": …}`` or ``{"error": name, "message": …}``.
"""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from pipeline.audio.values import RATE, Limits
from pipeline.errors import FlorilegeError

Request = dict[str, Any]


def main() -> None:
    """Serve one request and exit; never raises."""
    request: Request = json.loads(sys.stdin.readline())
    limits = Limits(**request["limits"])
    name = Path(request["path"]).name
    try:
        restrict(limits)
        answer: Request = {"result": _TASKS[request["task"]](request, limits)}
    except FlorilegeError as error:
        answer = {"error": type(error).__name__, "message": str(error)}
    except MemoryError:
        answer = {"error": "TooLarge", "message": too_hungry(name)}
    except OSError as error:
        answer = _system(error, name)
    except Exception as error:
        reason = f"“{name}” could not be decoded ({type(error).__name__}): ask for a fresh copy."
        answer = {"error": "Damaged", "message": reason}
    say(answer)
    # FFmpeg's own clean-up is of no use here and may crash on a damaged file.
    sys.stdout.flush()
    os._exit(0)


def _system(error: OSError, name: str) -> Request:
    if error.errno == errno.ENOMEM:
        return {"error": "TooLarge", "message": too_hungry(name)}
    if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EROFS, errno.EDQUOT):
        return {
            "error": "NoRoom",
            "message": f"No room on the disk to decode “{name}”: free some space.",
        }
    return {
        "error": "Refused",
        "message": f"“{name}” cannot be read ({error.strerror}): check the file.",
    }


def too_hungry(name: str) -> str:
    """The sentence for a file that needs more than its share."""
    return f"“{name}” needs more memory or time than one recording may take: convert it to mono FLAC first."


def restrict(limits: Limits) -> None:
    """Bound memory, processor time and file size where the system can (not on macOS or Windows)."""
    if sys.platform in ("darwin", "win32"):
        return
    import resource

    size = int(limits.seconds * 48_000 * 8) + (64 << 20)
    for what, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, size),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def say(answer: Request) -> None:
    """One line to the parent."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _probe(request: Request, limits: Limits) -> Request:
    from pipeline.audio.source import check, hear, opened

    with opened(Path(request["path"])) as sound:
        found = check(sound, limits)
        hear(sound)
        return dataclasses.asdict(found)


def _decode(request: Request, limits: Limits) -> Request:
    from pipeline.audio.source import check, opened
    from pipeline.audio.timeline import Findings, notes, stretch

    findings = Findings()
    with opened(Path(request["path"])) as sound:
        check(sound, limits)
        with Path(request["destination"]).open("wb") as out:
            written = 0
            for block in _watched(stretch(sound, RATE, limits, findings), RATE, sound.seconds):
                out.write(block.tobytes())
                written += len(block)
        return {"samples": written, "notes": notes(sound, written / RATE, findings)}


def _watched(blocks: Iterable[Any], rate: int, total: float | None) -> Iterator[Any]:
    done, told = 0, 0.0
    for block in blocks:
        done += len(block)
        if done / rate - told >= 10:
            told = done / rate
            say({"progress": [told, max(total or 0.0, told)]})
        yield block


def _clip(request: Request, limits: Limits) -> Request:
    from pipeline.audio.encode import between, write
    from pipeline.audio.source import check, opened

    with opened(Path(request["path"])) as sound:
        check(sound, limits)
        blocks = between(sound, request["start"], request["end"], limits)
        return {"samples": write(blocks, Path(request["destination"]), Path(request["temporary"]))}


def _rendition(request: Request, limits: Limits) -> Request:
    from pipeline.audio.encode import CLIP_RATE, write
    from pipeline.audio.source import check, opened
    from pipeline.audio.timeline import Findings, stretch

    with opened(Path(request["path"])) as sound:
        check(sound, limits)
        blocks = _watched(stretch(sound, CLIP_RATE, limits, Findings()), CLIP_RATE, sound.seconds)
        return {"samples": write(blocks, Path(request["destination"]), Path(request["temporary"]))}


_TASKS: dict[str, Callable[[Request, Limits], Request]] = {
    "probe": _probe,
    "decode": _decode,
    "clip": _clip,
    "rendition": _rendition,
}

if __name__ == "__main__":
    main()
