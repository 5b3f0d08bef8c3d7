"""A web that is drawn by script, crawled with `render = "auto"`: all articles, the browser where it is needed and nowhere else."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.crawler.render.web import NEEDS_BROWSER
from tests.end_to_end.copydesk import Copydesk
from tests.end_to_end.crawls.script_web import ARTICLES, ENDLESS, SITES, add_sites, script_web
from tests.support.web_server import WebServer

pytestmark = NEEDS_BROWSER

EXPECTED = {name: ENDLESS if name == "endless" else ARTICLES for name in SITES}
SETTINGS: dict[str, object] = {"allow_networks": ["127.0.0.0/8"], "delay": "0s", "contact": "editor@example.org"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A desk that has crawled the web once with `auto`, and the web, still up."""

    desk: Copydesk
    web: dict[str, WebServer]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drawn]:
    desk = Copydesk(tmp_path_factory.mktemp("drawn"), None, render="auto", render_listings="auto", **SETTINGS)
    with script_web() as web:
        add_sites(desk.database, web)
        desk.run("crawl")
        yield Drawn(desk=desk, web=web)


def articles_by_source(desk: Copydesk) -> dict[str, int]:
    query = (
        "SELECT s.name, count(*) FROM articles a JOIN pages p ON p.id = a.page_id JOIN sources s ON s.id = p.source_id"
        " WHERE a.word_count > 100 GROUP BY 1"
    )
    return dict(desk.query(query))


def test_all_articles_and_the_browser_only_where_it_is_needed(drawn: Drawn) -> None:
    assert articles_by_source(drawn.desk) == EXPECTED
    query = "SELECT s.name, d.kind, count(*) FROM drawings d JOIN sources s ON s.id = d.source_id GROUP BY 1, 2"
    counts = {(name, kind): count for name, kind, count in drawn.desk.query(query)}
    assert counts.pop(("drawn", "article")) == ARTICLES
    assert counts.pop(("listed", "listing")) == 1
    assert counts.pop(("endless", "listing")) == 1
    assert not counts


def test_verdicts_and_their_evidence(drawn: Drawn) -> None:
    query = (
        "SELECT s.name, v.verdict, v.evidence FROM render_verdicts v JOIN sources s ON s.id = v.source_id"
        " WHERE v.kind = 'article'"
    )
    verdicts = {name: (verdict, json.loads(evidence)) for name, verdict, evidence in drawn.desk.query(query)}
    assert {name: verdict for name, (verdict, _) in verdicts.items()} == {
        "plain": "received",
        "state": "received",
        "drawn": "drawn",
        "listed": "received",
        "endless": "received",
    }
    shown = verdicts["drawn"][1][0]
    assert shown["gain"]
    assert "title" in shown["fields gained"]
    assert shown["signs"] == ["empty root", "asks for script"]
    diagnosis = json.loads(drawn.desk.run("why", "drawn", "--offline", "--json").stdout)
    lines = [line for rung in diagnosis["rungs"] for line in rung["lines"]]
    assert any("a browser draws its articles (since " in line for line in lines)


def test_facts_of_a_drawn_page(drawn: Drawn) -> None:
    (row,) = drawn.desk.query(
        "SELECT d.browser, d.wait_rule, d.duration_ms > 0, d.requests, d.blocked, d.size, length(d.data), b.size, d.error"
        " FROM drawings d JOIN pages p ON p.id = d.page_id JOIN bodies b ON b.id = p.body_id ORDER BY d.id LIMIT 1"
    )
    browser, rule, took, requests, blocked, size, packed, received, error = row
    assert browser.startswith("chromium ")
    assert rule.startswith("no request for")
    assert took
    assert error is None
    assert requests >= 2  # the script and its data; not the page
    assert json.loads(blocked)["image"] == 1
    assert "/photo.jpg" not in drawn.web["drawn"].heard
    assert size > received > 0
    assert packed < size
    # One request for the page, although a browser has drawn it.
    pages = [path for path in drawn.web["drawn"].heard if path.startswith("/2026")]
    assert len(pages) == len(set(pages)) == ARTICLES


