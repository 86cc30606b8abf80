"""Job rows: the durable truth of what is to be done, is being done, and came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from db.clock import now
from db.sessions import rows


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work on a session. ``done`` of ``total`` is in seconds of sound, or steps."""

    id: int
    session_id: int
    state: str
    step: str | None
    step_started_at: str | None
    done: float
    total: float
    message: str | None
    attempts: int


def _job(row: dict[str, Any]) -> Job:
    return Job(**{name: row[name] for name in Job.__slots__})


def enqueue(db: Database, session_id: int) -> int:
    """Queue a session unless it is queued already; return the job."""
    waiting = db.conn.execute(
        "SELECT id FROM job WHERE session_id = ? AND state = 'waiting'", (session_id,)
    ).fetchone()
    if waiting:
        return int(waiting[0])
    cursor = db.conn.execute(
        "INSERT INTO job (session_id, state, created_at) VALUES (?, 'waiting', ?)", (session_id, now())
    )
    return int(cursor.lastrowid or 0)


def recover(db: Database) -> int:
    """Put back jobs that were running when their coordinator died; call it under the coordinator's lock."""
    return int(db.conn.execute("UPDATE job SET state = 'waiting' WHERE state = 'running'").rowcount)


def waiting(db: Database, speech: bool | None = None, limit: int = -1) -> list[Job]:
    """Jobs to do, oldest first; only those on recordings (``speech``) or only those on texts, when asked."""
    found = rows(
        db,
        """SELECT job.* FROM job JOIN session ON session.id = session_id WHERE state = 'waiting'
           AND (?1 IS NULL OR (form = 'speech') = ?1) ORDER BY job.id LIMIT ?2""",
        speech,
        limit,
    )
    return [_job(row) for row in found]


def get(db: Database, job_id: int) -> Job:
    """One job as it stands."""
    return _job(rows(db, "SELECT * FROM job WHERE id = ?", job_id)[0])


def exists(db: Database, job_id: int) -> bool:
    """Whether a job is still there; erasing a session takes its jobs with it."""
    return db.conn.execute("SELECT 1 FROM job WHERE id = ?", (job_id,)).fetchone() is not None


def start(db: Database, job_id: int) -> None:
    """Mark a job as running and count the attempt."""
    db.conn.execute(
        """UPDATE job SET state = 'running', attempts = attempts + 1, started_at = ?, message = NULL
           WHERE id = ?""",
        (now(), job_id),
    )


def progress(db: Database, job_id: int, step: str, done: float, total: float) -> None:
    """Note how far a running job is; a new step starts its own clock."""
    db.conn.execute(
        """UPDATE job SET step_started_at = CASE WHEN step IS ? THEN step_started_at ELSE ? END,
           step = ?, done = ?, total = ? WHERE id = ?""",
        (step, now(), step, done, total, job_id),
    )


def finish(db: Database, job_id: int, state: str, message: str | None = None) -> None:
    """Close a job as ``done``, ``failed`` or ``parked`` (or put it back as ``waiting``) with its sentence."""
    db.conn.execute(
        "UPDATE job SET state = ?, message = ?, finished_at = ? WHERE id = ?", (state, message, now(), job_id)
    )


def latest(db: Database) -> list[Job]:
    """The last job of each session, newest first."""
    found = rows(
        db, "SELECT * FROM job WHERE id IN (SELECT max(id) FROM job GROUP BY session_id) ORDER BY id DESC"
    )
    return [_job(row) for row in found]


def retry(db: Database, session_id: int) -> int:
    """Queue a failed or parked session again."""
    return enqueue(db, session_id)


def refuse(db: Database, name: str, message: str) -> None:
    """Remember that a file was refused and why, so that the app can show it later."""
    db.conn.execute(
        "INSERT INTO refusal (name, message, refused_at) VALUES (?, ?, ?)", (name, message, now())
    )
