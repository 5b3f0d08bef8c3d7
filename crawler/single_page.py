"""Fetches single pages without a database, for commands that show what is extracted from them.

robots.txt, the pace per host, retries, redirects and the guard against private addresses apply as in every crawl
(`crawler.settings`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.http import record
from crawler.http.scrapy_settings import scrapy_settings
from db.config.loader import Config
from db.errors import FetchError
from db.models import Page

Fetched = dict[str, Page | FetchError]
"""By requested URL: the page, whatever its status, or why there is none."""


class PageSpider(Spider):
    """Requests each URL once. `scrapy list` does not show this spider, since it is not in `SPIDER_MODULES`."""

    name = "pages"

    def __init__(self, urls: Sequence[str], fetched: Fetched) -> None:
        super().__init__()
        self._urls, self._fetched = urls, fetched

    async def start(self) -> AsyncIterator[Any]:
        for url in self._urls:
            # Two URLs may redirect to one page; each needs its answer, so duplicates are not filtered.
            yield record.with_creation_time(
                Request(
                    url,
                    callback=self.handle_response,
                    errback=self.handle_failure,
                    cb_kwargs={"asked": url},
                    meta={"verbatim_url": True},
                    dont_filter=True,
                )
            )

    def handle_response(self, response: Response, asked: str) -> None:
        assert response.request is not None
        self._fetched[asked] = Page(
            body=response.body,
            url=asked,
            final_url=response.url if response.request.meta.get("redirect_urls") else None,
            fetched_at=record.started_at(response.request),
            status=response.status,
            content_type=record.headers_of(response).get("Content-Type"),
        )

    def handle_failure(self, failure: Failure) -> None:
        request, error = record.request_and_error(failure)
        asked = request.cb_kwargs["asked"]
        self._fetched[asked] = FetchError(f"{asked}: {record.describe_failure(error)}")


def fetch_pages(config: Config, urls: Sequence[str]) -> Fetched:
    """Fetch each URL once, several hosts side by side."""
    fetched: Fetched = {}
    process = AsyncCrawlerProcess(scrapy_settings(config))
    process.crawl(process.create_crawler(PageSpider), urls=tuple(dict.fromkeys(urls)), fetched=fetched)
    process.start()
    for url in urls:
        fetched.setdefault(url, FetchError(f"{url}: was not fetched; the crawl was stopped first"))
    return fetched
