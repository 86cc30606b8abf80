"""The command line as tests use it: in this process, or as one that can be killed."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

from pipeline.cli import main

ROOT = Path(__file__).parent.parent
QUICK = {"FLORILEGE_POOL": "inline", "FLORILEGE_MEANING": "0"}


class Outcome(NamedTuple):
    """Exit status, standard output and standard error of a command."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What ``--json`` printed."""
        return json.loads(self.out)


def florilege(archive: Path, *arguments: object, **environment: str) -> Outcome:
    """Run a command here, from ``sys.argv`` to the exit status; nothing but SystemExit may come out."""
    out, err = io.StringIO(), io.StringIO()
    argv = ["florilege", "--archive", str(archive), *map(str, arguments)]
    status: Any = 0
    with (
        mock.patch.object(sys, "argv", argv),
        mock.patch.dict(os.environ, {**QUICK, **environment}),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as stop:
            status = stop.code
    return Outcome(int(status or 0), out.getvalue(), err.getvalue())


def started(*arguments: object, code: str = "", **environment: str) -> subprocess.Popen[str]:
    """Start a command (or ``code`` before it) as a process of its own."""
    begin = ["-c", f"{code}\nfrom pipeline.cli import main\nmain()"] if code else ["-m", "pipeline.cli"]
    return subprocess.Popen(
        [sys.executable, *begin, *map(str, arguments)], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "FLORILEGE_MEANING": "0", "PYTHONPATH": str(ROOT), **environment},
    )  # fmt: skip
