"""The spider: listings of each source, then its due articles, newest first, all hosts side by side.

    scrapy crawl news                       every source of the database
    scrapy crawl news -a source=NAME,NAME -a since=2d -a limit=20 -O out.jsonl

`copydesk crawl` runs the same spider. Settings come from copydesk.toml in the working folder, or `-s COPYDESK_CONFIG=FILE`,
`-s COPYDESK_DB=FILE`. What is fetched is stored first and read afterwards, by other processes; with `-O` the articles
come out as items once they are read.
"""

from __future__ import annotations

import asyncio
import contextlib
import difflib
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.settings import BaseSettings

from crawler.crawl.articles import Articles
from crawler.crawl.listings import Listings
from crawler.crawl.session import CrawlOrder, CrawlSession, open_session
from crawler.crawl.visit import SourceVisit, needs_probing
from crawler.discover.robots import RobotsCache, RobotsPolicy, RobotsRecord
from crawler.http.access import load_access, open_to_others
from crawler.http.downloader import HostDownloader
from crawler.http.robots_middleware import RobotsMiddleware
from crawler.parsing.parser import Parser
from db.config.loader import Config, find_config, load_config
from db.config.units import since as parse_since
from db.errors import ConfigError, CopydeskError, DatabaseError
from db.machine_errors import as_machine_error
from db.models import Source
from db.store import facts
from db.store.listings import listing_states, should_rediscover
from db.store.run_counts import Figures
from pipelines.urls import host_of


