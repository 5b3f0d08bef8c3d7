"""Fetching the listings of a visit: those that are known, or on the first visit whatever might be one.

ask ──> listing ──> what it names (pages, sitemaps, feeds) ──> ask ... until none is pending ──> Articles.begin
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from typing import Any

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.crawl.articles import Articles
from crawler.crawl.link_variants import parameters_of
from crawler.crawl.probe import next_probes, successors
from crawler.crawl.session import CrawlSession, end_for_machine
from crawler.crawl.visit import (
    NESTED,
    PAGES_FOLLOWED,
    SITEMAPS_OF_INDEX,
    SITEMAPS_OF_VISIT,
    DeclaredListPage,
    SourceVisit,
    asks_of_entries,
    declared_asks,
    next_page,
)
from crawler.discover.listing import ParsedListing, SitemapChild
from crawler.discover.read_listing import ListingRequest
from crawler.discover.robots import RobotsPolicy
from crawler.http import record
from crawler.parsing.packed_records import pack
from crawler.parsing.parser import ChooseChildren, ParseListing, ParserStopped
from db.http_statuses import is_page_status
from db.models import Link, Listing, ListingKind
from db.store import facts
from db.store.due_links import has_unknown_links, validators_for
from db.store.sitemap_readings import PastReading, load_sitemap_readings
from pipelines.processing.worker_pool import TaskFailed

# Listings before articles, so that the newest are known before the first is fetched.
PRIORITY = 100
# Other sites named in a note.
STRANGERS_NAMED = 3
# A source whose listings hurt is given up for a crawl after so many: each may take a worker process for half a minute.
MOST_UNREADABLE = 2
# Answers that say that a listing is not there; and what is noted of an address that has something else in its place.
GONE = frozenset({404, 410})
NO_LISTING = "no_listing"

PolicyOf = Callable[[str], RobotsPolicy | None]
"""What is known of an address's robots.txt, None before its host was asked for anything."""


