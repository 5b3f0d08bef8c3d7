"""Tables in which other programs keep pages: CSV, JSON, Parquet and SQLite, in the forms that people have."""

from __future__ import annotations

import base64
import bz2
import csv
import gzip
import html
import io
import json
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from db.errors import UsageError
from pipelines.exchange.imports.archive_file import read_archive
from pipelines.exchange.imports.archive_options import ArchiveOptions
from pipelines.exchange.items import ArchivedPage, Item, SkippedRecord
from pipelines.exchange.tables.cells import read_headers_cell, read_time_cell

URLS = [f"https://abendblatt.example/{number}.html" for number in range(3)]
PAGES = [
    f'<!DOCTYPE html>\n<html><head><meta charset="gb2312"><title>渡口，{number}</title></head>'
    '<body><p>"末班船"; 四月停航。</p></body></html>'
    for number in range(3)
]
TIMES = [f"2026-11-0{number + 1} 08:05:00+08:00" for number in range(3)]
AT = [datetime(2026, 11, number + 1, 0, 5, tzinfo=UTC) for number in range(3)]
ROWS = [
    dict(zip(("nr", "link", "raw_html", "crawl_date"), row, strict=True))
    for row in zip("123", URLS, PAGES, TIMES, strict=True)
]
FILE_TIME = datetime(2026, 11, 20, tzinfo=UTC)


def items(path: Path, **columns: str) -> list[Item]:
    os.utime(path, (FILE_TIME.timestamp(),) * 2)
    return list(read_archive(path, ArchiveOptions(limit=1_000_000, columns=columns)))


def pages(found: Sequence[Item]) -> list[ArchivedPage]:
    return [item for item in found if isinstance(item, ArchivedPage)]


def skipped(found: Sequence[Item]) -> list[str]:
    return [item.reason for item in found if isinstance(item, SkippedRecord)]


def as_csv(rows: Sequence[dict[str, Any]] = ROWS, **form: Any) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), **form)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def as_lines(rows: Sequence[dict[str, Any]] = ROWS, end: str = "\n") -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + end for row in rows)


def as_sqlite(path: Path) -> None:
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("CREATE TABLE sites (id INTEGER, home TEXT)")
        conn.execute('CREATE TABLE "all articles" (nr TEXT, link TEXT, raw_html BLOB, crawl_date TEXT)')
        rows = [(row["nr"], row["link"], row["raw_html"].encode("gb18030"), row["crawl_date"]) for row in ROWS]
        conn.executemany('INSERT INTO "all articles" VALUES (?, ?, ?, ?)', rows)


FORMS: dict[str, Callable[[Path], Any]] = {
    "a.csv": lambda path: path.write_text(as_csv()),
    "crlf.csv": lambda path: path.write_bytes(as_csv(lineterminator="\r\n").encode()),
    "excel.csv": lambda path: path.write_bytes(as_csv(delimiter=";").encode("utf-8-sig")),
    "unicode.csv": lambda path: path.write_bytes(as_csv(delimiter="\t").encode("utf-16")),
    "chinese.csv": lambda path: path.write_bytes(as_csv().encode("gb18030")),
    "mysql.csv": lambda path: path.write_text(as_csv(doublequote=False, escapechar="\\", quoting=csv.QUOTE_ALL)),
    "no-names.tsv": lambda path: path.write_text(as_csv(delimiter="\t").split("\n", 1)[1]),
    "packed.csv.bz2": lambda path: path.write_bytes(bz2.compress(as_csv().encode())),
    "lines.jsonl": lambda path: path.write_text(as_lines()),
    "lines.jsonl.gz": lambda path: path.write_bytes(gzip.compress(as_lines().encode())),
    "commas.json": lambda path: path.write_text("[\n" + as_lines(end=",\n") + "]"),
    "array.json": lambda path: path.write_text(json.dumps(ROWS, indent=2)),
    "a.parquet": lambda path: pq.write_table(pa.Table.from_pylist(ROWS), path),
    "a.db": as_sqlite,
}


