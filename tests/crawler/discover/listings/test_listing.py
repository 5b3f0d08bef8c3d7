"""Merging: one link for each article, the best source's word first, newest first, the same in any order."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

from crawler.discover.listings.listing import LinkHints, ParsedListing, link_to, merge
from db.models import Link, LinkKind, ListingKind

URL = "https://news.example/"
NOON = datetime(2024, 5, 20, 12, tzinfo=UTC)


def link(path: str, kind: LinkKind, hints: LinkHints | None = None) -> Link:
    made = link_to(path, kind=kind, found_in=URL, hints=hints or LinkHints())
    assert made is not None
    return made


def listing(kind: ListingKind, *links: Link) -> ParsedListing:
    return ParsedListing(kind=kind, url=URL, links=links)


def test_the_same_article_by_five_ways_is_one_link() -> None:
    ways = [
        listing(ListingKind.FEED, link("/a/1?utm_source=rss", LinkKind.FEED, LinkHints(title="Feed"))),
        listing(ListingKind.NEWS_SITEMAP, link("/a/1", LinkKind.NEWS_SITEMAP, LinkHints(title="News", published=NOON))),
        listing(
            ListingKind.FRONT_PAGE,
            link("//m.news.example/a/1/", LinkKind.FRONT_PAGE, LinkHints(title="Front", section="Sea")),
        ),
        listing(
            ListingKind.SECTION, link("http://www.news.example/a/1#x", LinkKind.SECTION, LinkHints(title="Section"))
        ),
        listing(ListingKind.SITEMAP, link("/a/1/amp", LinkKind.SITEMAP, LinkHints(modified=NOON))),
    ]
    results = {merge(one.links for one in order) for order in itertools.permutations(ways)}
    assert len(results) == 1
    (merged,) = results.pop()
    assert merged.url == "https://news.example/a/1?utm_source=rss"
    assert merged.kind is LinkKind.FEED
    assert (merged.title, merged.published, merged.modified, merged.section) == ("Feed", NOON, NOON, "Sea")


def test_newest_first_and_stable() -> None:
    feed = listing(
        ListingKind.FEED,
        link("/undated-1", LinkKind.FEED),
        link("/old", LinkKind.FEED, LinkHints(published=NOON.replace(day=1))),
        link("/undated-2", LinkKind.FEED),
        link("/changed", LinkKind.FEED, LinkHints(modified=NOON.replace(day=10))),
        link("/new", LinkKind.FEED, LinkHints(published=NOON)),
    )
    assert [one.url.rpartition("/")[2] for one in merge([feed.links])] == [
        "new",
        "changed",
        "old",
        "undated-1",
        "undated-2",
    ]


def test_nothing() -> None:
    assert merge([]) == ()
    assert link_to("mailto:x@news.example", kind=LinkKind.FEED, found_in=URL) is None
