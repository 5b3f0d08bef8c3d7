"""Articles whose address comes to lead to another one: a new headline in the slug, and all that is not that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.copydesk import Copydesk
from tests.pipelines.dedup.stories import story
from tests.support.web_server import Answer, Asked, WebServer

CROWD = [f"/news/local-report-number-{n}-of-the-week" for n in range(12)]
ARTICLES = {
    "/news/old-words-of-the-harbour-101": 1,
    "/news/first-lines-of-the-storm-102": 2,
    "/news/council-meets-on-the-bridge-103": 3,
    "/news/report-that-leads-home-104": 4,
    "/news/report-that-leads-to-its-section-105": 5,
    "/news/report-that-leads-to-a-login-106": 6,
    "/news/report-that-leads-to-another-107": 7,
    "/news/the-other-report-of-the-town-108": 8,
    "/news/canonical-words-of-the-school-109": 9,
    **{path: 20 + n for n, path in enumerate(CROWD)},
}
SHORT, LATEST = "/?p=110", "/news/the-latest-report-of-the-day"
LISTED = [*ARTICLES, SHORT, LATEST]
FIRST = {SHORT: "/news/short-address-of-the-market-110", LATEST: "/news/evening-report-of-monday-111"}
SECOND = {
    "/news/old-words-of-the-harbour-101": "/news/new-words-of-the-harbour-101",
    "/news/first-lines-of-the-storm-102": "/news/what-we-know-of-the-storm-102",
    "/news/report-that-leads-home-104": "/",
    "/news/report-that-leads-to-its-section-105": "/section",
    "/news/report-that-leads-to-a-login-106": "/login",
    "/news/report-that-leads-to-another-107": "/news/the-other-report-of-the-town-108",
    SHORT: "/news/other-words-of-the-market-110",
    LATEST: "/news/evening-report-of-tuesday-112",
    **dict.fromkeys(CROWD, "/news/we-have-moved-to-another-system-113"),
}
THIRD = {**SECOND, "/news/new-words-of-the-harbour-101": "/news/last-words-of-the-harbour-101"}
TEXTS = {
    "/news/new-words-of-the-harbour-101": (1, 1),
    "/news/last-words-of-the-harbour-101": (1, 2),
    "/news/what-we-know-of-the-storm-102": (2, 1),
    "/news/short-address-of-the-market-110": (10, 0),
    "/news/other-words-of-the-market-110": (10, 1),
    "/news/evening-report-of-monday-111": (11, 0),
    "/news/evening-report-of-tuesday-112": (12, 0),
    "/news/we-have-moved-to-another-system-113": (13, 0),
}
LOGIN = (
    "<html lang=en><head><title>Log in</title></head><body><h1>Log in</h1><p>Please log in to read this article.</p>"
    "<form method=post><input name=user><input type=password name=password><button>Log in</button></form></body></html>"
)


def article(path: str, number: int, version: int, head: str = "") -> str:
    lines = story(number, 6).split("\n")
    lines = lines[: 2 if number == 2 and not version else 6] + (story(100 + version, 1).split("\n") if version else [])
    title = path.rpartition("/")[2].replace("-", " ").capitalize()
    text = "".join(f"<p>{line}</p>" for line in lines)
    return (
        f"<html lang=en><head><title>{title}</title>{head}</head><body><h1>{title}</h1>"
        f'<time datetime="2026-11-{(number - 1) % 28 + 1:02}T10:00:00Z"></time><article>{text}</article></body></html>'
    )


class Site:
    """A site with a state by day: where its addresses lead to."""

    def __init__(self) -> None:
        self.leads = FIRST
        self.day = 1

    def answer(self, asked: Asked) -> Answer:
        path = asked.path
        if path in self.leads:
            return Answer(301, "", {"Location": self.leads[path]})
        if path == "/":
            listed = [*LISTED, "/news/new-words-of-the-harbour-101"] if self.day == 3 else LISTED
            return Answer(
                200, "".join(f'<h2><a href="{path}">A report of the town: {path}</a></h2>' for path in listed)
            )
        if path == "/section":
            return Answer(200, "".join(f'<h2><a href="{path}">A report: {path}</a></h2>' for path in ARTICLES))
        if path == "/login":
            return Answer(200, LOGIN)
        if path in ARTICLES:
            there = "/news/canonical-words-of-the-pupils-109" if "school" in path and self.day > 1 else path
            return Answer(200, article(path, ARTICLES[path], 0, f'<link rel="canonical" href="{there}">'))
        return Answer(200, article(path, *TEXTS[path])) if path in TEXTS else Answer(404)


@pytest.fixture
def site() -> Iterator[tuple[Site, str]]:
    web = Site()
    with WebServer(web.answer) as server:
        yield web, server.url


def histories(desk: Copydesk) -> dict[str, list[tuple[str, str]]]:
    """The pages of each article by the path of the first: path and verdict of each."""
    rows = desk.query(
        "SELECT d.article_id, a.url, d.verdict FROM decisions d JOIN articles a USING (page_id) JOIN pages p ON p.id = d.page_id"
        " ORDER BY d.article_id, p.fetched_at, p.id"
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for number, url, verdict in rows:
        found.setdefault(number, []).append(("/" + url.split("/", 3)[3], verdict))
    return {pages[0][0]: pages for pages in found.values()}


def test_an_article_keeps_its_history_at_its_new_address(site: tuple[Site, str], tmp_path: Path) -> None:
    web, home = site
    desk = Copydesk(tmp_path, None, delay="0s", retries=0, allow_networks=["127.0.0.0/8"], revisit=["0s"], workers=1)
    desk.run("sources", "add", f"{home}/", "--no-discovery")
    desk.run("crawl", "--quiet")
    assert len(histories(desk)) == len(LISTED)
    web.day, web.leads = 2, SECOND
    desk.run("crawl", "--again", "--quiet")
    web.day, web.leads = 3, THIRD
    desk.run("crawl", "--again", "--quiet")
    found = histories(desk)
    assert found["/news/old-words-of-the-harbour-101"][:2] == [
        ("/news/old-words-of-the-harbour-101", "new"),
        ("/news/new-words-of-the-harbour-101", "revision"),
    ]
    assert {page for page, _ in found["/news/old-words-of-the-harbour-101"][2:]} == {
        "/news/last-words-of-the-harbour-101"
    }
    assert [verdict for _, verdict in found["/news/old-words-of-the-harbour-101"]].count("revision") == 2
    # A report that grew to three times its length; a short address that never showed a page of its own; another canonical address.
    assert [verdict for _, verdict in found["/news/first-lines-of-the-storm-102"]] == ["new", "revision"]
    assert [verdict for _, verdict in found["/news/short-address-of-the-market-110"]] == ["new", "revision"]
    assert [verdict for _, verdict in found["/news/canonical-words-of-the-school-109"]] == ["new", "same"]
    # What leads home, to a section, a login, another article, the article of the day, or where everything leads to.
    for path in ("home-104", "to-its-section-105", "to-a-login-106", "to-another-107"):
        (alone,) = [pages for first, pages in found.items() if first.endswith(path)]
        assert len(alone) == 1, alone
    assert all(len(found[path]) == 1 for path in CROWD)
    assert {"/news/evening-report-of-monday-111", "/news/evening-report-of-tuesday-112"} <= set(found)
    assert {
        first.rpartition("-")[2] for first, pages in found.items() if any(how == "copy" for _, how in pages)
    } == set()
    gone = desk.query("SELECT url FROM gone_view")
    assert not any(f"-{number}" in url for (url,) in gone for number in (101, 102, 109, 110))
    corrected = desk.run("corrections", "--newest", "--json").stdout
    assert "What we know of the storm" in corrected
    # Live, decided anew and read again are the same.
    before = desk.derived()
    desk.run("settle", "--all")
    assert desk.derived() == before
    desk.run("extract", "--all")
    assert desk.derived() == before
