"""WARC files as other people write them, and as nobody should."""

from __future__ import annotations

import gzip
import io
import resource
import time
import zipfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest

from db.errors import UsageError
from db.models import Link, LinkKind, Page
from db.store.archives.archive_export import ExportedPage
from pipelines.exchange.imports.archive_file import read_archive
from pipelines.exchange.imports.archive_options import ArchiveOptions
from pipelines.exchange.items import ArchivedPage, Item, KnownFetch, ReadOptions, Revisit, SkippedRecord
from pipelines.exchange.warc.reader import read_warc
from pipelines.exchange.warc.writer import WarcFile
from tests.support.warc_records import PAGE, bare, record

# warcio's writer leaves its temporary file to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")

LIMIT = 1_000_000
AT = datetime(2026, 11, 1, 8, 0, 0, 123000, tzinfo=UTC)
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"


def read(data: bytes, known: frozenset[str] = frozenset()) -> list[Item]:
    return list(read_warc(io.BytesIO(data), "a.warc", ReadOptions(limit=LIMIT, is_known=lambda url, _: url in known)))


def reasons(items: list[Item]) -> Counter[str]:
    return Counter(item.reason for item in items if isinstance(item, SkippedRecord))


def urls(items: list[Item]) -> list[str]:
    return [item.url for item in items if isinstance(item, ArchivedPage)]


@pytest.mark.parametrize("packed", [True, False])
def test_a_page_with_its_time_and_bytes(packed: bool) -> None:
    [page] = read(record("https://a.example/1", packed=packed, warc={"WARC-Date": "2026-11-01T08:00:00.123456Z"}))
    assert isinstance(page, ArchivedPage)
    assert (page.url, page.body) == ("https://a.example/1", PAGE)
    assert page.fetched_at == datetime(2026, 11, 1, 8, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(PAGE, mtime=0)),
        ("br", brotli.compress(PAGE)),
        ("gzip", PAGE),  # a browser's archive: the header stayed, the body is unpacked
        ("gzip, br", brotli.compress(gzip.compress(PAGE, mtime=0))),
    ],
)
def test_content_encoding_is_undone(encoding: str, body: bytes) -> None:
    [page] = read(record("https://a.example/1", body, Content_Encoding=encoding))
    assert isinstance(page, ArchivedPage)
    assert page.body == PAGE


def test_chunks_are_joined() -> None:
    chunks = b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in (PAGE[:20], PAGE[20:])) + b"0\r\n\r\n"
    [page] = read(record("https://a.example/1", chunks, Transfer_Encoding="chunked"))
    assert isinstance(page, ArchivedPage)
    assert page.body == PAGE
    assert "Transfer-Encoding" not in page.headers


def test_what_a_crawl_would_not_store_is_counted() -> None:
    items = read(
        record("https://a.example/1", status="404 Not Found")
        + record("https://a.example/2", b"\x89PNG", Content_Type="image/png")
        + record("dns:a.example", b"")
        + record("https://a.example/3", b"x" * (LIMIT + 1))
        + record("https://a.example/4", gzip.compress(bytes(50 * LIMIT)), Content_Encoding="gzip")
        + record("https://a.example/5", warc={"WARC-Truncated": "length"})
        + record("https://a.example/6", Content_Length="9999")
        + record("https://a.example/7", warc={"WARC-Date": "yesterday"})
    )
    assert reasons(items) == {
        "status_404": 1,
        "not_html": 1,
        "not_http": 1,
        "too_big": 2,
        "truncated": 2,
        "bad_date": 1,
    }


def test_redirects_and_revisits() -> None:
    first = record("http://a.example/old", b"", status="301 Moved", Location="https://a.example/new")
    again = record(
        "https://a.example/again",
        b"",
        kind="revisit",
        warc={
            "WARC-Profile": "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest",
            "WARC-Payload-Digest": "sha1:X",
        },
    )
    _, page, revisit = read(first + record("https://a.example/new") + again)
    assert isinstance(page, ArchivedPage)
    assert (page.url, page.final_url) == ("http://a.example/old", "https://a.example/new")
    assert isinstance(revisit, Revisit)
    assert revisit.digest == "sha1:X"


