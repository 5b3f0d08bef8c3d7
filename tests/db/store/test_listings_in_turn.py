"""Which listings of a source a crawl prefers, by what they have named and what came of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.crawl.listing_requests import requests_for_listings
from db.connection.database import open_database
from db.models import NO_ITEMS, Listing, ListingKind
from db.store.sites.listings import ListingState, barren_listings, in_turn

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def section(name: str, asked: int | None = None, links: int | None = None) -> ListingState:
    return ListingState(
        listing=Listing(url=f"https://a.example/{name}", kind=ListingKind.SECTION),
        asked_at=NOW - timedelta(hours=asked) if asked is not None else None,
        links=links,
    )


def test_sections_without_articles_come_last_the_longest_waiting_first() -> None:
    states = [section("about", 1, 0), section("jobs", 3, 0), section("news", 2, 9), section("region")]
    assert [one.listing.url.rpartition("/")[2] for one in in_turn(states)] == ["news", "region", "jobs", "about"]


def test_a_feed_whose_links_are_no_articles_stands_for_no_section() -> None:
    feed = Listing(url="https://a.example/podcast.xml", kind=ListingKind.FEED)
    news = Listing(url="https://a.example/news", kind=ListingKind.SECTION)
    assert [one.url for one in requests_for_listings([feed, news], None, "auto")] == [feed.url]
    assert [one.url for one in requests_for_listings([feed, news], None, "auto", {feed.url})] == [feed.url, news.url]


def test_a_feed_that_named_nothing_stands_for_no_section(tmp_path: Path) -> None:
    def feed(
        name: str, links: int | None, kind: ListingKind = ListingKind.FEED, trouble: str | None = None
    ) -> ListingState:
        asked = None if links is None else NOW
        return ListingState(listing=Listing(url=name, kind=kind), asked_at=asked, links=links, trouble=trouble)

    states = [
        feed("empty", 0, trouble=NO_ITEMS),
        feed("one", 1),
        feed("full", 9),
        feed("new", None),
        section("about", 1, 0),
    ]
    states += [feed("no-news", 0, ListingKind.NEWS_SITEMAP), feed("sunday", 1, ListingKind.NEWS_SITEMAP)]
    states += [feed("login", 0, trouble="the XML is not a feed")]
    with open_database(tmp_path / "news.db", create=True) as database:
        assert barren_listings(database.conn, 1, states) == {"empty", "one", "no-news"}
