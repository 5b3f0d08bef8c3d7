"""One source in one crawl: which of its listings are requested, and which of its articles are in flight.

    listings known ──> listings ──┐
    none known ──> discovery ─────┴──> all read ──> links recorded ──> due links ──> a few articles at a time

A visit keeps the ids of due links, not requests: a source with 20,000 due articles costs 20,000 small tuples. Others read its
fields; what changes them are its own methods.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crawler.crawl.link_variants import NewLinkFilter
from crawler.crawl.read_lists import DeclaredListPage, ReadListings
from crawler.discover.json_lists import list_urls
from crawler.discover.listing import ParsedListing
from crawler.discover.read_listing import ListingRequest
from crawler.http.access import SubscriberAccess
from crawler.http.errors import Stopping
from db.config.settings import SourceSettings
from db.models import Link, Listing, ListingKind, Source
from db.site_rules.loader import HtmlList, ListRule, Site
from db.store.archives.backfill_captures import release_captured
from db.store.crawl.due_links import DueLink
from db.store.crawl.facts import insert_links, links_of_others, take_over_links
from db.store.sites.listing_readings import ListingReading
from db.store.sites.listings import ListingAnswer
from db.store.websub.feed_hubs import FeedHubs
from pipelines.urls import same_site

# Articles of a source handed to Scrapy ahead, per request that its host may have in flight.
REQUESTS_AHEAD = 2
# Sitemaps read of one index in a crawl. An index may name a thousand archives; a few hold what is new
# (`discover.sitemap_children`).
MAX_SITEMAPS_PER_INDEX = 5
# Depth to which indexes of indexes are followed, and sitemaps of indexes read in all.
MAX_INDEX_DEPTH = 3
MAX_SITEMAPS_PER_VISIT = 15
# Sections are read only where nothing better lists the articles, since each costs a pause of the host.
MAX_SECTIONS_PER_VISIT = 12
# Next pages followed of a section or declared list, while pages still bring unknown links.
MAX_NEXT_PAGES = 5

# Kinds that site rules declare. Stored rows of these kinds are history: the rules say which lists exist now.
DECLARED = frozenset({ListingKind.JSON_LIST, ListingKind.HTML_LIST})
_LISTS_ALL = DECLARED | {ListingKind.NEWS_SITEMAP}
_LISTS_SOME = _LISTS_ALL | {ListingKind.FEED}


@dataclass(slots=True, kw_only=True)
class SourceVisit:
    """What has been requested and found of one source so far."""

    source: Source
    settings: SourceSettings
    site: Site | None
    known_listings: list[Listing]
    probing: bool
    access: SubscriberAccess | None = field(default=None, repr=False)
    """What requests to the source's own hosts carry."""
    pending: int = 0
    requested: set[str] = field(default_factory=set)
    parsed_listings: list[ParsedListing] = field(default_factory=list)
    """What was read, until its links are recorded."""
    new_listings: list[Listing] = field(default_factory=list)
    """Listings that this visit discovered."""
    notes: list[str] = field(default_factory=list)
    lists: list[DeclaredListPage] = field(default_factory=list)
    """What the declared lists named, in the order of the responses."""
    due: deque[DueLink] = field(default_factory=deque)
    in_flight: int = 0
    unfinished: int = 0
    """Articles requested and not finished: in flight, being gathered, or being stored."""
    probe_stage: int = 0
    answered: int = 0
    reached: bool = False
    """Whether any listing was answered, with 304 too."""
    sitemaps: int = 0
    """Sitemaps of indexes requested so far."""
    resting: frozenset[str] = frozenset()
    """Listings that are gone, and not requested in this crawl."""
    answers: dict[str, ListingAnswer] = field(default_factory=dict)
    """The result of each listing, by URL."""
    front_page_listings: set[str] | None = None
    """Listings that the front page names; None where it was not read."""
    working: int = 0
    """Listings that name articles."""
    unreadable: int = 0
    """Listings that could not be parsed within the limits of time and memory."""
    json_lists: list[Mapping[str, object]] = field(default_factory=list)
    """JSON lists that the source's drawn listings asked for, each with the keys of a rule that reads it."""
    stopped: bool = False
    """Whether a request was not made because the crawl is stopping."""
    hubs: dict[str, FeedHubs | None] = field(default_factory=dict)  # of what was read, by its URL
    wordpress: str | None = None
    """The root of the interface that its pages name, where WordPress makes them."""
    _validators: dict[str, dict[str, str]] = field(default_factory=dict)
    _waiting: Counter[str] = field(default_factory=Counter)
    """Articles that wait for a browser, by the reason."""
    _sitemap_readings: dict[str, bool] = field(default_factory=dict)
    _readings: dict[str, ListingReading] = field(default_factory=dict)
    """What each answer held, by URL, until it is recorded."""
    _samples: dict[str, bytes] = field(default_factory=dict)
    """The beginnings of their bodies, compressed."""

    @property
    def meta(self) -> dict[str, Any]:
        """The `Request.meta` of every request of this visit (see `crawler.settings`)."""
        return {
            "slot_delay": self.settings.delay.total_seconds(),
            "slot_concurrency": max(1, self.settings.concurrency),
            "allow_networks": self.settings.allow_networks,
            "access": self.access,
        }

    def use_access(self, access: SubscriberAccess | None) -> None:
        """Send these headers and cookies with requests to the source's own hosts."""
        self.access = access

    def note(self, message: str, *, once: bool = False) -> None:
        """Add a message for the person who reads the report of the crawl. `once`: unless it is there already."""
        if not (once and message in self.notes):
            self.notes.append(message)

    def add_json_lists(self, lists: Iterable[Mapping[str, object]]) -> None:
        """Add JSON lists that a drawn listing asked for, each once."""
        self.json_lists.extend(one for one in lists if one not in self.json_lists)

    def begin_lists(self, number: int) -> None:
        self.pending += number

    def let_article_wait(self, why: str) -> None:
        """Note that an article is left for a later crawl."""
        self._waiting[why] += 1

    def let_due_wait(self, why: str) -> None:
        """Leave all due links for a later crawl."""
        if self.due:
            self._waiting[why] += len(self.due)
            self.due.clear()

    def new_requests(self, listing_requests: Iterable[ListingRequest]) -> list[ListingRequest]:
        """Those not requested in this visit yet. Counts them as pending."""
        fresh = []
        for listing_request in listing_requests:
            if listing_request.url not in self.requested:
                self.requested.add(listing_request.url)
                fresh.append(listing_request)
        self.pending += len(fresh)
        return fresh

    def count_answer(self, reached: bool) -> None:
        """Count the response to a listing. `reached`: it is a page, or says that the stored one is current."""
        self.answered += 1
        self.reached = self.reached or reached

    def note_wordpress(self, api: str | None) -> None:
        """Note the interface that an answer named. The first counts."""
        self.wordpress = self.wordpress or api

    def finish_listing(self) -> None:
        """Count a listing as done: read, or failed."""
        self.pending -= 1

    def next_probe_stage(self) -> int:
        """The step of discovery that is next, counted from 0. Each call is one step further."""
        self.probe_stage += 1
        return self.probe_stage - 1

    def count_sitemaps(self, number: int) -> None:
        """Count sitemaps of an index as requested."""
        self.sitemaps += number

    def note_working(self, number: int) -> None:
        """Note how many listings name articles."""
        self.working = number

    def add_due(self, links: Iterable[DueLink]) -> None:
        """Add links whose articles are to be fetched, the first ones first."""
        self.due.extend(links)

    def take_due(self) -> list[DueLink]:
        """The next due links, as many as may be in flight at once. Counts them as in flight."""
        room = REQUESTS_AHEAD * max(1, self.settings.concurrency) - self.in_flight
        taken = [self.due.popleft() for _ in range(min(room, len(self.due)))]
        self.in_flight += len(taken)
        self.unfinished += len(taken)
        return taken

    def land_article(self, *, answered: bool) -> None:
        """Count the request of an article as over, so that the next one may be sent. The article may not be stored yet."""
        self.answered += answered
        self.in_flight -= 1

    def begin_article(self) -> None:
        """Count something else than a due article as not finished: the source does not end before it."""
        self.unfinished += 1

    def finish_article(self) -> bool:
        """Count an article as finished: stored, or failed. Returns whether it was the visit's last."""
        self.unfinished -= 1
        return not self.due and not self.unfinished

    def add_listing(
        self, listing_request: ListingRequest, listing: ParsedListing, validators: dict[str, str] | None
    ) -> None:
        """Keep a listing until its links are recorded. `validators`: its headers, None where it must be requested in full."""
        self._note_read(listing_request, listing)
        self.parsed_listings.append(listing)
        if validators is not None:
            self._validators[listing_request.url] = validators

    def add_declared_page(self, listing_request: ListingRequest, listing: ParsedListing) -> DeclaredListPage:
        """Note what a page of a declared list named."""
        page = DeclaredListPage(url=listing_request.url, kind=listing.kind, links=len(listing.links), note=listing.note)
        self.lists.append(page)
        return page

    def note_sitemap(self, listing_request: ListingRequest, *, new: bool) -> None:
        """Note that a sitemap of an index was read. `new`: whether it named unknown articles."""
        self._sitemap_readings[listing_request.url] = new

    def _note_read(self, listing_request: ListingRequest, listing: ParsedListing) -> None:
        answer = self._answer_of(listing_request)
        answer.answered = answer.answered or listing_request.url == listing_request.listing
        answer.links += len(listing.links)
        answer.trouble = None if answer.links else listing.note or answer.trouble
        self.hubs[listing_request.url] = listing.hubs
        if listing.kind is ListingKind.FRONT_PAGE:
            self.front_page_listings = (self.front_page_listings or set()) | {one.url for one in listing.listings}

    def note_reading(
        self, listing_request: ListingRequest, reading: ListingReading, sample: bytes | None = None
    ) -> None:
        """Note what an answer held, with the beginning of its body, compressed."""
        self._readings[listing_request.url] = reading
        if sample is not None:
            self._samples[listing_request.url] = sample

    def take_readings(self) -> tuple[Mapping[str, ListingReading], Mapping[str, bytes]]:
        """Hand over what the answers held and the beginnings of their bodies, by URL. The visit does not keep them."""
        taken = self._readings, self._samples
        self._readings, self._samples = {}, {}
        return taken

    def note_unchanged(self, listing_request: ListingRequest) -> None:
        """Note that a listing, or a part of one, has not changed (304)."""
        answer = self._answer_of(listing_request)
        answer.answered = answer.answered or listing_request.url == listing_request.listing
        answer.unchanged = True
        if listing_request.nested:
            self.note_sitemap(listing_request, new=False)

    def note_trouble(self, listing_request: ListingRequest, trouble: str, *, gone: bool = False) -> None:
        """Note that a listing could not be read. `gone`: it does not exist, or is no listing. Parts of a listing are ignored."""
        if listing_request.url == listing_request.listing:
            answer = self._answer_of(listing_request)
            answer.trouble, answer.gone = trouble, gone

    def note_unreadable(self, listing_request: ListingRequest, trouble: str) -> None:
        """Note that a listing could not be parsed within the limits of time and memory."""
        self.unreadable += 1
        self.note_trouble(listing_request, trouble)

    def _answer_of(self, listing_request: ListingRequest) -> ListingAnswer:
        return self.answers.setdefault(listing_request.listing, ListingAnswer())

    def stop(self) -> None:
        """Note that the crawl is stopping, so that something of this source was left out."""
        self.stopped = True

    def note_stop(self, error: BaseException) -> None:
        """Note that the crawl is stopping, where that is why a request failed."""
        self.stopped = self.stopped or isinstance(error, Stopping)

    def note_waiting(self) -> None:
        """Make notes of the articles that wait for a browser."""
        for why, pages in self._waiting.items():
            self.notes.append(f"{pages} article{'' if pages == 1 else 's'} left for a later crawl: {why}")
        self._waiting.clear()

    @property
    def failure(self) -> str | None:
        """Why nothing could be read of the source, None where something was."""
        if self.reached or not self.requested:
            return None
        return self.notes[0] if self.notes else "none of its listings answered"

    @property
    def lacks_feed(self) -> bool:
        """Whether the source had feeds, and all of them are gone."""
        feeds = [listing.url for listing in self.known_listings if listing.kind is ListingKind.FEED]
        return bool(feeds) and all(
            url in self.resting or (url in self.answers and self.answers[url].gone) for url in feeds
        )

    def record_listing(self, listing: Listing) -> None:
        """Note a listing that this visit discovered."""
        if listing.url not in {known.url for known in (*self.known_listings, *self.new_listings)}:
            self.new_listings.append(listing)

    def take_listings(self) -> ReadListings:
        """Hand over what was read, to be recorded. The visit does not keep it."""
        taken = ReadListings(
            listings=self.parsed_listings, validators=self._validators, sitemap_readings=self._sitemap_readings
        )
        self.parsed_listings, self._validators, self._sitemap_readings = [], {}, {}
        return taken

    def insert_links(
        self, conn: sqlite3.Connection, links: Sequence[Link], at: datetime, run_id: int, link_filter: NewLinkFilter
    ) -> None:
        """Record links of the source's listings. Articles of this site that another source listed first are taken over."""
        others = links_of_others(conn, self.source.id, [link.key for link in links])
        ours = [link for link in links if link.key in others and self._is_ours(link, others[link.key])]
        insert_links(conn, self.source.id, link_filter.new_links(conn, links), at, run_id)
        take_over_links(conn, self.source.id, ours, at, run_id)
        release_captured(conn, [link.key for link in links])

    def _is_ours(self, link: Link, other: str) -> bool:
        """Whether an article that a source at `other` listed first belongs to this site and not to that one: otherwise another
        source could take an article away by listing it."""
        return same_site(link.url, self.source.url) and not same_site(link.url, other)


