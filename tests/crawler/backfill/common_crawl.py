"""A small Common Crawl: a list of collections, their indexes, and WARC files that are given out in ranges. On loopback."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

PAGE_SIZE = 4
"""Captures on a page of the index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One capture of the archive. `day`: 2019-04-01; `kind`: its type."""

    day: str
    url: str
    body: bytes
    kind: str = "text/html; charset=utf-8"
    status: str = "200 OK"


def warc_of(captures: list[Capture]) -> bytes:
    """A WARC file, a gzip member for each record."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    for one in captures:
        head = StatusAndHeaders(one.status, [("Content-Type", one.kind), ("ETag", "then")], protocol="HTTP/1.1")
        stated = {"WARC-Date": f"{one.day}T10:00:00Z"}
        record = writer.create_warc_record(
            one.url, "response", io.BytesIO(one.body), http_headers=head, warc_headers_dict=stated
        )
        writer.write_record(record)
        record.raw_stream.close()  # warcio leaves its temporary file open
    return out.getvalue()


def index_of(name: str, warc: bytes) -> list[dict[str, str]]:
    """The index of a WARC file, as Common Crawl writes it."""
    rows, records = [], ArchiveIterator(io.BytesIO(warc))
    for record in records:
        stated, kind = record.rec_headers, record.http_headers.get_header("Content-Type").partition(";")[0]
        record.content_stream().read()
        rows.append(
            {
                "urlkey": stated.get_header("WARC-Target-URI"),
                "timestamp": re.sub(r"\D", "", stated.get_header("WARC-Date")),
                "url": stated.get_header("WARC-Target-URI"),
                "mime": kind,
                "mime-detected": kind,
                "status": record.http_headers.get_statuscode(),
                "digest": stated.get_header("WARC-Payload-Digest").removeprefix("sha1:"),
                "offset": str(records.get_record_offset()),
                "length": str(records.get_record_length()),
                "filename": name,
            }
        )
    return sorted(rows, key=lambda row: (row["urlkey"], row["timestamp"]))


class CommonCrawl(ThreadingHTTPServer):
    """Collections by year."""

    daemon_threads = True

    def __init__(self, collections: dict[int, list[Capture]]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.files = {f"crawl-data/CC-MAIN-{year}-18/a.warc.gz": warc_of(held) for year, held in collections.items()}
        self.indexes = {
            f"CC-MAIN-{year}-18": index_of(name, self.files[name])
            for year in collections
            for name in (f"crawl-data/CC-MAIN-{year}-18/a.warc.gz",)
        }

    @property
    def home(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing where a client is killed."""


class _Handler(BaseHTTPRequestHandler):
    server: CommonCrawl

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        if path == "/collinfo.json":
            listed = [
                {"id": name, "name": name, "cdx-api": f"{self.server.home}/{name}-index"}
                for name in self.server.indexes
            ]
            return self._send(200, json.dumps(listed[::-1]).encode())
        if path.endswith("-index"):
            return self._index(self.server.indexes[path[1 : -len("-index")]], query)
        warc = self.server.files.get(path[1:])
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if warc is None or asked is None:
            return self._send(404, b"")
        return self._send(206, warc[int(asked[1]) : int(asked[2]) + 1], "application/octet-stream")

    def _index(self, rows: list[dict[str, str]], query: dict[str, list[str]]) -> None:
        host = query["url"][0].removesuffix("/*")
        found = [
            row
            for row in rows
            if (urlsplit(row["url"]).hostname or "") == host and query["from"][0] <= row["timestamp"] <= query["to"][0]
        ]
        if not found:
            return self._send(404, json.dumps({"message": f"No Captures found for: {query['url'][0]}"}).encode())
        if "showNumPages" in query:
            pages = -(-len(found) // PAGE_SIZE)
            return self._send(200, json.dumps({"pages": pages, "pageSize": 5, "blocks": pages}).encode())
        page = int(query["page"][0])
        lines = [json.dumps(row) for row in found[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]]
        return self._send(200, "\n".join(lines).encode())

    def _send(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Quiet."""
