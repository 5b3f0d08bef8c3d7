"""The inside of a worker process of `pipelines.processing.worker_pool`, and what it tells the pool.

    Ready ──> (task ──> Answer | Failed | Strained | Broken)*

It ends when its pipe is closed, or when the process that started it dies: a daemon thread waits for just that.
"""

from __future__ import annotations

import contextlib
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
from pathlib import Path
from typing import Any

from db.errors import CopydeskError, DatabaseError, MachineError
from pipelines.processing.messages import encode_message, receive, send

# Address space of one worker process. A hostile page must not take the machine's memory; the largest honest page of 876
# needed under 300 MiB in all.
MEMORY_LIMIT_BYTES = 2 << 30
# An answer that is larger would only move the trouble to the process that asked. The largest honest one, a sitemap of 50,000
# addresses with titles, has 20 MB.
ANSWER_LIMIT_BYTES = 128 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerReady:
    """The process is prepared. `address_space`: how many bytes of it it may use."""

    address_space: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDone:
    """The task is done."""

    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRaised:
    """The task raised something that is its own doing. `detail`: a traceback."""

    detail: str

    def __str__(self) -> str:
        return self.detail.strip().rsplit("\n", 1)[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOutOfResources:
    """The task ran out of something: its own doing, or the machine's. `memory`: of memory. `machines`: why it is the machine's."""

    detail: str
    memory: bool = False
    machines: str | None = None

    def __str__(self) -> str:
        return self.detail.strip().rsplit("\n", 1)[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerBroken:
    """The process lacks what it needs to work: a module, the database."""

    detail: str

    def __str__(self) -> str:
        return self.detail


def run_worker(pipe: Connection, pickled: bytes) -> None:
    """The life of a worker process. `pickled` is its `Work`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides when we end
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        limit = _limit_memory()
        threading.Thread(target=_end_with_parent, daemon=True).start()
        work = pickle.loads(pickled)  # noqa: S301 - from our own parent
        do = work.prepare()
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent is to say it
        with contextlib.suppress(OSError):
            send(pipe, encode_message(WorkerBroken(detail=_in_words(error))))
        return
    with contextlib.suppress(EOFError, OSError):
        send(pipe, encode_message(WorkerReady(address_space=limit)))
        while True:
            task = receive(pipe)
            send(pipe, _done(do, work.rehearse, task))


def _done(do: Callable[[Any], Any], rehearse: Callable[[], None], task: Any) -> list[bytes]:
    """Do a task (None: the rehearsal); what came of it, as a message."""
    answer: TaskDone | TaskRaised | TaskOutOfResources | WorkerBroken
    try:
        if task is None:
            rehearse()
        answer = TaskDone(value=None if task is None else do(task))
        message = encode_message(answer)
        size = sum(len(piece) for piece in message)
        if size <= ANSWER_LIMIT_BYTES:
            return message
        answer = TaskRaised(detail=f"What was read of it has {size >> 20} MiB.")
    except (ImportError, sqlite3.Error, DatabaseError, MachineError) as error:
        answer = WorkerBroken(detail=_in_words(error))
    except MemoryError:
        answer = TaskOutOfResources(detail=traceback.format_exc(limit=-4), memory=True)
    except OSError:
        answer = TaskOutOfResources(detail=traceback.format_exc(limit=-4))
    except Exception:  # noqa: BLE001 - the one boundary where a crash becomes an answer
        answer = TaskRaised(detail=traceback.format_exc(limit=-12))
    return encode_message(answer)


def _in_words(error: Exception) -> str:
    return str(error) if isinstance(error, CopydeskError | ImportError) else f"{type(error).__name__}: {error}"


def _limit_memory() -> int:
    """Set the limit, or keep a lower one that the machine sets; how many bytes it is."""
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
    """The processor time that a process has used, in seconds; None where it is gone or the system does not say (no /proc)."""
    try:
        # proc(5): the name, in brackets, may hold anything; utime and stime are the 12th and 13th field behind it.
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError, ValueError):
        return None


def oom_kills() -> int:
    """How often the system has killed a process for want of memory; 0 where it does not say."""
    try:
        for line in Path("/proc/vmstat").read_text(encoding="ascii").splitlines():
            name, _, value = line.partition(" ")
            if name == "oom_kill":
                return int(value)
    except (OSError, ValueError):
        pass
    return 0
