from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database

from db import jobs
from db.connection import open_archive
from db.sessions import rows
from pipeline import stages
from pipeline.errors import ModelMissing
from pipeline.jobs import coordinator_is_running, coordinator_lock, run_jobs
from pipeline.settings import Settings

INLINE = Settings(pool="inline", meaning=False)


def stage_times(db: Database) -> dict[str, str]:
    return {row["stage"]: row["finished_at"] for row in rows(db, "SELECT stage, finished_at FROM stage_run")}


def test_a_session_goes_through_all_its_stages(db: Database, finished: Callable[..., int]) -> None:
    session = finished()
    assert [row["state"] for row in db["job"].rows] == ["done"]
    assert set(stage_times(db)) == {"read", "people", "quotes", "summaries", "themes"}
    quotes = rows(db, "SELECT * FROM quote WHERE session_id = ?", session)
    assert quotes and all(quote["kind"] == "spoken" for quote in quotes)


def test_running_again_computes_nothing(db: Database, archive: Path, finished: Callable[..., int]) -> None:
    session = finished()
    before = stage_times(db)
    jobs.enqueue(db, session)
    run_jobs(db, archive, INLINE)
    assert stage_times(db) == before


def test_a_failing_session_says_why_and_its_neighbour_finishes(
    db: Database, archive: Path, taken_in: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = taken_in("Une note sans suite.", "bad.txt"), taken_in()
    real = stages.run_stage

    def broken(session: stages.Session, *args: object) -> bytes:
        if session.id == bad:
            raise ModelMissing("The model is missing: run `make install`.")
        return real(session, *args)  # type: ignore[arg-type]

    monkeypatch.setattr("pipeline.work.run_stage", broken)
    run_jobs(db, archive, INLINE)
    states = {row["session_id"]: (row["state"], row["message"]) for row in db["job"].rows}
    assert states[bad] == ("parked", "The model is missing: run `make install`.")
    assert states[good][0] == "done"


def test_jobs_left_running_by_a_dead_coordinator_are_taken_up(
    db: Database, archive: Path, taken_in: Callable[..., int]
) -> None:
    taken_in()
    db.execute("UPDATE job SET state = 'running'")
    run_jobs(db, archive, INLINE)
    assert [row["state"] for row in db["job"].rows] == ["done"]


def test_one_coordinator_at_a_time(db: Database, archive: Path) -> None:
    with coordinator_lock(archive) as mine:
        assert mine and coordinator_is_running(archive)
        assert run_jobs(db, archive, INLINE) is False
    assert not coordinator_is_running(archive)


KILLED = """
import os, signal, sys
from pathlib import Path
import pipeline.jobs as coordinator
from db.connection import open_archive
from pipeline.settings import Settings
real = coordinator.save_stage
def fatal(db, session, stage, *rest):
    real(db, session, stage, *rest)
    if stage == sys.argv[2]:
        db.conn.execute("COMMIT")
        os.kill(os.getpid(), signal.SIGKILL)
coordinator.save_stage = fatal
archive = Path(sys.argv[1])
if __name__ == "__main__":
    coordinator.run_jobs(open_archive(archive), archive, Settings(pool="local:1", meaning=False))
"""


@pytest.mark.parametrize("stage", ["people", "quotes", "themes"])
def test_a_kill_between_stages_loses_nothing_written(
    db: Database, archive: Path, taken_in: Callable[..., int], tmp_path: Path, stage: str
) -> None:
    taken_in()
    script = tmp_path / "killed.py"
    script.write_text(KILLED, encoding="utf8")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent.parent)}
    killed = subprocess.run([sys.executable, script, archive, stage], check=False, env=environment)
    assert killed.returncode == -signal.SIGKILL
    before = stage_times(db)
    assert stage in before
    again = open_archive(archive)
    assert run_jobs(again, archive, INLINE)
    after = stage_times(again)
    assert {name: after[name] for name in before} == before
    assert [row["state"] for row in again["job"].rows] == ["done"]
