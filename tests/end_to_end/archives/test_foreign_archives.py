"""Archives in the shape in which others write them: wget's own, Common Crawl's news files, browsertrix' WACZ."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from db.zstd import zstd
from tests.end_to_end.copydesk import Copydesk
from tests.pipelines.dedup.stories import story

# warcio's writer leaves its temporary file to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")

AT = "2026-11-01T08:00:00Z"


def page(number: int) -> bytes:
    text = story(number, 4)
    lines = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    return f"<html><head><title>{text[:30]}</title></head><body><h1>{text[:30]}</h1>{lines}</body></html>".encode()


class _Site(BaseHTTPRequestHandler):
    """Pages plain, packed, in chunks, moved and gone."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        number = int("0" + "".join(c for c in self.path if c.isdigit()))
        if self.path.startswith("/moved"):
            self._answer(301, b"", Location=f"/news/{number}")
        elif self.path.startswith("/gone"):
            self._answer(404, page(number))
        elif self.path.startswith("/packed"):
            self._answer(200, gzip.compress(page(number)), Content_Encoding="gzip")
        elif self.path.startswith("/chunked"):
            body = page(number)
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for piece in (body[:300], body[300:], b""):
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        else:
            self._answer(200, page(number))

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@contextmanager
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def imported(folder: Path, *files: Path, code: int = 0) -> tuple[Copydesk, dict[str, Any]]:
    desk = Copydesk(folder, None)
    return desk, json.loads(desk.run("import", *map(str, files), "--json", code=code).stdout)


def bodies(desk: Copydesk) -> dict[str, str]:
    """What was asked for, and the digest of what is stored."""
    rows = desk.query("SELECT p.url, hex(b.sha256) FROM pages p JOIN bodies b ON b.id = p.body_id")
    return {url: digest.lower() for url, digest in rows}


def digest(number: int) -> str:
    return hashlib.sha256(page(number)).hexdigest()


@pytest.mark.skipif(shutil.which("wget") is None, reason="wget is not installed")
@pytest.mark.parametrize("form", ["gzip", "plain"])
def test_what_wget_saved(form: str, tmp_path: Path) -> None:
    paths = ("/news/1", "/packed/2", "/chunked/3", "/moved/4", "/gone/5", "/news/1?again")
    with site() as home:
        options = ["--no-warc-compression"] if form == "plain" else []
        command = ["wget", "--no-config", "--no-proxy", "-q", "-O", "/dev/null", "--warc-file", "saved", *options]
        done = subprocess.run([*command, *(home + path for path in paths)], cwd=tmp_path, check=False, timeout=300)
    # 8: a server said an error, the 404.
    assert done.returncode == 8
    [file] = tmp_path.glob("saved.warc*")
    desk, report = imported(tmp_path, file)
    assert report["passed"] == {"status_301": 1, "status_404": 1}
    assert bodies(desk) == {
        home + path: digest(number)
        for path, number in (("/news/1", 1), ("/packed/2", 2), ("/chunked/3", 3), ("/moved/4", 4), ("/news/1?again", 1))
    }
    assert desk.query("SELECT final_url FROM pages WHERE url LIKE '%/moved/4'") == [(f"{home}/news/4",)]
    assert desk.query("SELECT count(*) FROM outcomes WHERE reason IS NULL") == [(5,)]


class Warc:
    """A file of records, each a gzip member, with headers as they are given."""

    def __init__(self, version: str) -> None:
        self.out = io.BytesIO()
        self._writer = WARCWriter(self.out, gzip=True, warc_version=version)
        self._writer.write_record(self._writer.create_warcinfo_record("x.warc.gz", {"software": "a crawler"}))

    def add(
        self,
        url: str,
        body: bytes,
        http: str | None = None,
        *headers: tuple[str, str],
        kind: str = "response",
        **warc: str,
    ) -> None:
        version, _, status = (http or "").partition(" ")
        record = self._writer.create_warc_record(
            url,
            kind,
            payload=io.BytesIO(body),
            length=len(body),
            warc_content_type="" if http else "text/html",
            http_headers=StatusAndHeaders(status, list(headers), protocol=version) if http else None,
            warc_headers_dict={"WARC-Date": AT} | {name.replace("_", "-"): value for name, value in warc.items()},
        )
        self._writer.write_record(record)


