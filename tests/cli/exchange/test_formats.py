"""Every format that `copydesk export` writes, read back by a tool that is not ours; each with what texts should not hold."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow.parquet as pq
import pytest
from warcio.archiveiterator import ArchiveIterator

from db.connection.database import open_database
from db.models import Article, Image, Moment, OffsetFrom, Precision, Subheading
from db.store.crawl import facts
from db.timestamps import format_timestamp, parse_timestamp
from pipelines.exchange.articles.formats import COLUMNS, write_csv, write_json_feed, write_jsonl, write_rss
from pipelines.exchange.articles.parquet import write_parquet
from tests.cli.conftest import ROOT, Newsroom, open_room, run
from tests.pipelines.dedup.stories import story
from tests.support.packages import PACKAGES
from tests.support.relations import relation

# warcio's writer leaves its temporary file to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")

HOSTILE = (
    "plain",
    "nul \x00 and \x01\x0b\x1f\x7f\x85 \ufffe\uffff\ufeff",
    "quo\"tes, ;commas; and\ttabs 'here'",
    "王小雨 “引” ﷺ 😀👩\u200d👩\u200d👧 e\u0301 \u202eabc",
    "<script>alert(1)</script> &amp; <b>bold</b> ]]> &#x0;",
    "two\r\nlines\rand\nmore\u2028so",
    '=HYPERLINK("http://x.example/?"&A1,"more")',
    "+1",
    "-1+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\x00=1",
    "'=1",
    "''already quoted",
    "'tis no formula",
    "＝1",
)
LONG = "x" * 300_000
NAMES = ("authors", "editors", "tags")
PLAIN = ("title", "subtitle", "text", "section", "description", "original_source", "published", "fetched_at", "url")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """A database with an article of each kind, and its articles as `copydesk articles --json` prints them."""
    path = tmp_path_factory.mktemp("formats") / "news.db"
    open_database(path, create=True).conn.close()
    room = Newsroom(path=path)
    source = room.source("daily.example", "https://daily.example/")
    with open_room(path) as conn:
        room.run_id = facts.begin_run(conn, "crawl", 1, room.tick())
    for number, text in enumerate(HOSTILE):
        article = Article(
            url=None,
            title=text,
            subtitle=text,
            kicker=text,
            alternative_title=text,
            subheadings=(Subheading(offset=0, level=3),),
            text=f"{story(number, 4)}\n{text}" + (f"\n{LONG}" if number == 0 else ""),
            published=moment(number),
            authors=(text, "Ann Reed"),
            editors=(text,),
            tags=(text, text + "2"),
            section=text,
            description=text,
            original_source=text,
            language="en",
            images=(Image(url="https://daily.example/1.png", caption=text, alt=None, credit=text),),
            comment_count=number or None,
            paywalled=number % 2 == 1,
            provenance={"title": text},
        )
        room.article(source, f"https://daily.example/{number}?a=1&b=<2>", article, body=f"<p>{number}".encode())
    lines = run(path, "articles", "--limit", "0", "--json").stdout.rstrip("\n").split("\n")
    told = [json.loads(line) for line in lines]
    assert sorted(one["title"] for one in told) == sorted(HOSTILE)
    return path, told


def moment(number: int) -> Moment | None:
    """A time, a day, a time of nobody's clock, none."""
    at = datetime(2026, 11, 2, 9, number, tzinfo=UTC)
    match number % 4:
        case 0:
            return Moment(at=at, precision=Precision.MINUTE)
        case 1:
            return Moment(at=at.replace(hour=0, minute=0), precision=Precision.DAY, offset_from=OffsetFrom.UNKNOWN)
        case 2:
            return Moment(at=at, precision=Precision.MINUTE, offset_from=OffsetFrom.UNKNOWN)
        case _:
            return None


def exported(hostile: tuple[Path, list[dict[str, Any]]], form: str) -> tuple[Path, list[dict[str, Any]]]:
    """The database in a format, and the articles."""
    path, told = hostile
    file = path.parent / f"articles.{form}"
    result = run(path, "export", form, "-o", str(file), "--force")
    assert result.exit_code == 0, result.output
    return file, told


def inserted(file: Path, *options: str) -> list[dict[str, Any]]:
    """The rows that `sqlite-utils insert` makes of a file."""
    database = file.with_suffix(".db")
    database.unlink(missing_ok=True)
    command = [sys.executable, "-m", "sqlite_utils", "insert", str(database), "rows", str(file), *options]
    subprocess.run(command, check=True, timeout=300, capture_output=True)
    conn = sqlite3.connect(database)
    conn.row_factory = sqlite3.Row
    rows = [dict(row) for row in conn.execute("SELECT * FROM rows ORDER BY rowid")]
    conn.close()
    return rows


