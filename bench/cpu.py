"""CPU time of processes that are not our children, from /proc. Linux only."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from tests.support.processes import descendants

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """CPU time of one process so far, without its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Cpu:
    """CPU seconds of process trees, polled: what a process had at its last poll counts after its end."""

    def __init__(self, *roots: int) -> None:
        self._roots = roots
        self._seen: dict[int, float] = {}
        self.poll()
        self._before = sum(self._seen.values())

    def poll(self) -> None:
        """Look at all processes once."""
        for root in self._roots:
            for pid in (root, *descendants(root)):
                with suppress(OSError, IndexError):
                    self._seen[pid] = cpu_seconds(pid)

    def of(self, pid: int) -> float:
        """Of one process, from its start."""
        return self._seen.get(pid, 0.0)

    @property
    def spent(self) -> float:
        """Of all, since the first poll."""
        return sum(self._seen.values()) - self._before
