"""The pace of archives, kept together by all processes that use one database: times in a small file beside it, under a lock.

    request is next ──reserve──> the moment after the last one that any process has reserved ──wait──> sent
    429 ──rest──> nobody sends before that

A process that is killed has reserved one moment in vain at most. Times are Unix seconds, since processes share no other clock that
survives a restart of the machine.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from db.system.files_beside import open_beside

logger = logging.getLogger(__name__)

LONGEST_S = 600.0
"""A moment that lies further ahead was written before the clock was set back, and does not count."""
_MOST_BYTES = 65_536

_Times = dict[str, dict[str, float]]
"""By host: when the last request, the last query of an index (`spaced`) and the end of the rest are."""


class SharedPace:
    """The pace of hosts in a file beside the database. It holds the lock for the time of a small read and write."""

    def __init__(self, database: Path) -> None:
        self._database = database

    def reserve(self, host: str, *, delay: float, spacing: float = 0.0) -> float:
        """Reserve the next moment at which the host may be asked; returns the seconds until then, 0 or more.

        `delay`: seconds from any request before; `spacing`: from the last one with a spacing, 0 for one without. Raises OSError.
        """
        with self._open() as times:
            now, own = time.time(), times.setdefault(host, {})
            at = max(now, _past(own, "sent", now) + delay, _past(own, "rest", now))
            if spacing:
                at = max(at, _past(own, "spaced", now) + spacing)
                own["spaced"] = at
            own["sent"] = at
            return at - now

    def rest(self, host: str, seconds: float) -> None:
        """Have nobody ask the host for that long. Raises OSError."""
        with self._open() as times:
            own, now = times.setdefault(host, {}), time.time()
            own["rest"] = max(_past(own, "rest", now), now + min(seconds, LONGEST_S))

    def tell_rest(self, host: str, seconds: float) -> None:
        """The same, for those who go on by themselves where the file fails: then a warning says so."""
        try:
            self.rest(host, seconds)
        except OSError as error:
            logger.warning("other processes are not told that %s rests: %s", host, error)

    def resting(self, host: str) -> float:
        """The seconds for which nobody may ask the host, 0 where there are none. Raises OSError."""
        with self._open() as times:
            now = time.time()
            return max(0.0, _past(times.get(host, {}), "rest", now) - now)

    @contextmanager
    def _open(self) -> Iterator[_Times]:
        """The times, written back where they were changed."""
        number = open_beside(self._database, "pace")
        try:
            fcntl.flock(number, fcntl.LOCK_EX)
            before = os.pread(number, _MOST_BYTES, 0)
            times = _times(before)
            yield times
            after = json.dumps(times).encode()
            if after != before:
                os.pwrite(number, after, 0)
                os.ftruncate(number, len(after))
        finally:
            os.close(number)


class HostPace:
    """The pace of one host, for those who ask it without the downloader. Where the file fails, they keep their own."""

    def __init__(self, shared: SharedPace, host: str, delay: float) -> None:
        self._shared, self._host, self._delay = shared, host, delay

    def reserve(self) -> float:
        """The seconds until the next request may be sent."""
        try:
            return self._shared.reserve(self._host, delay=self._delay)
        except OSError as error:
            logger.warning("the pace of %s is not kept together with other processes: %s", self._host, error)
            return self._delay

    def rest(self, seconds: float) -> None:
        """Have nobody ask the host for that long."""
        self._shared.tell_rest(self._host, seconds)


def _past(times: dict[str, float], name: str, now: float) -> float:
    at = times.get(name, 0.0)
    return at if at <= now + LONGEST_S else 0.0


def _times(text: bytes) -> _Times:
    """What the file says; nothing where it was cut or is something else."""
    try:
        document = json.loads(text)
        return {str(host): {str(name): float(at) for name, at in values.items()} for host, values in document.items()}
    except (ValueError, AttributeError, TypeError):
        return {}
