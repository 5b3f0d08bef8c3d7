"""Pages as programs save them: mirrors, browsers, archives, caches; their addresses and times without a word from the user."""

from __future__ import annotations

import gzip
import io
import os
import plistlib
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import pytest

from db.zstd import zstd
from pipelines.exchange.imports.archive_file import read_archive
from pipelines.exchange.imports.archive_options import ArchiveOptions
from pipelines.exchange.items import ArchivedPage, Item, SkippedRecord
from pipelines.exchange.saved_pages.notes import read_mirror_path, read_replay_address
from pipelines.exchange.saved_pages.page_bytes import SAVED_FILES
from tests.support.warc_records import record

PAGE = "<!DOCTYPE html>\n<html><head><title>末班船</title></head><body><p>The last boat.</p></body></html>"
FILE_TIME = datetime(2026, 11, 20, tzinfo=UTC)
MIRROR = {
    "abendblatt.example/news/1.html": PAGE,
    "abendblatt.example/index.php?id=2&p=3": PAGE,
    "abendblatt.example/kultur/fähre": PAGE,
    "abendblatt.example/feed": '<?xml version="1.0"?><rss><channel><description><![CDATA[<html>]]></description></channel></rss>',
    "abendblatt.example/logo.svg": '<svg xmlns="http://www.w3.org/2000/svg"><foreignObject><html/></foreignObject></svg>',
    "abendblatt.example/x.js": 'document.write("<html>")',
}
MIRRORED = {
    "https://abendblatt.example/news/1.html",
    "https://abendblatt.example/index.php?id=2&p=3",
    "https://abendblatt.example/kultur/f%C3%A4hre",
}


def items(path: Path, base: str | None = None) -> list[Item]:
    return list(read_archive(path, ArchiveOptions(limit=100_000, base=base)))


def pages(found: list[Item]) -> list[ArchivedPage]:
    return [item for item in found if isinstance(item, ArchivedPage)]


def skipped(found: list[Item]) -> Counter[str]:
    return Counter(item.reason for item in found if isinstance(item, SkippedRecord))


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        os.utime(path, (FILE_TIME.timestamp(),) * 2)


def test_a_mirror_has_its_addresses_in_its_folders(tmp_path: Path) -> None:
    write(tmp_path / "mirror", MIRROR)
    for folder in (tmp_path / "mirror", tmp_path / "mirror/abendblatt.example"):
        found = items(folder)
        assert {page.url for page in pages(found)} == MIRRORED
        assert skipped(found) == {"other_file": 3}
        assert {(page.fetched_at, page.source) for page in pages(found)} == {(FILE_TIME, None)}


PACKERS: dict[str, Callable[[bytes], bytes]] = {"a.tar": bytes, "a.tar.gz": gzip.compress, "a.tar.zst": zstd.compress}


@pytest.mark.parametrize("name", ["a.zip", *PACKERS])
def test_packed_mirrors_are_read_as_folders(tmp_path: Path, name: str) -> None:
    write(tmp_path / "mirror", MIRROR)
    file = tmp_path / name
    if name == "a.zip":
        with zipfile.ZipFile(file, "w") as packed:
            for path in MIRROR:
                packed.write(tmp_path / "mirror" / path, f"../mirror/{path}")
            packed.writestr("mirror/b.warc.gz", record("https://wochenpost.example/1"))
            packed.writestr("mirror/inner.tar.gz", b"")
    else:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as tar:
            tar.add(tmp_path / "mirror", "mirror")
        data = out.getvalue()
        file.write_bytes(PACKERS[name](data))
    found = items(file)
    more = {"https://wochenpost.example/1"} if name == "a.zip" else set()
    assert {page.url for page in pages(found)} == MIRRORED | more
    assert skipped(found) == {"other_file": 3} | ({"archive_inside": 1} if more else {})
    if name == "a.tar.gz":
        file.write_bytes(file.read_bytes()[:-60])
        assert skipped(items(file))["damaged"] == 1


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("www.abendblatt.example/1.html", "https://www.abendblatt.example/1.html"),
        ("sites/http/abendblatt.example:8080/a/1.html.gz", "http://abendblatt.example:8080/a/1.html"),
        ("abendblatt.example+8080/1.html", "https://abendblatt.example:8080/1.html"),
        ("news.bbc.co.uk/1/hi/100.stm", "https://news.bbc.co.uk/1/hi/100.stm"),
        ("20261101080000/abendblatt.example/1.html", "https://abendblatt.example/1.html"),
        ("web.archive.org/web/20261101080000id_/http:/abendblatt.example/1.html", "http://abendblatt.example/1.html"),
        ("a/page.html_files/1.html", None),
        ("2026.11/1.html", None),
        ("pages.old/1.html", None),
        ("abendblatt.example", None),
    ],
)
def test_addresses_of_mirrors(path: str, url: str | None) -> None:
    note = read_mirror_path(PurePosixPath(path))
    assert (note and note.url) == url
    assert (note is not None and note.at == datetime(2026, 11, 1, 8, tzinfo=UTC)) == ("20261101080000" in path)


