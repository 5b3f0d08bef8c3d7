"""Worker processes that do tasks from outside: one task at a time each, under a time and a memory limit that are kept by killing.

    submit ──> queue ──> thread 1 ──pipe──> worker process 1
                    └──> thread 2 ──pipe──> worker process 2

Every process has a pipe of its own and shares no lock, so it may be killed at any moment, idle or busy, and the others go on.
(concurrent.futures gives up the whole pool when one process dies; pebble's processes share a lock, and one that is killed
while it waits for work holds up the rest for a minute: both seen.) Processes are forked from a server that has imported the work's
modules once, and end when their pipe or their parent does.

A task fails (`TaskTooSlow`, `TaskDied`) only for what it does itself. Before a task is blamed, it has failed in two processes, and
a third one has done a task that is known to be good (`Worker.rehearse`). Where a process cannot be started, lacks a module,
cannot do the known task, or runs into a limit of the machine, that is a `MachineError`: it ends the pool, and all tasks that wait
get it.
"""

from __future__ import annotations

import multiprocessing
import pickle
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import Any, Protocol

from db.errors import MachineError
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

# A process is replaced after so many tasks, which bounds what libxml2 and caches may leak.
TASKS_PER_PROCESS = 2000
# Somebody may have killed a process for another reason than its task, so a task gets a second process before it is blamed.
TASK_ATTEMPTS = 2
# A machine that has no process or file handle to give may have one again in a moment.
START_ATTEMPTS = 3
START_PAUSE_S = 1.0
# How long a process may take until it is ready: it takes 0.5 s on an idle machine, some 10 s on a very busy one.
READY_S = 120.0
# How often a thread that waits for its process looks whether the pool was stopped, in seconds.
STOP_POLL_S = 0.2
# The time limit is of processor time, so that a machine that is busy with other things blames no task. One that got no processor
# for so many times its limit is given up all the same.
WALL_TIME_FACTOR = 10.0


# What the server of processes imports, of all pools of this process: it is started with the first of their processes.
_preload: set[str] = set()


class Worker(Protocol):
    """What the processes of a pool do. It is pickled once for each process."""

    @property
    def name(self) -> str:
        """What a task is called in messages: "page", "listing"."""

    @property
    def preload(self) -> tuple[str, ...]:
        """Modules that the server of processes imports once."""

    def prepare(self) -> Callable[[Any], Any]:
        """Called once in each process: the function that does a task."""

    def rehearse(self) -> None:
        """Do a task that is known to be good, in a process that is prepared. Raises where it cannot be done."""


class TaskFailed(Exception):
    """A task cannot be done, for what it does itself. The message is one sentence, perhaps with a traceback."""


class TaskTooSlow(TaskFailed):
    """It took more processor time than allowed and was stopped."""


class TaskDied(TaskFailed):
    """The processes that did it ended, or ran out of the memory that a task may use, each time."""


