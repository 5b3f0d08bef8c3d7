"""Parses a listing by the kind that was requested, or by what a probed URL returned. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.discover.addresses.address_patterns import is_excluded
from crawler.discover.addresses.article_urls import EXCLUDED, judge_on_site
from crawler.discover.declared_lists.json_lists import read_json_list
from crawler.discover.feeds.read_feed import read_feed
from crawler.discover.feeds.read_opml import is_opml, read_opml
from crawler.discover.listings.listing import ParsedListing
from crawler.discover.sitemaps.read_sitemap import read_sitemap
from crawler.discover.well_known import classify
from db.models import Link, LinkKind, ListingKind
from db.site_rules.loader import HtmlList, ListRule, Site
from pipelines.urls import host_of

# Points of `/politics/`. In a sitemap such a URL is a section: in tests/crawler/discover/addresses/url_forms.tsv no article
# has so few points, while many URLs without any hint (0 points) are articles.
SECTION_POINTS = -3

_PAGES = frozenset({ListingKind.FRONT_PAGE, ListingKind.SECTION})
PAGE_READERS = ("crawler.discover.front_pages.read_front_page", "crawler.discover.declared_lists.html_lists")
"""Modules that `read_listing` imports when it is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingRequest:
    """One listing to fetch. `probe`: whether it exists, and its kind, are unknown."""

    url: str
    kind: ListingKind
    depth: int = 0
    """Page of the listing, counted from 0."""
    nested: int = 0
    """Sitemap indexes that led to it. `read_before`: whether a past crawl has read it."""
    read_before: bool = False
    probe: bool = False
    guessed: bool = False
    """Whether nothing names it: a page of older items that the system of a feed may have."""
    rule: ListRule | None = None
    root: str = ""
    """URL of the listing that it is a part of, where it is a further page or a sitemap of an index."""

    @property
    def listing(self) -> str:
        """URL of the listing that it belongs to."""
        return self.root or self.url


def why_not_fetched(link: Link, site: Site | None) -> str | None:
    """Why a listed URL is no article; None where it may be one. Feeds are trusted; sitemaps also list sections and the front page.

    URLs that the site's rules exclude are dropped from every listing.
    """
    if link.kind is LinkKind.SITEMAP:
        judgement = judge_on_site(link.url, site, host_of(link.found_in or ""))
        return None if judgement.points > SECTION_POINTS else judgement.refusal
    return EXCLUDED if is_excluded(link.url, site) else None


def read_listing(
    listing_request: ListingRequest, body: bytes, url: str, content_type: str | None, site: Site | None
) -> ParsedListing | None:
    """Parse a listing. None where a probed URL holds another kind of listing, or none; a page or file of feeds `is_directory`."""
    # Those of pages import what extraction does, 0.2 s, which only the processes that parse need (`PAGE_READERS`).
    from crawler.discover.declared_lists.html_lists import read_html_list
    from crawler.discover.front_pages.read_front_page import read_front_page

    if (
        listing_request.rule is None
        and (listing_request.probe or listing_request.kind is ListingKind.FEED)
        and is_opml(body)
    ):
        return read_opml(body, url, content_type)
    if listing_request.rule is not None and site is not None:
        read = read_html_list if isinstance(listing_request.rule, HtmlList) else read_json_list
        return read(body, listing_request.rule, site, url, content_type)  # type: ignore[arg-type]
    kind = classify(body, content_type, url) if listing_request.probe else listing_request.kind
    if listing_request.probe and kind in _PAGES and listing_request.kind not in _PAGES:
        # A page in place of a feed or sitemap: many sites answer so instead of 404. It may also be where a site lists its feeds.
        is_feed = listing_request.kind is ListingKind.FEED
        return _directory(read_front_page(body, url, content_type), url) if is_feed else None
    if kind is None and listing_request.kind in _PAGES:  # JSON that a page's script loads
        page = read_front_page(body, url, content_type, site, page=listing_request.depth + 1)
        return page if page.links else None
    match kind:
        case ListingKind.FEED:
            return read_feed(body, url, content_type)
        case ListingKind.NEWS_SITEMAP | ListingKind.SITEMAP:
            return read_sitemap(body, url, content_type)
        case ListingKind.FRONT_PAGE | ListingKind.SECTION:
            return read_front_page(body, url, content_type, site, page=listing_request.depth + 1)
    return None


def _directory(page: ParsedListing, url: str) -> ParsedListing | None:
    feeds = tuple(one for one in page.listings if one.kind is ListingKind.FEED and one.url != url)
    return ParsedListing(kind=page.kind, url=url, listings=feeds, is_directory=True) if feeds else None
