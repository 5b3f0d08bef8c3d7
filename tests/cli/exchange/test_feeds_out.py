"""RSS 2.0 and JSON Feed 1.1 of `copydesk export`: by other people's readers, and by the rules of the formats."""

from __future__ import annotations

import json
import re
from calendar import timegm
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from lxml import etree, html

from pipelines.exchange.articles.formats import publication_time
from tests.cli.conftest import Newsroom, open_room, run
from tests.cli.exchange.test_formats import HOSTILE, exported, hostile

__all__ = ["hostile"]

NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
Told = tuple[Path, list[dict[str, Any]]]


def xml(text: str) -> str:
    """The text as far as XML can say it."""
    return NOT_XML.sub("", text)


def test_rss_holds_to_its_rules(hostile: Told) -> None:
    file, told = exported(hostile, "rss")
    channel = etree.parse(file, etree.XMLParser(resolve_entities=False, huge_tree=True)).getroot()[0]
    assert [channel.findtext(name) for name in ("title", "link", "description")] == [
        "Copydesk",
        "http://localhost/",
        "Articles",
    ]
    assert parsedate_to_datetime(channel.findtext("lastBuildDate") or "").tzinfo is UTC
    items = channel.findall("item")
    for item, one in zip(items, told, strict=True):
        assert item.findtext("title") == xml(one["title"])
        assert item.findtext("link") == one["url"]
        assert parsedate_to_datetime(item.findtext("pubDate")) == publication_time(one).replace(microsecond=0)
        assert item.find("guid").get("isPermaLink") == "false"
        assert [name.text for name in item.findall(CREATOR)] == [xml(name) for name in one["authors"]]
        assert [tag.text for tag in item.findall("category")] == [xml(tag) for tag in one["tags"]]
        for name, text in (("description", one["description"]), (CONTENT, one["text"])):
            # Both are HTML; a page's markup must have become text in it.
            shown = html.fragment_fromstring(item.findtext(name), create_parent=True)
            assert {element.tag for element in shown.iter()} <= {"div", "p", "h3"}
            assert [element.tag for element in shown][:2] == (["h3", "p"] if name == CONTENT else [])[:2]
            words = "".join(shown.itertext())
            assert re.sub(r"\s", "", words) == re.sub(r"\s", "", xml(text)).replace("\x85", "…")
    assert len({item.findtext("guid") for item in items}) == len(items)


def test_feedparser_reads_our_rss(hostile: Told) -> None:
    file, told = exported(hostile, "rss")
    feed = feedparser.parse(file.read_bytes())
    assert not feed.bozo
    assert feed.version == "rss20"
    for entry, one in zip(feed.entries, told, strict=True):
        if "<" not in one["title"]:
            # It takes C1 characters for those of Windows-1252, as browsers do.
            title = xml(one["title"]).strip().replace("\x85", "…")
            assert re.sub(r"\s+", " ", entry.title) == re.sub(r"\s+", " ", title)
        assert entry.link == one["url"]
        assert datetime.fromtimestamp(timegm(entry.published_parsed), UTC) == publication_time(one).replace(
            microsecond=0
        )
        assert entry.id.startswith("copydesk:")
        assert not entry.guidislink
        assert "<script" not in entry.summary + entry.content[0].value
    assert len({entry.id for entry in feed.entries}) == len(told)


# JSON Feed


def text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def address(value: Any) -> bool:
    return text(value) and value.startswith(("http://", "https://"))


def rfc_3339(value: Any) -> bool:
    form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
    return text(value) and re.fullmatch(form, value) is not None and datetime.fromisoformat(value).tzinfo is not None


def many(rule: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(map(rule, value))


def author(value: Any) -> bool:
    """An object with at least one of its three."""
    return isinstance(value, dict) and bool({"name", "url", "avatar"} & value.keys()) and all(map(text, value.values()))


# jsonfeed.org/version/1.1: of the members, what each must be; those that must be there.
TOP = {
    "version": lambda value: value == "https://jsonfeed.org/version/1.1",
    "title": text,
    "items": many(lambda value: isinstance(value, dict)),
    "home_page_url": address,
    "feed_url": address,
    "description": text,
    "authors": many(author),
    "language": text,
}
ITEM = {
    "id": text,
    "url": address,
    "external_url": address,
    "title": text,
    "content_html": lambda value: isinstance(value, str),
    "content_text": lambda value: isinstance(value, str),
    "summary": text,
    "image": address,
    "date_published": rfc_3339,
    "date_modified": rfc_3339,
    "authors": many(author),
    "tags": many(text),
    "language": text,
}


def faults(feed: dict[str, Any]) -> list[str]:
    """What is wrong with a JSON Feed; null is no value of any member."""
    found = [name for name in ("version", "title", "items") if name not in feed]
    found += [name for name, value in feed.items() if name not in TOP or not TOP[name](value)]
    for number, item in enumerate(feed.get("items", [])):
        wrong = [name for name, value in item.items() if name not in ITEM or not ITEM[name](value)]
        wrong += [] if "id" in item else ["id"]
        wrong += [] if {"content_text", "content_html"} & item.keys() else ["content"]
        found += [f"{number} {name}" for name in wrong]
    ids = [item.get("id") for item in feed.get("items", [])]
    return found + ([] if len(set(ids)) == len(ids) else ["ids"])


def test_json_feed_holds_to_its_rules(hostile: Told) -> None:
    file, told = exported(hostile, "jsonfeed")
    feed = json.loads(file.read_bytes())
    assert faults(feed) == []
    for item, one in zip(feed["items"], told, strict=True):
        assert (item["title"], item["content_text"]) == (one["title"], one["text"])
        assert (item["tags"], [name["name"] for name in item["authors"]]) == (one["tags"], one["authors"])
        assert datetime.fromisoformat(item["date_published"]) == publication_time(one)
    assert {item["title"] for item in feed["items"]} == set(HOSTILE)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"title": None}, "0 title"),
        ({"date_published": "2026-11-02 09:00"}, "0 date_published"),
        ({"url": "/a"}, "0 url"),
        ({"authors": [{}]}, "0 authors"),
        ({"comment": "x"}, "0 comment"),
        ({"id": 7}, "0 id"),
    ],
)
def test_the_rules_find_faults(hostile: Told, change: dict[str, Any], fault: str) -> None:
    feed = json.loads(exported(hostile, "jsonfeed")[0].read_bytes())
    feed["items"][0] |= change
    assert faults(feed) == [fault]


def test_feeds_link_to_the_address_that_is_believed(newsroom: Newsroom) -> None:
    def link() -> str:
        items = json.loads(run(newsroom.path, "export", "jsonfeed", "--person", "Ann Reed").stdout)["items"]
        rss = run(newsroom.path, "export", "rss", "--person", "Ann Reed").stdout
        assert f"<link>{items[0]['url']}</link>" in rss
        return str(items[0]["url"])

    assert link() == "https://www.wanbao.example/en/last-ferry"
    with open_room(newsroom.path) as conn:
        conn.execute("DELETE FROM claims")
        conn.execute(
            "INSERT INTO claims (page_id, source_id, claimed_key, own_key, may, believed) VALUES (?, 1, 'c', 'o', 0, 0)",
            (newsroom.pages["ferry"],),
        )
    assert link() == "https://www.wanbao.example/en/last-ferry-55"
