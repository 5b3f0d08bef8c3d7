"""The end of a crawl: when the spider closes, its run is finished, and Scrapy waits for it.

A signal that arrives meanwhile makes Scrapy (2.19, `ExecutionEngine.stop_async`) wait for the requests alone and then cancel the
rest, the end of the session among it. But it first sends `engine_stopped` and awaits the handlers, so the end is awaited there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from crawler.crawl.crawl_run import CrawlRun, crawl_run_of


class SessionCloser:
    """Setting: `EXTENSIONS`. Off where there is no run (`scrapy shell`)."""

    def __init__(self, run: CrawlRun) -> None:
        self._run = run
        self._closing: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SessionCloser:
        closer = cls(_run_of(crawler))
        crawler.signals.connect(closer.spider_closed, signal=signals.spider_closed)
        crawler.signals.connect(closer.engine_stopped, signal=signals.engine_stopped)
        return closer

    async def spider_closed(self, spider: Spider, reason: str) -> None:
        """Wait until all pages are extracted and settled, or ingest is stopped."""
        self._closing = asyncio.create_task(self._run.finish(reason))
        await asyncio.shield(self._closing)

    async def engine_stopped(self) -> None:
        """Where the run is still being finished, somebody wants it to end now: pages not extracted are left to the next crawl."""
        if self._closing is not None and not self._closing.done():
            self._run.stop_reading()
            await asyncio.shield(self._closing)


class TroubleMiddleware:
    """Ends the crawl where a callback cannot read the database, or lacks memory or a thread. The page at hand is not to blame, nor
    our code: no traceback.

    Setting: `SPIDER_MIDDLEWARES`. Off where there is no run.
    """

    def __init__(self, run: CrawlRun) -> None:
        self._run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> TroubleMiddleware:
        return cls(_run_of(crawler))

    def process_spider_exception(self, response: object, exception: Exception) -> Iterable[Any] | None:
        """Called with what a callback or errback raised."""
        return () if self._run.end_for(exception) else None


def _run_of(crawler: Crawler) -> CrawlRun:
    run = crawl_run_of(crawler)
    if run is None:
        raise NotConfigured
    return run
