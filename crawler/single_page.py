"""Fetches single pages without a database, for commands that show what is extracted from them.

robots.txt, the pace per host, retries, redirects and the guard against private addresses apply as in every crawl
(`crawler.settings`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.http import record
from crawler.http.scrapy_settings import scrapy_settings
from crawler.http.services import HoldsMemory, HoldStore, services_of
from crawler.process import run_to_end
from db.config.loader import Config
from db.errors import FetchError
from db.models import Page

Fetched = dict[str, Page | FetchError]
"""By requested URL: the page, whatever its status, or why there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestOptions:
    """What a single request is sent with. `meta`: as in `crawler.settings`; `holds`: the hosts that are to be left alone."""

    meta: Mapping[str, object] = field(default_factory=dict)
    holds: HoldStore = field(default_factory=HoldsMemory)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressReply:
    """The answer of one address: the page, whatever its status, or why there is none; and the headers."""

    page: Page | FetchError
    headers: Mapping[str, str] = field(default_factory=dict)


class PageSpider(Spider):
    """Requests each URL once. `scrapy list` does not show this spider, since it is not in `SPIDER_MODULES`."""

    name = "pages"

    def __init__(
        self,
        urls: Sequence[str],
        fetched: Fetched,
        headers: dict[str, Mapping[str, str]] | None = None,
        options: RequestOptions | None = None,
    ) -> None:
        super().__init__()
        self._urls, self._fetched, self._headers = urls, fetched, headers
        self._options = options or RequestOptions()

    async def start(self) -> AsyncIterator[Any]:
        services_of(self.crawler).holds = self._options.holds
        for url in self._urls:
            # Two URLs may redirect to one page; each needs its answer, so duplicates are not filtered.
            yield record.with_creation_time(
                Request(
                    url,
                    callback=self.handle_response,
                    errback=self.handle_failure,
                    cb_kwargs={"asked": url},
                    meta={**self._options.meta, "verbatim_url": True},
                    dont_filter=True,
                )
            )

    def handle_response(self, response: Response, asked: str) -> None:
        assert response.request is not None
        headers = record.headers_of(response)
        if self._headers is not None:
            self._headers[asked] = headers
        self._fetched[asked] = Page(
            body=response.body,
            url=asked,
            final_url=response.url if response.request.meta.get("redirect_urls") else None,
            fetched_at=record.started_at(response.request),
            status=response.status,
            content_type=headers.get("Content-Type"),
        )

    def handle_failure(self, failure: Failure) -> None:
        request, error = record.request_and_error(failure)
        asked = request.cb_kwargs["asked"]
        self._fetched[asked] = FetchError(f"{asked}: {record.describe_failure(error)}")


def fetch_pages(config: Config, urls: Sequence[str]) -> Fetched:
    """Fetch each URL once, several hosts side by side."""
    fetched: Fetched = {}
    _crawl(config, urls=tuple(dict.fromkeys(urls)), fetched=fetched)
    for url in urls:
        fetched.setdefault(url, _stopped(url))
    return fetched


def ask_once(config: Config, url: str, options: RequestOptions) -> AddressReply:
    """Request one address."""
    fetched: Fetched = {}
    headers: dict[str, Mapping[str, str]] = {}
    _crawl(config, urls=(url,), fetched=fetched, headers=headers, options=options)
    return AddressReply(page=fetched.get(url, _stopped(url)), headers=headers.get(url, {}))


def _crawl(config: Config, **arguments: object) -> None:
    process = AsyncCrawlerProcess(scrapy_settings(config))
    process.crawl(process.create_crawler(PageSpider), **arguments)
    run_to_end(process)


def _stopped(url: str) -> FetchError:
    return FetchError(f"{url}: was not fetched; the crawl was stopped first")
