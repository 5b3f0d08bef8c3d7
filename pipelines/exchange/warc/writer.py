"""Writes pages as WARC 1.1, one gzip member for each record.

The body is written as stored, and its headers must match: Content-Encoding and Content-Length as received get a prefix, and a new
Content-Length is that of the body. WARC-Date is the time of the fetch in milliseconds. What the standard has no place for goes into
one header (`pipelines.exchange.warc.page_header`), so that importing the file gives the same rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from typing import IO

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from db.store.archives.archive_export import ExportedPage
from db.store.crawl.drawings import DrawingRecord
from db.timestamps import format_timestamp
from pipelines.exchange.warc.drawing import CONTENT_TYPE, encode_drawing
from pipelines.exchange.warc.drawing import HEADER as DRAWING_HEADER
from pipelines.exchange.warc.page_header import HEADER, ORIGINAL, WarcHeader, encode_header

_NOT_AS_STORED = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class _Headers(StatusAndHeaders):  # type: ignore[misc]
    """Headers written as the bytes received (RFC 9110, 5.5: opaque). Warcio would percent-encode what is not ASCII."""

    def to_ascii_bytes(self, filter_func: object = None) -> bytes:
        return b"".join(_received(line) + b"\r\n" for line in str(self.to_str(filter_func)).split("\r\n"))


def _received(line: str) -> bytes:
    """A header as received. Rows hold one character for each byte; earlier imports stored decoded UTF-8."""
    try:
        return line.encode("latin-1")
    except UnicodeEncodeError:
        return line.encode("utf-8", "replace")


class WarcFile:
    """Writes records to `out`, beginning with a warcinfo record."""

    def __init__(self, out: IO[bytes], *, software: str, now: datetime) -> None:
        self._writer = WARCWriter(out, gzip=True, warc_version="1.1")
        about = {"software": software, "format": "WARC File Format 1.1"}
        info = self._writer.create_warcinfo_record("", about)
        info.rec_headers.replace_header("WARC-Date", format_timestamp(now))
        info.rec_headers.remove_header("WARC-Filename")
        self._writer.write_record(info)

    def write(self, stored: ExportedPage) -> None:
        """Write one page, and its further parts and its drawn document as records after it."""
        page = stored.page
        assert page.url is not None
        assert page.fetched_at is not None
        exported = WarcHeader(
            asked=page.url if page.final_url else None,
            link=page.hint,
            source=stored.source,
            duration_ms=stored.duration_ms,
            parts=len(page.parts),
            drawn=stored.drawing is not None,
        )
        at = page.fetched_at.astimezone(UTC)
        record_id = self._response(page.final_url or page.url, at, page.status, stored.headers, page.body, exported)
        for url, body in zip(stored.part_urls, page.parts, strict=True):
            self._response(
                url, at, 200, {"Content-Type": page.content_type or "text/html"}, body, WarcHeader(is_part=True)
            )

        if stored.drawing is not None and page.drawn is not None:
            self._conversion(stored.drawing, page.drawn, record_id)

    def _conversion(self, drawing: DrawingRecord, document: bytes, record_id: str) -> None:
        """Write the drawn document of the response with this record id."""
        record = self._writer.create_warc_record(
            drawing.url,
            "conversion",
            payload=BytesIO(document),
            length=len(document),
            warc_content_type=CONTENT_TYPE,
            warc_headers_dict={
                "WARC-Date": format_timestamp(drawing.started_at),
                "WARC-Refers-To": record_id,
                DRAWING_HEADER: encode_drawing(drawing),
            },
        )
        self._writer.write_record(record)

    def _response(
        self, url: str, at: datetime, status: int, headers: Mapping[str, str], body: bytes, exported: WarcHeader
    ) -> str:
        """Write a response; returns its record id."""
        kept = [
            (f"{ORIGINAL}{name}" if name.lower() in _NOT_AS_STORED else name, _CONTROL.sub(" ", value))
            for name, value in headers.items()
        ]
        kept.append(("Content-Length", str(len(body))))
        record = self._writer.create_warc_record(
            url,
            "response",
            payload=BytesIO(body),
            length=len(body),
            http_headers=_Headers(f"{status} {_phrase(status)}", kept, protocol="HTTP/1.1"),
            warc_headers_dict={"WARC-Date": format_timestamp(at), HEADER: encode_header(exported)},
        )
        self._writer.write_record(record)
        return str(record.rec_headers.get_header("WARC-Record-ID"))


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
