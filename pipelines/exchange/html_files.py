"""HTML files as items of an import: those of a folder, single files, or a manifest as for `copydesk extract`
(`pipelines.processing.files`).

The address of a page comes from the manifest; else it is `base` with the file's path in the folder; else the page's own canonical
address. In the last case only the file itself vouches for the address, so the page goes to a separate source for such files, and
counts as no page of that site. The time is that of the manifest, else of the file (`wget` sets it to the page's Last-Modified).
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from db.network.http_statuses import is_page_status
from db.system.regular_files import NotRegularFile, open_file
from pipelines.exchange.items import NOT_A_FILE, ArchivedPage, IsKnown, Item, KnownFetch, SkippedRecord
from pipelines.extraction.encoding import decode
from pipelines.html_tree import parse_html
from pipelines.processing.files import PageFile, page_files_in_manifest, read_unpacked
from pipelines.urls import clean_url

_ENDS = (".html", ".htm", ".xhtml", ".html.gz", ".htm.gz", ".xhtml.gz")
# Bytes in which the canonical address is searched.
_HEAD = 256 * 1024
# The source of files whose address is only their own claim. Hosts under .invalid do not exist (RFC 2606).
SAVED_FILES = ("saved-files", "http://saved-files.invalid/")


def is_html_file(path: Path) -> bool:
    """Whether the name of the file ends as those of HTML files do."""
    return path.name.lower().endswith(_ENDS)


def read_manifest(manifest: Path, *, limit: int, is_known: IsKnown) -> Iterator[Item]:
    """The pages of a manifest. Raises UsageError if it is invalid."""
    for entry in page_files_in_manifest(manifest, inside=True):
        item = _item(entry, limit, is_known)
        # Unlike a folder, a manifest promises a page.
        missing = isinstance(item, SkippedRecord) and item.reason == NOT_A_FILE
        yield replace(item, reason="unreadable") if isinstance(item, SkippedRecord) and missing else item


def files_in_folder(folder: Path) -> Iterator[Path]:
    """The files of a folder and its subfolders, in the order of their names; links to folders are not followed."""
    for root, folders, files in os.walk(folder):
        folders.sort()
        yield from (Path(root, name) for name in sorted(files))


def html_files_in(folder: Path) -> Iterator[Path]:
    """The HTML files among `files_in_folder`, by their names."""
    return filter(is_html_file, files_in_folder(folder))


def read_file_within(folder: Path, path: Path, base: str | None, *, limit: int, is_known: IsKnown) -> Item:
    """One HTML file of a folder, of which `base` is the address; a link that leads out of the folder is skipped."""
    url = _address(path.relative_to(folder), base)
    return _item(PageFile(page_id=str(path), path=path, url=url, within=folder), limit, is_known)


def read_file(path: Path, url: str | None, *, limit: int, is_known: IsKnown) -> Item:
    """One file given on the command line."""
    return _item(PageFile(page_id=str(path), path=path, url=url, own=True), limit, is_known)


def _address(path: Path, base: str | None) -> str | None:
    if base is None:
        return None
    return clean_url(quote(path.as_posix().removesuffix(".gz")), base if base.endswith("/") else base + "/")


def _item(entry: PageFile, limit: int, is_known: IsKnown) -> Item:
    try:
        if entry.fetched_at and (known := _known(entry, entry.fetched_at, is_known)):
            return known
        with open_file(entry.path, own=entry.own, within=entry.within) as file:
            at = entry.fetched_at or datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
            if known := _known(entry, at, is_known):
                return known
            body = read_unpacked(file, entry.path, limit)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        reason = NOT_A_FILE if isinstance(error, NotRegularFile) else "unreadable"
        return SkippedRecord(reason=reason, where=f"{entry.path}: {why}")
    if len(body) > limit:
        return SkippedRecord(reason="too_big")
    if not is_page_status(entry.status):
        return SkippedRecord(reason=f"status_{entry.status}")
    asked = clean_url(entry.url) if entry.url else _canonical(body, entry.content_type)
    if asked is None:
        return SkippedRecord(reason="bad_address" if entry.url else "no_address")
    if is_known(asked, at):
        return KnownFetch(url=asked, fetched_at=at)
    kind = entry.content_type
    final = clean_url(entry.final_url) if entry.final_url else None
    headers = {"Content-Type": kind} if kind else {}
    item = ArchivedPage(url=asked, fetched_at=at, headers=headers, status=entry.status, body=body)
    return replace(item, final_url=final if final != asked else None, source=None if entry.url else SAVED_FILES)


def _known(entry: PageFile, at: datetime, is_known: IsKnown) -> KnownFetch | None:
    url = clean_url(entry.url) if entry.url else None
    return KnownFetch(url=url, fetched_at=at) if url and is_known(url, at) else None


def _canonical(body: bytes, content_type: str | None) -> str | None:
    """The canonical address in the page."""
    decoded = decode(body[:_HEAD], content_type)
    tree = parse_html(decoded.text) if decoded is not None else None
    if tree is None:
        return None
    for query in ("//link[@rel='canonical']/@href", "//meta[@property='og:url']/@content"):
        found_at = tree.xpath(query)
        for found in found_at if isinstance(found_at, list) else ():
            if str(found).startswith(("http://", "https://")) and (url := clean_url(str(found))):
                return url
    return None
