"""One crawl from its order to its figures: the object that the spider, the extensions and the item pipeline share.

    CrawlRun(config, order) ──attach──> Crawler ──> Scrapy builds its components, each takes what it needs
        open()     the spider starts: database, writer, ingest, the run's row (`CrawlSession`)
        finish()   the spider closes: ingest ends, the run's row is completed, the figures are counted

`crawler.run` makes it for `copydesk crawl`, and `crawler.spiders.news` for bare Scrapy. The session is opened no earlier than the
spider starts: a crawl that is stopped before leaves no row.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field

from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from crawler.crawl.page_drawer import BrowserSettings, PageDrawer
from crawler.crawl.session import CrawlOrder, CrawlSession, open_session
from crawler.crawl.visit import SourceVisit
from crawler.http.middlewares.request_defaults import user_agent
from crawler.http.services import FetchServices, attach_services
from crawler.http.shared_pace import SharedPace
from crawler.render.renderer import Renderer
from crawler.robots.policy import RobotsRecord
from db.config.loader import Config
from db.errors import CopydeskError, DatabaseError
from db.store.crawl import facts
from db.store.crawl.run_counts import Figures
from db.system.machine_errors import as_machine_error
from db.system.sparing_executor import SparingExecutor

logger = logging.getLogger(__name__)

# Threads for what would block the event loop: unpacking, reading large robots.txt, waiting for other threads.
HELPER_THREADS = 4
# The attribute of Scrapy's Crawler that holds the run.
_ATTRIBUTE = "copydesk_run"


@dataclass(slots=True, kw_only=True, eq=False)
class CrawlRun:
    """A crawl, and how far it has come."""

    config: Config
    order: CrawlOrder
    standalone: bool = False
    """Whether bare Scrapy runs it: errors and mistakes are logged here, since no command reports them."""
    services: FetchServices = field(default_factory=FetchServices, repr=False)
    renderer: Renderer = field(default_factory=Renderer, repr=False)
    """The browser, which is started when a page needs it."""
    session: CrawlSession | None = None
    """None until the spider starts, and where the session could not be opened."""
    visits: list[SourceVisit] = field(default_factory=list)
    figures: Figures | None = None
    """None until `finish`."""
    failure: CopydeskError | None = None
    """Why it failed. The first failure is kept."""
    stopped: bool = False
    """Whether somebody ended it early."""
    _closing: bool = False
    _end_crawl: Callable[[], None] = field(default=lambda: None, repr=False)

    def attach(self, crawler: Crawler) -> None:
        """Make this the run of a crawler, before Scrapy builds its components."""
        setattr(crawler, _ATTRIBUTE, self)
        attach_services(crawler, self.services)

    def open(self, end_crawl: Callable[[], None]) -> CrawlSession:
        """Open the session and hand its parts to the fetching layer. Call it on the event loop.

        `end_crawl` is called, on the event loop, where the database or the machine fails later. Raises CopydeskError, which
        `failure` keeps.
        """
        self._end_crawl = end_crawl
        try:
            asyncio.get_running_loop().set_default_executor(SparingExecutor(HELPER_THREADS, "helper"))
            session = self.session = open_session(self.config, self.order, self._failure_callback())
        except (CopydeskError, OSError, RuntimeError, MemoryError) as error:
            failure = error if isinstance(error, CopydeskError) else as_machine_error(error)
            if failure is None:
                raise
            self.failure = failure
            raise failure from error
        services = self.services
        pace = SharedPace(self.config.database)
        services.join_crawl(session.parser, session.robots, session.holds, pace, self._record_robots)
        services.downloader.on_stopping.append(session.parser.stop)
        services.downloader.on_stopping.append(self.renderer.stop)
        services.downloader.on_grace_end.append(session.writer.stop_waiting)
        if self.standalone:
            for mistake in session.sites.mistakes:
                logger.warning("%s; %s", mistake.message, mistake.consequence)
        return session

    def begin_visits(self, visits: list[SourceVisit]) -> None:
        """Make these the visits that progress and report are read from."""
        self.visits = visits

    def cancel(self) -> None:
        """Note that the crawl was ended before its session was opened."""
        self.stopped = True

    def make_drawer(self, session: CrawlSession, settings: BaseSettings) -> PageDrawer:
        """What has this crawl's pages drawn, with the crawl's User-Agent and the function that it looks names up with."""
        browser = BrowserSettings(user_agent=user_agent(settings), lookup=str(settings["COPYDESK_LOOKUP"]))
        return PageDrawer(session, self.renderer, lambda: self.services.downloader, browser)

    async def finish(self, reason: str) -> None:
        """Close the session, if it was opened. `reason` is Scrapy's for closing the spider."""
        if self.session is None:
            return
        self._closing = True
        await self.renderer.close()
        self.stopped = reason == "shutdown"
        if reason not in ("finished", "shutdown"):
            self.failure = self.failure or DatabaseError(reason)
        try:
            self.figures = await self.session.close(
                finished=reason == "finished", error=str(self.failure) if self.failure else None
            )
        except CopydeskError as failure:
            self.failure = self.failure or failure
        if self.failure is not None and self.standalone:
            logger.error("%s", self.failure)

    def stop_reading(self) -> None:
        """Have `finish` wait no longer for pages that are not extracted yet."""
        if self.session is not None:
            self.stopped = True
            self.session.stop_reading()

    def fail(self, error: CopydeskError) -> None:
        """End the crawl instead of fetching in vain: the database or the machine fails. Call it on the event loop."""
        if self.failure is None:
            self.failure = error
            if self.session is not None and not self._closing:
                self._end_crawl()

    def end_for(self, error: Exception) -> bool:
        """End the crawl where an error means that the database cannot be read, or that the machine lacks something."""
        if self.session is None:
            return False
        if isinstance(error, sqlite3.Error):
            self.session.writer.fail(error)
        elif (trouble := as_machine_error(error)) is not None:
            self.fail(trouble)
        else:
            return False
        return True

    def _failure_callback(self) -> Callable[[DatabaseError], None]:
        """What the session calls, on any thread, where its database fails."""
        loop = asyncio.get_running_loop()

        def on_failure(error: DatabaseError) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended, and so has the crawl
                loop.call_soon_threadsafe(self.fail, error)

        return on_failure

    def _record_robots(self, record: RobotsRecord, duration_ms: int, url: str) -> None:
        assert self.session is not None
        fetch = facts.Fetch(
            what="robots",
            url=url,
            started_at=record.fetched_at,
            run_id=self.session.run_id,
            duration_ms=duration_ms,
            status=record.status,
            bytes=len(record.body),
            error=record.error,
        )
        self.session.write_later(lambda conn: facts.insert_fetch(conn, fetch))


def crawl_run_of(crawler: Crawler) -> CrawlRun | None:
    """The run of a crawler, None where there is none (`scrapy shell`, other spiders)."""
    run = getattr(crawler, _ATTRIBUTE, None)
    return run if isinstance(run, CrawlRun) else None
