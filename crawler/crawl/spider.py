"""The spider of every crawl: listings of each source, then its due articles, newest first, all hosts side by side."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn, Self

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider

from crawler.crawl.article_queue import ArticleQueue
from crawler.crawl.articles import Articles
from crawler.crawl.crawl_run import CrawlRun, crawl_run_of
from crawler.crawl.listing_requests import needs_probing
from crawler.crawl.listings import Listings
from crawler.crawl.session import CrawlSession
from crawler.crawl.visit import SourceVisit
from crawler.http.access import load_access, open_to_others
from db.errors import ConfigError, CopydeskError
from db.models import Source
from db.store.sites.listings import barren_listings, in_turn, listing_states, resting_listings, should_rediscover
from pipelines.urls import host_of

if TYPE_CHECKING:
    from crawler.crawl.backfilling import Backfilling


class CrawlSpider(Spider):
    """Crawls what its `CrawlRun` orders."""

    name = "news"

    def __init__(self, run: CrawlRun) -> None:
        super().__init__()
        self._run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """A run must be attached to the crawler."""
        run = crawl_run_of(crawler)
        assert run is not None
        return super().from_crawler(crawler, run)

    async def start(self) -> AsyncIterator[Any]:
        """Open the session and request the listings of every source."""
        run, engine = self._run, self.crawler.engine
        assert engine is not None
        if not self.crawler.crawling:
            # A signal came before the engine ran: Scrapy notes it (2.19, Crawler.stop_async) and would crawl all the same.
            run.cancel()
            self._ending = asyncio.create_task(engine.stop_async())
            return
        try:
            session = run.open(self._end_for_database)
        except CopydeskError as error:
            if run.standalone:
                exit_with_message(str(error))
            return
        drawer = run.make_drawer(session, self.crawler.settings)
        articles = Articles(session, drawer, items=bool(self.crawler.settings.getdict("FEEDS")))
        listings: Listings | Backfilling
        if session.order.backfill is not None:
            # Its channels import what reading pages does: 0.2 s that other crawls save.
            from crawler.crawl.backfilling import Backfilling

            listings = Backfilling(session, session.order.backfill, articles, run.services.policy_of)
        else:
            listings = Listings(session, articles, drawer, run.services.policy_of)
        try:
            visits = [self._visit(session, source) for source in session.sources]
            run.begin_visits(visits)
            for visit in visits:
                if await self._is_open(session, visit, drawer.refusal(visit)):
                    for request in await listings.begin(visit):
                        yield request
        except sqlite3.Error as error:
            session.writer.fail(error)
        except CloseSpider:
            pass  # the writer has reported it

    def _end_for_database(self) -> None:
        assert self.crawler.engine is not None
        self._ending = asyncio.create_task(self.crawler.engine.close_spider_async(reason="database"))

    async def _is_open(self, session: CrawlSession, visit: SourceVisit, refusal: str | None) -> bool:
        """Whether the source's access can be read, and nothing else refuses it. Without access, articles would be stored as a
        stranger sees them."""
        try:
            if refusal is not None:
                raise ConfigError(refusal)
            self._load_access(visit)
        except ConfigError as error:
            visit.note(str(error))
            await session.end_source(visit.source, str(error), 0)
            return False
        return True

    def _load_access(self, visit: SourceVisit) -> None:
        """Read the headers and cookies for the source's own hosts. Raises ConfigError."""
        folder = self._run.config.folder
        visit.use_access(load_access(visit.source.name, visit.source.url, visit.settings, folder))
        for place in (visit.settings.headers, visit.settings.cookies):
            if place and open_to_others(place, folder):
                self.logger.warning("%s can be read by every user of this machine: chmod 600 %s", place, place)

    def _visit(self, session: CrawlSession, source: Source) -> SourceVisit:
        settings, now = self._run.config.for_source(source.name, source.settings), datetime.now(UTC)
        states, rests = listing_states(session.reader, source.id), settings.retry_failed
        known, site = [state.listing for state in in_turn(states)], session.sites.for_host(host_of(source.url))
        return SourceVisit(
            source=source,
            settings=settings,
            site=site,
            known_listings=known,
            articles=ArticleQueue(settings.concurrency),
            resting=resting_listings(states, rests, now),
            read_before={one.listing.url: one.answered_at for one in states if one.works and one.answered_at},
            barren=barren_listings(session.reader, source.id, states),
            probing=not session.order.reads or needs_probing(known, site) or should_rediscover(states, rests, now),
        )


def exit_with_message(message: str) -> NoReturn:
    """End bare Scrapy with one line on standard error."""
    with contextlib.suppress(RuntimeError):  # no loop runs yet
        # Otherwise the loop prints a traceback of the task that nobody waits for any more.
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    raise SystemExit(f"copydesk: {message}")
