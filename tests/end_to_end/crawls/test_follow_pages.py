"""An article spread over several pages is fetched whole and joined, where the source asks for that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.copydesk import Copydesk
from tests.support.web_server import Answer, Asked, WebServer

SENTENCES = [
    f"Part {part}, paragraph {n}: the harbour master read out the {n}th line of the long report, and nobody left the hall."
    for part in (1, 2, 3)
    for n in range(1, 7)
]


def article(part: int) -> str:
    paragraphs = "".join(f"<p>{line}</p>" for line in SENTENCES[(part - 1) * 6 : part * 6])
    following = f'<a href="/news/2026/report-77_{part + 1}.html">Next page</a>' if part < 3 else ""
    return (
        "<html lang=en><head><meta charset=utf-8><title>The long report - Harbour</title></head><body>"
        '<h1>The long report is read in full</h1><p class=byline>By Ada Quill</p><time datetime="2026-11-02T10:00:00Z"></time>'
        f"<article>{paragraphs}</article><div class=pages>{following}</div></body></html>"
    )


PAGES = {
    "/": '<html><body><h2><a href="/news/2026/report-77.html">The long report is read in full</a></h2></body></html>',
    "/news/2026/report-77.html": article(1),
    "/news/2026/report-77_2.html": article(2),
    "/news/2026/report-77_3.html": article(3),
}


def answer(asked: Asked) -> Answer:
    return Answer(200, PAGES[asked.path]) if asked.path in PAGES else Answer(404)


@pytest.fixture
def site() -> Iterator[str]:
    with WebServer(answer) as server:
        yield f"{server.url}/"


@pytest.mark.parametrize("follow", [True, False])
def test_parts_are_joined_on_request(site: str, tmp_path: Path, follow: bool) -> None:
    desk = Copydesk(tmp_path, None)
    options = ["--allow-network", "127.0.0.0/8", "--delay", "0s", "--name", "s"]
    desk.run("sources", "add", site, *options, "--set", f"follow_pages={str(follow).lower()}")
    desk.run("crawl")
    ((text, title, provenance),) = desk.query("SELECT text, title, provenance FROM articles")
    assert title == "The long report is read in full"
    assert text.split("\n") == (SENTENCES if follow else SENTENCES[:6])
    assert ("3 pages joined" in provenance) is follow
    assert desk.query("SELECT count(*) FROM page_parts") == [(2 if follow else 0,)]
