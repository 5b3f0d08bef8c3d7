"""Scrapy's downloader with a pace for each host.

Terms: a *host* is a host name without port; its requests share one `HostSlot`. The *floor* is the shortest pause between two of its
requests: the source's `delay`, or robots.txt's Crawl-delay if that is longer. A *hold* is a time before which nothing is sent to
it. *Load* is the number of its requests in the downloader, waiting or in flight.

Scrapy makes a slot from global settings when it first meets a host, without any hook. This subclass makes it from the request's
meta: `slot_delay` (seconds) and `slot_concurrency`. Where requests disagree, the politest value wins for the rest of the run. The
slot key is always the host of the URL. Scrapy would keep it in `meta["download_slot"]`, which a redirect copies, and the target
host would get the pace of the first.

The pause counts from the moment a response begins (`mark_answered`), not from when its request was handed over: connecting takes
time, and a host measures arrivals. A host that has begun to answer received the request before, so with one request at a time the
gap it sees is never below the floor. With several at once there is no such moment, and the pause lies between departures. Jitter
only lengthens pauses.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from scrapy import Request, Spider, signals
from scrapy.core.downloader import Downloader, Slot
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.asyncio import AsyncioLoopingCall, call_later
from scrapy.utils.defer import deferred_from_coro
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.defer import Deferred

from crawler.http.errors import RequestRefused, Stopping
from crawler.http.services import services_of
from crawler.robots.policy import ROBOTS_FETCH

logger = logging.getLogger(__name__)

# A pause is multiplied by a random number from this range. The lower end is above 1 so that the inaccuracy of the event loop and of
# two machines' clocks cannot make the pause shorter than configured: with a busy thread beside the crawl, 40 hosts and a delay of 1
# s saw a shortest gap of 1.017 s. The upper end keeps hosts from being asked in step.
JITTER = (1.01, 1.25)
# Seconds that requests in flight may still take when the run stops. A stop is promised within 5.
GRACE_S = 3.0
# Seconds between checks whether the engine is stopping: Scrapy has no signal for it.
STOP_POLL_S = 0.25


class HostSlot(Slot):
    """The pace of one host. Times are `time.monotonic()`, durations seconds."""

    queue: deque[tuple[Request, asyncio.Future[None]]]  # type: ignore[assignment]
    """The requests that wait for their turn, each with the future that ends its wait."""
    __slots__ = ("configured_delay", "crawl_delay", "delay_factor", "held_until", "reserved", "spaced_at")

    def __init__(self, concurrency: int, delay: float) -> None:
        super().__init__(concurrency, delay, 0.0)
        self.configured_delay = delay
        self.crawl_delay = 0.0
        self.held_until = 0.0
        self.delay_factor = 1.0
        self.spaced_at = float("-inf")
        self.reserved: tuple[Request, float] | None = None
        """The request that is next, and the moment that was reserved for it in the pace that processes share."""

    @property
    def floor(self) -> float:
        return max(self.configured_delay, self.crawl_delay)

    def apply_limits(self, delay: float, concurrency: int) -> None:
        """Apply a request's limits: the longer delay and the smaller concurrency win."""
        if delay > self.configured_delay:
            self.configured_delay = delay
        self.concurrency = min(self.concurrency, concurrency)
        self.delay = max(self.delay, self.floor)

    def set_crawl_delay(self, crawl_delay: float) -> None:
        """Apply robots.txt's Crawl-delay."""
        self.crawl_delay = crawl_delay
        self.delay = max(self.delay, self.floor)

    def hold(self, seconds: float) -> None:
        """Send nothing for that long. A running pause is only lengthened."""
        self.held_until = max(self.held_until, time.monotonic() + seconds)

    def mark_answered(self) -> None:
        """Note that a response began, or the request failed: the pause counts from here."""
        if self.concurrency == 1:
            self.lastseen = time.monotonic()

    def mark_sent(self, now: float) -> None:
        """Note that a request is sent, and draw the jitter of the pause after it, once."""
        self.lastseen = now
        self.delay_factor = random.uniform(*JITTER)  # noqa: S311

    def wait_before(self, request: Request, now: float) -> float:
        """How long this request still has to wait: for the pause, and for its own distance (`slot_spacing`) from its like."""
        own: float = request.meta.get("slot_spacing", 0.0) * self.delay_factor
        return max(0.0, self.lastseen + self.download_delay() - now, self.spaced_at + own - now)

    def download_delay(self) -> float:
        """The pause after `lastseen`."""
        return max(self.delay * self.delay_factor, self.held_until - self.lastseen)


