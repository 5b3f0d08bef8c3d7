"""Sends requests to the hubs of feeds (WebSub, 5.1): a form is posted, and what the hub answers is a sentence or nothing.

The guard against private addresses, the pace per host, proxies and certificates apply as in every crawl (`crawler.settings`).
robots.txt does not: it is about what is read, and a hub is named by a feed to be asked.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.http import record
from crawler.http.scrapy_settings import scrapy_settings
from crawler.process import run_to_end
from db.config.loader import Config
from db.config.values import Networks

TIMEOUT_S = 20.0
"""Seconds for one request."""
MAX_ANSWER = 64 * 1024
"""Bytes of an answer, which is not looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubRequest:
    """One form for a hub. `number`: by which its answer is found. `allowed`: private networks that it may reach."""

    number: int
    hub: str
    form: tuple[tuple[str, str], ...] = field(repr=False)
    allowed: Networks = ()


HubAnswers = dict[int, str | None]
"""By the number of the request: why the hub did not take it, None where it did."""


class HubSpider(Spider):
    """Posts each form once. `scrapy list` does not show this spider, since it is not in `SPIDER_MODULES`."""

    name = "hubs"

    def __init__(self, requests: Sequence[HubRequest], answers: HubAnswers) -> None:
        super().__init__()
        self._requests, self._answers = requests, answers

    async def start(self) -> AsyncIterator[Any]:
        for one in self._requests:
            yield record.with_creation_time(
                Request(
                    one.hub,
                    method="POST",
                    body=urlencode(one.form),
                    headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "*/*"},
                    callback=self.handle_response,
                    errback=self.handle_failure,
                    cb_kwargs={"number": one.number},
                    meta={
                        "verbatim_url": True,
                        "allow_networks": one.allowed,
                        "dont_retry": True,
                        "download_timeout": TIMEOUT_S,
                        "download_maxsize": MAX_ANSWER,
                    },
                    dont_filter=True,
                )
            )

    def handle_response(self, response: Response, number: int) -> None:
        assert response.request is not None
        if response.request.method != "POST":
            self._answers[number] = "the hub redirects to another page (only 307 and 308 keep the request)"
        elif 200 <= response.status < 300:
            self._answers[number] = None
        else:
            self._answers[number] = f"the hub answered with status {response.status}"

    def handle_failure(self, failure: Failure) -> None:
        request, error = record.request_and_error(failure)
        self._answers[request.cb_kwargs["number"]] = f"the hub was not reached: {record.describe_failure(error)}"


def send_to_hubs(config: Config, requests: Sequence[HubRequest]) -> HubAnswers:
    """Send each request once, several hubs side by side. One that was not sent, because it was stopped, has no answer."""
    answers: HubAnswers = {}
    settings = scrapy_settings(config)
    settings.set("ROBOTSTXT_OBEY", value=False, priority="spider")
    process = AsyncCrawlerProcess(settings)
    process.crawl(process.create_crawler(HubSpider), requests=requests, answers=answers)
    run_to_end(process)
    return answers
