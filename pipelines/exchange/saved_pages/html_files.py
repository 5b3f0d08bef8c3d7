"""HTML files as items of an import: the names by which they are known, those of a folder, those that a manifest as for
`copydesk extract` lists (`pipelines.processing.files`).
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from db.system.machine_errors import in_short
from db.system.regular_files import NotRegularFile, open_file
from pipelines.exchange.items import NOT_A_FILE, Item, KnownFetch, ReadOptions, SkippedRecord
from pipelines.exchange.saved_pages.page_bytes import PageBytes, item_of_bytes
from pipelines.processing.files import PageFile, page_files_in_manifest, read_unpacked
from pipelines.urls import clean_url

_ENDS = (".html", ".htm", ".xhtml", ".html.gz", ".htm.gz", ".xhtml.gz")


def is_html_file(path: Path) -> bool:
    """Whether the name of the file ends as those of HTML files do."""
    return path.name.lower().endswith(_ENDS)


def read_manifest(manifest: Path, options: ReadOptions) -> Iterator[Item]:
    """The pages of a manifest. Raises UsageError if it is invalid."""
    for entry in page_files_in_manifest(manifest):
        yield item_of_listed_file(entry, manifest.parent, options)


def item_of_listed_file(entry: PageFile, folder: Path, options: ReadOptions) -> Item:
    """The page of a file that a list in `folder` names. A relative path must stay in the folder; it may have slashes of Windows."""
    if entry.path.is_relative_to(folder):
        entry = replace(entry, within=folder)
        if "\\" in str(entry.path) and not os.path.lexists(entry.path):
            entry = replace(entry, path=Path(str(entry.path).replace("\\", "/")))
    item = item_of_file(entry, options)
    # Unlike a folder, a list promises a page.
    missing = isinstance(item, SkippedRecord) and item.reason == NOT_A_FILE
    return replace(item, reason="unreadable") if isinstance(item, SkippedRecord) and missing else item


def files_in_folder(folder: Path, closed: Callable[[OSError], None] | None = None) -> Iterator[Path]:
    """The files of a folder and its subfolders, in the order of their names; links to folders are not followed.

    `closed` is told of folders that cannot be read.
    """
    for root, folders, files in os.walk(folder, onerror=closed):
        folders.sort()
        yield from (Path(root, name) for name in sorted(files))


def html_files_in(folder: Path) -> Iterator[Path]:
    """The HTML files among `files_in_folder`, by their names."""
    return filter(is_html_file, files_in_folder(folder))


def time_of_file(file: os.stat_result) -> datetime:
    """When a file was written: in whole seconds, because zip and tar keep no more."""
    return datetime.fromtimestamp(int(file.st_mtime), UTC)


def address_below(path: PurePosixPath, base: str | None) -> str | None:
    """The address of a file in a folder of which `base` is the address."""
    if base is None:
        return None
    return clean_url(
        quote(os.fsencode(path.as_posix().removesuffix(".gz"))), base if base.endswith("/") else base + "/"
    )


def item_of_file(entry: PageFile, options: ReadOptions) -> Item:
    """The page that a file holds."""
    try:
        if entry.fetched_at and (known := _known(entry, entry.fetched_at, options)):
            return known
        with open_file(entry.path, own=entry.own, within=entry.within) as file:
            at = entry.fetched_at or time_of_file(os.fstat(file.fileno()))
            if known := _known(entry, at, options):
                return known
            body = read_unpacked(file, entry.path, options.limit)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        reason = NOT_A_FILE if isinstance(error, NotRegularFile) else "unreadable"
        return SkippedRecord(reason=reason, where=f"{entry.path}: {in_short(error)}")
    if len(body) > options.limit:
        return SkippedRecord(reason="too_big")
    page = PageBytes(
        body=body,
        at=at,
        file_time=entry.fetched_at is None,
        url=entry.url,
        final_url=entry.final_url,
        status=entry.status,
        headers={"Content-Type": entry.content_type} if entry.content_type else {},
    )
    return item_of_bytes(page, options)


def _known(entry: PageFile, at: datetime, options: ReadOptions) -> KnownFetch | None:
    url = clean_url(entry.url) if entry.url else None
    return KnownFetch(url=url, fetched_at=at) if url and options.is_known(url, at) else None