def test_a_news_file_of_common_crawl(tmp_path: Path) -> None:
    """No requests; bodies unpacked and joined, the headers that said otherwise renamed; the last record breaks off."""
    warc = Warc("1.0")
    for number in range(6):
        body = page(number)
        as_sent = [("X-Crawl-Content-Encoding", "gzip"), ("X-Crawl-Content-Length", str(len(gzip.compress(body))))]
        if number % 2:
            as_sent = [("X-Crawl-Transfer-Encoding", "chunked"), ("X-Crawl-Content-Encoding", "br")]
        headers = [("content-type", "text/html; charset=UTF-8"), *as_sent, ("Content-Length", str(len(body)))]
        status = "HTTP/1.1 200" if number == 3 else "HTTP/1.1 200 OK"
        warc.add(f"https://daily.example/{number}", body, status, *headers, WARC_IP_Address="192.0.2.7")
    whole = len(warc.out.getvalue())
    warc.add("https://daily.example/last", page(9), "HTTP/1.1 200 OK", ("Content-Type", "text/html"))
    data = warc.out.getvalue()
    file = tmp_path / "CC-NEWS-20261101080000-00001.warc.gz"
    file.write_bytes(data[: whole + (len(data) - whole) // 2])
    desk, report = imported(tmp_path, file, code=1)
    assert bodies(desk) == {f"https://daily.example/{number}": digest(number) for number in range(6)}
    assert report["passed"] == {"damaged": 1}
    assert desk.query("SELECT DISTINCT fetched_at FROM pages") == [("2026-11-01T08:00:00.000Z",)]
    assert desk.query("SELECT count(*) FROM outcomes WHERE reason IS NULL") == [(6,)]


def test_a_wacz_of_browsertrix(tmp_path: Path) -> None:
    """Two WARCs with what a browser saw: HTTP/2, encodings kept by name, pictures of pages, a repetition across files."""
    first, second = Warc("1.1"), Warc("1.1")
    html = ("content-type", "text/html")
    shown = {"WARC_Page_ID": "c1", "WARC_Resource_Type": "document"}
    payload = f"sha256:{digest(1)}"
    first.add("https://daily.example/1", page(1), "HTTP/2 200", html, WARC_Payload_Digest=payload, **shown)
    first.add("urn:pageinfo:https://daily.example/1", b'{"urls": {}}', kind="resource")
    first.add("urn:view:https://daily.example/1", b"\x89PNG", kind="resource")
    first.add("https://daily.example/saved", page(8), kind="resource")
    first.add("https://daily.example/logo", b"\x89PNG", "HTTP/2 200", ("content-type", "image/png"))
    first.add("https://daily.example/2", page(2), "HTTP/1.1 200 OK", html, ("content-encoding", "br"), **shown)
    packed = zstd.compress(page(3))
    first.add("https://daily.example/3", packed, "HTTP/2 200", html, ("content-encoding", "zstd"), **shown)
    profile = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    again = {"WARC_Profile": profile, "WARC_Refers_To_Target_URI": "https://daily.example/1", "WARC_Refers_To_Date": AT}
    second.add(
        "https://daily.example/one",
        b"",
        "HTTP/2 200",
        html,
        kind="revisit",
        WARC_Payload_Digest=payload,
        **again,
    )
    second.add("https://daily.example/1", b"", "HTTP/1.1 304 Not Modified", WARC_Date="2026-11-01T09:00:00Z")
    second.add("https://daily.example/4", page(4), "HTTP/1.1 200 OK", html, **shown)
    file = tmp_path / "crawl.wacz"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as wacz:
        for number, warc in enumerate((first, second)):
            wacz.writestr(f"archive/rec-{number}.warc.gz", warc.out.getvalue())
        wacz.writestr("indexes/index.cdx.gz", gzip.compress(b"com,example)/ 20261101080000 {}\n"))
        wacz.writestr("pages/pages.jsonl", '{"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}\n')
        wacz.writestr("datapackage.json", json.dumps({"profile": "data-package", "wacz_version": "1.1.1"}))
    desk, report = imported(tmp_path, file)
    told = {"1": 1, "2": 2, "3": 3, "one": 1, "4": 4}
    assert bodies(desk) == {f"https://daily.example/{name}": digest(number) for name, number in told.items()}
    assert report["passed"] == {"resource": 1, "not_html": 1, "status_304": 1}
    assert desk.query("SELECT count(*) FROM outcomes WHERE reason IS NULL") == [(5,)]
