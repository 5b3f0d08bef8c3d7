"""Rows of any table as pages: which column is the address, which the page, which the time.

table ──> rows ──> columns, chosen by the first rows ──> ArchivedPage | KnownFetch | SkippedRecord

The page is the column whose cells are markup, whatever its name; the address is found by name, or because its cells alone are
addresses; the time by name only: a column `date` may be the day of publication, and a page fetched before its text was published
would lose its times. Users may name any column themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

from db.errors import UsageError
from db.network.http_statuses import is_page_status
from pipelines.content_encoding import BodyTooBig, EncodingError, looks_like_markup
from pipelines.exchange.html_files import PageBytes, item_of_bytes, item_of_listed_file
from pipelines.exchange.items import SAME_TIME, ArchivedPage, IsKnown, Item, SkippedRecord
from pipelines.exchange.page_cells import read_headers_cell, read_page_cell, read_time_cell, without_transfer
from pipelines.processing.files import PageFile

Row = Mapping[str, Any]
# Rows by which the columns are chosen.
_SAMPLE = 20
_SHOWN = 30
_ADDRESS = ("http://", "https://")
# Names of columns for each of `COLUMNS`, without regard to case and to what is between words; the likeliest first.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "url": (
        *("url", "pageurl", "articleurl", "originalurl", "requesturl", "sourceurl"),
        *("link", "uri", "targeturi", "address", "href"),
    ),
    "body": ("body", "html", "rawhtml", "pagehtml", "pagesource", "htmlcontent", "response", "content"),
    "path": ("path", "file", "filename", "filepath", "localpath"),
    "fetched_at": (
        *(verb + end for verb in ("fetch", "crawl", "scrape", "download", "retrieve", "capture") for end in ("date", "time")),
        *(
            verb + end
            for verb in ("fetched", "crawled", "scraped", "downloaded", "retrieved", "accessed", "captured", "saved", "collected")
            for end in ("at", "", "on", "date", "time")
        ),
        "datedownload", "datedownloaded", "insertedat", "createdat", "warcdate", "timestamp",
    ),
    "final_url": ("finalurl", "responseurl", "redirecturl"),
    "status": ("status", "statuscode", "httpstatus", "responsestatus"),
    "content_type": ("contenttype", "mimetype", "mime"),
    "headers": ("headers", "responseheaders", "httpheaders"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePlace:
    """Where rows come from. `name`: in messages; `at`: the time of pages in a table without times; `folder`: that of paths."""

    name: str
    at: datetime | None
    folder: Path | None = None


def read_page_rows(
    rows: Iterable[Row | SkippedRecord], place: TablePlace, named: Mapping[str, str], *, limit: int, is_known: IsKnown
) -> Iterator[Item]:
    """The pages of a table. `named`: columns that the user named, by what they tell; `limit`: the largest body kept, in bytes.

    Raises UsageError if there are rows and none has a page.
    """
    found = iter(rows)
    first = list(islice(found, _SAMPLE))
    sample = [row for row in first if not isinstance(row, SkippedRecord)]
    columns = choose_columns(sample, place, named, limit) if sample else {}
    seen: dict[int, int] = {}
    for number, row in enumerate(chain(first, found), 1):
        if isinstance(row, SkippedRecord):
            yield row
        else:
            item = _item({what: row.get(name) for what, name in columns.items()}, number, place, limit, is_known)
            if "fetched_at" not in columns and isinstance(item, ArchivedPage):
                text = hash(item.body)
                if seen.setdefault(hash((item.url, item.fetched_at)), text) != text:
                    # Both have the time of the file: the second would count as known, and be lost.
                    where = (
                        f"{place.name}, row {number:,}: another page of {item.url}, and no column with times is known"
                    )
                    item = SkippedRecord(reason=SAME_TIME, where=f"{where}; name it: --column fetched_at=NAME")
            yield item


def choose_columns(sample: Sequence[Row], place: TablePlace, named: Mapping[str, str], limit: int) -> dict[str, str]:
    """The name of the column for each thing that the table tells. Raises UsageError where no column has pages."""
    names = list(dict.fromkeys(str(name) for row in sample for name in row))
    for name in named.values():
        if name not in names:
            raise UsageError(f"{place.name}: has no column {name}; its columns are {_listed(names)}")
    by_name = {_plain(name): name for name in reversed(names)}
    columns = {what: by_name[keys[0]] for what, keys in _known_names(by_name)}
    markup = {name: _markup(sample, name, limit) for name in names}
    longest = max(names, key=lambda name: markup[name])
    addresses = [name for name in names if _are_addresses(sample, name)]
    known = [
        by_name[key] for key in _NAMES["url"] if key in by_name and _are_addresses(sample, by_name[key], some=True)
    ]
    columns.pop("url", None)
    columns.pop("body", None)
    if known or len(addresses) == 1:
        columns["url"] = (known or addresses)[0]
    empty = [
        by_name[key] for key in _NAMES["body"] if key in by_name and not any(row.get(by_name[key]) for row in sample)
    ]
    if markup[longest] or (empty and "path" not in columns):
        columns["body"] = longest if markup[longest] else empty[0]  # the first pages may be those that were not had
        columns.pop("path", None)
    columns |= named
    if "body" not in columns and ("path" not in columns or place.folder is None):
        raise UsageError(_without_pages(place, names, columns.get("url")))
    if "url" not in columns and len(addresses) > 1:
        raise UsageError(
            f"{place.name}: several columns hold addresses ({_listed(addresses)}); say which, such as --column url={addresses[0]}"
        )
    return columns


def named_cells(row: Row) -> dict[str, Any]:
    """What a single record tells of a page, by the names of its fields."""
    by_name = {_plain(str(name)): name for name in row}
    return {what: row[by_name[keys[0]]] for what, keys in _known_names(by_name)}


def _known_names(by_name: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    for what, keys in _NAMES.items():
        if known := [key for key in keys if key in by_name]:
            yield what, known


def _without_pages(place: TablePlace, names: Sequence[str], url: str | None) -> str:
    if url is None:
        return f"{place.name}: no column holds HTML; its columns are {_listed(names)}"
    return (
        f"{place.name}: has addresses (column {url}) and no HTML. Put the addresses into a file, one a line, for instance with"
        " grep -oE 'https?://[^\",[:space:]]+' FILE > urls.txt; let wget fetch the pages:"
        " wget --wait=1 --warc-file=pages --delete-after -i urls.txt; then copydesk import pages.warc.gz"
    )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(name[:_SHOWN] for name in names[:_SHOWN])
    return f"{shown}, …" if len(names) > _SHOWN else shown


def _plain(name: str) -> str:
    return "".join(char for char in name.lower() if char.isalnum())


def _markup(sample: Sequence[Row], name: str, limit: int) -> int:
    """The bytes of markup that a column has."""
    size = 0
    for row in sample:
        try:
            page = read_page_cell(row.get(name), limit)
        except (BodyTooBig, EncodingError):
            continue
        size += len(page[0]) if page and looks_like_markup(page[0]) else 0
    return size


def _are_addresses(sample: Sequence[Row], name: str, *, some: bool = False) -> bool:
    """Whether all cells of a column are addresses, or `some` are."""
    cells = [cell for row in sample if (cell := row.get(name))]
    found = sum(isinstance(cell, str) and cell.lstrip().lower().startswith(_ADDRESS) for cell in cells)
    return found > 0 and (some or found == len(cells))


def _item(cells: Mapping[str, Any], number: int, place: TablePlace, limit: int, is_known: IsKnown) -> Item:
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
        return item_of_listed_file(file, place.folder, limit, is_known)
    if not is_page_status(code):
        return SkippedRecord(reason=f"status_{code}")
    try:
        page = read_page_cell(cells["body"], limit)
    except BodyTooBig:
        return SkippedRecord(reason="too_big")
    except EncodingError as error:
        return SkippedRecord(reason="damaged", where=f"{where}: {error}")
    if page is None:
        return SkippedRecord(reason="no_body")
    body, decoded = page
    if len(body) > limit:
        return SkippedRecord(reason="too_big")
    if not looks_like_markup(body):
        return SkippedRecord(reason="not_html")
    if decoded:
        headers["Content-Type"] = "text/html; charset=utf-8"
    return item_of_bytes(PageBytes(body=body, at=at, url=url, final_url=final, status=code, headers=headers), is_known)
