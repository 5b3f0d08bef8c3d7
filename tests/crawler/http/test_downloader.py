"""The pieces of pacing by themselves, with both clocks in hand."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from scrapy import Request
from scrapy.crawler import AsyncCrawlerProcess

from crawler.http.downloader import JITTER, HostDownloader, HostSlot
from tests.crawler.http.crawls import Reader, crawl_settings


def test_wishes_only_make_slower() -> None:
    slot = HostSlot(4, 1.0)
    slot.apply_limits(0.5, 8)
    assert (slot.configured_delay, slot.concurrency, slot.delay) == (1.0, 4, 1.0)
    slot.apply_limits(3.0, 2)
    assert (slot.configured_delay, slot.concurrency, slot.delay) == (3.0, 2, 3.0)
    slot.set_crawl_delay(10.0)
    assert slot.floor == slot.delay == 10.0


def test_jitter_only_adds() -> None:
    slot = HostSlot(1, 2.0)
    pauses = []
    for _ in range(500):
        slot.mark_sent(time.monotonic())
        pauses.append(slot.download_delay())
    assert 2.0 * JITTER[0] <= min(pauses) < max(pauses) <= 2.0 * JITTER[1]


def test_a_hold_outlasts_the_pause_and_is_never_shortened() -> None:
    slot = HostSlot(1, 0.0)
    slot.mark_sent(time.monotonic())
    assert slot.download_delay() <= 0
    slot.hold(60)
    slot.hold(1)
    assert 59 < slot.download_delay() < 61


def test_resting_slots_are_forgotten_and_held_ones_are_not() -> None:
    def check(downloader: HostDownloader) -> None:
        for host in ("idle.test", "held.test", "busy.test"):
            slot = downloader.slot_for(Request(f"http://{host}/"))
            slot.lastseen = time.monotonic() - 1000
        downloader.slots["held.test"].hold(3600)  # type: ignore[attr-defined]
        downloader.load["busy.test"] = 1
        downloader._slot_gc()
        assert set(downloader.slots) == {"held.test", "busy.test"}
        downloader.load.clear()

    _with_downloader(check)


def test_the_key_is_the_host_of_the_url() -> None:
    def check(downloader: HostDownloader) -> None:
        request = Request("https://News.example:8443/a", meta={"download_slot": "elsewhere"})
        assert downloader.get_slot_key(request) == "news.example"

    _with_downloader(check)


def test_room_is_the_share_and_one_more() -> None:
    def check(downloader: HostDownloader) -> None:
        request = Request("http://a.test/", meta={"slot_concurrency": 2})
        assert downloader.has_room("a.test")
        downloader.slot_for(request)
        for load, has_room in ((1, True), (2, True), (3, False)):
            downloader.load["a.test"] = load
            assert downloader.has_room("a.test") is has_room
        downloader.load.clear()

    _with_downloader(check)


def test_a_request_that_was_cancelled_takes_no_turn() -> None:
    def check(downloader: HostDownloader) -> None:
        slot, loop = downloader.slot_for(Request("http://a.test/")), asyncio.get_running_loop()
        cancelled, waiting = loop.create_future(), loop.create_future()
        cancelled.cancel()
        following = Request("http://a.test/2")
        slot.queue.extend([(Request("http://a.test/1"), cancelled), (following, waiting)])
        slot.delay = 0.0
        downloader._process_queue(slot)
        assert (list(slot.queue), slot.transferring) == ([], {following})
        assert waiting.done()
        slot.transferring.clear()

    _with_downloader(check)


def _with_downloader(check: Callable[[HostDownloader], None]) -> None:
    """Run a check inside a crawl that asks for nothing."""
    failures: list[BaseException] = []

    def on_start(spider: Any) -> None:
        assert asyncio.get_running_loop()
        try:
            check(spider.crawler.engine.downloader)
        except Exception as error:  # noqa: BLE001 - raised below
            failures.append(error)

    process = AsyncCrawlerProcess(crawl_settings())
    process.crawl(Reader, asks=[], ends=[], on_start=on_start)
    process.start(install_signal_handlers=False)
    if failures:
        raise failures[0]
