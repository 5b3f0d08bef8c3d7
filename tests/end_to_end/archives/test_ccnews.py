"""`copydesk ccnews`: a small CC-NEWS, streamed once for all sources or read by a Parquet index, each file only once."""

from __future__ import annotations

import gzip
import io
import json
import re
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.http.shared_pace import SharedPace
from db.display.humanize import format_size
from db.errors import UsageError
from pipelines.exchange.ccnews.news_index import IndexedFiles, IndexQuery, IndexRow, index_files, read_index
from pipelines.exchange.ccnews.news_records import IndexedRecords
from pipelines.exchange.ccnews.polite_stream import RemoteFile
from pipelines.exchange.items import KnownFetch, ReadOptions
from pipelines.exchange.warc.sieve import SieveCounts
from tests.crawler.backfill.common_crawl import Capture, warc_of
from tests.crawler.backfill.test_common_crawl import page
from tests.end_to_end.copydesk import Copydesk

SOURCES = ("https://www.bridges.example/", "https://harbour.example/")


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that mirrors two files of a month; the first has answers that are no pages, too."""
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
    add_other_answers(base / paths[0])
    (folder / "warc.paths.gz").write_bytes(gzip.compress("\n".join(paths).encode()))
    return base


def add_other_answers(warc: Path) -> None:
    """Append an address that is none, a redirect, the page that it leads to, and one that is gone."""
    home = "https://bridges.example"
    answers = (
        ("http://[", "200 OK", b"none"),
        (f"{home}/old", "301 Moved", b""),
        (f"{home}/new", "200 OK", page(170)),
        (f"{home}/gone", "404 Not Found", b"gone"),
    )
    with warc.open("ab") as file:
        writer = WARCWriter(file, gzip=True)
        for url, status, body in answers:
            fields = [("Content-Type", "text/html"), *([("Location", f"{home}/new")] if url.endswith("/old") else [])]
            record = writer.create_warc_record(
                url,
                "response",
                io.BytesIO(body),
                http_headers=StatusAndHeaders(status, fields, protocol="HTTP/1.1"),
                warc_headers_dict={"WARC-Date": "2026-10-01T11:00:00Z"},
            )
            writer.write_record(record)
            record.raw_stream.close()


@pytest.fixture(scope="module")
def streamed(mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Copydesk, dict[str, Any]]:
    """A database into which both files were streamed for one source, and what that said."""
    desk = desk_of(tmp_path_factory.mktemp("streamed"), str(mirror))
    assert "2 files, 1 source: some 2 GB" in desk.run(*OCTOBER, "--plan").stdout
    return desk, json.loads(desk.run(*OCTOBER, "--json").stdout)


def test_wanted_pages_are_taken_and_files_read_once(streamed: tuple[Copydesk, dict[str, Any]]) -> None:
    desk, taken = streamed
    assert (taken["files"], taken["records"], taken["wanted"], taken["pages"]) == (2, 28, 9, 7)
    assert desk.query("SELECT source_name, count(*) FROM articles_view GROUP BY 1") == [("bridges", 7)]
    assert desk.query("SELECT name FROM sources") == [("bridges",)]
    assert json.loads(desk.run(*OCTOBER, "--plan", "--json").stdout) == {
        "files": 0,
        "read_before": 2,
        "sources": 1,
        "streamed": 0,
        "by_index": {"files": 0, "records": 0, "bytes": 0},
    }

    desk.run("sources", "add", SOURCES[1], "--name", "harbour", "--no-discovery")
    taken = json.loads(desk.run(*OCTOBER, "--json").stdout)
    assert (taken["files"], taken["wanted"], taken["pages"], taken["known"]) == (2, 6, 6, 0)
    assert json.loads(desk.run(*OCTOBER, "--json").stdout)["files"] == 0
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
    assert SharedPace(desk.database).reserve("127.0.0.1", delay=300) > 0


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


FILES = [f"crawl-data/CC-NEWS/2026/10/CC-NEWS-{number}.warc.gz" for number in (1, 2)]
OCTOBER = ("ccnews", "--since", "2026-10", "--until", "2026-10")
ROWS_MADE = """
SELECT f.url, f.final_url, f.started_at, f.status, f.bytes, p.headers, a.title, a.text, a.published
FROM fetches f JOIN pages p ON p.id = f.page_id JOIN articles a ON a.page_id = p.id
WHERE f.url LIKE '%bridges.example%' ORDER BY f.url
"""


def index_rows(mirror: Path, path: str) -> list[dict[str, object]]:
    """The rows of a file in an index, as Common Crawl's columnar index has them."""
    rows, records = [], ArchiveIterator(io.BytesIO((mirror / path).read_bytes()))
    for record in records:
        stated = record.rec_headers
        record.content_stream().read()
        url = stated.get_header("WARC-Target-URI")
        rows.append(
            {
                "url": url,
                "url_host_name": url.split("/")[2],
                "fetch_time": datetime.fromisoformat(stated.get_header("WARC-Date")).replace(tzinfo=None),
                "fetch_status": int(record.http_headers.get_statuscode()),
                "content_digest": stated.get_header("WARC-Payload-Digest").removeprefix("sha1:"),
                "warc_filename": path,
                "warc_record_offset": records.get_record_offset(),
                "warc_record_length": records.get_record_length(),
            }
        )
    return rows


