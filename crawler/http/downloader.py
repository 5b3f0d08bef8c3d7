"""Scrapy's downloader with the manners of this house: every host has its own pace.

Words: a *host* is a host name without port; its requests share one `HostSlot`. The *floor* is the shortest pause
between two of its requests: what the source's configuration asks, or robots.txt' Crawl-delay if that is longer.
A *hold* is a moment before which nothing is sent to it. *Load* is how many of its requests are anywhere in the
downloader, waiting or in flight.

Scrapy makes a slot from global settings when it first meets a host, and has no hook for anything else, so this
subclass makes it from the request's meta: `slot_delay` (seconds) and `slot_concurrency`. Where requests disagree, the
politest wish wins for the rest of the run. The slot key is always the host of the URL: Scrapy leaves the key in
`meta["download_slot"]`, a redirect copies it, and the host redirected to would be paced as the one before.

The pause counts from the moment an answer began (`answered`), not from when its request was handed over: connecting
takes time, and a host measures arrivals. A host that has begun to answer had the request before, so with one
request at a time the gap that it sees is never under the floor. With several at once there is no such moment, and the
pause lies between departures. Jitter only ever adds.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from scrapy import Request, Spider
from scrapy.core.downloader import Downloader, Slot
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.asyncio import AsyncioLoopingCall, call_later
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from crawler.discover.robots import ROBOTS_FETCH
from crawler.http.errors import RequestRefused, Stopping

logger = logging.getLogger(__name__)

# A pause is multiplied by a number from this range. The lower end is above 1 so that what an event loop and two
# machines' clocks differ in cannot make it shorter than asked: with a busy thread beside the crawl, 40 hosts and a delay
# of 1 s saw a shortest gap of 1.017 s. The upper end keeps hosts from being asked in step.
JITTER = (1.01, 1.25)
# How long, in seconds, requests in flight may still take when the run stops. A stop is promised within 5.
GRACE_SECONDS = 3.0
# How often to look whether the engine is stopping: Scrapy has no signal for it.
STOP_POLL_SECONDS = 0.25


class HostSlot(Slot):
    """The pace of one host."""

    __slots__ = ("asked", "crawl_delay", "held_until", "stretch")

    def __init__(self, concurrency: int, delay: float) -> None:
        super().__init__(concurrency, delay, 0.0)
        self.asked = delay
        self.crawl_delay = 0.0
        self.held_until = 0.0
        self.stretch = 1.0

    @property
    def floor(self) -> float:
        """The shortest pause between two requests, in seconds."""
        return max(self.asked, self.crawl_delay)

    def wish(self, delay: float, concurrency: int) -> None:
        """Take a request's wish into account: slower and fewer at once win."""
        if delay > self.asked:
            self.asked = delay
        self.concurrency = min(self.concurrency, concurrency)
        self.delay = max(self.delay, self.floor)

    def heed(self, crawl_delay: float) -> None:
        """Keep robots.txt' Crawl-delay, in seconds."""
        self.crawl_delay = crawl_delay
        self.delay = max(self.delay, self.floor)

    def hold(self, seconds: float) -> None:
        """Send nothing for that long. A pause that is already running is only ever lengthened."""
        self.held_until = max(self.held_until, time.monotonic() + seconds)

    def answered(self) -> None:
        """An answer began, or the request failed: the pause counts from here."""
        if self.concurrency == 1:
            self.lastseen = time.monotonic()

    def departs(self, now: float) -> None:
        """A request leaves: draw the jitter of the pause after it, once."""
        self.lastseen = now
        self.stretch = random.uniform(*JITTER)  # noqa: S311

    def download_delay(self) -> float:
        """The pause in seconds after `lastseen`."""
        return max(self.delay * self.stretch, self.held_until - self.lastseen)


