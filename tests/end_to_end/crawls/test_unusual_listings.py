"""Listings that sites serve although no standard foresees them so, each crawled."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from db.connection.database import open_database, write
from db.models import ListingKind
from tests.crawler.http.web import Answer, Arrival
from tests.end_to_end.crawls.test_listings import HTML, XML, Site, report, site

__all__ = ["site"]  # the fixture

OPML = {"Content-Type": "text/x-opml"}
DATA = {"Content-Type": "application/octet-stream"}
JSON = {"Content-Type": "application/json"}


def feeds_of(site: Site) -> set[str]:
    rows = site.rows("SELECT url FROM entries WHERE kind = 'feed'")
    return {str(url).removeprefix(site.web.url("")) for (url,) in rows}


def opml(*feeds: str) -> bytes:
    outlines = "".join(f'<outline type="rss" text="News" xmlUrl="{feed}"/>' for feed in feeds)
    return (
        '<?xml version="1.0"?><opml version="2.0"><head><title>Feeds</title></head><body>'
        f'<outline text="All">{outlines}</outline></body></opml>'
    ).encode()


@pytest.mark.parametrize(
    "named", ["<link rel='outline' type='text/x-opml' href='/all.opml'>", "<a href='/all.opml'>Feeds</a>"]
)
def test_a_file_of_feeds_leads_to_them(site: Site, named: str) -> None:
    site.web.pages["/"] = Answer(f"<html>{named}</html>".encode(), headers=HTML)
    site.web.pages["/all.opml"] = Answer(opml("/local.rss", "/sport.rss", "/all.opml", "javascript:x"), headers=OPML)
    site.feed("/local.rss", report(1), report(2))
    site.feed("/sport.rss", report(3))
    site.add()
    site.crawl()
    assert feeds_of(site) == {"/local.rss", "/sport.rss"}
    assert site.links == {report(1), report(2), report(3)}


def test_a_source_may_be_a_file_of_feeds_and_not_all_of_many_are_tried(site: Site) -> None:
    feeds = [f"/{number}.rss" for number in range(40)]
    for number, feed in enumerate(feeds):
        site.feed(feed, report(number))
    site.web.pages["/feeds.opml"] = Answer(opml(*feeds), headers=XML)
    site.web.pages["/"] = Answer(b"", status=404)
    site.home = site.web.url("/feeds.opml")
    site.add()
    site.crawl()
    assert feeds_of(site) == {f"/{number}.rss" for number in range(6)}
    assert len(site.web.arrivals) < 60


@pytest.mark.parametrize(
    "address",
    ["/listfeed.aspx?c=1", "/rss.php?id=3", "/RSSList.ashx?cat=2", "/news/getRss.do?x=1", "/xml/rss_news.jsp"],
)
def test_feeds_made_by_a_program_are_known_by_its_name(site: Site, address: str) -> None:
    site.web.pages["/"] = Answer(f"<html><a href='{address}'>All news</a></html>".encode(), headers=HTML)
    site.feed(address, report(1), report(2))
    site.add()
    site.crawl()
    assert feeds_of(site) == {address}


def test_a_feed_that_only_sections_name(site: Site) -> None:
    menu = "<nav><a href='/politics/'>Politics</a><a href='/sport/'>Sport</a></nav>"
    links = "".join(
        f"<h2><a href='{report(n)}'>A report on the bridge and the council number {n}</a></h2>" for n in range(5)
    )
    page = f"<html><link rel=alternate type='application/rss+xml' href='/service/politics.rss'>{menu}{links}</html>"
    site.web.pages["/"] = Answer(f"<html>{menu}{links}</html>".encode(), headers=HTML)
    site.web.pages["/politics/"] = site.web.pages["/sport/"] = Answer(page.encode(), headers=HTML)
    site.feed("/service/politics.rss", report(11), report(12))
    site.add()
    site.crawl()
    site.crawl()
    assert feeds_of(site) == {"/service/politics.rss"}
    assert report(11) in site.links


def test_what_a_section_names_and_is_no_feed_is_tried_once(site: Site) -> None:
    links = "".join(
        f"<h2><a href='{report(n)}'>A report on the bridge and the council number {n}</a></h2>" for n in range(5)
    )
    page = f"<html><nav><a href='/politics/'>Politics</a></nav>{links}"
    site.web.pages["/"] = Answer(page.encode(), headers=HTML)
    named = "<link rel=alternate type='application/rss+xml' href='/no.rss'></html>"
    site.web.pages["/politics/"] = Answer((page + named).encode(), headers=HTML)
    site.web.pages["/no.rss"] = Answer(b"none", status=404)
    site.add()
    tried = []
    for _ in range(4):
        site.crawl()
        tried += [a.path for a in site.web.arrivals if a.path == "/no.rss"]
    assert tried == ["/no.rss"]


def pages_of_a_feed(site: Site, newest: int, *, pages: bool, dated: bool = True) -> None:
    """A feed of five articles, the newest first, that has the older ones at `?paged=`. They came a minute after each other."""

    def feed(arrival: Arrival) -> Answer:
        page = int(arrival.path.partition("paged=")[2] or 1) if pages else 1
        items = ""
        for number in range(newest - 5 * (page - 1), max(newest - 5 * page, 0), -1):
            at = format_datetime(datetime.now(UTC) - timedelta(minutes=newest - number))
            time = f"<pubDate>{at}</pubDate>" if dated else ""
            items += f"<item><title>A report</title><link>{report(number)}</link>{time}</item>"
        return Answer(f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), headers=XML)

    site.web.pages["/feed"] = feed
    for page in range(2, 9):
        site.web.pages[f"/feed?paged={page}"] = feed


def pass_hour(site: Site, minutes: int = 60) -> None:
    """As if the listings had been read so much earlier."""
    db = open_database(site.config.database)
    with write(db.conn) as conn:
        earlier = f"strftime('%Y-%m-%dT%H:%M:%fZ', answered_at, '-{minutes} minutes')"
        conn.execute(f"UPDATE listing_visits SET answered_at = {earlier}")
    db.conn.close()


def feed_pages(site: Site) -> list[str]:
    return [arrival.path for arrival in site.web.arrivals if "feed" in arrival.path]


def test_what_a_short_feed_lost_is_read_from_its_older_pages(site: Site) -> None:
    pages_of_a_feed(site, 5, pages=True)
    site.add((ListingKind.FEED, "/feed"))
    site.crawl()
    pass_hour(site)
    assert feed_pages(site) == ["/feed"]
    pages_of_a_feed(site, 8, pages=True)
    site.crawl()  # two articles of before are in it
    pass_hour(site)
    assert feed_pages(site) == ["/feed"]
    pages_of_a_feed(site, 20, pages=True)
    visit = site.crawl().visits[0]
    assert feed_pages(site) == ["/feed", "/feed?paged=2", "/feed?paged=3"]
    assert site.links == {report(number) for number in range(1, 21)}
    assert not visit.notes
    assert site.rows("SELECT count(*) FROM entries") == [(1,)]
    pass_hour(site, 3)  # it reaches back, although nothing in it is known
    pages_of_a_feed(site, 40, pages=True)
    site.crawl()
    assert feed_pages(site) == ["/feed"]


@pytest.mark.parametrize("status", [200, 404])
def test_it_is_said_that_a_short_feed_may_have_lost_articles(site: Site, status: int) -> None:
    pages_of_a_feed(site, 5, pages=False)
    site.add((ListingKind.FEED, "/feed"))
    site.crawl()
    pass_hour(site)
    pages_of_a_feed(site, 20, pages=False)
    if status == 404:
        site.web.pages["/feed?paged=2"] = Answer(b"none", status=404)
    visit = site.crawl().visits[0]
    assert feed_pages(site) == ["/feed", "/feed?paged=2"]
    (note,) = visit.notes
    assert "/feed: all of its 5 articles came since it was last read" in note
    assert "every" in note
    visit = site.crawl().visits[0]
    assert not visit.notes


def test_a_feed_without_times_is_believed(site: Site) -> None:
    pages_of_a_feed(site, 5, pages=True, dated=False)
    site.add((ListingKind.FEED, "/feed"))
    site.crawl()
    pass_hour(site)
    pages_of_a_feed(site, 20, pages=True, dated=False)
    visit = site.crawl().visits[0]
    assert feed_pages(site) == ["/feed"]
    assert not visit.notes


# What was thought of before the code was looked at: each is read, or does no harm.


def test_an_index_that_names_itself_and_its_parent_ends(site: Site) -> None:
    site.index("/index.xml", "/index.xml", "/news.xml", "/child.xml")
    site.index("/child.xml", "/index.xml", "/child.xml#again", "/child.xml?x=1")
    site.index("/child.xml?x=1", "/child.xml?x=2")
    site.index("/child.xml?x=2", "/child.xml?x=3")
    site.sitemap("/news.xml", report(1), report(2))
    site.add((ListingKind.SITEMAP, "/index.xml"))
    site.crawl()
    assert site.links == {report(1), report(2)}
    assert len([a for a in site.web.arrivals if ".xml" in a.path]) < 10


def test_an_atom_feed_whose_entries_have_only_an_id(site: Site) -> None:
    entries = "".join(f"<entry><id>{site.web.url(report(n))}</id><title>A report</title></entry>" for n in (1, 2))
    entries += f"<entry><id>tag:site,2026:{report(3)}</id><title>A report</title></entry>"
    site.web.pages["/atom"] = Answer(
        f"<feed xmlns='http://www.w3.org/2005/Atom'>{entries}</feed>".encode(), headers=XML
    )
    site.add((ListingKind.FEED, "/atom"))
    site.crawl()
    assert site.links == {report(1), report(2)}


@pytest.mark.parametrize(
    "card",
    [
        "<div class=card onclick=\"location.href='{url}'\"><h3>{title}</h3></div>",
        "<div class=card data-href='{url}'><h3>{title}</h3></div>",
        "<article data-url='{url}' role=link><h3>{title}</h3></article>",
        "<a href='#' onclick=\"window.open('{url}');return false\">{title}</a>",
        "<a href=\"javascript:openArticle('{url}')\">{title}</a>",
        "<tr onclick=\"window.location='{url}'\"><td>{title}</td></tr>",
    ],
)
def test_links_that_only_a_script_follows(site: Site, card: str) -> None:
    cards = [card.format(url=report(n), title=f"A report on the bridge and the council number {n}") for n in range(6)]
    body = (
        f"<html><body><table>{''.join(cards)}</table></body></html>"
        if "<tr" in card
        else f"<html><body>{''.join(cards)}</body></html>"
    )
    site.web.pages["/"] = Answer(body.encode(), headers=HTML)
    site.add((ListingKind.FRONT_PAGE, "/"))
    site.crawl()
    assert site.links == {report(n) for n in range(6)}


def test_a_json_feed_with_relative_addresses_and_a_mark_of_bytes(site: Site) -> None:
    items = [
        {"id": "1", "url": report(1)},
        {"id": report(2)},
        {"id": 3, "url": "." + report(3)},
        {"id": "x", "url": ""},
        None,
    ]
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": items})
    site.web.pages["/feed.json"] = Answer(b"\xef\xbb\xbf" + body.encode(), headers=JSON)
    site.web.pages["/"] = Answer(
        b"<html><link rel=alternate type='application/feed+json' href='/feed.json'></html>", headers=HTML
    )
    site.add()
    site.crawl()
    assert site.links >= {report(1), report(3)}


@pytest.mark.parametrize("headers", [DATA, {"Content-Type": "text/plain"}, HTML, XML | {"Content-Encoding": "x-gzip"}])
def test_a_packed_sitemap_with_a_wrong_type(site: Site, headers: dict[str, str]) -> None:
    places = "".join(f"<url><loc>{site.web.url(report(n))}</loc></url>" for n in (1, 2))
    site.web.pages["/sitemap.xml"] = Answer(gzip.compress(f"<urlset>{places}</urlset>".encode()), headers=headers)
    site.add()
    site.crawl()
    assert site.links == {report(1), report(2)}


def test_a_calendar_and_a_list_without_an_end(site: Site) -> None:
    """Each day of the calendar names the next, each page of the list the next, and one article more."""

    def day(arrival: Arrival) -> Answer:
        number = int(arrival.path.rpartition("=")[2].rpartition("/")[2] or 1)
        kind = "/calendar/2026/" if "calendar" in arrival.path else "/?page="
        more = f"<a rel=next href='{kind}{number + 1}'>Next</a><a href='{kind}{number + 1}'>{number + 1}</a>"
        link = f"<h2><a href='{report(number % 100)}'>A report on the bridge and the council number {number}</a></h2>"
        return Answer(
            f"<html><nav><a href='/calendar/2026/1'>Calendar</a></nav>{link}{more}</html>".encode(), headers=HTML
        )

    site.web.pages["/"] = day
    for number in range(1, 200):
        site.web.pages[f"/?page={number}"] = site.web.pages[f"/calendar/2026/{number}"] = day
    site.add()
    for _ in range(4):
        site.crawl()
        assert len([a for a in site.web.arrivals if "report" not in a.path]) < 40
    assert len(site.rows("SELECT url FROM entries")) < 6
