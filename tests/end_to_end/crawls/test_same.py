"""One story at many addresses of one site is one article: canonical address, redirects, trackers, AMP, mobile and print twins."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.copydesk import Copydesk
from tests.pipelines.dedup.stories import story
from tests.support.web_server import Answer, WebServer

HOME = "http://www.courier.example"
MOBILE = "http://m.courier.example"
AMP = "http://amp.courier.example"

NAMES = ("bridge", "ferry", "market", "tide", "school", "garden")


def plain(name: str) -> str:
    return f"{HOME}/news/2026/{name}-of-the-town.html"


# Of each story, the other addresses that the front page links to from the start, and those that it links to later.
TWINS = {
    "bridge": (f"{HOME}/topics/bridges/bridge-of-the-town.html", f"{HOME}/archive/story-99101.html"),
    "ferry": (f"{HOME}/go/2026/ferry-of-the-town.html", f"{HOME}/old/2026/ferry-of-the-town.html"),
    "market": (plain("market") + "?utm_source=front&fbclid=abc", plain("market") + "?utm_medium=rss&gclid=1"),
    "tide": (f"{HOME}/amp/news/2026/tide-of-the-town.html", f"{AMP}/news/2026/tide-of-the-town.html"),
    "school": (f"{MOBILE}/news/2026/school-of-the-town.html", plain("school") + "?outputType=amp"),
    "garden": (plain("garden") + "?print=1", f"{HOME}/news/2026/garden-of-the-town.html/print"),
}
CANONICAL = {url: plain("bridge") for url in TWINS["bridge"]}
REDIRECTS = {url: plain("ferry") for url in TWINS["ferry"]}


class Web:
    """The site: what it links to, and what was asked for."""

    def __init__(self) -> None:
        self.linked: list[str] = []
        self.asked: list[str] = []

    def answer(self, url: str) -> Answer:
        self.asked.append(url)
        if url == f"{HOME}/":
            links = "".join(
                f'<h2><a href="{each}">The {_name(each)} of the town, told again</a></h2>' for each in self.linked
            )
            return Answer(200, f"<html><body>{links}</body></html>")
        if url in REDIRECTS:
            return Answer(301, headers={"Location": REDIRECTS[url]})
        name = _name(url)
        if not name:
            return Answer(404)
        paragraphs = "".join(f"<p>{line}</p>" for line in story(NAMES.index(name), 8).split("\n"))
        canonical = f'<link rel=canonical href="{CANONICAL[url]}">' if url in CANONICAL else ""
        title = f"The {name} of the town"
        head = f"<meta charset=utf-8><title>{title}</title>{canonical}"
        time = '<time datetime="2026-11-02T10:00:00Z"></time>'
        body = f"<h1>{title}</h1>{time}<article>{paragraphs}</article>"
        return Answer(200, f"<html lang=en><head>{head}</head><body>{body}</body></html>")


def _name(url: str) -> str:
    by_twin = {twin: name for name, twins in TWINS.items() for twin in twins}
    return by_twin.get(url) or next((name for name in NAMES if url == plain(name)), "")


@pytest.fixture
def web() -> Iterator[tuple[Web, str]]:
    site = Web()

    with WebServer(lambda asked: site.answer(asked.path)) as server:
        yield site, server.url


def verdicts(desk: Copydesk) -> dict[str, list[str]]:
    """The verdicts on the pages of each story, in the order in which they came."""
    found: dict[str, list[str]] = {name: [] for name in NAMES}
    for title, verdict in desk.query(
        "SELECT title, verdict FROM decisions JOIN articles USING (page_id) ORDER BY page_id"
    ):
        found[title.split()[1]].append(verdict)
    return found


def test_every_twin_is_the_same_article(web: tuple[Web, str], tmp_path: Path) -> None:
    site, proxy = web
    site.linked = [each for name in NAMES for each in (plain(name), TWINS[name][0])]
    desk = Copydesk(tmp_path, proxy)
    desk.run("sources", "add", f"{HOME}/", "--delay", "0s")
    first = json.loads(desk.run("crawl", "--json").stdout)
    # What an address alone tells is not even asked for; what it does not tell, the page or the redirect does.
    twice = {"bridge": ["new", "same"], "ferry": ["new", "same"]}
    assert verdicts(desk) == {name: ["new"] for name in NAMES} | twice
    assert first["fetched"] == len(NAMES) + 2
    assert {url for url in site.asked if _name(url) and url != plain(_name(url))} == {
        TWINS["bridge"][0],
        TWINS["ferry"][0],
    }

    site.linked = [TWINS[name][1] for name in NAMES]
    desk.run("crawl", "--again")
    found = verdicts(desk)
    assert found["bridge"] == ["new", "same", "same"]
    assert found["ferry"] == ["new", "same", "same"]
    assert {verdict for each in found.values() for verdict in each[1:]} == {"same"}
    assert desk.query("SELECT DISTINCT article_id = original_id, revision FROM decisions") == [(1, 1)]
    assert desk.query("SELECT count(DISTINCT article_id) FROM decisions") == [(len(NAMES),)]


def test_twins_that_were_fetched_first_are_the_article(web: tuple[Web, str], tmp_path: Path) -> None:
    """The plain address comes later, as when a feed leads to the AMP page and the front page to the article."""
    site, proxy = web
    site.linked = [TWINS[name][0] for name in NAMES]
    desk = Copydesk(tmp_path, proxy)
    desk.run("sources", "add", f"{HOME}/", "--delay", "0s")
    desk.run("crawl")
    assert verdicts(desk) == {name: ["new"] for name in NAMES}
    site.linked = [plain(name) for name in NAMES]
    desk.run("crawl", "--again")
    found = verdicts(desk)
    assert found["bridge"] == ["new", "same"]
    assert {verdict for each in found.values() for verdict in each[1:]} <= {"same"}
    assert desk.query("SELECT count(DISTINCT article_id) FROM decisions") == [(len(NAMES),)]
