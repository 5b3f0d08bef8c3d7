"""The records of one file of CC-NEWS that an index names, each fetched by itself, as the items that streaming the file gives.

    rows ──those that can be pages──> part of the file ──warcio──> is it the record that the index says? ──> items

A record that cannot be had is an item that tells where it should be. Where one was not had, the file counts as failed at its end:
the index may be wrong, or the server busy, so it is read again the next time. A damaged record has no better copy.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from db.errors import UsageError
from db.network.http_statuses import is_page_status
from pipelines.exchange.ccnews.news_index import IndexRow
from pipelines.exchange.items import Item, KnownFetch, ReadOptions, SkippedRecord
from pipelines.exchange.warc.reader import WarcItems
from pipelines.exchange.warc.records import TRUNCATION_ERRORS, DamagedRange, read_records
from pipelines.exchange.warc.sieve import MOST_HEAD, SieveCounts
from pipelines.urls import clean_url

_MOST_SILENT = 3
"""Records in a row that do not answer; then the file is left. Each was tried five times, over half a minute (`polite_stream`)."""
_LARGEST_FILE = 1 << 40
"""A file of CC-NEWS has 1 GB; no record begins beyond a thousand times that."""


def is_requested(row: IndexRow, limit: int) -> bool:
    """Whether the record of a row is asked for, if it is not stored yet. `limit`: the largest body kept, in bytes."""
    return _refusal(row) is None and not _is_too_big(row, limit) and not _is_no_page(row)


class IndexedRecords:
    """Reads the named records of a file. `fetch`: the bytes of the file from an offset on, so many; raises OSError.

    `counts` is kept up to date.
    """

    def __init__(
        self,
        path: str,
        fetch: Callable[[tuple[int, int]], bytes],
        counts: SieveCounts,
        options: ReadOptions,
    ) -> None:
        self._path, self._fetch, self._counts, self._options = path, fetch, counts, options
        self._items = WarcItems(path, options)
        self._missing = self._silent = 0

    def items(self, rows: Iterable[IndexRow]) -> Iterator[Item]:
        """The items, in the order of the rows. Raises OSError where the file is missing, or at the end if a record was not had."""
        for row in rows:
            self._counts.records += 1
            self._counts.wanted += 1
            yield from self._of_row(row)
        yield from self._items.flush()
        if self._missing:
            raise OSError(f"{self._path}: {self._missing:,} records of its index could not be had; it is read again")

    def _of_row(self, row: IndexRow) -> Iterator[Item]:
        if (refusal := _refusal(row)) is not None:
            yield self._not_had(row, refusal)
        elif _is_too_big(row, self._options.limit):
            yield SkippedRecord(reason="too_big", where=f"{self._place(row)}: {row.size:,} bytes by its index")
        elif _is_no_page(row):
            yield SkippedRecord(reason=f"status_{row.status}")
        elif (known := self._known(row)) is not None:
            yield known
        else:
            yield from self._fetched(row)

    def _known(self, row: IndexRow) -> KnownFetch | None:
        """What is stored already. Later revisits refer to its digest, so without one the record itself is read."""
        url = clean_url(row.url)
        if url is None or row.fetched_at is None or not row.digest or not self._options.is_known(url, row.fetched_at):
            return None
        digest = row.digest if ":" in row.digest else f"sha1:{row.digest}"
        return KnownFetch(url=url, fetched_at=row.fetched_at, digest=digest)

    def _fetched(self, row: IndexRow) -> Iterator[Item]:
        try:
            data = self._fetch((row.begins, row.size))
        except (FileNotFoundError, InterruptedError, io.UnsupportedOperation):
            raise
        except OSError as error:
            self._silent += 1
            if self._silent == _MOST_SILENT:
                raise
            yield self._not_had(row, str(error))
            return
        self._silent = 0
        try:
            yield from self._read(row, data)
        except UsageError:
            yield self._not_had(row, "no record begins there")

    def _read(self, row: IndexRow, data: bytes) -> Iterator[Item]:
        """The items of the first record, if it is the one that the row says. Raises UsageError where there is none at all."""
        records = read_records(io.BytesIO(data), self._path)
        record = next(records, None)
        if record is None or isinstance(record, DamagedRange):
            yield self._not_had(row, record.why if record else "the file ends before")
            return
        if (wrong := _difference(record, row)) is not None:
            yield self._not_had(row, wrong)
            return
        record.begins = row.begins
        try:
            yield from self._items.of_record(record)
        except TRUNCATION_ERRORS as error:
            record.damage = str(error)
        after = next(records, None)
        if isinstance(after, DamagedRange):
            yield SkippedRecord(reason="damaged", where=f"{self._place(row)}: {after.why}")

    def _not_had(self, row: IndexRow, why: str) -> SkippedRecord:
        self._missing += 1
        return SkippedRecord(reason="unreadable", where=f"{self._place(row)}: {why}")

    def _place(self, row: IndexRow) -> str:
        return f"{self._path}, byte {row.begins:,}"


def _refusal(row: IndexRow) -> str | None:
    """Why nothing is asked for: an index is what somebody else says."""
    if not 0 <= row.begins < _LARGEST_FILE:
        return "the index says an offset that no file has"
    return None if row.size > 0 else f"the index says a length of {row.size:,} bytes"


def _is_too_big(row: IndexRow, limit: int) -> bool:
    return row.size > limit + MOST_HEAD


def _is_no_page(row: IndexRow) -> bool:
    """Whether it is neither a page nor what leads to one: redirects give a page the address that was asked for."""
    status = row.status
    return status is not None and 100 <= status < 600 and not is_page_status(status) and not 300 <= status < 400


def _difference(record: Any, row: IndexRow) -> str | None:
    """What a record is instead of the one that the row says."""
    if record.rec_type not in ("response", "revisit"):
        return f"a record of another type is there ({record.rec_type[:20]})"
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    if url == row.url or (clean_url(url) is not None and clean_url(url) == clean_url(row.url)):
        return None
    return f"the record there is of {url[:200]}, by its index of {row.url[:200]}"