class Listings:
    """The listing half of a crawl."""

    def __init__(self, session: CrawlSession, articles: Articles, policy_of: PolicyOf) -> None:
        self._session = session
        self._articles = articles
        self._policy_of = policy_of

    async def begin(self, visit: SourceVisit) -> list[Request]:
        """The first requests of a visit."""
        if visit.probing:
            # Declared lists first: what discovery takes for a section may be one of them.
            asks = [replace(ask, probe=True) for ask in declared_asks(visit.site)] + next_probes(visit, ())
        else:
            entries = [entry for entry in visit.entries if entry.url not in visit.resting]
            asks = declared_asks(visit.site) + asks_of_entries(entries, visit.site, visit.settings.front_page)
        fresh = visit.new_asks(asks)
        if not fresh:
            return await self._articles.begin(visit)
        return [self._request(visit, ask) for ask in fresh]

    async def came_in(self, response: Response, visit: SourceVisit, ask: ListingRequest) -> AsyncIterator[Any]:
        """A listing came in, or 304, or an error status: record it, follow what it names; after the last, begin the articles."""
        session = self._session
        visit.answered += 1
        visit.reached = visit.reached or response.status == 304 or is_page_status(response.status)
        fetch = record.fetch_of(_what(ask), response, ask.url, session.run_id, visit.source.id)
        asks: list[ListingRequest] = []
        if is_page_status(response.status):
            try:
                asks = await self._read(response, visit, ask)
            except TaskFailed as error:
                fetch = replace(fetch, error=record.failure_name(error))
                visit.unreadable += 1
                visit.note_trouble(ask, record.failure_name(error))
                visit.notes.append(f"{ask.url}: {record.in_words(error)}")
            except ParserStopped:
                visit.stopped = True
        elif response.status == 304:
            visit.note_unchanged(ask)
            if ask.nested:
                visit.readings[ask.url] = False
        else:
            visit.note_trouble(ask, f"http_{response.status}", gone=response.status in GONE)
            if not ask.probe:
                visit.notes.append(f"{ask.url}: status {response.status}")
        session.put_later(lambda conn: facts.insert_fetch(conn, fetch))
        for request in await self._done(visit, asks):
            yield request

    async def failed(self, failure: Failure) -> AsyncIterator[Any]:
        """A listing could not be fetched."""
        request, error = record.parts_of(failure)
        end_for_machine(error)
        visit, ask = request.cb_kwargs["visit"], request.cb_kwargs["ask"]
        session = self._session
        visit.note_stop(error)
        if record.failure_name(error) not in record.NOT_ASKED:
            visit.note_trouble(ask, record.failure_name(error))
        fetch = record.failed_fetch(_what(ask), request, ask.url, error, session.run_id, visit.source.id)
        session.put_later(lambda conn: facts.insert_fetch(conn, fetch))
        worth_saying = record.failure_name(error) not in record.NOT_WORTH_SAYING
        if worth_saying and (not ask.probe or ask.url == visit.source.url):
            visit.notes.append(f"{ask.url}: {record.in_words(error)}")
        for following in await self._done(visit, []):
            yield following

    async def _read(self, response: Response, visit: SourceVisit, ask: ListingRequest) -> list[ListingRequest]:
        if visit.unreadable >= MOST_UNREADABLE:
            return []  # its listings are made to hurt, or badly broken; they have had their share of this crawl
        headers = record.headers_of(response)
        task = ParseListing(
            ask=ask,
            body=response.body,
            url=response.url,
            content_type=headers.get("Content-Type"),
            home=visit.source.url,
            hosts=visit.settings.article_hosts,
        )
        listing = await self._session.parse(task)
        if listing is None:
            visit.note_trouble(ask, NO_LISTING, gone=True)
            if not ask.probe:
                visit.notes.append(f"{ask.url}: is no {ask.kind.value} any more")
            return []
        if listing.left_out:
            visit.notes.append(f"{ask.url}: {_left_out(listing)}")
        visit.note_read(ask, listing)
        visit.listings.append(listing)
        # The children of an index that states no times change while it stays the same: it is asked for in full each time.
        if not self._is_wrong(visit, ask, listing) and listing.dated:
            visit.validators[ask.url] = headers
        if ask.probe:
            visit.record_entry(Listing(url=ask.url, kind=listing.kind, title=listing.title))
            for entry in listing.entries:
                if entry.kind is ListingKind.SECTION and self._allowed(entry.url):
                    visit.record_entry(entry)
        return await self._named_by(visit, ask, listing)

    def _is_wrong(self, visit: SourceVisit, ask: ListingRequest, listing: ParsedListing) -> bool:
        """Whether a declared list gives nothing for a mistake of its rule: then it is asked for in full until that is mended."""
        if ask.rule is None:
            return False
        read = DeclaredListPage(url=ask.url, kind=listing.kind, links=len(listing.links), note=listing.note)
        visit.lists.append(read)
        if listing.note and ask.depth == 0:
            visit.notes.append(f"{ask.url}: {listing.note}")
        return read.wrong

    async def _named_by(self, visit: SourceVisit, ask: ListingRequest, listing: ParsedListing) -> list[ListingRequest]:
        asks = await self._sitemaps_of(visit, ask, listing) if listing.children else []
        if listing.kind is ListingKind.FRONT_PAGE and not visit.probing and visit.lacks_feed:
            asks += successors(visit, listing)
        following = next_page(ask, listing) if ask.depth < PAGES_FOLLOWED else []
        if following or ask.nested:
            source, rules = visit.source.id, self._session.sites.address_rules

            def any_new(conn: sqlite3.Connection) -> bool:
                known_by = parameters_of(conn, source, rules).address
                parts = pack(Link, listing.links).parts()
                return any(has_unknown_links(conn, source, [known_by(link.key) for link in part]) for part in parts)

            new = await self._session.ask(any_new)
            if ask.nested:
                visit.readings[ask.url] = new and ask.read_before
            asks += following if new else []
        return asks

    async def _sitemaps_of(self, visit: SourceVisit, ask: ListingRequest, index: ParsedListing) -> list[ListingRequest]:
        most = min(SITEMAPS_OF_INDEX, SITEMAPS_OF_VISIT - visit.sitemaps)
        if ask.nested >= NESTED or most <= 0:
            visit.notes.append(f"{ask.url}: its sitemaps are not read: too many indexes lead to them")
            return []
        children = pack(SitemapChild, index.children)
        past: dict[str, PastReading] = {}

        def look_up(conn: sqlite3.Connection) -> None:
            for part in children.parts():
                past.update(load_sitemap_readings(conn, [child.url for child in part]))

        await self._session.ask(look_up)
        chosen = await self._session.parse(ChooseChildren(children=children, past=past, most=most))
        visit.sitemaps += len(chosen)
        return [
            ListingRequest(
                url=child.url, kind=index.kind, nested=ask.nested + 1, read_before=child.url in past, root=ask.listing
            )
            for child in chosen
        ]

    async def _done(self, visit: SourceVisit, asks: Sequence[ListingRequest]) -> list[Request]:
        fresh = visit.new_asks(asks)
        visit.pending -= 1
        if not visit.pending and visit.probing:
            policy = self._policy_of(visit.source.url)
            fresh += visit.new_asks(next_probes(visit, policy.sitemaps if policy else ()))
        if visit.pending:
            return [self._request(visit, ask) for ask in fresh]
        return await self._articles.begin(visit)

    def _allowed(self, url: str) -> bool:
        policy = self._policy_of(url)
        return policy is None or policy.allows(url)

    def _request(self, visit: SourceVisit, ask: ListingRequest) -> Request:
        etag, modified = (None, None) if ask.probe else validators_for(self._session.reader, ask.url)
        return record.began(
            Request(
                ask.url,
                callback=self.came_in,
                errback=self.failed,
                cb_kwargs={"visit": visit, "ask": ask},
                headers=record.conditional(etag, modified),
                meta=visit.meta,
                priority=PRIORITY,
                dont_filter=True,
            )
        )


def _what(ask: ListingRequest) -> str:
    return "discovery" if ask.probe else "entry"


def _left_out(listing: ParsedListing) -> str:
    """What is said of links to other sites, with the setting that takes them."""
    hosts = listing.strangers
    named = ", ".join(hosts[:STRANGERS_NAMED]) + (", ..." if len(hosts) > STRANGERS_NAMED else "")
    articles = "1 article" if listing.left_out == 1 else f"{listing.left_out} articles"
    return f"{articles} of other sites left out ({named}); where they belong to it: --set article_hosts={hosts[0]}"
