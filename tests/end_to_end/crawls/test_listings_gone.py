"""Listings that are gone rest, are given up and come back; a source without any that works is said; a search broken off goes on."""

from __future__ import annotations

import json
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.crawl.session import CrawlOrder
from crawler.run import crawl
from db.config.loader import load_config
from db.connection.database import connect
from scheduler.alerts.monitor import evaluate_alerts
from tests.end_to_end.copydesk import Copydesk, wait_for
from tests.support.web_server import Answer, WebServer


class Site:
    """A front page with sections; which of them are there, and what is asked for."""

    def __init__(self) -> None:
        self.linked = ["/politics/", "/culture/"]
        self.gone = {"/culture/"}
        self.empty: set[str] = set()
        self.articles = [f"/news/2026/11/the-bridge-is-open-again-for-{users}" for users in ("all", "cars", "bicycles")]
        self.asked: Counter[str] = Counter()
        self.hold = threading.Event()
        self.hold.set()

    def answer(self, path: str) -> tuple[int, str]:
        self.asked[path] += 1
        sections = "".join(f'<a href="{path}">{path.strip("/").title()}</a>' for path in self.linked)
        heads = "".join(f'<h2><a href="{path}">The bridge of the town is open again</a></h2>' for path in self.articles)
        if path == "/":
            self.hold.wait(20)
            return 200, f"<html><body><nav>{sections}</nav>{heads}</body></html>"
        if path in ("/politics/", "/culture/") and path not in self.gone:
            return 200, f"<html><body>{'' if path in self.empty else heads}</body></html>"
        return 404, ""

    def asked_since(self, path: str) -> int:
        return self.asked.pop(path, 0)


@pytest.fixture
def site() -> Iterator[tuple[Site, str]]:
    web = Site()

    with WebServer(lambda asked: Answer(*web.answer(asked.path))) as server:
        yield web, f"{server.url}/"
        web.hold.set()


class Crawler:
    """Crawls of one source in this process, with time that can be let pass."""

    def __init__(self, desk: Copydesk) -> None:
        self.desk = desk
        self.config = load_config(desk.folder / "copydesk.toml")

    def crawl(self) -> None:
        crawl(self.config, CrawlOrder())

    def changed(self) -> list[tuple[str, str]]:
        """The alerts that a look opens and closes."""
        conn = connect(self.desk.database)
        try:
            changes = evaluate_alerts(conn, self.config, datetime.now(UTC), budget_s=10)
        finally:
            conn.close()
        return [(change.event.value, change.alert.kind) for change in changes]

    def pass_time(self, how_long: timedelta) -> None:
        """As if all listings had been asked so much earlier."""
        conn = connect(self.desk.database)
        for entry_id, asked_at, named_at in conn.execute(
            "SELECT entry_id, asked_at, named_at FROM listing_visits"
        ).fetchall():
            before = [
                (datetime.fromisoformat(at) - how_long).isoformat().replace("+00:00", "Z") if at else None
                for at in (asked_at, named_at)
            ]
            conn.execute("UPDATE listing_visits SET asked_at = ?, named_at = ? WHERE entry_id = ?", (*before, entry_id))
        conn.commit()
        conn.close()


def a_desk(tmp_path: Path, **settings: object) -> Copydesk:
    return Copydesk(tmp_path, None, delay="0s", retries=0, allow_networks=["127.0.0.0/8"], workers=1, **settings)


def test_a_section_that_names_nothing_rests_while_others_name_articles(site: tuple[Site, str], tmp_path: Path) -> None:
    web, home = site
    web.gone, web.empty = set(), {"/culture/"}
    desk = a_desk(tmp_path)
    desk.run("sources", "add", home)
    room = Crawler(desk)
    room.crawl()
    assert (web.asked_since("/culture/"), web.asked_since("/politics/")) == (1, 1)
    room.crawl()
    assert (web.asked_since("/culture/"), web.asked_since("/politics/")) == (0, 1)
    room.pass_time(timedelta(hours=6))
    web.articles = []
    room.crawl()
    assert (web.asked_since("/culture/"), web.asked_since("/politics/")) == (1, 1)
    room.crawl()
    assert (web.asked_since("/culture/"), web.asked_since("/politics/")) == (1, 1), "nothing works: all are asked for"


