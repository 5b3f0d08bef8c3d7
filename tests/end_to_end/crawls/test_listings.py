"""Listings as sites have them: indexes that state no times, indexes in indexes, other sites' articles, home pages that refuse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.crawl.session import CrawlOrder
from crawler.run import CrawlResult, crawl
from db.config.loader import Config
from db.connection.database import open_database, write
from db.models import Listing, ListingKind
from db.store.sites.sources import add_source, insert_listings
from tests.crawler.http.web import Answer, Web, serve

SENTENCE = "The council met in the evening and talked about the bridge until the caretaker switched off the lights. "
XML = {"Content-Type": "application/xml"}
HTML = {"Content-Type": "text/html; charset=utf-8"}


class Site:
    """A web server that is one source, and a database for it."""

    def __init__(self, folder: Path, web: Web) -> None:
        self.web = web
        self.home = web.url("/")
        self.config = Config().with_values(
            db=str(folder / "news.db"),
            delay="0s",
            retries=0,
            retry_pause="50ms",
            allow_networks=["127.0.0.0/8"],
            contact="tests",
        )
        open_database(self.config.database, create=True).conn.close()

    def add(self, *entries: tuple[ListingKind, str], **settings: object) -> None:
        """Make it a source; without entries its listings are to be found."""
        db, now = open_database(self.config.database), datetime.now(UTC)
        with write(db.conn) as conn:
            source, _ = add_source(conn, name="site", url=self.home, settings=settings, at=now)
            insert_listings(
                conn, source.id, [Listing(url=self.web.url(path), kind=kind) for kind, path in entries], now
            )
        db.conn.close()

    def crawl(self, *, reads: bool = True) -> CrawlResult:
        """Crawl once; the requests of earlier crawls are forgotten."""
        self.web.arrivals.clear()
        return crawl(self.config, CrawlOrder(reads=reads))

    def rows(self, query: str) -> list[tuple[object, ...]]:
        db = open_database(self.config.database)
        try:
            return db.conn.execute(query).fetchall()
        finally:
            db.conn.close()

    @property
    def links(self) -> set[str]:
        return {str(url).removeprefix(self.web.url("")) for (url,) in self.rows("SELECT url FROM links")}

    def sitemap(self, path: str, *articles: str) -> None:
        places = "".join(f"<url><loc>{self.web.url(article)}</loc></url>" for article in articles)
        self.web.pages[path] = Answer(f"<urlset>{places}</urlset>".encode(), headers=XML)

    def index(self, path: str, *sitemaps: str) -> None:
        places = "".join(f"<sitemap><loc>{self.web.url(sitemap)}</loc></sitemap>" for sitemap in sitemaps)
        self.web.pages[path] = Answer(
            f"<sitemapindex>{places}</sitemapindex>".encode(), headers=XML | {"ETag": '"same"'}
        )

    def feed(self, path: str, *articles: str) -> None:
        items = "".join(f"<item><title>A report</title><link>{article}</link></item>" for article in articles)
        self.web.pages[path] = Answer(f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), headers=XML)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with serve() as web:
        text = "".join(f"<p>{SENTENCE * 3}</p>" for _ in range(4))

        def article(arrival: object) -> Answer:
            path = getattr(arrival, "path", "")
            return Answer(
                f"<html><head><title>{path}</title></head><body><h1>{path}</h1>{text}</body></html>".encode(),
                headers=HTML,
            )

        for number in range(100):
            web.pages[f"/2026/11/report-{number}.html"] = article
        yield Site(tmp_path, web)


def report(number: int) -> str:
    return f"/2026/11/report-{number}.html"


def test_an_index_without_times_is_learned(site: Site) -> None:
    """Yearly files, the oldest first: the index itself never changes, the newest file does, and so does one in the midst."""
    names = [f"/posts-{number}.xml" for number in range(1, 13)]
    site.index("/index.xml", *names)
    for number, name in enumerate(names, 1):
        site.sitemap(name, report(number))
    site.add((ListingKind.SITEMAP, "/index.xml"))
    for _ in range(4):
        site.crawl()
    assert site.links == {report(number) for number in range(1, 13)}
    site.sitemap(names[11], report(12), report(50))
    site.sitemap(names[5], report(6), report(51))
    site.crawl()
    assert report(50) in site.links
    for _ in range(4):
        site.crawl()
    assert report(51) in site.links
    site.sitemap(names[5], report(6), report(51), report(52))
    site.crawl()
    assert report(52) in site.links, "what has changed before is read again at once"
    asked = [path for path in site.web.paths() if path.startswith("/posts-")]
    assert len(asked) == 5


def test_indexes_in_indexes_are_followed_three_deep_and_then_said(site: Site) -> None:
    for depth in range(6):
        site.index(f"/index-{depth}.xml", f"/index-{depth + 1}.xml", f"/posts-{depth}.xml")
        site.sitemap(f"/posts-{depth}.xml", report(depth))
    site.add((ListingKind.SITEMAP, "/index-0.xml"))
    crawled = site.crawl()
    assert site.links == {report(0), report(1), report(2)}
    assert any("nested too deeply" in note for note in crawled.visits[0].notes)


@pytest.mark.parametrize(
    ("kind", "listing"),
    [
        (ListingKind.FEED, "<rss><channel>{}</channel></rss>"),
        (ListingKind.SITEMAP, "<urlset>{}</urlset>"),
    ],
)
def test_a_listing_enrols_its_own_site_alone(site: Site, kind: ListingKind, listing: str) -> None:
    item = (
        "<item><title>A report</title><link>{0}</link></item>"
        if kind is ListingKind.FEED
        else "<url><loc>{0}</loc></url>"
    )
    own, casino = site.web.url(report(1)), "http://casino.example/2026/11/win-a-lot.html"
    partner = "http://news.partner.example/2026/11/other.html"
    body = listing.format("".join(item.format(url) for url in (casino, own, partner)))
    site.web.pages["/listing.xml"] = Answer(body.encode(), headers=XML)
    site.add((kind, "/listing.xml"), article_hosts=["partner.example"])
    notes = site.crawl().visits[0].notes
    assert site.links == {report(1), partner}
    assert [note for note in notes if "1 article of other sites left out (casino.example)" in note]
    assert "article_hosts=casino.example" in notes[0]


@pytest.mark.parametrize("status", [404, 410])
def test_a_feed_that_has_moved_without_a_word_is_found_where_the_home_page_names_it(site: Site, status: int) -> None:
    site.web.pages["/old.xml"] = Answer(b"Gone", status=status)
    page = '<html><head><link rel="alternate" type="application/rss+xml" href="/new.xml"></head><body><p>x</p></body></html>'
    site.web.pages["/"] = Answer(page.encode(), headers=HTML)
    site.feed("/new.xml", site.web.url(report(5)))
    site.add((ListingKind.FEED, "/old.xml"), (ListingKind.FRONT_PAGE, "/"))
    site.crawl()
    site.crawl()
    assert ("feed", site.web.url("/new.xml")) in site.rows("SELECT kind, url FROM entries")
    assert site.links == {report(5)}


def test_usual_addresses_are_tried_where_the_front_page_refuses(site: Site) -> None:
    site.web.pages["/"] = Answer(b"Forbidden", status=403)
    site.feed("/feed", site.web.url(report(1)))
    site.web.pages["/sitemap.xml"] = Answer(status=404)
    site.add()
    site.crawl(reads=False)
    assert ("feed", site.web.url("/feed")) in site.rows("SELECT kind, url FROM entries")


def test_a_sitemap_line_that_is_relative_or_broken(site: Site) -> None:
    site.web.pages["/robots.txt"] = Answer(b"Sitemap: /sm.xml\nSitemap: http://[broken\nUser-agent: *\nDisallow: /x\n")
    site.web.pages["/"] = Answer(b"<html><body><p>Nothing here.</p></body></html>", headers=HTML)
    site.sitemap("/sm.xml", report(1), report(2))
    site.add()
    site.crawl(reads=False)
    assert ("sitemap", site.web.url("/sm.xml")) in site.rows("SELECT kind, url FROM entries")


def test_a_home_page_that_sends_its_readers_on(site: Site) -> None:
    site.web.pages["/"] = Answer(
        b'<html><head><meta http-equiv="refresh" content="0; url=/ar/"></head></html>', headers=HTML
    )
    page = '<html><head><link rel="alternate" type="application/rss+xml" href="/ar/feed.xml"></head><body><p>x</p></body></html>'
    site.web.pages["/ar/"] = Answer(page.encode(), headers=HTML)
    site.feed("/ar/feed.xml", site.web.url(report(3)))
    site.add()
    site.crawl(reads=False)
    assert ("feed", site.web.url("/ar/feed.xml")) in site.rows("SELECT kind, url FROM entries")


def test_an_article_that_sends_its_readers_on_keeps_both_addresses(site: Site) -> None:
    site.web.pages["/old"] = Answer(
        f'<html><head><meta http-equiv="refresh" content="0; url={report(7)}"></head></html>'.encode(), headers=HTML
    )
    site.feed("/feed", site.web.url("/old"))
    site.add((ListingKind.FEED, "/feed"))
    site.crawl()
    assert site.rows("SELECT p.url, p.final_url, o.reason FROM pages p JOIN outcomes o ON o.page_id = p.id") == [
        (site.web.url("/old"), site.web.url(report(7)), None)
    ]


def test_what_a_site_calls_its_feed_may_be_a_page_of_feeds(site: Site) -> None:
    site.web.pages["/"] = Answer(b"<html><footer><a href='/rss'>RSS</a></footer></html>", headers=HTML)
    site.web.pages["/rss"] = Answer(
        b"<html><a href='/rss/local.xml'>Local</a><a href='/rss/sport.xml'>Sport</a></html>", headers=HTML
    )
    site.feed("/rss/local.xml", "/local/1", "/local/2")
    site.feed("/rss/sport.xml", "/sport/1")
    site.add()
    site.crawl()
    assert site.links == {"/local/1", "/local/2", "/sport/1"}
    feeds = site.rows("SELECT url FROM entries WHERE kind = 'feed'")
    assert {str(url).removeprefix(site.web.url("")) for (url,) in feeds} == {"/rss/local.xml", "/rss/sport.xml"}


def test_a_feed_declared_at_another_site_counts_where_it_names_articles_of_this_one(site: Site) -> None:
    links = [
        f"<link rel='alternate' type='application/rss+xml' href='{site.web.url(path, 'localhost')}'>"
        for path in ("/a", "/b")
    ]
    site.web.pages["/"] = Answer("".join(links).encode(), headers=HTML)
    site.feed("/a", site.web.url("/local/1"), site.web.url("/other/1", "localhost"))
    site.feed("/b", site.web.url("/other/2", "localhost"))
    site.add()
    site.crawl()
    assert site.links == {"/local/1"}
    assert site.rows("SELECT url FROM entries WHERE kind = 'feed'") == [(site.web.url("/a", "localhost"),)]


def test_a_source_may_be_only_a_part_of_its_site(site: Site) -> None:
    site.feed("/feed.xml", *(site.web.url(report(number)) for number in range(3)))
    site.add((ListingKind.FEED, "/feed.xml"), revisit=["0s"])
    site.crawl()
    site.feed("/feed.xml", *(site.web.url(report(number)) for number in range(6)))
    with_only(site, ["report-[15]"])
    site.crawl()
    assert site.links == {report(0), report(1), report(2), report(5)}
    assert [a.path for a in site.web.arrivals if "report" in a.path] == [report(5), report(1)]
    assert site.rows("SELECT count(*) FROM articles") == [(4,)]


def test_it_is_said_when_nothing_that_is_listed_belongs_to_that_part(site: Site) -> None:
    site.feed("/feed.xml", *(site.web.url(report(number)) for number in range(3)))
    site.add((ListingKind.FEED, "/feed.xml"), only=["^/politics/"])
    visit = site.crawl().visits[0]
    assert site.links == set()
    assert [note for note in visit.notes if "`only` leaves out all that its listings name, 3 articles" in note]


def with_only(site: Site, patterns: list[str]) -> None:
    db = open_database(site.config.database)
    with write(db.conn) as conn:
        conn.execute("UPDATE sources SET settings = json_set(settings, '$.only', json(?))", (json.dumps(patterns),))
    db.conn.close()
