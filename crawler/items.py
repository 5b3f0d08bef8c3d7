"""Articles as Scrapy items: for `scrapy crawl news -O out.jsonl` and whatever else users connect to Scrapy's item signals.

The spider yields a page's id when the page is stored. This pipeline waits until ingest has extracted and settled the page, and
returns its article. Pages that are no article, or no new one, are dropped with the reason.
"""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Any

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem, NotConfigured

from crawler.crawl.crawl_run import CrawlRun, crawl_run_of
from db.store.extraction.outcomes import load_article, load_verdict
from pipelines.extraction.article_json import to_json

# Seconds between two queries for the outcome of a page.
POLL_S = 0.05


class ArticlePipeline:
    """Replaces page ids by articles. Setting: `ITEM_PIPELINES`. Off where there is no run."""

    def __init__(self, run: CrawlRun) -> None:
        self._run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ArticlePipeline:
        run = crawl_run_of(crawler)
        if run is None:
            raise NotConfigured
        return cls(run)

    async def process_item(self, item: Any) -> Any:
        """The article for a page id, as a dict. Other items pass unchanged. Raises DropItem."""
        session = self._run.session
        if session is None or "page_id" not in item:
            return item
        reader, page_id = session.reader, item["page_id"]
        try:
            while (row := load_verdict(reader, page_id)) is None:
                ingest = session.ingest
                if ingest is None or not ingest.working:
                    raise DropItem(f"page {page_id} was not extracted: the crawl is stopping")
                await asyncio.sleep(POLL_S)
            article = load_article(reader, page_id)
        except sqlite3.Error as error:
            session.writer.fail(error)
            raise DropItem(f"page {page_id} cannot be read from the database: the crawl ends") from error
        if article is None:
            last_lines = (row.detail or "").splitlines()[-1:]
            raise DropItem(f"page {page_id} is not an article: {row.reason}: {last_lines}")
        if row.verdict == "notice":
            raise DropItem(f"page {page_id} is not an article: repeated")
        if row.verdict == "same":
            raise DropItem(f"page {page_id} is article {row.article_id} at another address")
        return to_json(article, page_id=page_id) | {"verdict": row.verdict, "article_id": row.article_id}
