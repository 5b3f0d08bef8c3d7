"""AutoThrottle with a floor per host: a slow server is asked more slowly, never faster than configured.

Scrapy's AutoThrottle has one floor for all hosts (`DOWNLOAD_DELAY`), starts each at 5 s, and would lower what robots.txt's
Crawl-delay has raised. Here the floor is the slot's (`downloader.HostSlot.floor`), a host starts at it, and the pause moves towards
the server's latency, up to `AUTOTHROTTLE_MAX_DELAY`. A source with delay 0 (the demo, tests, your own mirror) is not throttled; its
Crawl-delay, if any, still applies.
"""

from __future__ import annotations

from scrapy import Spider
from scrapy.core.downloader import Slot
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response

from crawler.http.downloader import HostSlot


class HostThrottle(AutoThrottle):
    """Adjusts each host's pause to its latency. Setting: `EXTENSIONS`."""

    def _spider_opened(self, spider: Spider) -> None:
        # Scrapy's method overwrites the delay of new slots with AUTOTHROTTLE_START_DELAY.
        self.mindelay = self._min_delay()
        self.maxdelay = self._max_delay()

    def _adjust_delay(self, slot: Slot, latency: float, response: Response) -> None:
        if not isinstance(slot, HostSlot) or not slot.configured_delay:
            return
        target = latency / self.target_concurrency
        # As in Scrapy: up at once, down by half steps, and an error page, which is quick, never lowers the pause.
        wanted = max(target, (slot.delay + target) / 2)
        if response.status != 200 and wanted < slot.delay:
            return
        slot.delay = max(slot.floor, min(wanted, self.maxdelay))
