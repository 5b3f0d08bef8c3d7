"""Lists of sources: OPML as readers export it, plain lists, and back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from db.errors import UsageError
from db.models import ListedSource, Listing, ListingKind, Source
from pipelines.exchange.source_lists import read_sources, write_opml


def test_opml_of_a_feed_reader() -> None:
    data = """<?xml version="1.0" encoding="UTF-8"?><opml version="1.0"><head><title>x</title></head><body>
    <outline text="News"><outline type="rss" text="Post &amp; Sea" xmlUrl="https://post.example/feed" htmlUrl="https://post.example/"/>
    <outline type="rss" text="Feed only" xmlUrl="https://feed.example/rss?x=1&amp;y=2"/></outline>
    <outline text="again" htmlUrl="https://post.example/"/><outline text="folder"/></body></opml>"""
    assert read_sources(data.encode()) == [
        ListedSource(name="Post & Sea", url="https://post.example/"),
        ListedSource(name="Feed only", url="https://feed.example/rss?x=1&y=2"),
    ]


def test_bare_ampersands_are_part_of_names_and_addresses() -> None:
    data = '<opml version="1.0"><body><outline text="Bread & Sea" xmlUrl="https://a.example/f?x=1&copy=2&amp;y=3"/></body></opml>'
    assert read_sources(data.encode()) == [ListedSource(name="Bread & Sea", url="https://a.example/f?x=1&copy=2&y=3")]


def test_opml_in_utf_16() -> None:
    data = '<opml version="1.0"><body><outline text="港湾 &amp; 新闻" xmlUrl="https://a.example/f"/></body></opml>'
    assert read_sources(data.encode("utf-16")) == [ListedSource(name="港湾 & 新闻", url="https://a.example/f")]


def test_plain_list() -> None:
    data = """\ufeff# my sites
https://a.example/          # the first
Example Daily, https://b.example/news?x=1#top
港湾新闻\thttps://gangwan.example/

c.example
https://a.example/
"""
    assert read_sources(data.encode()) == [
        ListedSource(name=None, url="https://a.example/"),
        ListedSource(name="Example Daily", url="https://b.example/news?x=1#top"),
        ListedSource(name="港湾新闻", url="https://gangwan.example/"),
        ListedSource(name=None, url="https://c.example"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        "URL,Name,delay,limit,cron\nhttps://a.example/,Post,2s,20,*/10 6-23 * * *\nb.example,,,,\n",
        '\ufeffname;url;delay;cron;limit\r\n"Post";"https://a.example/";2s;"*/10 6-23 * * *";20\r\n;b.example;;;\r\n;;;;\r\n',
        "\n name\turl\tlimit\tdelay\tcron\nPost\thttps://a.example/\t20\t2s\t*/10 6-23 * * *\n\tb.example\n",
    ],
)
def test_a_table_as_spreadsheets_save_it(data: str) -> None:
    settings = {"delay": "2s", "limit": 20, "cron": "*/10 6-23 * * *"}
    assert read_sources(data.encode()) == [
        ListedSource(name="Post", url="https://a.example/", settings=settings),
        ListedSource(name=None, url="https://b.example"),
    ]


def test_a_table_that_excel_saved_as_unicode_text() -> None:
    data = "name\turl\r\n北河日报\thttps://a.example/\r\n".encode("utf-16")
    assert read_sources(data) == [ListedSource(name="北河日报", url="https://a.example/")]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("url,name\nhttps://a.example/,北河日报\n".encode("gb18030"), "list.txt:2: is not UTF-8; save it as UTF-8"),
        ("https://a.example/\nKäse https://b.example/\n".encode("cp1252"), "list.txt:2: is not UTF-8"),
        ("\ufeff港 https://a.example/\n".encode() + b"K\xe4se https://b.example/\n", "list.txt:2: is not UTF-8"),
        ("url,name\nhttps://a.example/,Post\n".encode("utf-16-le"), "list.txt:1: is not UTF-8"),
        (b"url,name\nhttps://a.example/,P\0st\n", "list.txt:2: is not UTF-8"),
        (b"https://a.example/ Post\n", "list.txt:1: nothing may stand behind an address, but 'Post' does"),
        (b"url,name\nhttps://a.example/,a,b\n", "list.txt:2: has more cells than the first line has columns"),
        (b"url,name\nwhat is this,a\n", "list.txt:2: 'what is this' is not an address"),
        (b"url,name\n,Post\n", "list.txt:2: has no url"),
        (b"https://a.example/\nwhat is this\n", "list.txt:2: 'what is this'"),
        (b"", "no address"),
        (b"# nothing\n", "no address"),
        (b"<html></html>", "not OPML"),
        (b"<opml><body></body></opml>", "no address"),
        (b"<", "not OPML"),
        # An attribute that ends too early, a file that was cut off: sources would be lost.
        (b'<opml><body>\n<outline text="A"B" xmlUrl="https://a.example/f"/></body></opml>', "list.txt:2: is not XML"),
        (
            b'<opml><body><outline xmlUrl="https://a.example/f"/>\n<outline xmlUrl="https://b.exam',
            "list.txt:2: is not XML",
        ),
        (b'<opml><body><outline xmlUrl="https://a.example/f"/>\n', "list.txt:2: is not XML"),
        (
            b'<opml xmlns:c="urn:copydesk:sources"><body><outline text="A" htmlUrl="https://a.example/" c:settings="[]"/>'
            b"</body></opml>",
            "list.txt: A: its settings are not a JSON object",
        ),
    ],
)
def test_mistakes_are_named(data: bytes, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_sources(data, "list.txt")
    assert message in str(raised.value)
    assert str(raised.value).startswith("list.txt")


def test_what_is_written_is_read_back() -> None:
    added = datetime(2024, 5, 20, tzinfo=UTC)
    sources = [
        Source(
            id=1,
            name="post <&> sea",
            url="https://post.example/?a=1&b=2",
            added_at=added,
            settings={"cron": "*/5 * * * *", "limit": 3},
        ),
        Source(id=2, name="港湾", url="https://gangwan.example/", added_at=added, paused_at=added),
    ]
    entries = [
        Listing(url="https://post.example/feed", kind=ListingKind.FEED, title="All \x0b news"),
        Listing(url="https://post.example/sitemap.xml", kind=ListingKind.SITEMAP),
    ]
    text = write_opml([(sources[0], entries), (sources[1], [])])
    assert read_sources(text.encode()) == [
        ListedSource(name=source.name, url=source.url, settings=source.settings, paused=source.paused_at is not None)
        for source in sources
    ]
    assert "https://post.example/feed" in text
    assert "sitemap.xml" not in text
