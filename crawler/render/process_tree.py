"""A process with all that it has started: what it takes, and its end. Read from /proc; elsewhere a process is alone.

Chromium moves into a session of its own, so that no process group holds it together with the process that started it.
"""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

_PROC = Path("/proc")


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


class TreeMeter:
    """What the processes below `pid` take, at each `poll`. What a process had used at its last poll counts after its end.

    `memory`: the most that they had to themselves at once, in bytes. Shared memory, mostly the program itself, is not counted.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._ticks: dict[int, int] = {}
        self.memory = 0
        self._before = 0
        self.poll()
        self._before, self.memory = sum(self._ticks.values()), 0

    @property
    def cpu_s(self) -> float:
        """Processor time since the meter was made, in seconds."""
        return (sum(self._ticks.values()) - self._before) / os.sysconf("SC_CLK_TCK")

    def poll(self) -> int:
        """Look at all processes; returns the bytes that they have to themselves now."""
        memory, page = 0, os.sysconf("SC_PAGE_SIZE")
        for pid in descendants(self._pid):
            with contextlib.suppress(OSError, ValueError, IndexError):
                _, resident, shared, *_ = map(int, (_PROC / str(pid) / "statm").read_text().split())
                memory += (resident - shared) * page
                fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
                self._ticks[pid] = int(fields[11]) + int(fields[12])
        self.memory = max(self.memory, memory)
        return memory


def kill_descendants(pid: int) -> None:
    """Kill what a process has started. What is started meanwhile is killed as well."""
    for _ in range(5):
        below = descendants(pid)
        if not below:
            return
        for one in below:
            with contextlib.suppress(OSError):
                os.kill(one, signal.SIGKILL)