def requests_for_listings(listings: Sequence[Listing], site: Site | None, front_page: str) -> list[ListingRequest]:
    """The listings that a visit reads, the best first.

    A feed has the newest articles, a news sitemap all of two days. Beside a news sitemap or declared list, the front page and
    sitemaps only add load, so "auto" skips them; sections are skipped beside a feed, too.
    """
    kinds = {listing.kind for listing in listings} - DECLARED | (
        {kind_of(rule) for rule in site.lists} if site else set()
    )
    wanted = {ListingKind.FEED, ListingKind.NEWS_SITEMAP}
    if front_page == "always" or (front_page == "auto" and not kinds & _LISTS_ALL):
        wanted.add(ListingKind.FRONT_PAGE)
    if front_page == "always" or (front_page == "auto" and not kinds & _LISTS_SOME):
        wanted.add(ListingKind.SECTION)
    if not kinds & _LISTS_ALL:
        wanted.add(ListingKind.SITEMAP)
    sections = [one for one in listings if one.kind is ListingKind.SECTION][:MAX_SECTIONS_PER_VISIT]
    read = [one for one in listings if one.kind in wanted and (one.kind is not ListingKind.SECTION or one in sections)]
    return [ListingRequest(url=one.url, kind=one.kind) for one in read]


def kind_of(rule: ListRule) -> ListingKind:
    return ListingKind.HTML_LIST if isinstance(rule, HtmlList) else ListingKind.JSON_LIST


def requests_for_declared_lists(site: Site | None) -> list[ListingRequest]:
    return [
        ListingRequest(url=list_urls(rule)[0], kind=kind_of(rule), rule=rule) for rule in (site.lists if site else ())
    ]


def needs_probing(listings: Sequence[Listing], site: Site | None) -> bool:
    """Whether discovery is needed: no listing is known, or only lists that no rule declares any more."""
    return not listings or (not (site and site.lists) and all(listing.kind in DECLARED for listing in listings))


def next_page(listing_request: ListingRequest, listing: ParsedListing) -> list[ListingRequest]:
    """The next page of the same listing, if there is one."""
    following = listing.pages[:1]
    if listing_request.rule is not None and "{page}" in listing_request.rule.url:
        pages = list_urls(listing_request.rule)
        following = pages[pages.index(listing_request.url) + 1 :][:1]
    return [
        ListingRequest(
            url=url,
            kind=listing_request.kind,
            depth=listing_request.depth + 1,
            rule=listing_request.rule,
            root=listing_request.listing,
        )
        for url in following
    ]
