"""One source in one crawl: which of its listings are asked for, and which of its articles are under way.

    entries known ──> listings ──┐
    none known ──> probe ────────┴──> all read ──> links recorded ──> due links ──> a few articles at a time

A visit keeps ids of due links, not requests: a source with 20,000 due articles costs 20,000 small tuples.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crawler.crawl.link_variants import NewLinkFilter
from crawler.discover.json_lists import list_urls
from crawler.discover.listing import ParsedListing
from crawler.discover.read_listing import ListingRequest
from crawler.http.access import SubscriberAccess
from crawler.http.errors import Stopping
from db.config.settings import SourceSettings
from db.models import Link, Listing, ListingKind, Source
from db.site_rules.loader import HtmlList, ListRule, Site
from db.store.due_links import DueLink
from db.store.facts import insert_links, links_of_others, take_over_links
from db.store.listings import ListingAnswer
from pipelines.urls import same_site

# Articles of a source handed to Scrapy ahead of need, for each request that may be under way at its host.
AHEAD = 2
# A sitemap index may name a thousand archives. A few hold what is new (`discover.children`).
SITEMAPS_OF_INDEX = 5
# Where indexes name indexes: so deep they are followed, and so many sitemaps of indexes are read in all.
NESTED = 3
SITEMAPS_OF_VISIT = 15
# Sections are read where nothing better lists the articles; each costs a pause of the host.
SECTIONS_READ = 12
# "Next page" of a section or declared list is followed so often at most, and only while pages still bring unknown links.
PAGES_FOLLOWED = 5

# What the site's rules declare. Rows of these kinds are of the past: which lists there are now, the rules say.
DECLARED = frozenset({ListingKind.JSON_LIST, ListingKind.HTML_LIST})
_LISTS_ALL = DECLARED | {ListingKind.NEWS_SITEMAP}
_LISTS_SOME = _LISTS_ALL | {ListingKind.FEED}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredListPage:
    """One page of a list that the site's rules declare: how many articles it named, and what does not fit (`note`)."""

    url: str
    kind: ListingKind
    links: int
    note: str | None = None

    @property
    def wrong(self) -> bool:
        """Whether the rule brings nothing and something does not fit: it is mistaken, or the site has changed."""
        return self.note is not None and not self.links


@dataclass(slots=True, kw_only=True)
class SourceVisit:
    """What has been asked and found of one source so far."""

    source: Source
    settings: SourceSettings
    site: Site | None
    entries: list[Listing]
    probing: bool
    access: SubscriberAccess | None = field(default=None, repr=False)
    """What requests to the source's own hosts take along."""
    pending: int = 0
    asked: set[str] = field(default_factory=set)
    listings: list[ParsedListing] = field(default_factory=list)
    validators: dict[str, dict[str, str]] = field(default_factory=dict)
    """Headers of each listing that was read, by address: they make the next request conditional."""
    found: list[Listing] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lists: list[DeclaredListPage] = field(default_factory=list)
    """What the lists brought that the site's rules declare, in the order they came in."""
    due: deque[DueLink] = field(default_factory=deque)
    under_way: int = 0
    unfinished: int = 0
    """Articles asked for and not dealt with yet: under way, being gathered, or being stored."""
    stage: int = 0
    answered: int = 0
    reached: bool = False
    """Whether any listing was answered, be it with 304."""
    sitemaps: int = 0
    """How many sitemaps of indexes were asked for."""
    readings: dict[str, bool] = field(default_factory=dict)
    """Which of them were read, each with whether it named articles that were not known before."""
    resting: frozenset[str] = frozenset()
    """Listings that are gone and to be left alone now."""
    answers: dict[str, ListingAnswer] = field(default_factory=dict)
    """What came of each listing, by its address."""
    named: set[str] | None = None
    """The listings that the front page names; None where it was not read."""
    working: int = 0
    """How many of its listings name articles."""
    unreadable: int = 0
    """How many of its listings could not be parsed within the limits of time and memory."""
    stopped: bool = False
    """Whether a request was not made because the crawl is being stopped."""

    @property
    def meta(self) -> dict[str, Any]:
        """What every request of this visit tells the fetching layer."""
        return {
            "slot_delay": self.settings.delay.total_seconds(),
            "slot_concurrency": max(1, self.settings.concurrency),
            "allow_networks": self.settings.allow_networks,
            "access": self.access,
        }

    def new_asks(self, asks: Iterable[ListingRequest]) -> list[ListingRequest]:
        """Those not asked for in this visit yet; they are counted as pending."""
        fresh = []
        for ask in asks:
            if ask.url not in self.asked:
                self.asked.add(ask.url)
                fresh.append(ask)
        self.pending += len(fresh)
        return fresh

    def take_due(self) -> list[DueLink]:
        """The next due links, as many as may be under way at once; they are counted as under way."""
        room = AHEAD * max(1, self.settings.concurrency) - self.under_way
        taken = [self.due.popleft() for _ in range(min(room, len(self.due)))]
        self.under_way += len(taken)
        self.unfinished += len(taken)
        return taken

    def note_read(self, ask: ListingRequest, listing: ParsedListing) -> None:
        """Note that a listing answered, and what it named."""
        answer = self._answer_of(ask)
        answer.answered = answer.answered or ask.url == ask.listing
        answer.links += len(listing.links)
        answer.trouble = None if answer.links else listing.note or answer.trouble
        if listing.kind is ListingKind.FRONT_PAGE:
            self.named = (self.named or set()) | {entry.url for entry in listing.entries}

    def note_unchanged(self, ask: ListingRequest) -> None:
        """Note that a listing, or a part of one, is as it was (304)."""
        answer = self._answer_of(ask)
        answer.answered = answer.answered or ask.url == ask.listing
        answer.unchanged = True

    def note_trouble(self, ask: ListingRequest, trouble: str, *, gone: bool = False) -> None:
        """Note that a listing gave nothing; `gone`: because it is not there, or no listing. Of a part of one that says nothing."""
        if ask.url == ask.listing:
            answer = self._answer_of(ask)
            answer.trouble, answer.gone = trouble, gone

    def _answer_of(self, ask: ListingRequest) -> ListingAnswer:
        return self.answers.setdefault(ask.listing, ListingAnswer())

    def note_stop(self, error: BaseException) -> None:
        """Note where a request failed because the crawl is being stopped."""
        self.stopped = self.stopped or isinstance(error, Stopping)

    @property
    def failure(self) -> str | None:
        """Why nothing at all could be read of the source, None where something was."""
        if self.reached or not self.asked:
            return None
        return self.notes[0] if self.notes else "none of its listings answered"

    @property
    def lacks_feed(self) -> bool:
        """Whether it had feeds, and all of them are gone."""
        feeds = [entry.url for entry in self.entries if entry.kind is ListingKind.FEED]
        return bool(feeds) and all(
            url in self.resting or (url in self.answers and self.answers[url].gone) for url in feeds
        )

    def record_entry(self, entry: Listing) -> None:
        """Note a listing that this visit found."""
        if entry.url not in {known.url for known in (*self.entries, *self.found)}:
            self.found.append(entry)

    def take_listings(self) -> tuple[list[ParsedListing], dict[str, dict[str, str]]]:
        """What the listings named, and their validators, to be recorded only with all of the links; the visit lets go of them."""
        taken = self.listings, self.validators
        self.listings, self.validators = [], {}
        return taken

    def insert_links(
        self, conn: sqlite3.Connection, links: Sequence[Link], at: datetime, run_id: int, sieve: NewLinkFilter
    ) -> None:
        """Record links of its listings; articles of this site that another source listed first are taken over."""
        others = links_of_others(conn, self.source.id, [link.key for link in links])
        ours = [link for link in links if link.key in others and self._is_ours(link, others[link.key])]
        insert_links(conn, self.source.id, sieve.taken(conn, links), at, run_id)
        take_over_links(conn, self.source.id, ours, at, run_id)

    def _is_ours(self, link: Link, other: str) -> bool:
        """Whether an article that a source at `other` listed first is of this site and not of that one: to list it there must not
        take it away here."""
        return same_site(link.url, self.source.url) and not same_site(link.url, other)


