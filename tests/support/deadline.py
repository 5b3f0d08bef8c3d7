"""Promises of time, as a test can hold the code to them on a machine that others use as well."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PRESSURE = tuple(Path(f"/proc/pressure/{what}") for what in ("cpu", "io"))
_UNKNOWN_FACTOR = 4.0
"""How much longer something may take where the kernel does not tell how long somebody waited."""


class Stopwatch:
    """Counts seconds, and apart from them those in which anybody on this machine waited for a processor or a disk.

    The kernel counts the latter (PSI). On a machine that does nothing else a limit is as it is written, and a loaded one, of which
    nobody promised anything, gives no false alarm.
    """

    def __init__(self) -> None:
        self._began, self._waited = time.monotonic(), _waited_s()

    def own_s(self, until: Stopwatch | None = None) -> float:
        """The seconds since its beginning that count, up to now or to the beginning of another."""
        until = until or Stopwatch()
        took, waited = until._began - self._began, until._waited
        if waited is None or self._waited is None:
            return took / _UNKNOWN_FACTOR
        return max(0.0, took - (waited - self._waited))

    def check(self, seconds: float) -> None:
        """Fail where more of them count than were promised."""
        own = self.own_s()
        assert own < seconds, f"{own:.1f} s, beside the time in which somebody waited; promised are {seconds:g} s"


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Fails where the block takes longer, as a `Stopwatch` counts."""
    watch = Stopwatch()
    yield
    watch.check(seconds)


def _waited_s() -> float | None:
    """The seconds since the machine started in which somebody waited for processor or disk; None where nobody counts them."""
    try:
        lines = [path.read_text().splitlines()[0] for path in _PRESSURE]
    except OSError:
        return None
    return sum(int(line.rpartition("total=")[2]) for line in lines) / 1e6
