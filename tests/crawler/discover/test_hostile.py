"""Listings, addresses and robots.txt made to hurt are read in time that grows with their length, and give short texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.discover.addresses.article_urls import judge
from crawler.discover.declared_lists.json_lists import read_json_list
from crawler.discover.feeds.read_feed import read_feed
from crawler.discover.front_pages.read_front_page import read_front_page
from crawler.discover.pages.next_part import next_part
from crawler.discover.sitemaps.read_sitemap import read_sitemap, sitemaps_in_robots
from crawler.discover.well_known import classify
from crawler.robots.policy import RobotsPolicy, RobotsRecord, read_rules
from db.site_rules.loader import JsonList, Site
from pipelines import text_limits as limits
from pipelines.html_tree import parse_html
from pipelines.urls import clean_url, link_key
from tests.patterns.growth import STEEPEST, cost

URL = "https://news.example/"
SIZES = (8_000, 32_000)
_FLOOR = 0.05
"""CPU seconds below which growth says nothing on a busy machine."""
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SITE = Site(name="news", hosts=("news.example",))
LIST = JsonList(url=URL, items="", link="{u}", author="a")


def feed(item: str, around: str = "") -> Any:
    text = f"<rss><channel><title>t</title>{around}<item><link>/a/1</link>{item}</item></channel></rss>"
    return read_feed(text.encode(), URL)


def sitemap(paths: Iterable[str]) -> Any:
    locs = "".join(f"<url><loc>{URL}{path}</loc></url>" for path in paths)
    links = read_sitemap(f"<urlset>{locs}</urlset>".encode(), URL).links
    return [judge(link.url) for link in links]


def front(body: str) -> Any:
    return read_front_page(f"<html><head><title>t</title></head><body>{body}</body></html>".encode(), URL)


def page_of(paths: Iterable[str]) -> Any:
    return front("".join(f"<p><a href='/{path}'>Some words of a link</a></p>" for path in paths))


def many(part: str, n: int) -> list[str]:
    """As many paths of 1,900 characters as come to `n` characters, no two alike."""
    return [part * (1_900 // len(part)) + str(number) for number in range(n // 1_900)]


def obeyed(body: str) -> bool:
    record = RobotsRecord(
        origin=URL[:-1], fetched_at=NOW, expires_at=NOW + timedelta(hours=1), status=200, body=body.encode()
    )
    policy = RobotsPolicy(record, read_rules(record.body, "Copydesk", record.origin))
    return policy.allows(f"{URL}a/{'ab' * 900}")


def attributes(n: int) -> str:
    return " ".join(f"a{number}" for number in range(n))


HOSTILE: dict[str, Callable[[int], Any]] = {
    "author of @": lambda n: feed(f"<author>{'@' * n}</author>"),
    "author of blanks": lambda n: feed(f"<author>a{' ' * n}b (c)</author>"),
    "n authors": lambda n: feed("".join(f"<author>a{number}</author>" for number in range(n // 8))),
    "title of comments": lambda n: feed(f"<title>{'&lt;!--' * n}</title>"),
    "title of tags": lambda n: feed(f"<title>{'&lt;a ' * n}</title>"),
    "5,000 titles of comments": lambda n: feed(f"</item><item><title>{'&lt;!--' * 900}</title>" * (n // 5400)),
    "feed of &": lambda n: feed("", "&" * (20 * n)),
    "feed of item tags": lambda n: feed("", "&<item " * n),
    "feed of CDATA": lambda n: feed("", "<![CDATA[" * n),
    "item of n attributes": lambda n: feed("", f"<item {attributes(n)}>"),
    "sitemap of 5-000": lambda n: sitemap(many("5-" + "0" * 1_890, 4 * n)),
    "sitemap of -0-0": lambda n: sitemap(many("-0", 20 * n)),
    "sitemap of /a/a": lambda n: sitemap(many("a/", 20 * n)),
    "sitemap of hexadecimals": lambda n: sitemap(many("0123456789", 4 * n)),
    "sitemap of escapes": lambda n: sitemap(many("%25", 20 * n)),
    "sitemap of amp": lambda n: sitemap(many("amp/", 20 * n)),
    "sitemap of siblings": lambda n: read_sitemap(f"<urlset>{'<x/>' * n}</urlset>".encode(), URL),
    "text sitemap of line ends": lambda n: read_sitemap(b"https://a/a\n" + b"\n" * n, URL),
    "robots of sitemaps": lambda n: sitemaps_in_robots(
        "".join(f"Sitemap: /{number}\n" for number in range(n // 4)), URL
    ),
    "tag of n attributes": lambda n: front(f"<a href=/a {attributes(n)}>x</a>"),
    "tag of n attributes, > in quotes": lambda n: front(
        "<a href=/a " + " ".join(f"a{i} b{i}='>'" for i in range(n)) + ">"
    ),
    "article's tag of n attributes": lambda n: parse_html(f"<p {attributes(n)}>x</p>"),
    "next page's tag of n attributes": lambda n: next_part(f"<p {attributes(n)}>".encode(), URL, None, URL),
    "links within links": lambda n: front("".join(f"<a href=/a-{i}><div>" for i in range(n // 300)) + "<i>x</i>" * n),
    "front page of 5-000": lambda n: page_of(many("5-" + "0" * 1_890, 4 * n)),
    "front page of feeds": lambda n: page_of(["rss" * n]),
    "front page of n feeds": lambda n: page_of(f"rss/{number}/feed" for number in range(n // 8)),
    "front page of long words": lambda n: front(f"<a href=/a-b-c-d-e>{'<b> </b>x ' * n}</a>"),
    "comments never closed": lambda n: classify(b"<!--" * n),
    "document types never closed": lambda n: classify(b"<!DOCTYPE[" * n),
    "an address and line ends": lambda n: classify(b"https://a\n" + b"\n" * n),
    "JSONP of blanks": lambda n: read_json_list(b"cb([" + b" " * n + b"x;", LIST, SITE, URL),
    "JSON list of n authors": lambda n: read_json_list(f'[{{"u":"/a","a":[{"1," * n}1]}}]'.encode(), LIST, SITE, URL),
    "n agents of n rules": lambda n: obeyed("".join(f"User-agent: a{i}\n" for i in range(n // 16)) + "Allow: /\n" * n),
    "n rules": lambda n: obeyed("User-agent: *\n" + "".join(f"Disallow: /*a*{number}b\n" for number in range(n // 8))),
    "host of n letters": lambda n: clean_url(f"https://{'ü' * n}.example/"),
    "key of n escapes": lambda n: link_key(URL + "%2561" * n),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_time_grows_with_the_length(name: str) -> None:
    first = second = 0.0
    for _ in range(3):
        first = max(cost(HOSTILE[name], SIZES[0], 2.0), _FLOOR)
        second = cost(HOSTILE[name], SIZES[1], first * STEEPEST)
        if second < first * STEEPEST:
            return
    pytest.fail(f"{first:.3f} s for {SIZES[0]:,}, {second:.3f} s or more for {SIZES[1]:,}")


def test_texts_that_come_out_are_short() -> None:
    long = "word " * 20_000
    (link,) = feed(f"<title>{long}</title><category>{long}</category>" + f"<author>{long}</author>" * 90).links
    assert max(len(text or "") for text in (link.title, link.author, link.section)) <= limits.MAX_STATED_TEXT
    (link,) = front(f"<h2><a href='/a-long-name-of-1234567'>{long}</a></h2>").links
    assert len(link.title or "") <= limits.MAX_STATED_TEXT
    assert len(sitemaps_in_robots("".join(f"Sitemap: /{n}\n" for n in range(5_000)), URL)) == limits.MAX_LISTINGS_NAMED
    assert judge(URL + "a-headline-of-five-words/" * 80).points < 0


def test_a_crowded_tag_keeps_its_first_attributes() -> None:
    tree = parse_html(f"<p>before</p><a href='/a' {attributes(3_000)} o:p='1'>words</a><p x\"y>after")
    assert tree is not None
    anchor = next(tree.iter("a"))
    assert (anchor.get("href"), anchor.text, len(anchor.attrib)) == ("/a", "words", limits.MAX_ATTRIBUTES)
    assert [element.text for element in tree.iter("p")] == ["before", "after"]
