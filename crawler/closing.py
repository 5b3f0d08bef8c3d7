"""The end of a crawl: when the spider closes, its session is closed, and Scrapy waits for it."""

from __future__ import annotations

from scrapy import Spider, signals
from scrapy.crawler import Crawler

from crawler.spiders.news import NewsSpider


class SessionCloser:
    """Setting: `EXTENSIONS`. Does nothing for other spiders (`scrapy shell`)."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SessionCloser:
        """Scrapy's way in."""
        closer = cls()
        crawler.signals.connect(closer.spider_closed, signal=signals.spider_closed)
        return closer

    async def spider_closed(self, spider: Spider, reason: str) -> None:
        """Wait until what was fetched is read and settled, or stopped."""
        if isinstance(spider, NewsSpider):
            await spider.finish(reason)
