"""Scrapy's engine with one task for each request, from the scheduler to the end of its callback.

    scheduler ──> HostDownloader.download ──> callback or errback ──> its requests to the scheduler, its items to the pipelines

Scrapy takes six tasks, nine Deferreds and twelve generators for that, which cost more than the request itself
(docs/measurements.md). They serve callbacks of other kinds, and spider middlewares that change what callbacks yield; `CrawlSpider`
has neither. `scrapy crawl` has Scrapy's own engine.
"""

from __future__ import annotations

import asyncio
from typing import Any

from pydispatch import dispatcher  # type: ignore[import-untyped]
from scrapy import Request, Spider
from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import Settings
from scrapy.signalmanager import SignalManager
from twisted.python.failure import Failure

from crawler.http.downloader import HostDownloader


class TaskCrawler(Crawler):
    """Scrapy's Crawler with a `TaskEngine`."""

    def __init__(self, spider: type[Spider], settings: Settings) -> None:
        super().__init__(spider, settings)
        self.signals = SparingSignals(self)

    def _create_engine(self) -> ExecutionEngine:
        return TaskEngine(self, lambda _: self.stop_async())


class SparingSignals(SignalManager):
    """Sends only signals that somebody listens to: five of six that Scrapy sends for a request reach nobody."""

    def send_catch_log(self, signal: Any, **named: Any) -> list[tuple[Any, Any]]:
        senders = (id(self.sender), id(dispatcher.Any))
        listening = (dispatcher.connections.get(sender, {}) for sender in senders)
        if not any(signal in signals or dispatcher.Any in signals for signals in listening):
            return []
        return super().send_catch_log(signal, **named)


class TaskEngine(ExecutionEngine):
    """Runs each request of the scheduler as one task. Callbacks and errbacks are asynchronous generators."""

    downloader: HostDownloader

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._tasks: set[asyncio.Task[None]] = set()

    def _start_scheduled_request(self) -> bool:
        """Begin the next request, if there is one."""
        assert self._slot is not None
        request = self._slot.scheduler.next_request()
        if request is None:
            return False
        self._slot.add_request(request)
        self.downloader.admit(request)
        task = asyncio.create_task(self._run_request(request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def _run_request(self, request: Request) -> None:
        slot = self._slot
        assert slot is not None
        try:
            result: Response | Request | Failure
            try:
                result = await self.downloader.download(request)
            except Exception:  # noqa: BLE001 - passed to the errback
                result = Failure()  # type: ignore[no-untyped-call]
            slot.nextcall.schedule()  # the downloader has room
            if isinstance(result, Request):  # a redirect, or another attempt
                self.crawl(result)
            else:
                await self._scrape(result, request)
        finally:
            slot.remove_request(request)
            slot.nextcall.schedule()

    async def _scrape(self, result: Response | Failure, request: Request) -> None:
        """Call the callback or errback, and take what it yields; counted in the scraper's slot meanwhile, which knows from that
        whether it is idle, and whether more may be fetched."""
        scraper = self.scraper
        assert scraper.slot is not None
        scraper.slot.add_response_request(result, request)
        scraper.slot.next_response_request_deferred()
        try:
            await self._call_back(result, request)
        except Exception as error:  # noqa: BLE001 - a mistake in a callback must not end the crawl
            try:
                scraper.spidermw._process_spider_exception(result, error)  # type: ignore[arg-type]  # of ours, none asks
            except Exception:  # noqa: BLE001 - no middleware has dealt with it
                scraper.handle_spider_error(Failure(error), request, result)  # type: ignore[no-untyped-call]
        finally:
            scraper.slot.finish_response(result, request)
            scraper._check_if_closing()

    async def _call_back(self, result: Response | Failure, request: Request) -> None:
        if isinstance(result, Response):
            result.request = result.request or request
            assert result.request.callback is not None
            outputs = result.request.callback(result, **result.request.cb_kwargs)
        else:
            result.request = request  # type: ignore[attr-defined]
            assert request.errback is not None
            outputs = request.errback(result)
        async for output in outputs:
            if isinstance(output, Request):
                self.crawl(output)
            else:
                await self.scraper.start_itemproc_async(output, response=result)
