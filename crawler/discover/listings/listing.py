"""The common result of all listing parsers.

    bytes of a feed, sitemap, front page, list  --read_*-->  ParsedListing  --merge-->  links, one for each article

A ParsedListing holds `links` (articles), `listings` (further ones: feeds, sections), `children` (sitemaps that an index names)
and `pages` (the next pages of the same list). Parsers are pure and never raise on input from the web: `note` says what could not be
read.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum

from db.models import Link, LinkKind, Listing, ListingKind
from db.store.sites.listing_readings import RefusedLinks
from db.store.websub.feed_hubs import FeedHubs
from pipelines.urls import clean_url, host_of, link_key, registrable_domain

# Hosts of other sites that a listing keeps, and reasons why it refused links.
MAX_OTHER_HOSTS = 10
MAX_REASONS = 5

LEAST_ARTICLES = 3
"""Articles that a page links, below which its scripts are searched for a list, and its sections for others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapChild:
    """A sitemap that an index names, with the time of its last change if stated."""

    url: str
    modified: datetime | None = None


class NextPages(Enum):
    """When the next pages of a listing are worth a request."""

    ANY_NEW = "any"
    """When it names an article that is not known. It calls them so: "older"."""

    ALL_NEW = "all"
    """When it names none that is known, so that there may be more. They are only numbered, as all pages of a long list are."""

    ALWAYS = "always"
    """It has no articles, and they are the newest of its lists."""

    LOADED = "loaded"
    """It has hardly an article, and loads more from there: they are listings of their own, read without it from then on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedListing:
    """What one listing says, in its own order. `children` are newest first."""

    kind: ListingKind
    url: str
    links: Sequence[Link] = ()
    listings: tuple[Listing, ...] = ()
    children: Sequence[SitemapChild] = ()
    is_directory: bool = False
    """Whether it is no listing itself, but a page of feeds: it only names them."""

    dated: bool = True
    """Whether all of its children state a time."""

    pages: tuple[str, ...] = ()
    pages_when: NextPages = NextPages.ANY_NEW
    title: str | None = None
    language: str | None = None
    note: str | None = None
    """What is wrong with the listing, one sentence for a person; None where nothing is."""

    left_out: int = 0
    """Articles of other sites that it names. They are not among `links`."""

    other_hosts: tuple[str, ...] = ()
    """Their hosts, at most MAX_OTHER_HOSTS, the most frequent first."""

    refused: tuple[RefusedLinks, ...] = ()
    """Links that are no articles, by reason, the most frequent first; at most `MAX_REASONS`."""

    links_dated: int = 0
    """Articles that it gives a time for, and the latest of these times. Counted by `counted`."""

    newest: datetime | None = None

    hubs: FeedHubs | None = None
    """Who tells of its news, as a feed itself says."""

    def counted(self) -> ParsedListing:
        """The listing with its dated links counted."""
        times = [time for link in self.links if (time := link.published or link.modified) is not None]
        return replace(self, links_dated=len(times), newest=max(times, default=None))

    def keep_links(self, refusal_of: Callable[[Link], str | None]) -> ParsedListing:
        """The listing with only the links that are not refused. `refusal_of`: why a link is, None for one that is kept."""
        refused = LinkRefusals(self.refused)
        kept = tuple(link for link in self.links if not refused.add(refusal_of(link), link.url))
        return replace(self, links=kept, refused=refused.top())

    def within_sites(self, sites: OwnSites) -> ParsedListing:
        """The listing with only the links to these sites. The others are counted in `left_out`."""
        other_hosts = Counter(host_of(link.url) or "" for link in self.links if link.url not in sites)
        if not other_hosts:
            return self
        refused = LinkRefusals(self.refused)
        for link in self.links:
            if link.url not in sites:
                refused.add(f"of another site ({host_of(link.url) or 'no host'})", link.url)
        return replace(
            self,
            refused=refused.top(),
            links=tuple(link for link in self.links if link.url in sites),
            left_out=sum(other_hosts.values()),
            other_hosts=tuple(sorted(other_hosts, key=lambda host: (-other_hosts[host], host))[:MAX_OTHER_HOSTS]),
        )


class LinkRefusals:
    """Counts refused links by reason."""

    def __init__(self, known: Iterable[RefusedLinks] = ()) -> None:
        self._counts: Counter[str] = Counter({one.reason: one.count for one in known})
        self._examples = {one.reason: one.example for one in known}

    def add(self, reason: str | None, url: str) -> bool:
        """Count a link; returns whether it is refused, which it is not without a reason."""
        if reason is None:
            return False
        self._counts[reason] += 1
        self._examples.setdefault(reason, url)
        return True

    def top(self) -> tuple[RefusedLinks, ...]:
        """The most frequent reasons, each with the first link refused for it."""
        return tuple(
            RefusedLinks(reason=reason, count=count, example=self._examples[reason])
            for reason, count in self._counts.most_common(MAX_REASONS)
        )


class OwnSites(Container[str]):
    """The sites whose articles a listing may name: the source's own, and `hosts` with all their subdomains ("*": any)."""

    def __init__(self, homes: Iterable[str], hosts: Iterable[str] = ()) -> None:
        own = (host_of(home) for home in homes)
        self._domains = frozenset(registrable_domain(host) for host in own if host)
        self._hosts = frozenset(hosts)

    def __contains__(self, url: object) -> bool:
        host = host_of(str(url))
        if host is None or "*" in self._hosts:
            return host is not None
        if registrable_domain(host) in self._domains:
            return True
        labels = host.split(".")
        return any(".".join(labels[start:]) in self._hosts for start in range(len(labels)))


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkHints:
    """What a listing says about one article."""

    title: str | None = None
    published: datetime | None = None
    modified: datetime | None = None
    author: str | None = None
    section: str | None = None


