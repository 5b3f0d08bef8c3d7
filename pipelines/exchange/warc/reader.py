"""Turns WARC records into items of an import: the pages that a crawl would store, with address, time and headers.

Formats: WARC 1.0 and 1.1 (iipc.github.io/warc-specifications). Redirects are remembered for a while, so that the page that they
lead to gets the address that was requested, as in a crawl.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import IO, Any

from db.network.http_statuses import is_page_status
from db.network.stored_headers import NOT_STORED
from pipelines.content_encoding import HTML_TYPES, BodyTooBig, EncodingError, looks_like_markup
from pipelines.exchange.items import (
    ArchivedDrawing,
    ArchivedPage,
    Item,
    KnownFetch,
    ReadOptions,
    Revisit,
    SkippedRecord,
)
from pipelines.exchange.warc.drawing import decode_drawing
from pipelines.exchange.warc.page_header import ORIGINAL, WarcHeader, decode_header
from pipelines.exchange.warc.records import TRUNCATION_ERRORS, DamagedRange, bytes_left, read_records
from pipelines.exchange.warc.response_body import read_body
from pipelines.truncation import is_full_range
from pipelines.urls import clean_url

_UNKNOWN_TYPES = ("", "text/plain", "application/octet-stream", "unknown", "unk")
_SCHEMES = ("http://", "https://")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# How long a redirect is remembered (a crawler follows it at once, or when its queue reaches it), and how many.
_REDIRECT_HOLDS, _MOST_REDIRECTS = timedelta(minutes=10), 5000


def read_warc(file: IO[bytes], name: str, options: ReadOptions, *, items: WarcItems | None = None) -> Iterator[Item]:
    """The items of a WARC file, plain or gzip. Raises UsageError if it is no WARC.

    `items`: what is remembered of the parts of the same file that were read before.
    """
    items = items or WarcItems(name, options)
    for record in read_records(file, name):
        if isinstance(record, DamagedRange):
            yield from items.flush()
            place = f"{name}, {'unpacked, ' if record.unpacked else ''}byte {record.at:,}"
            yield SkippedRecord(reason="damaged", where=f"{place}: {record.why}")
            continue
        try:
            yield from items.of_record(record)
        except TRUNCATION_ERRORS as error:
            # `read_records` reports the damage next.
            record.damage = str(error)
    yield from items.flush()


class WarcItems:
    """State between records: redirects, and the page whose further parts and drawn document follow."""

    def __init__(self, name: str, options: ReadOptions) -> None:
        self._name, self._options = name, options
        self._redirects: OrderedDict[str, tuple[str, datetime]] = OrderedDict()
        self._whole: ArchivedPage | None = None
        self._missing = 0
        self._skipping = 0
        self._drawn = False

    def flush(self) -> Iterator[Item]:
        """Give a page whose further parts are missing without them, as a crawl does."""
        if self._whole is not None:
            yield self._whole
        self._whole, self._missing, self._skipping = None, 0, 0

    def of_record(self, record: Any) -> Iterator[Item]:
        """The items of a record; none for requests and metadata."""
        if record.rec_type == "revisit":
            yield from self.flush()
            yield self._revisit(record)
        elif record.rec_type == "conversion" and self._drawn and (self._whole or self._skipping):
            yield from self._drawing(record)
        elif record.rec_type in ("resource", "conversion") and not isinstance(_address_and_time(record), SkippedRecord):
            # Not a response of the server but made from one: counted, so that the report mentions it.
            yield SkippedRecord(reason="resource")
        elif record.rec_type == "response":
            exported = decode_header(record.rec_headers)
            if exported is not None and exported.is_part and (self._whole or self._skipping):
                yield from self._part(record)
            else:
                yield from self.flush()
                item = self._response(record, exported)
                self._drawn = exported is not None and exported.drawn
                parts = exported.parts + exported.drawn if exported else 0
                if isinstance(item, ArchivedPage) and parts:
                    self._whole, self._missing = item, parts
                else:
                    self._skipping = parts
                    yield item

    def _part(self, record: Any) -> Iterator[Item]:
        if self._whole is None:
            self._skipping -= 1
            return
        body = self._body(record, _headers(record))
        if isinstance(body, SkippedRecord):
            yield from self.flush()
            yield body
            return
        url = record.rec_headers.get_header("WARC-Target-URI") or ""
        whole = self._whole
        self._whole = replace(whole, parts=(*whole.parts, (url, body)))
        self._missing -= 1
        if not self._missing:
            yield from self.flush()

    def _drawing(self, record: Any) -> Iterator[Item]:
        """Add the drawn document to the page that it was made of."""
        self._drawn = False
        if self._whole is None:
            self._skipping -= 1
            return
        place = _address_and_time(record)
        try:
            body = read_body(record.raw_stream, encodings="", chunked=False, limit=self._options.limit)
        except BodyTooBig:
            place = SkippedRecord(reason="too_big")
        if bytes_left(record) > 0 and not isinstance(place, SkippedRecord):
            raise EOFError("a record is shorter than its length")
        if not isinstance(place, SkippedRecord):
            made = ArchivedDrawing(record=decode_drawing(record.rec_headers, *place), document=body)
            self._whole = replace(self._whole, drawing=made)
        yield from self.flush()
        if isinstance(place, SkippedRecord):
            yield place

    def _response(self, record: Any, exported: WarcHeader | None) -> Item:
        place = _address_and_time(record)
        if isinstance(place, SkippedRecord):
            return place
        url, at = place
        status, headers = _status(record), _headers(record)
        if 300 <= status < 400 and status != 304:
            self._remember(url, headers, at)
            return SkippedRecord(reason=f"status_{status}")
        if not is_page_status(status):
            return SkippedRecord(reason=f"status_{status}" if status else "not_http")
        if status == 206 and not is_full_range(headers.get("Content-Range", "").encode("latin-1")):
            return SkippedRecord(reason="truncated")
        asked = (exported.asked if exported else self._asked(url, at)) or url
        digest = record.rec_headers.get_header("WARC-Payload-Digest")
        if self._options.is_known(asked, at):
            return KnownFetch(url=asked, fetched_at=at, digest=digest)
        kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if exported is None and kind not in HTML_TYPES + _UNKNOWN_TYPES:
            return SkippedRecord(reason="not_html")
        body = self._body(record, headers)
        if isinstance(body, SkippedRecord):
            return body
        if exported is None and kind in _UNKNOWN_TYPES and not looks_like_markup(body):
            return SkippedRecord(reason="not_html")
        return ArchivedPage(
            url=asked,
            final_url=url if asked != url else None,
            fetched_at=at,
            headers=_stored(headers, ours=exported is not None),
            status=status,
            body=body,
            digest=digest,
            link=exported.link if exported else None,
            source=exported.source if exported else None,
            duration_ms=exported.duration_ms if exported else None,
        )

    def _body(self, record: Any, headers: Mapping[str, str]) -> bytes | SkippedRecord:
        if record.rec_headers.get_header("WARC-Truncated"):
            return self._incomplete(record, "truncated", "its crawler cut it off (WARC-Truncated)")
        encodings = headers.get("Content-Encoding", "")
        chunked = "chunked" in (record.http_headers.get_header("Transfer-Encoding") or "").lower()
        try:
            body = read_body(record.raw_stream, encodings=encodings, chunked=chunked, limit=self._options.limit)
        except BodyTooBig:
            return SkippedRecord(reason="too_big")
        except EncodingError as error:
            return self._incomplete(record, "damaged", f"is not {encodings}: {error}")
        length = headers.get("Content-Length", "")
        declared = int(length) if length.isascii() and length.isdigit() and len(length) < 19 else 0
        if bytes_left(record) > 0:
            raise EOFError("a record is shorter than its length")
        if declared > len(body) and not encodings and not chunked:
            return self._incomplete(
                record, "truncated", f"has {len(body):,} bytes of the {declared:,} of its Content-Length"
            )
        return body

    def _incomplete(self, record: Any, reason: str, why: str) -> SkippedRecord:
        """An incomplete response in a complete record."""
        url = record.rec_headers.get_header("WARC-Target-URI")
        return SkippedRecord(reason=reason, where=f"{self._name}, byte {record.begins:,}: {url} {why}")

    def _revisit(self, record: Any) -> Item:
        place = _address_and_time(record)
        if isinstance(place, SkippedRecord):
            return place
        url, at = place
        if self._options.is_known(url, at):
            return KnownFetch(url=url, fetched_at=at)
        profile = record.rec_headers.get_header("WARC-Profile") or ""
        return Revisit(
            url=url,
            fetched_at=at,
            headers=_stored(_headers(record), ours=False),
            digest=record.rec_headers.get_header("WARC-Payload-Digest"),
            unchanged="server-not-modified" in profile or _status(record) == 304,
        )

    def _remember(self, url: str, headers: Mapping[str, str], at: datetime) -> None:
        target = clean_url(headers.get("Location", ""), url)
        if target and target != url:
            self._redirects[target] = (self._asked(url, at) or url, at)
            while len(self._redirects) > _MOST_REDIRECTS:
                self._redirects.popitem(last=False)

    def _asked(self, url: str, at: datetime) -> str | None:
        """The address that was redirected to this one."""
        asked, when = self._redirects.get(url, (None, at))
        return asked if timedelta(0) <= at - when <= _REDIRECT_HOLDS else None


def _address_and_time(record: Any) -> tuple[str, datetime] | SkippedRecord:
    """Address and time of a record, or why it is skipped."""
    text = record.rec_headers.get_header("WARC-Target-URI") or ""
    if not text.lower().startswith(_SCHEMES):
        return SkippedRecord(reason="not_http")
    url = clean_url(text)
    if url is None:
        return SkippedRecord(reason="bad_address")
    at = _moment(record.rec_headers.get_header("WARC-Date") or "")
    return (url, at) if at else SkippedRecord(reason="bad_date")


def _moment(text: str) -> datetime | None:
    """A WARC-Date: UTC, in seconds (1.0) or with up to nine decimals (1.1)."""
    try:
        at = datetime.fromisoformat(text.strip())
        return (at if at.utcoffset() is not None else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _status(record: Any) -> int:
    code = record.http_headers.get_statuscode() if record.http_headers else ""
    return int(code) if code and code.isascii() and code.isdigit() and len(code) == 3 else 0


def _headers(record: Any) -> dict[str, str]:
    """The response headers by their usual names; repeated ones are joined."""
    headers: dict[str, str] = {}
    for name, value in record.http_headers.headers if record.http_headers else ():
        usual = {"etag": "ETag"}.get(name.lower(), name.title())
        clean = _CONTROL.sub(" ", value).strip()
        headers[usual] = f"{headers[usual]}, {clean}" if usual in headers else clean
    return headers


def _stored(headers: Mapping[str, str], *, ours: bool) -> dict[str, str]:
    """The headers as a crawl stores them; those that an export prefixed (`ORIGINAL`) get their names back."""
    kept = {name: value for name, value in headers.items() if name.lower() not in NOT_STORED}
    if ours:
        kept.pop("Content-Length", None)
        kept = {name.removeprefix(ORIGINAL): value for name, value in kept.items()}
    return kept
