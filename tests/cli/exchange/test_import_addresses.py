"""`copydesk import` of archives at addresses: WARC, WACZ and Parquet by way of fsspec, as the same files on disk."""

from __future__ import annotations

import json
import socket
import sqlite3
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from db.errors import EngineError, UsageError
from tests.cli.conftest import run
from tests.support.warc_records import PAGE, record

# warcio's writer leaves its temporary file to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")

AT = datetime(2026, 11, 1, 8, tzinfo=UTC)


def imported(database: Path, *archives: str, code: int = 0) -> dict[str, Any]:
    """The summary of an import that only stores."""
    result = run(database, "import", *archives, "--no-extract", "--json")
    assert result.exit_code == code, (result.output, result.exception)
    return json.loads(result.stdout)  # type: ignore[no-any-return]


def pages(database: Path) -> list[tuple[Any, ...]]:
    conn = sqlite3.connect(database)
    query = (
        "SELECT p.url, p.final_url, p.fetched_at, p.status, p.content_type, p.headers, hex(b.sha256)"
        " FROM pages p JOIN bodies b ON b.id = p.body_id ORDER BY p.url, p.fetched_at"
    )
    rows = conn.execute(query).fetchall()
    conn.close()
    return rows


def test_warc_and_wacz_are_read_as_from_the_disk(tmp_path: Path) -> None:
    (tmp_path / "a1.warc.gz").write_bytes(record("https://a.example/1"))
    (tmp_path / "a2.warc.gz").write_bytes(record("https://a.example/2")[:-30])
    with zipfile.ZipFile(tmp_path / "a.wacz", "w") as packed:
        packed.writestr("archive/a.warc.gz", record("https://a.example/3"))
    here, there = tmp_path / "here.db", tmp_path / "there.db"
    names = ("a.wacz", "a1.warc.gz", "a2.warc.gz")
    told = imported(here, *(str(tmp_path / name) for name in names), code=1)
    far = imported(there, f"file://{tmp_path}/a*.wa*", code=1)
    assert pages(there) == pages(here)
    assert len(pages(there)) == 2
    assert far["damage"] == told["damage"]
    assert imported(there, f"file://{tmp_path}/a*.wa*", code=1)["known"] == 2


def test_parquet_files_of_pages(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"url": "https://a.example/1", "body": PAGE, "fetched_at": AT, "final_url": "https://a.example/one"},
        {"url": "https://a.example/2", "body": b"gone", "fetched_at": AT, "status": 404},
        {"url": "https://a.example/3", "body": PAGE, "fetched_at": None},
        {"url": "nonsense", "body": PAGE, "fetched_at": AT},
        {"url": "https://a.example/4", "body": None, "fetched_at": AT},
        {"url": "https://a.example/5", "body": b"<p>x", "fetched_at": AT, "content_type": "text/html; charset=gbk"},
    ]
    columns = ("url", "body", "fetched_at", "final_url", "status", "content_type")
    table = pa.Table.from_pylist([{name: row.get(name) for name in columns} for row in rows])
    pq.write_table(table, tmp_path / "pages.parquet")
    database = tmp_path / "news.db"
    told = imported(database, f"file://{tmp_path}/*.parquet")
    assert told["passed"] == {"status_404": 1, "bad_date": 1, "bad_address": 1, "no_body": 1}
    at = "2026-11-01T08:00:00.000Z"
    assert [row[:6] for row in pages(database)] == [
        ("https://a.example/1", "https://a.example/one", at, 200, None, "{}"),
        (
            "https://a.example/5",
            None,
            at,
            200,
            "text/html; charset=gbk",
            json.dumps({"Content-Type": "text/html; charset=gbk"}),
        ),
    ]
    again = imported(database, f"file://{tmp_path}/*.parquet")
    assert (again["pages"], again["known"]) == (0, 2)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("file:///nowhere/x.warc", "there is no such file"),
        ("nonsense://x/a.warc", "nonsense"),
        ("file://a*", "no such"),
    ],
)
def test_an_address_with_nothing_there(tmp_path: Path, address: str, why: str) -> None:
    result = run(tmp_path / "news.db", "import", address)
    assert isinstance(result.exception, UsageError)
    assert why in str(result.exception)
    assert not (tmp_path / "news.db").exists()


def test_an_engine_needs_something_to_read(tmp_path: Path) -> None:
    result = run(tmp_path / "n.db", "import", "x", "--no-extract", "--engine", "dask", "--scheduler", "tcp://h:1")
    assert "--engine cannot be combined with --no-extract" in str(result.exception)


def test_a_cluster_that_is_not_there_leaves_no_run(tmp_path: Path) -> None:
    file, database = tmp_path / "a.warc.gz", tmp_path / "n.db"
    file.write_bytes(record("https://a.example/1"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        result = run(database, "import", str(file), "--engine", "dask", "--scheduler", nobody)
    assert isinstance(result.exception, EngineError)
    conn = sqlite3.connect(database)
    assert conn.execute("SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM pages)").fetchone() == (0, 0)
    conn.close()


def test_extraction_without_a_folder_names_the_way_into_the_database(tmp_path: Path) -> None:
    result = run(tmp_path / "n.db", "extract", "--from", f"file://{tmp_path}/a.warc.gz")
    assert "`copydesk import ADDRESS`, which takes the same --engine" in str(result.exception)


def test_tables_and_mirrors_are_imported_once(tmp_path: Path) -> None:
    html = PAGE.decode().replace('"', '""')
    (tmp_path / "a.csv").write_text(f'link,page,date\nhttps://a.example/1,"{html}",2026-11-01T08:00:00Z\n')
    (tmp_path / "b.example").mkdir()
    (tmp_path / "b.example" / "2").write_bytes(b"<!DOCTYPE html>" + PAGE)
    database = tmp_path / "news.db"
    files = (str(tmp_path / "a.csv"), str(tmp_path / "b.example"), "--column", "fetched_at=date")
    assert imported(database, *files)["pages"] == 2
    assert pages(database)[0][:3] == ("https://a.example/1", None, "2026-11-01T08:00:00.000Z")
    again = imported(database, *files)
    assert (again["pages"], again["known"]) == (0, 2)
    there = imported(tmp_path / "there.db", f"file://{tmp_path}/a.csv", "--column", "fetched_at=date")
    assert there["pages"] == 1
    refused = run(database, "import", str(tmp_path / "a.csv"), "--column", "time=date")
    assert (refused.exit_code, "where WHAT is one of url, body, path, fetched_at" in refused.output) == (2, True), (
        refused.output
    )
