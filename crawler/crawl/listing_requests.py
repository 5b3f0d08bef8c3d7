"""Which listings of a source a crawl requests: those that it knows, those that its rules declare, and the next page of one."""

from __future__ import annotations

from collections.abc import Container, Sequence

from crawler.discover.declared_lists.json_lists import list_urls
from crawler.discover.listings.listing import ParsedListing
from crawler.discover.read_listing import ListingRequest
from db.models import Listing, ListingKind
from db.site_rules.loader import HtmlList, ListRule, Site

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


def requests_for_listings(
    listings: Sequence[Listing], site: Site | None, front_page: str, barren: Container[str] = ()
) -> list[ListingRequest]:
    """The listings that a visit reads, the best first.

    A feed has the newest articles, a news sitemap all of two days. Beside a news sitemap or declared list, the front page and
    sitemaps only add load, so "auto" skips them; sections are skipped beside a feed, too.
    A listing that is `barren` is read, and makes no other superfluous: it names nothing, or its links lead to no articles, as a
    podcast's do.
    """
    kinds = {listing.kind for listing in listings if listing.url not in barren} - DECLARED | (
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
    """The next page of the same listing, if there is one, or the newest of its lists."""
    following = listing.pages
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
