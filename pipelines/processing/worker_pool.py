"""A pool of worker processes for untrusted input: each runs one task at a time, under limits of time and memory enforced by
killing.

    submit ──> queue ──> thread 1 ──pipe──> worker process 1
                    └──> thread 2 ──pipe──> worker process 2

Every process has its own pipe and shares no lock, so it can be killed at any moment, idle or busy, without affecting the others.
(concurrent.futures breaks the whole pool when one process dies; pebble's processes share a lock, and one killed while waiting for
work blocks the rest for a minute: both were observed.) Processes are forked from a server that has imported the worker's modules
once, and end when their pipe is closed or their parent dies.

A task fails (`TaskTooSlow`, `TaskDied`) only for what it does itself. Before it is blamed, it has failed in two processes, and a
third has succeeded with a task that is known to be good (`Worker.run_known_task`). If a process cannot be started, lacks a module,
fails the known task, or hits a limit of the machine, the pool fails with a `MachineError`, and so do all waiting tasks.
"""

from __future__ import annotations

import math
import multiprocessing
import pickle
import queue
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import Any, Protocol

from db.errors import MachineError
from db.system.fork_server import start_fork_server
from db.system.machine_errors import as_machine_error
from pipelines.processing.messages import encode_message, receive, send
from pipelines.processing.worker_process import (
    MEMORY_LIMIT_BYTES,
    TaskDone,
    TaskOutOfResources,
    TaskRaised,
    WorkerBroken,
    WorkerReady,
    cpu_seconds,
    oom_kills,
    run_worker,
)

TASKS_PER_PROCESS = 2000
"""Tasks after which a process is replaced: bounds leaks of libxml2 and caches."""
TASK_ATTEMPTS = 2
"""Processes that a task must fail in: a process may have been killed for another reason than its task."""
# A machine that is out of processes or file handles may have some again in a moment.
START_ATTEMPTS = 3
START_PAUSE_S = 1.0
READY_S = 120.0
"""Seconds that a process may take to start: it takes 0.5 s on an idle machine, some 10 s on a very busy one."""
STOP_POLL_S = 0.2
_KILLS_KNOWN_S = 0.5
"""Seconds for which the number of processes killed for lack of memory counts as known: many tasks take a millisecond."""
"""Seconds between checks whether the pool was stopped, while waiting for a process."""
WALL_TIME_FACTOR = 10.0
"""The time limit is CPU time, so that no task is blamed for a busy machine; after so many times the limit of wall time, it is
given up all the same."""


# Modules that the fork server imports, of all pools of this process: the first process of any pool starts it.
_preload: set[str] = set()
_HOOK = f"{__package__}.server_hook"


def start_server(modules: Iterable[str]) -> None:
    """Start the fork server before a pool needs it: it imports these modules while this process goes on. If it cannot be started,
    the first pool that needs it says so."""
    _preload_in_server(modules)
    with suppress(OSError):
        start_fork_server()


def _preload_in_server(modules: Iterable[str]) -> ForkServerContext:
    _preload.update(modules)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([_HOOK, *sorted(_preload)])
    return context


class Worker(Protocol):
    """The task function of a pool's processes, with its set-up. Pickled once for each process."""

    @property
    def name(self) -> str:
        """The name of a task in messages: "page", "listing"."""

    @property
    def preload(self) -> tuple[str, ...]:
        """Modules that the fork server imports once."""

    def init_worker(self) -> Callable[[Any], Any]:
        """Called once in each process; returns the function that runs a task."""

    def run_known_task(self) -> None:
        """Run a task that is known to be good, after `init_worker`. Raises if it fails."""


class TaskFailed(Exception):
    """The task itself is the cause of its failure. The message is one sentence, possibly with a traceback."""


class TaskTooSlow(TaskFailed):
    """The task exceeded its time limit and was stopped."""


class TaskDied(TaskFailed):
    """The task ended its processes, or exceeded the memory limit, each time."""


