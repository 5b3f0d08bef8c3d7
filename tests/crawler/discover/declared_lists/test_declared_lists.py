"""JSON and HTML lists: the shape that the site's TOML declares, and what does not fit it."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime, timedelta

import pytest

from crawler.discover.declared_lists.html_lists import read_html_list
from crawler.discover.declared_lists.json_lists import at_path, list_urls, read_json_list
from db.models import LinkKind, ListingKind
from db.site_rules.loader import HtmlList, JsonList, Site, ValueSelector

SITE = Site(name="yunting.example", hosts=("yunting.example",), language="zh", timezone="Asia/Shanghai")
LIST = JsonList(
    url="https://yunting.example/api/list?page={page}",
    pages=3,
    items="data",
    link="https://yunting.example/detail/{uuid}.html",
    title="row.title",
    published="row.publish_time",
    modified="row.update_time",
    author="row.authors",
    section="row.columns.0.name",
)
URL = "https://yunting.example/api/list?page=1"


def body(*items: object) -> bytes:
    return json.dumps({"code": 0, "data": items}, ensure_ascii=False).encode()


def test_pages() -> None:
    assert list_urls(LIST) == tuple(f"https://yunting.example/api/list?page={n}" for n in (1, 2, 3))
    assert list_urls(JsonList(url="https://x.example/list", link="{u}")) == ("https://x.example/list",)


def test_a_list() -> None:
    item = {
        "uuid": "168154396514777",
        "row": {
            "title": "渡轮恢复通航",
            "publish_time": "2023-04-15 15:32:52",
            "update_time": "2023-04-15T08:40:10Z",
            "authors": ["甲", "乙"],
            "columns": [{"name": "时事"}],
        },
    }
    listing = read_json_list(body(item), LIST, SITE, URL)
    assert (listing.kind, listing.language, listing.note) == (ListingKind.JSON_LIST, "zh", None)
    (link,) = listing.links
    assert (link.url, link.kind) == ("https://yunting.example/detail/168154396514777.html", LinkKind.JSON_LIST)
    assert (link.title, link.author, link.section) == ("渡轮恢复通航", "甲, 乙", "时事")
    assert link.published is not None
    assert link.published.utcoffset() == timedelta(hours=8)
    assert link.published == datetime(2023, 4, 15, 7, 32, 52, tzinfo=UTC)
    assert link.modified == datetime(2023, 4, 15, 8, 40, 10, tzinfo=UTC)


def test_jsonp_numbers_and_maps() -> None:
    listing = read_json_list(b'callback({"data": {"a": {"uuid": 5}, "b": {"uuid": "x y/z"}}});', LIST, SITE, URL)
    assert [link.url.rpartition("detail/")[2] for link in listing.links] == ["5.html", "x%20y/z.html"]


def test_the_address_itself_may_be_the_value() -> None:
    described = JsonList(url="https://x.example/l", link="{url}")
    listing = read_json_list(
        b'[{"url": "/a?b=1&c=2"}, {"url": "https://x.example/b"}]', described, SITE, "https://x.example/l"
    )
    assert [link.url for link in listing.links] == ["https://x.example/a?b=1&c=2", "https://x.example/b"]


def test_without_a_zone_a_bare_time_is_left_out() -> None:
    site = Site(name="x", hosts=("x.example",))
    listing = read_json_list(body({"uuid": "1", "row": {"publish_time": "2023-04-15 15:32:52"}}), LIST, site, URL)
    assert listing.links[0].published is None


@pytest.mark.parametrize(
    ("raw", "note"),
    [
        (b"<html>", "not JSON"),
        (b"", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"rows": []}', "no list at items = 'data'"),
        (b'{"data": 3}', "no list"),
        (body({"id": 1}, {"uuid": ""}, "x", None), "4 of 4 items"),
    ],
)
def test_what_does_not_fit_is_said(raw: bytes, note: str) -> None:
    listing = read_json_list(raw, LIST, SITE, URL)
    assert listing.links == ()
    assert note in (listing.note or "")


def test_paths() -> None:
    value = {"a": [{"b": 1}, {"b": 2}]}
    assert at_path(value, "a.1.b") == 2
    assert at_path(value, "a.-1.b") == 2
    assert at_path(value, "a.2.b") is None
    assert at_path(value, "a.b") is None
    assert at_path(value, "") is value


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"items": "data.itmes"}, "there is no list at items = 'data.itmes': data has no itmes; did you mean items?"),
        ({"items": "dta.items"}, "the root has no dta; did you mean data?"),
        ({"items": "data.items.0.row"}, ""),
        ({"items": "data.items.5"}, "data.items is a list of 2"),
        ({"items": "data.total"}, "it is a number"),
        ({"items": "data.total.x"}, "data.total is a number"),
        ({"items": "nothing"}, "the root has no nothing; there are code, data, gone"),
        ({"items": "gone"}, "gone of the root is empty"),
        (
            {"link": "https://yunting.example/{uid}"},
            "have no value for link = 'https://yunting.example/{uid}': an item has no uid",
        ),
        ({"link": "/{uuid}/{row.slugg}"}, "row has no slugg; did you mean slug?"),
        (
            {"title": "row.titel"},
            "title = 'row.titel': nothing in any of 2 entries: row has no titel; did you mean title?",
        ),
        ({"author": "row.slug.x"}, "author = 'row.slug.x': nothing in any of 2 entries: row.slug is a text"),
        ({"published": "row.title"}, "published = 'row.title': 'Ferry' is no time, or has no offset"),
        ({"section": "uuid"}, None),
    ],
)
def test_a_wrong_path_is_said_with_the_nearest_right_key(changes: dict[str, str], note: str | None) -> None:
    document = {
        "code": 0,
        "data": {"total": 2, "items": [{"uuid": n, "row": {"title": "Ferry", "slug": "ferry"}} for n in (1, 2)]},
        "gone": None,
    }
    rule = {"url": "https://yunting.example/l", "link": "/{uuid}", "items": "data.items"} | changes
    listing = read_json_list(json.dumps(document).encode(), JsonList(**rule), SITE, "https://yunting.example/l")  # type: ignore[arg-type]
    assert (listing.note is None) == (note is None)
    assert (note or "") in (listing.note or "")


# --- HTML lists

HTML_SITE = Site(name="courier", hosts=("courier.example",), language="de", timezone="Europe/Berlin")
HTML_URL = "https://www.courier.example/news/"
HTML_LIST = HtmlList(
    url=HTML_URL,
    item="li.teaser",
    link=ValueSelector(css="h3 a"),
    title=ValueSelector(css="h3"),
    published=ValueSelector(css="span.when"),
    author=ValueSelector(css=".by", attribute="data-name"),
    section=ValueSelector(css="b"),
    next=ValueSelector(css="a.older"),
)
HTML = """<base href="/n/"><ul>
<li class="teaser"><a href="/pic"></a><h3>Fähre <a href="faehre?a=1&amp;b=2">fährt wieder</a></h3><b>Küste</b>
  <span class="when">5. März 2024, 14:30 Uhr</span><i class="by" data-name="Anna Holt"></i></li>
