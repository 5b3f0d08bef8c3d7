"""Obeys robots.txt: fetches it once per origin, caches it, and passes the requests that it allows.

It differs from Scrapy's middleware as RFC 9309 demands: a host whose robots.txt cannot be read is left alone, not crawled freely;
statuses count; the record outlives the run (`RobotsCache`); and Crawl-delay is applied. Interfaces of archives are exempt
(`interface_of`, setting `archive_robots`).

The request for robots.txt is like any other: it takes the host's turn (so the pause before the first page holds too), is retried,
guarded, and redirected up to five hops. Requests that wait for it hold no place in the host's slot.
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

from crawler.http.errors import (
    AddressRefused,
    ForbiddenByRobots,
    HostOnHold,
    RequestRefused,
    RobotsUnavailable,
    Stopping,
    TooManyRedirects,
)
from crawler.http.middlewares.request_defaults import product_token
from crawler.http.record import failure_name
from crawler.http.services import services_of
from crawler.parsing.parser import ParseRobots, ParserStopped
from crawler.robots.policy import (
    BODY_BYTES_READ,
    ROBOTS_FETCH,
    RobotsPolicy,
    RobotsRecord,
    cache_lifetime,
    has_rules,
    read_rules,
    truncate_body,
)
from pipelines.processing.worker_pool import TaskFailed

# Redirects followed. RFC 9309, 2.3.1.2: at least five.
MAX_REDIRECTS = 5
# Bytes of a robots.txt that is read on the event loop: 0.3 ms for the worst, which is what a worker process and a thread cost it.
SMALL_BYTES = 1024
# Meta keys that the request for robots.txt inherits from that of the page.
INHERITED_META = ("slot_delay", "slot_concurrency", "allow_networks", "download_timeout", "proxy")
# Errors that mean that no robots.txt was received.
FETCH_ERRORS = (
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
RobotsKey = tuple[str, tuple[str, ...]]


class RobotsMiddleware:
    """Passes what robots.txt allows. Setting: `DOWNLOADER_MIDDLEWARES`, nearest to the engine."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured("ROBOTSTXT_OBEY is off")
        self._crawler = crawler
        self._services = services_of(crawler)
        self._services.policy_of = self.policy
        self._product = product_token(crawler.settings)
        self._delay_cap = crawler.settings.getfloat("COPYDESK_CRAWL_DELAY_CAP")
        self._policies: dict[str, RobotsPolicy] = {}
        self._loading: dict[RobotsKey, asyncio.Task[RobotsPolicy]] = {}
        self._refused: dict[RobotsKey, AddressRefused] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        return cls(crawler)

    def policy(self, url: str) -> RobotsPolicy | None:
        """The policy of the URL's origin, None before its first request."""
        return self._policies.get(origin_of(Request(url)))

    def process_request(self, request: Request) -> Any:
        """Pass the request on, or raise ForbiddenByRobots or RobotsUnavailable; an awaitable where it must wait."""
        if request.meta.get(ROBOTS_FETCH) or not request.url.startswith(("http://", "https://")):
            return None  # other schemes have no robots.txt and no handler
        if (host := request.meta.get("interface_of")) and host == urlparse_cached(request).hostname:
            return None  # an archive's interface for programs, asked as its documentation says
        origin = origin_of(request)
        policy = self._policies.get(origin)
        if policy is None or not policy.record.is_current(datetime.now(UTC)):
            return self._load_and_check(request, origin)
        self._check(request, policy)
        return None

    async def _load_and_check(self, request: Request, origin: str) -> None:
        key = (origin, tuple(request.meta.get("allow_networks", ())))
        if key in self._refused:
            raise self._refused[key]
        if (task := self._loading.get(key)) is None:
            task = self._loading[key] = asyncio.ensure_future(self._load(request, origin))
            task.add_done_callback(lambda _: self._loading.pop(key, None))
        try:
            policy = await asyncio.shield(task)
        except AddressRefused as error:
            self._refused[key] = error  # the host's other pages fail at once, without taking its turns
            raise
        self._check(request, policy)

    def _check(self, request: Request, policy: RobotsPolicy) -> None:
        if not policy.reachable:
            record = policy.record
            raise RobotsUnavailable(record.origin, record.error or f"status {record.status}")
        if not policy.allows(request.url):
            raise ForbiddenByRobots(request.url)
        # For each request, not once: Scrapy drops idle slots.
        if delay := policy.crawl_delay(self._delay_cap):
            self._services.downloader.slot_for(request).set_crawl_delay(delay)

    async def _load(self, request: Request, origin: str) -> RobotsPolicy:
        cache = self._services.robots_cache
        record = cache.get(origin)
        if record is None or not record.is_current(datetime.now(UTC)):
            record = await self._fetch(request, origin)
            cache.put(record)
        try:
            policy = await self._parse(record)
        except TaskFailed:
            # Rules that cannot be parsed count as no answer, for this run only.
            error = "its rules exceed the limits of time or memory"
            policy = RobotsPolicy(replace(record, body=b"", status=None, error=error))
        except ParserStopped as error:
            raise Stopping(request.url) from error
        self._policies[origin] = policy
        return policy

    async def _parse(self, record: RobotsRecord) -> RobotsPolicy:
        if not has_rules(record):
            return RobotsPolicy(record)
        task = ParseRobots(body=record.body, product=self._product, origin=record.origin)
        if task.size <= SMALL_BYTES:
            return RobotsPolicy(record, read_rules(record.body, self._product, record.origin))
        rules = await self._services.parser.parse(task)
        return await asyncio.to_thread(RobotsPolicy, record, rules)

    async def _fetch(self, request: Request, origin: str) -> RobotsRecord:
        url = f"{origin}/robots.txt"
        meta = {key: request.meta[key] for key in INHERITED_META if key in request.meta}
        if "_scheme_proxy" in request.meta:  # from the environment: `EnvironmentProxies` sets it again
            del meta["proxy"]
        meta |= {ROBOTS_FETCH: True, "redirect_ttl": MAX_REDIRECTS, "download_beginning": BODY_BYTES_READ + 1}
        started = time.monotonic()
        record = await self._download(Request(url, callback=NO_CALLBACK, meta=meta), origin)
        self._services.record_robots(record, round((time.monotonic() - started) * 1000), url)
        return record

    async def _download(self, request: Request, origin: str) -> RobotsRecord:
        try:
            response = await self._crawler.engine.download_async(request)
        except Stopping:
            raise
        except TooManyRedirects as error:
            return _record(origin, status=error.status)
        except FETCH_ERRORS as error:
            if isinstance(error, (AddressRefused, HostOnHold)) and error.host == urlparse_cached(request).hostname:
                raise  # it applies to the page itself, which fails for that reason; robots.txt stays unknown
            named = failure_name(error)
            return _record(origin, error=f"{named}: {error}" if isinstance(error, RequestRefused) else named)
        cache_control = b",".join(response.headers.getlist("Cache-Control")).decode("latin-1")
        return _record(origin, status=response.status, body=response.body, cache_control=cache_control)


def origin_of(request: Request) -> str:
    parts = urlparse_cached(request)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"


def _record(
    origin: str, *, status: int | None = None, body: bytes = b"", error: str | None = None, cache_control: str = ""
) -> RobotsRecord:
    now = datetime.now(UTC)
    return RobotsRecord(
        origin=origin,
        fetched_at=now,
        expires_at=now + cache_lifetime(status, error, cache_control, body),
        status=status,
        body=truncate_body(body) if status is not None and 200 <= status < 300 else b"",
        error=error,
    )
