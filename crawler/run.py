"""One crawl as a function: Scrapy started, run to its end, its figures handed back.

Runs in the calling process, which may crawl again afterwards (there is no Twisted reactor that can be started only once).
Ctrl-C and SIGTERM end it early and cleanly; a second one ends it at once.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from dataclasses import dataclass

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from crawler.crawl.session import CrawlOrder
from crawler.crawl.visit import SourceVisit
from crawler.spiders.news import NewsSpider
from db.config.loader import Config
from db.errors import CopydeskError
from db.models import Source
from db.site_rules.loader import SiteFileError
from db.store.run_counts import Figures
from pipelines.extraction.version import extraction_version, trafilatura_version

# How long, in seconds, a thread of the crawling process may keep the interpreter while the event loop waits for it. Python's own
# 5 ms are waited anew after every system call: a turn of the loop with eight of them took 44 ms beside one busy thread
# (bench/crawl/event_loop.py).
SWITCH_S = 0.001

Watch = Callable[[NewsSpider], None]
"""Called with the spider when it opens: for showing progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlResult:
    """What a crawl came to. `stopped`: somebody ended it early; what it fetched is kept and the next one goes on.

    `busy`: sources that it left to another crawl, with that one's process number. `mistakes`: site files that it could not use.
    """

    run_id: int
    figures: Figures
    visits: list[SourceVisit]
    busy: list[tuple[Source, int]]
    stopped: bool
    mistakes: tuple[SiteFileError, ...] = ()


def crawl(config: Config, order: CrawlOrder, *, watch: Watch | None = None) -> CrawlResult:
    """Crawl as ordered. `watch` is given the spider before it starts, for showing progress.

    Raises CopydeskError, and KeyboardInterrupt where it was stopped before it had begun.
    """
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.set("COPYDESK_CONFIG_IN_FORCE", config)
    settings.set("COPYDESK_ORDER", order)
    # Read from files, once: the event loop would wait for it.
    extraction_version(), trafilatura_version()
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(NewsSpider)
    spiders: list[NewsSpider] = []

    def opened(spider: NewsSpider) -> None:
        # Python's collector halts the event loop while it looks at all objects there are, most of them modules: with a sitemap of
        # 49,000 addresses for 100 ms, with what is there now left out for 30 (bench/crawl/event_loop.py).
        gc.collect()
        gc.freeze()
        spiders.append(spider)
        if watch is not None:
            watch(spider)

    crawler.signals.connect(opened, signal=signals.spider_opened)
    process.crawl(crawler)
    switch = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    try:
        process.start()
    finally:
        sys.setswitchinterval(switch)
        gc.unfreeze()
    return _crawled(spiders)


def _crawled(spiders: list[NewsSpider]) -> CrawlResult:
    if not spiders:
        raise CopydeskError("the crawl could not be started; the log above says why")
    spider = spiders[0]
    if spider.failure is not None:
        raise spider.failure
    if spider.stopped and spider.session is None:
        raise KeyboardInterrupt  # before anything was begun: there is no run to tell of
    if spider.session is None or spider.figures is None:
        raise CopydeskError("the crawl ended before it began; the log above says why")
    return CrawlResult(
        run_id=spider.session.run_id,
        figures=spider.figures,
        visits=spider.visits,
        busy=spider.session.busy,
        stopped=spider.stopped,
        mistakes=spider.session.sites.mistakes,
    )
