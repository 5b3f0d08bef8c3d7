"""Feeds of every dialect, whole and broken, hostile too."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from crawler.discover.feeds.read_feed import read_feed
from crawler.discover.listings.listing import ParsedListing
from db.models import LinkKind, ListingKind

URL = "https://news.example/feeds/all.xml"
NINE = datetime(2024, 3, 5, 9, 30, 5, tzinfo=UTC)


def read(text: str, encoding: str = "utf-8", content_type: str | None = None) -> ParsedListing:
    return read_feed(text.encode(encoding), URL, content_type)


def test_rss_2() -> None:
    listing = read(
        """<?xml version="1.0" encoding="UTF-8"?>
        <rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
        <title>Harbour Post</title><link>https://news.example/</link><language>en_GB</language>
        <item><title>Ferry &amp; tide: &lt;b&gt;late&lt;/b&gt; again</title><link>
        https://news.example/a/1?x=1&amp;copy=2 </link>
          <guid isPermaLink="false">77</guid><pubDate>Tue, 05 Mar 2024 09:30:05 GMT</pubDate>
          <dc:creator><![CDATA[Jane Example]]></dc:creator><category>Local</category><category>Sea</category></item>
        <item><title><![CDATA[Caf&eacute; opens]]></title><guid>https://news.example/a/2</guid>
          <author>desk@news.example (Ann Other)</author><pubDate>2024-03-05 09:30</pubDate></item>
        <item><title>No address</title><guid isPermaLink="false">x</guid></item>
        </channel></rss>"""
    )
    assert listing.kind is ListingKind.FEED
    assert (listing.title, listing.language, listing.note) == ("Harbour Post", "en-GB", None)
    first, second = listing.links
    assert first.url == "https://news.example/a/1?x=1&copy=2"
    assert first.kind is LinkKind.FEED
    assert first.found_in == URL
    assert (first.title, first.author, first.section) == ("Ferry & tide: late again", "Jane Example", "Local")
    assert first.published == NINE
    assert (second.url, second.title, second.author) == ("https://news.example/a/2", "Café opens", "Ann Other")
    assert second.published is None  # no offset, and the feed states none


def test_a_feed_that_states_its_zone_lends_it_to_its_items() -> None:
    listing = read(
        "<rss><channel><lastBuildDate>Tue, 05 Mar 2024 18:00:00 +0800</lastBuildDate>"
        "<item><link>/a</link><pubDate>2024-03-05 17:30:05</pubDate></item></channel></rss>"
    )
    assert listing.links[0].published == NINE
    assert listing.links[0].published.utcoffset() == timedelta(hours=8)


def test_rdf() -> None:
    listing = read(
        """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel
        rdf:about="x"><title>Minato</title><link>https://news.example/</link> </channel><item
        rdf:about="https://news.example/a/1"><title>港</title><link>https://news.example/a/1</link>
        <dc:date>2024-03-05T18:30:05+09:00</dc:date><dc:subject>経済</dc:subject></item> <item
        rdf:about="https://news.example/a/2"><title>二</title></item></rdf:RDF>"""
    )
    assert [link.url for link in listing.links] == ["https://news.example/a/1", "https://news.example/a/2"]
    assert listing.links[0].published == NINE
    assert (listing.title, listing.links[0].section) == ("Minato", "経済")


def test_atom() -> None:
    listing = read(
        """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://news.example/de/">
        <title type="text">Kurier</title><link rel="self" href="https://news.example/x"/><link rel="next"
        href="/feed?page=2"/> <entry><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Ein
        <em>Fest</em></div></title> <link rel="enclosure" href="/a.mp3"/><link rel="alternate"
        href="fest.html"/><id>tag:x</id>
        <published>2024-03-05T10:30:05+01:00</published><updated>2024-03-05T10:30:05.250Z</updated>
        <author><name>A</name><email>a@news.example</email></author><author><name>B</name></author> <category
        term="pol" label="Politik"/></entry> <entry><title type="html">Zwei &amp;amp; drei</title><link
        href="zwei.html"/></entry></feed>"""
    )
    first, second = listing.links
    assert first.url == "https://news.example/de/fest.html"
    assert (first.title, first.author, first.section) == ("Ein Fest", "A, B", "Politik")
    assert first.published == NINE
    assert first.modified == datetime(2024, 3, 5, 10, 30, 5, tzinfo=UTC)
    assert second.title == "Zwei & drei"
    assert (listing.title, listing.language, listing.pages) == ("Kurier", "de", ("https://news.example/feed?page=2",))


def test_json_feed() -> None:
    listing = read(
        """{"version": "https://jsonfeed.org/version/1.1", "title": "Post", "language": "en", "next_url":
        "/feed.json?p=2", "items": [{"id": "1", "url": "/a/1", "title": "One", "date_published": "2024-03-05T09:30:05Z",
        "date_modified": "2024-03-05T10:30:05Z", "authors": [{"name": "A"}, {"name": "B"}], "tags": ["sea", "x"]},
        {"id": "https://news.example/a/2", "title": "Two", "author": {"name": "C"}}, {"id": "3"}, "junk"]}"""
    )
    first, second = listing.links
    assert (first.url, first.title, first.author, first.section) == ("https://news.example/a/1", "One", "A, B", "sea")
    assert first.published == NINE
    assert (second.url, second.author) == ("https://news.example/a/2", "C")
    assert (listing.title, listing.pages) == ("Post", ("https://news.example/feed.json?p=2",))


def test_a_json_feed_with_the_mistakes_of_templates() -> None:
    listing = read('{"items": [{"url": "/a/1", "content_html": "<p>\n\tA</p>"}, {"url": "/a/2"},]}\n<!-- cached -->')
    assert [link.url for link in listing.links] == ["https://news.example/a/1", "https://news.example/a/2"]


@pytest.mark.parametrize(
    ("item", "url"),
    [
        ('{"id": "7", "external_url": "https://other.example/x"}', "https://other.example/x"),
        ('{"id": "https://news.example/a/7", "external_url": "https://other.example/x"}', "https://news.example/a/7"),
        ('{"url": "/a/7", "external_url": "https://other.example/x"}', "https://news.example/a/7"),
    ],
)
def test_an_item_of_a_json_feed_that_is_about_another_page(item: str, url: str) -> None:
    assert [link.url for link in read(f'{{"items": [{item}]}}').links] == [url]


@pytest.mark.parametrize(
    "entry",
    [
        '<link rel="http://www.iana.org/assignments/relation/alternate" href="a/7"/>',
        '<link rel="alternate nofollow" href="a/7"/>',
        '<content type="text/html" src="a/7"/>',
        '<content type="audio/mpeg" src="a/7.mp3"/><link rel="via" href="https://other.example/x"/>'
        "<id>https://news.example/a/7</id>",
        '<link rel="self" href="https://news.example/7.atom"/><link rel="related" href="a/7"/>',
    ],
)
def test_where_else_an_atom_entry_has_its_address(entry: str) -> None:
    listing = read(
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/"><entry><id>tag:7</id>{entry}</entry></feed>'
    )
    assert [link.url for link in listing.links] == ["https://news.example/a/7"]


BROKEN = {
    "bare ampersand": "<rss><channel><item><title>Salt & pepper</title>"
    "<link>https://news.example/a?x=1&y=2</link></item></channel></rss>",
    "named entity": "<rss><channel><item><title>Salt &amp; pepper&nbsp;</title>"
    "<link>/a?x=1&amp;y=2</link></item></channel></rss>",
    "unclosed": "<rss><channel><item><title>Salt &amp; pepper</title><link>/a?x=1&amp;y=2</link></item>",
    "undeclared prefix": "<rss><channel><item><title>Salt &amp; pepper</title><dc:x>1</dc:x>"
    "<link>/a?x=1&amp;y=2</link></item></channel></rss>",
    "junk before": "\n\n<br /><b>Notice</b>: x<?xml version='1.0'?><rss><channel><item><title>Salt &amp; pepper</title>"
    "<link>/a?x=1&amp;y=2</link></item></channel></rss>",
    "control characters": "<rss><channel><item><title>Salt \x0b&amp; pepper\x00</title>"
    "<link>/a?x=1&amp;y=2</link></item></channel></rss>",
    "twice escaped": "<rss><channel><item><title>Salt &amp;amp; pepper</title>"
    "<link>/a?x=1&amp;amp;y=2</link></item></channel></rss>",
    "one bad item": "<rss><channel><item><title>x<</titel</item><item><title>Salt &amp; pepper</title>"
    "<link>/a?x=1&amp;y=2</link></item></channel></rss>",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_broken_feeds_are_read(text: str) -> None:
    found = [(link.url, link.title) for link in read(text).links]
    assert ("https://news.example/a?x=1&y=2", "Salt & pepper") in found


@pytest.mark.parametrize("encoding", ["gb2312", "gb18030", "utf-16", "big5", "shift_jis"])
def test_feeds_in_other_encodings(encoding: str) -> None:
    words = "港口重新開放了" if encoding == "big5" else "港口再開" if encoding == "shift_jis" else "港口重新开放了"
    item = f"<item><title>{words}</title><link>/a</link></item>"
    text = f'<?xml version="1.0" encoding="{encoding}"?><rss><channel>{item}</channel></rss>'
    assert read(text, encoding).links[0].title == words


def test_entities_of_a_feed_are_never_expanded() -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    started = time.process_time()
    listing = read(
        f"{bomb}]><rss><channel><title>&i;</title><item><title>&i;</title><link>/a</link></item></channel></rss>"
    )
    assert time.process_time() - started < 1
    assert len(listing.links[0].title or "") < 10

    secret = read(
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        "<rss><channel><item><title>a&x;b</title><link>/a</link></item></channel></rss>"
    )
    assert secret.links[0].title == "a&x;b"


@pytest.mark.parametrize(
    "body", [b"", b"\x00\x01", b"<html><body>404</body></html>", b"{}", b'{"items": 3}', b"[]", b"plain"]
)
def test_what_is_no_feed_is_empty_and_says_so(body: bytes) -> None:
    listing = read_feed(body, URL)
    assert listing.links == ()
    assert listing.note


def test_five_hundred_items_are_quick() -> None:
    items = "".join(
        f"<item><title>News {n}</title><link>https://news.example/{n}</link><pubDate>Tue, 05 Mar 2024 09:30:05 GMT</pubDate></item>"
        for n in range(500)
    )
    text = f"<rss><channel>{items}</channel></rss>"
    started = time.process_time()
    assert len(read(text).links) == 500
    assert time.process_time() - started < 0.5  # 20 ms on a quiet machine


def test_offsets_are_kept() -> None:
    listing = read(
        "<rss><channel><item><link>/a</link><pubDate>Tue, 05 Mar 2024 17:30:05 +0800</pubDate></item></channel></rss>"
    )
    assert listing.links[0].published == datetime(2024, 3, 5, 17, 30, 5, tzinfo=timezone(timedelta(hours=8)))


@pytest.mark.parametrize(
    ("bases", "expected"),
    [
        (("", "", ""), "https://news.example/feeds/a.html"),
        (('xml:base="https://www.other.example/x/"', "", ""), "https://www.other.example/x/a.html"),
        (("", 'xml:base="/2026/"', ""), "https://news.example/2026/a.html"),
        (('xml:base="/x/"', 'xml:base="y/"', ""), "https://news.example/x/y/a.html"),
        (('xml:base="/x/"', 'xml:base="y/"', 'xml:base="z/"'), "https://news.example/x/y/z/a.html"),
        (('xml:base="http://[broken"', "", 'xml:base="/z/"'), "https://news.example/z/a.html"),
    ],
)
def test_xml_base_of_feed_entry_and_link(bases: tuple[str, str, str], expected: str) -> None:
    feed, entry, link = bases
    text = (
        f'<feed xmlns="http://www.w3.org/2005/Atom" {feed}><entry {entry}><title>A</title>'
        f'<link {link} href="a.html"/></entry></feed>'
    )
    listing = read_feed(text.encode(), "https://news.example/feeds/atom.xml")
    assert [found.url for found in listing.links] == [expected]


NINE_ITEMS = "".join(
    f"<item><title>{{title}}</title><link>https://news.example/a/{number}</link></item>" for number in range(9)
)


@pytest.mark.parametrize(
    "title", ["Ferry<br>late", "<b>Ferry <i>late", "Ferry &copy late<p>More", "Ferry <img src=x.png>"]
)
def test_html_that_is_not_escaped_hides_no_item(title: str) -> None:
    listing = read(f"<rss><channel>{NINE_ITEMS.replace('{title}', title)}</channel></rss>")
    assert [link.url.rpartition("/")[2] for link in listing.links] == [*"012345678"]
    assert all(link.title and link.title.startswith("Ferry") for link in listing.links)


def test_forms_that_only_other_readers_write() -> None:
    upper = "<RSS><CHANNEL><ITEM><TITLE>Ferry</TITLE><LINK>https://news.example/a/1</LINK></ITEM></CHANNEL></RSS>"
    undeclared = "<rss><channel><x:item><x:title>Ferry</x:title><x:link>/a/1</x:link></x:item></channel></rss>"
    emptied = "<rss><channel><item><title>Ferry</title><link/>https://news.example/a/1\n</item></channel></rss>"
    for text in (upper, undeclared, emptied):
        assert [(link.url, link.title) for link in read(text).links] == [("https://news.example/a/1", "Ferry")], text


def test_baidu_news() -> None:
    listing = read(
        """<?xml version="1.0" encoding="UTF-8"?><document><webSite>news.example</webSite><updatePeri>15</updatePeri><item>
        <title>渡轮恢复通航</title><link>https://news.example/a/1</link><source>港报</source>
        <pubDate>2024-03-05T17:30:05+08:00</pubDate></item></document>"""
    )
    assert [(link.url, link.title) for link in listing.links] == [("https://news.example/a/1", "渡轮恢复通航")]
    assert listing.links[0].published == NINE
    assert listing.note is None
