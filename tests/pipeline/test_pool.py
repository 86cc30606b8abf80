from __future__ import annotations

import os
import threading
from concurrent.futures import Future
from typing import Any

import pytest

from pipeline.errors import BadSetting, Refused, WorkerDied
from pipeline.pool import InlineExecutor, LocalExecutor, make_pool


def process_id(_: int = 0) -> int:
    return os.getpid()


def crash() -> None:
    os._exit(3)


def refuse() -> None:
    raise Refused("notes.txt is empty: add some words.")


def refuse_with_a_lock() -> None:
    raise RuntimeError("out of memory", threading.Lock())


def results(futures: list[Future[Any]]) -> list[Any]:
    return [future.result(60) for future in futures]


def test_a_process_per_task() -> None:
    pool = LocalExecutor(1, tasks_per_process=1)
    seen = results([pool.submit(process_id, n) for n in range(3)])
    assert len({*seen, os.getpid()}) == 4
    pool.shutdown()


def test_a_process_is_kept_for_its_share_of_tasks() -> None:
    pool = LocalExecutor(1, tasks_per_process=2)
    a, b, c = results([pool.submit(process_id, n) for n in range(3)])
    assert a == b != c
    pool.shutdown()


def test_a_native_crash_fails_only_its_own_task() -> None:
    pool = LocalExecutor(2, tasks_per_process=10)
    futures = [pool.submit(process_id), pool.submit(crash), pool.submit(process_id), pool.submit(process_id)]
    with pytest.raises(WorkerDied, match="exit code 3"):
        futures[1].result(60)
    assert all(isinstance(futures[n].result(60), int) for n in (0, 2, 3))
    pool.shutdown()


def test_an_expected_error_arrives_as_it_was_raised() -> None:
    for pool in (LocalExecutor(1), InlineExecutor()):
        with pytest.raises(Refused, match=r"notes\.txt is empty"):
            pool.submit(refuse).result(60)
        pool.shutdown()


def test_an_error_that_cannot_travel_is_told_in_words() -> None:
    pool = LocalExecutor(1)
    with pytest.raises(RuntimeError, match="out of memory"):
        pool.submit(refuse_with_a_lock).result(60)
    pool.shutdown()


@pytest.mark.parametrize("spec", ["", "local", "local:0", "local:x", "threads:2"])
def test_a_bad_pool_is_named(spec: str) -> None:
    with pytest.raises(BadSetting, match="pool"):
        make_pool(spec)


def openmp(_: int = 0) -> str | None:
    return os.environ.get("OMP_NUM_THREADS")


def test_threads_are_bounded_in_the_worker_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    pool = LocalExecutor(1, threads=1)
    assert results([pool.submit(openmp)]) == ["1"]
    assert "OMP_NUM_THREADS" not in os.environ
    pool.shutdown()
