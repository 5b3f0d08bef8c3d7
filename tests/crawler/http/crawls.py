"""Runs a real crawl with Copydesk's settings in this process and says how each request ended."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.settings import Settings

from crawler.engine import TaskCrawler
from crawler.http.services import FetchServices, attach_services
from tests.crawler.http.web import LOOPBACK

NONE: tuple[Request, ...] = ()


@dataclass(frozen=True)
class End:
    """How a request ended: with a response, or with an error."""

    url: str  # as asked for first
    at: float
    response: Response | None = None
    error: BaseException | None = None

    @property
    def status(self) -> int | None:
        return self.response.status if self.response is not None else None

    @property
    def name(self) -> str:
        return type(self.error).__name__


async def loopback_lookup(host: str) -> Sequence[str]:
    return ["127.0.0.1"]


class Reader(Spider):
    """Asks for what it is told to, and keeps the ends."""

    name = "reader"

    def __init__(
        self, asks: Sequence[Request], ends: list[End], on_start: Callable[[Spider], None] | None = None
    ) -> None:
        super().__init__()
        self.asks, self.ends, self.on_start = asks, ends, on_start

    async def start(self) -> AsyncIterator[Request]:
        if self.on_start is not None:
            self.on_start(self)
        for ask in self.asks:
            yield ask.replace(callback=self.parse, errback=self.fail)

    async def parse(self, response: Response, **kwargs: Any) -> AsyncIterator[Request]:
        first = response.meta.get("redirect_urls", [response.url])[0]
        self.ends.append(End(first, time.monotonic(), response))
        for request in NONE:
            yield request

    async def fail(self, failure: Any) -> AsyncIterator[Request]:
        first = failure.request.meta.get("redirect_urls", [failure.request.url])[0]
        self.ends.append(End(first, time.monotonic(), None, failure.value))
        for request in NONE:
            yield request


def crawl_settings(**overrides: Any) -> Settings:
    settings = Settings()
    settings.setmodule("crawler.settings")
    # What reads and keeps pages is not part of fetching.
    mine = {name: order for name, order in settings["EXTENSIONS"].items() if name != "crawler.closing.SessionCloser"}
    settings.update({"EXTENSIONS": mine, "ITEM_PIPELINES": {}})
    settings.update(
        {
            "SPIDER_MODULES": [],
            "LOG_INSTALL_ROOT_HANDLER": False,
            "COPYDESK_RETRY_PAUSE": 0.05,
            "COPYDESK_LOOKUP": loopback_lookup,
        }
    )
    settings.update(overrides)
    return settings


def crawl(
    asks: Sequence[Request],
    services: FetchServices | None = None,
    *,
    on_start: Callable[[Spider], None] | None = None,
    every_end: bool = True,
    **overrides: Any,
) -> dict[str, End]:
    """Crawl and give each first URL its end. Overrides are settings."""
    ends: list[End] = []
    process = AsyncCrawlerProcess(crawl_settings(**overrides))
    crawler = TaskCrawler(Reader, process.settings)
    if services is not None:
        attach_services(crawler, services)
        crawler.signals.connect(services.parser.close, signal=signals.engine_stopped, weak=False)
    process.crawl(crawler, asks=asks, ends=ends, on_start=on_start)
    process.start(install_signal_handlers=False)
    by_url = {end.url: end for end in ends}
    assert not every_end or len(by_url) == len(ends) == len({ask.url for ask in asks}), (
        "a request without an end, or with two"
    )
    return by_url


def ask(url: str, *, delay: float = 0.0, allow: tuple[str, ...] = LOOPBACK, **meta: Any) -> Request:
    return Request(url, meta={"slot_delay": delay, "allow_networks": allow, **meta})
