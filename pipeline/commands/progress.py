"""Progress of jobs in the terminal: a bar with time left, or plain lines when nobody watches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from sqlite_utils import Database

from db.jobs import Job
from db.sessions import rows
from pipeline.jobs import Watch

STEPS = {
    "read": "reading", "decode": "decoding the sound", "transcribe": "recognising speech",
    "diarize": "telling voices apart", "voices: segmentation": "telling voices apart",
    "voices: embedding": "comparing voices", "align": "giving words to voices", "people": "naming speakers",
    "quotes": "choosing quotes", "summaries": "summarising", "themes": "tagging themes",
}  # fmt: skip


@contextmanager
def progress_shown(db: Database, quiet: bool = False) -> Iterator[Watch]:
    """Yield a watcher that shows job rows on standard error."""
    console = Console(stderr=True)
    if quiet:
        yield lambda job: None
    elif console.is_terminal:
        with _bars(console) as progress:
            yield _bar_watch(db, progress)
    else:
        yield _line_watch(db, console)


def _bars(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(), TimeRemainingColumn(), console=console,
    )  # fmt: skip


def _title(db: Database, session_id: int) -> str:
    return str(rows(db, "SELECT title FROM session WHERE id = ?", session_id)[0]["title"])


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
