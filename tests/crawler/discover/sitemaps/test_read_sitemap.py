"""Sitemaps: addresses, news, indexes, text, packed, broken, hostile."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from crawler.discover.listings.xml_tree import MAX_UNPACKED, gunzip
from crawler.discover.sitemaps.read_sitemap import read_sitemap
from db.models import LinkKind, ListingKind

URL = "https://news.example/sitemap.xml"
NEWS = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
  xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://news.example/a/1?x=1&amp;copy=2</loc><lastmod>2024-03-05T10:00:00+00:00</lastmod>
 <news:news><news:publication><news:name>Post</news:name><news:language>en</news:language></news:publication>
 <news:publication_date>2024-03-05T09:30:05Z</news:publication_date>
 <news:title>Ferry &amp; tide</news:title></news:news>
 <image:image><image:loc>https://news.example/i.jpg</image:loc><image:title>Not this</image:title></image:image></url>
<url><loc> https://news.example/a/2 </loc><lastmod>2024-03-05</lastmod></url>
</urlset>"""


def test_news_sitemap() -> None:
    listing = read_sitemap(NEWS.encode(), URL)
    assert (listing.kind, listing.language, listing.note) == (ListingKind.NEWS_SITEMAP, "en", None)
    first, second = listing.links
    assert (first.url, first.title, first.kind) == (
        "https://news.example/a/1?x=1&copy=2",
        "Ferry & tide",
        LinkKind.NEWS_SITEMAP,
    )
    assert first.published == datetime(2024, 3, 5, 9, 30, 5, tzinfo=UTC)
    assert first.modified == datetime(2024, 3, 5, 10, tzinfo=UTC)
    assert (second.url, second.kind, second.modified) == ("https://news.example/a/2", LinkKind.SITEMAP, None)


@pytest.mark.parametrize("packed", [False, True])
def test_index_newest_first(packed: bool) -> None:
    text = (
        "<sitemapindex><sitemap><loc>/old.xml</loc><lastmod>2023-01-01</lastmod></sitemap><sitemap><loc>/none.xml</loc></sitemap>"
        "<sitemap><loc>/new.xml</loc><lastmod>2024-03-05T09:30:05+08:00</lastmod></sitemap></sitemapindex>"
    )
    body = gzip.compress(text.encode()) if packed else text.encode()
    listing = read_sitemap(body, URL)
    assert listing.kind is ListingKind.SITEMAP
    assert [child.url.rpartition("/")[2] for child in listing.children] == ["new.xml", "old.xml", "none.xml"]
    assert listing.links == ()


def test_text_sitemap() -> None:
    listing = read_sitemap("\ufeffhttps://news.example/a/1\r\n\r\nhttps://news.example/文\n".encode(), URL)
    assert [link.url for link in listing.links] == ["https://news.example/a/1", "https://news.example/%E6%96%87"]


@pytest.mark.parametrize(
    "text",
    [
        "<urlset><url><loc>/a?x=1&y=2</loc></url></urlset>",
        "<urlset><url><loc>/a?x=1&amp;y=2</loc><news:news><news:title>t</news:title></news:news></url>",
        "<urlset><url><bad</url><url><loc>/a?x=1&amp;y=2</loc></url></urlset>",
        "<urlset><url><loc><![CDATA[/a?x=1&y=2]]></loc></url></urlset>",
        "<urlset><url><loc>/a?x=1&amp;amp;y=2</loc></url></urlset>",
        "junk <?xml version='1.0'?><urlset><url><loc>/a?x=1&amp;y=2</loc></url></urlset>",
    ],
)
def test_broken_sitemaps_are_read(text: str) -> None:
    assert "https://news.example/a?x=1&y=2" in [link.url for link in read_sitemap(text.encode(), URL).links]


def test_titles_in_gb2312() -> None:
    text = NEWS.replace("UTF-8", "gb2312").replace("Ferry &amp; tide", "港口重新开放镕")
    assert read_sitemap(text.encode("gb18030"), URL).links[0].title == "港口重新开放镕"


def test_a_large_sitemap_is_read_as_a_stream() -> None:
    urls = "".join(f"<url><loc>https://news.example/{n}</loc></url>" for n in range(20_000))
    listing = read_sitemap(f"<urlset>{urls}</urlset>".encode(), URL)
    assert len({link.key for link in listing.links}) == 20_000


def test_unpacking_is_bounded() -> None:
    bomb = gzip.compress(b"\0" * (MAX_UNPACKED + 5_000_000), 9)
    assert len(gunzip(bomb)) == MAX_UNPACKED
    packed = gzip.compress(NEWS.encode())
    assert NEWS.encode().startswith(gunzip(packed[:-20]))
    assert gunzip(b"\x1f\x8bgarbage") == b""


@pytest.mark.parametrize(
    "body", [b"", b"<html><body>404</body></html>", b"not found", b"\x89PNG\r\n", b"<urlset></urlset>"]
)
def test_what_is_no_sitemap_is_empty_and_says_so(body: bytes) -> None:
    listing = read_sitemap(body, URL)
    assert (listing.links, listing.children) == ((), ())
    assert listing.note


@pytest.mark.parametrize("dated", [False, True])
def test_of_an_endless_sitemap_the_newest_are_kept(dated: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    kept_of_any = 2_000
    monkeypatch.setattr("crawler.discover.sitemaps.read_sitemap.MAX_ENTRIES", kept_of_any)

    def entry(number: int) -> str:
        day = f"{1980 + number // 160}-01-01T00:00:00Z"
        return f"<url><loc>/{number}</loc>{f'<lastmod>{day}</lastmod>' if dated else ''}</url>"

    number = 2 * kept_of_any + 10
    listing = read_sitemap(f"<urlset>{''.join(map(entry, range(number)))}</urlset>".encode(), URL)
    assert len(listing.links) == kept_of_any
    kept = {int(link.url.rpartition("/")[2]) for link in listing.links}
    assert kept == set(range(number - kept_of_any, number))


def test_days_order_what_has_no_exact_time() -> None:
    days = {
        "/none": "",
        "/old": "2023-01-05",
        "/new": "2024-03-05T10:00:00Z",
        "/newer": "2024-03-06",
        "/odd": "06.03.2024",
    }
    entries = "".join(f"<url><loc>{path}</loc><lastmod>{day}</lastmod></url>" for path, day in days.items())
    listing = read_sitemap(f"<urlset>{entries}</urlset>".encode(), URL)
    assert [link.url.rpartition("/")[2] for link in listing.links] == ["newer", "new", "old", "none", "odd"]
    assert [link.modified is not None for link in listing.links] == [False, True, False, False, False]
