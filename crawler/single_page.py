"""Pages fetched once, for whoever wants to see what is read of them: with all manners of a crawl, and no database.

robots.txt, the pace for each host, retries, redirects and the guard against private addresses are those of every crawl
(`crawler.settings`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.settings import Settings
from twisted.python.failure import Failure

from crawler.http import record
from crawler.spiders.news import in_scrapys_words
from db.config.loader import Config
from db.errors import FetchError
from db.models import Page

Fetched = dict[str, Page | FetchError]
"""By the address that was asked for: the page, whatever its status, or why there is none."""


class PageSpider(Spider):
    """Asks for each of its addresses once. Not one of the project's spiders: `scrapy list` does not show it."""

    name = "pages"

    def __init__(self, urls: Sequence[str], fetched: Fetched) -> None:
        super().__init__()
        self._urls, self._fetched = urls, fetched

    async def start(self) -> AsyncIterator[Any]:
        """The requests."""
        for url in self._urls:
            # Two of them may lead to one page: each is to be answered.
            yield record.began(
                Request(
                    url,
                    callback=self.came_in,
                    errback=self.failed,
                    cb_kwargs={"asked": url},
                    meta={"verbatim_url": True},
                    dont_filter=True,
                )
            )

    def came_in(self, response: Response, asked: str) -> None:
        """A page came in."""
        assert response.request is not None
        self._fetched[asked] = Page(
            body=response.body,
            url=asked,
            final_url=response.url if response.request.meta.get("redirect_urls") else None,
            fetched_at=record.started_at(response.request),
            status=response.status,
            content_type=record.headers_of(response).get("Content-Type"),
        )

    def failed(self, failure: Failure) -> None:
        """None came."""
        request, error = record.parts_of(failure)
        asked = request.cb_kwargs["asked"]
        self._fetched[asked] = FetchError(f"{asked}: {record.in_words(error)}")


def fetch_pages(config: Config, urls: Sequence[str]) -> Fetched:
    """Fetch each address once, several hosts side by side."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    for name, value in in_scrapys_words(config).items():
        settings.set(name, value, priority="spider")
    fetched: Fetched = {}
    process = AsyncCrawlerProcess(settings)
    process.crawl(process.create_crawler(PageSpider), urls=tuple(dict.fromkeys(urls)), fetched=fetched)
    process.start()
    for url in urls:
        fetched.setdefault(url, FetchError(f"{url}: was not fetched, the crawl was stopped before"))
    return fetched