<LI CLASS="teaser big"><h3><a href="https://other.example/brücke">Brücke</a></h3>
  <span class="when" datetime="2024-03-04T10:00Z">gestern</span></li>
<li class="teaser"><h3>Anzeige</h3></li><li class="ad"><h3><a href="/ad">Kauf</a></h3></li>
</ul><a class="older" href="?page=2">Ältere</a>"""


def test_an_html_list() -> None:
    listing = read_html_list(HTML.encode("iso-8859-1"), HTML_LIST, HTML_SITE, HTML_URL, "text/html; charset=iso-8859-1")
    assert (listing.kind, listing.language) == (ListingKind.HTML_LIST, "de")
    assert listing.note == "1 of 3 entries have no link at link = 'h3 a'"
    assert listing.pages == ("https://www.courier.example/n/?page=2",)
    first, second = listing.links
    assert (first.url, first.kind) == ("https://www.courier.example/n/faehre?a=1&b=2", LinkKind.HTML_LIST)
    assert (first.title, first.author, first.section) == ("Fähre fährt wieder", "Anna Holt", "Küste")
    assert first.published == datetime(2024, 3, 5, 13, 30, tzinfo=UTC)
    assert second.published == datetime(2024, 3, 4, 10, 0, tzinfo=UTC)
    assert second.url == "https://other.example/br%C3%BCcke"
    assert pickle.loads(pickle.dumps(listing)) == listing


@pytest.mark.parametrize(
    ("item", "link", "urls"),
    [
        ("li.teaser a[href*=faehre]", ValueSelector(css=""), ["https://www.courier.example/n/faehre?a=1&b=2"]),
        ("li.ad", ValueSelector(css=""), ["https://www.courier.example/ad"]),
        ("li.ad", ValueSelector(css="h3"), ["https://www.courier.example/ad"]),
        ("LI.ad", ValueSelector(css="A", attribute="HREF"), ["https://www.courier.example/ad"]),
    ],
)
def test_the_link_may_be_the_entry_or_anything_in_it(item: str, link: ValueSelector, urls: list[str]) -> None:
    described = HtmlList(url=HTML_URL, item=item, link=link)
    listing = read_html_list(HTML.encode(), described, HTML_SITE, HTML_URL)
    assert [found.url for found in listing.links] == urls
    assert listing.links[0].title in ("Kauf", "fährt wieder")
    assert listing.note is None


@pytest.mark.parametrize(
    ("raw", "described", "note"),
    [
        (b"", HTML_LIST, "not an HTML page"),
        (b'{"a": 1}', HTML_LIST, "not an HTML page"),
        (b"\x1f\x8b\x08broken", HTML_LIST, "not an HTML page"),
        (b"<p>x</p>", HTML_LIST, "item = 'li.teaser' finds nothing on the page"),
        (b"<li class=teaser>" + b"<div>" * 3000, HTML_LIST, "1 of 1 entries have no link"),
        (
            b"<li><a href=/a>A</a></li>",
            HtmlList(url=HTML_URL, item="li", title=ValueSelector(css="h3")),
            "title = 'h3': nothing in any",
        ),
        (
            b"<li><a href=/a>A</a></li>",
            HtmlList(url=HTML_URL, item="li", published=ValueSelector(css="a", attribute="data-t")),
            "published = 'a @data-t': nothing in any of 1 entries",
        ),
        (
            b"<li><a href=/a>A</a></li>",
            HtmlList(url=HTML_URL, item="li", published=ValueSelector(css="a")),
            "'A' is no time",
        ),
    ],
)
def test_what_does_not_fit_an_html_list_is_said(raw: bytes, described: HtmlList, note: str) -> None:
    listing = read_html_list(raw, described, HTML_SITE, HTML_URL)
    assert note in (listing.note or "")


def test_a_next_page_stays_within_the_site_and_a_bare_time_needs_a_zone() -> None:
    site = Site(name="x", hosts=("courier.example",))
    page = HTML.replace("?page=2", "https://elsewhere.example/2").encode()
    listing = read_html_list(page, HTML_LIST, site, HTML_URL)
    assert listing.pages == ()
    assert listing.links[0].published is None
