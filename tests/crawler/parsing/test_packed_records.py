"""Listings of many links: they come from the parsing process in parts, in the order and with the content of the whole."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from crawler.discover.feeds.read_feed import read_feed
from crawler.discover.listings.listing import ParsedListing, SitemapChild, merge
from crawler.discover.read_listing import ListingRequest
from crawler.discover.sitemaps.read_sitemap import read_sitemap
from crawler.discover.sitemaps.sitemap_children import choose_children
from crawler.parsing.merging import merge_listings
from crawler.parsing.packed_records import RECORDS_IN_PART, PackedRecords, pack
from crawler.parsing.parser import ChooseChildren, MergeLinks, ParseListing, Parser
from db.models import Link, ListingKind
from db.site_rules.loader import Sites
from db.store.sites.sitemap_readings import PastReading

HOME = "https://news.example"
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
COUNT = 2 * RECORDS_IN_PART + 500


def sitemap() -> bytes:
    """Links of which two share each time, every tenth has none, and some are named twice."""
    return _sitemap(n if n % 100 else 7 for n in range(COUNT))


def _sitemap(numbers: Iterator[int]) -> bytes:
    urls = "".join(
        f"<url><loc>{HOME}/2026/11/report-{n}.html</loc>"
        + (f"<lastmod>{(NOON - timedelta(minutes=n // 2)).isoformat()}</lastmod>" if n % 10 else "")
        + "</url>"
        for n in numbers
    )
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()


def feed() -> bytes:
    """Titles for three links of the sitemap, and one of its own."""
    items = "".join(
        f"<item><title>Report {n}</title><link>{HOME}/2026/11/report-{n}.html?utm_source=rss</link></item>"
        for n in (5, 1234, 2010, 9999)
    )
    return f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>".encode()


def index() -> bytes:
    sitemaps = "".join(f"<sitemap><loc>{HOME}/sitemap-{n}.xml</loc></sitemap>" for n in range(COUNT))
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{sitemaps}</sitemapindex>'.encode()


@pytest.fixture
def parser() -> Parser:
    return Parser(Sites())


async def read(parser: Parser, body: bytes, kind: ListingKind) -> ParsedListing:
    task = ParseListing(
        listing_request=ListingRequest(url=f"{HOME}/list", kind=kind),
        body=body,
        url=f"{HOME}/list",
        content_type=None,
        home=f"{HOME}/",
    )
    listing = await parser.parse(task)
    assert listing is not None
    return listing


def test_links_come_in_parts_and_are_those_of_the_whole(parser: Parser) -> None:
    async def listing() -> ParsedListing:
        try:
            return await read(parser, sitemap(), ListingKind.SITEMAP)
        finally:
            await parser.close()

    links = asyncio.run(listing()).links
    assert isinstance(links, PackedRecords)
    assert [len(part) for part in links.parts()] == [1000, 1000, len(links) - 2000]
    assert tuple(links) == merge([read_sitemap(sitemap(), f"{HOME}/list").links])
    assert len(set(links)) == len(links)


def test_listings_that_name_the_same_articles_are_merged_as_the_whole(parser: Parser) -> None:
    async def lists() -> list[PackedRecords[Link]]:
        try:
            listings = [
                await read(parser, feed(), ListingKind.FEED),
                await read(parser, sitemap(), ListingKind.SITEMAP),
            ]
            return await merge_listings(listings, parser.parse)
        finally:
            await parser.close()

    (links,) = asyncio.run(lists())
    assert tuple(links) == merge(
        [read_feed(feed(), f"{HOME}/list").links, read_sitemap(sitemap(), f"{HOME}/list").links]
    )
    assert links.number_of_parts == 3
    (report,) = (link for link in links if link.title == "Report 1234")
    assert report.modified is not None


def test_what_takes_too_long_to_merge_is_recorded_best_first() -> None:
    """The links of the feed first: what is recorded first stays."""
    links = pack(Link, read_sitemap(_sitemap(iter(range(20_000))), f"{HOME}/list").links)
    listings = [
        ParsedListing(kind=ListingKind.SITEMAP, url=f"{HOME}/list", links=links),
        ParsedListing(kind=ListingKind.FEED, url=f"{HOME}/feed", links=read_feed(feed(), f"{HOME}/feed").links),
    ]

    async def lists() -> list[PackedRecords[Link]]:
        hurried = Parser(Sites(), timeout_s=0.001)
        try:
            return await merge_listings(listings, hurried.parse)
        finally:
            await hurried.close()

    assert [len(links) for links in asyncio.run(lists())] == [4, 20_000]


def test_of_the_sitemaps_of_a_large_index_the_same_are_chosen(parser: Parser) -> None:
    past = {f"{HOME}/sitemap-77.xml": PastReading(read_at=NOON, changed_at=NOON)}
    children = read_sitemap(index(), f"{HOME}/list").children

    async def chosen() -> tuple[ParsedListing, list[SitemapChild]]:
        try:
            listing = await read(parser, index(), ListingKind.SITEMAP)
            task = ChooseChildren(children=pack(SitemapChild, listing.children), past=past, most=5)
            return listing, await parser.parse(task)
        finally:
            await parser.close()

    listing, some = asyncio.run(chosen())
    assert isinstance(listing.children, PackedRecords)
    assert not listing.dated
    assert some == choose_children(children, past, 5)
    assert len(some) == 5


def test_packed_records_are_a_sequence() -> None:
    children = [SitemapChild(url=f"{HOME}/{n}") for n in range(COUNT)]
    packed = pack(SitemapChild, iter(children))
    assert len(packed) == COUNT
    assert list(packed) == children
    assert (packed[0], packed[-1], packed[RECORDS_IN_PART]) == (children[0], children[-1], children[RECORDS_IN_PART])
    assert list(packed[998:1002]) == children[998:1002]
    assert pack(SitemapChild, packed) is packed
    assert not pack(SitemapChild, ())
    assert MergeLinks(lists=()).size == 0
