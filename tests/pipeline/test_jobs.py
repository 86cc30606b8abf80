from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database

from db import jobs
from db.connection import open_archive, transaction
from db.sessions import load_session, rows, stage_outputs
from pipeline import edits, stages
from pipeline.errors import ModelMissing
from pipeline.jobs import Coordinator, run_jobs, wait_for
from pipeline.lock import coordinator_is_running, coordinator_lock
from pipeline.settings import Settings
from pipeline.toolbox import Toolbox

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


def test_an_unreadable_result_stops_its_session_only(
    db: Database, archive: Path, taken_in: Callable[..., int]
) -> None:
    bad, good = taken_in("Une note sans suite.", "bad.txt"), taken_in()
    db.execute("UPDATE stage_run SET output = x'7b' WHERE session_id = ?", [bad])
    run_jobs(db, archive, INLINE)
    states = {row["session_id"]: (row["state"], row["message"]) for row in db["job"].rows}
    assert states[bad][0] == "failed" and "DecodeError" in str(states[bad][1])
    assert states[good] == ("done", None)


def test_an_archive_in_use_is_waited_for(
    db: Database, archive: Path, taken_in: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken_in()
    holders: list[threading.Thread] = []
    real, held = stages.run_stage, threading.Event()

    def hold() -> None:
        other = open_archive(archive)
        with transaction(other):
            held.set()
            time.sleep(0.5)

    def under_lock(*args: object) -> bytes:
        if not holders:
            holders.append(threading.Thread(target=hold))
            holders[0].start()
            held.wait(10)
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr("pipeline.work.run_stage", under_lock)
    db.execute("PRAGMA busy_timeout = 20")
    run_jobs(db, archive, INLINE)
    assert [row["state"] for row in db["job"].rows] == ["done"]


def test_a_job_queued_as_the_coordinator_leaves_is_done(
    db: Database, archive: Path, finished: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    session = finished()
    real, left = Coordinator.run, []

    def run_then_queue(self: Coordinator) -> None:
        real(self)
        left.append(1)
        if len(left) == 1:
            jobs.enqueue(db, session)

    monkeypatch.setattr(Coordinator, "run", run_then_queue)
    assert run_jobs(db, archive, INLINE) and len(left) == 2
    assert not jobs.waiting(db)


def test_who_waits_for_a_coordinator_that_is_gone_goes_on_itself(
    db: Database, archive: Path, taken_in: Callable[..., int]
) -> None:
    taken_in()
    (archive / "settings.toml").write_text('pool = "inline"\nmeaning = false\n', encoding="utf8")
    db.execute("UPDATE job SET state = 'running'")
    wait_for(db)
    assert [row["state"] for row in db["job"].rows] == ["done"]


def test_recordings_never_keep_a_text_waiting(
    db: Database, archive: Path, taken_in: Callable[..., int]
) -> None:
    recordings = [taken_in(f"Enregistrement numéro {n}.", f"r{n}.txt") for n in range(9)]
    db.execute("UPDATE session SET form = 'speech'")
    text = taken_in()
    coordinator = Coordinator(db, archive, INLINE)
    coordinator._start_waiting()
    assert {job.session_id for job in coordinator.owed} == {*recordings[:2], text}


def test_a_decision_made_as_a_session_is_finished_is_shown(
    db: Database, archive: Path, finished: Callable[..., int]
) -> None:
    session = finished()
    loaded = stages.assemble(load_session(db, session), stage_outputs(db, session))
    edits.rename(db, session, "Marc Lefèvre", "Marc Lefebvre")
    Coordinator(db, archive, INLINE)._finish(jobs.get(db, jobs.enqueue(db, session)), loaded)
    names = rows(db, "SELECT name FROM person JOIN appearance ON person_id = person.id")
    assert {"name": "Marc Lefebvre"} in names


def test_changed_themes_are_read_again(archive: Path) -> None:
    archive.mkdir()
    toolbox = Toolbox(archive, INLINE)
    before = {theme.slug for theme in toolbox.lexicon.themes}
    (archive / "themes.toml").write_text(
        '[[theme]]\nslug = "vrac"\nfr = "Vrac"\nen = "Bulk"\nterms = { fr = ["vrac"] }\n', encoding="utf8"
    )
    assert {theme.slug for theme in toolbox.lexicon.themes} == before | {"vrac"}
