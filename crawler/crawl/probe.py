"""Discovery: which URLs are probed for listings, step by step. Each step depends on what the last one found. Pure.

1  the given URL, and the home page of its site
2  the feeds that those pages name (also where what they call a feed is a page of feeds), and the sitemaps that robots.txt names
3  where no feed or no sitemap was found: well-known paths
4  where neither is there and the pages name hardly an article: the sections, which may name others (regions, offices)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from urllib.parse import urljoin

from crawler.crawl.listing_requests import MAX_SECTIONS_PER_VISIT, requests_for_listings
from crawler.crawl.visit import SourceVisit
from crawler.discover.listings.listing import LEAST_ARTICLES, ParsedListing
from crawler.discover.read_listing import ListingRequest
from crawler.discover.well_known import well_known_feeds, well_known_sitemaps
from db.models import Listing, ListingKind

# Sites name a feed for each section; the first few are the main ones.
FEEDS_TRIED = 6
SITEMAPS_TRIED = 8

_PAGES = frozenset({ListingKind.FRONT_PAGE, ListingKind.SECTION})
_SITEMAPS = frozenset({ListingKind.SITEMAP, ListingKind.NEWS_SITEMAP})


def next_probes(visit: SourceVisit, sitemaps: Sequence[str]) -> list[ListingRequest]:
    """The next URLs to probe; empty where there are no more. `sitemaps` are those that robots.txt names."""
    while visit.probe_stage < len(_STEPS):
        step = _STEPS[visit.next_probe_stage()]
        listing_requests = [
            listing_request for listing_request in step(visit, sitemaps) if listing_request.url not in visit.requested
        ]
        if listing_requests:
            return listing_requests
    return []


def _given_addresses(visit: SourceVisit, sitemaps: Sequence[str]) -> list[ListingRequest]:
    home = urljoin(visit.source.url, "/")
    listing_requests = [ListingRequest(url=home, kind=ListingKind.FRONT_PAGE, probe=True)]
    if visit.source.url != home:
        listing_requests.insert(0, ListingRequest(url=visit.source.url, kind=ListingKind.SECTION, probe=True))
    return listing_requests


def _named_listings(visit: SourceVisit, sitemaps: Sequence[str]) -> list[ListingRequest]:
    return [
        *feeds_to_try(one for listing in visit.answers.parsed for one in listing.listings),
        *(ListingRequest(url=url, kind=ListingKind.SITEMAP, probe=True) for url in sitemaps[:SITEMAPS_TRIED]),
    ]


def feeds_to_try(named: Iterable[Listing]) -> list[ListingRequest]:
    """The first feeds among what a page names."""
    feeds = (one.url for one in named if one.kind is ListingKind.FEED)
    return [ListingRequest(url=url, kind=ListingKind.FEED, probe=True) for url in islice(feeds, FEEDS_TRIED)]


def unknown_feeds(visit: SourceVisit, page: ParsedListing) -> list[ListingRequest]:
    """The feeds that a page names now and that are not known. Sites move their feeds without a redirect, and some name them in
    their sections only.
    """
    known = {listing.url for listing in visit.known_listings}
    return feeds_to_try(one for one in page.listings if one.url not in known)


def new_sections(visit: SourceVisit, front_page: ParsedListing) -> list[Listing]:
    """The sections that a front page names now and that are not known, as far as crawls will read them. Sites rename their sections
    and add some.
    """
    known = {listing.url for listing in visit.known_listings}
    named = [one for one in front_page.listings if one.kind is ListingKind.SECTION and one.url not in known]
    listings = [one for one in visit.known_listings if one.url not in visit.resting] + named
    read = requests_for_listings(listings, visit.site, visit.settings.front_page, visit.barren)
    return [one for one in named if one.url in {request.url for request in read}]


def _well_known_addresses(visit: SourceVisit, sitemaps: Sequence[str]) -> list[ListingRequest]:
    kinds = {listing.kind for listing in visit.new_listings}
    listing_requests: list[ListingRequest] = []
    if not visit.answered:
        return listing_requests  # the host is down or forbids crawling; one that refuses its front page (403) may serve feeds
    if ListingKind.FEED not in kinds:
        listing_requests += [
            ListingRequest(url=url, kind=ListingKind.FEED, probe=True) for url in well_known_feeds(visit.source.url)
        ]
    if not kinds & _SITEMAPS:
        listing_requests += [
            ListingRequest(url=url, kind=ListingKind.SITEMAP, probe=True)
            for url in well_known_sitemaps(visit.source.url)
        ]
    return listing_requests


def _sections(visit: SourceVisit, sitemaps: Sequence[str]) -> list[ListingRequest]:
    named = sum(len(listing.links) for listing in visit.answers.parsed)
    if named >= LEAST_ARTICLES or any(one.kind not in _PAGES for one in visit.new_listings):
        return []
    sections = (one.url for one in visit.new_listings if one.kind is ListingKind.SECTION)
    return [
        ListingRequest(url=url, kind=ListingKind.SECTION, probe=True)
        for url in islice(sections, MAX_SECTIONS_PER_VISIT)
    ]


_STEPS = (_given_addresses, _named_listings, _well_known_addresses, _sections)
