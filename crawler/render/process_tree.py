"""A process with all that it has started: what it takes, and its end. Read from /proc; elsewhere a process is alone.

Chromium moves into a session of its own, so that no process group holds it together with the process that started it.
"""

from __future__ import annotations

import contextlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeUsage:
    """What processes take. `memory`: bytes that each has to itself. `cpu_s`: processor time of those that live, in seconds."""

    memory: int
    cpu_s: float


def descendants(pid: int) -> list[int]:
    """The processes below `pid`, parents before children."""
    children: dict[int, list[int]] = {}
    for entry in _PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                children.setdefault(int(parent), []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def usage(pids: list[int]) -> TreeUsage:
    """What the processes take. Shared memory (the program's own pages, mostly) is not counted."""
    memory = ticks = 0
    page = os.sysconf("SC_PAGE_SIZE")
    for pid in pids:
        with contextlib.suppress(OSError, ValueError, IndexError):
            _, resident, shared, *_ = map(int, (_PROC / str(pid) / "statm").read_text().split())
            memory += (resident - shared) * page
            fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return TreeUsage(memory=memory, cpu_s=ticks / os.sysconf("SC_CLK_TCK"))


def kill_descendants(pid: int) -> None:
    """Kill what a process has started. What is started meanwhile is killed as well."""
    for _ in range(5):
        below = descendants(pid)
        if not below:
            return
        for one in below:
            with contextlib.suppress(OSError):
                os.kill(one, signal.SIGKILL)
