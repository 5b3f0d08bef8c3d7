"""Crawl processes that end before they have begun a run: which sources they were for, how often, and what they said."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scheduler.alerts.conditions import FailedStarts
from scheduler.processes import EndedCrawl

FAILED_STARTS = 3
"""So many in a row for one source are no accident: the second comes 5 s after the first, the third 10 s after that."""
FORGET_AFTER_S = 1800.0
"""A source that was not tried again for so long is paused or gone: while it is due it is tried every five minutes at least."""
_LONGEST_WORDS = 300


@dataclass(slots=True)
class _Failing:
    times: int
    at: float


class StartCounter:
    """Counts how processes begin. For several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failing: dict[str, _Failing] = {}
        self._words = ""
        self._began = False

    def note(self, ended: EndedCrawl) -> None:
        """A process ended."""
        if ended.how == "failed" and not ended.figures:
            lines = ended.last_words.splitlines()
            self.note_failed(ended.names, lines[-1] if lines else "it said nothing")
        elif ended.figures:
            with self._lock:
                self._began = True
                for name in ended.names:
                    self._failing.pop(name, None)

    def note_failed(self, names: Sequence[str], words: str) -> None:
        """A process for these sources could not be started, or died before it had begun."""
        now = self._clock()
        with self._lock:
            self._words = words[:_LONGEST_WORDS]
            for name in names:
                one = self._failing.setdefault(name, _Failing(0, now))
                one.times, one.at = one.times + 1, now

    def failed(self) -> FailedStarts | None:
        """What goes on failing now; None where nothing does."""
        since = self._clock() - FORGET_AFTER_S
        with self._lock:
            self._failing = {name: one for name, one in self._failing.items() if one.at >= since}
            names = tuple(name for name, one in self._failing.items() if one.times >= FAILED_STARTS)
            return FailedStarts(names=names, words=self._words) if names else None

    @property
    def good(self) -> bool:
        """Whether a process has begun its run and none fails; neither can be told of a service that has just come up."""
        with self._lock:
            return self._began and not self._failing