URL = "https://abendblatt.example/kultur/1.html"
AT = datetime(2026, 11, 1, 0, 5, tzinfo=UTC)
SINGLE_FILE = f"""<!--
 Page saved with SingleFile
 url: {URL}
 saved date: Sun Nov 01 2026 08:05:00 GMT+0800 (中国标准时间)
-->"""
HTTRACK = f"<!-- Mirrored from {URL[8:]} by HTTrack Website Copier/3.x [XR&CO'2014], Sun, 01 Nov 2026 00:05:00 GMT -->"
WAYBACK = f'<script>__wm.wombat("{URL}","20261101000500","https://web.archive.org/","web");</script>'
NOTES = {
    "SingleFile": (PAGE.replace("<html>", f"<html>{SINGLE_FILE}"), AT),
    "browser": (PAGE.replace("<html>", f"<!-- saved from url=(0040){URL} -->\n<html>"), FILE_TIME),
    "HTTrack": (PAGE.replace("<head>", f"\n{HTTRACK}\n<head>"), AT),
    "Wayback": (PAGE.replace("<head>", f"<head>{WAYBACK}"), AT),
    "canonical": (
        PAGE.replace("<head>", f'<head><link rel="canonical" href="https://web.archive.org/web/20261101000500/{URL}">'),
        AT,
    ),
}


@pytest.mark.parametrize("program", NOTES)
def test_what_programs_write_into_pages(tmp_path: Path, program: str) -> None:
    """Only the page itself vouches for it, so it becomes no page of that site."""
    text, at = NOTES[program]
    write(tmp_path / "saved", {"标题 1.html": text})
    (page,) = pages(items(tmp_path / "saved"))
    assert (page.url, page.fetched_at, page.source, page.body) == (URL, at, SAVED_FILES, text.encode())


def test_a_note_names_the_page_of_a_mirror_more_precisely(tmp_path: Path) -> None:
    write(
        tmp_path / "m",
        {"abendblatt.example/kultur/1a2b.html": NOTES["HTTrack"][0], "other.example/1.html": NOTES["HTTrack"][0]},
    )
    assert {(page.url, page.source) for page in pages(items(tmp_path / "m"))} == {
        (URL, None),
        ("https://other.example/1.html", None),
    }


def test_a_replay_address_is_that_of_the_page() -> None:
    note = read_replay_address(f"https://web.archive.org/web/20261101000500if_/{URL}")
    assert note is not None
    assert (note.url, note.at) == (URL, AT)
    assert read_replay_address(URL) is None


MHTML = f"""From: <Saved by Blink>
Snapshot-Content-Location: {URL}
Subject: x
Date: Sun, 1 Nov 2026 00:05:00 GMT
MIME-Version: 1.0
Content-Type: multipart/related;
\ttype="text/html";
\tboundary="----b"

------b
Content-Type: image/gif
Content-Location: x.gif
Content-Transfer-Encoding: base64

R0lGODlhAQ==
------b
Content-Type: text/html
Content-Transfer-Encoding: quoted-printable
Content-Location: {URL}

<!DOCTYPE html><html><head><title>=E6=9C=AB=E7=8F=AD=E8=88=B9</title>=
</head></html>
------b--
"""


def test_files_that_hold_a_page_and_its_address(tmp_path: Path) -> None:
    main = {"WebResourceData": PAGE.encode(), "WebResourceURL": URL, "WebResourceTextEncodingName": "UTF-8"}
    archive = plistlib.dumps({"WebMainResource": main}, fmt=plistlib.FMT_BINARY)
    write(tmp_path / "saved", {"网页.mhtml": MHTML.replace("\n", "\r\n"), "b.webarchive": archive})
    chrome, safari = sorted(pages(items(tmp_path / "saved")), key=lambda page: page.fetched_at)
    assert (chrome.url, chrome.fetched_at, chrome.source) == (URL, AT, None)
    assert chrome.body.decode() == "<!DOCTYPE html><html><head><title>末班船</title></head></html>"
    assert (safari.url, safari.body, safari.headers) == (
        URL,
        PAGE.encode(),
        {"Content-Type": "text/html; charset=UTF-8"},
    )
    assert pages(items(tmp_path / "saved/网页.mhtml")) == [chrome]
    assert skipped(items_of(tmp_path, b"MIME-Version: 1.0\nContent-Type: multipart/related\n\nx")) == {"unreadable": 1}