def write_index(rows: list[dict[str, object]], path: Path, *, group: int = 5) -> Path:
    pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=group)
    return path


def _is_ours(row: dict[str, object]) -> bool:
    return row["url_host_name"] == "bridges.example"


def desk_of(folder: Path, base: str, **settings: object) -> Copydesk:
    folder.mkdir(exist_ok=True)
    desk = Copydesk(folder, None, workers=1, common_crawl_data_url=base, **settings)
    desk.run("sources", "add", SOURCES[0], "--name", "bridges", "--no-discovery")
    return desk


class _Ranges(SimpleHTTPRequestHandler):
    """Gives out files whole and in parts; notes what it was asked for."""

    asked: list[tuple[str, str | None]]
    busy: set[str]

    def do_GET(self) -> None:
        part = self.headers.get("Range")
        type(self).asked.append((self.path, part))
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", part or "")
        if wanted is None:
            return super().do_GET()
        if part in self.busy:
            return self.send_error(416)
        data = Path(self.translate_path(self.path)).read_bytes()
        piece = data[int(wanted[1]) : int(wanted[2]) + 1]
        self.send_response(206)
        self.send_header("Content-Length", str(len(piece)))
        self.send_header("Content-Range", f"bytes {wanted[1]}-{int(wanted[1]) + len(piece) - 1}/{len(data)}")
        self.end_headers()
        self.wfile.write(piece)

    def log_message(self, format: str, *arguments: object) -> None:
        """Quiet."""


@contextmanager
def served(folder: Path, busy: set[str]) -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    handler = type("Ranges", (_Ranges,), {"asked": [], "busy": busy})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", handler.asked  # type: ignore[attr-defined]
        server.shutdown()


def test_an_index_gives_the_rows_that_streaming_gives(
    mirror: Path, streamed: tuple[Copydesk, dict[str, Any]], tmp_path: Path
) -> None:
    (tmp_path / "indexed").mkdir()
    rows = index_rows(mirror, FILES[0])
    write_index(rows, tmp_path / "indexed" / "one.parquet")
    by_url = [{name: row[name] for name in row if name == "url" or name.startswith("warc")} for row in rows]
    write_index(by_url, tmp_path / "indexed" / "same.parquet")
    desk = desk_of(tmp_path / "indexed", str(mirror), ccnews_index=["one.parquet", "same.parquet"])
    plan = desk.run(*OCTOBER, "--plan").stdout
    size = sum(int(str(row["warc_record_length"])) for row in rows if row["fetch_status"] != 404 and _is_ours(row))
    assert f"1 file by index, 1 source: 5 records, {format_size(size)} to receive" in plan
    assert "1 file, 1 source: some 1 GB to receive" in plan
    assert "2 files, 1 source" in desk.run(*OCTOBER, "--plan", "--no-index").stdout
    taken = json.loads(desk.run(*OCTOBER, "--json").stdout)
    assert (taken["files"], taken["records"], taken["pages"], taken["passed"]) == (2, 18, 7, streamed[1]["passed"])
    assert desk.query(ROWS_MADE) == streamed[0].query(ROWS_MADE)
    assert ("https://bridges.example/old", "https://bridges.example/new") in desk.query(
        "SELECT url, final_url FROM fetches"
    )


def test_wanted_records_alone_are_asked_for_and_bad_rows_told(mirror: Path, tmp_path: Path) -> None:
    rows = [row for row in index_rows(mirror, FILES[0]) if _is_ours(row)][:2]
    other = index_rows(mirror, FILES[0])[3]
    rows += [
        rows[0] | {"warc_record_offset": -5},
        rows[0] | {"warc_record_length": 1 << 60},
        rows[0]
        | {"warc_record_offset": other["warc_record_offset"], "warc_record_length": other["warc_record_length"]},
        rows[0] | {"warc_filename": "https://elsewhere.example/a.warc.gz"},
        rows[0] | {"warc_filename": "../../etc/passwd"},
        rows[0] | {"warc_record_offset": 3, "fetch_time": None},
        rows[0] | {"fetch_status": 404, "warc_record_offset": 77},
    ]
    base = tmp_path / "mirror"
    shutil.copytree(mirror, base)
    write_index([*rows, index_rows(mirror, FILES[1])[-1]], base / "index.parquet")
    good, lost = rows[:2]
    begins, size = int(str(lost["warc_record_offset"])), int(str(lost["warc_record_length"]))
    with served(base, {f"bytes={begins}-{begins + size - 1}"}) as (home, asked):
        desk = desk_of(tmp_path, home)
        told = desk.run(*OCTOBER, "--no-extract", "--index", str(base / "index.parquet"), code=1)
        assert f"{FILES[0]}, byte -5: the index says an offset that no file has" in told.stderr
        assert f"{FILES[0]}, byte 3: no record begins there" in told.stderr
        assert f"{FILES[0]}, byte {other['warc_record_offset']:,}: the record there is of" in told.stderr
        assert f"{FILES[0]}, byte {lost['warc_record_offset']:,}: {home}/{FILES[0]}: status 416" in told.stderr
        assert "https://elsewhere.example/a.warc.gz, which is no file of CC-NEWS" in told.stderr
        assert "../../etc/passwd, which is no file of CC-NEWS" in told.stderr
        assert desk.query("SELECT url FROM fetches WHERE page_id IS NOT NULL") == [(good["url"],)]
        # The second file is in the index and has nothing of the source; the first is tried again.
        assert desk.query("SELECT path, pages FROM news_archive_files") == [(FILES[1], 0)]
        assert all(part for path, part in asked if path.endswith(".warc.gz"))