NO_HINTS = LinkHints()


def link_to(
    address: str, *, kind: LinkKind, found_in: str, base: str | None = None, hints: LinkHints = NO_HINTS
) -> Link | None:
    """A link to `address`, as written in a listing and joined to `base` (default `found_in`); None for anything but http(s)."""
    url = clean_url(address, base or found_in)
    if url is None:
        return None
    return Link(
        url=url,
        key=link_key(url),
        kind=kind,
        found_in=found_in,
        title=hints.title,
        published=hints.published,
        modified=hints.modified,
        author=hints.author,
        section=hints.section,
    )


# Which listing is preferred where several name one article. Feeds and APIs are written by the newsroom's system for readers of
# titles and times, a news sitemap for one crawler; a front page only has the text of the link.
_RANK = {
    LinkKind.JSON_LIST: 0,
    LinkKind.HTML_LIST: 0,
    LinkKind.FEED: 0,
    LinkKind.NEWS_SITEMAP: 1,
    LinkKind.FRONT_PAGE: 2,
    LinkKind.SECTION: 3,
    LinkKind.SITEMAP: 4,
    LinkKind.MANUAL: 5,
}
_HINTS = ("title", "published", "modified", "author", "section")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def merge(lists: Iterable[Iterable[Link]]) -> tuple[Link, ...]:
    """Merge the links of listings: one per key, newest first.

    The best listing gives the URL and the hints; the others fill in missing hints. Sorted by `published`, else `modified`; links
    without a time follow in the order found. The order of listings of different rank does not affect the result.
    """
    found: dict[str, list[Link]] = {}
    for links in lists:
        for link in links:
            found.setdefault(link.key, []).append(link)
    merged = [_combine(same) for same in found.values()]
    return tuple(sorted(merged, key=newest_first))


def best_first(listing: ParsedListing) -> int:
    """A sort key: the preferred listing first."""
    return _RANK[LinkKind(listing.kind.value)]


def newest_first(link: Link) -> float:
    """A stable sort key: dated links first, the newest of them first. A plain number, which sorts fast."""
    moment = link.published or link.modified
    return -(moment - _LONG_AGO).total_seconds() if moment else math.inf


def _combine(links: list[Link]) -> Link:
    if len(links) == 1:
        return links[0]
    best, *others = sorted(links, key=lambda link: _RANK[link.kind])
    missing = {
        name: value
        for name in _HINTS
        if getattr(best, name) is None
        and (value := next((getattr(o, name) for o in others if getattr(o, name) is not None), None)) is not None
    }
    return replace(best, **missing) if missing else best
