"""The common noun of discovery: whatever lists articles is read into a Listing.

    bytes of a feed, sitemap, front page, list  --read_*-->  Listing  --merge-->  Links, one for each article

A Listing holds `links` (articles), `entries` (further places that list articles: feeds, sections), `children`
(sitemaps that an index names) and `pages` (the next pages of the same list). Readers are pure and never raise on
what the web sends: what could not be read is said in `note`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from db.models import Link, LinkKind, Listing, ListingKind
from pipelines.urls import clean_url, host_of, link_key, registrable_domain

# Other sites that a listing keeps the names of.
MOST_STRANGERS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapChild:
    """A sitemap that a sitemap index names, with the time of its last change if stated."""

    url: str
    modified: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedListing:
    """What one listing says. Everything is in the listing's own order, but `children`, which are newest first."""

    kind: ListingKind
    url: str
    links: Sequence[Link] = ()
    entries: tuple[Listing, ...] = ()
    children: Sequence[SitemapChild] = ()
    dated: bool = True
    """Whether all of its children state a time."""

    pages: tuple[str, ...] = ()
    title: str | None = None
    language: str | None = None
    note: str | None = None
    """What was wrong with it, one sentence for a person; None where nothing was."""

    left_out: int = 0
    """How many articles of other sites it names: these are no links of it."""

    strangers: tuple[str, ...] = ()
    """The hosts of these, at most MOST_STRANGERS, those that it names most of first."""

    def only(self, wanted: Callable[[Link], bool]) -> ParsedListing:
        """The listing with those of its links that are wanted."""
        return replace(self, links=tuple(link for link in self.links if wanted(link)))

    def of_sites(self, sites: OwnSites) -> ParsedListing:
        """The listing with links to these sites alone; the others are left out."""
        strangers = Counter(host_of(link.url) or "" for link in self.links if link.url not in sites)
        if not strangers:
            return self
        return replace(
            self,
            links=tuple(link for link in self.links if link.url in sites),
            left_out=sum(strangers.values()),
            strangers=tuple(sorted(strangers, key=lambda host: (-strangers[host], host))[:MOST_STRANGERS]),
        )


class OwnSites(Container[str]):
    """The sites whose articles a listing may name: a source's own, and hosts with all below them ("*": any)."""

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
    """A Link to `address` as it stands in a listing, joined to `base` (else `found_in`); None where it is no http
    address."""
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


# Whose word counts where several listings name one article: a feed or an API is written by the newsroom's own system
# for readers of titles and times, a news sitemap for one crawler, a front page gives what a link happens to say.
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
    """One Link for each key of all the links of listings, newest first.

    The best source gives the address and the hints, the others fill what it leaves open. Newest by `published`, else
    `modified`; links without a time follow in the order they were found. The result does not depend on the order of
    listings of different rank.
    """
    found: dict[str, list[Link]] = {}
    for links in lists:
        for link in links:
            found.setdefault(link.key, []).append(link)
    merged = [_joined(same) for same in found.values()]
    return tuple(sorted(merged, key=newest_first))


def best_first(listing: ParsedListing) -> int:
    """A sort key: whose word counts more, first."""
    return _RANK[LinkKind(listing.kind.value)]


def newest_first(link: Link) -> float:
    """A sort key: dated links first, the newest of them first. For a stable sort; a plain number, which sorts fast."""
    moment = link.published or link.modified
    return -(moment - _LONG_AGO).total_seconds() if moment else math.inf


def _joined(links: list[Link]) -> Link:
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
