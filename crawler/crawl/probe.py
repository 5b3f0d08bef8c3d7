"""Finding where a site lists its articles, step by step, each step decided by what the last one found. Pure.

1 the address given, and the home page of its site
2 the feeds that those pages name, the sitemaps that robots.txt names
3 where no feed or no sitemap was found: the addresses at which they usually are
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urljoin

from crawler.crawl.visit import SourceVisit
from crawler.discover.guess import usual_feeds, usual_sitemaps
from crawler.discover.listing import ParsedListing
from crawler.discover.read_listing import ListingRequest
from db.models import ListingKind

# Sites name feeds for each section; the first few are the main ones.
FEEDS_TRIED = 6
SITEMAPS_TRIED = 8

_SITEMAPS = frozenset({ListingKind.SITEMAP, ListingKind.NEWS_SITEMAP})


def next_probes(visit: SourceVisit, sitemaps: Sequence[str]) -> list[ListingRequest]:
    """The next addresses to try; an empty list when there is nothing more. `sitemaps` are those that robots.txt names."""
    while visit.stage < len(_STEPS):
        step = _STEPS[visit.stage]
        visit.stage += 1
        asks = [ask for ask in step(visit, sitemaps) if ask.url not in visit.asked]
        if asks:
            return asks
    return []


def _given(visit: SourceVisit, sitemaps: Sequence[str]) -> list[ListingRequest]:
    home = urljoin(visit.source.url, "/")
    asks = [ListingRequest(url=home, kind=ListingKind.FRONT_PAGE, probe=True)]
    if visit.source.url != home:
        asks.insert(0, ListingRequest(url=visit.source.url, kind=ListingKind.SECTION, probe=True))
    return asks


def _named(visit: SourceVisit, sitemaps: Sequence[str]) -> list[ListingRequest]:
    feeds = [entry.url for listing in visit.listings for entry in listing.entries if entry.kind is ListingKind.FEED]
    return [
        *(ListingRequest(url=url, kind=ListingKind.FEED, probe=True) for url in feeds[:FEEDS_TRIED]),
        *(ListingRequest(url=url, kind=ListingKind.SITEMAP, probe=True) for url in sitemaps[:SITEMAPS_TRIED]),
    ]


def successors(visit: SourceVisit, front_page: ParsedListing) -> list[ListingRequest]:
    """The feeds that a front page names now, where those known before are gone: sites move their feeds without a redirect."""
    known = {entry.url for entry in visit.entries}
    named = [entry.url for entry in front_page.entries if entry.kind is ListingKind.FEED and entry.url not in known]
    return [ListingRequest(url=url, kind=ListingKind.FEED, probe=True) for url in named[:FEEDS_TRIED]]


def _usual(visit: SourceVisit, sitemaps: Sequence[str]) -> list[ListingRequest]:
    kinds = {entry.kind for entry in visit.found}
    asks: list[ListingRequest] = []
    if not visit.answered:
        return asks  # the host is down or forbids us; one that refuses its front page (403) may still have open feeds
    if ListingKind.FEED not in kinds:
        asks += [ListingRequest(url=url, kind=ListingKind.FEED, probe=True) for url in usual_feeds(visit.source.url)]
    if not kinds & _SITEMAPS:
        asks += [
            ListingRequest(url=url, kind=ListingKind.SITEMAP, probe=True) for url in usual_sitemaps(visit.source.url)
        ]
    return asks


_STEPS = (_given, _named, _usual)
