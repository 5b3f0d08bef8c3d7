"""Two `copydesk backfill` at once ask one archive no faster than one may."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.end_to_end.copydesk import Copydesk
from tests.pipelines.dedup.stories import story

CAPTURES, PER_MINUTE = 6, 600
NAMES = ("a.example", "b.example")


class Archive(ThreadingHTTPServer):
    """An index and captures of any host."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[float, str]] = []
        self.asked_robots = 0
        self.lock = threading.Lock()

    @property
    def home(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Archive

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        with self.server.lock:
            if parts.path == "/robots.txt":
                self.server.asked_robots += 1
            else:
                self.server.asked.append((time.monotonic(), self.path))
        if parts.path == "/cdx":
            host = parse_qs(parts.query)["url"][0]
            rows = [
                [f"2019040{number + 1}100000", f"http://{host}/2019/04/01/bridge-{number}.html", f"{host}{number}"]
                for number in range(CAPTURES)
            ]
            self._send(200, json.dumps([["timestamp", "original", "digest"], *rows]).encode())
        elif parts.path.startswith("/web/"):
            text = story(int(self.path[-6]) + 10 * ("b.example" in self.path), 4)
            self._send(200, f"<html><body><h1>The bridge again</h1><p>{text}</p></body></html>".encode())
        elif parts.path == "/robots.txt":
            self._send(200, b"User-agent: *\nDisallow: /\n")
        else:
            self._send(404, b"")

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def archive() -> Iterator[Archive]:
    archive = Archive()
    threading.Thread(target=archive.serve_forever, daemon=True).start()
    yield archive
    archive.shutdown()
    archive.server_close()


def test_two_processes_keep_the_pace_together(archive: Archive, tmp_path: Path) -> None:
    desk = Copydesk(
        tmp_path,
        None,
        workers=1,
        wayback_cdx_url=f"{archive.home}/cdx",
        wayback_url=f"{archive.home}/web",
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
