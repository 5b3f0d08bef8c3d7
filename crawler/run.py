"""One crawl as a function: starts Scrapy, runs it to the end, and returns the figures.

It runs in the calling process, which may crawl again afterwards: no Twisted reactor is used, which could start only once. Ctrl-C
and SIGTERM end the crawl early and cleanly; a second signal ends it at once.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from dataclasses import dataclass

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess

from crawler.crawl.crawl_run import CrawlRun
from crawler.crawl.session import CrawlOrder
from crawler.crawl.spider import CrawlSpider
from crawler.crawl.visit import SourceVisit
from crawler.engine import TaskCrawler
from crawler.http.middlewares.proxies import check_proxies
from crawler.http.scrapy_settings import scrapy_settings
from crawler.process import run_to_end
from db.config.loader import Config
from db.errors import CopydeskError
from db.models import Source
from db.site_rules.loader import SiteFileError
from db.store.crawl.run_counts import Figures
from pipelines.extraction.version import extraction_version, trafilatura_version

# How long, in seconds, another thread may keep the interpreter while the event loop waits for it. With Python's default of 5 ms,
# which is waited again after every system call, an iteration of the loop with eight such calls took 44 ms beside one busy thread
# (bench/crawl/event_loop.py).
SWITCH_INTERVAL_S = 0.001

# Objects that may be made, and not freed, before Python looks for cycles among them. With its default of 700, that took 4 % of the
# crawling process's CPU, with this 1.5 % (1,346 requests, 499 articles).
NEW_OBJECTS = 10_000

Watch = Callable[[CrawlRun], None]
"""Called with the run when its spider opens, for showing progress from another thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlResult:
    """The result of a crawl.

    `stopped`: it was ended early; what it fetched is kept, and the next crawl continues. `busy`: sources that another crawl has
    locked, with the id of its process. `mistakes`: site files that could not be used.
    """

    run_id: int
    figures: Figures
    visits: list[SourceVisit]
    busy: list[tuple[Source, int]]
    stopped: bool
    mistakes: tuple[SiteFileError, ...] = ()


def crawl(config: Config, order: CrawlOrder, *, watch: Watch | None = None) -> CrawlResult:
    """Crawl as ordered. `watch` is called with the run before the spider starts, to show progress.

    Raises CopydeskError, and KeyboardInterrupt where it is stopped before it has begun.
    """
    check_proxies()
    run = CrawlRun(config=config, order=order)
    # Cached now: they read files, and the event loop would wait.
    extraction_version(), trafilatura_version()
    process = AsyncCrawlerProcess(scrapy_settings(config))
    crawler = TaskCrawler(CrawlSpider, process.settings)
    run.attach(crawler)

    frozen_by_caller, thresholds = gc.get_freeze_count() > 0, gc.get_threshold()

    def opened() -> None:
        # Python's garbage collector halts the event loop while it visits all objects, most of them modules: with a sitemap of
        # 49,000 addresses for 100 ms, or 30 ms without the objects that exist now (bench/crawl/event_loop.py).
        # Where the caller has frozen objects, which cannot be told from ours afterwards, freezing is left to the caller.
        if not frozen_by_caller:
            gc.collect()
            gc.freeze()
            gc.set_threshold(NEW_OBJECTS, *thresholds[1:])
        if watch is not None:
            watch(run)

    crawler.signals.connect(opened, signal=signals.spider_opened)
    process.crawl(crawler)
    switch = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    try:
        run_to_end(process)
    finally:
        sys.setswitchinterval(switch)
        if not frozen_by_caller:
            gc.unfreeze()
            gc.set_threshold(*thresholds)
    return _result_of(run)


def _result_of(run: CrawlRun) -> CrawlResult:
    if run.failure is not None:
        raise run.failure
    if run.stopped and run.session is None:
        raise KeyboardInterrupt  # nothing had begun: there is no run to report
    if run.session is None or run.figures is None:
        raise CopydeskError("the crawl could not be started; the log above says why")
    return CrawlResult(
        run_id=run.session.run_id,
        figures=run.figures,
        visits=run.visits,
        busy=run.session.busy,
        stopped=run.stopped,
        mistakes=run.session.sites.mistakes,
    )
