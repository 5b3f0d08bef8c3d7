"""The main job on the demo web: everything published is stored once, nothing forbidden is asked for, changes are caught."""

from __future__ import annotations

import json
from pathlib import Path

from tests.demoweb.asking import AR, DE, EN, GB, RU, ZH, ask
from tests.demoweb.truth import PageTruth
from tests.demoweb.web import DemoWeb
from tests.end_to_end.copydesk import Copydesk
from tests.support.forked import run_forked


def published(web: DemoWeb) -> list[PageTruth]:
    return [row for row in web.truth() if row.kind == "article" and not row.hidden and row.listed]


def without_query(url: str) -> str:
    return url.partition("?")[0]


def test_the_whole_web_in_two_crawls(demoweb: DemoWeb, tmp_path: Path) -> None:
    desk = Copydesk(tmp_path, demoweb.proxy_url)
    desk.add_sites(demoweb)
    kinds = {
        name: {
            kind
            for (kind,) in desk.query(
                "SELECT kind FROM entries e JOIN sources s ON s.id = source_id WHERE name = ?", name
            )
        }
        for (name,) in desk.query("SELECT name FROM sources")
    }
    assert kinds["harbourcourier.example"] >= {"feed", "news-sitemap", "front-page"}
    assert kinds["wangling.example"] == {"front-page", "section"}
    assert kinds["almarsa.example"] >= {"feed", "sitemap"}
    assert not demoweb.forbidden_hits

    demoweb.reset()
    first = json.loads(desk.run("crawl", "--json").stdout)
    truth = published(demoweb)
    assert len(truth) >= 30
    stored = {
        without_query(url): (page_id, without_query(final_url or url))
        for page_id, url, final_url in desk.query("SELECT p.id, p.url, p.final_url FROM pages p")
    }
    final = {after: page_id for page_id, after in stored.values()}
    for row in truth:
        page_id = stored.get(without_query(row.url), (final.get(without_query(row.url)), ""))[0]
        assert page_id is not None, f"{row.url} was not stored"
    assert not demoweb.forbidden_hits
    articles = {request.path for request in demoweb.requests if request.status == 200}
    for row in truth:
        if row.path in articles:
            assert demoweb.count(row.host, row.path, status=200) == 1, f"{row.url} was fetched twice"
    assert first["found"] >= len(truth)
    assert first["unread"] == 0
    assert desk.query("SELECT count(*) FROM pages WHERE id NOT IN (SELECT page_id FROM outcomes)") == [(0,)]

    demoweb.reset()
    second = json.loads(desk.run("crawl", "--json").stdout)
    assert second["fetched"] == 0
    assert second["new"] == 0
    assert not [r for r in demoweb.requests if r.status == 200 and r.path in {row.path for row in truth}]

    corrected = demoweb.publish_correction()
    before = dict(desk.query("SELECT link_id, count(*) FROM pages GROUP BY 1"))
    third = json.loads(desk.run("crawl", "--again", "--json").stdout)
    after = dict(desk.query("SELECT link_id, count(*) FROM pages GROUP BY 1"))
    twice = {
        without_query(url)
        for link_id, url in desk.query("SELECT id, url FROM links")
        if after.get(link_id, 0) > before.get(link_id, 0)
    }
    assert twice == set(map(without_query, corrected))
    assert third["updated"] == len(corrected)
    assert third["new"] == 0

    new = demoweb.publish_new()
    fourth = json.loads(desk.run("crawl", "--json").stdout)
    assert fourth["new"] == len(new)


def test_bodies_are_the_bytes_that_were_served(crawled_web: tuple[DemoWeb, Copydesk]) -> None:
    web, desk = crawled_web
    rows = desk.query("SELECT id, url FROM pages WHERE status = 200")
    # None of these two sites is in UTF-8.
    rows = [row for row in rows if GB in row[1] or RU in row[1]]
    assert len(rows) >= 8
    for page_id, url in rows[:8]:
        served = ask(web, url).body
        shown = run_forked(("show", str(page_id), "--html"), desk.folder, desk.env, 60).stdout
        assert shown == served, url


