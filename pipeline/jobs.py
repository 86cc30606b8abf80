"""The coordinator: it alone takes queued jobs, sends their stages to workers and writes what comes back.

One coordinator per archive, held by a file lock; if it is killed, the next one puts its running jobs
back in the queue and goes on from the last stage that was written.
"""

from __future__ import annotations

import fcntl
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from db import jobs
from db.connection import transaction
from db.records import Session
from db.search_vectors import missing_vectors, save_vectors
from db.sessions import load_session, save_stage, stage_outputs
from pipeline.edits import apply_edits
from pipeline.errors import ArchiveError, FlorilegeError, ModelMissing, WorkerDied
from pipeline.pool import make_pool
from pipeline.projection import lexicon_digest, show
from pipeline.settings import Settings
from pipeline.stages import OWN_PROCESS, assemble, pending, stage_keys
from pipeline.themes.found import show_found_themes
from pipeline.toolbox import Toolbox
from pipeline.work import Computed, compute, embed, read_progress

LOCK = "coordinator.lock"
POLL = 0.1
ATTEMPTS = 2
TEXT_TASKS_PER_PROCESS = 200
EMBED_BATCH = 32
EMBED_BATCHES = 4

Watch = Callable[[jobs.Job], None]
"""Called with a job whenever its row changes."""


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


def start_background(archive: Path) -> None:
    """Start a detached coordinator unless one is running; it outlives the page that asked for it."""
    if coordinator_is_running(archive):
        return
    log = (archive / "coordinator.log").open("ab")
    subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", "--archive", str(archive), "run"],
        stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
    )  # fmt: skip


@dataclass
class _Running:
    job: jobs.Job
    session: Session
    stages: tuple[str, ...]
    future: Future[Any]
    progress: Path