class WorkerPool:
    """`submit` tasks, get a future for each. Raises MachineError where not even a thread can be started.

    A future gives the answer, TaskFailed or MachineError; it is cancelled where the pool was stopped first.
    """

    def __init__(self, work: Worker, *, processes: int, timeout_s: float) -> None:
        self._context = multiprocessing.get_context("forkserver")
        _preload.update(work.preload)
        self._context.set_forkserver_preload(sorted(_preload))
        self._work = work
        self._timeout_s = timeout_s
        self._tasks: queue.SimpleQueue[tuple[Any, Future[Any]] | None] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._trouble: MachineError | None = None
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
        """Have a task done."""
        future: Future[Any] = Future()
        self._tasks.put((task, future))
        return future

    def close(self) -> None:
        """Finish what is submitted and end the processes."""
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join()

    def stop(self) -> None:
        """End the processes at once; the futures of what they were doing, and of what waits, are cancelled."""
        self._stopped.set()
        self.close()

    def _serve(self) -> None:
        worker: _Worker | None = None
        while (item := self._tasks.get()) is not None:
            task, future = item
            try:
                worker = self._do(worker, task, future)
            except MachineError as error:
                self._trouble, worker = error, None
            except Exception as error:  # noqa: BLE001 - whatever it is, it is no reason to leave the tasks without an answer
                self._trouble, worker = MachineError(f"a worker process cannot be used ({error!r})"), None
            if not future.done():
                if self._stopped.is_set() or self._trouble is None:
                    future.cancel()
                else:
                    future.set_exception(self._trouble)
        if worker is not None:
            worker.end()

    def _do(self, worker: _Worker | None, task: Any, future: Future[Any]) -> _Worker | None:
        """Have one task done; the process, None where it is gone. The future stays open where the pool is stopped or in trouble."""
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
        """The task failed in every process it was given: blame it, unless it is the machine that fails. A rehearsed process."""
        if isinstance(why, WorkerBroken):
            raise MachineError(f"a worker process cannot work: {why.detail}")
        if why.machines:
            raise MachineError(why.machines)
        worker = self._start()
        if worker is None:
            return None
        if (verdict := self._ask(worker, None)) is None:
            return None
        if not isinstance(verdict, TaskDone):
            raise MachineError(f"not even a {self._work.name} that is known to be good can be read here: {verdict}")
        future.set_exception(TaskDied(why.detail))
        return worker

    def _start(self) -> _Worker | None:
        """A process that is ready, None where the pool was stopped meanwhile. Raises MachineError."""
        why = ""
        for attempt in range(START_ATTEMPTS):
            if self._stopped.wait(START_PAUSE_S if attempt else 0):
                return None
            try:
                worker = _Worker(self._context, self._work)
            except (OSError, EOFError) as error:
                why = f"{error.strerror or error}" if isinstance(error, OSError) else "the server of processes ended"
                continue
            answer = self._await_ready(worker)
            if isinstance(answer, WorkerReady):
                worker.limit = answer.address_space
                return worker
            worker.kill()
            if self._stopped.is_set():
                return None
            why = answer.detail if answer else "it ended before it was ready"
            if isinstance(answer, WorkerBroken):
                break
        raise MachineError(
            f"no worker process can be started ({why}); see to the limits of processes, open files and memory"
            " (ulimit -u, -n, -v) and to the installation (copydesk doctor)"
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
        """What came of a task (None: the rehearsal), None where the pool was stopped. Unless it answered, the process is gone."""
        killed_before = oom_kills()
        answer: TaskDone | TaskRaised | WorkerBroken | TaskOutOfResources | TaskTooSlow | None
        try:
            worker.ask(task)
            answer = self._await_answer(worker)
        except (EOFError, OSError):
            answer = TaskOutOfResources(
                detail=f"The process reading it ended, {TASK_ATTEMPTS} times.",
                machines=_limits_of(worker, killed_before),
            )
        except pickle.UnpicklingError as error:
            answer = TaskOutOfResources(detail=f"Its answer cannot be read: {error}.")
        if isinstance(answer, TaskOutOfResources) and not answer.machines and answer.memory:
            answer = TaskOutOfResources(detail=answer.detail, machines=_limits_of(worker, killed_before))
        if not isinstance(answer, TaskDone | TaskRaised):
            worker.kill()
        return answer

    def _await_answer(self, worker: _Worker) -> Any:
        began, spent_before = time.monotonic(), worker.cpu_s()
        wait = min(STOP_POLL_S, self._timeout_s)
        while not self._stopped.is_set():
            if worker.poll(wait):
                return worker.receive()
            waited, spent = time.monotonic() - began, worker.cpu_s()
            if waited >= self._timeout_s and (
                spent is None
                or spent_before is None
                or spent - spent_before >= self._timeout_s
                or waited >= WALL_TIME_FACTOR * self._timeout_s
            ):
                return TaskTooSlow(f"It took more than {self._timeout_s:g} s and was stopped.")
        return None


class _Worker:
    """One worker process and our end of its pipe. Raises OSError where it cannot be started."""

    def __init__(self, context: ForkServerContext, work: Worker) -> None:
        self.tasks = 0
        self.limit = MEMORY_LIMIT_BYTES
        self._pipe, theirs = context.Pipe()
        # Pickled by us: where a module is missing, the process says so instead of printing a traceback.
        self._process: ForkServerProcess = context.Process(
            target=run_worker, args=(theirs, pickle.dumps(work)), daemon=True
        )
        try:
            self._process.start()
        except BaseException:
            self._pipe.close()
            raise
        finally:
            theirs.close()

    def ask(self, task: Any) -> None:
        """Send a task. Raises OSError where the process is gone."""
        self.tasks += 1
        send(self._pipe, encode_message(task))

    def poll(self, wait_s: float) -> bool:
        """Whether there is an answer, within that time. Raises OSError where the process is gone."""
        return self._pipe.poll(wait_s)

    def receive(self) -> Any:
        """The answer. Raises EOFError or OSError where the process is gone."""
        return receive(self._pipe)

    def cpu_s(self) -> float | None:
        """The processor time that it has used, in seconds; None where the system does not say."""
        return cpu_seconds(self._process.pid or 0)

    def end(self) -> None:
        """Let an idle process end."""
        self._pipe.close()
        self._process.join()

    def kill(self) -> None:
        """End a process whatever it does."""
        self._process.kill()
        self.end()


def _limits_of(worker: _Worker, killed_before: int) -> str | None:
    """Which limit of the machine a process may have died of; None where it had all that a task may use."""
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