class NewsSpider(Spider):
    """Crawls the sources of a Copydesk database."""

    name = "news"

    def __init__(self, source: str = "", since: str = "", limit: str = "", **kwargs: Any) -> None:
        super().__init__()
        self.order = _order(source, since, limit, kwargs)
        self.config = Config()
        self.session: CrawlSession | None = None
        self.visits: list[SourceVisit] = []
        self.figures: Figures | None = None
        self.failure: CopydeskError | None = None
        self.stopped = False
        self.robots_cache: RobotsCache | None = None
        self.parser: Parser | None = None
        self._closing = False

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Bring Copydesk's settings into Scrapy's, before Scrapy builds anything from them."""
        super().update_settings(settings)
        _check_settings(settings)
        config = settings.get("COPYDESK_CONFIG_IN_FORCE") or _config(settings)
        settings.set("COPYDESK_CONFIG_IN_FORCE", config, priority="spider")
        for name, value in in_scrapys_words(config).items():
            settings.set(name, value, priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> NewsSpider:
        """Scrapy's way in. COPYDESK_ORDER (an Order) takes the place of the arguments."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.order = crawler.settings.get("COPYDESK_ORDER") or spider.order
        spider.config = crawler.settings["COPYDESK_CONFIG_IN_FORCE"]
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Open the session and ask for the listings of every source."""
        if not self.crawler.crawling:
            # A signal came before the engine ran: Scrapy notes it (2.19, Crawler.stop_async) and would crawl all the same.
            self.stopped = True
            assert self.crawler.engine is not None
            self._ending = asyncio.create_task(self.crawler.engine.stop_async())
            return
        try:
            session = self.session = open_session(self.config, self.order, self._failing())
        except (CopydeskError, OSError, RuntimeError, MemoryError) as error:
            self.failure = failure = error if isinstance(error, CopydeskError) else as_machine_error(error)
            if failure is None:
                raise
            if self.crawler.settings.get("COPYDESK_ORDER") is None:  # bare Scrapy: nobody else says it
                _leave(str(failure))
            return
        self._opened(session)
        articles = Articles(session, items=bool(self.crawler.settings.getdict("FEEDS")))
        listings = Listings(session, articles, self._policy_of)
        try:
            self.visits = [self._visit(session, source) for source in session.sources]
            for visit in self.visits:
                if await self._is_open(session, visit):
                    for request in await listings.begin(visit):
                        yield request
        except sqlite3.Error as error:
            session.writer.fail(error)
        except CloseSpider:
            pass  # the writer has told

    def _opened(self, session: CrawlSession) -> None:
        self.robots_cache, self.parser = session.robots, session.parser
        downloader = self.crawler.engine.downloader if self.crawler.engine else None
        if isinstance(downloader, HostDownloader):
            downloader.on_stopping.append(session.parser.stop)
            downloader.on_stop.append(session.writer.stop_waiting)
        if self.crawler.settings.get("COPYDESK_ORDER") is None:
            for mistake in session.sites.mistakes:
                self.logger.warning("%s; %s", mistake.message, mistake.consequence)

    async def _is_open(self, session: CrawlSession, visit: SourceVisit) -> bool:
        """Whether a source can be read as it is set: without its own access, articles would be stored as a stranger sees them."""
        try:
            self._give_access(visit)
        except ConfigError as error:
            visit.notes.append(str(error))
            await session.end_source(visit.source, str(error), 0)
            return False
        return True

    # --- What the fetching layer tells us and asks of us (see `crawler.settings`)

    def on_robots(self, robots: RobotsRecord, duration_ms: int, url: str) -> None:
        """A robots.txt was fetched."""
        if self.session is not None:
            fetch = facts.Fetch(
                what="robots",
                url=url,
                started_at=robots.fetched_at,
                run_id=self.session.run_id,
                duration_ms=duration_ms,
                status=robots.status,
                bytes=len(robots.body),
                error=robots.error,
            )
            self.session.put_later(lambda conn: facts.insert_fetch(conn, fetch))

    def on_hold(self, host: str, until: datetime) -> None:
        """A host asked for a long rest."""
        if self.session is not None:
            self.session.holds.hold(host, until)

    def host_hold(self, host: str) -> datetime | None:
        """Until when a host asked to be left alone, in this or an earlier run."""
        return self.session.holds.until(host) if self.session is not None else None

    # --- Opening and closing

    async def finish(self, reason: str) -> None:
        """Close the session; called by the extension in `crawler.closing` when the spider closes."""
        if self.session is None:
            return
        self._closing = True
        self.stopped = reason == "shutdown"
        if reason not in ("finished", "shutdown"):
            self.failure = self.failure or DatabaseError(reason)
        try:
            self.figures = await self.session.close(
                finished=reason == "finished", error=str(self.failure) if self.failure else None
            )
        except CopydeskError as failure:
            self.failure = self.failure or failure
        if self.failure is not None and self.crawler.settings.get("COPYDESK_ORDER") is None:
            self.logger.error("%s", self.failure)

    def _failing(self) -> Callable[[DatabaseError], None]:
        """What the session calls where its database fails, on any thread: the crawl ends, instead of asking for pages in vain."""
        loop = asyncio.get_running_loop()

        def end(error: DatabaseError) -> None:
            self.failure = self.failure or error
            if self.session is not None and not self._closing:
                assert self.crawler.engine is not None
                self._ending = loop.create_task(self.crawler.engine.close_spider_async(reason="database"))

        def tell(error: DatabaseError) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended, and so has the crawl
                loop.call_soon_threadsafe(end, error)

        return tell

    def stop_reading(self) -> None:
        """End a crawl that only waits for its pages to be read."""
        if self.session is not None:
            self.stopped = True
            self.session.stop_reading()

    def _policy_of(self, url: str) -> RobotsPolicy | None:
        middleware = self.crawler.get_downloader_middleware(RobotsMiddleware)
        return middleware.policy(url) if middleware is not None else None

    def _give_access(self, visit: SourceVisit) -> None:
        """Read what the source's own hosts get. Raises ConfigError."""
        visit.access = load_access(visit.source.name, visit.source.url, visit.settings, self.config.folder)
        for place in (visit.settings.headers, visit.settings.cookies):
            if place and open_to_others(place, self.config.folder):
                self.logger.warning("%s can be read by every user of this machine: chmod 600 %s", place, place)

    def _visit(self, session: CrawlSession, source: Source) -> SourceVisit:
        settings, now = self.config.for_source(source.name, source.settings), datetime.now(UTC)
        states, rests = listing_states(session.reader, source.id), settings.retry_failed
        entries, site = [state.listing for state in states], session.sites.for_host(host_of(source.url))
        return SourceVisit(
            source=source,
            settings=settings,
            site=site,
            entries=entries,
            resting=frozenset(state.listing.url for state in states if state.is_resting(rests, now)),
            probing=not session.order.reads or needs_probing(entries, site) or should_rediscover(states, rests, now),
        )