@pytest.mark.parametrize("name", FORMS)
def test_every_row_is_a_page_with_its_time(tmp_path: Path, name: str) -> None:
    FORMS[name](tmp_path / name)
    named = {"fetched_at": "4"} if name.startswith("no-names") else {}
    found = items(tmp_path / name, **named)
    assert skipped(found) == []
    assert [(page.url, page.fetched_at) for page in pages(found)] == list(zip(URLS, AT, strict=True))
    encoding = "gb18030" if name == "a.db" else "utf-8"
    assert [page.body.decode(encoding) for page in pages(found)] == PAGES
    kind = (
        {} if name == "a.db" else {"Content-Type": "text/html; charset=utf-8"}
    )  # text has lost the page's own encoding
    assert [page.headers for page in pages(found)] == [kind] * 3


CELLS: dict[str, Callable[[bytes], str]] = {
    "base64": lambda body: base64.b64encode(body).decode(),
    "url-safe base64 of gzip": lambda body: base64.urlsafe_b64encode(gzip.compress(body)).decode(),
    "lines of base64": lambda body: base64.encodebytes(body).decode(),
    "repr": repr,
    "escaped": lambda body: html.escape(body.decode()),
}


@pytest.mark.parametrize("form", CELLS)
def test_cells_that_hold_a_page_in_another_form(tmp_path: Path, form: str) -> None:
    rows: list[dict[str, Any]] = [
        {"url": url, "content": CELLS[form](page.encode()), "ts": 1_762_000_000}
        for url, page in zip(URLS, PAGES, strict=True)
    ]
    (tmp_path / "a.jsonl").write_text(as_lines(rows))
    found = items(tmp_path / "a.jsonl", fetched_at="ts")
    assert [page.body.decode() for page in pages(found)] == PAGES
    assert {page.fetched_at for page in pages(found)} == {datetime.fromtimestamp(1_762_000_000, UTC)}


@pytest.mark.parametrize("program", ["mongoexport", "mongoexport --jsonFormat=canonical", "elasticdump"])
def test_documents_of_databases(tmp_path: Path, program: str) -> None:
    stamp = "2026-11-01T00:05:00Z" if program == "mongoexport" else {"$numberLong": str(int(AT[0].timestamp() * 1000))}
    binary = {"$binary": {"base64": base64.b64encode(PAGES[0].encode()).decode(), "subType": "00"}}
    row: dict[str, Any] = {"_id": {"$oid": "65"}, "url": URLS[0], "html": binary, "fetched_at": {"$date": stamp}}
    if program == "elasticdump":
        row = {"_index": "news", "_source": {"url": URLS[0], "html": PAGES[0], "crawl_date": TIMES[0]}}
    (tmp_path / "a.json").write_text(as_lines([row]))
    (page,) = pages(items(tmp_path / "a.json"))
    assert (page.url, page.fetched_at, page.body.decode()) == (URLS[0], AT[0], PAGES[0])


@pytest.mark.parametrize("path", [("results",), ("data", "items"), ("response", "result", "docs"), ("hits", "hits")])
def test_list_of_pages_within_an_object(tmp_path: Path, path: Sequence[str]) -> None:
    rows: list[dict[str, Any]] = [{"_source": row} for row in ROWS] if "hits" in path else ROWS
    document: dict[str, Any] = {"next": "https://api.example/?page=2", "facets": [{"name": "港口"}], path[-1]: rows}
    for name in reversed(path[:-1]):
        document = {"status": "ok", name: document}
    (tmp_path / "a.json").write_text(json.dumps(document, indent=1) + json.dumps(document))
    found = items(tmp_path / "a.json")
    assert [(page.url, page.fetched_at, page.body.decode()) for page in pages(found)] == 2 * [
        *zip(URLS, AT, PAGES, strict=True)
    ]


def test_lists_in_a_page_of_its_own_are_left(tmp_path: Path) -> None:
    row = {**ROWS[0], "comments": [{"html": PAGES[1], "url": URLS[1]}], "log": {"entries": 3}}
    (tmp_path / "a.json").write_text(json.dumps(row))
    assert [page.body.decode() for page in pages(items(tmp_path / "a.json"))] == PAGES[:1]


