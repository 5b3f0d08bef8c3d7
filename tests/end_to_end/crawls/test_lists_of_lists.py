"""A site whose front page names hardly an article, but pages that name its lists: regions, offices."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.end_to_end.copydesk import Copydesk
from tests.support.web_server import Answer, Asked, WebServer

REGIONS = ("lviv", "odesa", "sumy")
ARTICLES = {
    f"/{region}/novyny/{48210 + place}": "Three schools of the town will merge after the summer"
    for place, region in enumerate(REGIONS)
}


def answer(path: str, lists: str, heads: int) -> Answer:
    articles = [f'<h2><a href="{address}">{headline}</a></h2>' for address, headline in ARTICLES.items()]
    body = {
        "/": f'<nav><a href="{lists}">Regions</a><a href="/gone/">Culture</a></nav>{"".join(articles[:heads])}',
        lists: "".join(f'<a href="/{region}/">{region.title()}</a>' for region in REGIONS),
        "/loads/": """<script>fetch("/api/news")</script>""",
        "/api/news": json.dumps([{"title": headline, "url": address} for address, headline in ARTICLES.items()]),
        **{f"/{region}/": articles[place] for place, region in enumerate(REGIONS)},
    }.get(path)
    return Answer(404) if body is None else Answer(200, f"<html><body>{body}</body></html>")


@pytest.mark.parametrize("lists", ["/regions/", "/offices.html", "/c/5"])
def test_the_lists_that_a_section_names_are_found(tmp_path: Path, lists: str) -> None:
    with WebServer(lambda asked: answer(asked.path, lists, heads=1)) as server:
        desk = Copydesk(tmp_path, None, delay="0s", retries=0, allow_networks=["127.0.0.0/8"], workers=1)
        desk.run("sources", "add", f"{server.url}/")
        known = {url.removeprefix(server.url) for (url,) in desk.query("SELECT url FROM entries")}
    assert known == {"/", lists, "/gone/", *(f"/{region}/" for region in REGIONS)}


def test_a_front_page_with_articles_is_enough(tmp_path: Path) -> None:
    with WebServer(lambda asked: answer(asked.path, "/regions/", heads=3)) as server:
        desk = Copydesk(tmp_path, None, delay="0s", retries=0, allow_networks=["127.0.0.0/8"], workers=1)
        desk.run("sources", "add", f"{server.url}/")
        known = {url.removeprefix(server.url) for (url,) in desk.query("SELECT url FROM entries")}
    assert known == {"/", "/regions/", "/gone/"}


def test_a_list_that_the_page_loads_is_asked_for_as_well(tmp_path: Path) -> None:
    paths: list[str] = []

    def note(asked: Asked) -> Answer:
        paths.append(asked.path)
        return answer(asked.path, "/regions/", heads=0)

    with WebServer(note) as server:
        desk = Copydesk(tmp_path, None, delay="0s", retries=0, allow_networks=["127.0.0.0/8"], workers=1)
        desk.run("sources", "add", f"{server.url}/loads/")
        known = {url.removeprefix(server.url) for (url,) in desk.query("SELECT url FROM entries")}
        assert {"/loads/", "/api/news"} <= known
        desk.run("crawl")
        assert set(ARTICLES) <= set(paths)
