"""Counts crawl processes that end before they begin a run: for which sources, how often, and with what error."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scheduler.alerts.conditions import FailedStarts
from scheduler.processes import EndedCrawl

FAILED_STARTS = 3
"""Failures in a row for one source before it counts as failing: the second comes 5 s after the first, the third 10 s later."""
FORGET_AFTER_S = 1800.0
"""Seconds after which a failing source is forgotten: it was paused or removed, as a due one is tried every five minutes at
least."""
_MAX_ERROR_CHARS = 300


@dataclass(slots=True)
class _Failing:
    times: int
    at: float


class StartCounter:
    """Counts failed starts of crawl processes. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failing: dict[str, _Failing] = {}
        self._error = ""
        self._any_started = False

    def note(self, ended: EndedCrawl) -> None:
        """Count a process that ended."""
        if ended.outcome == "failed" and not ended.figures:
            lines = ended.stderr_tail.splitlines()
            self.note_failed(ended.names, lines[-1] if lines else "no error message")
        elif ended.figures:
            with self._lock:
                self._any_started = True
                for name in ended.names:
                    self._failing.pop(name, None)

    def note_failed(self, names: Sequence[str], error: str) -> None:
        """Count a process for these sources that could not be started, or died before it began a run."""
        now = self._clock()
        with self._lock:
            self._error = error[:_MAX_ERROR_CHARS]
            for name in names:
                one = self._failing.setdefault(name, _Failing(0, now))
                one.times, one.at = one.times + 1, now

    def failed(self) -> FailedStarts | None:
        """The sources that keep failing; None if there are none."""
        since = self._clock() - FORGET_AFTER_S
        with self._lock:
            self._failing = {name: one for name, one in self._failing.items() if one.at >= since}
            names = tuple(name for name, one in self._failing.items() if one.times >= FAILED_STARTS)
            return FailedStarts(names=names, error=self._error) if names else None

    @property
    def healthy(self) -> bool:
        """Whether some process has begun its run and no source fails. False, too, while a new service has started none."""
        with self._lock:
            return self._any_started and not self._failing
