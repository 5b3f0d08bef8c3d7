"""Which column of a table is what: the address of a page, the page, its time.

The page is the column whose cells are markup, whatever its name; the address is found by name, or because its cells alone are
addresses; the time by name only: a column `date` may be the day of publication, and a page fetched before its text was published
would lose its times. Users may name any column themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from db.errors import UsageError
from db.store.archives.foreign_tables import Row
from pipelines.exchange.tables.cells import markup_size

# Names of columns, and characters of each, that a message shows.
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


def choose_columns(sample: Sequence[Row], place: TablePlace, named: Mapping[str, str], limit: int) -> dict[str, str]:
    """The name of the column for each thing that the table tells. Raises UsageError where no column has pages."""
    names = list(dict.fromkeys(str(name) for row in sample for name in row))
    for name in named.values():
        if name not in names:
            raise UsageError(f"{place.name}: has no column {name}; its columns are {_listed(names)}")
    by_name = {_plain(name): name for name in reversed(names)}
    columns = {what: by_name[keys[0]] for what, keys in _known_names(by_name)}
    markup = {name: sum(markup_size(row.get(name), limit) for row in sample) for name in names}
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


def _are_addresses(sample: Sequence[Row], name: str, *, some: bool = False) -> bool:
    """Whether all cells of a column are addresses, or `some` are."""
    cells = [cell for row in sample if (cell := row.get(name))]
    found = sum(isinstance(cell, str) and cell.lstrip().lower().startswith(_ADDRESS) for cell in cells)
    return found > 0 and (some or found == len(cells))
