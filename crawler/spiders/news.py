"""The spider: listings of each source, then its due articles, newest first, all hosts side by side.

    scrapy crawl news                       every source of the database
    scrapy crawl news -a source=NAME,NAME -a since=2d -a limit=20 -O out.jsonl

`copydesk crawl` runs the same spider. Settings come from copydesk.toml in the working folder, or `-s COPYDESK_CONFIG=FILE`,
`-s COPYDESK_DB=FILE`. What is fetched is stored first and read afterwards, by other processes; with `-O` the articles
come out as items once they are read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from crawler import record
from crawler.discover.listing import Listing
from crawler.probe import next_probes
from crawler.reading import read_listing
from crawler.request_defaults import product_token
from crawler.robots import RobotsCache, RobotsPolicy, RobotsRecord
from crawler.session import Order, Session, open_session
from crawler.visit import (
    PAGES_FOLLOWED,
    SITEMAPS_OF_INDEX,
    Ask,
    Visit,
    asks_of_entries,
    json_list_asks,
    next_page,
)
from db import facts
from db.agenda import Due, due_links, validators_for
from db.config import Config, find_config, load_config
from db.errors import CopydeskError, DatabaseError
from db.figures import Figures
from db.nouns import Entry, EntryKind, Source
from db.sources import entries_of, put_entries
from db.units import since as parse_since
from pipelines.addresses import host_of

# Listings before articles, so that the newest are known before the first is fetched.
LISTING_PRIORITY = 100


class NewsSpider(Spider):
    """Crawls the sources of a Copydesk database."""

    name = "news"

    def __init__(self, source: str = "", since: str = "", limit: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        names = tuple(name.strip() for name in source.split(",") if name.strip())
        self.order = Order(
            names=names,
            since=parse_since(since, datetime.now(UTC)) if since else None,
            limit=int(limit) if limit else None,
        )
        self.config = Config()
        self.session: Session | None = None
        self.visits: list[Visit] = []
        self.figures: Figures | None = None
        self.failure: CopydeskError | None = None
        self.stopped = False
        self.answered = 0
        self.robots_cache: RobotsCache | None = None

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Bring Copydesk's settings into Scrapy's, before Scrapy builds anything from them."""
        super().update_settings(settings)
        config = settings.get("COPYDESK_CONFIG_IN_FORCE") or _config(settings)
        settings.set("COPYDESK_CONFIG_IN_FORCE", config, priority="spider")
        for name, value in _in_scrapys_words(config).items():
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
        try:
            session = self.session = open_session(self.config, self.order)
        except CopydeskError as error:
            self._fail(error)
            return
        self.robots_cache = session.robots
        self.visits = [self._visit(session, source) for source in session.sources]
        for visit in self.visits:
            asks = visit.new_asks(self._first_asks(visit))
            for ask in asks:
                yield self._listing_request(session, visit, ask)
            if not asks:
                for request in await self._articles(visit):
                    yield request

    # --- Listings

    async def parse_listing(self, response: Response, visit: Visit, ask: Ask) -> AsyncIterator[Any]:
        """A listing came in, or 304, or an error status: record it, follow what it names; after the last, begin the articles."""
        session = self._session
        self.answered += 1
        visit.reached = visit.reached or response.status in (200, 304)
        fetch = record.fetch_of(
            "discovery" if ask.probe else "entry", response, ask.url, run_id=session.run_id, source_id=visit.source.id
        )
        headers = record.headers_of(response)
        session.put_later(lambda conn: facts.put_fetch(conn, fetch))
        asks: list[Ask] = []
        if response.status == 200:
            listing = read_listing(ask, response.body, response.url, headers.get("Content-Type"), visit.site)
            if listing is not None:
                visit.listings.append(listing)
                visit.validators[ask.url] = headers
                if ask.probe:
                    visit.record_entry(Entry(url=ask.url, kind=listing.kind, title=listing.title))
                asks = self._follow(session, visit, ask, listing)
            elif not ask.probe:
                visit.notes.append(f"{ask.url}: is no {ask.kind.value} any more")
        elif not ask.probe and response.status != 304:
            visit.notes.append(f"{ask.url}: status {response.status}")
        for request in await self._listing_done(visit, asks):
            yield request

    async def listing_failed(self, failure: Failure) -> AsyncIterator[Any]:
        """A listing could not be fetched."""
        request: Request = failure.request  # type: ignore[attr-defined]
        visit, ask = request.cb_kwargs["visit"], request.cb_kwargs["ask"]
        session = self._session
        fetch = record.failed_fetch(
            "discovery" if ask.probe else "entry",
            request,
            ask.url,
            failure.value,
            run_id=session.run_id,
            source_id=visit.source.id,
        )
        session.put_later(lambda conn: facts.put_fetch(conn, fetch))
        if record.failure_name(failure.value) in record.NOT_WORTH_SAYING:
            pass
        elif not ask.probe or ask.url == visit.source.url:
            visit.notes.append(f"{ask.url}: {record.in_words(failure.value)}")
        for following in await self._listing_done(visit, []):
            yield following

    def _first_asks(self, visit: Visit) -> list[Ask]:
        if visit.probing:
            return next_probes(visit, robots_body=b"")
        return asks_of_entries(visit.entries, visit.site, visit.settings["front_page"]) + json_list_asks(visit.site)

    def _follow(self, session: Session, visit: Visit, ask: Ask, listing: Listing) -> list[Ask]:
        asks = []
        if ask.depth == 0:
            children = listing.children[:SITEMAPS_OF_INDEX]
            asks += [Ask(url=child.url, kind=listing.kind, depth=1) for child in children]
        if ask.depth < PAGES_FOLLOWED and _brings_unknown(session.reader, listing):
            asks += next_page(ask, listing)
        if ask.probe:
            for entry in listing.entries:
                if entry.kind is EntryKind.SECTION and self._allowed(entry.url):
                    visit.record_entry(entry)
        return asks

    async def _listing_done(self, visit: Visit, asks: list[Ask]) -> list[Request]:
        session = self._session
        fresh = visit.new_asks(asks)
        visit.pending -= 1
        if not visit.pending and visit.probing:
            fresh += visit.new_asks(next_probes(visit, self._robots_body(visit)))
        if visit.pending:
            return [self._listing_request(session, visit, ask) for ask in fresh]
        return await self._articles(visit)

    def _robots_body(self, visit: Visit) -> bytes:
        stored = self._session.robots.get(origin_of_url(visit.source.url))
        return stored.body if stored and stored.status == 200 else b""

    def _allowed(self, url: str) -> bool:
        """Whether the robots.txt that we have seen lets us read `url`; True where we have not seen it."""
        stored = self._session.robots.get(origin_of_url(url))
        return stored is None or RobotsPolicy(stored).allows(url, product_token(self.settings))

    def _listing_request(self, session: Session, visit: Visit, ask: Ask) -> Request:
        etag, modified = (None, None) if ask.probe else validators_for(session.reader, ask.url)
        return record.began(
            Request(
                ask.url,
                callback=self.parse_listing,
                errback=self.listing_failed,
                cb_kwargs={"visit": visit, "ask": ask},
                headers=_conditional(etag, modified),
                meta=_meta(visit),
                priority=LISTING_PRIORITY,
                dont_filter=True,
            )
        )

    # --- Articles

    async def _articles(self, visit: Visit) -> list[Request]:
        """Record what the listings brought and begin with the due links."""
        session = self._session
        now = datetime.now(UTC)
        if visit.found:
            await session.put(lambda conn: put_entries(conn, visit.source.id, visit.found, now))
        if not session.order.reads:
            return []
        await session.put(visit.record_links(now, session.run_id))
        settings, limit = visit.settings, session.order.limit
        visit.due.extend(
            due_links(
                session.reader,
                visit.source.id,
                now=now + timedelta(milliseconds=1),
                revisit=(0.0,) if session.order.again else settings["revisit"],
                retry=settings["retry_failed"],
                since=session.order.since,
                limit=int(settings["limit"]) if limit is None else limit,
            )
        )
        return list(self._next_articles(visit))

    def _next_articles(self, visit: Visit) -> Iterator[Request]:
        for due in visit.take_due():
            yield record.began(
                Request(
                    due.url,
                    callback=self.parse_article,
                    errback=self.article_failed,
                    cb_kwargs={"visit": visit, "due": due},
                    headers=_conditional(due.etag, due.last_modified),
                    meta=_meta(visit) | {"verbatim_url": True},
                    dont_filter=True,
                )
            )

    async def parse_article(self, response: Response, visit: Visit, due: Due) -> AsyncIterator[Any]:
        """An article's page came in (or 304, or an error status): store it, go on with the next due one."""
        session = self._session
        self.answered += 1
        visit.under_way -= 1
        for request in self._next_articles(visit):
            yield request
        fetch = record.fetch_of(
            "article", response, due.url, run_id=session.run_id, source_id=visit.source.id, link_id=due.link_id
        )
        if response.status == 304:
            await session.put(lambda conn: facts.put_unchanged(conn, fetch))
        elif response.status == 200:
            page_id = await session.keep(record.received(fetch, response, visit.source.id))
            if page_id is not None and self._items_wanted:
                yield {"page_id": page_id}
        else:
            await session.put(lambda conn: facts.put_failure(conn, fetch))

    async def article_failed(self, failure: Failure) -> AsyncIterator[Any]:
        """An article could not be fetched."""
        request: Request = failure.request  # type: ignore[attr-defined]
        visit, due = request.cb_kwargs["visit"], request.cb_kwargs["due"]
        session = self._session
        visit.under_way -= 1
        for following in self._next_articles(visit):
            yield following
        if record.failure_name(failure.value) not in record.NOT_ASKED:
            fetch = record.failed_fetch(
                "article",
                request,
                due.url,
                failure.value,
                run_id=session.run_id,
                source_id=visit.source.id,
                link_id=due.link_id,
            )
            await session.put(lambda conn: facts.put_failure(conn, fetch))

    # --- What the fetching layer tells us

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
            self.session.put_later(lambda conn: facts.put_fetch(conn, fetch))

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
        self.stopped = reason == "shutdown"
        if reason not in ("finished", "shutdown"):
            self.failure = DatabaseError(reason)
        try:
            self.figures = await self.session.close(
                finished=reason == "finished", error=str(self.failure) if self.failure else None
            )
        except CopydeskError as failure:
            self.failure = self.failure or failure

    @property
    def _session(self) -> Session:
        assert self.session is not None
        return self.session

    @property
    def _items_wanted(self) -> bool:
        return bool(self.crawler.settings.getdict("FEEDS"))

    def _fail(self, error: CopydeskError) -> None:
        self.failure = error
        self.logger.error("%s", error)

    def _visit(self, session: Session, source: Source) -> Visit:
        entries = entries_of(session.reader, source.id)
        return Visit(
            source=source,
            settings=self.config.for_source(source.name, source.settings),
            site=session.sites.for_host(host_of(source.url)),
            entries=entries,
            probing=not entries or not session.order.reads,
        )


