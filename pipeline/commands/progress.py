"""Progress of jobs in the terminal: a bar with time left, or plain lines when nobody watches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from sqlite_utils import Database

from db.jobs import Job
from db.sessions import rows
from pipeline.hooks import Hook, silent
from pipeline.jobs import Watch

STEPS = {
    "read": "reading", "decode": "decoding the sound", "transcribe": "recognising speech",
    "diarize": "telling voices apart", "voices: segmentation": "telling voices apart",
    "voices: embedding": "comparing voices", "align": "giving words to voices", "people": "naming speakers",
    "quotes": "choosing quotes", "summaries": "summarising", "themes": "tagging themes",
    "meaning": "preparing search by meaning",
}  # fmt: skip


class Shown(NamedTuple):
    """How work is shown: a watcher of job rows, and a hook for what belongs to no job."""

    watch: Watch
    hook: Hook


@contextmanager
def progress_shown(db: Database, quiet: bool = False) -> Iterator[Shown]:
    """Yield what shows job rows and the search index's progress on standard error."""
    console = Console(stderr=True, soft_wrap=True)
    if quiet:
        yield Shown(lambda job: None, silent)
    elif console.is_terminal:
        with _bars(console) as progress:
            yield Shown(_bar_watch(db, progress), _bar_hook(progress))
    else:
        yield Shown(_line_watch(db, console), _line_hook(console))


def _bars(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(), TimeRemainingColumn(), console=console,
    )  # fmt: skip


def _title(db: Database, session_id: int) -> str:
    found = rows(db, "SELECT title FROM session WHERE id = ?", session_id)
    return str(found[0]["title"]) if found else "…"


def _bar_watch(db: Database, progress: Progress) -> Watch:
    bars: dict[tuple[int, str], TaskID] = {}

    def watch(job: Job) -> None:
        if job.state != "running":
            for (session, _), bar in bars.items():
                if session == job.session_id:
                    progress.update(bar, completed=1, total=1)
            return
        key = (job.session_id, job.step or "")
        if key not in bars:
            title = escape(_title(db, job.session_id))[:40]
            bars[key] = progress.add_task(f"{title} · {STEPS.get(job.step or '', job.step or '')}")
        progress.update(bars[key], completed=job.done, total=job.total or None)

    return watch


def _line_watch(db: Database, console: Console) -> Watch:
    told: dict[int, str] = {}

    def watch(job: Job) -> None:
        step = STEPS.get(job.step or "", job.step or "") if job.state == "running" else job.state
        if told.get(job.session_id) != step:
            told[job.session_id] = step
            console.print(f"{escape(_title(db, job.session_id))}: {step}", highlight=False)

    return watch


def _bar_hook(progress: Progress) -> Hook:
    bars: dict[str, TaskID] = {}

    def hook(step: str, done: float, total: float) -> None:
        if step not in bars:
            bars[step] = progress.add_task(STEPS.get(step, step))
        progress.update(bars[step], completed=done, total=total)

    return hook


def _line_hook(console: Console) -> Hook:
    told: dict[str, int] = {}

    def hook(step: str, done: float, total: float) -> None:
        tenth = int(10 * done / total) if total else 10
        if told.get(step) != tenth:
            told[step] = tenth
            console.print(f"{STEPS.get(step, step)}: {done:.0f} of {total:.0f}", highlight=False)

    return hook
