"""The records of some hosts out of a large WARC file: all others are passed over at their header.

    stream ──FastWARC──> header: is the host wanted? ──> wanted records, a few at a time ──> read_warc ──> items

FastWARC unpacks and finds records several times as fast as warcio, which is what matters where one record in fifty is wanted. The
wanted ones are read like those of any archive (`pipelines.exchange.warc.reader`), so the same pages come of them.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from db.display.humanize import counted
from db.errors import UsageError
from pipelines.exchange.items import Item, ReadOptions, SkippedRecord
from pipelines.exchange.warc.reader import WarcItems, read_warc

EXTRA_MISSING = "reading CC-NEWS needs FastWARC: pip install 'copydesk[ccnews]'"
HELD_BYTES = 4_000_000
"""Wanted records are read in lots of this size: some 40 pages."""
MOST_HEAD = 1 << 16
"""Bytes of an answer's head beside its body."""


@dataclass(slots=True, kw_only=True)
class SieveCounts:
    """What has passed. `records`: responses and repetitions of them; `wanted`: those of wanted hosts."""

    records: int = 0
    wanted: int = 0


def check_installed() -> None:
    """Raises UsageError where FastWARC is missing."""
    try:
        import fastwarc  # noqa: F401
    except ImportError as error:
        raise UsageError(EXTRA_MISSING) from error


def sift_warc(
    stream: IO[bytes],
    name: str,
    is_wanted: Callable[[str], bool],
    counts: SieveCounts,
    options: ReadOptions,
) -> Iterator[Item]:
    """The items of the wanted records. `is_wanted` is asked with a record's address.

    `counts` is kept up to date. A damaged file ends there, as an item. Raises OSError where the stream does.
    """
    held, items = io.BytesIO(), WarcItems(name, options)
    source = _Remembering(stream)
    try:
        for record in wanted_records(source, is_wanted, counts, options.limit + MOST_HEAD):
            if record is None:
                yield SkippedRecord(reason="too_big")
                continue
            held.write(record)
            if held.tell() >= HELD_BYTES:
                yield from _read(held, name, items, options)
                held = io.BytesIO()
    except Exception as error:
        if source.failure is not None:
            raise source.failure from error
        yield from _read(held, name, items, options)
        yield SkippedRecord(reason="damaged", where=f"{name}, after {counted(counts.records, 'record')}: {error}")
        return
    yield from _read(held, name, items, options)


def wanted_records(
    stream: Any, is_wanted: Callable[[str], bool], counts: SieveCounts, most: int = sys.maxsize
) -> Iterator[bytes | None]:
    """The wanted records as they are, unpacked; None for one of more than `most` bytes, which is never in memory as a whole."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    kinds = WarcRecordType.response | WarcRecordType.revisit
    for record in ArchiveIterator(stream, record_types=kinds, parse_http=False):
        counts.records += 1
        if is_wanted(record.headers.get("WARC-Target-URI") or ""):
            counts.wanted += 1
            content = record.reader.read(most + 1) if record.content_length > most else record.reader.read()
            if len(content) > most:
                yield None
                continue
            out = io.BytesIO()
            record.headers.write(out)
            yield b"%s\r\n\r\n%s\r\n\r\n" % (out.getvalue().rstrip(), content)


def _read(held: io.BytesIO, name: str, items: WarcItems, options: ReadOptions) -> Iterator[Item]:
    if held.tell():
        held.seek(0)
        yield from read_warc(held, name, options, items=items)


class _Remembering:
    """A stream that remembers why reading it failed: trouble of the network is no damage of the file.

    It has no `seek`: FastWARC takes one that only raises for one that works.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._at = 0
        self.failure: OSError | None = None

    def tell(self) -> int:
        """How many bytes were read."""
        return self._at

    def read(self, size: int = -1) -> bytes:
        """As the stream's. Raises OSError."""
        try:
            data = self._stream.read(size)
        except OSError as error:
            self.failure = error
            raise
        self._at += len(data)
        return data
