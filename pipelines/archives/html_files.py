"""HTML files as items of an import: a folder, single files, or a manifest as `copydesk extract` takes it (`pipelines.files`).

A file does not say where it came from. The manifest does; else the address is that of `base` with the file's path in the folder;
else the page's own canonical address. The time is the manifest's, else the file's (what `wget` sets to the page's own
Last-Modified).
"""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from lxml import etree, html

from db.statuses import brings_page
from pipelines.addresses import clean_url
from pipelines.archives.items import Archived, IsKnown, Item, Known, Passed
from pipelines.files import FileEntry, entries_of_manifest

_ENDS = (".html", ".htm", ".xhtml", ".html.gz", ".htm.gz", ".xhtml.gz")
# A head is searched for the canonical address: nothing that is not there in the first part is.
_HEAD = 256 * 1024


def is_html_file(path: Path) -> bool:
    """Whether the name says that it holds HTML."""
    return path.name.lower().endswith(_ENDS)


def read_manifest(manifest: Path, *, limit: int, is_known: IsKnown) -> Iterator[Item]:
    """The pages of a manifest. Raises UsageError: not one."""
    for entry in entries_of_manifest(manifest):
        yield _item(entry, limit, is_known)


def read_folder(folder: Path, base: str | None, *, limit: int, is_known: IsKnown) -> Iterator[Item]:
    """The HTML files of a folder and the folders in it, in the order of their names; links out of it are not followed."""
    for root, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            path = Path(root, name)
            if is_html_file(path):
                yield read_file(path, _address(path.relative_to(folder), base), limit=limit, is_known=is_known)


def read_file(path: Path, url: str | None, *, limit: int, is_known: IsKnown) -> Item:
    """One file."""
    return _item(FileEntry(page_id=str(path), path=path, url=url), limit, is_known)


def _address(path: Path, base: str | None) -> str | None:
    if base is None:
        return None
    return clean_url(quote(path.as_posix().removesuffix(".gz")), base if base.endswith("/") else base + "/")


def _item(entry: FileEntry, limit: int, is_known: IsKnown) -> Item:
    try:
        at = entry.fetched_at or datetime.fromtimestamp(entry.path.stat().st_mtime, UTC)
        if entry.url and (url := clean_url(entry.url)) and is_known(url, at):
            return Known(url=url, fetched_at=at)
        body = _read(entry.path, limit)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return Passed(reason="unreadable", where=f"{entry.path}: {why}")
    if len(body) > limit:
        return Passed(reason="too_big")
    if not brings_page(entry.status):
        return Passed(reason=f"status_{entry.status}")
    asked = clean_url(entry.url) if entry.url else _canonical(body)
    if asked is None:
        return Passed(reason="bad_address" if entry.url else "no_address")
    if is_known(asked, at):
        return Known(url=asked, fetched_at=at)
    kind = entry.content_type
    final = clean_url(entry.final_url) if entry.final_url else None
    headers = {"Content-Type": kind} if kind else {}
    item = Archived(url=asked, fetched_at=at, headers=headers, status=entry.status, body=body)
    return replace(item, final_url=final if final != asked else None)


def _read(path: Path, limit: int) -> bytes:
    if path.suffix == ".gz":
        with gzip.open(path) as file:
            return file.read(limit + 1)
    with path.open("rb") as file:
        return file.read(limit + 1)


def _canonical(body: bytes) -> str | None:
    """The address that a page names as its own."""
    try:
        tree = html.fromstring(body[:_HEAD])
    except (etree.LxmlError, ValueError):
        return None
    for query in ("//link[@rel='canonical']/@href", "//meta[@property='og:url']/@content"):
        found_at = tree.xpath(query)
        for found in found_at if isinstance(found_at, list) else ():
            if str(found).startswith(("http://", "https://")) and (url := clean_url(str(found))):
                return url
    return None
