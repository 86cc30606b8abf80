"""Work under way, for the pages: jobs with their session, and refused files."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from db.sessions import rows


@dataclass(frozen=True, slots=True)
class JobRow:
    """The last job of a session. ``done`` of ``total`` is in the step's own unit; moments are ISO 8601,
    and ``started_at`` is the beginning of the present step."""

    id: int
    session_id: int
    title: str
    state: str
    step: str | None
    done: float
    total: float
    message: str | None
    started_at: str | None
    finished_at: str | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that was refused, and the sentence that says why."""

    id: int
    name: str
    message: str
    refused_at: str


_JOBS = """
SELECT job.id, job.session_id, session.title, job.state, job.step, job.done, job.total, job.message,
       job.step_started_at AS started_at, job.finished_at
FROM job JOIN session ON session.id = job.session_id
WHERE job.id IN (SELECT max(id) FROM job GROUP BY session_id)
ORDER BY CASE job.state WHEN 'running' THEN 0 WHEN 'waiting' THEN 1 WHEN 'failed' THEN 2
         WHEN 'parked' THEN 2 ELSE 3 END, job.id DESC LIMIT ?
"""


def jobs(db: Database, limit: int = 30) -> tuple[JobRow, ...]:
    """The last job of each session: running first, then waiting, failed, done."""
    return tuple(JobRow(**row) for row in rows(db, _JOBS, limit))


def unfinished(db: Database) -> int:
    """How many jobs wait or run."""
    found = db.conn.execute("SELECT count(*) FROM job WHERE state IN ('waiting', 'running')").fetchone()
    return int(found[0])


@dataclass(frozen=True, slots=True)
class Queue:
    """How far the present batch of work is, in jobs; ``began`` (ISO 8601): when its first one started."""

    running: int
    waiting: int
    ready: int
    began: str | None


_QUEUE = """
SELECT COALESCE(sum(state = 'running'), 0), COALESCE(sum(state = 'waiting'), 0),
       COALESCE(sum(state NOT IN ('running', 'waiting')), 0), min(started_at)
FROM job WHERE state IN ('running', 'waiting')
  OR finished_at >= (SELECT min(created_at) FROM job WHERE state IN ('running', 'waiting'))
"""


def queue(db: Database) -> Queue:
    """The present batch: what is unfinished, and what was finished since the oldest of it was queued."""
    return Queue(*db.conn.execute(_QUEUE).fetchone())


def refusals(db: Database, limit: int = 20) -> tuple[Refusal, ...]:
    """Files refused, newest first."""
    return tuple(Refusal(**row) for row in rows(db, "SELECT * FROM refusal ORDER BY id DESC LIMIT ?", limit))