def as_told(row: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that every reader is asked for."""
    return {name: row[name] for name in (*PLAIN, *NAMES)}


# JSON lines


def test_duckdb_reads_json_lines(hostile: tuple[Path, list[dict[str, Any]]]) -> None:
    file, told = exported(hostile, "jsonl")
    kinds = dict.fromkeys(PLAIN, "VARCHAR") | dict.fromkeys(NAMES, "VARCHAR[]")
    rows = relation(f"SELECT * FROM read_json('{file}', format='newline_delimited', columns={kinds})").fetchall()
    assert [dict(zip(kinds, row, strict=True)) for row in rows] == list(map(as_told, told))


def test_sqlite_utils_takes_json_lines(hostile: tuple[Path, list[dict[str, Any]]]) -> None:
    file, told = exported(hostile, "jsonl")
    rows = inserted(file, "--nl")
    assert [as_told(row | {name: json.loads(row[name]) for name in NAMES}) for row in rows] == list(map(as_told, told))


# CSV


def plain_again(cell: str) -> str:
    """What docs/archives.md says to do with a cell to have the text itself."""
    return re.sub("^'(?='*[\x00-\x1f=+\\-@＝＋－＠])", "", cell)


def of_csv(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of texts as the article that it was; nothing tells an empty text from none."""
    lists = {name: json.loads(row[name]) for name in NAMES}
    return {name: plain_again(row[name] or "") or None for name in PLAIN} | lists


@pytest.fixture
def any_size() -> Iterator[None]:
    """Python's reader takes cells of 128 KiB unless told otherwise."""
    before = csv.field_size_limit(10_000_000)
    yield
    csv.field_size_limit(before)


@pytest.mark.usefixtures("any_size")
def test_python_reads_csv(hostile: tuple[Path, list[dict[str, Any]]]) -> None:
    file, told = exported(hostile, "csv")
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, strict=True))
    assert list(map(of_csv, rows)) == list(map(as_told, told))
    assert {row["paywalled"] for row in rows} == {"true", "false"}
    assert [json.loads(row["images"]) for row in rows] == [one["images"] for one in told]


def test_duckdb_reads_csv(hostile: tuple[Path, list[dict[str, Any]]]) -> None:
    file, told = exported(hostile, "csv")
    found = relation(f"SELECT * FROM read_csv('{file}', header=true, all_varchar=true)")
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
    assert tuple(found.columns) == COLUMNS
    assert list(map(of_csv, rows)) == list(map(as_told, told))


def test_sqlite_utils_takes_csv(hostile: tuple[Path, list[dict[str, Any]]]) -> None:
    """It makes every line end in a cell one newline, as text files are read."""
    file, told = exported(hostile, "csv")
    rows = [of_csv(row) for row in inserted(file, "--csv", "--no-detect-types")]
    one_end = [json.loads(re.sub(r"\\r\\n|\\r", r"\\n", json.dumps(as_told(one)))) for one in told]
    for row, one in zip(rows, one_end, strict=True):
        # Names stand as JSON in their cells, where line ends are escaped.
        assert {name: row[name] for name in PLAIN} == {name: one[name] for name in PLAIN}


FORMULA = re.compile("[\x00-\x1f=+\\-@＝＋－＠]")


@pytest.mark.usefixtures("any_size")
@pytest.mark.parametrize(
    "command", [("export", "csv"), ("articles", "--limit", "0", "--csv"), ("search", "Ann", "--csv")]
)
def test_no_cell_is_a_formula(hostile: tuple[Path, list[dict[str, Any]]], command: tuple[str, ...]) -> None:
    out = run(hostile[0], *command).stdout_bytes.decode("utf-8")
    rows = list(csv.reader(io.StringIO(out, newline="")))
    assert len(rows) > 2
    assert not [cell for row in rows for cell in row if FORMULA.match(cell)]
    if "search" not in command:
        title = rows[0].index("title")
        titles = {plain_again(row[title]) for row in rows[1:]}
        assert titles == set(HOSTILE)
        assert "''=1" in {row[title] for row in rows}
        assert {"'tis no formula", "''already quoted"} <= {row[title] for row in rows}


def test_all_csv_is_safe_for_spreadsheets() -> None:
    """Articles and figures: both writers make their cells with `csv_cell`."""
    rooms = [ROOT / name for name in PACKAGES]
    modules = (path for room in rooms for path in room.rglob("*.py"))
    writers = [path.relative_to(ROOT).as_posix() for path in modules if "csv.writer(" in path.read_text("utf-8")]
    assert sorted(writers) == ["db/inspect/pages/components/rendering.py", "pipelines/exchange/articles/formats.py"]


def test_numbers_stay_numbers() -> None:
    out = io.BytesIO()
    write_csv([{"a": -1, "b": -0.5, "c": "-1", "d": None, "e": True}], out, ("a", "b", "c", "d", "e"))
    assert out.getvalue() == b"a,b,c,d,e\r\n-1,-0.5,'-1,,true\r\n"


