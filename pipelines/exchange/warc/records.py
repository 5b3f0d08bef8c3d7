"""Reads the records of a WARC file in order, and skips damaged ranges.

Warcio reads the records; this module finds where to continue when it fails. A file with one gzip member for each record can be
entered at any member, a plain file at any line that begins a record, so damage costs only the record that it is in. Memory is
bounded: lines have a limit, and what the caller leaves of a record is skipped in pieces.

Going back means reading bytes again, as often as the writer of the file likes. In a plain file the end of a record is checked
before its content is read, so a false length costs nothing; in every file the bytes read again are bounded (`_AGAIN`), and beyond
that the rest of the file is given up.
"""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import IO, Any

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import DecompressingBufferedReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeadersParser, StatusAndHeadersParserException

from db.errors import UsageError
from pipelines.content_encoding import GZIP

_BEGINS = b"WARC/"
# Bytes of one header line (a crawl takes 256 KiB of headers, `crawler.http.connection.response_heads`, and a repeated header
# becomes one line), and of all lines between two bodies.
_LONGEST_LINE, _MOST_HEADERS = 320 * 1024, 1024 * 1024
_STEP = 1 << 20
# Bytes read between two records, where two line ends belong; some writers put more.
_BETWEEN = 64
# Bytes that may be read again: so many times those read, plus a constant. A file with one damaged record in a hundred stays far
# below; one in which every record claims the whole rest exceeds it after some dozens.
_AGAIN, _AGAIN_AT_LEAST = 32, 64 << 20
# What warcio raises for invalid records: its own two, and Python's errors for missing or impossible values.
WARC_ERRORS = (
    ArchiveLoadFailed,
    StatusAndHeadersParserException,
    EOFError,
    OSError,
    ValueError,
    AttributeError,
    TypeError,
    IndexError,
    zlib.error,
)
# Those of them that reading an incomplete record raises, with a useful message.
TRUNCATION_ERRORS = (ArchiveLoadFailed, EOFError, OSError, zlib.error)
_WHY = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedRange:
    """A range without readable records. `at`: its offset in the file, or in the unpacked file (`unpacked`)."""

    at: int
    why: str
    unpacked: bool = False


def _why(error: Exception) -> str:
    """The error as one short line."""
    said = str(error).partition("while decompressing data: ")
    return (
        re.sub(r"\s+", " ", said[2] or said[0])[:_WHY]
        if isinstance(error, TRUNCATION_ERRORS)
        else "is not a WARC record"
    )


class _Reader(DecompressingBufferedReader):  # type: ignore[misc]
    """Raises where warcio's reader prints to standard error and continues as if the file had ended; bounds lines."""

    decompressor: Any
    lines = 0
    cut = False
    """Whether the current gzip member has not ended yet."""

    def _decompress(self, data: bytes) -> bytes:
        try:
            if not self.decompressor or not data:
                return data
            unpacked: bytes = self.decompressor.decompress(data)
            self.cut = not self.decompressor.eof
            return unpacked
        except zlib.error as error:
            if self.num_block_read:
                raise ArchiveLoadFailed(_why(error)) from error
            self.decompressor = None
            return data

    def readline(self, length: int | None = None) -> bytes:
        line: bytes = super().readline(min(length or _LONGEST_LINE, _LONGEST_LINE))
        self.lines += len(line)
        if self.lines > _MOST_HEADERS or (len(line) == _LONGEST_LINE and not line.endswith(b"\n")):
            raise ArchiveLoadFailed("a header without end")
        return line


class _Headers(StatusAndHeadersParser):  # type: ignore[misc]
    """Reads response headers as a crawl stores them: one character for each byte, whatever their encoding."""

    @staticmethod
    def decode_header(line: bytes) -> str:
        """Warcio decodes as UTF-8 where possible, which loses the bytes."""
        return line.decode("latin-1")


