"""What a fetched body is, and where listings usually are. And: no reader ever raises, whatever the bytes."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.discover.declared_lists.json_lists import read_json_list
from crawler.discover.feeds.read_feed import read_feed
from crawler.discover.front_pages.read_front_page import read_front_page
from crawler.discover.sitemaps.read_sitemap import read_sitemap, sitemaps_in_robots
from crawler.discover.well_known import classify, well_known_feeds, well_known_sitemaps
from db.models import ListingKind
from db.site_rules.loader import JsonList, Site

HOME, SECTION = "https://news.example/", "https://news.example/politics/"
BODIES = [
    (b"<rss version='2.0'><channel/></rss>", ListingKind.FEED),
    (b"\xef\xbb\xbf<?xml version='1.0'?><?xml-stylesheet href='x'?><!-- <html> --><feed xmlns='x'/>", ListingKind.FEED),
    (b"<rdf:RDF xmlns:rdf='x'><channel/></rdf:RDF>", ListingKind.FEED),
    (b'{"version": "https://jsonfeed.org/version/1.1", "items": []}', ListingKind.FEED),
    (b"<?xml version='1.0'?><urlset><url><loc>x</loc></url></urlset>", ListingKind.SITEMAP),
    (b"<urlset xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'></urlset>", ListingKind.NEWS_SITEMAP),
    (b"<sitemapindex></sitemapindex>", ListingKind.SITEMAP),
    (gzip.compress(b"<sitemapindex></sitemapindex>", mtime=0), ListingKind.SITEMAP),
    ("<urlset></urlset>".encode("utf-16"), ListingKind.SITEMAP),
    (b"https://news.example/a\nhttps://news.example/b\n", ListingKind.SITEMAP),
    (b"\xef\xbb\xbfhttps://news.example/a\rhttps://news.example/b\r", ListingKind.SITEMAP),
    (b"<a:feed xmlns:a='http://www.w3.org/2005/Atom'/>", ListingKind.FEED),
    (b"<?xml version='1.0'?>\n<document>\n<webSite>news.example</webSite>", ListingKind.FEED),
    (b"<document><title>An XML document</title></document>", ListingKind.FRONT_PAGE),
    (b"<!DOCTYPE html><html><head><title>x</title>", ListingKind.FRONT_PAGE),
    (b"<html><body>about our <rss> feed</body></html>", ListingKind.FRONT_PAGE),
    (b"", None),
    (b"Not found", None),
    (b'{"error": 404}', None),
    (b"\x89PNG\r\n\x1a\n\x00\x00", None),
]


@pytest.mark.parametrize(("body", "kind"), BODIES)
def test_classify(body: bytes, kind: ListingKind | None) -> None:
    assert classify(body, None, HOME) is kind


def test_a_page_below_the_root_is_a_section() -> None:
    assert classify(b"<html></html>", "text/html", SECTION) is ListingKind.SECTION


def test_usual_places() -> None:
    assert well_known_feeds(HOME)[:3] == (
        "https://news.example/feed",
        "https://news.example/rss",
        "https://news.example/rss.xml",
    )
    assert well_known_feeds(SECTION)[:2] == ("https://news.example/politics/feed", "https://news.example/feed")
    assert well_known_sitemaps(SECTION)[0] == "https://news.example/news-sitemap.xml"
    assert "https://news.example/wp-sitemap.xml" in well_known_sitemaps(HOME)
    assert len(set(well_known_feeds(HOME))) == len(well_known_feeds(HOME))


MARKS = b"""<rss> <item> </item> <title> <link> /a </link> <feed > <entry> <urlset> <url> <loc> </loc> &amp; & &x; &#0; ]> <html>
<lastmod>2024-01-01T00:00Z</lastmod> <![CDATA[ ]]> <!DOCTYPE <!ENTITY [ ]> <a href=' http://[ '> <base <nav> { "items": ] }
1e999 Sitemap: &#x110000;"""
PIECES = [*MARKS.split(), b"\x00", b"\xff", b"\x1f\x8b\x08", b"\n", b" "]
BYTES = st.one_of(st.binary(max_size=300), st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join))


@given(BYTES)
@example(b'{"items": [{"url": ["x"], "authors": [1], "tags": [{}], "date_published": 5}]}')
@example(b'{"items": [{"id": 5, "url": "http://[/", "title": {}}], "next_url": 3, "title": []}')
def test_no_reader_ever_raises(body: bytes) -> None:
    read_feed(body, HOME, "application/rss+xml; charset=nonsense")
    read_sitemap(body, HOME)
    read_front_page(body, HOME, "text/html; charset=gb2312")
    read_json_list(body, JsonList(url=HOME, link="{url}", items="items"), Site(name="x", hosts=("x",)), HOME)
    sitemaps_in_robots(body.decode("utf-8", "replace"), HOME)
    classify(body, None, HOME)
