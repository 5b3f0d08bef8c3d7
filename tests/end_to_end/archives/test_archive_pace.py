"""Two `copydesk backfill` at once ask one archive no faster than one may."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.end_to_end.copydesk import Copydesk
from tests.pipelines.dedup.stories import story
from tests.support.web_server import Answer, Asked, WebServer

CAPTURES, PER_MINUTE = 6, 600
NAMES = ("a.example", "b.example")


class Archive(WebServer):
    """An index and captures of any host."""

    def __init__(self) -> None:
        super().__init__(self.answer)
        self.asked: list[tuple[float, str]] = []
        self.asked_robots = 0
        self.lock = threading.Lock()

    def answer(self, asked: Asked) -> Answer:
        parts = urlsplit(asked.path)
        with self.lock:
            if parts.path == "/robots.txt":
                self.asked_robots += 1
            else:
                self.asked.append((time.monotonic(), asked.path))
        if parts.path == "/cdx":
            host = parse_qs(parts.query)["url"][0]
            rows = [
                [f"2019040{number + 1}100000", f"http://{host}/2019/04/01/bridge-{number}.html", f"{host}{number}"]
                for number in range(CAPTURES)
            ]
            return Answer(200, json.dumps([["timestamp", "original", "digest"], *rows]))
        if parts.path.startswith("/web/"):
            text = story(int(asked.path[-6]) + 10 * ("b.example" in asked.path), 4)
            return Answer(200, f"<html><body><h1>The bridge again</h1><p>{text}</p></body></html>")
        if parts.path == "/robots.txt":
            return Answer(200, "User-agent: *\nDisallow: /\n")
        return Answer(404)


@pytest.fixture
def archive() -> Iterator[Archive]:
    with Archive() as archive:
        yield archive


def test_two_processes_keep_the_pace_together(archive: Archive, tmp_path: Path) -> None:
    desk = Copydesk(
        tmp_path,
        None,
        workers=1,
        wayback_cdx_url=f"{archive.url}/cdx",
        wayback_url=f"{archive.url}/web",
        wayback_queries=PER_MINUTE,
        wayback_pages=PER_MINUTE,
        allow_networks=["127.0.0.0/8"],
    )
    for name in NAMES:
        desk.run("sources", "add", f"http://{name}/", "--name", name, "--no-discovery", "--delay", "0s")
    both = [desk.start("backfill", name, "--since", "2019", "--channels", "wayback", "--json") for name in NAMES]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    times = sorted(at for at, _ in archive.asked)
    assert len(times) == len(NAMES) * (CAPTURES + 1)
    # In all, since a busy machine delays single departures. Each process by itself would take half of that.
    assert times[-1] - times[0] > (len(times) - 1) * 60 / PER_MINUTE * 0.7
    # Its robots.txt, which forbids everything, is about crawlers of the web; with `archive_robots` it holds here, too.
    assert not archive.asked_robots
    with (tmp_path / "copydesk.toml").open("a") as file:
        file.write("archive_robots = true\n")
    again = json.loads(
        desk.run("backfill", NAMES[0], "--since", "2018", "--channels", "wayback", "--json", code=None).stdout
    )
    assert len(archive.asked) == len(times)
    assert [one["trouble"] for one in again["channels"] if one["name"] == "wayback"] == ["robots.txt forbids it"]
