"""Files that hold one page and its address: MHTML (Chrome, Edge), Safari's web archive, a response as `curl -i` prints it, and the
folders of Scrapy's cache.
"""

from __future__ import annotations

import ast
import email
import email.message
import json
import plistlib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pipelines.content_encoding import HTML_TYPES, unpack
from pipelines.exchange.saved_pages.page_bytes import PageBytes
from pipelines.exchange.tables.cells import read_headers_cell, read_page_cell, read_time_cell, without_transfer
from pipelines.exchange.tables.columns import named_cells

_HTTP = (b"HTTP/1.", b"HTTP/2", b"HTTP/3")
_BINARY_PLIST = b"bplist00"
# A first element that is neither is of another kind of XML, or of a fragment.
_ELEMENT = re.compile(rb"<(!doctype\s{1,9}\w{1,20}|\w[^\s>]{0,40})")
_COMMENT = re.compile(rb"<!--[^>]{0,4000}-->")
# Bytes in which a file tells what it is.
HEAD = 4096

SCRAPY_BODY = "response_body"
"""The name of a page in Scrapy's cache."""

Beside = Callable[[str], bytes | None]
"""The bytes of another file in the same folder; None if there is none."""


def is_page(head: bytes) -> bool:
    """Whether a file without a name that says so holds a page: HTML, but not other XML, or one of the formats here."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    text = _COMMENT.sub(b"", head.replace(b"\x00", b"").lower())
    if start.startswith(_HTTP):
        return b"text/html" in text
    if start.startswith(_BINARY_PLIST):
        return b"webmainresource" in text
    if not text.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<"):
        return b"multipart/related" in text and b"mime-version:" in text
    first = _ELEMENT.search(text)
    return bool(first and first[1].split() in ([b"html"], [b"!doctype", b"html"])) or b"webmainresource" in text


def unwrap_page(page: PageBytes, limit: int) -> PageBytes:
    """The page within one of these formats; any other page as it is. Raises ValueError where it is damaged."""
    start = page.body[:HEAD].lstrip()
    if start.startswith(_HTTP):
        return _http_message(page, limit)
    if start.startswith(_BINARY_PLIST) or (start.startswith(b"<?xml") and b"<plist" in start):
        return _web_archive(page)
    if not start.startswith(b"<") and b"multipart/related" in start.lower() and b"mime-version:" in start.lower():
        return _mhtml(page)
    return page


def with_record(page: PageBytes, name: str, beside: Beside, limit: int) -> PageBytes:
    """The page with what its program keeps in files beside it: Scrapy's cache, and `NAME.json` of news-please and others.

    Raises BodyTooBig and EncodingError.
    """
    if name == SCRAPY_BODY:
        meta = _literal(beside("meta"))
        headers = read_headers_cell(beside("response_headers") or b"")
        body = unpack(page.body, headers.get("Content-Encoding", ""), limit)
        return _with(replace(page, body=body), meta, without_transfer(headers)) if meta else page
    record = beside(f"{name}.json")
    try:
        row = json.loads(record) if record else None
    except (ValueError, RecursionError):
        row = None
    return _with(page, row, {}) if isinstance(row, dict) else page


def _with(page: PageBytes, row: Mapping[str, Any], headers: Mapping[str, str]) -> PageBytes:
    cells = named_cells(row)
    url, status = cells.get("url"), cells.get("status")
    if not isinstance(url, str):
        return page
    at, final = read_time_cell(cells.get("fetched_at")), cells.get("final_url")
    return replace(
        page,
        url=url,
        final_url=final if isinstance(final, str) else None,
        at=at or page.at,
        file_time=at is None,
        status=status if isinstance(status, int) and not isinstance(status, bool) else page.status,
        headers=headers or page.headers,
    )


def _literal(data: bytes | None) -> dict[str, Any] | None:
    try:
        value = ast.literal_eval((data or b"").decode("utf-8", "replace"))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _http_message(page: PageBytes, limit: int) -> PageBytes:
    head, gap, body = page.body.partition(b"\r\n\r\n")
    if not gap:
        head, gap, body = page.body.partition(b"\n\n")
    line = head.split(None, 2)
    headers = read_headers_cell(head)
    at = read_time_cell(headers.get("Date"))
    found = read_page_cell(body, limit)
    status = int(line[1]) if len(line) > 1 and line[1].isdigit() else 200
    body = found[0] if found else body
    return replace(
        page,
        body=body,
        headers=without_transfer(headers),
        status=status,
        at=at or page.at,
        file_time=page.file_time and not at,
    )


def _web_archive(page: PageBytes) -> PageBytes:
    try:
        main = plistlib.loads(page.body)["WebMainResource"]
        body, url = bytes(main["WebResourceData"]), str(main["WebResourceURL"])
    except (KeyError, TypeError, ValueError, OverflowError, IndexError, plistlib.InvalidFileException) as error:
        raise ValueError("is no web archive of Safari") from error
    charset = main.get("WebResourceTextEncodingName")
    return replace(page, body=body, url=page.url or url, headers=_typed(charset))


def _mhtml(page: PageBytes) -> PageBytes:
    whole = email.message_from_bytes(page.body)
    root = next((part for part in whole.walk() if part.get_content_type() in HTML_TYPES), None)
    body = root.get_payload(decode=True) if root is not None else None
    if root is None or not isinstance(body, bytes):
        raise ValueError("is MHTML without a page")
    url = _header(whole, "Snapshot-Content-Location") or _header(root, "Content-Location")
    at = read_time_cell(_header(whole, "Date"))
    charset = root.get_content_charset()
    return replace(
        page,
        body=body,
        url=page.url or url,
        at=at if at and page.file_time else page.at,
        file_time=page.file_time and not at,
        headers=_typed(charset),
    )


def _header(message: email.message.Message, name: str) -> str | None:
    value = message.get(name)
    return "".join(str(value).split()) if value is not None and name != "Date" else value


def _typed(charset: object) -> dict[str, str]:
    return {"Content-Type": f"text/html; charset={charset}" if charset else "text/html"}
