"""WARC records as items of an import: which are pages that a crawl would store, with what address, time and headers.

The formats: WARC 1.0 and 1.1 (iipc.github.io/warc-specifications). A redirect's record is remembered for a while, so that the
page it led to is known by the address that was asked for, as in a crawl.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import IO, Any

from db.http_statuses import is_page_status
from pipelines.content_encoding import BodyTooBig, EncodingError, looks_like_markup
from pipelines.exchange.items import ArchivedPage, IsKnown, Item, KnownFetch, Revisit, SkippedRecord
from pipelines.exchange.unpack import read_body
from pipelines.exchange.warc_header import ORIGINAL, WarcHeader, decode_header
from pipelines.exchange.warc_records import TRUNCATION_ERRORS, DamagedRange, bytes_left, read_records
from pipelines.truncation import is_full_range
from pipelines.urls import clean_url

_HTML = ("text/html", "application/xhtml+xml")
_SAYS_NOTHING = ("", "text/plain", "application/octet-stream", "unknown", "unk")
# As in `crawler.http.record`: about the connection, or of a session.
_DROPPED = frozenset({"set-cookie", "connection", "keep-alive", "transfer-encoding", "proxy-connection"})
_SCHEMES = ("http://", "https://")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# A crawler follows a redirect at once, or when its queue comes to it.
_REDIRECT_HOLDS, _MOST_REDIRECTS = timedelta(minutes=10), 5000


def read_warc(file: IO[bytes], name: str, *, limit: int, is_known: IsKnown) -> Iterator[Item]:
    """The items of a WARC file, plain or gzip. `limit`: the largest body that is kept. Raises UsageError: no WARC."""
    reading = _Reading(name, limit, is_known)
    for record in read_records(file, name):
        if isinstance(record, DamagedRange):
            yield from reading.abandoned()
            place = f"{name}, {'unpacked, ' if record.unpacked else ''}byte {record.at:,}"
            yield SkippedRecord(reason="damaged", where=f"{place}: {record.why}")
            continue
        try:
            yield from reading.items(record)
        except TRUNCATION_ERRORS as error:
            # The damage comes next, once.
            record.damage = str(error)
    yield from reading.abandoned()


class _Reading:
    """What must be remembered from record to record: redirects, and the page whose further parts follow it."""

    def __init__(self, name: str, limit: int, is_known: IsKnown) -> None:
        self._name, self._limit, self._is_known = name, limit, is_known
        self._redirects: OrderedDict[str, tuple[str, datetime]] = OrderedDict()
        self._whole: ArchivedPage | None = None
        self._missing = 0
        self._skipping = 0

    def abandoned(self) -> Iterator[Item]:
        """A page whose further parts did not come: it ends before them, as in a crawl."""
        if self._whole is not None:
            yield self._whole
        self._whole, self._missing, self._skipping = None, 0, 0

    def items(self, record: Any) -> Iterator[Item]:
        """What a record comes to: nothing for what is no answer (requests, metadata)."""
        if record.rec_type == "revisit":
            yield from self.abandoned()
            yield self._revisit(record)
        elif record.rec_type in ("resource", "conversion") and not isinstance(_place(record), SkippedRecord):
            # What somebody made of an address, not what its server said: counted, so that nobody looks for it in vain.
            yield SkippedRecord(reason="resource")
        elif record.rec_type == "response":
            exported = decode_header(record.rec_headers)
            if exported is not None and exported.is_part and (self._whole or self._skipping):
                yield from self._part(record)
            else:
                yield from self.abandoned()
                item = self._response(record, exported)
                parts = exported.parts if exported else 0
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
            yield from self.abandoned()
            yield body
            return
        url = record.rec_headers.get_header("WARC-Target-URI") or ""
        whole = self._whole
        fields = {name: getattr(whole, name) for name in whole.__dataclass_fields__}
        self._whole = ArchivedPage(**fields | {"parts": (*whole.parts, (url, body))})
        self._missing -= 1
        if not self._missing:
            yield from self.abandoned()

    def _response(self, record: Any, exported: WarcHeader | None) -> Item:
        place = _place(record)
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
        if self._is_known(asked, at):
            return KnownFetch(url=asked, fetched_at=at, digest=digest)
        kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if exported is None and kind not in _HTML + _SAYS_NOTHING:
            return SkippedRecord(reason="not_html")
        body = self._body(record, headers)
        if isinstance(body, SkippedRecord):
            return body
        if exported is None and kind in _SAYS_NOTHING and not looks_like_markup(body):
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
            return self._spoilt(record, "truncated", "its crawler cut it off (WARC-Truncated)")
        encodings = headers.get("Content-Encoding", "")
        chunked = "chunked" in (record.http_headers.get_header("Transfer-Encoding") or "").lower()
        try:
            body = read_body(record.raw_stream, encodings=encodings, chunked=chunked, limit=self._limit)
        except BodyTooBig:
            return SkippedRecord(reason="too_big")
        except EncodingError as error:
            return self._spoilt(record, "damaged", f"is not {encodings}: {error}")
        length = headers.get("Content-Length", "")
        declared = int(length) if length.isascii() and length.isdigit() and len(length) < 19 else 0
        if bytes_left(record) > 0:
            raise EOFError("a record is shorter than it says")
        if declared > len(body) and not encodings and not chunked:
            return self._spoilt(
                record, "truncated", f"has {len(body):,} bytes of the {declared:,} of its Content-Length"
            )
        return body

    def _spoilt(self, record: Any, reason: str, why: str) -> SkippedRecord:
        """An answer that is not whole, in a record that is."""
        url = record.rec_headers.get_header("WARC-Target-URI")
        return SkippedRecord(reason=reason, where=f"{self._name}, byte {record.begins:,}: {url} {why}")

    def _revisit(self, record: Any) -> Item:
        place = _place(record)
        if isinstance(place, SkippedRecord):
            return place
        url, at = place
        if self._is_known(url, at):
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
        """The address that led to this one."""
        asked, when = self._redirects.get(url, (None, at))
        return asked if timedelta(0) <= at - when <= _REDIRECT_HOLDS else None


def _place(record: Any) -> tuple[str, datetime] | SkippedRecord:
    """Where and when. The address is kept as it was asked for, once it is one."""
    text = record.rec_headers.get_header("WARC-Target-URI") or ""
    if not text.lower().startswith(_SCHEMES):
        return SkippedRecord(reason="not_http")
    url = clean_url(text)
    if url is None:
        return SkippedRecord(reason="bad_address")
    at = _moment(record.rec_headers.get_header("WARC-Date") or "")
    return (url, at) if at else SkippedRecord(reason="bad_date")


def _moment(text: str) -> datetime | None:
    """A WARC-Date: UTC, to the second in 1.0, with up to nine decimals in 1.1."""
    try:
        at = datetime.fromisoformat(text.strip())
        return (at if at.utcoffset() is not None else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _status(record: Any) -> int:
    code = record.http_headers.get_statuscode() if record.http_headers else ""
    return int(code) if code and code.isascii() and code.isdigit() and len(code) == 3 else 0


def _headers(record: Any) -> dict[str, str]:
    """The answer's headers by their usual names, joined where repeated."""
    headers: dict[str, str] = {}
    for name, value in record.http_headers.headers if record.http_headers else ():
        usual = {"etag": "ETag"}.get(name.lower(), name.title())
        said = _CONTROL.sub(" ", value).strip()
        headers[usual] = f"{headers[usual]}, {said}" if usual in headers else said
    return headers


def _stored(headers: Mapping[str, str], *, ours: bool) -> dict[str, str]:
    """The headers as a crawl keeps them; those that an export had to set aside are back in their places."""
    kept = {name: value for name, value in headers.items() if name.lower() not in _DROPPED}
    if ours:
        kept.pop("Content-Length", None)
        kept = {name.removeprefix(ORIGINAL): value for name, value in kept.items()}
    return kept
