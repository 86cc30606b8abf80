"""Muscle for the jobs: executors that run one task per process and survive the death of any of them."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any, NamedTuple

from pipeline.errors import BadSetting, WorkerDied

_Task = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class InlineExecutor(Executor):
    """Runs each task at once in the caller's process; for tests and debugging."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run ``fn`` now and return its finished future."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class _Worker(NamedTuple):
    process: SpawnProcess
    pipe: Connection


def _serve(pipe: Connection, parent: int) -> None:
    """Answer tasks until the pipe closes; leave at once when the parent is gone."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    while True:
        try:
            fn, args, kwargs = pipe.recv()
        except EOFError:
            return
        try:
            answer: tuple[bool, Any] = (True, fn(*args, **kwargs))
        except Exception as error:
            answer = (False, error)
        try:
            pipe.send(answer)
        except (TypeError, AttributeError, ValueError, pickle.PicklingError):
            pipe.send((False, RuntimeError(f"{type(answer[1]).__name__}: {str(answer[1])[:500]}")))


class LocalExecutor(Executor):
    """``workers`` spawned processes; each is replaced after ``tasks_per_process`` tasks.

    A native crash, ``os._exit`` or a memory kill fails only the task it was running, with WorkerDied.
    (``ProcessPoolExecutor`` breaks every pending task instead.) ``threads`` bounds the OpenMP threads of
    each process, which is read when its library loads and cannot be set later.
    """

    def __init__(self, workers: int, tasks_per_process: int = 1, threads: int | None = None) -> None:
        self._environment = {} if threads is None else {"OMP_NUM_THREADS": str(threads)}
        self._tasks: queue.SimpleQueue[tuple[Future[Any], _Task] | None] = queue.SimpleQueue()
        self._limit = tasks_per_process
        self._context = multiprocessing.get_context("spawn")
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(workers)]
        for thread in self._threads:
            thread.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue ``fn(*args, **kwargs)``; the function and its values must be picklable."""
        future: Future[Any] = Future()
        self._tasks.put((future, (fn, args, kwargs)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the workers finish what is queued and leave."""
        for _ in self._threads:
            self._tasks.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def _run(self) -> None:
        worker: _Worker | None = None
        done = 0
        while (item := self._tasks.get()) is not None:
            future, task = item
            if not future.set_running_or_notify_cancel():
                continue
            if worker is None or done >= self._limit:
                _dismiss(worker)
                worker, done = None, 0
                try:
                    worker = self._spawn()
                except OSError as error:
                    future.set_exception(WorkerDied(f"No process could be started ({error.strerror})."))
                    continue
            done += 1
            if not _answered(worker, task, future):
                _dismiss(worker)
                worker = None
        _dismiss(worker)

    def _spawn(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        # A daemon: when an error ends the parent, it must not wait for a worker that waits for tasks.
        process = self._context.Process(target=_serve, args=(theirs, os.getpid()), daemon=True)
        with _changed_environment(self._environment):
            process.start()
        theirs.close()
        return _Worker(process, ours)


_environment_lock = threading.Lock()


@contextmanager
def _changed_environment(changes: Mapping[str, str]) -> Iterator[None]:
    """Let processes started inside inherit some variables that this process does not keep."""
    with _environment_lock:
        before = {name: os.environ.get(name) for name in changes}
        os.environ.update(changes)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


def _answered(worker: _Worker, task: _Task, future: Future[Any]) -> bool:
    """Run one task in a worker; false when the worker is lost."""
    try:
        worker.pipe.send(task)
        fine, value = worker.pipe.recv()
    except (EOFError, OSError):
        worker.process.join(5)
        code = worker.process.exitcode
        future.set_exception(
            WorkerDied(f"The process of this job ended without an answer (exit code {code}).")
        )
        return False
    except Exception as error:  # unpicklable task or answer
        future.set_exception(error)
        return False
    if fine:
        future.set_result(value)
    else:
        future.set_exception(value)
    return True


def _dismiss(worker: _Worker | None) -> None:
    if worker is None:
        return
    worker.pipe.close()
    worker.process.join(2)
    if worker.process.is_alive():
        worker.process.kill()


def make_pool(
    spec: str, tasks_per_process: int = 1, at_most: int | None = None, threads: int | None = None
) -> Executor:
    """Build the executor of a ``pool`` setting. Raises BadSetting."""
    if spec == "inline":
        return InlineExecutor()
    kind, _, number = spec.partition(":")
    if kind == "local" and number.isdecimal() and int(number) > 0:
        return LocalExecutor(min(int(number), at_most or int(number)), tasks_per_process, threads)
    raise BadSetting(f"Setting 'pool' is {spec!r}: use `inline` or `local:N` with N ≥ 1.")