def _config(settings: BaseSettings) -> Config:
    path, database = settings.get("COPYDESK_CONFIG"), settings.get("COPYDESK_DB")
    config = load_config(Path(path) if path else find_config(Path()))
    return config.with_values(db=str(Path(database).absolute())) if database else config


def _in_scrapys_words(config: Config) -> dict[str, Any]:
    words = {
        "COPYDESK_CONTACT": config["contact"],
        "CONCURRENT_REQUESTS": max(1, config["hosts_at_once"]),
        "DOWNLOAD_DELAY": config["delay"],
        "CONCURRENT_REQUESTS_PER_DOMAIN": max(1, config["concurrency"]),
        "DOWNLOAD_TIMEOUT": config["timeout"],
        "DOWNLOAD_MAXSIZE": config["max_page_size"],
        "COPYDESK_CRAWL_DELAY_CAP": config["max_crawl_delay"],
        "COPYDESK_RETRY_AFTER_CAP": config["max_retry_after"],
        "COPYDESK_ALLOW_NETWORKS": list(config["allow_networks"]),
    }
    return words | ({"USER_AGENT": config["user_agent"]} if config["user_agent"] else {})


def _meta(visit: Visit) -> dict[str, Any]:
    settings = visit.settings
    return {
        "slot_delay": float(settings["delay"]),
        "slot_concurrency": max(1, int(settings["concurrency"])),
        "allow_networks": tuple(settings["allow_networks"]),
    }


def origin_of_url(url: str) -> str:
    """Scheme, host and port of an address: what a robots.txt is for."""
    return "/".join(url.split("/", 3)[:3])


def _conditional(etag: str | None, modified: str | None) -> dict[str, str]:
    headers = {"If-None-Match": etag, "If-Modified-Since": modified}
    return {name: value for name, value in headers.items() if value}


def _brings_unknown(conn: sqlite3.Connection, listing: Listing) -> bool:
    return any(
        conn.execute("SELECT 1 FROM links WHERE key = ?", (link.key,)).fetchone() is None for link in listing.links
    )
