"""The records in a JSON document: its objects, the items of a list within them, or the answers that a browser recorded (HAR).

object ──> the list that holds pages, if the object holds none itself ──> document of Elasticsearch, entry of a HAR ──> row
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice

from db.network.http_statuses import is_page_status
from db.store.archives.foreign_tables import Row
from pipelines.content_encoding import HTML_TYPES
from pipelines.exchange.items import SkippedRecord
from pipelines.exchange.tables.cells import markup_size, read_headers_cell

# How deep a list of records may lie: the entries of a HAR and the hits of a search engine lie two deep.
_DEEPEST = 3
# Items by which a list is judged.
_SAMPLE = 20
# Text that is looked at to tell whether it is a page, in bytes when unpacked.
_LARGEST_PAGE = 64 << 20


def find_records(document: Row) -> tuple[str, ...]:
    """The names that lead to a document's list of pages; none if the document is a record itself."""
    har = ("log", "entries")
    if isinstance(_value(document, har), list):
        return har
    if _has_page(_record(document)):
        return ()
    return next((path for path, items in _lists(document) if any(map(_is_page, islice(items, _SAMPLE)))), ())


def read_records(document: Row, path: Sequence[str]) -> Iterator[Row | SkippedRecord]:
    """The records of a document at that path (`find_records`); a document that has no list there is a record."""
    items = _value(document, path)
    for item in items if path and isinstance(items, list) else [document]:
        yield _record(item) if isinstance(item, Mapping) else SkippedRecord(reason="damaged")


def _value(document: Row, path: Sequence[str]) -> object:
    value: object = document
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _lists(document: Row) -> Iterator[tuple[tuple[str, ...], list[object]]]:
    """All lists below a document, those nearer to it first."""
    level: list[tuple[tuple[str, ...], Row]] = [((), document)]
    for _ in range(_DEEPEST):
        below = [((*path, name), value) for path, each in level for name, value in each.items()]
        yield from ((path, value) for path, value in below if isinstance(value, list))
        level = [(path, value) for path, value in below if isinstance(value, Mapping)]


def _is_page(item: object) -> bool:
    return isinstance(item, Mapping) and _has_page(_record(item))


def _has_page(record: Row | SkippedRecord) -> bool:
    return not isinstance(record, SkippedRecord) and any(markup_size(cell, _LARGEST_PAGE) for cell in record.values())


def _record(item: Row) -> Row | SkippedRecord:
    source = item.get("_source")
    if isinstance(source, Mapping):  # a document of Elasticsearch
        return source
    request, response = item.get("request"), item.get("response")
    if isinstance(request, Mapping) and isinstance(response, Mapping) and "startedDateTime" in item:
        return _answer(item["startedDateTime"], request, response)
    return item


def _answer(started: object, request: Row, response: Row) -> Row | SkippedRecord:
    """An entry of a HAR (HTTP Archive 1.2) as a row."""
    content, status = response.get("content"), response.get("status")
    content = content if isinstance(content, Mapping) else {}
    kind, text = content.get("mimeType"), content.get("text")
    if isinstance(status, int) and is_page_status(status) and not str(kind or "").lower().startswith(HTML_TYPES):
        return SkippedRecord(reason="not_html")
    if isinstance(text, str) and content.get("encoding") == "base64":
        with suppress(ValueError, binascii.Error):
            text = binascii.a2b_base64(text)
    headers = read_headers_cell(response.get("headers"))
    return {
        "url": request.get("url"),
        "body": text,
        "fetched_at": started,
        "status": status,
        # HTTP/2 states the status as a header, ":status".
        "headers": {name: value for name, value in headers.items() if not name.startswith(":")},
    }