def asks_of_entries(entries: Sequence[Listing], site: Site | None, front_page: str) -> list[ListingRequest]:
    """The listings that a visit reads, the best first.

    A feed gives the newest, a news sitemap all of two days: where there is a news sitemap or declared list, the front page and
    sitemaps add nothing but load, so "auto" leaves them; sections are read where there is no feed either.
    """
    kinds = {entry.kind for entry in entries} - DECLARED | ({kind_of(rule) for rule in site.lists} if site else set())
    wanted = {ListingKind.FEED, ListingKind.NEWS_SITEMAP}
    if front_page == "always" or (front_page == "auto" and not kinds & _LISTS_ALL):
        wanted.add(ListingKind.FRONT_PAGE)
    if front_page == "always" or (front_page == "auto" and not kinds & _LISTS_SOME):
        wanted.add(ListingKind.SECTION)
    if not kinds & _LISTS_ALL:
        wanted.add(ListingKind.SITEMAP)
    sections = 0
    asks = []
    for entry in entries:
        sections += entry.kind is ListingKind.SECTION
        if entry.kind in wanted and (entry.kind is not ListingKind.SECTION or sections <= SECTIONS_READ):
            asks.append(ListingRequest(url=entry.url, kind=entry.kind))
    return asks


def kind_of(rule: ListRule) -> ListingKind:
    """What kind of listing a declared list is."""
    return ListingKind.HTML_LIST if isinstance(rule, HtmlList) else ListingKind.JSON_LIST


def declared_asks(site: Site | None) -> list[ListingRequest]:
    """The first page of each list that the site's rules declare."""
    return [
        ListingRequest(url=list_urls(rule)[0], kind=kind_of(rule), rule=rule) for rule in (site.lists if site else ())
    ]


def needs_probing(entries: Sequence[Listing], site: Site | None) -> bool:
    """Whether nothing is known that lists articles: no listing was found, or only lists that no rule declares any more."""
    return not entries or (not (site and site.lists) and all(entry.kind in DECLARED for entry in entries))


def next_page(ask: ListingRequest, listing: ParsedListing) -> list[ListingRequest]:
    """The page after this one of the same listing, if there is one."""
    following = listing.pages[:1]
    if ask.rule is not None and "{page}" in ask.rule.url:
        pages = list_urls(ask.rule)
        following = pages[pages.index(ask.url) + 1 :][:1]
    return [
        ListingRequest(url=url, kind=ask.kind, depth=ask.depth + 1, rule=ask.rule, root=ask.listing)
        for url in following
    ]
