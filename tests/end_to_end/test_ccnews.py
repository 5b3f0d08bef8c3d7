"""`copydesk ccnews`: a small CC-NEWS, streamed once for all sources, each file only once."""

from __future__ import annotations

import gzip
import json
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from crawler.http.shared_pace import SharedPace, pace_file
from tests.crawler.backfill.common_crawl import Capture, warc_of
from tests.crawler.backfill.test_common_crawl import page
from tests.end_to_end.copydesk import Copydesk

SOURCES = ("https://www.bridges.example/", "https://harbour.example/")


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that mirrors two files of a month."""
    base = tmp_path_factory.mktemp("mirror")
    folder = base / "crawl-data/CC-NEWS/2026/10"
    folder.mkdir(parents=True)
    hosts = ("bridges.example", "harbour.example", "other.example", "another.example")
    paths = []
    for number in (1, 2):
        held = [
            Capture(day=f"2026-10-0{number}", url=f"https://{host}/{number}/{n}", body=page(100 * number + 10 * n + at))
            for n in range(3)
            for at, host in enumerate(hosts)
        ]
        paths.append(f"crawl-data/CC-NEWS/2026/10/CC-NEWS-{number}.warc.gz")
        (base / paths[-1]).write_bytes(warc_of(held))
    (folder / "warc.paths.gz").write_bytes(gzip.compress("\n".join(paths).encode()))
    return base


def test_wanted_pages_are_taken_and_files_read_once(mirror: Path, tmp_path: Path) -> None:
    desk = Copydesk(tmp_path, None, workers=1, common_crawl_data_url=str(mirror))
    desk.run("sources", "add", SOURCES[0], "--name", "bridges", "--no-discovery")
    command = ("ccnews", "--since", "2026-10", "--until", "2026-10")
    assert "2 files, 1 sources: some 2 GB" in desk.run(*command, "--plan").stdout
    taken = json.loads(desk.run(*command, "--json").stdout)
    assert (taken["files"], taken["records"], taken["wanted"], taken["pages"]) == (2, 24, 6, 6)
    assert desk.query("SELECT source_name, count(*) FROM articles_view GROUP BY 1") == [("bridges", 6)]
    assert desk.query("SELECT name FROM sources") == [("bridges",)]
    assert json.loads(desk.run(*command, "--plan", "--json").stdout) == {"files": 0, "read_before": 2, "sources": 1}

    desk.run("sources", "add", SOURCES[1], "--name", "harbour", "--no-discovery")
    taken = json.loads(desk.run(*command, "--json").stdout)
    assert (taken["files"], taken["wanted"], taken["pages"], taken["known"]) == (2, 6, 6, 0)
    assert json.loads(desk.run(*command, "--json").stdout)["files"] == 0
    desk.run("crawl", "bridges", code=None)  # past pages are not visited
    assert desk.query("SELECT count(*) FROM fetches WHERE what = 'article' AND status IS NULL") == [(0,)]


def test_the_pace_is_that_of_the_database(mirror: Path, tmp_path: Path) -> None:
    handler = partial(SimpleHTTPRequestHandler, directory=str(mirror))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        desk = Copydesk(tmp_path, None, common_crawl_data_url=f"http://127.0.0.1:{server.server_port}")
        desk.run("sources", "add", SOURCES[0], "--name", "bridges", "--no-discovery")
        assert (
            json.loads(desk.run("ccnews", "--since", "2026-10", "--until", "2026-10", "--plan", "--json").stdout)[
                "files"
            ]
            == 2
        )
        server.shutdown()
    assert SharedPace(pace_file(desk.database)).reserve("127.0.0.1", delay=300) > 0


def test_a_file_that_fails_is_told_and_tried_again(mirror: Path, tmp_path: Path) -> None:
    base = tmp_path / "mirror"
    folder = base / "crawl-data/CC-NEWS/2026/10"
    folder.mkdir(parents=True)
    (folder / "warc.paths.gz").write_bytes((mirror / "crawl-data/CC-NEWS/2026/10/warc.paths.gz").read_bytes())
    (folder / "CC-NEWS-2.warc.gz").write_bytes((mirror / "crawl-data/CC-NEWS/2026/10/CC-NEWS-2.warc.gz").read_bytes())
    desk = Copydesk(tmp_path, None, workers=1, common_crawl_data_url=str(base))
    desk.run("sources", "add", SOURCES[0], "--name", "bridges", "--no-discovery")
    failed = desk.run("ccnews", "bridges", "--since", "2026-10", "--until", "2026-10", code=1)
    assert "CC-NEWS-1.warc.gz" in failed.stderr
    assert desk.query("SELECT path, records, pages FROM news_archive_files") == [
        ("crawl-data/CC-NEWS/2026/10/CC-NEWS-2.warc.gz", 12, 3)
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--since", "2026"), "expected a month such as 2026-01"),
        (("--since", "2026-10", "--until", "2026-09"), "is after --until"),
        (("--since", "2025-01", "--until", "2025-01"), "has no files of CC-NEWS from 2025-01 to 2025-01"),
        (("bridgs", "--since", "2026-10"), "did you mean bridges?"),
    ],
)
def test_mistakes_are_told(mirror: Path, tmp_path: Path, options: tuple[str, ...], message: str) -> None:
    desk = Copydesk(tmp_path, None, common_crawl_data_url=str(mirror))
    desk.run("sources", "add", SOURCES[0], "--name", "bridges", "--no-discovery")
    assert message in desk.run("ccnews", *options, code=2).stderr
