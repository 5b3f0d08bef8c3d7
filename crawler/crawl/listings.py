"""Requests the listings of a visit: the known ones, or on the first visit every URL that may be one.

request ──> listing ──> what it names (pages, sitemaps, feeds) ──> request ... until none is pending ──> Articles.begin
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.crawl.articles import Articles
from crawler.crawl.link_variants import parameters_of
from crawler.crawl.listing_requests import (
    MAX_INDEX_DEPTH,
    MAX_NEXT_PAGES,
    MAX_SITEMAPS_PER_INDEX,
    MAX_SITEMAPS_PER_VISIT,
    next_page,
    requests_for_declared_lists,
    requests_for_listings,
)
from crawler.crawl.page_drawer import PageDrawer
from crawler.crawl.probe import feeds_to_try, new_sections, next_probes, unknown_feeds
from crawler.crawl.readings import forbidden_reading, is_kept, reading_of, to_describe
from crawler.crawl.session import CrawlSession, close_on_machine_error
from crawler.crawl.visit import SourceVisit
from crawler.discover.feeds.feed_hubs import hubs_in_header
from crawler.discover.feeds.older_items import older_items_url
from crawler.discover.listings.listing import NextPages, ParsedListing, SitemapChild
from crawler.discover.read_listing import ListingRequest
from crawler.discover.wordpress import interface_of
from crawler.http import record
from crawler.http.errors import ForbiddenByRobots
from crawler.http.services import PolicyOf
from crawler.parsing.packed_records import pack
from crawler.parsing.parser import ChooseChildren, ParseListing, ParserStopped
from crawler.render.renderer import RendererStopped
from crawler.robots.policy import is_page
from db.display.humanize import counted
from db.models import Link, Listing, ListingKind
from db.network.http_statuses import GONE, is_page_status
from db.store.crawl import facts
from db.store.crawl.due_links import count_unknown_links, validators_for
from db.store.sites.listing_readings import take_sample
from db.store.sites.sitemap_readings import PastReading, load_sitemap_readings
from pipelines.processing.worker_pool import TaskFailed
from pipelines.urls import same_site

# Listings are fetched before articles, so that the newest articles are known before the first is fetched.
PRIORITY = 100
# Hosts of other sites named in a note.
OTHER_HOSTS_NAMED = 3
# After so many listings that exceed the parser's limits, a source's other listings are skipped in this crawl: each may occupy a
# worker process for half a minute.
MAX_UNREADABLE = 2
# The trouble noted where a URL holds something else than a listing.
NO_LISTING = "no_listing"
# Kinds of listings that a script may draw: pages for readers.
DRAWN_KINDS = frozenset({ListingKind.FRONT_PAGE, ListingKind.SECTION, ListingKind.HTML_LIST})
DRAWN_TYPE = "text/html; charset=utf-8"


class Listings:
    """The listing half of a crawl. `policy_of` gives the robots.txt policy of a URL."""

    def __init__(self, session: CrawlSession, articles: Articles, drawer: PageDrawer, policy_of: PolicyOf) -> None:
        self._session = session
        self._articles = articles
        self._drawer = drawer
        self._policy_of = policy_of

    async def begin(self, visit: SourceVisit) -> list[Request]:
        """The first requests of a visit: its listings, or its articles where there is no listing to read."""
        if visit.probing:
            # Declared lists first: discovery may take one of them for a section.
            listing_requests = [
                replace(listing_request, probe=True) for listing_request in requests_for_declared_lists(visit.site)
            ] + next_probes(visit, ())
        else:
            known = [one for one in visit.known_listings if one.url not in visit.resting]
            listing_requests = requests_for_declared_lists(visit.site) + requests_for_listings(
                known, visit.site, visit.settings.front_page, visit.barren
            )
        fresh = visit.new_requests(listing_requests)
        if not fresh:
            return await self._articles.begin(visit)
        return [self._request(visit, listing_request) for listing_request in fresh]

    async def handle_response(
        self, response: Response, visit: SourceVisit, listing_request: ListingRequest
    ) -> AsyncIterator[Any]:
        """Record a response (listing, 304 or error status), and request what it names. The last one begins the articles."""
        session = self._session
        visit.count_answer(is_page_status(response.status) or record.is_unchanged(response))
        if visit.wordpress is None:
            link = record.header_of(response, "Link")
            visit.note_wordpress(interface_of(link, response.body, response.url, visit.source.url))
        fetch = record.fetch_from_response(
            _fetch_kind(listing_request), response, listing_request.url, session.run_id, visit.source.id
        )
        listing_requests: list[ListingRequest] = []
        if is_page_status(response.status):
            try:
                listing_requests = await self._parse(response, visit, listing_request)
            except TaskFailed as error:
                fetch = replace(fetch, error=record.failure_name(error))
                visit.answers.note_unreadable(listing_request, record.failure_name(error))
                visit.note(f"{listing_request.url}: {record.describe_failure(error)}")
            except (ParserStopped, RendererStopped):
                visit.stop()
        elif record.is_unchanged(response):
            visit.answers.note_unchanged(listing_request)
        else:
            await self._note_reading(response, visit, listing_request, None)
            visit.answers.note_trouble(listing_request, f"http_{response.status}", gone=response.status in GONE)
            if not (listing_request.probe or listing_request.guessed):
                visit.note(f"{listing_request.url}: status {response.status}")
        session.write_later(lambda conn: facts.insert_fetch(conn, fetch))
        for request in await self._next_requests(visit, listing_requests):
            yield request

    async def handle_failure(self, failure: Failure) -> AsyncIterator[Any]:
        """Record a failed fetch of a listing. The last one begins the articles."""
        request, error = record.request_and_error(failure)
        close_on_machine_error(error)
        visit, listing_request = request.cb_kwargs["visit"], request.cb_kwargs["listing_request"]
        session = self._session
        visit.note_stop(error)
        name = record.failure_name(error)
        if name not in record.NOT_SENT:
            visit.answers.note_trouble(listing_request, name)
        if isinstance(error, ForbiddenByRobots) and is_kept(listing_request, None):
            forbidden = forbidden_reading(request, listing_request, self._policy_of(request.url))
            visit.answers.note_reading(listing_request, forbidden)
        fetch = record.fetch_from_error(
            _fetch_kind(listing_request), request, listing_request.url, error, session.run_id, visit.source.id
        )
        session.write_later(lambda conn: facts.insert_fetch(conn, fetch))
        asked_for = listing_request.probe and listing_request.url == visit.source.url and name != "stopped"
        if asked_for or (not listing_request.probe and name not in record.NOT_REPORTED):
            visit.note(f"{listing_request.url}: {record.describe_failure(error)}")
        for following in await self._next_requests(visit, []):
            yield following

    async def _parse(
        self, response: Response, visit: SourceVisit, listing_request: ListingRequest
    ) -> list[ListingRequest]:
        if visit.answers.unreadable >= MAX_UNREADABLE:
            return []  # its listings are malicious or badly broken, and have used their share of this crawl
        headers = record.headers_of(response)
        listing = await self._read(response, visit, listing_request)
        if listing_request.probe and not same_site(listing_request.url, visit.source.url):
            # A feed that the site declares at another one (FeedBurner) may as well be that one's own.
            listing = listing if listing is not None and listing.links else None
        directory = listing if listing is not None and listing.is_directory else None
        await self._note_reading(response, visit, listing_request, None if directory else listing)
        if listing is None or directory is not None:
            visit.answers.note_trouble(listing_request, NO_LISTING, gone=True)
            if not (listing_request.probe or listing_request.guessed):
                visit.note(f"{listing_request.url}: is no longer a listing of the kind {listing_request.kind.value}")
            return feeds_to_try(directory.listings) if directory else []
        if listing.kind is ListingKind.FEED:
            listing = replace(listing, hubs=hubs_in_header(headers.get("Link"), response.url) or listing.hubs)
        if listing.left_out:
            visit.note(f"{listing_request.url}: {_note_on_left_out(listing)}")
        mistaken = self._is_mistaken(visit, listing_request, listing)
        # An index that states no times can stay the same while its children change, so it is always requested in full.
        visit.answers.keep(listing_request, listing, headers if listing.dated and not mistaken else None)
        if listing_request.probe:
            visit.record_listing(Listing(url=listing_request.url, kind=listing.kind, title=listing.title))
        sections: Iterable[Listing] = ()
        if listing_request.probe:
            sections = (one for one in listing.listings if one.kind is ListingKind.SECTION)
        elif listing.kind is ListingKind.FRONT_PAGE and not self._hides_rules(listing.url):
            sections = new_sections(visit, listing)
        for section in sections:
            if self._allowed(section.url):
                visit.record_listing(section)
        return await self._follow(visit, listing_request, listing)

    async def _read(
        self, response: Response, visit: SourceVisit, listing_request: ListingRequest
    ) -> ParsedListing | None:
        """The parsed listing, of what was received or, where that is asked for, of what a browser has drawn."""
        task = ParseListing(
            listing_request=listing_request,
            body=response.body,
            url=response.url,
            content_type=record.header_of(response, "Content-Type"),
            home=visit.source.url,
            hosts=visit.settings.article_hosts,
        )

        async def count_links(body: bytes, content_type: str | None) -> int:
            listing = await self._session.parse(replace(task, body=body, content_type=content_type))
            return len(listing.links) if listing else 0

        if listing_request.kind in DRAWN_KINDS:
            drawn = await self._drawer.draw_listing(visit, response, count_links)
            if drawn is not None:
                task = replace(task, body=drawn, content_type=DRAWN_TYPE)
        return await self._session.parse(task)

    async def _note_reading(
        self, response: Response, visit: SourceVisit, listing_request: ListingRequest, listing: ParsedListing | None
    ) -> None:
        """Note what an answer held. Where it names no article, a worker process finds out what it is."""
        if not is_kept(listing_request, listing):
            return
        task, description = to_describe(response, listing_request, listing), None
        if task is not None:
            # Where it cannot be found out, that it names nothing is noted all the same.
            with contextlib.suppress(TaskFailed, ParserStopped):
                description = await self._session.parse(task)
        reading = reading_of(response, listing_request, listing, description)
        # Here: 0.1 ms at most, as much as asking another thread.
        visit.answers.note_reading(listing_request, reading, take_sample(response.body))

    def _is_mistaken(self, visit: SourceVisit, listing_request: ListingRequest, listing: ParsedListing) -> bool:
        """Whether a declared list names nothing because its rule is mistaken: it is then requested in full until that is mended."""
        if listing_request.rule is None:
            return False
        if listing.note and listing_request.depth == 0:
            visit.note(f"{listing_request.url}: {listing.note}")
        return visit.add_declared_page(listing_request, listing).wrong

    async def _follow(
        self, visit: SourceVisit, listing_request: ListingRequest, listing: ParsedListing
    ) -> list[ListingRequest]:
        listing_requests = (
            await self._requests_for_children(visit, listing_request, listing) if listing.children else []
        )
        if not visit.probing and _may_name_feeds(visit, listing_request, listing):
            listing_requests += unknown_feeds(visit, listing)
        if listing.pages_when is NextPages.LOADED:
            return listing_requests + self._requests_for_loaded(visit, listing_request, listing)
        following = next_page(listing_request, listing) if listing_request.depth < MAX_NEXT_PAGES else []
        read_at = visit.read_before.get(listing_request.listing) if listing.kind is ListingKind.FEED else None
        if following or listing_request.nested or read_at:
            new = await self._count_new(visit, listing)
            if listing_request.nested:
                visit.answers.note_sitemap(listing_request, new=new > 0 and listing_request.read_before)
            if read_at and (new < len(listing.links) or _reaches_back(listing, read_at)):
                visit.note_met(listing_request.listing)
            elif read_at:
                older = _older_items(visit, listing_request, listing)
                following = following or older
            listing_requests += following if _are_worth_it(listing, new) else []
        return listing_requests

    async def _count_new(self, visit: SourceVisit, listing: ParsedListing) -> int:
        """How many articles of a listing are unknown."""
        source, rules = visit.source.id, self._session.sites.address_rules

        def count_new(conn: sqlite3.Connection) -> int:
            known_by = parameters_of(conn, source, rules).address
            parts = pack(Link, listing.links).parts()
            return sum(count_unknown_links(conn, source, [known_by(link.key) for link in part]) for part in parts)

        return await self._session.read(count_new)

    def _requests_for_loaded(
        self, visit: SourceVisit, listing_request: ListingRequest, listing: ParsedListing
    ) -> list[ListingRequest]:
        """What a section loads is recorded, and read. What that loads itself waits for the next crawl, since it may have no end."""
        if listing_request.url in {one.url for one in visit.new_listings} and not listing_request.probe:
            return []
        loaded = [Listing(url=url, kind=ListingKind.SECTION) for url in listing.pages if self._allowed(url)]
        for one in loaded:
            visit.record_listing(one)
        return [ListingRequest(url=one.url, kind=one.kind) for one in loaded]

    async def _requests_for_children(
        self, visit: SourceVisit, listing_request: ListingRequest, index: ParsedListing
    ) -> list[ListingRequest]:
        most = min(MAX_SITEMAPS_PER_INDEX, MAX_SITEMAPS_PER_VISIT - visit.sitemaps)
        if listing_request.nested >= MAX_INDEX_DEPTH or most <= 0:
            visit.note(
                f"{listing_request.url}: its sitemaps are not read, because the indexes are nested too deeply or name too many"
            )
            return []
        children = pack(SitemapChild, index.children)
        past: dict[str, PastReading] = {}

        def look_up(conn: sqlite3.Connection) -> None:
            for part in children.parts():
                past.update(load_sitemap_readings(conn, [child.url for child in part]))

        await self._session.read(look_up)
        chosen = await self._session.parse(ChooseChildren(children=children, past=past, most=most))
        visit.count_sitemaps(len(chosen))
        return [
            ListingRequest(
                url=child.url,
                kind=index.kind,
                nested=listing_request.nested + 1,
                read_before=child.url in past,
                root=listing_request.listing,
            )
            for child in chosen
        ]

    async def _next_requests(self, visit: SourceVisit, listing_requests: Sequence[ListingRequest]) -> list[Request]:
        fresh = visit.new_requests(listing_requests)
        visit.finish_listing()
        if not visit.pending and visit.probing:
            policy = self._policy_of(visit.source.url)
            fresh += visit.new_requests(next_probes(visit, policy.sitemaps if policy else ()))
        if visit.pending:
            return [self._request(visit, listing_request) for listing_request in fresh]
        return await self._articles.begin(visit)

    def _allowed(self, url: str) -> bool:
        policy = self._policy_of(url)
        return policy is None or policy.allows(url)

    def _hides_rules(self, url: str) -> bool:
        """Whether a page came in place of robots.txt, as of a network that wants a login: what is forbidden is unknown."""
        policy = self._policy_of(url)
        return policy is not None and is_page(policy.record.body)

    def _request(self, visit: SourceVisit, listing_request: ListingRequest) -> Request:
        # What is received may stay the same while its scripts draw something else.
        drawn = listing_request.kind in DRAWN_KINDS and self._drawer.needs_drawing(visit, "listing")
        in_full = listing_request.probe or drawn
        etag, modified = (None, None) if in_full else validators_for(self._session.reader, listing_request.url)
        return record.with_creation_time(
            Request(
                listing_request.url,
                callback=self.handle_response,
                errback=self.handle_failure,
                cb_kwargs={"visit": visit, "listing_request": listing_request},
                headers=record.conditional_headers(etag, modified),
                meta=visit.meta,
                priority=PRIORITY,
                dont_filter=True,
            )
        )


def _are_worth_it(listing: ParsedListing, new: int) -> bool:
    """Whether to request the next pages of a listing that names so many unknown articles."""
    if listing.pages_when is NextPages.ALWAYS:
        return True
    return new > 0 and (listing.pages_when is NextPages.ANY_NEW or new == len(listing.links))


def _may_name_feeds(visit: SourceVisit, listing_request: ListingRequest, listing: ParsedListing) -> bool:
    """Whether to try the feeds that a page names: the front page's, where all known ones are gone, and those of a section that is
    read for the first time, where none is known.
    """
    if listing.kind is ListingKind.SECTION:
        return visit.looks_for_feeds and listing_request.url not in visit.read_before
    return listing.kind is ListingKind.FRONT_PAGE and visit.lacks_feed


def _reaches_back(feed: ParsedListing, read_at: datetime) -> bool:
    """Whether a feed names articles from before a time, as far as it gives times."""
    times = [link.published or link.modified for link in feed.links]
    known = [time for time in times if time is not None]
    return len(known) < max(1, len(times)) or min(known) <= read_at


def _older_items(visit: SourceVisit, listing_request: ListingRequest, feed: ParsedListing) -> list[ListingRequest]:
    """The page of older items that a feed may have which does not reach back, unless this one is the same as those before."""
    root, page = listing_request.listing, listing_request.depth + 1
    is_other = visit.note_short_feed(root, (link.key for link in feed.links))
    if not is_other or page > MAX_NEXT_PAGES:
        return []
    url = older_items_url(feed, root, page, len(visit.short_feeds[root]))
    return [replace(listing_request, url=url, depth=page, guessed=True, root=root)]


def _fetch_kind(listing_request: ListingRequest) -> str:
    return "discovery" if listing_request.probe else "entry"


def _note_on_left_out(listing: ParsedListing) -> str:
    """The note on links to other sites, with the setting that accepts them."""
    hosts = listing.other_hosts
    named = ", ".join(hosts[:OTHER_HOSTS_NAMED]) + (", ..." if len(hosts) > OTHER_HOSTS_NAMED else "")
    articles = counted(listing.left_out, "article")
    return f"{articles} of other sites left out ({named}); if they belong to the source, use --set article_hosts={hosts[0]}"