class HostDownloader(Downloader):
    """Scrapy's downloader with a `HostSlot` for each host. Setting: `DOWNLOADER`."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.load: Counter[str] = Counter()
        self.on_freed: list[Callable[[str], None]] = []
        self.on_outcome: list[Callable[[Request, Response | Exception], None]] = []
        self.on_stopping: list[Callable[[], None]] = []
        self.on_stop: list[Callable[[], None]] = []
        self._transfers: set[asyncio.Task[None]] = set()
        self._stop_seen: float | None = None
        self._stop_poll: AsyncioLoopingCall | None = None

    def get_slot_key(self, request: Request) -> str:
        """The host name of the request's URL."""
        return urlparse_cached(request).hostname or ""

    def room(self, key: str) -> bool:
        """Whether the host may have one more request in the downloader: its share at once, and one that is next."""
        load = self.load.get(key, 0)
        if not load:
            return True
        slot = self.slots.get(key)
        return load <= (slot.concurrency if slot else self.domain_concurrency)

    def fetch(self, request: Request, spider: Spider | None = None) -> Deferred[Response | Request]:
        """Download a request through the middlewares, counting it as its host's load meanwhile.

        Not so the request for robots.txt: when it is done, a page taken in its place would overtake those that wait.
        """
        self._watch_for_stop()
        deferred: Deferred[Response | Request] = super().fetch(request)
        if request.meta.get(ROBOTS_FETCH):
            return deferred
        key = self.get_slot_key(request)
        self.load[key] += 1
        return deferred.addBoth(self._release, key)

    def slot_for(self, request: Request) -> HostSlot:
        """The slot of the request's host, made if need be."""
        slot = self._get_slot(request)[1]
        assert isinstance(slot, HostSlot)
        return slot

    def refuse_waiting(self, key: str, reason: Callable[[Request], Exception]) -> None:
        """Fail the host's requests that have not left yet."""
        slot = self.slots.get(key)
        while slot and slot.queue:
            request, deferred = slot.queue.popleft()
            deferred.errback(reason(request))

    def report(self, request: Request, outcome: Response | Exception) -> None:
        """Tell who listens how a request ended, before the host's next one leaves: the middlewares hear too late."""
        for listener in self.on_outcome:
            listener(request, outcome)

    def close(self) -> None:
        """Stop the timers."""
        if self._stop_poll:
            self._stop_poll.stop()
            self._stop_poll = None
        super().close()

    def _release(self, result: Any, key: str) -> Any:
        if isinstance(result, Failure) and isinstance(result.value, RequestRefused):
            logger.info("%s", result.value)  # `scrapy shell -L INFO` would otherwise not say why nothing came
        self.load[key] -= 1
        if not self.load[key]:
            del self.load[key]
        for freed in self.on_freed:
            freed(key)
        return result

    def _get_slot(self, request: Request, spider: Spider | None = None) -> tuple[str, Slot]:
        key = self.get_slot_key(request)
        defaults = self.per_slot_settings.get(key, {})
        delay = float(request.meta.get("slot_delay", defaults.get("delay", self._delay)))
        concurrency = int(request.meta.get("slot_concurrency", defaults.get("concurrency", self.domain_concurrency)))
        slot = self.slots.get(key)
        if slot is None:
            slot = self.slots[key] = HostSlot(concurrency, delay)
            self._start_slot_gc()
        elif isinstance(slot, HostSlot):
            slot.wish(delay, concurrency)
        return key, slot

    def _process_queue(self, slot: Slot) -> None:
        # In place of Scrapy's, which counts a request as in flight only when its task has begun. Without the reactor
        # tasks begin a moment later, and two requests that arrive in that moment both go out (measured on 2.19.0: two
        # at once with a concurrency of 1). The timer asks again when it ends, so a hold that came meanwhile is kept.
        assert isinstance(slot, HostSlot)
        while slot.queue and not slot.latercall and slot.free_transfer_slots() > 0:
            now = time.monotonic()
            wait = slot.lastseen + slot.download_delay() - now
            if wait > 0:
                slot.latercall = call_later(wait, self._latercall, slot)
                return
            slot.departs(now)
            request, deferred = slot.queue.popleft()
            slot.transferring.add(request)
            transfer = asyncio.ensure_future(self._wait_for_download(slot, request, deferred))
            self._transfers.add(transfer)
            transfer.add_done_callback(self._transfers.discard)

    def _slot_gc(self, age: float = 60) -> None:
        # Scrapy forgets a slot after a minute without requests. A hold or a Crawl-delay must outlive that.
        now = time.monotonic()
        for key, slot in list(self.slots.items()):
            assert isinstance(slot, HostSlot)
            rested = max(slot.lastseen + slot.delay, slot.held_until) <= now - age
            if not slot.active and key not in self.load and rested:
                self.slots.pop(key).close()

    def _watch_for_stop(self) -> None:
        if self._stop_poll is None and self._stop_seen is None:
            self._stop_poll = AsyncioLoopingCall(self._look_for_stop)
            self._stop_poll.start(STOP_POLL_SECONDS, now=False)

    def _look_for_stop(self) -> None:
        engine_slot = self.crawler.engine._slot
        if engine_slot is None or engine_slot.closing is None:
            return
        now = time.monotonic()
        if self._stop_seen is None:
            self._stop_seen = now
            for stopping in self.on_stopping:
                stopping()
        for key in list(self.slots):
            self.refuse_waiting(key, lambda request: Stopping(request.url))
        if now - self._stop_seen >= GRACE_SECONDS:
            for stop in self.on_stop:
                stop()
