from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from scrapy import Spider
from scrapy.crawler import Crawler

from crawler.http.services import FetchServices, HoldsMemory, attach_services, services_of
from tests.crawler.http.crawls import crawl_settings


def test_each_crawler_has_its_own_and_attached_ones_win() -> None:
    bare, other, given = (Crawler(Spider, crawl_settings()) for _ in range(3))
    assert services_of(bare) is services_of(bare)
    assert services_of(bare) is not services_of(other)
    services = FetchServices()
    attach_services(given, services)
    assert services_of(given) is services


def test_another_downloader_is_named() -> None:
    with pytest.raises(RuntimeError, match="leave the setting as it is"):
        _ = FetchServices().downloader


def test_a_hold_ends() -> None:
    holds, now = HoldsMemory(), datetime.now(UTC)
    holds.hold("a.test", now + timedelta(hours=1))
    holds.hold("b.test", now - timedelta(seconds=1))
    assert holds.until("a.test") == now + timedelta(hours=1)
    assert holds.until("b.test") is None
    assert holds.until("c.test") is None
