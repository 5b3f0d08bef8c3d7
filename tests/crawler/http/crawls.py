"""Runs a real crawl with Copydesk's settings in this process and says how each request ended."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.settings import Settings

from tests.crawler.http.web import LOOPBACK


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

    def __init__(self, asks: Sequence[Request], ends: list[End], offers: dict[str, Any]) -> None:
        super().__init__()
        self.asks, self.ends = asks, ends
        for name, value in offers.items():
            setattr(self, name, value)

    async def start(self) -> AsyncIterator[Request]:
        if on_start := getattr(self, "on_start", None):
            on_start(self)
        for ask in self.asks:
            yield ask.replace(callback=self.parse, errback=self.fail)

    def parse(self, response: Response, **kwargs: Any) -> None:
        first = response.meta.get("redirect_urls", [response.url])[0]
        self.ends.append(End(first, time.monotonic(), response))

    def fail(self, failure: Any) -> None:
        first = failure.request.meta.get("redirect_urls", [failure.request.url])[0]
        self.ends.append(End(first, time.monotonic(), None, failure.value))


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
    asks: Sequence[Request], offers: dict[str, Any] | None = None, *, every_end: bool = True, **overrides: Any
) -> dict[str, End]:
    """Crawl and give each first URL its end. Overrides are settings, offers the spider's attributes."""
    ends: list[End] = []
    process = AsyncCrawlerProcess(crawl_settings(**overrides))
    process.crawl(Reader, asks=asks, ends=ends, offers=offers or {})
    process.start(install_signal_handlers=False)
    by_url = {end.url: end for end in ends}
    assert not every_end or len(by_url) == len(ends) == len({ask.url for ask in asks}), (
        "a request without an end, or with two"
    )
    return by_url


def ask(url: str, *, delay: float = 0.0, allow: tuple[str, ...] = LOOPBACK, **meta: Any) -> Request:
    return Request(url, meta={"slot_delay": delay, "allow_networks": allow, **meta})
