"""The coordinator: it alone takes queued jobs, sends their stages to workers and writes what comes back.

One coordinator per archive, held by a file lock; if it is killed, the next one puts its running jobs
back in the queue and goes on from the last stage that was written.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from db import jobs
from db.connection import is_busy, transaction
from db.records import Session
from db.sessions import load_session, save_stage, session_edits, stage_outputs
from pipeline.edits import apply_edits
from pipeline.errors import ArchiveBusy, ArchiveError, FlorilegeError, ModelMissing, WorkerDied
from pipeline.hooks import Hook, silent
from pipeline.lock import coordinator_is_running, coordinator_lock
from pipeline.meaning_index import MeaningIndex
from pipeline.pool import make_pool
from pipeline.projection import archive_folder, lexicon_digest, show
from pipeline.settings import Settings, load_settings
from pipeline.stages import OWN_PROCESS, assemble, pending, stage_keys
from pipeline.themes.found import show_found_themes
from pipeline.troubles import tell
from pipeline.work import Computed, compute, read_progress

POLL = 0.1
ATTEMPTS = 2
TEXT_TASKS_PER_PROCESS = 200
SOUND_AT_ONCE = 2
TEXTS_AT_ONCE = 8
"""Jobs under way at once: enough to feed the workers; recordings never keep texts waiting."""

Watch = Callable[[jobs.Job], None]
"""Called with a job whenever its row changes."""


def start_background(archive: Path) -> None:
    """Start a detached coordinator unless one is running; it outlives the page that asked for it."""
    if coordinator_is_running(archive):
        return
    with (archive / "coordinator.log").open("ab") as log:
        subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", "--archive", str(archive), "run"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


def resume_work(db: Database) -> None:
    """Start a detached coordinator when something is queued, as an edit taken back may have done."""
    if jobs.waiting(db, limit=1):
        start_background(archive_folder(db))


@dataclass
class _Running:
    job: jobs.Job
    session: Session
    keys: dict[str, str]
    stages: tuple[str, ...]
    future: Future[Any]
    progress: Path


class Coordinator:
    """Works through the queue of one archive. Use it under :func:`coordinator_lock`."""

    def __init__(
        self, db: Database, archive: Path, settings: Settings, watch: Watch | None = None, hook: Hook = silent
    ) -> None:
        self.db, self.archive, self.settings = db, archive, settings
        self.watch = watch or (lambda job: None)
        self.work_folder = archive / "work"
        self.work_folder.mkdir(exist_ok=True)
        self.sound = make_pool(settings.pool, tasks_per_process=1, at_most=1)
        self.text = make_pool(settings.pool, TEXT_TASKS_PER_PROCESS, threads=1)
        self.meaning = MeaningIndex(db, archive, settings, self.text, hook)
        self.running: list[_Running] = []
        self.owed: list[jobs.Job] = []
        # A file, so that a kill between the last session and the themes is made good by the next run.
        self.themes_owed = self.work_folder / "themes-owed"

    def run(self) -> None:
        """Recover, then work until the queue is empty, passages are embedded and themes are found."""
        jobs.recover(self.db)
        while True:
            self._drain()
            self._find_themes()
            more = self.meaning.advance() or self.themes_owed.exists()
            if not more and not jobs.waiting(self.db, limit=1):
                break
        self.sound.shutdown()
        self.text.shutdown()

    def _drain(self) -> None:
        while True:
            try:
                self._start_waiting()
                self._send_owed()
                if not self.running:
                    return
                self._collect()
            except (ArchiveBusy, sqlite3.OperationalError) as error:
                # What was computed stays in ``running`` or ``owed`` until the archive is free again.
                if not is_busy(error):
                    raise
            time.sleep(POLL if self.running else 0)

    def _start_waiting(self) -> None:
        busy = {item.session.id for item in self.running} | {job.session_id for job in self.owed}
        sound = sum(item.stages[0] in OWN_PROCESS for item in self.running)
        texts = len(self.running) - sound
        for speech, room in ((True, SOUND_AT_ONCE - sound), (False, TEXTS_AT_ONCE - texts)):
            waiting = jobs.waiting(self.db, speech, max(0, room) + len(busy))
            for job in [job for job in waiting if job.session_id not in busy][: max(0, room)]:
                jobs.start(self.db, job.id)
                self.owed.append(job)

    def _send_owed(self) -> None:
        for job in list(self.owed):
            self._guarded_next(job)
            self.owed.remove(job)

    def _next(self, job: jobs.Job) -> None:
        """Send the next stages of a job to a worker, or finish it."""
        session = load_session(self.db, job.session_id)
        outputs = stage_outputs(self.db, session.id)
        keyed_by = (self.settings, lexicon_digest(self.archive))
        keys, todo = stage_keys(session, *keyed_by), pending(session, outputs, *keyed_by)
        # A stage never sees what it, or a later one, made of other inputs.
        so_far = assemble(session, {name: made for name, made in outputs.items() if name not in todo})
        if not todo:
            self._finish(job, so_far)
            return
        own = todo[0] in OWN_PROCESS
        stages = todo[:1] if own else tuple(name for name in todo if name not in OWN_PROCESS)
        progress = self.work_folder / f"job-{job.id}.progress"
        pool = self.sound if own else self.text
        future = pool.submit(compute, self.archive, self.settings, so_far, stages, progress)
        self.running.append(_Running(job, so_far, keys, stages, future, progress))

    def _collect(self) -> None:
        for item in list(self.running):
            if not item.future.done():
                self._note_progress(item)
                continue
            error = item.future.exception()
            if error is not None:
                self._failed(item.job, error, item.session)
            elif self._saved(item, item.future.result()):
                self.owed.append(item.job)
            self.running.remove(item)
            item.progress.unlink(missing_ok=True)

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

    def _saved(self, item: _Running, results: list[Computed]) -> bool:
        """Keep what a worker made; false when the session was erased meanwhile."""
        with transaction(self.db):
            if not jobs.exists(self.db, item.job.id):
                return False
            for result in results:
                save_stage(
                    self.db, item.session.id, result.stage, item.keys[result.stage], result.output,
                    result.engine, result.seconds,
                )  # fmt: skip
        return True

    def _guarded_next(self, job: jobs.Job) -> None:
        try:
            self._next(job)
        except (ArchiveBusy, sqlite3.OperationalError):
            raise
        except sqlite3.IntegrityError as error:
            self._failed(job, ArchiveError(f"The archive refused this session ({error})."))
        except Exception as error:  # one session never stops the others
            self._failed(job, error)

    def _finish(self, job: jobs.Job, session: Session) -> None:
        self.themes_owed.touch()
        with transaction(self.db):
            # Read again under the lock: the app may have added a decision since the session was loaded.
            edits = session_edits(self.db, session.id)
            show(self.db, apply_edits(replace(session, edits=edits)))
            jobs.finish(self.db, job.id, "done")
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

    def _find_themes(self) -> None:
        if not self.themes_owed.exists():
            return
        try:
            show_found_themes(self.db)
        except Exception as error:
            if is_busy(error):
                return
            tell(f"The archive's own themes are not up to date: {error}", error)
        self.themes_owed.unlink(missing_ok=True)


def _under_its_name(sentence: str, session: Session | None) -> str:
    """A message about a stored original, with the name the user knows it by."""
    return sentence.replace(Path(session.source.path).name, session.source.name) if session else sentence


def run_jobs(
    db: Database, archive: Path, settings: Settings, watch: Watch | None = None, hook: Hook = silent
) -> bool:
    """Work through the queue; false when another coordinator is at it, or has taken over what is left.

    ``watch`` is called with jobs as they change, ``hook("meaning", …)`` while passages are embedded.
    """
    while True:
        with coordinator_lock(archive) as mine:
            if mine:
                Coordinator(db, archive, settings, watch, hook).run()
        # Who queued a job before the lock was let go found it taken, and relies on this look.
        if not mine or not jobs.waiting(db, limit=1):
            return mine


def wait_for(db: Database, watch: Watch | None = None) -> None:
    """Wait while another coordinator works, reporting job rows as they change; go on in its place when it
    is gone. Raises BadSetting."""
    archive = archive_folder(db)
    while True:
        active = [job for job in jobs.latest(db) if job.state in ("waiting", "running")]
        if not active:
            return
        for job in active:
            if watch and job.state == "running":
                watch(job)
        if not coordinator_is_running(archive):
            run_jobs(db, archive, load_settings(archive), watch)
        time.sleep(0.5)
