"""A back-fill of a site without sitemap, feed or archive: the numbered pages of its sections, some of which never end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.end_to_end.copydesk import Copydesk
from tests.support.past_web import PastArticle
from tests.support.web_server import Answer, WebServer

PER_PAGE = 5
SECTIONS = {"gn": "国内", "harbour": "Harbour", "kultur": "Kultur", "tides": "Tides", "dates": "Dates"}
ENDLESS = ("tides", "dates")
SIZE = {"gn": 33, "harbour": 24, "kultur": 21, "tides": 12, "dates": 4}
PAGES = {name: -(-size // PER_PAGE) for name, size in SIZE.items()}


def _article(number: int) -> PastArticle:
    return PastArticle(number=number, at=datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=number))


class Site:
    """Five sections, each with numbered pages in another form; `asked` counts requests by path and query."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.articles: dict[str, PastArticle] = {}
        self.in_section: dict[str, list[str]] = {}
        for section, size in SIZE.items():
            numbers = range(len(self.articles), len(self.articles) + size)
            of_section = {f"/{section}/{4_000_000 + number}.html": _article(number) for number in numbers}
            self.articles |= of_section
            self.in_section[section] = [*of_section]

    def answer(self, target: str) -> tuple[int, str]:
        parts = urlsplit(target)
        self.asked[target] += 1
        if (article := self.articles.get(parts.path)) is not None:
            return 200, article.page
        section, _, name = parts.path.strip("/").partition("/")
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        menu = "".join(f"<a href='/{path}/'>{words}</a>" for path, words in SECTIONS.items())
        body = self._list(section, name, query) if section in SECTIONS else "" if parts.path == "/" else None
        if body is None:
            return 404, "<html><h1>Not found</h1></html>"
        return 200, f"<html><meta charset='utf-8'><body><nav>{menu}</nav>{body}</body></html>"

    def _list(self, section: str, name: str, query: dict[str, str]) -> str | None:
        """The list of a page, and its pager."""
        last = PAGES[section]
        match section:
            case "gn":  # list_2.html, and no word for "next"
                page = int(name.removeprefix("list_").removesuffix(".html") or 1) if name else 1
                pager = [(f"[{number}]", f"list_{number}.html") for number in range(2, last + 1)]
            case "harbour":  # ?page=2, with a fragment; the first of them beside the last
                page = int(query.get("page", 1))
                pager = [
                    (str(number), f"?page={number}#list") for number in (page - 1, page + 1, last) if 0 < number <= last
                ]
            case "kultur":  # the newest page has the highest number; only the way to older ones
                page = last - int(name.removeprefix("index_").removesuffix(".html")) + 1 if name else 1
                pager = [("<span>← Older posts</span>", f"index_{last - page}.html")] if page < last else []
            case "tides":  # any number has the same stories in another order, under addresses of their own
                page = int(query.get("page", 1))
                pager = [(str(number), f"?page={number}") for number in range(page, page + 9)]
                turned = [*self.in_section[section][page % 3 :], *self.in_section[section][: page % 3]]
                return self._page([(path, f"{path}?visit={page}") for path in turned], pager)
            case _:  # a calendar without an end
                page = int(query.get("month", 1))
                pager = [("»", f"?month={page + 1}")]
                return self._page([(path, path) for path in self.in_section[section]], pager)
        if not 1 <= page <= last:
            return None
        shown = self.in_section[section][(page - 1) * PER_PAGE : page * PER_PAGE]
        return self._page([(path, path) for path in shown], pager)

    def _page(self, shown: list[tuple[str, str]], pager: list[tuple[str, str]]) -> str:
        items = "".join(f"<li><a href='{href}'>{self.articles[path].title}</a></li>" for path, href in shown)
        return f"<ul>{items}</ul><div>{' '.join(f'<a href={href!r}>{words}</a>' for words, href in pager)}</div>"

    def lists_asked(self, section: str) -> Counter[str]:
        return Counter(
            {
                target: number
                for target, number in self.asked.items()
                if target.startswith(f"/{section}/") and target.partition("?")[0] not in self.articles
            }
        )


@pytest.fixture
def site() -> Iterator[tuple[Site, str]]:
    site = Site()

    with WebServer(lambda asked: Answer(*site.answer(asked.path)), keeps_connections=True) as server:
        yield site, server.url


def test_sections_are_walked_to_their_ends_across_a_kill(site: tuple[Site, str], tmp_path: Path) -> None:
    web, home = site
    desk = Copydesk(tmp_path, None, workers=1)
    add = ("sources", "add", f"{home}/", "--name", "sections", "--delay", "5ms", "--allow-network", "127.0.0.0/8")
    desk.run(*add)
    desk.run("crawl")
    # A crawl follows numbers to what it does not know, and not to the end.
    assert 1 < len(web.lists_asked("gn")) < PAGES["gn"]
    web.asked.clear()

    begin = ("backfill", "sections", "--since", "2024", "--channels", "archive_pages")
    half = "SELECT count(*) > 12 FROM backfill_steps WHERE done_at IS NOT NULL"
    assert desk.kill(half, *begin)
    walked = web.lists_asked("gn")
    assert 1 < len(walked) < PAGES["gn"]
    desk.run("backfill", "sections")

    for name in ("gn", "harbour", "kultur"):
        asked = web.lists_asked(name)
        assert len(asked) == PAGES[name]
        # What was in flight when the process was killed was never recorded.
        assert sum(asked.values()) <= len(asked) + 1
    stored = {urlsplit(url).path for (url,) in desk.query("SELECT url FROM pages")}
    assert stored == web.articles.keys()
    # The second page is needed to see that it names the same.
    assert [len(web.lists_asked(name)) for name in ENDLESS] == [2, 2]
    assert desk.query("SELECT ended FROM backfills") == [("finished",)]
    # What a step needs goes with it, unless it met trouble: a later run may try it again.
    assert desk.query("SELECT DISTINCT state FROM backfill_steps WHERE trouble IS NULL") == [("{}",)]
