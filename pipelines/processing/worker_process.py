"""The main function of a worker process of `pipelines.processing.worker_pool`, and its answers to the pool.

    WorkerReady ──> (task ──> TaskDone | TaskRaised | TaskOutOfResources | WorkerBroken)*

The process ends when its pipe is closed, or when its parent dies: a daemon thread waits for that.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import pickle
import resource
import signal
import sqlite3
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from db.errors import CopydeskError, DatabaseError, MachineError
from pipelines.processing.messages import encode_message, receive, send

MEMORY_LIMIT_BYTES = 2 << 30
"""Address space of a worker process. A hostile page must not exhaust the machine's memory; the largest of 876 real pages needed
under 300 MiB in all."""
ANSWER_LIMIT_BYTES = 128 << 20
"""The largest answer, so that it does not exhaust the parent. The largest real one, a sitemap of 50,000 addresses with titles, has
20 MB."""
NEW_OBJECTS = 10_000
"""Objects that may be made, and not freed, before Python looks for cycles among them. With its default of 700, and with modules and
tables of languages among what it looks at, that took an eighth of the CPU of extraction; memory is the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerReady:
    """The process is initialized. `address_space`: its limit in bytes."""

    address_space: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDone:
    """The task returned `value`."""

    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRaised:
    """The task raised an exception of its own. `detail`: the traceback."""

    detail: str

    def __str__(self) -> str:
        return self.detail.strip().rsplit("\n", 1)[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOutOfResources:
    """The task ran out of a resource, of memory if `memory` is set. `machines`: why the machine is to blame, if it is."""

    detail: str
    memory: bool = False
    machines: str | None = None

    def __str__(self) -> str:
        return self.detail.strip().rsplit("\n", 1)[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerBroken:
    """The process lacks what it needs: a module, the database."""

    detail: str

    def __str__(self) -> str:
        return self.detail


def run_worker(pipe: Connection, pickled: bytes) -> None:
    """The main function of a worker process. `pickled`: its `Worker`."""
    for number in (signal.SIGINT, signal.SIGHUP):  # they reach the whole group; the parent ends this process
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        limit = _limit_memory()
        threading.Thread(target=_end_with_parent, daemon=True).start()
        worker = pickle.loads(pickled)  # noqa: S301 - from the parent process
        do = worker.init_worker()
        gc.freeze()
        gc.set_threshold(NEW_OBJECTS)
    except Exception as error:  # noqa: BLE001 - any error is reported by the parent
        with contextlib.suppress(OSError):
            send(pipe, encode_message(WorkerBroken(detail=_describe(error))))
        return
    with contextlib.suppress(EOFError, OSError):
        send(pipe, encode_message(WorkerReady(address_space=limit)))
        while True:
            task = receive(pipe)
            send(pipe, _run_task(do, worker.run_known_task, task))


def _run_task(do: Callable[[Any], Any], run_known_task: Callable[[], None], task: Any) -> list[bytes]:
    """Run a task (None: the known task) and encode the answer."""
    answer: TaskDone | TaskRaised | TaskOutOfResources | WorkerBroken
    try:
        if task is None:
            run_known_task()
        answer = TaskDone(value=None if task is None else do(task))
        message = encode_message(answer)
        size = sum(len(piece) for piece in message)
        if size <= ANSWER_LIMIT_BYTES:
            return message
        answer = TaskRaised(detail=f"What was read of it has {size >> 20} MiB.")
    except (ImportError, sqlite3.Error, DatabaseError, MachineError) as error:
        answer = WorkerBroken(detail=_describe(error))
    except MemoryError:
        answer = TaskOutOfResources(detail=traceback.format_exc(limit=-4), memory=True)
    except OSError:
        answer = TaskOutOfResources(detail=traceback.format_exc(limit=-4))
    except Exception:  # noqa: BLE001 - the one place where a crash becomes an answer
        answer = TaskRaised(detail=traceback.format_exc(limit=-12))
    return encode_message(answer)


def _describe(error: Exception) -> str:
    return str(error) if isinstance(error, CopydeskError | ImportError) else f"{type(error).__name__}: {error}"


def _limit_memory() -> int:
    """Set the memory limit, or keep a lower one; returns it in bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    lower = [limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY]
    limit = min([MEMORY_LIMIT_BYTES, *lower])
    with contextlib.suppress(ValueError):  # macOS has no such limit
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    return limit


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def cpu_seconds(pid: int) -> float | None:
    """The CPU time of a process in seconds; None if it is gone or there is no /proc."""
    try:
        # proc(5): the name in brackets may contain anything; utime and stime are the 12th and 13th field after it.
        fields = _read_proc(f"/proc/{pid}/stat").rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError, ValueError):
        return None


def oom_kills() -> int:
    """How many processes the system has killed for lack of memory; 0 if unknown."""
    try:
        return int(_read_proc("/proc/vmstat").partition(b"\noom_kill ")[2].partition(b"\n")[0])
    except (OSError, ValueError):
        return 0


def _read_proc(path: str) -> bytes:
    """A small file of /proc. It is read for every task, and `Path.read_text` takes twice the time."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return b"".join(iter(lambda: os.read(descriptor, 1 << 16), b""))
    finally:
        os.close(descriptor)
