"""One source in one crawl: which of its listings are asked for, and which of its articles are under way.

    entries known ──> listings ──┐
    none known ──> probe ────────┴──> all read ──> links recorded ──> due links ──> a few articles at a time

A visit keeps ids of due links, not requests: a source with 20,000 due articles costs 20,000 small tuples.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crawler.access import Access
from crawler.discover.article_urls import is_excluded, judge_for
from crawler.discover.listing import Listing, merge
from crawler.discover.lists import list_urls
from crawler.errors import Stopping
from db.agenda import Due
from db.facts import put_links, put_validators
from db.nouns import Entry, EntryKind, Link, LinkKind, Source
from db.sites import JsonList, Site

# Articles of a source handed to Scrapy ahead of need, for each request that may be under way at its host.
AHEAD = 2
# A sitemap index may name a thousand archives. The newest few hold what is new.
SITEMAPS_OF_INDEX = 5
# Sections are read where nothing better lists the articles; each costs a pause of the host.
SECTIONS_READ = 12
# "Next page" of a section or JSON list is followed so often at most, and only while pages still bring unknown links.
PAGES_FOLLOWED = 5
# What the form of `/politics/` scores. In a sitemap such an address is a section; on the labelled forms of tests/discover no
# article scores so low, while of addresses without any hint (0 points) many are articles.
SECTION_POINTS = -3

_LISTS_ALL = frozenset({EntryKind.NEWS_SITEMAP, EntryKind.JSON_LIST})
_LISTS_SOME = _LISTS_ALL | {EntryKind.FEED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One listing to fetch. `probe`: we do not know yet whether it is there and what it is."""

    url: str
    kind: EntryKind
    depth: int = 0
    probe: bool = False
    json_list: JsonList | None = None


@dataclass(slots=True, kw_only=True)
class Visit:
    """What has been asked and found of one source so far."""

    source: Source
    settings: dict[str, Any]
    site: Site | None
    entries: list[Entry]
    probing: bool
    access: Access | None = field(default=None, repr=False)
    """What requests to the source's own hosts take along."""
    pending: int = 0
    asked: set[str] = field(default_factory=set)
    listings: list[Listing] = field(default_factory=list)
    validators: dict[str, dict[str, str]] = field(default_factory=dict)
    """Headers of each listing that was read, by address: they make the next request conditional."""
    found: list[Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    due: deque[Due] = field(default_factory=deque)
    under_way: int = 0
    unfinished: int = 0
    """Articles asked for and not dealt with yet: under way, being gathered, or being stored."""
    stage: int = 0
    answered: int = 0
    reached: bool = False
    """Whether any listing was answered, be it with 304."""
    stopped: bool = False
    """Whether a request was not made because the crawl is being stopped."""

    @property
    def meta(self) -> dict[str, Any]:
        """What every request of this visit tells the fetching layer."""
        return {
            "slot_delay": float(self.settings["delay"]),
            "slot_concurrency": max(1, int(self.settings["concurrency"])),
            "allow_networks": tuple(self.settings["allow_networks"]),
            "access": self.access,
        }

    def new_asks(self, asks: Iterable[Ask]) -> list[Ask]:
        """Those not asked for in this visit yet; they are counted as pending."""
        fresh = []
        for ask in asks:
            if ask.url not in self.asked:
                self.asked.add(ask.url)
                fresh.append(ask)
        self.pending += len(fresh)
        return fresh

    def take_due(self) -> list[Due]:
        """The next due links, as many as may be under way at once; they are counted as under way."""
        room = AHEAD * max(1, int(self.settings["concurrency"])) - self.under_way
        taken = [self.due.popleft() for _ in range(min(room, len(self.due)))]
        self.under_way += len(taken)
        self.unfinished += len(taken)
        return taken

    def note_stop(self, error: BaseException) -> None:
        """Note where a request failed because the crawl is being stopped."""
        self.stopped = self.stopped or isinstance(error, Stopping)

    @property
    def failure(self) -> str | None:
        """Why nothing at all could be read of the source, None where something was."""
        if self.reached or not self.asked:
            return None
        return self.notes[0] if self.notes else "none of its listings answered"

    def record_entry(self, entry: Entry) -> None:
        """Note a listing that this visit found."""
        if entry.url not in {known.url for known in (*self.entries, *self.found)}:
            self.found.append(entry)

    def record_links(self, at: datetime, run_id: int) -> Callable[[sqlite3.Connection], int]:
        """A job that records the articles which the listings named, and only with them the listings' validators."""
        links = [link for link in merge(self.listings) if worth_fetching(link, self.site)]
        validators = self.validators
        self.listings, self.validators = [], {}

        def job(conn: sqlite3.Connection) -> int:
            found = put_links(conn, self.source.id, links, at, run_id)
            for url, headers in validators.items():
                put_validators(conn, url, headers)
            return found

        return job


def worth_fetching(link: Link, site: Site | None) -> bool:
    """Whether a listed address may be an article. A feed's word is taken; a sitemap lists sections and the front page as well.

    What the site's own rules exclude is left out wherever it is listed.
    """
    if link.kind is LinkKind.SITEMAP:
        return judge_for(link.url, site).points > SECTION_POINTS
    return not is_excluded(link.url, site)


def asks_of_entries(entries: Sequence[Entry], site: Site | None, front_page: str) -> list[Ask]:
    """The listings that a visit reads, the best first.

    A feed gives the newest, a news sitemap all of two days: where there is a news sitemap or JSON list, the front page and
    sitemaps add nothing but load, so "auto" leaves them; sections are read where there is no feed either.
    """
    kinds = {entry.kind for entry in entries} | ({EntryKind.JSON_LIST} if site and site.lists else set())
    wanted = {EntryKind.FEED, EntryKind.NEWS_SITEMAP}
    if front_page == "always" or (front_page == "auto" and not kinds & _LISTS_ALL):
        wanted.add(EntryKind.FRONT_PAGE)
    if front_page == "always" or (front_page == "auto" and not kinds & _LISTS_SOME):
        wanted.add(EntryKind.SECTION)
    if not kinds & _LISTS_ALL:
        wanted.add(EntryKind.SITEMAP)
    sections = 0
    asks = []
    for entry in entries:
        sections += entry.kind is EntryKind.SECTION
        if entry.kind in wanted and (entry.kind is not EntryKind.SECTION or sections <= SECTIONS_READ):
            asks.append(Ask(url=entry.url, kind=entry.kind))
    return asks


def json_list_asks(site: Site | None) -> list[Ask]:
    """The first page of each JSON list that the site's rules declare."""
    return [
        Ask(url=list_urls(described)[0], kind=EntryKind.JSON_LIST, json_list=described)
        for described in (site.lists if site else ())
    ]


def next_page(ask: Ask, listing: Listing) -> list[Ask]:
    """The page after this one of the same listing, if there is one."""
    if ask.json_list is None:
        following = listing.pages[:1]
    else:
        pages = list_urls(ask.json_list)
        following = pages[pages.index(ask.url) + 1 :][:1]
    return [Ask(url=url, kind=ask.kind, depth=ask.depth + 1, json_list=ask.json_list) for url in following]
