"""Rows of any table as items of an import.

table ──> rows ──> columns, chosen by the first rows (`pipelines.exchange.tables.columns`) ──> items
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from db.network.http_statuses import is_page_status
from db.store.archives.foreign_tables import Row
from pipelines.content_encoding import BodyTooBig, EncodingError, looks_like_markup
from pipelines.exchange.imports.archive_options import ArchiveOptions
from pipelines.exchange.items import SAME_TIME, ArchivedPage, Item, ReadOptions, SkippedRecord
from pipelines.exchange.saved_pages.html_files import item_of_listed_file
from pipelines.exchange.saved_pages.page_bytes import PageBytes, item_of_bytes
from pipelines.exchange.tables.cells import read_headers_cell, read_page_cell, read_time_cell, without_transfer
from pipelines.exchange.tables.columns import TablePlace, choose_columns
from pipelines.processing.files import PageFile

# Rows by which the columns are chosen.
_SAMPLE = 20


def read_page_rows(rows: Iterable[Row | SkippedRecord], place: TablePlace, options: ArchiveOptions) -> Iterator[Item]:
    """The pages of a table.

    Raises UsageError if there are rows and none has a page.
    """
    numbered = enumerate(rows, 1)
    first: list[tuple[int, Row]] = []
    for number, row in numbered:
        if isinstance(row, SkippedRecord):
            yield row
            continue
        first.append((number, row))
        if len(first) == _SAMPLE:
            break
    columns = choose_columns([row for _, row in first], place, options.columns, options.limit) if first else {}
    seen: dict[int, int] = {}
    for number, row in chain(first, numbered):
        if isinstance(row, SkippedRecord):
            yield row
        else:
            item = _item({what: row.get(name) for what, name in columns.items()}, number, place, options)
            if "fetched_at" not in columns and isinstance(item, ArchivedPage):
                text = hash(item.body)
                if seen.setdefault(hash((item.url, item.fetched_at)), text) != text:
                    # Both have the time of the file: the second would count as known, and be lost.
                    where = (
                        f"{place.name}, row {number:,}: another page of {item.url}, and no column with times is known"
                    )
                    item = SkippedRecord(reason=SAME_TIME, where=f"{where}; name it: --column fetched_at=NAME")
            yield item


def _item(cells: Mapping[str, Any], number: int, place: TablePlace, options: ReadOptions) -> Item:
    where = f"{place.name}, row {number:,}"
    url, final, status = (cells.get(what) for what in ("url", "final_url", "status"))
    at = read_time_cell(cells["fetched_at"]) if "fetched_at" in cells else place.at
    if at is None:
        return SkippedRecord(reason="bad_date")
    number_text = str(status or "").strip().removesuffix(".0")  # pandas makes numbers with gaps floats
    code = int(number_text) if number_text.isdecimal() else 200
    headers = without_transfer(read_headers_cell(cells.get("headers")))
    if isinstance(kind := cells.get("content_type"), str) and kind:
        headers |= read_headers_cell({"Content-Type": kind})
    url = url if isinstance(url, str) and url.strip() else None
    final = final if isinstance(final, str) else None
    if "body" not in cells:
        path = cells.get("path")
        if not isinstance(path, str) or not path or place.folder is None:
            return SkippedRecord(reason="no_body")
        file = PageFile(
            page_id=number,
            path=place.folder / path,
            url=url,
            final_url=final,
            content_type=headers.get("Content-Type"),
            status=code,
            fetched_at=at if "fetched_at" in cells else None,
        )
        return item_of_listed_file(file, place.folder, options)
    if not is_page_status(code):
        return SkippedRecord(reason=f"status_{code}")
    try:
        page = read_page_cell(cells["body"], options.limit)
    except BodyTooBig:
        return SkippedRecord(reason="too_big")
    except EncodingError as error:
        return SkippedRecord(reason="damaged", where=f"{where}: {error}")
    if page is None:
        return SkippedRecord(reason="no_body")
    body, decoded = page
    if len(body) > options.limit:
        return SkippedRecord(reason="too_big")
    if not looks_like_markup(body):
        return SkippedRecord(reason="not_html")
    if decoded:
        headers["Content-Type"] = "text/html; charset=utf-8"
    return item_of_bytes(PageBytes(body=body, at=at, url=url, final_url=final, status=code, headers=headers), options)