_ARGUMENTS = ("source", "since", "limit")
# What may be set with -s beside what `crawler.settings` declares.
_SETTINGS = ("COPYDESK_NAMES", "COPYDESK_CONFIG", "COPYDESK_DB", "COPYDESK_CONFIG_IN_FORCE", "COPYDESK_ORDER")


def _order(source: str, since: str, limit: str, others: Mapping[str, object]) -> CrawlOrder:
    """What the arguments of bare Scrapy (-a) order. One that is wrong ends the program with a line: nobody else would say it."""
    if others:
        _leave(f"-a {_not_known(next(iter(others)), _ARGUMENTS)}")
    names = tuple(name.strip() for name in source.split(",") if name.strip())
    try:
        moment = parse_since(since, datetime.now(UTC)) if since else None
    except (ValueError, OverflowError) as error:
        _leave(f"-a since: {error}")
    if limit and not limit.isdecimal():
        _leave(f"-a limit: a whole number was expected, not {limit!r}")
    return CrawlOrder(names=names, since=moment, limit=int(limit) if limit else None)


def _leave(message: str) -> NoReturn:
    """End bare Scrapy with one line. The loop would print a traceback behind it: of the task that nobody waits for any more."""
    with contextlib.suppress(RuntimeError):  # no loop runs yet
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    raise SystemExit(f"copydesk: {message}")


def _check_settings(settings: BaseSettings) -> None:
    known = {*_SETTINGS, *settings.getlist("COPYDESK_NAMES")}
    for name in settings:
        if str(name).startswith("COPYDESK_") and name not in known:
            raise SystemExit(f"copydesk: -s {_not_known(str(name), sorted(known))}")


def _not_known(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    advice = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
    return f"{name}: there is no such name; {advice}"


def _config(settings: BaseSettings) -> Config:
    path, database = settings.get("COPYDESK_CONFIG"), settings.get("COPYDESK_DB")
    try:
        config = load_config(Path(path) if path else find_config(Path()))
    except CopydeskError as error:
        # Under bare Scrapy nobody else turns it into a line for a person.
        raise SystemExit(f"copydesk: {error}") from error
    return config.with_values(db=str(Path(database).absolute())) if database else config


def in_scrapys_words(config: Config) -> dict[str, Any]:
    """Copydesk's settings under the names that the fetching layer knows them by."""
    words = {
        "COPYDESK_CONTACT": config.contact,
        "CONCURRENT_REQUESTS": max(1, config.hosts_at_once),
        "DOWNLOAD_DELAY": config.delay.total_seconds(),
        "CONCURRENT_REQUESTS_PER_DOMAIN": max(1, config.concurrency),
        "DOWNLOAD_TIMEOUT": config.timeout.total_seconds(),
        "DOWNLOAD_MAXSIZE": config.max_page_size,
        "RETRY_TIMES": config.retries,
        "COPYDESK_RETRY_PAUSE": config.retry_pause.total_seconds(),
        "COPYDESK_CRAWL_DELAY_CAP": config.max_crawl_delay.total_seconds(),
        "COPYDESK_RETRY_AFTER_CAP": config.max_retry_after.total_seconds(),
        "COPYDESK_ALLOW_NETWORKS": list(config.allow_networks),
    }
    return words | ({"USER_AGENT": config.user_agent} if config.user_agent else {})