def test_known_fetches_are_not_read_again() -> None:
    items = read(record("https://a.example/1") + record("https://a.example/2"), frozenset({"https://a.example/1"}))
    assert isinstance(items[0], KnownFetch)
    assert urls(items) == ["https://a.example/2"]


@pytest.mark.parametrize("packed", [True, False])
def test_damage_costs_its_own_record(packed: bool) -> None:
    parts = [record(f"https://a.example/{n}", PAGE * 20, packed=packed) for n in range(5)]
    hurt = bytearray(parts[2])
    if packed:
        hurt[len(hurt) // 2 : len(hurt) // 2 + 20] = b"\x00" * 20
    else:
        hurt[:8] = b"XXXXXXXX"
    items = read(parts[0] + parts[1] + bytes(hurt) + parts[3] + parts[4])
    assert urls(items) == [f"https://a.example/{n}" for n in (0, 1, 3, 4)]
    assert sum(reasons(items).values()) >= 1


@pytest.mark.parametrize("packed", [True, False])
def test_a_file_that_breaks_off(packed: bool) -> None:
    last = record("https://a.example/2", PAGE * 20, packed=packed)
    items = read(record("https://a.example/1", packed=packed) + last[: len(last) // 2])
    assert urls(items) == ["https://a.example/1"]
    assert sum(reasons(items).values()) >= 1


def test_one_gzip_stream_around_all_records() -> None:
    plain = b"".join(record(f"https://a.example/{n}", packed=False) for n in range(4))
    assert urls(read(gzip.compress(plain))) == [f"https://a.example/{n}" for n in range(4)]


def test_hostile_records() -> None:
    good = record("https://a.example/good", packed=False)
    huge = bare(
        "WARC-Type: response\r\nWARC-Target-URI: https://a.example/huge\r\nWARC-Date: 2026-11-01T08:00:00Z\r\n"
        "Content-Type: application/http; msgtype=response\r\nContent-Length: 10737418240",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE,
    )
    nothing = bare("WARC-Type: response\r\nContent-Length: 0")
    negative = bare("WARC-Type: response\r\nWARC-Target-URI: https://a.example/n\r\nContent-Length: -5")
    latin = record("https://a.example/latin", packed=False).replace(b"text/html", "text/html; x=\xe9".encode("latin-1"))
    items = read(good + huge + nothing + negative + record("https://a.example/last", packed=False))
    assert urls(items)[0] == "https://a.example/good"
    assert urls(items)[-1] == "https://a.example/last"
    assert reasons(items)
    assert reasons(read(latin))["damaged"] or urls(read(latin))


class Counted(io.BytesIO):
    """Counts the bytes that are read."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


def liar(number: int, length: int, size: int) -> bytes:
    """A record that claims so many bytes and has so many."""
    fields = (
        f"WARC-Type: response\r\nWARC-Target-URI: https://a.example/{number}\r\nWARC-Date: 2026-11-01T08:00:00Z\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {length}"
    )
    return bare(fields, HTTP + b"<p>" + b"x" * (size - len(HTTP) - 3))


@pytest.mark.parametrize("length", [10**12, 4_000_000, 2**63], ids=["past the end", "into other records", "huge"])
def test_false_lengths_are_read_past_in_one_pass(length: int) -> None:
    size, good = 2_000, [record(f"https://a.example/good{n}", packed=False) for n in range(2)]
    file = Counted(good[0] + b"".join(liar(n, length, size) for n in range(4_000)) + good[1])
    items = list(read_warc(file, "a.warc", ReadOptions(limit=LIMIT)))
    assert urls(items) == ["https://a.example/good0", "https://a.example/good1"]
    assert sum(reasons(items).values()) >= 1
    # Some steps of 4 to 16 KiB for each record of 2 KB.
    assert file.taken < 20 * len(file.getvalue())


@pytest.mark.parametrize("packing", ["gzip", "zip", "plain"])
def test_going_back_ends_where_it_is_out_of_proportion(packing: str, tmp_path: Path) -> None:
    """Lengths that cannot be looked up, or that lead to a place where a record could end."""
    size, answer = 50_000, len(HTTP) - 4
    length = 300 * len(liar(0, 10_000_000, size)) + answer
    one = liar(0, length, size)
    assert len(one) == (length - answer) // 300
    data = record("https://a.example/good", packed=False) + one * 2_000
    began = time.process_time()
    if packing == "zip":
        with zipfile.ZipFile(tmp_path / "a.wacz", "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("archive/a.warc", data)
        how = ArchiveOptions(limit=LIMIT)
        items = list(read_archive(tmp_path / "a.wacz", how))
    else:
        items = read(gzip.compress(data, 1) if packing == "gzip" else data)
    assert urls(items) == ["https://a.example/good"]
    # Unbounded, 2,000 readings of 15 MB each; measured 0.1 to 3 s.
    assert 0 < sum(reasons(items).values()) < 500
    assert time.process_time() - began < 30


def test_a_bomb_of_a_header_takes_no_memory() -> None:
    bomb = gzip.compress(b"WARC/1.0\r\nWARC-Type: " + b"x" * 300_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    good = record("https://a.example/1")
    items = read(bomb + good)
    del bomb
    assert urls(items) == ["https://a.example/1"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_what_is_no_warc_is_said() -> None:
    with pytest.raises(UsageError, match="is not a WARC"):
        read(b"PK\x03\x04 and so on")


def test_headers_come_back_byte_for_byte() -> None:
    """Of any encoding, as long as a crawl takes them, with a status other than 200."""
    gbk, utf8, latin = "记者".encode("gbk"), "記者 Łucja".encode(), b"J\xf6rg M\xfcller"
    headers = {"X-Gbk": gbk, "X-Utf8": utf8, "X-Latin": latin, "X-Long": b"x" * 260_000}
    page = Page(
        body=PAGE,
        url="https://a.example/1",
        fetched_at=AT,
        status=203,
        hint=Link(url="https://a.example/1", key="a.example/1", kind=LinkKind.FEED),
    )
    kept = {name: value.decode("latin-1") for name, value in headers.items()}
    stored = ExportedPage(
        page=page, headers=kept, source=("a.example", "https://a.example/"), duration_ms=8, part_urls=()
    )
    out = io.BytesIO()
    WarcFile(out, software="test", now=AT).write(stored)
    written = gzip.decompress(out.getvalue())
    assert b"HTTP/1.1 203 Non-Authoritative Information" in written
    assert all(b"%b: %b\r\n" % (name.encode(), value) in written for name, value in headers.items())
    [back] = read(out.getvalue())
    assert isinstance(back, ArchivedPage)
    assert (back.headers, back.status) == (kept, 203)


def test_redirects_and_further_parts_come_back_from_our_own_file() -> None:
    link = Link(url="https://a.example/go", key="a.example/go", kind=LinkKind.FEED, title="Die Fähre", published=AT)
    page = Page(
        body=PAGE,
        url="https://a.example/go",
        final_url="https://a.example/story",
        fetched_at=AT,
        content_type="text/html",
        hint=link,
        parts=(b"<p>two", b"<p>three"),
    )
    stored = ExportedPage(
        page=page,
        headers={"Content-Type": "text/html", "Content-Encoding": "gzip", "ETag": '"x"'},
        source=("a.example", "https://a.example/"),
        duration_ms=80,
        part_urls=("https://a.example/story?p=2", "https://a.example/story?p=3"),
    )
    out = io.BytesIO()
    WarcFile(out, software="test", now=AT).write(stored)
    [back] = read(out.getvalue())
    assert isinstance(back, ArchivedPage)
    assert (back.url, back.final_url, back.fetched_at, back.body) == (page.url, page.final_url, AT, PAGE)
    assert back.headers == stored.headers
    assert back.link == link
    assert (back.source, back.duration_ms) == (stored.source, 80)
    assert back.parts == tuple(zip(stored.part_urls, page.parts, strict=True))
