"""The end of a crawl: when the spider closes, its session is closed, and Scrapy waits for it.

A signal that comes meanwhile has Scrapy (2.19, `ExecutionEngine.stop_async`) wait for the requests alone and then cancel what is
left, the session's end among it. It tells that the engine stops first, and waits for who listens: so the end is waited for there.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable
from typing import Any

from scrapy import Spider, signals
from scrapy.crawler import Crawler

from crawler.spiders.news import NewsSpider


class SessionCloser:
    """Setting: `EXTENSIONS`. Does nothing for other spiders (`scrapy shell`)."""

    def __init__(self) -> None:
        self._spider: NewsSpider | None = None
        self._closing: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SessionCloser:
        """Scrapy's way in."""
        closer = cls()
        crawler.signals.connect(closer.spider_closed, signal=signals.spider_closed)
        crawler.signals.connect(closer.engine_stopped, signal=signals.engine_stopped)
        return closer

    async def spider_closed(self, spider: Spider, reason: str) -> None:
        """Wait until what was fetched is read and settled, or stopped."""
        if isinstance(spider, NewsSpider):
            self._spider, self._closing = spider, asyncio.create_task(spider.finish(reason))
            await asyncio.shield(self._closing)

    async def engine_stopped(self) -> None:
        """Where the session is still being closed, somebody wants it to end now: what is unread is left to the next crawl."""
        if self._spider is not None and self._closing is not None and not self._closing.done():
            self._spider.stop_reading()
            await asyncio.shield(self._closing)


class DatabaseTrouble:
    """A database that cannot be read ends the crawl. It is no fault of the page at hand, nor of ours: no traceback.

    Setting: `SPIDER_MIDDLEWARES`.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> DatabaseTrouble:
        """Scrapy's way in."""
        return cls(crawler)

    def process_spider_exception(self, response: object, exception: Exception) -> Iterable[Any] | None:
        """Called with what a callback or errback raised."""
        spider = self._crawler.spider
        if isinstance(exception, sqlite3.Error) and isinstance(spider, NewsSpider) and spider.session is not None:
            spider.session.writer.fail(exception)
            return ()
        return None
