"""Cells of other programs' tables of pages: a page, a time, headers, in the forms in which scrapers store them.

A page is text or bytes, packed with gzip or not; base64 of either; Python's `repr` of bytes, which `str(response.body)` gives; or
text in which the markup was escaped (`&lt;html&gt;`), or whose bytes were taken for Latin-1.
"""

from __future__ import annotations

import ast
import binascii
import html
import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from db.network.stored_headers import NOT_STORED
from pipelines.content_encoding import GZIP, BodyTooBig, EncodingError, looks_like_markup, unpack
from pipelines.extraction.encoding import decode

_ZLIB = (b"\x78\x01", b"\x78\x9c", b"\x78\xda")
# Shorter text is no page in base64.
_SHORTEST_BASE64 = 64
_BASE64 = re.compile(r"[A-Za-z0-9+/_\-\r\n]+={0,2}")
_TIME = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
    r"(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?"
    r" ?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
# Encodings in which a text of Latin letters is what it seems.
_LATIN = frozenset({"latin-1", "iso8859-1", "iso8859-15", "iso8859-2", "cp1252", "cp1250", "cp1254", "cp1257"})
_DIGITS = "%Y%m%d%H%M%S"
# Seconds from 1970 to 2100; a number beyond is in milli-, micro- or nanoseconds.
_LATEST_S = 4_102_444_800
# Besides those that are never stored: what a scraper kept was unpacked.
_OF_PACKING = frozenset({"content-encoding", "content-length"})
_LONGEST_HEADERS = 1 << 18


def read_page_cell(cell: object, limit: int) -> tuple[bytes, bool] | None:
    """The bytes of a page, and whether they are text that was decoded (UTF-8 now); None if the cell is none.

    Raises BodyTooBig and EncodingError.
    """
    cell = _of_mongodb(cell)
    if isinstance(cell, bytes | bytearray | memoryview):
        return _unpacked(bytes(cell), limit), False
    if not isinstance(cell, str) or not cell:
        return None
    text = cell.lstrip("\ufeff \t\r\n")
    if text.startswith(("b'", 'b"')):
        try:
            body = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            body = None
        if isinstance(body, bytes):
            return _unpacked(body, limit), False
    if text[:4].lower() == "&lt;":
        return html.unescape(text).encode("utf-8", "replace"), True
    if not text.startswith("<") and len(text) >= _SHORTEST_BASE64 and _BASE64.fullmatch(text.strip()):
        try:
            body = binascii.a2b_base64(text.translate({ord("-"): "+", ord("_"): "/"}))
        except (ValueError, binascii.Error):
            body = b""
        body = _unpacked(body, limit)
        if looks_like_markup(body):
            return body, False
    return _as_latin(cell) or (cell.encode("utf-8", "replace"), True)


def markup_size(cell: object, limit: int) -> int:
    """The bytes of markup that a cell holds; 0 where it holds none that can be read."""
    try:
        page = read_page_cell(cell, limit)
    except (BodyTooBig, EncodingError):
        return 0
    return len(page[0]) if page and looks_like_markup(page[0]) else 0


def _of_mongodb(cell: object) -> object:
    """What an object of MongoDB's Extended JSON holds, as `mongoexport` writes times and bytes; other cells as they are."""
    for key in ("$date", "$numberLong", "$binary", "base64"):
        if isinstance(cell, Mapping) and key in cell:
            cell = cell[key]
    return cell


def _as_latin(text: str) -> tuple[bytes, bool] | None:
    """The bytes of a page that was taken for Latin-1, as `requests` does where the server names no encoding; None of other text."""
    try:
        body = text.encode("latin-1")
    except UnicodeEncodeError:
        return None
    decoded = None if text.isascii() else decode(body)
    return (body, False) if decoded and decoded.encoding not in _LATIN else None


def _unpacked(body: bytes, limit: int) -> bytes:
    if body.startswith(GZIP):
        return unpack(body, "gzip", limit)
    return unpack(body, "deflate", limit) if body.startswith(_ZLIB) else body


def read_time_cell(cell: object) -> datetime | None:
    """A time: ISO 8601 and what is near it (2026/11/1 8:05), RFC 2822, 14 digits, or a number of seconds, milli-, micro- or
    nanoseconds since 1970. Without an offset it counts as UTC. None if it is none, or may be two (1/2/2026).
    """
    cell = _of_mongodb(cell)
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=UTC) if cell.utcoffset() is None else cell.astimezone(UTC)
    if isinstance(cell, bool):
        return None
    try:
        if isinstance(cell, int | float):
            return _since_1970(float(cell))
        if not isinstance(cell, str) or len(cell) > 64:
            return None
        text = cell.strip()
        if re.fullmatch(r"[0-9]{14}", text):
            return datetime.strptime(text, _DIGITS).replace(tzinfo=UTC)
        if re.fullmatch(r"[0-9]{9,19}(?:\.[0-9]{1,9})?", text):
            return _since_1970(float(text))
        if found := _TIME.fullmatch(text):
            return _of_parts(found)
        at = parsedate_to_datetime(text)
        return at.replace(tzinfo=UTC) if at.utcoffset() is None else at.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, OSError):
        return None


def _since_1970(number: float) -> datetime | None:
    if not 0 < number < math.inf:
        return None
    while number > _LATEST_S:
        number /= 1000
    return datetime.fromtimestamp(number, UTC)


def _of_parts(found: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    fraction = int((found[7] or "0")[:6].ljust(6, "0"))
    offset = (found[8] or "Z").upper().replace(":", "")
    zone = UTC
    if offset[0] in "+-":
        sign = -1 if offset[0] == "-" else 1
        zone = timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[3:])))
    return datetime(year, month, day, hour, minute, second, fraction, zone).astimezone(UTC)


def read_headers_cell(cell: object) -> dict[str, str]:
    """Response headers: an object, its JSON or Python `repr`, pairs, or the lines as received."""
    if isinstance(cell, bytes):
        cell = cell.decode("latin-1")
    if isinstance(cell, str):
        cell = _parsed(cell[:_LONGEST_HEADERS])
    if isinstance(cell, Mapping):
        cell = list(cell.items())
    headers: dict[str, str] = {}
    for one in cell if isinstance(cell, list | tuple) else ():
        pair = (one.get("name"), one.get("value")) if isinstance(one, Mapping) else one
        if isinstance(pair, list | tuple) and len(pair) == 2:
            name, value = _text(pair[0]).strip().title(), _text(pair[1]).strip()
            if name:
                headers[name] = value
    return headers


def without_transfer(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers without those of a transfer that is over, or of a session."""
    return {name: value for name, value in headers.items() if name.lower() not in NOT_STORED | _OF_PACKING}


def _parsed(text: str) -> object:
    if text.lstrip()[:1] in ("{", "["):
        for read in (json.loads, ast.literal_eval):
            try:
                return read(text)
            except (ValueError, SyntaxError, MemoryError, RecursionError):
                continue
        return None
    lines = (line.partition(":") for line in text.splitlines() if not line.upper().startswith("HTTP/"))
    return [(name, value) for name, colon, value in lines if colon]


def _text(value: object) -> str:
    if isinstance(value, list | tuple):  # Scrapy has a list of values for each name
        return ", ".join(map(_text, value))
    text = value.decode("latin-1") if isinstance(value, bytes) else "" if value is None else str(value)
    return text.encode("utf-8", "replace").decode()  # JSON may hold half a pair of surrogates
