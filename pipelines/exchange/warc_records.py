"""The records of a WARC file, one after another, past whatever is damaged.

warcio reads the records; this finds the way on where it gives up. A file whose records are gzip members of their own can be
entered at any member, a plain one at any line that begins a record, so damage costs the record that it is in. Nothing that is
read is held: a line has a limit, and what a caller leaves of a record is skipped in pieces.

Going back costs reading again, and whoever writes the file decides how often. In a plain file the end of a record is looked up
before its content is read, so a false length costs nothing; everywhere, what is read again has a bound (`_AGAIN`), past which the
rest of the file is given up.
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

GZIP = b"\x1f\x8b\x08"
_BEGINS = b"WARC/"
# Of a header: a crawl takes 256 KiB of them (`crawler.http.response_heads`), and one that is repeated becomes one line. And of
# all lines between two bodies.
_LONGEST_LINE, _MOST_HEADERS = 320 * 1024, 1024 * 1024
_STEP = 1 << 20
# Between two records stand two line ends; some writers put more.
_BETWEEN = 64
# Bytes that may be read again: so many times those read, and a small file's worth. A file with a damaged record in each hundred
# stays far below, one whose every record claims the whole rest goes past it after some dozens.
_AGAIN, _AGAIN_AT_LEAST = 32, 64 << 20
# What warcio raises for what is no record: its own two, and what Python says to missing or impossible values.
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
# Of those, what reading a record raises where it is not whole: these say what is wrong. As much of it as fits a line.
TRUNCATION_ERRORS = (ArchiveLoadFailed, EOFError, OSError, zlib.error)
_WHY = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedRange:
    """Stands where records were that cannot be read. `at` is a byte of the file, or of what it unpacks to (`unpacked`)."""

    at: int
    why: str
    unpacked: bool = False


def _why(error: Exception) -> str:
    """What is wrong, in one short line."""
    said = str(error).partition("while decompressing data: ")
    return (
        re.sub(r"\s+", " ", said[2] or said[0])[:_WHY]
        if isinstance(error, TRUNCATION_ERRORS)
        else "is no record of a WARC"
    )


class _Reader(DecompressingBufferedReader):  # type: ignore[misc]
    """Raises where warcio's prints to standard error and goes on as if the file had ended; bounds lines."""

    decompressor: Any
    lines = 0
    cut = False
    """Whether the gzip member that is being read has not ended yet."""

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
    """Reads the headers of an answer as a crawl keeps them: a letter for each byte, whatever their encoding."""

    @staticmethod
    def decode_header(line: bytes) -> str:
        """Warcio's takes UTF-8 where it can be, and the bytes are lost."""
        return line.decode("latin-1")


class _Iterator(ArchiveIterator):  # type: ignore[misc]
    """Warcio's, with that reader; what is left between two records must be blank."""

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
                    raise ArchiveLoadFailed("a record is longer than it says")
                return line, size
            size += len(line)
        return None, size


def read_records(file: IO[bytes], name: str) -> Iterator[Any]:
    """The records (warcio's), and one Damage for each stretch that is none. Raises UsageError where it is no WARC at all.

    `file` must be seekable. A record is to be read before the next one is asked for; whoever cannot read it to its end
    (`TRUNCATION_ERRORS`) says so in its `damage`. `begins` is the byte at which it stands.
    """
    start = file.read(len(_BEGINS))
    if not start:
        return
    packed = start.startswith(GZIP)
    if not packed and start != _BEGINS:
        raise UsageError(f"{name}: is no WARC file (it begins with neither WARC/ nor gzip)")
    yielded = 0
    try:
        for record in _past_damage(file, packed=packed):
            yield record
            yielded += 1
    except _OnePiece:
        file.seek(0)
        whole = gzip.GzipFile(fileobj=file)
        for number, record in enumerate(_past_damage(whole, packed=False)):  # type: ignore[arg-type]
            if number >= yielded:
                yield replace(record, unpacked=True) if isinstance(record, DamagedRange) else record


class _OnePiece(Exception):
    """The file is one gzip stream around all records, not one for each."""


def _past_damage(file: IO[bytes], *, packed: bool) -> Iterator[Any]:
    at: int | None = 0
    whole = True
    again = _Again(file)
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
                # The last one begun: that of the last record, or one behind it that gave nothing.
                last = records.offset if records.offset < file.tell() else begun
                yield DamagedRange(at=last, why="the file breaks off in a gzip member")
            return
        except WARC_ERRORS as error:
            if "non-chunked gzip" in str(error):
                raise _OnePiece from error
            damage = DamagedRange(at=max(begun, records.offset), why=_why(error))
        if whole:
            yield damage
        whole = False
        if not again.may_go_to(begun + 1):
            yield DamagedRange(at=begun, why="too much is damaged; the rest of the file is passed over")
            return
        at = _next_start(file, begun + 1, GZIP if packed else b"\n" + _BEGINS)


class _Again:
    """Counts what going back costs, and says when that is out of proportion."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._bytes = self._furthest = 0
        self.slow = isinstance(file, gzip.GzipFile | zipfile.ZipExtFile)
        """Whether going back means unpacking from the beginning."""

    def may_go_to(self, place: int) -> bool:
        at = self._file.tell()
        self._furthest = max(self._furthest, at)
        self._bytes += at if self.slow else max(0, at - place)
        return self._bytes <= _AGAIN * self._furthest + _AGAIN_AT_LEAST


def _check_end(record: Any, file: IO[bytes], reader: _Reader) -> None:
    """See whether the next record, or nothing, stands where this one says that it ends."""
    here = file.tell()
    try:
        end = here - reader.rem_length() + bytes_left(record)
        if end > file.seek(0, io.SEEK_END):
            raise ArchiveLoadFailed("a record is shorter than it says")
        file.seek(end)
        behind = file.read(_BETWEEN)
        # The two line ends suffice: what comes behind them may be the damaged one.
        if not behind.startswith(b"\r\n\r\n") and not _BEGINS.startswith(behind.lstrip()[: len(_BEGINS)]):
            raise ArchiveLoadFailed("a record is longer than it says")
    finally:
        file.seek(here)


def _check(record: Any) -> None:
    if record.length is None or record.rec_headers.get_header("Content-Length") is None:
        raise ArchiveLoadFailed("a record without a length")


def _skip_rest(record: Any) -> None:
    """Read what the caller left; a record that ends before its length is damaged, and those behind it may be inside it."""
    if record.damage is not None:
        raise ArchiveLoadFailed(record.damage)
    while record.raw_stream.read(_STEP):
        pass
    if bytes_left(record):
        raise ArchiveLoadFailed("a record is shorter than it says")


def bytes_left(record: Any) -> int:
    """The bytes of a record that were not read (yet)."""
    return int(getattr(record.raw_stream, "limit", 0))


def _next_start(file: IO[bytes], at: int, mark: bytes) -> int | None:
    """Where `mark` stands next, at or behind a place; a mark that begins with a line end stands behind it."""
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
