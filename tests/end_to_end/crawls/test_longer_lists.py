"""Lists that go on: numbered pages while all is new, dated lists from the newest, sections in turn, no podcast for the news."""

from __future__ import annotations

import json
from pathlib import Path

from tests.end_to_end.copydesk import Copydesk
from tests.support.web_server import Answer, Asked, WebServer

TITLE = "The council votes on the old bridge number {}"
TEXT = "<p>The harbour board said on Tuesday that the bridge will cost more than was planned. {}</p>" * 6


class Site:
    """Pages by path; what was asked for since the last look."""

    def __init__(self, pages: dict[str, str]) -> None:
        self.pages, self.asked = pages, list[str]()

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked.path)
        body = self.pages.get(asked.path)
        if body is None and asked.path.startswith("/news/"):
            number = asked.path.rpartition("/")[2]
            body = f"<article><h1>{TITLE.format(number)}</h1>{TEXT.format(number)}</article>"
        if body is not None and body.startswith("["):
            return Answer(200, body)
        return Answer(404) if body is None else Answer(200, f"<html lang='en'><body>{body}</body></html>")

    def take(self) -> set[str]:
        taken, self.asked = {path for path in self.asked if path != "/robots.txt"}, []
        return taken


def heads(*numbers: int) -> str:
    return "".join(f'<h2><a href="/news/{number}">{TITLE.format(number)}</a></h2>' for number in numbers)


def desk_for(folder: Path, server: WebServer) -> Copydesk:
    desk = Copydesk(folder, None, delay="0s", retries=0, allow_networks=["127.0.0.0/8"], workers=1)
    desk.run("sources", "add", f"{server.url}/")
    return desk


def test_numbered_pages_are_read_only_while_all_is_new(tmp_path: Path) -> None:
    pager = '1 <a href="/?page=2">2</a> <a href="/?page=3">3</a>'
    site = Site({"/": heads(48219, 48218, 48217) + pager, "/?page=2": heads(48216, 48215) + pager, "/?page=3": "none"})
    with WebServer(site.answer) as server:
        desk = desk_for(tmp_path, server)
        site.take()
        desk.run("crawl")
        assert site.take() == {"/", "/?page=2", "/?page=3", *(f"/news/{n}" for n in range(48215, 48220))}
        site.pages["/"] = heads(48220, 48219, 48218) + pager
        desk.run("crawl")
        assert site.take() == {"/", "/news/48220"}


def test_the_newest_of_dated_lists_is_read(tmp_path: Path) -> None:
    site = Site({"/": '<nav><a href="/issues/">Issues</a></nav>'})
    site.pages["/issues/"] = "".join(f'<a href="/issues/{year}/">{year}</a> ' for year in range(2020, 2027))
    site.pages["/issues/2026/"] = "".join(f'<a href="/issues/2026/{month:02}/">{month}</a> ' for month in range(1, 12))
    site.pages["/issues/2026/11/"] = heads(48219, 48218)
    site.pages["/issues/2026/10/"] = heads(48210)
    with WebServer(site.answer) as server:
        desk = desk_for(tmp_path, server)
        site.take()
        desk.run("crawl")
        asked = site.take()
    assert {"/news/48219", "/news/48218", "/news/48210"} <= asked
    assert not {"/issues/2025/", "/issues/2026/09/"} & asked


def test_what_a_section_loads_is_a_listing_of_its_own(tmp_path: Path) -> None:
    shell = "<script>let from=0; fetch('/api/town?offset=' + from + '&limit=2').then(show)</script>"
    site = Site({"/": f'<nav><a href="/town/">Town</a></nav>{heads(48219, 48218, 48217)}', "/town/": shell})
    for at in (0, 2):
        rows = [{"title": TITLE.format(n), "url": f"/news/{n}"} for n in (48216 - at, 48215 - at)]
        site.pages[f"/api/town?offset={at}&limit=2"] = json.dumps(rows)
    first, second = (f"/api/town?offset={at}&limit=2" for at in (0, 2))
    with WebServer(site.answer) as server:
        desk = desk_for(tmp_path, server)
        site.take()
        desk.run("crawl")
        assert {"/town/", first, second, "/news/48216", "/news/48213"} <= site.take()
        desk.run("crawl")
        assert site.take() == {"/", first}  # the shell names no article


def test_a_feed_of_episodes_keeps_no_section_from_being_read(tmp_path: Path) -> None:
    episodes = "".join(f"<item><title>Episode {n}</title><link>/listen/{n}</link></item>" for n in range(6))
    site = Site(
        {"/": '<nav><a href="/reports/">Reports</a></nav><a href="/feed">RSS</a>', "/reports/": heads(48219, 48218)}
    )
    site.pages |= {f"/listen/{n}": f"<h1>Episode {n}</h1><audio src='/{n}.mp3'></audio>" for n in range(6)}

    def answer(asked: Asked) -> Answer:
        if asked.path == "/feed":
            return Answer(200, f"<rss><channel><title>Talk</title>{episodes}</channel></rss>")
        return site.answer(asked)

    with WebServer(answer) as server:
        desk = desk_for(tmp_path, server)
        desk.run("crawl")
        assert "/news/48219" not in site.take()
        desk.run("crawl")
        assert {"/reports/", "/news/48219", "/news/48218"} <= site.take()


def test_sections_without_articles_take_no_place_for_ever(tmp_path: Path) -> None:
    names = [chr(97 + n) * 4 for n in range(14)]
    menu = "".join(f'<a href="/{name}/">{name.title()}</a>' for name in (*names, "reports"))
    site = Site(
        {"/": f"<nav>{menu}</nav>", "/reports/": heads(48219, 48218)}
        | {f"/{name}/": "<p>About us</p>" for name in names}
    )
    with WebServer(site.answer) as server:
        desk = desk_for(tmp_path, server)
        site.take()
        desk.run("crawl")
        assert {"/reports/", "/news/48219"} <= site.take()
