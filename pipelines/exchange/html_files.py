"""HTML files as items of an import: those of a folder or of a packed archive, single files, or a manifest as for `copydesk extract`
(`pipelines.processing.files`).

The address of a page comes from the manifest; else it is `base` with the file's path in the folder; else that of a mirror's folders
(`pipelines.exchange.saved_notes`); else what the program that saved the page wrote into it; else the page's own canonical address.
In the last two cases only the file itself vouches for the address, so the page goes to a separate source for such files, and counts
as no page of that site. The time is that of the manifest or of the program, else of the file (`wget` sets it to the page's
Last-Modified).
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from db.network.http_statuses import is_page_status
from db.system.regular_files import NotRegularFile, open_file
from pipelines.exchange.items import NOT_A_FILE, ArchivedPage, IsKnown, Item, KnownFetch, SkippedRecord
from pipelines.exchange.saved_notes import SavedNote, read_replay_address, read_saved_note
from pipelines.extraction.encoding import decode
from pipelines.html_tree import parse_html
from pipelines.processing.files import PageFile, page_files_in_manifest, read_unpacked
from pipelines.urls import clean_url, host_of

_ENDS = (".html", ".htm", ".xhtml", ".html.gz", ".htm.gz", ".xhtml.gz")
# Bytes in which the canonical address is searched.
_HEAD = 256 * 1024
# The source of files whose address is only their own claim. Hosts under .invalid do not exist (RFC 2606).
SAVED_FILES = ("saved-files", "http://saved-files.invalid/")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageBytes:
    """A page out of a file or a row. `at`: its time, which notes in the page may correct if it is only a file's (`file_time`);
    `mirrored`: what the folders say of its address.
    """

    body: bytes = field(repr=False)
    at: datetime
    file_time: bool = False
    url: str | None = None
    final_url: str | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    mirrored: SavedNote | None = None


def is_html_file(path: Path) -> bool:
    """Whether the name of the file ends as those of HTML files do."""
    return path.name.lower().endswith(_ENDS)


def read_manifest(manifest: Path, *, limit: int, is_known: IsKnown) -> Iterator[Item]:
    """The pages of a manifest. Raises UsageError if it is invalid."""
    for entry in page_files_in_manifest(manifest):
        yield item_of_listed_file(entry, manifest.parent, limit, is_known)


def item_of_listed_file(entry: PageFile, folder: Path, limit: int, is_known: IsKnown) -> Item:
    """The page of a file that a list in `folder` names. A relative path must stay in the folder; it may have slashes of Windows."""
    if entry.path.is_relative_to(folder):
        entry = replace(entry, within=folder)
        if "\\" in str(entry.path) and not os.path.lexists(entry.path):
            entry = replace(entry, path=Path(str(entry.path).replace("\\", "/")))
    item = item_of_file(entry, limit, is_known)
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


def read_file(path: Path, url: str | None, *, limit: int, is_known: IsKnown) -> Item:
    """One file given on the command line."""
    return item_of_file(PageFile(page_id=str(path), path=path, url=url, own=True), limit, is_known)


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


def item_of_file(entry: PageFile, limit: int, is_known: IsKnown) -> Item:
    """The page that a file holds."""
    try:
        if entry.fetched_at and (known := _known(entry, entry.fetched_at, is_known)):
            return known
        with open_file(entry.path, own=entry.own, within=entry.within) as file:
            at = entry.fetched_at or time_of_file(os.fstat(file.fileno()))
            if known := _known(entry, at, is_known):
                return known
            body = read_unpacked(file, entry.path, limit)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        reason = NOT_A_FILE if isinstance(error, NotRegularFile) else "unreadable"
        return SkippedRecord(reason=reason, where=f"{entry.path}: {why}")
    if len(body) > limit:
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
    return item_of_bytes(page, is_known)


def item_of_bytes(page: PageBytes, is_known: IsKnown) -> Item:
    """The item that a page becomes, at the address that is given, or else found."""
    if not is_page_status(page.status):
        return SkippedRecord(reason=f"status_{page.status}")
    note, vouched = _place(page)
    if note is None:
        return SkippedRecord(reason="bad_address" if page.url else "no_address")
    at = note.at or page.at
    if is_known(note.url, at):
        return KnownFetch(url=note.url, fetched_at=at)
    final = clean_url(page.final_url) if page.final_url else None
    item = ArchivedPage(url=note.url, fetched_at=at, headers=page.headers, status=page.status, body=page.body)
    return replace(item, final_url=final if final != note.url else None, source=None if vouched else SAVED_FILES)


def _place(page: PageBytes) -> tuple[SavedNote | None, bool]:
    """Address and time of a page, and whether more than the page itself vouches for the address."""
    if page.url:
        url = clean_url(page.url)
        return (read_replay_address(url) or SavedNote(url=url) if url else None), True
    saved = read_saved_note(page.body)
    if saved and not page.file_time:
        saved = replace(saved, at=None)
    mirrored = page.mirrored
    if mirrored and saved and host_of(saved.url) == host_of(mirrored.url):
        return saved, True  # more precise: mirrors rename files
    if mirrored or saved:
        return mirrored or saved, mirrored is not None
    url = _canonical(page.body, page.headers.get("Content-Type"))
    return (read_replay_address(url) or SavedNote(url=url) if url else None), False


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