def _read_all(places: list[str], query: IndexQuery, found: IndexedFiles) -> None:
    for name in index_files(places):
        read_index(name, lambda url: RemoteFile(url, lambda _: True), query, found, lambda _: None)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no such index"),
        ([{"url": "https://bridges.example/"}], "has no column warc_filename, warc_record_offset, warc_record_length"),
        (
            [{"url": "", "warc_filename": "", "warc_record_offset": "1", "warc_record_length": 1}],
            "its column warc_record_offset is string",
        ),
        (b"PAR1 and no more", "cannot be read as an index"),
    ],
)
def test_what_is_no_index_is_told(tmp_path: Path, content: object, message: str) -> None:
    path = tmp_path / "index.parquet"
    if isinstance(content, list):
        write_index(content, path)
    elif isinstance(content, bytes):
        path.write_bytes(content)
    query, found = IndexQuery(files=FILES, hosts={"bridges.example"}, is_wanted=lambda *_: True), IndexedFiles()
    with closing(found), pytest.raises(UsageError, match=re.escape(f"{path}: {message}")):
        _read_all([str(path)], query, found)


def test_an_index_on_a_server_is_read_in_parts(mirror: Path, tmp_path: Path) -> None:
    rows = sorted(index_rows(mirror, FILES[0]) * 2000, key=lambda row: str(row["url_host_name"]))
    write_index(rows, tmp_path / "index.parquet", group=6000)
    wanted = IndexQuery(files=FILES, hosts={"bridges.example"}, is_wanted=lambda path, url: "//bridges.example/" in url)
    found, moments = IndexedFiles(), list[float]()
    with closing(found), served(tmp_path, set()) as (home, asked):
        address = f"{home}/index.parquet"
        read_index(address, lambda url: RemoteFile(url, lambda _: True), wanted, found, moments.append)
        assert len(found.rows_of(FILES[0])) == 6
    assert FILES[1] not in found
    assert all(part for _, part in asked)
    assert moments[-1] == len(rows)


def test_what_is_stored_is_not_fetched_again() -> None:
    def fetch(part: tuple[int, int]) -> bytes:
        raise AssertionError(part)

    at = datetime(2026, 10, 1, 10, tzinfo=UTC)
    row = IndexRow(url="https://bridges.example/1", begins=5, size=900, fetched_at=at, digest="QWERTY")
    records = IndexedRecords(
        FILES[0], fetch, SieveCounts(), ReadOptions(limit=10**6, is_known=lambda url, when: when == at)
    )
    assert list(records.items([row])) == [KnownFetch(url=row.url, fetched_at=at, digest="sha1:QWERTY")]


def test_records_that_do_not_answer_end_the_file_and_damage_costs_itself(mirror: Path) -> None:
    stated = [row for row in index_rows(mirror, FILES[0]) if _is_ours(row)][:3]
    rows = [
        IndexRow(
            url=str(row["url"]), begins=int(str(row["warc_record_offset"])), size=int(str(row["warc_record_length"]))
        )
        for row in stated
    ]
    packed = (mirror / FILES[0]).read_bytes()

    def cut(part: tuple[int, int]) -> bytes:
        size = part[1] // 2 if part[0] == rows[1].begins else part[1]
        return packed[part[0] : part[0] + size]

    def silent(part: tuple[int, int]) -> bytes:
        raise OSError("no answer")

    def records(fetch: Callable[[tuple[int, int]], bytes]) -> IndexedRecords:
        return IndexedRecords(FILES[0], fetch, SieveCounts(), ReadOptions(limit=10**6))

    kinds = [getattr(item, "reason", "page") for item in records(cut).items(rows)]
    assert kinds == ["page", "damaged", "page"]
    said: list[object] = []
    with pytest.raises(OSError, match="no answer"):
        said.extend(records(silent).items(rows))


def test_a_missing_pyarrow_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_index([{"url": "https://bridges.example/"}], tmp_path / "index.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    query = IndexQuery(files=FILES, hosts={"bridges.example"}, is_wanted=lambda *_: True)
    with closing(IndexedFiles()) as found, pytest.raises(UsageError, match=r"pip install 'copydesk\[parquet\]'"):
        _read_all([str(path)], query, found)
