"""Bytes of a listing → Listing, by what was asked for; what a probed address turns out to be. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.discover.article_urls import is_excluded, judge_for
from crawler.discover.feeds import read_feed
from crawler.discover.front_pages import read_front_page
from crawler.discover.guess import classify
from crawler.discover.html_lists import read_html_list
from crawler.discover.json_lists import read_list
from crawler.discover.listing import ParsedListing
from crawler.discover.sitemaps import read_sitemap
from db.models import Link, LinkKind, ListingKind
from db.site_rules.loader import HtmlList, ListRule, Site

# What the form of `/politics/` scores. In a sitemap such an address is a section; on the labelled forms of tests/discover no
# article scores so low, while of addresses without any hint (0 points) many are articles.
SECTION_POINTS = -3

_PAGES = frozenset({ListingKind.FRONT_PAGE, ListingKind.SECTION})


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingRequest:
    """One listing to fetch. `probe`: we do not know yet whether it is there and what it is."""

    url: str
    kind: ListingKind
    depth: int = 0
    """Which page of a listing it is, counted from 0."""
    nested: int = 0
    """How many sitemap indexes led to it. `read_before`: whether a past crawl has read it."""
    read_before: bool = False
    probe: bool = False
    rule: ListRule | None = None
    root: str = ""
    """The listing that it is a part of, where it is a further page or a sitemap of an index."""

    @property
    def listing(self) -> str:
        """The address of the listing that it belongs to."""
        return self.root or self.url


def worth_fetching(link: Link, site: Site | None) -> bool:
    """Whether a listed address may be an article. A feed's word is taken; a sitemap lists sections and the front page as well.

    What the site's own rules exclude is left out wherever it is listed.
    """
    if link.kind is LinkKind.SITEMAP:
        return judge_for(link.url, site).points > SECTION_POINTS
    return not is_excluded(link.url, site)


def read_listing(
    ask: ListingRequest, body: bytes, url: str, content_type: str | None, site: Site | None
) -> ParsedListing | None:
    """What a listing says. None where a probed address holds something else, or nothing that lists articles."""
    if ask.rule is not None and site is not None:
        read = read_html_list if isinstance(ask.rule, HtmlList) else read_list
        return read(body, ask.rule, site, url, content_type)  # type: ignore[arg-type]
    kind = classify(body, content_type, url) if ask.probe else ask.kind
    if ask.probe and kind in _PAGES and ask.kind not in _PAGES:
        return None  # a front page in place of the feed that was asked for: many sites answer so instead of 404
    match kind:
        case ListingKind.FEED:
            return read_feed(body, url, content_type)
        case ListingKind.NEWS_SITEMAP | ListingKind.SITEMAP:
            return read_sitemap(body, url, content_type)
        case ListingKind.FRONT_PAGE | ListingKind.SECTION:
            return read_front_page(body, url, content_type, site)
    return None
