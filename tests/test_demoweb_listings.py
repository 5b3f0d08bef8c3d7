"""The demo web's feeds, sitemaps, lists and sections, and its copies and moves, held against its truth."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import lxml.etree
import lxml.html
import pytest

from db.site_rules.loader import JsonList, load_sites
from tests.demoweb.asking import (
    AR,
    DE,
    EN,
    GB,
    ZH,
    articles,
    ask,
    locations,
    truth_at,
)
from tests.demoweb.web import DemoWeb

ROOT = Path(__file__).parent.parent

# -- listings


def test_feeds_list_the_newest_articles(demoweb: DemoWeb) -> None:
    forms = {"/rss/news.xml": "rss20", "/feeds/latest.atom": "atom10", "/rss": "rss20", "/rss.xml": "rss20"}
    forms |= {"/rdf.xml": "rss10"}
    for site in demoweb.sites:
        truth = {row.url: row for row in articles(demoweb, site.host)}
        for path in set(site.feeds) & set(forms):
            feed = feedparser.parse(ask(demoweb, site.home.rstrip("/") + path).body)
            assert (feed.version, feed.bozo) == (forms[path], False), path
            links = [entry.link.partition("?")[0] for entry in feed.entries]
            listed = [truth[link] for link in links if link in truth]
            assert len(listed) >= 3
            assert not any(row.hidden for row in listed)
            assert listed == sorted(listed, key=lambda row: row.published or demoweb.now, reverse=True)
            for entry in feed.entries:
                if row := truth.get(entry.link.partition("?")[0]):
                    assert _stated(entry) == row.published


def _stated(entry: feedparser.FeedParserDict) -> datetime:
    """A feed's time of an entry; feedparser reads the dc:date of RSS 1.0 as the update."""
    year, month, day, hour, minute, second = (entry.get("published_parsed") or entry["updated_parsed"])[:6]
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def test_one_feed_is_not_well_formed_and_still_readable(demoweb: DemoWeb) -> None:
    body = ask(demoweb, f"http://{DE}/rss-alt.xml").body
    with pytest.raises(lxml.etree.XMLSyntaxError):
        lxml.etree.fromstring(body)
    feed = feedparser.parse(body)
    assert feed.bozo
    assert len(feed.entries) == 5


def test_one_feed_cuts_a_title(demoweb: DemoWeb) -> None:
    feed = feedparser.parse(ask(demoweb, f"http://{EN}/feeds/latest.atom").body)
    cut = [entry for entry in feed.entries if entry.title.endswith("…")]
    assert len(cut) == 1
    row = truth_at(demoweb, cut[0].link.partition("?")[0])
    assert row.title.startswith(cut[0].title.rstrip("…"))
    assert "utm_source=atom" in cut[0].link


def test_the_json_list_builds_every_article_in_pages(demoweb: DemoWeb) -> None:
    found: list[str] = []
    for page in range(1, 9):
        rows = json.loads(ask(demoweb, f"http://{ZH}/api/list?page={page}").body)["data"]
        found += [f"http://{ZH}/detail/{row['uuid']}.html" for row in rows]
        if not rows:
            break
        assert set(rows[0]["row"]) == {"title", "publish_time", "update_time", "column_info"}
    assert page == 4
    assert {row.url for row in articles(demoweb, ZH) if not row.hidden} <= set(found)


def test_the_rules_that_a_user_would_write_fit_the_json_list(demoweb: DemoWeb) -> None:
    site = load_sites(ROOT / "tests" / "demoweb" / "rules").for_host(ZH)
    assert site is not None
    rules = site.lists[0]
    assert isinstance(rules, JsonList)
    rows = json.loads(ask(demoweb, rules.url.format(page=rules.first_page)).body)[rules.items]
    linked = [truth_at(demoweb, rules.link.format(**row)) for row in rows]
    assert [row.title for row in linked if row.kind == "article"] == [
        row["row"]["title"] for row, truth in zip(rows, linked, strict=True) if truth.kind == "article"
    ]


