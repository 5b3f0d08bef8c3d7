"""JSON lists: the shape that the site's TOML declares, and what does not fit it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from crawler.discover.lists import at_path, list_urls, read_list
from db.nouns import EntryKind, LinkKind
from db.sites import JsonList, Site

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
    listing = read_list(body(item), LIST, SITE, URL)
    assert (listing.kind, listing.language, listing.note) == (EntryKind.JSON_LIST, "zh", None)
    (link,) = listing.links
    assert (link.url, link.kind) == ("https://yunting.example/detail/168154396514777.html", LinkKind.JSON_LIST)
    assert (link.title, link.author, link.section) == ("渡轮恢复通航", "甲, 乙", "时事")
    assert link.published is not None
    assert link.published.utcoffset() == timedelta(hours=8)
    assert link.published == datetime(2023, 4, 15, 7, 32, 52, tzinfo=UTC)
    assert link.modified == datetime(2023, 4, 15, 8, 40, 10, tzinfo=UTC)


def test_jsonp_numbers_and_maps() -> None:
    listing = read_list(b'callback({"data": {"a": {"uuid": 5}, "b": {"uuid": "x y/z"}}});', LIST, SITE, URL)
    assert [link.url.rpartition("detail/")[2] for link in listing.links] == ["5.html", "x%20y/z.html"]


def test_the_address_itself_may_be_the_value() -> None:
    described = JsonList(url="https://x.example/l", link="{url}")
    listing = read_list(
        b'[{"url": "/a?b=1&c=2"}, {"url": "https://x.example/b"}]', described, SITE, "https://x.example/l"
    )
    assert [link.url for link in listing.links] == ["https://x.example/a?b=1&c=2", "https://x.example/b"]


def test_without_a_zone_a_bare_time_is_left_out() -> None:
    site = Site(name="x", hosts=("x.example",))
    listing = read_list(body({"uuid": "1", "row": {"publish_time": "2023-04-15 15:32:52"}}), LIST, site, URL)
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
    listing = read_list(raw, LIST, SITE, URL)
    assert listing.links == ()
    assert note in (listing.note or "")


def test_paths() -> None:
    value = {"a": [{"b": 1}, {"b": 2}]}
    assert at_path(value, "a.1.b") == 2
    assert at_path(value, "a.-1.b") == 2
    assert at_path(value, "a.2.b") is None
    assert at_path(value, "a.b") is None
    assert at_path(value, "") is value
