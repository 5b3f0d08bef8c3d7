"""Obeys robots.txt: asks for it once for each origin, keeps the answer, and lets through what it allows.

Differs from Scrapy's middleware where RFC 9309 does: a host whose robots.txt cannot be read is left alone instead of
crawled freely, statuses count, the answer outlives the run (`RobotsCache`), and Crawl-delay is kept.

The request for robots.txt is a request like others: it takes the host's turn (so the pause before the first page holds
too), is retried, guarded, and redirected up to five hops. What waits for it waits without a place in the host's slot.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotConfigured,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.httpobj import urlparse_cached

from crawler.discover.robots import (
    BODY_BYTES_READ,
    ROBOTS_FETCH,
    RobotsCache,
    RobotsMemory,
    RobotsPolicy,
    RobotsRecord,
    bounded,
    has_rules,
    kept_for,
)
from crawler.http.downloader import HostDownloader
from crawler.http.errors import (
    AddressRefused,
    ForbiddenByRobots,
    HostOnHold,
    RequestRefused,
    RobotsUnavailable,
    Stopping,
    TooManyRedirects,
)
from crawler.http.record import failure_name
from crawler.http.request_defaults import product_token
from crawler.parsing.parser import ParseRobots, ParserStopped
from crawler.parsing.parser_of import parser_of
from pipelines.processing.worker_pool import TaskFailed

# RFC 9309, 2.3.1.2: at least five.
REDIRECT_HOPS = 5
# What a page's request hands on to the one for its robots.txt.
HANDED_ON = ("slot_delay", "slot_concurrency", "allow_networks", "download_timeout", "proxy")
# These mean that no robots.txt came.
NO_ANSWER = (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    OSError,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)

# An origin, and the networks that the request for its robots.txt may reach.
Asked = tuple[str, tuple[str, ...]]


class RobotsMiddleware:
    """Lets through what robots.txt allows. Setting: `DOWNLOADER_MIDDLEWARES`, on the engine's side of all others."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured("ROBOTSTXT_OBEY is off")
        self._crawler = crawler
        self._product = product_token(crawler.settings)
        self._delay_cap = crawler.settings.getfloat("COPYDESK_CRAWL_DELAY_CAP")
        self._memory = RobotsMemory()
        self._policies: dict[str, RobotsPolicy] = {}
        self._asked: dict[Asked, asyncio.Task[RobotsPolicy]] = {}
        self._refused: dict[Asked, AddressRefused] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        """Scrapy's way in."""
        return cls(crawler)

    def policy(self, url: str) -> RobotsPolicy | None:
        """What is known of the URL's origin, None before its first request: the place to read `sitemaps` from."""
        return self._policies.get(origin_of(Request(url)))

    def process_request(self, request: Request) -> Any:
        """Let the request pass, or raise ForbiddenByRobots or RobotsUnavailable; an awaitable where it must wait."""
        if request.meta.get(ROBOTS_FETCH) or not request.url.startswith(("http://", "https://")):
            return None  # other schemes have no robots.txt and no handler
        origin = origin_of(request)
        policy = self._policies.get(origin)
        if policy is None or policy.record.expires_at <= datetime.now(UTC):
            return self._wait(request, origin)
        self._judge(request, policy)
        return None

    async def _wait(self, request: Request, origin: str) -> None:
        key = (origin, tuple(request.meta.get("allow_networks", ())))
        if key in self._refused:
            raise self._refused[key]
        if (task := self._asked.get(key)) is None:
            task = self._asked[key] = asyncio.ensure_future(self._load(request, origin))
            task.add_done_callback(lambda _: self._asked.pop(key, None))
        try:
            policy = await asyncio.shield(task)
        except AddressRefused as error:
            self._refused[key] = error  # the host's other pages need not take its turns to hear the same
            raise
        self._judge(request, policy)

    def _judge(self, request: Request, policy: RobotsPolicy) -> None:
        if not policy.reachable:
            record = policy.record
            raise RobotsUnavailable(record.origin, record.error or f"status {record.status}")
        if not policy.allows(request.url):
            raise ForbiddenByRobots(request.url)
        # For each request, not once: Scrapy forgets a slot that rests.
        if delay := policy.crawl_delay(self._delay_cap):
            downloader = self._crawler.engine.downloader
            if isinstance(downloader, HostDownloader):
                downloader.slot_for(request).heed(delay)

    async def _load(self, request: Request, origin: str) -> RobotsPolicy:
        cache: RobotsCache = getattr(self._crawler.spider, "robots_cache", None) or self._memory
        record = cache.get(origin)
        if record is None or record.expires_at <= datetime.now(UTC):
            record = await self._fetch(request, origin)
            cache.put(record)
        try:
            policy = await self._read(record)
        except TaskFailed:
            # Rules that nobody can read: as good as no answer. Kept for this run alone.
            error = "its rules take more time or memory than there is for them"
            policy = RobotsPolicy(replace(record, body=b"", status=None, error=error))
        except ParserStopped as error:
            raise Stopping(request.url) from error
        self._policies[origin] = policy
        return policy

    async def _read(self, record: RobotsRecord) -> RobotsPolicy:
        if not has_rules(record):
            return RobotsPolicy(record)
        rules = await parser_of(self._crawler).parse(
            ParseRobots(body=record.body, product=self._product, origin=record.origin)
        )
        return await asyncio.to_thread(RobotsPolicy, record, rules)

    async def _fetch(self, request: Request, origin: str) -> RobotsRecord:
        url = f"{origin}/robots.txt"
        meta = {key: request.meta[key] for key in HANDED_ON if key in request.meta}
        if "_scheme_proxy" in request.meta:  # from the environment: the middleware will find it again
            del meta["proxy"]
        meta |= {ROBOTS_FETCH: True, "redirect_ttl": REDIRECT_HOPS, "download_beginning": BODY_BYTES_READ + 1}
        started = time.monotonic()
        record = await self._ask(Request(url, callback=NO_CALLBACK, meta=meta), origin)
        if report := getattr(self._crawler.spider, "on_robots", None):
            report(record, round((time.monotonic() - started) * 1000), url)
        return record

    async def _ask(self, request: Request, origin: str) -> RobotsRecord:
        try:
            response = await self._crawler.engine.download_async(request)
        except Stopping:
            raise
        except TooManyRedirects as error:
            return _record(origin, status=error.status)
        except NO_ANSWER as error:
            if isinstance(error, (AddressRefused, HostOnHold)) and error.host == urlparse_cached(request).hostname:
                raise  # true of the page itself: it fails for that reason, and nothing is known of robots.txt
            named = failure_name(error)
            return _record(origin, error=f"{named}: {error}" if isinstance(error, RequestRefused) else named)
        cache_control = b",".join(response.headers.getlist("Cache-Control")).decode("latin-1")
        return _record(origin, status=response.status, body=response.body, cache_control=cache_control)


def origin_of(request: Request) -> str:
    """Scheme, host and port of a request's URL."""
    parts = urlparse_cached(request)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"


def _record(
    origin: str, *, status: int | None = None, body: bytes = b"", error: str | None = None, cache_control: str = ""
) -> RobotsRecord:
    now = datetime.now(UTC)
    return RobotsRecord(
        origin=origin,
        fetched_at=now,
        expires_at=now + kept_for(status, error, cache_control),
        status=status,
        body=bounded(body) if status is not None and 200 <= status < 300 else b"",
        error=error,
    )