# Parquet


def test_pyarrow_and_duckdb_read_parquet(hostile: tuple[Path, list[dict[str, Any]]]) -> None:
    file, told = exported(hostile, "parquet")
    rows = pq.read_table(file).to_pylist()
    for row, one in zip(rows, told, strict=True):
        plain = row | {
            "fetched_at": format_timestamp(row["fetched_at"]),
            # The text leaves out milliseconds that are zero.
            "published_utc": one["published_utc"],
            "provenance": dict(row["provenance"]),
        }
        assert plain == {name: one[name] for name in COLUMNS}
        assert row["published_utc"] == (parse_timestamp(one["published_utc"]) if one["published_utc"] else None)
    found = relation(f"SELECT title, text, authors, images[1].caption, comment_count FROM '{file}'").fetchall()
    assert found == [
        (one["title"], one["text"], one["authors"], one["images"][0]["caption"], one["comment_count"]) for one in told
    ]


# All of them


def test_half_a_surrogate_pair_spoils_no_file(hostile: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> None:
    """SQLite cannot hold one, JSON in it can."""
    row = hostile[1][0] | {"title": "a\ud800b", "authors": ["\udfff"], "text": "\ud83d apart \ude00"}
    now = datetime(2026, 11, 3, tzinfo=UTC)
    writers: dict[str, Callable[[BinaryIO], int]] = {
        "a.jsonl": lambda out: write_jsonl([row], out),
        "a.csv": lambda out: write_csv([row], out),
        "a.rss": lambda out: write_rss([row], out, now=now),
        "a.json": lambda out: write_json_feed([row], out),
        "a.parquet": lambda out: write_parquet([row], out),
    }
    for name, write in writers.items():
        with (tmp_path / name).open("wb") as out:
            assert write(out) == 1
    for name in ("a.jsonl", "a.csv", "a.rss", "a.json"):
        assert re.search("a[?]b|>ab<", (tmp_path / name).read_text(encoding="utf-8"))
    assert relation(f"SELECT title, authors FROM '{tmp_path}/a.parquet'").fetchall() == [("a?b", ["?"])]


# WARC

ODD = b"WARC/1.0\r\n\r\n\x00\xff\x1f\x8b\x08 WARC/1.1\r\nContent-Length: 5\r\n" + bytes(range(256)) * 40
HEADERS = {
    "Content-Type": "text/html",
    "X-Editor": "Łucja 王小雨",
    "X-Half": "a\ud800b",
    "X-Odd": "a\r\nInjected: yes",
    "Content-Encoding": "br",
}


@pytest.fixture
def pages(tmp_path: Path) -> Newsroom:
    """Bytes and headers that look like parts of the format."""
    path = tmp_path / "news.db"
    open_database(path, create=True).conn.close()
    room = Newsroom(path=path)
    source = room.source("daily.example", "https://daily.example/")
    for number, body in enumerate((ODD, b"", b"x" * 3_000_000, "<p>王小雨</p>".encode())):
        page_id = room.page(source, f"https://daily.example/{number}?q=%E7%8E%8B", body)
        with open_room(path) as conn:
            conn.execute("UPDATE pages SET headers = ? WHERE id = ?", (json.dumps(HEADERS), page_id))
    return room


def check(file: Path) -> int:
    """`warcio check`, the command."""
    command = [str(Path(sys.executable).parent / "warcio"), "check", str(file)]
    return subprocess.run(command, capture_output=True, timeout=300, check=False).returncode


def test_warcio_reads_our_warc(pages: Newsroom) -> None:
    file = pages.path.parent / "pages.warc.gz"
    assert run(pages.path, "export", "warc", "-o", str(file)).exit_code == 0
    assert check(file) == 0
    with file.open("rb") as stream:
        records = [
            (
                one.rec_headers.get_header("WARC-Target-URI"),
                one.rec_headers.get_header("WARC-Date"),
                dict(one.http_headers.headers),
                one.content_stream().read(),
            )
            for one in ArchiveIterator(stream)
            if one.rec_type == "response"
        ]
    with open_room(pages.path) as conn:
        stored = conn.execute("SELECT url, fetched_at FROM pages ORDER BY id").fetchall()
    assert [(url, at) for url, at, _, _ in records] == stored
    assert [body for *_, body in records] == [ODD, b"", b"x" * 3_000_000, "<p>王小雨</p>".encode()]
    for *_, headers, body in records:
        assert headers["X-Editor"] == "Łucja 王小雨"
        assert headers["X-Half"] == "a?b"
        assert "Injected" not in headers
        assert headers["Content-Length"] == str(len(body))
        assert "Content-Encoding" not in headers
    hurt = bytearray(file.read_bytes())
    hurt[len(hurt) // 2] ^= 1
    file.write_bytes(hurt)
    assert check(file) != 0