class Coordinator:
    """Works through the queue of one archive. Use it under :func:`coordinator_lock`."""

    def __init__(self, db: Database, archive: Path, settings: Settings, watch: Watch | None = None) -> None:
        self.db, self.archive, self.settings = db, archive, settings
        self.watch = watch or (lambda job: None)
        self.work_folder = archive / "work"
        self.work_folder.mkdir(exist_ok=True)
        self.sound = make_pool(settings.pool, tasks_per_process=1, at_most=1)
        self.text = make_pool(settings.pool, TEXT_TASKS_PER_PROCESS)
        self.model = Toolbox(archive, settings).embedder.identity if settings.meaning else ""
        self.problems: list[str] = []
        self.running: list[_Running] = []
        self.worked = False

    def run(self) -> None:
        """Recover, then work until the queue is empty, passages are embedded and themes are found."""
        jobs.recover(self.db)
        while True:
            self._drain()
            if self.worked:
                show_found_themes(self.db)
                self.worked = False
            if not self._embed_some() and not jobs.waiting(self.db):
                break
        self.sound.shutdown()
        self.text.shutdown()

    def _drain(self) -> None:
        while self._start_waiting() or self.running:
            self._collect()
            time.sleep(POLL if self.running else 0)

    def _start_waiting(self) -> bool:
        busy = {item.session.id for item in self.running}
        waiting = [job for job in jobs.waiting(self.db) if job.session_id not in busy]
        for job in waiting[: max(0, self._room())]:
            jobs.start(self.db, job.id)
            self._guarded_next(job)
        return bool(waiting)

    def _room(self) -> int:
        """How many jobs may be under way at once: enough to keep workers fed, few enough to stay small."""
        return 8 - len(self.running)

    def _next(self, job: jobs.Job) -> None:
        """Send the next stages of a job to a worker, or finish it."""
        session = load_session(self.db, job.session_id)
        outputs = stage_outputs(self.db, session.id)
        session_so_far = assemble(session, outputs)
        todo = pending(session_so_far, outputs, self.settings, lexicon_digest(self.archive))
        if not todo:
            self._finish(job, session_so_far)
            return
        own = todo[0] in OWN_PROCESS
        stages = todo[:1] if own else tuple(name for name in todo if name not in OWN_PROCESS)
        progress = self.work_folder / f"job-{job.id}.progress"
        pool = self.sound if own else self.text
        future = pool.submit(compute, self.archive, self.settings, session_so_far, stages, progress)
        self.running.append(_Running(job, session_so_far, stages, future, progress))

    def _collect(self) -> None:
        for item in list(self.running):
            if not item.future.done():
                self._note_progress(item)
                continue
            self.running.remove(item)
            item.progress.unlink(missing_ok=True)
            error = item.future.exception()
            if error is None:
                self._save(item, item.future.result())
            else:
                self._failed(item.job, error, item.session)

    def _note_progress(self, item: _Running) -> None:
        seen = read_progress(item.progress)
        if (
            seen
            and jobs.exists(self.db, item.job.id)
            and (seen.step, seen.done, seen.total) != (item.job.step, item.job.done, item.job.total)
        ):
            jobs.progress(self.db, item.job.id, *seen)
            item.job = jobs.get(self.db, item.job.id)
            self.watch(item.job)

    def _save(self, item: _Running, results: list[Computed]) -> None:
        if not jobs.exists(self.db, item.job.id):
            return  # erased while it was being worked on
        keys = stage_keys(item.session, self.settings, lexicon_digest(self.archive))
        with transaction(self.db):
            for result in results:
                save_stage(
                    self.db, item.session.id, result.stage, keys[result.stage], result.output,
                    result.engine, result.seconds,
                )  # fmt: skip
        self._guarded_next(item.job)

    def _guarded_next(self, job: jobs.Job) -> None:
        try:
            self._next(job)
        except FlorilegeError as error:
            self._failed(job, error)
        except sqlite3.IntegrityError as error:
            self._failed(job, ArchiveError(f"The archive refused this session ({error})."))

    def _finish(self, job: jobs.Job, session: Session) -> None:
        with transaction(self.db):
            show(self.db, apply_edits(session))
            jobs.finish(self.db, job.id, "done")
        self.worked = True
        self.watch(jobs.get(self.db, job.id))

    def _failed(self, job: jobs.Job, error: BaseException, session: Session | None = None) -> None:
        """Retry a lost worker once, park what the user can mend, fail the rest with its sentence."""
        if not jobs.exists(self.db, job.id):
            return
        sentence = _under_its_name(str(error), session)
        attempts = jobs.get(self.db, job.id).attempts
        if isinstance(error, WorkerDied) and attempts < ATTEMPTS:
            jobs.finish(self.db, job.id, "waiting", sentence)
        elif isinstance(error, WorkerDied | ModelMissing):
            jobs.finish(self.db, job.id, "parked", sentence)
        elif isinstance(error, FlorilegeError):
            jobs.finish(self.db, job.id, "failed", sentence)
        else:
            sentence = f"An unexpected error stopped this session ({type(error).__name__}: {error})."
            jobs.finish(self.db, job.id, "failed", sentence)
        self.watch(jobs.get(self.db, job.id))

    def _embed_some(self) -> bool:
        """Embed a few batches of passages; false when none is left or meaning is switched off."""
        if not self.settings.meaning or not self.model:
            return False
        rows = missing_vectors(self.db, self.model, EMBED_BATCH * EMBED_BATCHES)
        batches = [rows[at : at + EMBED_BATCH] for at in range(0, len(rows), EMBED_BATCH)]
        futures = [
            self.text.submit(embed, self.archive, self.settings, [text for _, text in batch])
            for batch in batches
        ]
        try:
            for batch, future in zip(batches, futures, strict=True):
                vectors = future.result()
                save_vectors(
                    self.db, self.model, [(row[0], v) for row, v in zip(batch, vectors, strict=True)]
                )
        except FlorilegeError as error:
            self.problems.append(f"Search by meaning is not up to date: {error}")
            self.model = ""
        return bool(rows)


def _under_its_name(sentence: str, session: Session | None) -> str:
    """A message about a stored original, with the name the user knows it by."""
    return sentence.replace(Path(session.source.path).name, session.source.name) if session else sentence


def run_jobs(db: Database, archive: Path, settings: Settings, watch: Watch | None = None) -> bool:
    """Work through the queue unless another coordinator is at it; returns whether this one worked."""
    with coordinator_lock(archive) as mine:
        if mine:
            Coordinator(db, archive, settings, watch).run()
        return mine


def wait_for(db: Database, watch: Watch | None = None) -> None:
    """Wait while another coordinator works, reporting job rows as they change."""
    while True:
        active = [job for job in jobs.latest(db) if job.state in ("waiting", "running")]
        for job in active:
            if watch and job.state == "running":
                watch(job)
        if not active:
            return
        time.sleep(0.5)
