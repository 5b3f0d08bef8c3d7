"""The order in which waiting requests enter the downloader: hosts take turns, each with a small share.

Scrapy's host-aware queue counts only requests that have reached their slot. All requests of one host may therefore pile up in the
downloader while its robots.txt is being fetched, and a host in a long pause takes places from others. It also visits every host for
every request. This queue keeps the hosts that have room (`HostDownloader.has_room`) in a ring and takes the next of them: constant
time, whatever the number of hosts. A host without room leaves the ring, and returns when one of its requests ends.

Within a host: by priority, then first come, first served (`SCHEDULER_MEMORY_QUEUE`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.pqueues import DownloaderAwarePriorityQueue

from crawler.http.services import services_of


class HostQueue(DownloaderAwarePriorityQueue):
    """A queue in which hosts take turns. Setting: `SCHEDULER_PRIORITY_QUEUE`."""

    def __init__(
        self,
        crawler: Crawler,
        downstream_queue_cls: Any,
        key: str,
        slot_startprios: dict[str, Iterable[int]] | None = None,
        *,
        start_queue_cls: Any = None,
    ) -> None:
        super().__init__(crawler, downstream_queue_cls, key, slot_startprios, start_queue_cls=start_queue_cls)
        self._downloader = services_of(crawler).downloader
        self._ring: deque[str] = deque(self.pqueues)
        self._in_ring: set[str] = set(self.pqueues)
        self._downloader.on_freed.append(self._rejoin)

    def push(self, request: Request) -> None:
        super().push(request)
        self._rejoin(self._downloader.get_slot_key(request))

    def pop(self) -> Request | None:
        """The next request, None where no host with requests has room."""
        while self._ring:
            key = self._ring.popleft()
            if key not in self.pqueues or not self._downloader.has_room(key):
                self._in_ring.discard(key)
                continue
            request = self._take(key)
            if key in self.pqueues:
                self._ring.append(key)
            else:
                self._in_ring.discard(key)
            if request is not None:
                return request
        return None

    def _take(self, key: str) -> Request | None:
        queue = self.pqueues[key]
        request = queue.pop()
        if not len(queue):
            del self.pqueues[key]
            queue.close()
        return request

    def _rejoin(self, key: str) -> None:
        # To the front: a host that was begun is continued, so that its articles arrive while other hosts' listings are parsed, and
        # the worker processes have work from the start. No host takes the places of others, since its share is small.
        if key in self.pqueues and key not in self._in_ring:
            self._ring.appendleft(key)
            self._in_ring.add(key)
