"""One task for each request: what the engine makes of callbacks, their errors and their signals."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, ClassVar

import pytest
from pydispatch import dispatcher  # type: ignore[import-untyped]
from scrapy import Request, Spider, signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import CloseSpider
from scrapy.http import Response

from crawler.engine import SparingSignals, TaskCrawler
from tests.crawler.http.crawls import ask, crawl_settings
from tests.crawler.http.web import Answer, Web, serve


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with serve() as running:
        yield running


class Walker(Spider):
    """Requests pages 1 to `pages`, each from the callback of the one before, and then does what it is told."""

    name = "walker"

    def __init__(self, url: Callable[[str], str], pages: int, then: Callable[[], Any]) -> None:
        super().__init__()
        self.url, self.pages, self.then = url, pages, then
        self.seen: list[str] = []
        self.errors: list[BaseException] = []

    async def start(self) -> AsyncIterator[Request]:
        yield self._ask(1)

    async def page(self, response: Response, number: int) -> AsyncIterator[Any]:
        self.seen.append(response.url)
        if number < self.pages:
            yield self._ask(number + 1)
        elif (item := self.then()) is not None:
            yield item

    async def failed(self, failure: Any) -> AsyncIterator[Any]:
        self.errors.append(failure.value)
        self.seen.append(failure.request.url)
        if (item := self.then()) is not None:
            yield item

    def _ask(self, number: int) -> Request:
        return ask(self.url(f"/{number}")).replace(
            callback=self.page, errback=self.failed, cb_kwargs={"number": number}
        )


class Walk:
    """A crawl of a Walker, with what it told and how many tasks it began."""

    def __init__(self, web: Web, pages: int, then: Callable[[], Any] = lambda: None, **settings: Any) -> None:
        self.reason, self.items, self.tasks = "", [], 0  # type: str, list[Any], int
        process = AsyncCrawlerProcess(crawl_settings(**settings))
        crawler = TaskCrawler(Walker, process.settings)
        crawler.signals.connect(self._opened, signal=signals.spider_opened)
        crawler.signals.connect(self._closed, signal=signals.spider_closed)
        crawler.signals.connect(self._scraped, signal=signals.item_scraped)
        process.crawl(crawler, url=web.url, pages=pages, then=then)
        process.start(install_signal_handlers=False)
        assert isinstance(crawler.spider, Walker)
        self.spider = crawler.spider

    def _opened(self) -> None:
        loop = asyncio.get_running_loop()

        def begin(loop: asyncio.AbstractEventLoop, work: Any, **named: Any) -> asyncio.Task[Any]:
            self.tasks += 1
            return asyncio.Task(work, loop=loop, **named)

        loop.set_task_factory(begin)

    def _closed(self, reason: str) -> None:
        self.reason = reason

    def _scraped(self, item: Any) -> None:
        self.items.append(item)


def test_a_request_more_is_a_task_more(web: Web) -> None:
    few, many = Walk(web, 5), Walk(web, 25)
    assert (len(few.spider.seen), len(many.spider.seen)) == (5, 25)
    assert many.tasks - few.tasks == 20


def test_items_reach_the_pipelines(web: Web) -> None:
    class Counted:
        items: ClassVar[list[Any]] = []

        async def process_item(self, item: Any) -> Any:
            self.items.append(item)
            return item

    walk = Walk(web, 2, lambda: {"page_id": 7}, ITEM_PIPELINES={Counted: 1})
    assert Counted.items == walk.items == [{"page_id": 7}]
    assert walk.reason == "finished"


def test_a_redirect_is_followed_and_a_failure_gets_to_the_errback(web: Web) -> None:
    web.pages["/1"] = Answer(status=301, headers={"Location": "/moved"})
    web.pages["/2"] = Answer(cut=True)
    walk = Walk(web, 9, RETRY_TIMES=1)
    assert walk.spider.seen == [web.url("/moved"), web.url("/2")]
    assert [type(error).__name__ for error in walk.spider.errors] == ["ResponseDataLossError"]
    assert web.paths()[-2:] == ["/2", "/2"]


def test_a_callback_may_close_the_spider(web: Web) -> None:
    def close() -> None:
        raise CloseSpider("enough")

    assert Walk(web, 2, close).reason == "enough"


@pytest.mark.parametrize("status", [200, 0])
def test_a_mistake_in_a_callback_is_logged_and_the_crawl_goes_on(
    web: Web, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """In an errback (status 0: no response) as well."""

    def break_off() -> None:
        raise LookupError("a mistake")

    web.pages["/2"] = Answer(cut=not status)
    with caplog.at_level(logging.ERROR):
        walk = Walk(web, 2, break_off, RETRY_TIMES=0)
    assert walk.reason == "finished"
    assert [record.exc_info[1].args for record in caplog.records if record.exc_info and record.exc_info[1]] == [
        ("a mistake",)
    ]


def test_an_error_that_a_middleware_deals_with_is_not_logged(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    met: list[Exception] = []

    class Dealing:
        def process_spider_exception(self, response: object, exception: Exception) -> tuple[()]:
            met.append(exception)
            return ()

    def fail() -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with caplog.at_level(logging.ERROR):
        walk = Walk(web, 1, fail, SPIDER_MIDDLEWARES={Dealing: 1})
    assert ([str(error) for error in met], walk.reason) == (["disk I/O error"], "finished")
    assert not caplog.records


def test_signals_reach_whoever_listens() -> None:
    one, other, heard = object(), object(), []
    manager = SparingSignals(one)

    def hear(signal: Any, sender: Any) -> None:
        heard.append((signal, sender))

    assert manager.send_catch_log("unheard") == []
    manager.connect(hear, signal="own")
    assert [answer for _, answer in manager.send_catch_log("own")] == [None]
    dispatcher.connect(hear, signal="of anybody", sender=dispatcher.Any)
    manager.send_catch_log("of anybody")
    SparingSignals(other).send_catch_log("own")
    assert heard == [("own", one), ("of anybody", one)]
    dispatcher.connect(hear, signal=dispatcher.Any, sender=one)
    manager.send_catch_log("anything")
    assert heard[2:] == [("anything", one)]