class HostDownloader(Downloader):
    """Scrapy's downloader with a `HostSlot` for each host. Setting: `DOWNLOADER`.

    The `on_…` lists hold functions to call: `on_freed` with the host of each finished request, `on_outcome` with each request and
    its response or error, `on_stopping` when the run begins to stop, `on_grace_end` when the grace period is over.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.load: Counter[str] = Counter()
        self.on_freed: list[Callable[[str], None]] = []
        self.on_outcome: list[Callable[[Request, Response | Exception], None]] = []
        self.on_stopping: list[Callable[[], None]] = []
        self.on_grace_end: list[Callable[[], None]] = []
        self._stopping_since: float | None = None
        self._stop_poll: AsyncioLoopingCall | None = None
        # Before Scrapy's constructor, which builds the handlers and middlewares: they take the downloader from the services.
        self._services = services_of(crawler)
        services_of(crawler).downloader = self
        super().__init__(crawler)

    def get_slot_key(self, request: Request) -> str:
        return urlparse_cached(request).hostname or ""

    def has_room(self, key: str) -> bool:
        """Whether the host may have one more request in the downloader: those in flight at once, and one that is next."""
        load = self.load.get(key, 0)
        if not load:
            return True
        slot = self.slots.get(key)
        return load <= (slot.concurrency if slot else self.domain_concurrency)

    def fetch(self, request: Request, spider: Spider | None = None) -> Deferred[Response | Request]:
        """Admit and download a request: for Scrapy's own engine, and for requests beside the queue."""
        self.admit(request)
        return deferred_from_coro(self.download(request))

    def admit(self, request: Request) -> None:
        """Count a request in its host's load, until `download` has ended.

        The request for robots.txt is not counted: when it ends, a page admitted in its place would overtake those that wait for it.
        """
        self._start_stop_poll()
        self.active.add(request)
        if not request.meta.get(ROBOTS_FETCH):
            self.load[self.get_slot_key(request)] += 1

    async def download(self, request: Request) -> Response | Request:
        """Download an admitted request through the middlewares."""
        try:
            return await self.middleware.download_async(self._enqueue_request, request)
        except RequestRefused as error:
            logger.info("%s", error)  # otherwise `scrapy shell -L INFO` does not show why there is no response
            raise
        finally:
            self.active.remove(request)
            if not request.meta.get(ROBOTS_FETCH):
                self._release(self.get_slot_key(request))

    def slot_for(self, request: Request) -> HostSlot:
        slot = self._get_slot(request)[1]
        assert isinstance(slot, HostSlot)
        return slot

    @contextmanager
    def occupied(self, request: Request) -> Iterator[None]:
        """Count as one of the host's requests in flight meanwhile; its pause counts from the end.

        For a browser that draws a page of the host: its scripts ask the host for more, so no other page is requested beside it.
        """
        slot, stand_in = self.slot_for(request), Request(request.url)
        slot.active.add(stand_in)
        slot.transferring.add(stand_in)
        try:
            yield
        finally:
            slot.transferring.discard(stand_in)
            slot.active.discard(stand_in)
            slot.mark_answered()
            self._process_queue(slot)

    def refuse_waiting(self, key: str, reason: Callable[[Request], Exception]) -> None:
        """Fail the host's requests that were not sent yet, each with the error that `reason` returns."""
        slot = self.slots.get(key)
        assert slot is None or isinstance(slot, HostSlot)
        while slot and slot.queue:
            request, turn = slot.queue.popleft()
            if not turn.done():
                turn.set_exception(reason(request))

    def report(self, request: Request, outcome: Response | Exception) -> None:
        """Call the `on_outcome` functions before the host's next request is sent. The middlewares learn of the outcome too late."""
        for listener in self.on_outcome:
            listener(request, outcome)

    def close(self) -> None:
        if self._stop_poll:
            self._stop_poll.stop()
            self._stop_poll = None
        super().close()

    def _release(self, key: str) -> None:
        self.load[key] -= 1
        if not self.load[key]:
            del self.load[key]
        for freed in self.on_freed:
            freed(key)

    async def _enqueue_request(self, request: Request) -> Response:
        # Replaces Scrapy's method, which downloads in a task of its own and passes the response through a Deferred.
        key, slot = self._get_slot(request)
        assert isinstance(slot, HostSlot)
        request.meta[self.DOWNLOAD_SLOT] = key
        slot.active.add(request)
        self.signals.send_catch_log(
            signal=signals.request_reached_downloader, request=request, spider=self.crawler.spider
        )
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        slot.queue.append((request, turn))
        self._process_queue(slot)
        try:
            await turn
            return await self._download(slot, request)
        finally:
            slot.transferring.discard(request)
            slot.active.remove(request)

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
            slot.apply_limits(delay, concurrency)
        return key, slot

    def _process_queue(self, slot: Slot) -> None:
        # Replaces Scrapy's method, which counts a request as in flight only when its task has begun. Without the reactor, tasks
        # begin a moment later, and two requests that arrive in that moment are both sent (measured on 2.19.0: two at once with a
        # concurrency of 1). The timer calls this method again, so a hold that came meanwhile is kept.
        assert isinstance(slot, HostSlot)
        while slot.queue and not slot.latercall and slot.free_transfer_slots() > 0:
            if slot.queue[0][1].done():  # cancelled: the process is to end at once
                slot.queue.popleft()
                continue
            now = time.monotonic()
            wait = slot.wait_before(slot.queue[0][0], now) or self._wait_for_others(slot, slot.queue[0][0], now)
            if wait > 0:
                slot.latercall = call_later(wait, self._latercall, slot)
                return
            slot.mark_sent(now)
            slot.reserved = None
            request, turn = slot.queue.popleft()
            if "slot_spacing" in request.meta:
                slot.spaced_at = now
            slot.transferring.add(request)
            turn.set_result(None)

    def _wait_for_others(self, slot: HostSlot, request: Request, now: float) -> float:
        """How long a request still has to wait for those of other processes (`slot_shared`)."""
        pace = self._services.pace
        if pace is None or not request.meta.get("slot_shared"):
            return 0.0
        host = self.get_slot_key(request)
        try:
            if slot.reserved is None or slot.reserved[0] is not request:
                spacing = float(request.meta.get("slot_spacing", 0.0))
                wait = pace.reserve(host, delay=slot.floor * JITTER[0], spacing=spacing * JITTER[0])
                slot.reserved = (request, now + wait)
                return wait
            # Meanwhile the host may have asked another process for a rest.
            return max(0.0, slot.reserved[1] - now) or pace.resting(host)
        except OSError as error:
            logger.warning("the pace of %s is not kept together with other processes: %s", host, error)
            return 0.0

    def _slot_gc(self, age: float = 60) -> None:
        # Scrapy drops a slot after a minute without requests. A hold or a Crawl-delay must outlive that.
        now = time.monotonic()
        for key, slot in list(self.slots.items()):
            assert isinstance(slot, HostSlot)
            rested = max(slot.lastseen + slot.delay, slot.held_until) <= now - age
            if not slot.active and key not in self.load and rested:
                self.slots.pop(key).close()

    def _start_stop_poll(self) -> None:
        if self._stop_poll is None and self._stopping_since is None:
            self._stop_poll = AsyncioLoopingCall(self._poll_for_stop)
            self._stop_poll.start(STOP_POLL_S, now=False)

    def _poll_for_stop(self) -> None:
        engine_slot = self.crawler.engine._slot
        if engine_slot is None or engine_slot.closing is None:
            return
        now = time.monotonic()
        if self._stopping_since is None:
            self._stopping_since = now
            for stopping in self.on_stopping:
                stopping()
        for key in list(self.slots):
            self.refuse_waiting(key, lambda request: Stopping(request.url))
        if now - self._stopping_since >= GRACE_S:
            for stop in self.on_grace_end:
                stop()