class WorkerPool:
    """Runs tasks in worker processes; `submit` gives a future for each. Raises MachineError if no thread can be started.

    A future gives the result or raises TaskFailed or MachineError; it is cancelled if the pool stops first.
    """

    def __init__(self, worker: Worker, *, processes: int, timeout_s: float) -> None:
        self._context = _preload_in_server(worker.preload)
        self._worker = worker
        self._timeout_s = timeout_s
        self._tasks: queue.SimpleQueue[tuple[Any, Future[Any]] | None] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._trouble: MachineError | None = None
        self._kills = -math.inf, 0
        self._threads = [threading.Thread(target=self._serve, daemon=True) for _ in range(processes)]
        started = 0
        try:
            for thread in self._threads:
                thread.start()
                started += 1
        except RuntimeError as error:
            self._threads = self._threads[:started]
            self.stop()
            raise MachineError(
                f"no thread can be started ({error}); raise the limit of processes (ulimit -u)"
            ) from error

    def submit(self, task: Any) -> Future[Any]:
        """Run a task in the next free process."""
        future: Future[Any] = Future()
        self._tasks.put((task, future))
        return future

    def close(self) -> None:
        """Finish all submitted tasks, then end the processes."""
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join()

    def stop(self) -> None:
        """End the processes at once; the futures of unfinished tasks are cancelled."""
        self._stopped.set()
        self.close()

    def _serve(self) -> None:
        worker: _Worker | None = None
        while (item := self._tasks.get()) is not None:
            task, future = item
            try:
                worker = self._run_task(worker, task, future)
            except MachineError as error:
                self._trouble, worker = error, None
            except Exception as error:  # noqa: BLE001 - tasks must get an answer whatever the error
                self._trouble, worker = MachineError(f"a worker process cannot be used ({error!r})"), None
            if not future.done():
                if self._stopped.is_set() or self._trouble is None:
                    future.cancel()
                else:
                    future.set_exception(self._trouble)
        if worker is not None:
            worker.end()

    def _run_task(self, worker: _Worker | None, task: Any, future: Future[Any]) -> _Worker | None:
        """Run one task; returns the process, or None if it is gone. The future stays open if the pool stops or fails."""
        why: WorkerBroken | TaskOutOfResources | None = None
        for _ in range(TASK_ATTEMPTS):
            if self._stopped.is_set() or self._trouble is not None:
                return worker
            if worker is not None and worker.tasks >= TASKS_PER_PROCESS:
                worker.end()
                worker = None
            worker = worker or self._start()
            if worker is None:
                return None
            match self._ask(worker, task):
                case TaskDone(value=value):
                    future.set_result(value)
                    return worker
                case TaskRaised(detail=detail):
                    future.set_exception(TaskDied(detail))
                    return worker
                case TaskTooSlow() as error:
                    future.set_exception(error)
                    return None
                case WorkerBroken() | TaskOutOfResources() as why:
                    worker = None
                case None:
                    return None
        assert why is not None
        return self._blame(why, future)

    def _blame(self, why: WorkerBroken | TaskOutOfResources, future: Future[Any]) -> _Worker | None:
        """The task failed in every process: blame it, unless the machine is at fault. Returns a process that ran the known task."""
        if isinstance(why, WorkerBroken):
            raise MachineError(f"a worker process failed: {why.detail}")
        if why.machines:
            raise MachineError(why.machines)
        worker = self._start()
        if worker is None:
            return None
        if (verdict := self._ask(worker, None)) is None:
            return None
        if not isinstance(verdict, TaskDone):
            raise MachineError(f"not even a {self._worker.name} that is known to be good can be read here: {verdict}")
        future.set_exception(TaskDied(why.detail))
        return worker

    def _start(self) -> _Worker | None:
        """Start a process; None if the pool stops meanwhile. Raises MachineError."""
        why, shortage = "", None
        for attempt in range(START_ATTEMPTS):
            if self._stopped.wait(START_PAUSE_S if attempt else 0):
                return None
            try:
                worker = _Worker(self._context, self._worker)
            except (OSError, EOFError) as error:
                shortage = as_machine_error(error)
                why = f"{error.strerror or error}" if isinstance(error, OSError) else "the fork server ended"
                continue
            answer = self._await_ready(worker)
            if isinstance(answer, WorkerReady):
                worker.limit = answer.address_space
                return worker
            worker.kill()
            if self._stopped.is_set():
                return None
            why, shortage = answer.detail if answer else "it ended before it was ready", None
            if isinstance(answer, WorkerBroken):
                break
        if shortage:
            raise MachineError(f"no worker process can be started: {shortage}")
        raise MachineError(
            f"no worker process can be started ({why}); check the limits of processes, open files and memory"
            " (ulimit -u, -n, -v) and the installation (copydesk doctor)"
        )

    def _await_ready(self, worker: _Worker) -> WorkerReady | WorkerBroken | TaskOutOfResources | None:
        until = time.monotonic() + READY_S
        try:
            while time.monotonic() < until and not self._stopped.is_set():
                if worker.poll(STOP_POLL_S):
                    answer = worker.receive()
                    assert isinstance(answer, WorkerReady | WorkerBroken | TaskOutOfResources)
                    return answer
        except (EOFError, OSError):
            return None
        return WorkerBroken(detail=f"not ready within {READY_S:g} s")

    def _ask(
        self, worker: _Worker, task: Any
    ) -> TaskDone | TaskRaised | WorkerBroken | TaskOutOfResources | TaskTooSlow | None:
        """The answer to a task (None: the known task); None if the pool stops. The process is killed unless it answered."""
        killed_before = self._known_kills()
        answer: TaskDone | TaskRaised | WorkerBroken | TaskOutOfResources | TaskTooSlow | None
        try:
            worker.ask(task)
            answer = self._await_answer(worker)
        except (EOFError, OSError):
            answer = TaskOutOfResources(
                detail=f"The process reading it ended, {TASK_ATTEMPTS} times.",
                machines=_machine_limit(worker, killed_before),
            )
        except pickle.UnpicklingError as error:
            answer = TaskOutOfResources(detail=f"Its answer cannot be read: {error}.")
        if isinstance(answer, TaskOutOfResources) and not answer.machines and answer.memory:
            answer = TaskOutOfResources(detail=answer.detail, machines=_machine_limit(worker, killed_before))
        if not isinstance(answer, TaskDone | TaskRaised):
            worker.kill()
        return answer

    def _known_kills(self) -> int:
        """`oom_kills` of at most `_KILLS_KNOWN_S` ago: the kernel adds the counter up anew for each reader."""
        now = time.monotonic()
        known_at, kills = self._kills
        if now - known_at >= _KILLS_KNOWN_S:
            kills = oom_kills()
            self._kills = now, kills
        return kills

    def _await_answer(self, worker: _Worker) -> Any:
        began = time.monotonic()
        wait = min(STOP_POLL_S, self._timeout_s)
        spent_before: float | None = None
        while not self._stopped.is_set():
            if worker.poll(wait):
                return worker.receive()
            waited, spent = time.monotonic() - began, worker.cpu_s()
            # Nearly all tasks are answered by now, so the time is first asked for here: one too slow is stopped that much later.
            spent_before = spent if spent_before is None else spent_before
            if waited >= self._timeout_s and (
                spent is None
                or spent_before is None
                or spent - spent_before >= self._timeout_s
                or waited >= WALL_TIME_FACTOR * self._timeout_s
            ):
                return TaskTooSlow(f"It took more than {self._timeout_s:g} s and was stopped.")
        return None


