"""The bytes of a page out of a file or a row, and the item of an import that they become.

The address of a page is the one that is given (a manifest, a row, `base` with the file's path); else that of a mirror's folders
(`pipelines.exchange.saved_pages.notes`); else what the program that saved the page wrote into it; else the page's own canonical
address. In the last two cases only the file itself vouches for the address, so the page goes to a separate source for such files,
and counts as no page of that site. The time is the one that is given or that of the program, else of the file (`wget` sets it to
the page's Last-Modified).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from db.network.http_statuses import is_page_status
from pipelines.exchange.items import ArchivedPage, Item, KnownFetch, ReadOptions, SkippedRecord
from pipelines.exchange.saved_pages.notes import SavedNote, read_replay_address, read_saved_note
from pipelines.extraction.encoding import decode
from pipelines.html_tree import parse_html
from pipelines.urls import clean_url, host_of

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


def item_of_bytes(page: PageBytes, options: ReadOptions) -> Item:
    """The item that a page becomes, at the address that is given, or else found."""
    if not is_page_status(page.status):
        return SkippedRecord(reason=f"status_{page.status}")
    note, vouched = _place(page)
    if note is None:
        return SkippedRecord(reason="bad_address" if page.url else "no_address")
    at = note.at or page.at
    if options.is_known(note.url, at):
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
