"""Parameters of addresses, crawled ten times: session ids fetch nothing twice, what tells articles apart loses none of them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from click.testing import CliRunner

from cli.main import copydesk
from crawler.crawl.link_variants import MAX_TRIES
from crawler.crawl.session import CrawlOrder
from crawler.run import crawl
from db.config.loader import Config
from db.connection.database import open_database, write
from db.models import Listing, ListingKind
from db.store.dedup.near_copies import any_unsettled
from db.store.sites.sources import add_source, insert_listings
from pipelines.dedup.settle import reset_settling, settle
from tests.crawler.http.web import Answer, Arrival, Web, serve
from tests.pipelines.dedup.stories import story

TABLES = (
    "decisions", "claims", "page_parameters", "parameter_evidence", "address_parameters", "folded_pages", "unsettled",
)  # fmt: skip
XML, HTML = {"Content-Type": "application/xml"}, {"Content-Type": "text/html; charset=utf-8"}
CRAWLS, ARTICLES = 10, 12
CERTAIN = (
    "/news/{n}.html;jsessionid={token}",
    "/news/{n}.do;jsessionid={token}.node7?lang=en",
    "/news.php?id={n}&PHPSESSID={token}",
    "/news.php?PHPSESSID={token}&id={n}",
    "/news.asp?id={n}&ASPSESSIONIDQQRTSADC={letters}",
    "/news.aspx?id={n}&ASP.NET_SessionId={letters}",
    "/news.cfm?id={n}&CFID={number}&CFTOKEN={number}",
    "/news.cfm?id={n}&CFTOKEN={token}&CFID={number}",
    "/(S({letters}))/news/{n}.aspx",
    "/(A({token})F({token})S({letters}))/news/{n}.aspx",
    "/({letters})/news/{n}.aspx",
    "/news?id={n}&jsessionid={token}",
)


@dataclass
class Site:
    """A site on a server of its own: how it writes the address of its article `n`, and which article an address gives."""

    write: Callable[[int, random.Random], str]
    number_of: Callable[[str], int]
    kind: ListingKind = ListingKind.FEED
    numbers: Callable[[int], range] = lambda visit: range(ARTICLES)
    titles: bool = True
    one_session: bool = False
    seed: int = 0
    listed: int = 0
    web: Web = field(default_factory=Web)

    def answer(self, arrival: Arrival) -> Answer:
        if arrival.path == "/robots.txt":
            return Answer(b"none", status=404)
        if arrival.path == "/list":
            self.listed += 1
            return self.listing()
        n, noise = self.number_of(arrival.path), arrival.path
        text = "".join(f"<p>{line}</p>" for line in story(1000 * self.seed + n, 4).split("\n"))
        links = (
            f'<a href="/imprint?back={noise}">Imprint</a>'  # an address in the page: no two answers have the same bytes
        )
        title = f"Report number {n} of the town"
        return Answer(
            f"<html><title>{title}</title><h1>{title}</h1><article>{text}</article>{links}</html>".encode(),
            headers=HTML,
        )

    def listing(self) -> Answer:
        links = [
            (n, self.write(n, random.Random(f"{self.listed} {n * (not self.one_session)}")))
            for n in self.numbers(self.listed)
        ]
        if self.kind is ListingKind.SITEMAP:
            places = "".join(f"<url><loc>{self.web.url(link.replace('&', '&amp;'))}</loc></url>" for _, link in links)
            return Answer(f"<urlset>{places}</urlset>".encode(), headers=XML)
        titles = [f"<title>Report number {n} of the town</title>" if self.titles else "" for n, _ in links]
        addresses = [link.replace("&", "&amp;") for _, link in links]
        items = "".join(
            f"<item>{title}<link>{address}</link></item>" for title, address in zip(titles, addresses, strict=True)
        )
        return Answer(f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), headers=XML)

    @property
    def fetched(self) -> int:
        """How often an article was fetched."""
        return len([path for path in self.web.paths() if path not in ("/list", "/robots.txt")])


def certain(n: int, chance: random.Random) -> str:
    token, letters = f"{chance.getrandbits(128):032x}", "1" + "".join(chance.choices("abcdefghijklmnop012345", k=23))
    number = chance.randrange(10**7, 10**8)
    return CERTAIN[n % len(CERTAIN)].format(n=n, token=token, letters=letters, number=number)


def certain_number(path: str) -> int:
    query = parse_qs(urlsplit(path).query)
    return int(query["id"][0]) if "id" in query else int(urlsplit(path).path.partition("/news/")[2].partition(".")[0])


def by_path(path: str) -> int:
    return int(urlsplit(path).path.rpartition("-")[2].partition(".")[0])


def by(name: str) -> Callable[[str], int]:
    return lambda path: int(parse_qs(urlsplit(path).query)[name][0])


def the_sites() -> dict[str, Site]:
    return {
        "certain": Site(write=certain, number_of=certain_number),
        "sid": Site(write=lambda n, chance: f"/2026/11/report-{n}.html?sid={chance.getrandbits(64):016x}", number_of=by_path),
        "unknown name": Site(write=lambda n, chance: f"/2026/11/report-{n}.html?zz={chance.getrandbits(64)}", number_of=by_path),
        "busters": Site(
            write=lambda n, chance: f"/2026/11/report-{n}.html?_={chance.getrandbits(40)}&ts={chance.getrandbits(30)}",
            number_of=by_path,
            kind=ListingKind.SITEMAP,
        ),
        "source": Site(
            write=lambda n, _: f"/show?source={n}", number_of=by("source"), numbers=lambda visit: range(visit, visit + ARTICLES)
        ),
        "ref, no titles": Site(
            write=lambda n, _: f"/show?ref={n}",
            number_of=by("ref"),
            numbers=lambda visit: range(visit, visit + ARTICLES),
            titles=False,
        ),
        "one session": Site(
            write=lambda n, chance: f"/show?t={n}&s={chance.getrandbits(64):016x}",
            number_of=by("t"),
            numbers=lambda visit: range(visit, visit + ARTICLES),
            one_session=True,
        ),
        "from and sid": Site(
            write=lambda n, chance: f"/show?from={n}&sid={chance.getrandbits(64):016x}",
            number_of=by("from"),
            numbers=lambda visit: range(visit, visit + ARTICLES),
        ),
    }  # fmt: skip


class Desk:
    """A database with these sites as its sources."""

    def __init__(self, folder: Path, sites: Mapping[str, Site]) -> None:
        (folder / "rules").mkdir()
        self.rules = folder / "rules" / "mine.toml"
        self.config = Config().with_values(
            db=str(folder / "news.db"), sites=str(folder / "rules"), delay="0s", retries=0, allow_networks=["127.0.0.0/8"],
            contact="tests", workers=1,
        )  # fmt: skip
        db, now = open_database(self.config.database, create=True), datetime.now(UTC)
        with write(db.conn) as conn:
            for name, site in sites.items():
                source, _ = add_source(conn, name=name, url=site.web.url("/"), settings={}, at=now)
                insert_listings(conn, source.id, [Listing(url=site.web.url("/list"), kind=site.kind)], now)
        db.conn.close()

    def crawl(self, times: int = 1) -> None:
        for _ in range(times):
            crawl(self.config, CrawlOrder())

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        db = open_database(self.config.database)
        try:
            return db.conn.execute(query, values).fetchall()
        finally:
            db.conn.close()

    def hour_passes(self) -> None:
        """Call what was tried in the crawls so far an hour old."""
        db = open_database(self.config.database)
        with write(db.conn) as conn:
            conn.execute("UPDATE link_twins SET tried_at = '2026-01-01T00:00:00.000Z' WHERE tried_at IS NOT NULL")
        db.conn.close()

    def articles(self, name: str) -> int:
        query = "SELECT count(*) FROM current_articles WHERE source_name = ? AND original_id = id"
        return int(self.rows(query, name)[0][0])

    def verdicts(self, name: str) -> dict[str, str]:
        query = "SELECT parameter, verdict FROM address_parameters WHERE source_id = (SELECT id FROM sources WHERE name = ?)"
        return dict(self.rows(query, name))

    def derived(self) -> dict[str, list[tuple[Any, ...]]]:
        return {table: sorted(self.rows(f"SELECT * FROM {table}"), key=repr) for table in TABLES}

    def settle_all(self) -> None:
        db = open_database(self.config.database)
        with write(db.conn) as conn:
            reset_settling(conn)
        while any_unsettled(db.conn):
            with write(db.conn) as conn:
                settle(conn, limit=7)
        db.conn.close()


@contextmanager
def desk(folder: Path, sites: Mapping[str, Site]) -> Iterator[Desk]:
    with ExitStack() as stack:
        for number, site in enumerate(sites.values()):
            site.seed, site.web = number, stack.enter_context(serve())
            site.web.answer = site.answer  # type: ignore[method-assign]
        yield Desk(folder, sites)


def test_ten_crawls(tmp_path: Path) -> None:
    sites = the_sites()
    with desk(tmp_path, sites) as room:
        room.crawl(CRAWLS)
        fetched = {name: site.fetched for name, site in sites.items()}
        articles = {name: room.articles(name) for name in sites}
        assert fetched["certain"] == articles["certain"] == ARTICLES
        for name in ("sid", "busters"):
            assert articles[name] == ARTICLES
            assert ARTICLES < fetched[name] <= ARTICLES + MAX_TRIES + 1
        # A name that nobody doubts is not held back, until the first articles that were fetched twice decide.
        assert (articles["unknown name"], fetched["unknown name"]) == (ARTICLES, 2 * ARTICLES + 1)
        for name in ("source", "ref, no titles", "from and sid", "one session"):
            assert articles[name] == ARTICLES + CRAWLS - 1
        for name in ("source", "ref, no titles"):
            assert fetched[name] == ARTICLES + CRAWLS - 1
        for name in ("from and sid", "one session"):
            assert fetched[name] <= ARTICLES + CRAWLS - 1 + 2 * ARTICLES
        assert room.verdicts("sid") == {"sid": "ignored"}
        assert room.verdicts("busters")["_&ts"] == "ignored"
        assert room.verdicts("source") == {"source": "kept"}
        live = room.derived()
        room.settle_all()
        assert room.derived() == live


def test_a_site_changes_its_mind(tmp_path: Path) -> None:
    """First `source` says how a reader came; later an article is told by it."""
    site = Site(write=lambda n, chance: f"/2026/11/report-{n}.html?source={chance.getrandbits(30)}", number_of=by_path)
    with desk(tmp_path, {"site": site}) as room:
        room.crawl(3)
        assert room.verdicts("site") == {"source": "ignored"}
        assert (room.articles("site"), site.fetched) == (ARTICLES, ARTICLES + MAX_TRIES)
        site.write, site.number_of = lambda n, _: f"/show?source={n}", by("source")
        site.numbers = lambda visit: range(100, 100 + ARTICLES)
        room.hour_passes()
        room.crawl(1)
        assert room.articles("site") == ARTICLES + 1 + MAX_TRIES
        assert room.verdicts("site") == {"source": "kept"}
        room.crawl(2)
        assert room.articles("site") == 2 * ARTICLES
        live = room.derived()
        room.settle_all()
        assert room.derived() == live


def test_site_rules_beat_what_was_seen(tmp_path: Path) -> None:
    sid = Site(write=lambda n, chance: f"/2026/11/report-{n}.html?sid={chance.getrandbits(64):016x}", number_of=by_path)
    told = Site(write=lambda n, _: f"/show?source={n}", number_of=by("source"))
    with desk(tmp_path, {"sid": sid, "told": told}) as room:
        room.rules.write_text('hosts = ["127.0.0.1"]\n[addresses]\nignore = ["sid"]\n', encoding="utf-8")
        room.crawl(3)
        assert sid.fetched == ARTICLES  # nothing had to be tried
        assert (room.articles("sid"), room.articles("told")) == (ARTICLES, ARTICLES)
        room.rules.write_text('hosts = ["127.0.0.1"]\n[addresses]\nkeep = ["SID"]\n', encoding="utf-8")
        room.crawl()
        assert sid.fetched == 2 * ARTICLES
        assert room.rows("SELECT count(*) FROM folded_pages") == [(0,)]
        assert room.rows("SELECT count(DISTINCT article_id) FROM decisions")[0][0] == 3 * ARTICLES
        room.rules.write_text('hosts = ["127.0.0.1"]\n[addresses]\nignore = ["source", "sid"]\n', encoding="utf-8")
        told.numbers = lambda visit: range(50, 50 + ARTICLES)
        room.crawl(2)
        assert (sid.fetched, told.fetched) == (2 * ARTICLES, ARTICLES)
        assert room.verdicts("told") == {"source": "kept"}
        listed = CliRunner().invoke(copydesk, ["--db", str(room.config.database), "sources", "list", "--json"])
        (said,) = json.loads(listed.stdout.splitlines()[1])["parameters"]
        assert (said["parameter"], said["verdict"], said["rule"]) == ("source", "kept", "ignored")
        assert room.rows("SELECT count(DISTINCT article_id) FROM decisions")[0][0] == ARTICLES + 1
        live = room.derived()
        room.settle_all()
        assert room.derived() == live
        room.rules.unlink()
        room.crawl(1)
        assert room.verdicts("sid") == {"sid": "ignored"}
        assert room.rows("SELECT count(DISTINCT article_id) FROM decisions")[0][0] == 3 * ARTICLES


def test_of_links_of_one_article_one_is_visited_again(tmp_path: Path) -> None:
    site = Site(
        write=lambda n, chance: f"/2026/11/report-{n}.html?sid={chance.getrandbits(64):016x}", number_of=by_path
    )
    with desk(tmp_path, {"site": site}) as room:
        room.crawl(2)
        before = site.fetched
        assert before == ARTICLES + MAX_TRIES
        crawl(room.config, CrawlOrder(again=True))
        assert site.fetched == before + ARTICLES


def test_links_of_an_earlier_version_are_known(tmp_path: Path) -> None:
    """It left `from` out of keys and session ids in: neither is fetched again for that."""
    site = Site(write=lambda n, _: f"/2026/11/report-{n}.html?from=feed", number_of=by_path)
    with desk(tmp_path, {"site": site}) as room:
        room.crawl()
        db = open_database(room.config.database)
        with write(db.conn) as conn:
            conn.execute("UPDATE links SET key = replace(key, '?from=feed', '')")
            conn.execute("DELETE FROM twins_made")
        db.conn.close()
        room.crawl(2)
        assert site.fetched == ARTICLES