def test_a_draft_of_rules_proposes_the_list_that_a_script_asked_for(drawn: Drawn) -> None:
    draft = tomllib.loads(drawn.desk.run("rules", "draft", "listed").stdout)
    lists = [rule for rule in draft["lists"] if rule["url"].endswith("/api/list")]
    assert [(rule["items"], rule["link"]) for rule in lists] == [("data.items", "{url}")]


def test_a_replay_gives_the_same_rows_without_a_browser(drawn: Drawn, tmp_path: Path) -> None:
    before = drawn.desk.derived()
    path = drawn.desk.env["PATH"]
    drawn.desk.env |= {"PATH": str(tmp_path), "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path)}
    try:
        drawn.desk.run("extract", "stored", "--all")
    finally:
        drawn.desk.env["PATH"] = path
    assert drawn.desk.derived() == before


def test_a_round_trip_through_warc_keeps_the_drawn_documents(drawn: Drawn, tmp_path: Path) -> None:
    drawn.desk.run("export", "warc", "-o", "all.warc.gz")
    file = drawn.desk.folder / "all.warc.gz"
    with file.open("rb") as stream:
        responses = {}
        for record in ArchiveIterator(stream):
            headers = record.rec_headers
            if record.rec_type == "response":
                responses[headers.get_header("WARC-Record-ID")] = headers.get_header("WARC-Target-URI")
            elif record.rec_type == "conversion":
                assert responses[headers.get_header("WARC-Refers-To")] == headers.get_header("WARC-Target-URI")
    other = Copydesk(tmp_path, None)
    report = json.loads(other.run("import", str(file), "--json").stdout)
    assert report["passed"] == {}
    query = (
        "SELECT url, started_at, duration_ms, browser, wait_rule, requests, received, blocked, cpu_ms, memory, sha256, size"
        " FROM drawings WHERE page_id IS NOT NULL ORDER BY id"
    )
    assert len(drawn.desk.query(query)) == ARTICLES
    assert other.query(query) == drawn.desk.query(query)
    assert other.derived() == drawn.desk.derived()
    assert json.loads(other.run("import", str(file), "--json").stdout)["pages"] == 0


def test_pages_wait_where_the_browser_is_gone(drawn: Drawn, tmp_path: Path) -> None:
    desk = Copydesk(tmp_path, None, render="auto", **SETTINGS)
    shutil.copy(drawn.desk.database, desk.database)
    desk.env |= {"PATH": str(tmp_path), "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path)}
    pages = desk.query("SELECT count(*) FROM pages")
    told = desk.run("crawl", "drawn", "--again")
    assert f"{ARTICLES} articles left for a later crawl: " in told.stdout + told.stderr
    assert "apt install chromium" in told.stdout + told.stderr
    assert desk.query("SELECT count(*) FROM pages") == pages
    assert desk.query("SELECT count(*) FROM rejections") == [(0,)]
    desk.run("sources", "set", "drawn", "--set", "render=always")
    told = desk.run("crawl", "drawn", code=None)
    assert "its pages are to be drawn by a browser, but there is no Chromium" in told.stdout + told.stderr
    assert '"browser"' in desk.run("doctor", "--json", code=1).stdout


def test_pages_wait_where_the_budget_is_used_up(drawn: Drawn, tmp_path: Path) -> None:
    desk = Copydesk(tmp_path, None, render="always", render_budget=1, **SETTINGS)
    add_sites(desk.database, {"drawn": drawn.web["drawn"]})
    told = desk.run("crawl")
    assert "left for a later crawl: render_budget (1 page a day) is used up" in told.stdout + told.stderr
    assert articles_by_source(desk) == {"drawn": 1}
    assert desk.query("SELECT count(*) FROM visits WHERE first_at IS NULL AND failures = 0") == [(ARTICLES - 1,)]