class _Worker:
    """One worker process with this end of its pipe. Raises OSError if it cannot be started."""

    def __init__(self, context: ForkServerContext, worker: Worker) -> None:
        self.tasks = 0
        self.limit = MEMORY_LIMIT_BYTES
        self._pipe, theirs = context.Pipe()
        # Pickled here: if a module is missing, the process reports it instead of printing a traceback.
        self._process: ForkServerProcess = context.Process(
            target=run_worker, args=(theirs, pickle.dumps(worker)), daemon=True
        )
        try:
            start_fork_server()
            self._process.start()
        except BaseException:
            self._pipe.close()
            raise
        finally:
            theirs.close()

    def ask(self, task: Any) -> None:
        """Send a task. Raises OSError if the process is gone."""
        self.tasks += 1
        send(self._pipe, encode_message(task))

    def poll(self, wait_s: float) -> bool:
        """Whether an answer arrives within `wait_s` seconds. Raises OSError if the process is gone."""
        return self._pipe.poll(wait_s)

    def receive(self) -> Any:
        """The answer. Raises EOFError or OSError if the process is gone."""
        return receive(self._pipe)

    def cpu_s(self) -> float | None:
        """The CPU time of the process in seconds; None if unknown."""
        return cpu_seconds(self._process.pid or 0)

    def end(self) -> None:
        """End an idle process."""
        self._pipe.close()
        self._process.join()

    def kill(self) -> None:
        """Kill the process."""
        self._process.kill()
        self.end()


def _machine_limit(worker: _Worker, killed_before: int) -> str | None:
    """The limit of the machine that a process may have died of; None if it had all that a task may use."""
    if worker.limit < MEMORY_LIMIT_BYTES:
        return (
            f"a process may use {worker.limit >> 20} MiB of address space here (ulimit -v), which is too little;"
            f" a page may need up to {MEMORY_LIMIT_BYTES >> 20} MiB: raise the limit, then run it again"
        )
    if oom_kills() > killed_before:
        return (
            "the system ran out of memory and ended a worker process;"
            " give it more memory, or set fewer `workers`, then run it again"
        )
    return None