def items_of(folder: Path, data: bytes, name: str = "x.mht") -> list[Item]:
    write(folder, {name: data})
    return items(folder / name)


def test_a_response_with_its_headers(tmp_path: Path) -> None:
    head = (
        "HTTP/1.1 {} x\r\nContent-Type: text/html; charset=gb18030\r\n"
        "Date: Sun, 01 Nov 2026 00:05:00 GMT\r\nSet-Cookie: a=b\r\n\r\n"
    )
    gone = head.format(404) + PAGE
    write(
        tmp_path / "abendblatt.example", {"1.html": head.format(200).encode() + PAGE.encode("gb18030"), "2.html": gone}
    )
    found = items(tmp_path / "abendblatt.example")
    (page,) = pages(found)
    assert (page.body.decode("gb18030"), page.fetched_at, skipped(found)) == (PAGE, AT, {"status_404": 1})
    assert page.headers["Content-Type"] == "text/html; charset=gb18030"
    assert "Set-Cookie" not in page.headers


def test_the_caches_and_records_of_programs(tmp_path: Path) -> None:
    meta = f"{{'url': '{URL}', 'method': 'GET', 'status': 200, 'response_url': '{URL}', 'timestamp': {AT.timestamp()}}}"
    cache: dict[str, str | bytes] = {
        "spider/6f/6f0e/meta": meta,
        "spider/6f/6f0e/response_body": gzip.compress(PAGE.encode()),
        "spider/6f/6f0e/response_headers": b"Content-Type: text/html\r\nContent-Encoding: gzip\r\n",
        "spider/6f/6f0e/request_body": b"",
        "spider/70/70aa/meta": meta.replace("1.html", "logo.png"),
        "spider/70/70aa/response_body": b"\x89PNG",
        "spider/70/70aa/response_headers": b"",
    }
    write(tmp_path / "httpcache", cache)
    found = items(tmp_path / "httpcache")
    (page,) = pages(found)
    assert (page.url, page.fetched_at, page.body, page.headers) == (
        URL,
        AT,
        PAGE.encode(),
        {"Content-Type": "text/html"},
    )
    assert skipped(found) == {"not_html": 1, "other_file": 5}
    record_beside = f'{{"url": "{URL}", "date_download": "2026-11-01 00:05:00", "title": "x"}}'
    write(tmp_path / "news-please", {"data/1_17.html": PAGE, "data/1_17.html.json": record_beside})
    (page,) = pages(items(tmp_path / "news-please"))
    assert (page.url, page.fetched_at, page.source) == (URL, AT, None)


def test_names_and_bytes_that_are_odd(tmp_path: Path) -> None:
    folder = tmp_path / "abendblatt.example"
    write(
        folder,
        {
            "packed.html": gzip.compress(PAGE.encode()),
            "packed": zstd.compress(PAGE.encode()),
            "x.js.gz": gzip.compress(b"x"),
        },
    )
    names = {
        "a b.html",
        "中文🗞.HTML",
        "n" * 250 + ".html",
        "50%.html",
        "line\nend.html",
        os.fsdecode("新".encode("gbk") + b".html"),
    }
    for name in names:
        (folder / name).write_text(PAGE)
    found = items(tmp_path)
    assert {page.url.rpartition("/")[2] for page in pages(found)} == {
        *(
            "packed.html",
            "packed",
            "a%20b.html",
            "%E4%B8%AD%E6%96%87%F0%9F%97%9E.HTML",
            "n" * 250 + ".html",
            "50%.html",
        ),
        *("line%0Aend.html", "%D0%C2.html"),
    }
    assert {page.body.decode() for page in pages(found)} == {PAGE}
    assert skipped(found) == {"other_file": 1}


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """It was passed over. Here its path is too long, which stops root too."""
    write(tmp_path / "abendblatt.example", {"1.html": PAGE})
    inner = os.open(tmp_path / "abendblatt.example", os.O_RDONLY)
    for _ in range(20):
        os.mkdir("f" * 250, dir_fd=inner)
        outer, inner = inner, os.open("f" * 250, os.O_RDONLY, dir_fd=inner)
        os.close(outer)
    os.close(inner)
    found = items(tmp_path)
    assert (len(pages(found)), skipped(found)) == (1, {"unreadable": 1})
    assert "File name too long" in str(found)
