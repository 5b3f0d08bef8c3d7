"""Parses what comes from the web in worker processes, while the event loop of a crawl only awaits the result.

    listing, robots.txt, ──> Parser.parse ──> quick lane: one process, QUICK_S a task
    a page's next page                           └─ too slow ──> slow lane: one process, the time limit of a page

Strangers write these documents, and may make them take hours or all memory. A task is stopped at its time limit by killing its
process. Tasks slower than nearly all others are repeated in a lane of their own: however many listings are slow, the others wait
only a moment for each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

from crawler.discover.feeds.read_feed import read_feed
from crawler.discover.listings.listing import OwnSites, ParsedListing, SitemapChild, merge
from crawler.discover.pages.next_part import next_part
from crawler.discover.pages.refresh import find_refresh
from crawler.discover.read_listing import PAGE_READERS, ListingRequest, read_listing, why_not_fetched
from crawler.discover.sitemaps.sitemap_children import choose_children
from crawler.parsing.packed_records import PackedRecords, pack
from crawler.parsing.thread_futures import wait_until_done
from crawler.robots.policy import RobotsRules, read_rules
from db.errors import CopydeskError
from db.models import Link
from db.site_rules.loader import Site, Sites
from db.store.sites.sitemap_readings import PastReading
from pipelines.processing.page_worker import EXTRACTION_MODULES
from pipelines.processing.worker_pool import TaskTooSlow, WorkerPool
from pipelines.urls import host_of, same_site

# Seconds of processor time for a task in the quick lane. Of 400 real pages, parsed as front pages, the median takes 8 ms and the
# longest 0.15 s.
QUICK_S = 1.0
# A longer body, in bytes, goes to the slow lane at once. A sitemap of 10,000 addresses is about this long.
QUICK_BYTES = 1 << 20
# Seconds of processor time for a task in the slow lane, where no setting gives it.
SLOW_S = 30.0

# What the processes import, once for all, with what those need that extract: all are forked from one server.
PARSING_MODULES = ("crawler.parsing.parser", *PAGE_READERS, *EXTRACTION_MODULES)

T_co = TypeVar("T_co", covariant=True)


class ParseTask(Protocol, Generic[T_co]):
    """Something to parse, with all that parsing it needs. It is pickled for the worker process."""

    @property
    def size(self) -> int:
        """Bytes to parse: decides the lane."""

    def parse(self, sites: Sites) -> T_co:
        """Parse it, in a worker process. Pure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseListing:
    """A listing. `home`: its source's URL. `hosts`: other sites whose articles it may name."""

    listing_request: ListingRequest
    body: bytes
    url: str
    content_type: str | None
    home: str
    hosts: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        return len(self.body)

    def parse(self, sites: Sites) -> ParsedListing | None:
        """The parsed listing; None where a probed URL holds something else.

        Links of other sites and links not worth fetching are left out. There is one link per article, newest first, and links and
        children are packed, since there may be 50,000.
        """
        site = sites.for_host(host_of(self.home))
        listing = read_listing(self.listing_request, self.body, self.url, self.content_type, site)
        if listing is None:
            return None
        listing = self._own_links(listing, site).counted()
        return replace(listing, links=pack(Link, merge([listing.links])), children=pack(SitemapChild, listing.children))

    def _own_links(self, listing: ParsedListing, site: Site | None) -> ParsedListing:
        """The listing with only those links that are to be fetched."""
        if self.listing_request.rule is not None:  # the author of the rule knows where its articles are
            return listing.keep_links(lambda link: why_not_fetched(link, site))
        # A redirect by the source's own server means that the site has moved.
        homes = [self.home, self.url] if same_site(self.listing_request.url, self.home) else [self.home]
        own = OwnSites(homes, (*self.hosts, *(site.hosts if site else ())))
        return listing.within_sites(own).keep_links(lambda link: why_not_fetched(link, site))


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeLinks:
    """The links of several listings, which may name the same articles."""

    lists: tuple[PackedRecords[Link], ...]

    @property
    def size(self) -> int:
        return sum(links.size for links in self.lists)

    def parse(self, sites: Sites) -> PackedRecords[Link]:
        """One link per article, newest first."""
        return pack(Link, merge(self.lists))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseChildren:
    """The sitemaps of an index, with what past crawls saw of them. See `choose_children`."""

    children: PackedRecords[SitemapChild]
    past: Mapping[str, PastReading]
    most: int

    @property
    def size(self) -> int:
        return self.children.size

    def parse(self, sites: Sites) -> list[SitemapChild]:
        """The sitemaps to read."""
        return choose_children(tuple(self.children), self.past, self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseRobots:
    """A robots.txt. `product`: the product token of the User-Agent header."""

    body: bytes
    product: str
    origin: str

    @property
    def size(self) -> int:
        return len(self.body)

    def parse(self, sites: Sites) -> RobotsRules:
        """The rules for `product`."""
        return read_rules(self.body, self.product, self.origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseNextPart:
    """A page of an article that may go on on another page."""

    body: bytes
    url: str
    content_type: str | None
    first: str

    @property
    def size(self) -> int:
        return len(self.body)

    def parse(self, sites: Sites) -> str | None:
        """The URL of the next page, None where the article ends."""
        return next_part(self.body, self.url, self.content_type, self.first)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseRefresh:
    """The beginning of a page that may contain a refresh."""

    body: bytes
    url: str
    content_type: str | None

    @property
    def size(self) -> int:
        return len(self.body)

    def parse(self, sites: Sites) -> str | None:
        """The URL that the page refreshes to, None where there is none."""
        return find_refresh(self.body, self.url, self.content_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseWorker:
    """What the worker processes do (`pipelines.processing.worker_pool.Worker`)."""

    sites: Sites
    name: str = "listing"
    preload: tuple[str, ...] = PARSING_MODULES

    def init_worker(self) -> Callable[[ParseTask[Any]], Any]:
        """A function that parses a task."""
        return lambda task: task.parse(self.sites)

    def run_known_task(self) -> None:
        """Parse a listing that is known to be good. Raises whatever is in the way."""
        listing = read_feed(_KNOWN_FEED, "https://news.example/feed")
        if len(listing.links) != 1:
            raise RuntimeError(f"a feed that is known to be good cannot be parsed: {listing.note}")


_KNOWN_FEED = (
    b"<rss version='2.0'><channel><title>News</title><item><title>The bridge is open again</title>"
    b"<link>https://news.example/2026/11/bridge.html</link></item></channel></rss>"
)


class ParserStopped(CopydeskError):
    """The crawl is stopping. What was to be parsed is left to the next crawl."""


class Parser:
    """The parser processes of a crawl. Each lane starts its process with its first task."""

    def __init__(self, sites: Sites, *, timeout_s: float = SLOW_S) -> None:
        self._work = ParseWorker(sites=sites)
        self._limits = {"quick": min(QUICK_S, timeout_s), "slow": timeout_s}
        self._lanes: dict[str, WorkerPool] = {}
        self._stopping: asyncio.Future[None] | None = None

    async def parse(self, task: ParseTask[T_co]) -> T_co:
        """Parse a task. Raises TaskFailed for faults of the task itself, MachineError, and ParserStopped."""
        if task.size <= QUICK_BYTES:
            try:
                return await self._parse("quick", task)
            except TaskTooSlow:
                pass
        return await self._parse("slow", task)

    async def _parse(self, lane: str, task: ParseTask[T_co]) -> T_co:
        if self._stopping is not None:
            raise ParserStopped("the crawl is stopping")
        if lane not in self._lanes:
            self._lanes[lane] = WorkerPool(self._work, processes=1, timeout_s=self._limits[lane])
        future: Future[T_co] = self._lanes[lane].submit(task)
        await wait_until_done(future)
        if future.cancelled():
            raise ParserStopped("the crawl is stopping")
        return future.result()

    def stop(self) -> None:
        """Stop the processes without waiting for them. Whoever awaits a task gets ParserStopped."""
        if self._stopping is None:
            self._stopping = asyncio.get_running_loop().run_in_executor(None, self._stop_lanes)

    async def close(self) -> None:
        """Stop the processes, and wait until they have ended."""
        self.stop()
        assert self._stopping is not None
        await self._stopping

    def _stop_lanes(self) -> None:
        for lane in self._lanes.values():
            lane.stop()