class _Iterator(ArchiveIterator):  # type: ignore[misc]
    """Warcio's iterator with that reader; bytes between two records must be blank."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self.reader = _Reader(file)
        self.loader.http_parser = _Headers(self.loader.HTTP_TYPES, verify=False)
        self.known_format = "warc"

    def _consume_blanklines(self) -> tuple[bytes | None, int]:
        size = 0
        self.reader.lines = 0
        while line := self.reader.readline():
            if line.strip():
                if not line.startswith(_BEGINS):
                    raise ArchiveLoadFailed("a record is longer than its length")
                return line, size
            size += len(line)
        return None, size


def read_records(file: IO[bytes], name: str) -> Iterator[Any]:
    """Warcio's records, and one DamagedRange for each range without. Raises UsageError if the file is no WARC at all.

    `file` must be seekable. Read a record before taking the next; if that raises one of `TRUNCATION_ERRORS`, put the message into
    `record.damage`. `record.begins` is its offset.
    """
    start = file.read(len(_BEGINS))
    if not start:
        return
    packed = start.startswith(GZIP)
    if not packed and start != _BEGINS:
        raise UsageError(f"{name}: is not a WARC file (it begins with neither WARC/ nor gzip)")
    yielded = 0
    try:
        for record in _past_damage(file, packed=packed):
            yield record
            yielded += 1
    except _SingleGzipStream:
        file.seek(0)
        whole = gzip.GzipFile(fileobj=file)
        for number, record in enumerate(_past_damage(whole, packed=False)):  # type: ignore[arg-type]
            if number >= yielded:
                yield replace(record, unpacked=True) if isinstance(record, DamagedRange) else record


class _SingleGzipStream(Exception):
    """The file is one gzip stream around all records, not one for each."""


def _past_damage(file: IO[bytes], *, packed: bool) -> Iterator[Any]:
    at: int | None = 0
    whole = True
    again = _RereadBudget(file)
    while at is not None:
        begun = at
        try:
            file.seek(at)
            records = _Iterator(file)
            reader = records.reader
            for record in records:
                begun = record.begins = records.offset
                record.damage = None
                _check(record)
                if not packed and not again.slow:
                    _check_end(record, file, reader)
                yield record
                whole = True
                _skip_rest(record)
            if whole and reader.cut:
                # The last member begun: that of the last record, or one after it that gave nothing.
                last = records.offset if records.offset < file.tell() else begun
                yield DamagedRange(at=last, why="the file ends inside a gzip member")
            return
        except WARC_ERRORS as error:
            if "non-chunked gzip" in str(error):
                raise _SingleGzipStream from error
            damage = DamagedRange(at=max(begun, records.offset), why=_why(error))
        if whole:
            yield damage
        whole = False
        if not again.may_go_to(begun + 1):
            yield DamagedRange(at=begun, why="too much is damaged; the rest of the file is skipped")
            return
        at = _next_start(file, begun + 1, GZIP if packed else b"\n" + _BEGINS)


class _RereadBudget:
    """Counts the bytes read again, and decides when they are too many."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._bytes = self._furthest = 0
        self.slow = isinstance(file, gzip.GzipFile | zipfile.ZipExtFile)
        """Whether going back means unpacking from the start of the file."""

    def may_go_to(self, place: int) -> bool:
        at = self._file.tell()
        self._furthest = max(self._furthest, at)
        self._bytes += at if self.slow else max(0, at - place)
        return self._bytes <= _AGAIN * self._furthest + _AGAIN_AT_LEAST


def _check_end(record: Any, file: IO[bytes], reader: _Reader) -> None:
    """Check that the next record, or the end of the file, is where this record ends by its length."""
    here = file.tell()
    try:
        end = here - reader.rem_length() + bytes_left(record)
        if end > file.seek(0, io.SEEK_END):
            raise ArchiveLoadFailed("a record is shorter than its length")
        file.seek(end)
        behind = file.read(_BETWEEN)
        # The two line ends are enough: the record after them may be the damaged one.
        if not behind.startswith(b"\r\n\r\n") and not _BEGINS.startswith(behind.lstrip()[: len(_BEGINS)]):
            raise ArchiveLoadFailed("a record is longer than its length")
    finally:
        file.seek(here)


def _check(record: Any) -> None:
    if record.length is None or record.rec_headers.get_header("Content-Length") is None:
        raise ArchiveLoadFailed("a record without a length")


def _skip_rest(record: Any) -> None:
    """Skip what the caller left unread. A record that ends before its length is damaged, and may contain those after it."""
    if record.damage is not None:
        raise ArchiveLoadFailed(record.damage)
    while record.raw_stream.read(_STEP):
        pass
    if bytes_left(record):
        raise ArchiveLoadFailed("a record is shorter than its length")


def bytes_left(record: Any) -> int:
    """The number of unread bytes of a record."""
    return int(getattr(record.raw_stream, "limit", 0))


def _next_start(file: IO[bytes], at: int, mark: bytes) -> int | None:
    """The offset of the next `mark` at or after `at`; if the mark begins with a line end, the offset after that."""
    skip = 1 if mark.startswith(b"\n") else 0
    try:
        at = max(0, at - skip)
        file.seek(at)
        held, step = b"", 4096
        while piece := file.read(step):
            held += piece
            step = min(2 * step, _STEP)
            found = held.find(mark)
            if found >= 0:
                return at + found + skip
            keep = held[-len(mark) :]
            at += len(held) - len(keep)
            held = keep
    except (OSError, EOFError, zlib.error):
        return None
    return None