def har_entry(number: int, content: dict[str, Any], status: int = 200) -> dict[str, Any]:
    return {
        "startedDateTime": TIMES[number],
        "request": {"method": "GET", "url": URLS[number], "headers": []},
        "response": {
            "status": status,
            "headers": [
                *(
                    {"name": ":status", "value": str(status)},
                    {"name": "content-type", "value": "text/html; charset=gb2312"},
                ),
                *({"name": "content-encoding", "value": "br"}, {"name": "set-cookie", "value": "session=1"}),
            ],
            "content": {"size": 9, "mimeType": "text/html; charset=gb2312", **content},
        },
    }


def test_what_a_browser_recorded(tmp_path: Path) -> None:
    """The first page lies behind more answers than a table is judged by."""
    picture = har_entry(0, {"mimeType": "image/png", "text": "iVBORw0KGgo=", "encoding": "base64"})
    packed = base64.b64encode(PAGES[1].encode("gb2312")).decode()
    entries = [
        *[picture] * 30,
        har_entry(0, {"text": PAGES[0]}),
        har_entry(1, {"text": packed, "encoding": "base64"}),
        har_entry(2, {"mimeType": "", "text": ""}, 301),
        har_entry(2, {}),
    ]
    har = {"log": {"version": "1.2", "creator": {}, "pages": [{"id": "page_1", "title": URLS[0]}], "entries": entries}}
    (tmp_path / "a.har").write_text(json.dumps(har, indent=2))
    (tmp_path / "a.jsonl").write_text(as_lines(entries))  # jq -c '.log.entries[]'
    for name in ("a.har", "a.jsonl"):
        found = items(tmp_path / name)
        first, second = pages(found)
        assert (first.url, first.fetched_at, first.body.decode()) == (URLS[0], AT[0], PAGES[0])
        assert (second.url, second.fetched_at, second.body.decode("gb2312")) == (URLS[1], AT[1], PAGES[1])
        assert (first.headers, second.headers) == (
            {"Content-Type": "text/html; charset=utf-8"},
            {"Content-Type": "text/html; charset=gb2312"},
        )
        assert Counter(skipped(found)) == {"not_html": 30, "status_301": 1, "no_body": 1}


@pytest.mark.parametrize("entries", [[], [har_entry(0, {})] * 2])
def test_recording_without_contents(tmp_path: Path, entries: list[dict[str, Any]]) -> None:
    (tmp_path / "a.har").write_text(json.dumps({"log": {"entries": entries}}))
    assert skipped(items(tmp_path / "a.har")) == ["no_body"] * len(entries)


RUSSIAN = "<p>Последний паром отойдёт от пристани вечером тридцатого, сообщили в порту.</p>" * 3
FRENCH = "<p>Le dernier bac quittera le quai à l'été, a annoncé la capitainerie ; la traversée reste gratuite.</p>" * 3
TAKEN_FOR_LATIN = {
    "utf-8": PAGES[0].replace("gb2312", "utf-8"),
    "gb2312": PAGES[0].replace("</p>", "码头最后一位修船人说，渡口的生意早已不如从前。</p>"),
    "windows-1251": f"<html><head><meta charset=windows-1251></head>{RUSSIAN}",
}


@pytest.mark.parametrize("encoding", TAKEN_FOR_LATIN)
def test_pages_that_were_taken_for_latin_1(tmp_path: Path, encoding: str) -> None:
    """What `requests` makes of a page whose server names no encoding."""
    body = TAKEN_FOR_LATIN[encoding].encode(encoding)
    (tmp_path / "a.jsonl").write_text(as_lines([{"url": URLS[0], "html": body.decode("latin-1")}]))
    (page,) = pages(items(tmp_path / "a.jsonl"))
    assert (page.body, page.headers) == (body, {})


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252"])
def test_latin_text_is_what_it_seems(tmp_path: Path, charset: str) -> None:
    text = f"<html><head><meta charset={charset}></head>{FRENCH}"
    (tmp_path / "a.jsonl").write_text(as_lines([{"url": URLS[0], "html": text}]))
    (page,) = pages(items(tmp_path / "a.jsonl"))
    assert (page.body.decode(), page.headers) == (text, {"Content-Type": "text/html; charset=utf-8"})


