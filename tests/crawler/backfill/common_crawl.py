"""A small Common Crawl: a list of collections, their indexes, and WARC files that are given out in ranges. On loopback."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.support.web_server import Answer, Asked, WebServer

JSON = {"Content-Type": "application/json"}
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


class CommonCrawl(WebServer):
    """Collections by year."""

    def __init__(self, collections: dict[int, list[Capture]]) -> None:
        super().__init__(self.answer)
        self.files = {f"crawl-data/CC-MAIN-{year}-18/a.warc.gz": warc_of(held) for year, held in collections.items()}
        self.indexes = {
            f"CC-MAIN-{year}-18": index_of(name, self.files[name])
            for year in collections
            for name in (f"crawl-data/CC-MAIN-{year}-18/a.warc.gz",)
        }

    def answer(self, asked: Asked) -> Answer:
        """The list of collections, a page of an index, or a range of a file."""
        path, query = urlsplit(asked.path).path, parse_qs(urlsplit(asked.path).query)
        if path == "/collinfo.json":
            listed = [{"id": name, "name": name, "cdx-api": f"{self.url}/{name}-index"} for name in self.indexes]
            return Answer(200, json.dumps(listed[::-1]), JSON)
        if path.endswith("-index"):
            return _index(self.indexes[path[1 : -len("-index")]], query)
        warc = self.files.get(path[1:])
        span = re.fullmatch(r"bytes=(\d+)-(\d+)", asked.headers.get("Range", ""))
        if warc is None or span is None:
            return Answer(404)
        return Answer(206, warc[int(span[1]) : int(span[2]) + 1], {"Content-Type": "application/octet-stream"})


def _index(rows: list[dict[str, str]], query: dict[str, list[str]]) -> Answer:
    host = query["url"][0].removesuffix("/*")
    found = [
        row
        for row in rows
        if (urlsplit(row["url"]).hostname or "") == host and query["from"][0] <= row["timestamp"] <= query["to"][0]
    ]
    if not found:
        return Answer(404, json.dumps({"message": f"No Captures found for: {query['url'][0]}"}), JSON)
    if "showNumPages" in query:
        pages = -(-len(found) // PAGE_SIZE)
        return Answer(200, json.dumps({"pages": pages, "pageSize": 5, "blocks": pages}), JSON)
    page = int(query["page"][0])
    lines = [json.dumps(row) for row in found[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]]
    return Answer(200, "\n".join(lines), JSON)
