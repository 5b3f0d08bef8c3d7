"""`copydesk backfill --channels wayback` against a small archive: planned, killed, continued; before and after a crawl."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.copydesk import Copydesk, wait_for
from tests.pipelines.dedup.stories import story
from tests.support.web_server import Answer, Asked, WebServer

CAPTURES = [("20190401100000", 1), ("20190402100000", 1), ("20190405100000", 2), ("20190501100000", 3)]
CAPTURES += [("20190601100000", 3)]
CRAWLED, OLD = "/2019/04/01/bridge.html", "/2019/04/01/harbour.html"


def page(path: str, number: int) -> bytes:
    text, title = story(number + 10 * (path == OLD), 4), f"What became of {path[12:-5]}"
    lines = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{lines}</body></html>".encode()


class SiteAndArchive(WebServer):
    """A site of two articles, whose texts of today are the last ones captured; beside it the index and captures of an archive."""

    def __init__(self) -> None:
        super().__init__(self.answer)
        self.listed = [CRAWLED]
        self.free = threading.Event()
        """Captures after the first wait for it."""

    def captures(self) -> list[str]:
        return [path for path in self.heard if path.startswith("/web/")]

    def answer(self, asked: Asked) -> Answer:
        path = asked.path
        if path.startswith("/cdx"):
            names = ["timestamp", "original", "digest"]
            firsts = [one for before, one in zip([("", 0), *CAPTURES], CAPTURES, strict=False) if before[1] != one[1]]
            rows = [
                [stamp, self.url + path, f"TEXT{number}{path}"] for path in (CRAWLED, OLD) for stamp, number in firsts
            ]
            return Answer(200, json.dumps([names, *rows]))
        if path.startswith("/web/"):
            if len(self.captures()) > 1:
                self.free.wait(120)
            stamp, path = path.split("/")[2].removesuffix("id_"), path.split(self.url)[1]
            kept = {"X-Archive-Orig-Content-Type": "text/html; charset=utf-8", "X-Archive-Orig-ETag": "old"}
            return Answer(200, page(path, dict(CAPTURES)[stamp]), kept)
        if path in (CRAWLED, OLD):
            return Answer(200, page(path, 3))
        if path == "/":
            links = "".join(f"<a href='{path}'>What became of it after all</a>" for path in self.listed)
            return Answer(200, f"<html><body>{links}</body></html>")
        return Answer(404)


@pytest.fixture
def web() -> Iterator[SiteAndArchive]:
    with SiteAndArchive() as web:
        yield web
        web.free.set()


def desk_for(web: SiteAndArchive, folder: Path) -> Copydesk:
    desk = Copydesk(folder, None, workers=1, wayback_cdx_url=f"{web.url}/cdx", wayback_url=f"{web.url}/web")
    desk.run(
        *("sources", "add", f"{web.url}/", "--name", "bridges", "--delay", "0s"),
        *("--allow-network", "127.0.0.0/8", "--no-discovery"),
    )
    return desk


def revisions(desk: Copydesk, path: str) -> list[tuple[object, ...]]:
    return desk.query(
        "SELECT d.revision, d.verdict, substr(p.fetched_at, 1, 10) FROM decisions d JOIN pages p ON p.id = d.page_id"
        " WHERE d.verdict IN ('new', 'revision') AND p.url LIKE ? ORDER BY p.fetched_at",
        f"%{path}",
    )


def test_captures_are_revisions_at_their_times(web: SiteAndArchive, tmp_path: Path) -> None:
    """Five captures of three texts are three revisions: of an article that was crawled, and of one that is crawled later."""
    desk = desk_for(web, tmp_path)
    command = ("backfill", "bridges", "--since", "2019", "--channels", "wayback", "--json")
    three = [(1, "new", "2019-04-01"), (2, "revision", "2019-04-05"), (3, "revision", "2019-05-01")]
    desk.run("crawl")
    planned = json.loads(desk.run(*command, "--plan").stdout)
    assert (planned["waiting"], web.captures()) == (6, [])

    killed = desk.start(*command)
    wait_for(lambda: len(web.captures()) == 2)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert desk.query("SELECT count(*) FROM captures") == [(1,)]
    web.free.set()
    done = json.loads(desk.run("backfill", "bridges", "--json").stdout)
    assert (done["done"], done["waiting"], done["ended"]) == (6, 0, "finished")
    assert len(web.captures()) == 7  # the one in flight at the kill was not stored
    assert len([path for path in web.heard if path.startswith("/cdx")]) == 1
    assert [revisions(desk, path) for path in (CRAWLED, OLD)] == [three, three]
    assert desk.query("SELECT channel, fetched_from, substr(captured_at, 1, 10) FROM captures ORDER BY 2") == [
        ("wayback", f"{web.url}/web/{stamp}id_/{web.url}{path}", f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}")
        for stamp in ("20190401100000", "20190405100000", "20190501100000")
        for path in (CRAWLED, OLD)
    ]
    assert desk.query("SELECT count(*) FROM validators") == [(0,)]  # the ETag is that of a page of years ago
    assert (web.heard.count(CRAWLED), web.heard.count(OLD)) == (1, 0)

    web.listed.append(OLD)
    desk.run("crawl")
    assert (web.heard.count(CRAWLED), web.heard.count(OLD)) == (1, 1)
    assert [revisions(desk, path) for path in (CRAWLED, OLD)] == [three, three]
    desk.run("backfill", "bridges", "--since", "2018", "--channels", "wayback")
    assert len(web.captures()) == 7  # what is here is not asked for again
