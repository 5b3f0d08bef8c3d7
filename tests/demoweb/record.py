"""What the demo web saw: every request, and from those the counts that a polite crawler is held to."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

KEPT_HEADERS = (
    "user-agent",
    "accept",
    "accept-encoding",
    "accept-language",
    "if-none-match",
    "if-modified-since",
    "from",
    "referer",
    "cookie",
)
"""The request headers that a record keeps, where they were sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it came in. `at` is seconds on the monotonic clock; `status` is 0 where no answer was given.

    `host` is the site's own name, also where it was reached by its loopback port; `path` includes the query.
    """

    at: float
    method: str
    host: str
    path: str
    status: int
    proxied: bool
    headers: Mapping[str, str] = field(default_factory=dict)


class Record:
    """All requests since the start or the last `reset`. Safe to read while the server writes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: Counter[str] = Counter()
        self.reset()

    def reset(self) -> None:
        """Forget what was seen."""
        with self._lock:
            self._requests: list[Request] = []
            self._most: Counter[str] = Counter()

    def begin(self, host: str) -> None:
        """A request to a host has arrived."""
        with self._lock:
            self._running[host] += 1
            self._most[host] = max(self._most[host], self._running[host])

    def end(self, host: str) -> None:
        """Its answer has been written."""
        with self._lock:
            self._running[host] -= 1

    def add(self, request: Request) -> None:
        """Keep one request; called before its answer is sent, so that who has the answer finds the record."""
        with self._lock:
            self._requests.append(request)

    @property
    def requests(self) -> list[Request]:
        """All requests, in the order in which they were answered."""
        with self._lock:
            return list(self._requests)

    def most_at_once(self, host: str) -> int:
        """The most requests that a host had to work on at one moment."""
        with self._lock:
            return self._most[host]

    def shortest_gap(self, host: str) -> float | None:
        """The least seconds between the arrivals of two requests to a host; None below two requests."""
        times = sorted(request.at for request in self.requests if request.host == host)
        return min((later - earlier for earlier, later in pairwise(times)), default=None)
