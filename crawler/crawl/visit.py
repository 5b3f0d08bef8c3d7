"""One source in one crawl: which of its listings are requested, and which of its articles are in flight.

    listings known ──> listings ──┐
    none known ──> discovery ─────┴──> all read ──> links recorded ──> due links ──> a few articles at a time

Others read its fields; what changes them are its own methods. `listing_requests` says which listings are requested,
`listing_answers` keeps what they answered, `article_queue` which articles are due.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crawler.crawl.article_queue import ArticleQueue
from crawler.crawl.link_variants import NewLinkFilter
from crawler.crawl.listing_answers import ListingAnswers
from crawler.crawl.read_lists import DeclaredListPage
from crawler.discover.addresses.address_patterns import is_among
from crawler.discover.listings.listing import ParsedListing
from crawler.discover.read_listing import ListingRequest
from crawler.http.access import SubscriberAccess
from crawler.http.errors import Stopping
from db.config.settings import SourceSettings
from db.display.humanize import counted
from db.models import Link, Listing, ListingKind, Source
from db.site_rules.loader import Site
from db.store.archives.backfill_captures import release_captured
from db.store.crawl.facts import insert_links, links_of_others, take_over_links
from db.store.sites.modified_posts import save_restated_links
from pipelines.urls import same_site

_PAGES = frozenset({ListingKind.FRONT_PAGE, ListingKind.SECTION})


@dataclass(slots=True, kw_only=True)
class SourceVisit:
    """What has been requested and found of one source so far."""

    source: Source
    settings: SourceSettings
    site: Site | None
    known_listings: list[Listing]
    probing: bool
    articles: ArticleQueue
    access: SubscriberAccess | None = field(default=None, repr=False)
    """What requests to the source's own hosts carry."""
    pending: int = 0
    requested: set[str] = field(default_factory=set)
    answers: ListingAnswers = field(default_factory=ListingAnswers)
    new_listings: list[Listing] = field(default_factory=list)
    """Listings that this visit discovered."""
    notes: list[str] = field(default_factory=list)
    lists: list[DeclaredListPage] = field(default_factory=list)
    """What the declared lists named, in the order of the responses."""
    probe_stage: int = 0
    answered: int = 0
    reached: bool = False
    """Whether any listing was answered, with 304 too."""
    sitemaps: int = 0
    """Sitemaps of indexes requested so far."""
    resting: frozenset[str] = frozenset()
    """Listings that are gone, and not requested in this crawl."""
    barren: frozenset[str] = frozenset()
    """Listings that name nothing, or whose links lead to no articles, so that they stand for no other listing."""
    read_before: Mapping[str, datetime] = field(default_factory=dict)
    """Listings that named articles when they were last read, with the time of their last answer."""
    short_feeds: dict[str, set[str]] = field(default_factory=dict)
    """Feeds that do not reach back to the time when they were last read, with the keys of the articles that they named."""
    left_out: int = 0
    """Articles named that are not among those of the setting `only`."""
    taken: int = 0
    """Articles named that are."""
    working: int = 0
    """Listings that name articles."""
    json_lists: list[Mapping[str, object]] = field(default_factory=list)
    """JSON lists that the source's drawn listings asked for, each with the keys of a rule that reads it."""
    wall: str | None = None
    """What stands in place of its listings, of which none works: the reason of a notice, such as a login."""
    stopped: bool = False
    """Whether a request was not made because the crawl is stopping."""
    wordpress: str | None = None
    """The root of the interface that its pages name, where WordPress makes them."""

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

    def note_wall(self, wall: str | None) -> None:
        """Note what stands in place of the listings."""
        self.wall = wall

    def add_json_lists(self, lists: Iterable[Mapping[str, object]]) -> None:
        """Add JSON lists that a drawn listing asked for, each once."""
        self.json_lists.extend(one for one in lists if one not in self.json_lists)

    def begin_lists(self, number: int) -> None:
        self.pending += number

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

    def land_article(self, *, answered: bool) -> None:
        """Count the request of an article as over. `answered`: by its host, with whatever status."""
        self.answered += answered
        self.articles.land()

    def note_short_feed(self, url: str, keys: Iterable[str]) -> bool:
        """Note what a page of a feed named that does not reach back. Returns whether its pages before did not name the same."""
        named = self.short_feeds.setdefault(url, set())
        before = len(named)
        named.update(keys)
        return len(named) > before

    def note_met(self, url: str) -> None:
        """Note that a page of a feed reaches back to the time when it was last read: nothing is missing in between."""
        self.short_feeds.pop(url, None)

    def note_gaps(self) -> None:
        """Make notes of the feeds that may have named more since they were last read than they do now."""
        for url, named in self.short_feeds.items():
            self.note(
                f"{url}: all of its {counted(len(named), 'article')} came since it was last read, so others may have come and gone;"
                " crawl it more often (`every`)"
            )
        self.short_feeds = {}

    def note_left_articles(self) -> None:
        """Make notes of the articles that are left for a later crawl."""
        self.notes.extend(self.articles.take_notes())

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

    def add_declared_page(self, listing_request: ListingRequest, listing: ParsedListing) -> DeclaredListPage:
        """Note what a page of a declared list named."""
        page = DeclaredListPage(url=listing_request.url, kind=listing.kind, links=len(listing.links), note=listing.note)
        self.lists.append(page)
        return page

    def stop(self) -> None:
        """Note that the crawl is stopping, so that something of this source was left out."""
        self.stopped = True

    def note_stop(self, error: BaseException) -> None:
        """Note that the crawl is stopping, where that is why a request failed."""
        self.stopped = self.stopped or isinstance(error, Stopping)

    @property
    def failure(self) -> str | None:
        """Why nothing could be read of the source, None where something was."""
        if self.reached or not self.requested:
            return None
        return self.notes[0] if self.notes else "none of its listings answered"

    @property
    def looks_for_feeds(self) -> bool:
        """Whether no feed of the source is known."""
        return not any(listing.kind is ListingKind.FEED for listing in self.known_listings)

    @property
    def lacks_feed(self) -> bool:
        """Whether the source had feeds, and all of them are gone."""
        feeds = [listing.url for listing in self.known_listings if listing.kind is ListingKind.FEED]
        return bool(feeds) and all(url in self.resting or self.answers.is_gone(url) for url in feeds)

    def record_listing(self, listing: Listing) -> None:
        """Note a listing that this visit discovered. What a page took for a section may turn out to be a feed."""
        urls = [known.url for known in self.new_listings]
        if listing.url in urls:
            at = urls.index(listing.url)
            if self.new_listings[at].kind is ListingKind.SECTION and listing.kind not in _PAGES:
                self.new_listings[at] = listing
        elif listing.url not in {known.url for known in self.known_listings}:
            self.new_listings.append(listing)

    def insert_links(
        self, conn: sqlite3.Connection, links: Sequence[Link], at: datetime, run_id: int, link_filter: NewLinkFilter
    ) -> None:
        """Record links of the source's listings. Articles of this site that another source listed first are taken over."""
        named, links = len(links), [link for link in links if is_among(link.url, self.settings.only)]
        self.left_out += named - len(links)
        self.taken += len(links)
        others = links_of_others(conn, self.source.id, [link.key for link in links])
        ours = [link for link in links if link.key in others and self._is_ours(link, others[link.key])]
        insert_links(conn, self.source.id, link_filter.new_links(conn, links), at, run_id)
        take_over_links(conn, self.source.id, ours, at, run_id)
        release_captured(conn, [link.key for link in links])
        if self.settings.revisit:
            save_restated_links(conn, self.source.id, links, at, least=min(self.settings.revisit))

    def _is_ours(self, link: Link, other: str) -> bool:
        """Whether an article that a source at `other` listed first belongs to this site and not to that one: otherwise another
        source could take an article away by listing it."""
        return same_site(link.url, self.source.url) and not same_site(link.url, other)