def test_fields_come_out_as_the_truth_says(crawled_web: tuple[DemoWeb, Copydesk]) -> None:
    web, desk = crawled_web
    found = {
        without_query(url): (title, source, published)
        for url, title, source, published in desk.query("SELECT url, title, source, published_utc FROM articles")
    }
    rows = [row for row in published(web) if without_query(row.url) in found]
    titles = [row for row in rows if found[without_query(row.url)][0] == row.title]
    assert len(titles) >= 0.9 * len(rows), [row.url for row in rows if row not in titles]
    for row in rows:
        title = found[without_query(row.url)][0]
        assert "\ufffd" not in title
    people = set(desk.query("SELECT role, name FROM credits"))
    for host in (ZH, GB):
        for row in (row for row in rows if row.host == host):
            for editor in row.editors:
                assert ("editor", editor) in people, row.url


def test_a_json_list_leads_to_articles(crawled_web: tuple[DemoWeb, Copydesk]) -> None:
    _, desk = crawled_web
    rows = desk.query("SELECT title, published FROM links WHERE kind = 'json-list'")
    assert rows
    assert all(title and when for title, when in rows)


def test_a_reprint_is_a_copy_and_keeps_its_own_outlet(crawled_web: tuple[DemoWeb, Copydesk]) -> None:
    web, desk = crawled_web
    (copy,) = [row for row in web.truth() if row.copy_of]
    rows = desk.query(
        "SELECT d.verdict, original.url, a.source FROM decisions d JOIN articles a ON a.page_id = d.page_id"
        " JOIN articles original ON original.page_id = d.original_id WHERE a.url = ?",
        copy.url,
    )
    assert [(verdict, without_query(url)) for verdict, url, _ in rows] == [("copy", copy.copy_of)]


def test_one_host_is_asked_one_at_a_time_with_pauses(demoweb: DemoWeb, tmp_path: Path) -> None:
    desk = Copydesk(tmp_path, demoweb.proxy_url)
    desk.add_sites(demoweb, AR, EN, delay="150ms")
    demoweb.reset()
    desk.run("crawl")
    for host in (AR, EN):
        assert demoweb.count(host) > 5
        assert demoweb.most_at_once(host) == 1
        gap = demoweb.shortest_gap(host)
        assert gap is not None
        assert gap >= 0.15


def test_limits_and_since_hold(demoweb: DemoWeb, tmp_path: Path) -> None:
    desk = Copydesk(tmp_path, demoweb.proxy_url)
    desk.add_sites(demoweb, DE)
    figures = json.loads(desk.run("crawl", "--limit", "2", "--json").stdout)
    assert figures["fetched"] == 2
    newest = desk.query("SELECT published FROM links WHERE published IS NOT NULL ORDER BY published DESC LIMIT 2")
    fetched = desk.query("SELECT published FROM links JOIN pages ON pages.link_id = links.id ORDER BY published DESC")
    assert fetched == newest
    none = json.loads(desk.run("crawl", "--since", "2026-12-31", "--json").stdout)
    dated = desk.query("SELECT count(*) FROM links WHERE published IS NOT NULL OR modified IS NOT NULL")[0][0]
    undated = desk.query("SELECT count(*) FROM links WHERE published IS NULL AND modified IS NULL")[0][0]
    assert none["fetched"] <= undated
    assert dated > 2


def test_a_rehearsal_stores_nothing(demoweb: DemoWeb, tmp_path: Path) -> None:
    desk = Copydesk(tmp_path, demoweb.proxy_url, delay="0s")
    desk.add_sites(demoweb, EN)
    before = desk.query("SELECT count(*) FROM links"), desk.query("SELECT count(*) FROM fetches")
    shown = desk.run("sources", "test", "harbourcourier.example", "--limit", "6").stdout
    assert "nothing was stored" in shown
    assert "by " in shown
    assert (desk.query("SELECT count(*) FROM links"), desk.query("SELECT count(*) FROM fetches")) == before
    report = json.loads(desk.run("sources", "test", demoweb.site(DE).home, "--limit", "1", "--json").stdout)
    assert len(report["articles"]) == 1
    assert desk.query("SELECT count(*) FROM sources") == [(1,)]