def test_rows_that_are_no_pages(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"url": URLS[0], "status": 404, "html": PAGES[0]},
        {"url": URLS[1], "status": "200", "html": '{"error": 1}'},
        {
            "url": URLS[2],
            "status": 200.0,
            "html": PAGES[2],
            "headers": "HTTP/1.1 200 OK\r\nServer: x\r\nSet-Cookie: a\r\n",
        },
        {"url": URLS[2], "status": 200, "html": None},
    ]
    (tmp_path / "a.jsonl").write_text(as_lines(rows))
    found = items(tmp_path / "a.jsonl")
    assert skipped(found) == ["status_404", "not_html", "no_body"]
    assert [(page.url, page.fetched_at, page.headers["Server"]) for page in pages(found)] == [(URLS[2], FILE_TIME, "x")]
    assert "Set-Cookie" not in pages(found)[0].headers


def test_a_damaged_row_costs_itself(tmp_path: Path) -> None:
    lines = as_lines().splitlines(keepends=True)
    (tmp_path / "a.jsonl").write_text(lines[0] + lines[1].replace('"raw_html": "', '"raw_html: ', 1) + lines[2])
    found = items(tmp_path / "a.jsonl")
    assert [page.url for page in pages(found)] == [URLS[0], URLS[2]]
    assert skipped(found) == ["damaged"]
    (tmp_path / "a.jsonl").write_text(as_lines() + lines[0][:90])
    assert (len(pages(found := items(tmp_path / "a.jsonl"))), skipped(found)) == (3, ["damaged"])
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(as_csv().encode() * 2, mtime=0)[:-9])
    assert skipped(items(tmp_path / "a.csv.gz"))[-1] == "damaged"


def test_a_damaged_table_of_sqlite_costs_itself(tmp_path: Path) -> None:
    """It was a traceback."""
    as_sqlite(tmp_path / "a.db")
    with closing(sqlite3.connect(tmp_path / "a.db")) as conn, conn:
        conn.execute("CREATE TABLE zz (url TEXT, html TEXT)")
        conn.executemany(
            "INSERT INTO zz VALUES (?, ?)", [(f"{URLS[0]}?{number}", PAGES[0] * 9) for number in range(40)]
        )
        (root,) = conn.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'zz'").fetchone()
    data = bytearray((tmp_path / "a.db").read_bytes())
    data[(root - 1) * 4096 : (root - 1) * 4096 + 200] = bytes(200)
    (tmp_path / "a.db").write_bytes(data)
    found = items(tmp_path / "a.db")
    assert ([page.url for page in pages(found)], skipped(found)) == (URLS, ["damaged"])
    assert "table zz: SQLite cannot read it" in str(found)


def test_a_table_may_begin_with_pages_that_were_not_had(tmp_path: Path) -> None:
    rows = [{"url": f"{URLS[1]}?{number}", "html": ""} for number in range(30)]
    (tmp_path / "a.jsonl").write_text(as_lines([*rows, {"url": URLS[0], "html": PAGES[0]}]))
    found = items(tmp_path / "a.jsonl")
    assert ([page.url for page in pages(found)], skipped(found)) == ([URLS[0]], ["no_body"] * 30)


def test_pages_of_one_address_without_times_are_not_lost_silently(tmp_path: Path) -> None:
    rows = [{"url": URLS[0], "html": page, "date": time} for page, time in zip(PAGES, TIMES, strict=True)]
    (tmp_path / "a.jsonl").write_text(as_lines([*rows, rows[0]]))
    found = items(tmp_path / "a.jsonl")
    assert skipped(found) == ["same_time", "same_time"]
    assert "--column fetched_at=NAME" in str(found)
    assert [page.fetched_at for page in pages(items(tmp_path / "a.jsonl", fetched_at="date"))] == [*AT, AT[0]]


