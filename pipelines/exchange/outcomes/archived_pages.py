"""The pages of WARC files and of Parquet files at any address, as payloads in order, for extraction without a database.

A Parquet file of pages has the columns `url` and `body` (bytes, or text), and optionally `final_url`, `fetched_at`, `status`,
`content_type`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import IO, Any

from db.errors import UsageError
from db.models import Link, LinkKind, Page
from db.store.archives.foreign_tables import Row
from db.store.extraction.page_payload import PagePayload, make_payload
from pipelines.exchange.items import ArchivedPage, ReadOptions, SkippedRecord, SkippedRecords, link_of
from pipelines.exchange.remote_files import RemoteArchives, open_seekable
from pipelines.exchange.tables.rows import parquet_rows
from pipelines.exchange.warc.reader import read_warc
from pipelines.urls import clean_url, link_key

_NEEDED = ("url", "body")
_COLUMNS = (*_NEEDED, "final_url", "fetched_at", "status", "content_type")


def read_pages(
    found: Sequence[RemoteArchives], *, limit: int, after: int, passed: SkippedRecords
) -> Iterator[tuple[str, PagePayload]]:
    """The name of the archive and the page, numbered from 1 over all archives; pages up to number `after` are skipped.

    `limit`: the largest body read, in bytes. Records that are no pages are counted in `passed`. Raises UsageError for other files.
    """
    number = 0
    for archives in found:
        for path in archives.paths:
            for page in _pages(archives.fs, path, limit, passed):
                number += 1
                if number > after:
                    yield path, make_payload(number, page)


def _pages(fs: Any, path: str, limit: int, passed: SkippedRecords) -> Iterator[Page]:
    try:
        with open_seekable(fs, path) as file:
            if path.lower().endswith(".parquet"):
                yield from _parquet(file, path, limit, passed)
                return
            for item in read_warc(file, path, ReadOptions(limit=limit)):
                if isinstance(item, ArchivedPage):
                    yield _page_as_imported(item)
                else:
                    passed.note(item if isinstance(item, SkippedRecord) else SkippedRecord(reason="revisit"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error})") from error


def _page_as_imported(item: ArchivedPage) -> Page:
    """The page that extraction would load if the item had been imported."""
    return Page(
        body=item.body,
        url=item.url,
        final_url=item.final_url,
        # As stored: `stamp` keeps milliseconds.
        fetched_at=item.fetched_at.replace(microsecond=item.fetched_at.microsecond // 1000 * 1000),
        status=item.status,
        content_type=item.headers.get("Content-Type"),
        hint=link_of(item),
        parts=tuple(body for _, body in item.parts),
    )


def _parquet(file: IO[bytes], path: str, limit: int, passed: SkippedRecords) -> Iterator[Page]:
    for row in parquet_rows(file, path, _NEEDED, _COLUMNS):
        page = _page_of_row(row, limit)
        if isinstance(page, str):
            passed.note(SkippedRecord(reason=page))
        else:
            yield page


def _page_of_row(row: Row, limit: int) -> Page | str:
    """The page of a row, or the reason for skipping it."""
    url, body, kind = row["url"], row["body"], row.get("content_type")
    url = clean_url(url) if isinstance(url, str) else None
    if url is None:
        return "bad_address"
    if not isinstance(body, bytes | str):
        return "no_body"
    if isinstance(body, str):
        body, kind = body.encode("utf-8", "replace"), "text/html; charset=utf-8"
    if len(body) > limit:
        return "too_big"
    at = row.get("fetched_at")
    if isinstance(at, str):
        try:
            at = datetime.fromisoformat(at)
        except ValueError:
            return "bad_date"
    final = clean_url(row["final_url"]) if row.get("final_url") else None
    return Page(
        body=body,
        url=url,
        final_url=final if final != url else None,
        fetched_at=at and (at if at.tzinfo else at.replace(tzinfo=UTC)),
        status=row.get("status") or 200,
        content_type=kind,
        hint=Link(url=url, key=link_key(url), kind=LinkKind.MANUAL),
    )
