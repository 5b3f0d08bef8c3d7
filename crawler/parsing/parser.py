"""Parsing what comes from outside, in worker processes: the event loop of a crawl only waits for the answer.

    listing, robots.txt, ──> Parser.parse ──> quick lane: one process, QUICK_S a task
    a page's next page                           └─ took longer ──> slow lane: one process, the time limit of a page

They are written by strangers, and may be made to take hours or all memory. A task is stopped at its time limit, by killing its
process. What takes longer than nearly all do is done again in a lane of its own, so that however many listings are slow, the others
wait for a moment each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

from crawler.discover.feeds import read_feed
from crawler.discover.listing import OwnSites, ParsedListing, SitemapChild, merge
from crawler.discover.next_part import next_part
from crawler.discover.read_listing import ListingRequest, read_listing, worth_fetching
from crawler.discover.refresh import next_address
from crawler.discover.robots import RobotsRules, read_rules
from crawler.discover.sitemap_children import choose_children
from crawler.parsing.packed_records import PackedRecords, pack
from db.errors import CopydeskError
from db.models import Link
from db.site_rules.loader import Site, Sites
from db.store.sitemap_readings import PastReading
from pipelines.processing.worker_pool import TaskTooSlow, WorkerPool
from pipelines.urls import host_of, same_site

# Seconds of processor time for a task of the quick lane. Of 400 real pages, parsed as front pages, the median takes 8 ms and the
# longest 0.15 s.
QUICK_S = 1.0
# A body of more bytes than this is not tried in the quick lane: a sitemap of 10,000 addresses has about as many.
QUICK_BYTES = 1 << 20
# Seconds of processor time for a task of the slow lane, where no setting says it.
SLOW_S = 30.0

T_co = TypeVar("T_co", covariant=True)


class ParseTask(Protocol, Generic[T_co]):
    """Something to parse, with all that parsing it needs. Pickled on its way to a process."""

    @property
    def size(self) -> int:
        """How many bytes there are to parse."""

    def parse(self, sites: Sites) -> T_co:
        """Parse it, in a worker process. Pure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseListing:
    """A listing that came in. `home`: its source's address. `hosts`: of other sites that it may name articles of."""

    ask: ListingRequest
    body: bytes
    url: str
    content_type: str | None
    home: str
    hosts: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many bytes there are to parse."""
        return len(self.body)

    def parse(self, sites: Sites) -> ParsedListing | None:
        """What it lists; None where a probed address holds something else. Only links of its own site that are worth fetching.

        What there may be 50,000 of is packed; there is one link for each article, newest first.
        """
        site = sites.for_host(host_of(self.home))
        listing = read_listing(self.ask, self.body, self.url, self.content_type, site)
        if listing is None:
            return None
        listing = self._own(listing, site)
        return replace(listing, links=pack(Link, merge([listing.links])), children=pack(SitemapChild, listing.children))

    def _own(self, listing: ParsedListing, site: Site | None) -> ParsedListing:
        """The listing without what is not to be fetched of it."""
        if self.ask.rule is not None:  # whoever wrote the rule knows where its articles are
            return listing.only(lambda link: worth_fetching(link, site))
        # Where the source's own server redirects to, there its site has moved.
        homes = [self.home, self.url] if same_site(self.ask.url, self.home) else [self.home]
        own = OwnSites(homes, (*self.hosts, *(site.hosts if site else ())))
        return listing.of_sites(own).only(lambda link: worth_fetching(link, site))


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeLinks:
    """The links of several listings, which may name the same articles."""

    lists: tuple[PackedRecords[Link], ...]

    @property
    def size(self) -> int:
        """How many bytes there are to merge."""
        return sum(links.size for links in self.lists)

    def parse(self, sites: Sites) -> PackedRecords[Link]:
        """One link for each article, newest first."""
        return pack(Link, merge(self.lists))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseChildren:
    """The sitemaps of an index, with what past crawls saw of them: `choose_children`."""

    children: PackedRecords[SitemapChild]
    past: Mapping[str, PastReading]
    most: int

    @property
    def size(self) -> int:
        """How many bytes there are to look at."""
        return self.children.size

    def parse(self, sites: Sites) -> list[SitemapChild]:
        """Those that are read."""
        return choose_children(tuple(self.children), self.past, self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseRobots:
    """A robots.txt that came in."""

    body: bytes
    product: str
    origin: str

    @property
    def size(self) -> int:
        """How many bytes there are to parse."""
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
        """How many bytes there are to parse."""
        return len(self.body)

    def parse(self, sites: Sites) -> str | None:
        """The address of the next page, None where the article ends."""
        return next_part(self.body, self.url, self.content_type, self.first)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseRefresh:
    """The head of a page that may send its readers on."""

    body: bytes
    url: str
    content_type: str | None

    @property
    def size(self) -> int:
        """How many bytes there are to parse."""
        return len(self.body)

    def parse(self, sites: Sites) -> str | None:
        """The address that it sends them to, None where it does not."""
        return next_address(self.body, self.url, self.content_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseWorker:
    """The work of the processes (`pipelines.processing.worker_pool.Worker`)."""

    sites: Sites
    name: str = "listing"
    preload: tuple[str, ...] = (
        "crawler.parsing.parser",
        "pipelines.processing.page_worker",
        "pipelines.extraction.extract",
    )

    def prepare(self) -> Callable[[ParseTask[Any]], Any]:
        """A function that parses a task."""
        return lambda task: task.parse(self.sites)

    def rehearse(self) -> None:
        """Parse a listing that is known to be good. Raises whatever is in the way."""
        listing = read_feed(_KNOWN_FEED, "https://news.example/feed")
        if len(listing.links) != 1:
            raise RuntimeError(f"a known feed is not understood: {listing.note}")


_KNOWN_FEED = (
    b"<rss version='2.0'><channel><title>News</title><item><title>The bridge is open again</title>"
    b"<link>https://news.example/2026/11/bridge.html</link></item></channel></rss>"
)


class ParserStopped(CopydeskError):
    """The crawl ends: what was to be parsed is left to the next one."""


class Parser:
    """The worker processes of a crawl that parse. They start with the first task of their lane."""

    def __init__(self, sites: Sites, *, timeout_s: float = SLOW_S) -> None:
        self._work = ParseWorker(sites=sites)
        self._limits = {"quick": min(QUICK_S, timeout_s), "slow": timeout_s}
        self._lanes: dict[str, WorkerPool] = {}
        self._stopping: asyncio.Future[None] | None = None

    async def parse(self, task: ParseTask[T_co]) -> T_co:
        """Have a task parsed. Raises TaskFailed for what is its own doing, MachineError, and ParserStopped."""
        if task.size <= QUICK_BYTES:
            try:
                return await self._parse("quick", task)
            except TaskTooSlow:
                pass
        return await self._parse("slow", task)

    async def _parse(self, lane: str, task: ParseTask[T_co]) -> T_co:
        if self._stopping is not None:
            raise ParserStopped("the crawl is being stopped")
        if lane not in self._lanes:
            self._lanes[lane] = WorkerPool(self._work, processes=1, timeout_s=self._limits[lane])
        answer: Future[T_co] = self._lanes[lane].submit(task)
        await _done(answer)
        if answer.cancelled():
            raise ParserStopped("the crawl is being stopped")
        return answer.result()

    def stop(self) -> None:
        """End the processes at once, without waiting for it; whoever waits for a task gets ParserStopped."""
        if self._stopping is None:
            self._stopping = asyncio.get_running_loop().run_in_executor(None, self._stop_lanes)

    async def close(self) -> None:
        """End the processes and wait until they have."""
        self.stop()
        assert self._stopping is not None
        await self._stopping

    def _stop_lanes(self) -> None:
        for lane in self._lanes.values():
            lane.stop()


async def _done(answer: Future[Any]) -> None:
    """Wait for a future of another thread. Not `asyncio.wrap_future`: one that is cancelled there would cancel who waits here."""
    loop = asyncio.get_running_loop()
    done = loop.create_future()

    def end() -> None:
        if not done.done():
            done.set_result(None)

    def tell(_: Future[Any]) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(end)

    answer.add_done_callback(tell)
    await done