def test_a_list_of_files_beside_it(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "第 1.html").write_text(PAGES[0])
    rows: list[dict[str, Any]] = [
        {"file": "pages\\第 1.html", "url": URLS[0], "retrieved": "2026/11/1 8:05"},
        {"file": "../a", "url": URLS[1], "retrieved": "x"},
    ]
    (tmp_path / "a.csv").write_text(as_csv(rows))
    found = items(tmp_path / "a.csv")
    assert [(page.url, page.fetched_at) for page in pages(found)] == [
        (URLS[0], datetime(2026, 11, 1, 8, 5, tzinfo=UTC))
    ]
    manifest = "\ufeff" + as_lines([{"path": "pages\\第 1.html", "url": URLS[0]}], "\r\n")
    (tmp_path / "m.jsonl").write_bytes(manifest.encode())
    assert [page.url for page in pages(items(tmp_path / "m.jsonl"))] == [URLS[0]]


REFUSED = {
    "a.csv": (as_csv([{"id": 1, "url": URLS[0], "title": "x"}]).encode(), "wget --wait=1 --warc-file=pages"),
    "b.csv": (as_csv([{"id": 1, "title": "x"}]).encode(), "no column holds HTML; its columns are id, title"),
    "c.csv": (as_csv([{"one": URLS[0], "two": URLS[1], "page": PAGES[0]}]).encode(), "say which, such as --column url=one"),
    "urls.txt": ("\n".join(URLS).encode(), "has addresses (column 1) and no HTML"),
    "a.json": (b'[["urlkey", "timestamp"], ["x", "2026"]]', "is not JSON of objects"),
    "a.7z": (b"7z\xbc\xaf\x27\x1c" + bytes(99), "unpack it (7z x -oFOLDER FILE)"),
    "a.pdf": (b"%PDF-1.4\n", "is a PDF file"),
    "a.cdx": (b" CDX N b a m s k r M S V g\n", "is an index of captures"),
    "a.opml": (b'<?xml version="1.0"?><opml version="2.0"/>', "copydesk sources import FILE"),
    "a.xml": (b'<?xml version="1.0"?><rss><channel><description>&lt;html&gt;<![CDATA[<html>]]>', "copydesk sources add ADDRESS"),
    "a.arc": (b"filedesc://a.arc 0.0.0.0 20081101000000 text/plain 9\n1 0 x", "warcio recompress"),
    "a.bin": (bytes(range(256)), "is none of what can be imported"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_imported_says_what_to_do(tmp_path: Path, name: str) -> None:
    data, why = REFUSED[name]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UsageError) as error:
        items(tmp_path / name)
    assert why in str(error.value)


def test_columns_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(as_csv())
    with pytest.raises(UsageError, match="has no column html; its columns are nr, link, raw_html, crawl_date"):
        items(tmp_path / "a.csv", body="html")


@pytest.mark.parametrize(
    ("cell", "at"),
    [
        ("2026-11-01T08:05:00Z", AT[0] + timedelta(hours=8)),
        ("2026/11/1 8:05", AT[0] + timedelta(hours=8)),
        ("20261101080500", AT[0] + timedelta(hours=8)),
        ("2026-11-01 08:05:00.25 +0800", AT[0] + timedelta(milliseconds=250)),
        ("Sun, 01 Nov 2026 08:05:00 +0800", AT[0]),
        (1793491500, AT[0]),
        ("1793491500000", AT[0]),
        (1793491500.0e9, AT[0]),
        ("1/11/2026", None),
        ("2026-13-01", None),
        (True, None),
        ("", None),
        (float("nan"), None),
        (float("inf"), None),
    ],
)
def test_times(cell: object, at: datetime | None) -> None:
    assert read_time_cell(cell) == at


@pytest.mark.parametrize(
    "cell",
    [
        {"content-type": "text/html"}, '{"Content-Type": "text/html"}', "{b'Content-Type': [b'text/html']}",
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n", b"Content-Type: text/html", [["Content-Type", "text/html"]],
        [{"name": "Content-Type", "value": "text/html"}],
    ],
)  # fmt: skip
def test_headers(cell: object) -> None:
    assert read_headers_cell(cell) == {"Content-Type": "text/html"}