def test_a_section_that_is_gone_rests_is_given_up_and_comes_back(site: tuple[Site, str], tmp_path: Path) -> None:
    web, home = site
    desk = a_desk(tmp_path, retry_failed=["15m", "2h"])
    desk.run("sources", "add", home)
    assert desk.query("SELECT kind FROM entries") == [("front-page",), ("section",), ("section",)]
    room = Crawler(desk)
    room.crawl()
    assert (web.asked_since("/culture/"), web.asked_since("/politics/")) == (1, 1)
    room.crawl()
    assert (web.asked_since("/culture/"), web.asked_since("/politics/")) == (0, 1), "it rests"
    (line,) = [line for line in desk.run("sources", "list").stdout.splitlines() if "culture" in line]
    assert "failed: http_404, once; requested again from 20" in line
    for _ in range(2):
        room.pass_time(timedelta(hours=3))
        room.crawl()
        assert web.asked_since("/culture/") == 1
    room.pass_time(timedelta(hours=3))
    room.crawl()
    assert web.asked_since("/culture/") == 0, "it is given up"
    room.pass_time(timedelta(days=1, hours=1))
    room.crawl()
    assert web.asked_since("/culture/") == 1, "but the front page goes on naming it: once a day"

    web.linked = ["/politics/"]
    room.crawl()
    room.pass_time(timedelta(days=30))
    room.crawl()
    assert web.asked_since("/culture/") == 0
    (listed,) = map(json.loads, desk.run("sources", "list", "--json").stdout.splitlines())
    (state,) = [one for one in listed["entries"] if one["url"].endswith("/culture/")]
    assert (state["gone"], state["given_up"], state["trouble"]) == (4, True, "http_404")
    assert "requested again when the site names it again" in desk.run("sources", "list").stdout

    web.linked, web.gone = ["/politics/", "/culture/"], set()
    room.crawl()
    room.crawl()
    assert web.asked_since("/culture/") == 1
    assert "culture" not in desk.run("sources", "list").stdout
    assert desk.query(
        "SELECT gone, links FROM listing_visits v JOIN entries e ON e.id = entry_id WHERE url LIKE '%culture/'"
    ) == [(0, 3)]


def test_a_section_that_is_renamed_is_read_under_its_new_name(site: tuple[Site, str], tmp_path: Path) -> None:
    web, home = site
    web.linked, web.gone = ["/politics/"], set()
    desk = a_desk(tmp_path)
    desk.run("sources", "add", home)
    room = Crawler(desk)
    web.linked, web.gone = ["/culture/"], {"/politics/"}
    room.crawl()
    room.crawl()
    assert web.asked_since("/culture/") == 1
    assert desk.query(
        "SELECT gone, links FROM listing_visits v JOIN entries e ON e.id = entry_id WHERE kind = 'section' ORDER BY url"
    ) == [(0, 3), (1, None)]


def test_where_all_listings_are_gone_the_site_is_searched_again(site: tuple[Site, str], tmp_path: Path) -> None:
    web, home = site
    desk = a_desk(tmp_path, retry_failed=[])
    desk.run("sources", "add", home)
    room = Crawler(desk)
    conn = connect(desk.database)
    conn.execute("UPDATE entries SET url = replace(url, 'http://', 'http://') || 'old/'")
    conn.execute("DELETE FROM listing_visits")
    conn.commit()
    conn.close()
    room.crawl()
    web.asked.clear()
    room.crawl()
    assert web.asked["/"] == 0, "nothing is asked for at every crawl"
    room.pass_time(timedelta(days=1, hours=1))
    room.crawl()
    assert web.asked["/"] == 1
    assert (home,) in desk.query("SELECT url FROM entries")
    assert desk.query("SELECT listings_working FROM source_runs ORDER BY id") == [(0,), (0,), (1,)]


def test_a_source_without_a_listing_that_works_is_an_alert(site: tuple[Site, str], tmp_path: Path) -> None:
    web, home = site
    web.linked, web.articles = [], []
    desk = a_desk(tmp_path)
    added = desk.run("sources", "add", home, code=1)
    assert "lists no articles" in added.stdout
    assert "no listing of articles was found" in added.stderr
    room = Crawler(desk)
    for opened in ([], [], [("opened", "no_listing")]):
        room.crawl()
        assert room.changed() == opened
    assert "no_listing" in desk.run("alerts").stdout
    web.articles = ["/news/2026/11/the-bridge-is-open-again-for-all"]
    room.crawl()
    assert room.changed() == [("closed", "no_listing")]


def test_a_search_that_is_broken_off_says_so_and_is_begun_anew(site: tuple[Site, str], tmp_path: Path) -> None:
    web, home = site
    web.hold.clear()
    desk = a_desk(tmp_path)
    for words in (("sources", "add", home), ("sources", "test", home)):
        web.asked.clear()
        adding = desk.start(*words)
        wait_for(lambda: web.asked["/"] > 0)
        adding.send_signal(signal.SIGINT)
        out, err = adding.communicate(timeout=120)
        assert adding.returncode == 130
        assert "stopped" in out + err
        assert "nothing" not in (out + err).replace("nothing was stored", "")
        assert desk.query("SELECT count(*) FROM entries") == [(0,)]
    web.hold.set()
    Crawler(desk).crawl()
    assert desk.query("SELECT count(*) FROM entries") == [(3,)]
