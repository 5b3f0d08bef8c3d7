"""The records of wanted hosts out of large files, and streams that outlive their connections."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from crawler.http.shared_pace import HostPace, SharedPace
from db.errors import UsageError
from pipelines.exchange.ccnews import polite_stream
from pipelines.exchange.ccnews.news_archive import list_files, months_between
from pipelines.exchange.ccnews.polite_stream import open_polite
from pipelines.exchange.items import ArchivedPage, ReadOptions, SkippedRecord
from pipelines.exchange.warc.reader import read_warc
from pipelines.exchange.warc.sieve import HELD_BYTES, SieveCounts, sift_warc, wanted_records
from tests.crawler.backfill.common_crawl import Capture, warc_of

BODY = b"<p>" + b"The ferry runs again. " * 40


def captures(count: int) -> list[Capture]:
    hosts = ("www.bridges.example", "other.example", "bridges.example.evil.example")
    found = [
        Capture(day="2026-10-01", url=f"https://{hosts[n % 3]}/{n}", body=BODY + str(n).encode()) for n in range(count)
    ]
    return [*found, Capture(day="2026-10-01", url="https://www.bridges.example/gone", body=b"", status="404 Not Found")]


def is_wanted(url: str) -> bool:
    return url.startswith("https://www.bridges.example/")


@pytest.mark.parametrize("held", [1, HELD_BYTES])
def test_what_is_sifted_is_what_a_whole_reading_finds(monkeypatch: pytest.MonkeyPatch, held: int) -> None:
    monkeypatch.setattr("pipelines.exchange.warc.sieve.HELD_BYTES", held)
    warc, counts = warc_of(captures(30)), SieveCounts()
    sifted = list(sift_warc(io.BytesIO(warc), "a", is_wanted, counts, ReadOptions(limit=1 << 20)))
    whole = list(read_warc(io.BytesIO(warc), "a", ReadOptions(limit=1 << 20)))
    assert sifted == [one for one in whole if not isinstance(one, ArchivedPage) or is_wanted(one.url)]
    assert (counts.records, counts.wanted) == (31, 11)


def test_a_bomb_of_a_wanted_site_is_passed_over() -> None:
    big = Capture(day="2026-10-01", url="https://www.bridges.example/bomb", body=b"x" * 3_000_000)
    warc, counts = warc_of([big, *captures(3)]), SieveCounts()
    found = list(sift_warc(io.BytesIO(warc), "a", is_wanted, counts, ReadOptions(limit=100_000)))
    assert [one.reason for one in found if isinstance(one, SkippedRecord)].count("too_big") == 1
    assert sum(isinstance(one, ArchivedPage) for one in found) == 1
    assert next(wanted_records(io.BytesIO(warc), is_wanted, SieveCounts(), 100_000)) is None


def test_damage_costs_what_follows_it_and_nothing_before() -> None:
    warc = bytearray(warc_of(captures(30)))
    warc[len(warc) // 2 : len(warc) // 2 + 40] = b"\0" * 40
    found = list(sift_warc(io.BytesIO(bytes(warc)), "a", is_wanted, SieveCounts(), ReadOptions(limit=1 << 20)))
    assert sum(isinstance(one, ArchivedPage) for one in found) >= 4
    assert any(isinstance(one, SkippedRecord) and one.reason == "damaged" for one in found) or len(found) >= 9


def test_trouble_of_the_stream_is_no_damage() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 1000:
                raise OSError("the network is down")
            return super().read(min(500, size or 0) if size and size > 0 else 500)

    with pytest.raises(OSError, match="the network is down"):
        list(sift_warc(Broken(warc_of(captures(30))), "a", is_wanted, SieveCounts(), ReadOptions(limit=1)))


class Server(ThreadingHTTPServer):
    """Serves one file, in pieces of `piece` bytes before the connection breaks; the first answers are `statuses`."""

    body: bytes
    piece: int
    statuses: list[int]
    knows_ranges: bool = True
    asked: list[str | None]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        server, begins = self.server, self.headers.get("Range")
        server.asked.append(begins)
        status = server.statuses.pop(0) if server.statuses else 200
        if status != 200:
            self.send_error(status)
            return
        at = int(begins[len("bytes=") : -1]) if begins and server.knows_ranges else 0
        self.send_response(206 if at else 200)
        self.send_header("Content-Length", str(len(server.body) - at))
        self.end_headers()
        self.wfile.write(server.body[at : at + server.piece] if server.knows_ranges or not begins else server.body)
        self.close_connection = True

    def log_message(self, format: str, *arguments: object) -> None:
        """Quiet."""


@contextmanager
def serving(body: bytes, piece: int, *statuses: int, knows_ranges: bool = True) -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as server:
        server.body, server.piece, server.statuses, server.asked = body, piece, list(statuses), []
        server.knows_ranges = knows_ranges
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize("knows_ranges", [True, False])
@pytest.mark.parametrize("statuses", [(), (403,), (503, 429)])
def test_a_stream_goes_on_where_it_was(statuses: tuple[int, ...], knows_ranges: bool) -> None:
    body, waits = bytes(range(256)) * 2000, list[float]()

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return True

    with serving(body, 300_000, *statuses, knows_ranges=knows_ranges) as server:
        with open_polite(f"http://127.0.0.1:{server.server_port}/a", wait) as stream:
            assert stream.read() == body
        assert server.asked[-1] == "bytes=300000-"
    assert waits[: len(statuses)] == [polite_stream.REST_S] * len(statuses)


@pytest.mark.parametrize(
    ("statuses", "error", "asked"),
    [
        ((404,), "status 404", 1),
        ((400,), "status 400, at byte 0", 1),
        ((500,) * 9, "status 500", polite_stream.ATTEMPTS),
    ],
)
def test_a_stream_gives_up_with_the_reason(statuses: tuple[int, ...], error: str, asked: int) -> None:
    with serving(b"a", 1, *statuses) as server:
        address = f"http://127.0.0.1:{server.server_port}/a"
        with pytest.raises(OSError, match=error), open_polite(address, lambda _: True) as stream:
            stream.read()
        assert len(server.asked) == asked


def test_a_wait_that_is_interrupted_ends_the_stream() -> None:
    with serving(b"a", 1, 503) as server:
        address = f"http://127.0.0.1:{server.server_port}/a"
        with pytest.raises(OSError, match="stopped"), open_polite(address, lambda _: False) as stream:
            stream.read()


def test_requests_and_rests_are_those_of_all_processes(tmp_path: Path) -> None:
    """A back-fill has been told to rest; the stream keeps that, and what it is told itself holds for back-fills."""
    other, waits = SharedPace(tmp_path / "news.db"), list[float]()
    other.rest("127.0.0.1", 30)
    pace = HostPace(SharedPace(tmp_path / "news.db"), "127.0.0.1", 10)

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return True

    with serving(b"abc", 3, 403) as server:
        address = f"http://127.0.0.1:{server.server_port}/a"
        with open_polite(address, wait, pace) as stream:
            assert stream.read() == b"abc"
    assert 29 < waits[0] <= 30
    assert waits[1] == polite_stream.REST_S
    assert 59 < other.resting("127.0.0.1") <= 60


def test_lists_of_files(tmp_path: Path) -> None:
    folder = tmp_path / "crawl-data/CC-NEWS/2026/12"
    folder.mkdir(parents=True)
    (folder / "warc.paths.gz").write_bytes(b"no gzip")
    with pytest.raises(UsageError, match=r"2026/12/warc\.paths\.gz cannot be read"):
        list_files(str(tmp_path), date(2026, 12, 1))
    assert list_files(str(tmp_path), date(2026, 11, 1)) == []
    assert [str(one) for one in months_between(date(2026, 11, 29), date(2027, 1, 1))] == [
        "2026-11-01", "2026-12-01", "2027-01-01",
    ]  # fmt: skip
