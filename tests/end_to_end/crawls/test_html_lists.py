"""A list page that a site's rules describe by CSS: crawled page after page, shown, and said where it does not fit."""

from __future__ import annotations

import json
from pathlib import Path

from crawler.crawl.listing_requests import DECLARED, needs_probing, requests_for_listings
from db.models import Listing, ListingKind
from db.site_rules.loader import HtmlList, Site
from tests.demoweb.asking import EN
from tests.demoweb.web import DemoWeb
from tests.end_to_end.copydesk import Copydesk

SOURCE = "harbourcourier.example"
RULES = f"""
hosts = ["{EN}"]
timezone = "Europe/London"

[[lists]]
url = "http://{EN}/news/"
item = "div.card"
link = "h2 a"
published = "time"
next = "a[rel=next]"
"""


def test_an_html_list_leads_to_articles_like_a_json_list(demoweb: DemoWeb, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    file = rules / "courier.toml"
    file.write_text(RULES.replace("div.card", "div.crad"), encoding="utf-8")
    desk = Copydesk(tmp_path, demoweb.proxy_url, sites="rules", workers=1)
    desk.run("sources", "add", f"http://{EN}/", "--delay", "0s", "--no-discovery")
    tried = desk.run("sources", "test", SOURCE, "--limit", "1", code=1).stdout
    assert "item = 'div.crad' finds nothing on the page" in tried
    assert f"html-list of its rules: 0 links at http://{EN}/news/" in tried
    desk.run("--db", "wrong.db", "sources", "add", f"http://{EN}/", "--delay", "0s", "--no-discovery")
    crawled = desk.run("--db", "wrong.db", "crawl", "--limit", "1").stdout
    assert "item = 'div.crad' finds nothing on the page" in crawled

    file.write_text(RULES, encoding="utf-8")
    report = json.loads(desk.run("sources", "test", SOURCE, "--limit", "4", "--json").stdout)
    assert [one["kind"] for one in report["lists"]][:1] == ["html-list"]
    assert {one["url"] for one in report["lists"]} >= {f"http://{EN}/news/", f"http://{EN}/news/page/2/"}
    assert all(one["links"] and not one["note"] for one in report["lists"])
    desk.run("crawl", "--limit", "1")
    found = desk.query("SELECT title, published FROM links WHERE kind = 'html-list'")
    assert len(found) > 5
    assert all(title and when for title, when in found)
    assert desk.query("SELECT url FROM entries WHERE kind = 'html-list'") == [(f"http://{EN}/news/",)]


FEED = Listing(url="http://a.example/feed", kind=ListingKind.FEED)
FRONT = Listing(url="http://a.example/", kind=ListingKind.FRONT_PAGE)


def test_a_list_that_no_rule_declares_any_more_keeps_nothing_from_being_read() -> None:
    declared = Site(name="a", hosts=("a.example",), lists=(HtmlList(url="http://a.example/news/", item="li"),))
    for kind in DECLARED:
        past = Listing(url="http://a.example/list", kind=kind)
        assert [ask.kind for ask in requests_for_listings([past, FRONT], None, "auto")] == [ListingKind.FRONT_PAGE]
        assert needs_probing([past], None)
        assert not needs_probing([past], declared)
        assert not needs_probing([past, FEED], None)
    assert requests_for_listings([FRONT], declared, "auto") == []
    assert needs_probing([], declared)