def test_one_article_is_in_the_news_sitemap_alone(demoweb: DemoWeb) -> None:
    only = [row for row in articles(demoweb) if row.only_in]
    assert [(row.host, row.only_in) for row in only] == [(EN, "/sitemaps/news.xml.gz")]
    for path in ("/", "/news/", "/news/page/2/", "/news/page/3/", "/feeds/latest.atom"):
        assert only[0].path.encode() not in ask(demoweb, f"http://{EN}{path}").body


def test_the_json_feed(demoweb: DemoWeb) -> None:
    feed = json.loads(ask(demoweb, f"http://{DE}/feed.json").body)
    assert feed["version"].endswith("/1.1")
    row = truth_at(demoweb, feed["items"][0]["url"])
    assert (feed["items"][0]["title"], feed["items"][0]["date_published"]) == (
        row.title,
        row.published.isoformat() if row.published else None,
    )


def test_the_news_sitemap_is_gzip_and_named_only_in_robots_txt(demoweb: DemoWeb) -> None:
    robots = ask(demoweb, f"http://{EN}/robots.txt").text()
    url = robots.partition("Sitemap: ")[2].strip()
    reply = ask(demoweb, url, {"Accept-Encoding": "gzip"})
    assert reply.headers.get("Content-Encoding") is None
    assert set(locations(gzip.decompress(reply.body))) == {row.url for row in articles(demoweb, EN) if not row.hidden}
    assert b"sitemap" not in ask(demoweb, f"http://{EN}/").body.lower()


def test_the_sitemap_index_leads_to_all_articles(demoweb: DemoWeb) -> None:
    found: set[str] = set()
    for url in locations(ask(demoweb, f"http://{AR}/sitemap_index.xml").body):
        found |= set(locations(ask(demoweb, url).body))
    assert {row.url for row in articles(demoweb, AR) if not row.hidden} <= found


def test_section_pages_go_on_and_end(demoweb: DemoWeb) -> None:
    first = ask(demoweb, f"http://{EN}/news/").text()
    assert f'rel="next" href="http://{EN}/news/page/2/"' in first
    assert ask(demoweb, f"http://{EN}/news/page/3/").status == 200
    assert ask(demoweb, f"http://{EN}/news/page/9/").status == 404


# -- same, moved, copied


def test_one_article_at_three_addresses(demoweb: DemoWeb) -> None:
    twins = [row for row in demoweb.truth(host=ZH) if row.kind == "duplicate"]
    assert len(twins) == 2
    main = twins[0].same_as
    assert main is not None
    bodies = {ask(demoweb, url).body for url in (main, *(row.url for row in twins))}
    assert len(bodies) == 1
    assert f'rel="canonical" href="{main}"'.encode() in bodies.pop()


def test_amp_and_mobile_twins_name_their_article(demoweb: DemoWeb) -> None:
    twins = [row for row in demoweb.truth(host=EN) if row.kind == "duplicate"]
    assert {row.host for row in twins} == {EN, "m.harbourcourier.example"}
    for row in twins:
        assert f'rel="canonical" href="{row.same_as}"'.encode() in ask(demoweb, row.url).body


def test_a_reprint_is_word_for_word(demoweb: DemoWeb) -> None:
    copies = [row for row in articles(demoweb) if row.copy_of]
    assert [row.host for row in copies] == [GB]
    original = truth_at(demoweb, copies[0].copy_of or "")
    assert original.host == ZH
    assert copies[0].text == original.text
    assert (copies[0].source, copies[0].title == original.title) == ("云汀日报", False)


def test_redirects(demoweb: DemoWeb) -> None:
    rows = [row for row in demoweb.truth() if row.kind == "redirect"]
    moved = next(row for row in rows if row.same_as)
    reply = ask(demoweb, moved.url)
    assert (reply.status, reply.headers["Location"]) == (301, moved.same_as)
    url = next(row.url for row in rows if not row.same_as)
    ring = [url := ask(demoweb, url).headers["Location"] for _ in range(4)]
    assert len(set(ring)) == 2
