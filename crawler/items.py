"""Articles as Scrapy items: for `scrapy crawl news -O out.jsonl` and whatever else users hang on Scrapy's item signals.

The spider yields a page's id when its body is stored; this pipeline waits until the desk has read and settled it and puts the
article in its place. Pages that are no article, or no new one, are dropped with the reason.
"""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Any

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from crawler.spiders.news import NewsSpider
from db.store.outcomes import load_article
from pipelines.extraction.article_json import to_json

# How often an item looks whether its page has been read.
LOOK_S = 0.05


class ReadArticles:
    """Setting: `ITEM_PIPELINES`."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ReadArticles:
        """Scrapy's way in."""
        return cls(crawler)

    async def process_item(self, item: Any) -> Any:
        """The article for a page id; other items pass."""
        spider = self._crawler.spider
        if not isinstance(spider, NewsSpider) or spider.session is None or "page_id" not in item:
            return item
        reader, page_id = spider.session.reader, item["page_id"]
        query = (
            "SELECT o.reason, o.detail, d.verdict, d.article_id FROM outcomes o"
            " LEFT JOIN decisions d ON d.page_id = o.page_id WHERE o.page_id = ?"
        )
        try:
            while (row := reader.execute(query, (page_id,)).fetchone()) is None:
                desk = spider.session.desk
                if desk is None or not desk.working:
                    raise DropItem(f"page {page_id} was not read: the crawl is stopping")
                await asyncio.sleep(LOOK_S)
            article = load_article(reader, page_id)
        except sqlite3.Error as error:
            spider.session.writer.fail(error)
            raise DropItem(f"page {page_id} cannot be read back: the crawl ends") from error
        reason, detail, verdict, article_id = row
        if article is None:
            raise DropItem(f"page {page_id} is not an article: {reason}: {(detail or '').splitlines()[-1:]}")
        if verdict == "notice":
            raise DropItem(f"page {page_id} is not an article: repeated")
        if verdict == "same":
            raise DropItem(f"page {page_id} is article {article_id} at another address")
        return to_json(article, page_id=page_id) | {"verdict": verdict, "article_id": article_id}
