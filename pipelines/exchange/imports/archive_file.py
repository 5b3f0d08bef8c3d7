"""Reads one file or folder as items of an import. The first bytes of a file decide what it is, its name only where they do not.

    WARC, WACZ            read_warc, read_wacz
    folder, zip, tar      their members: pages, WARCs
    CSV, JSON, Parquet    rows, of which one column is the page
    SQLite                each table with such a column
    HTML, MHTML           one page
    all else              refused, with what to do instead

Text and tar may be packed (gzip, bzip2, xz, zstd).
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import json
import lzma
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from db.errors import UsageError
from db.store.archives.foreign_tables import Row, sqlite_tables
from db.system.machine_errors import in_short
from db.system.regular_files import open_file
from db.zstd import zstd
from pipelines.content_encoding import GZIP, ZSTD, looks_like_markup
from pipelines.exchange.imports.archive_options import ArchiveOptions
from pipelines.exchange.imports.members import (
    UNREADABLE,
    Member,
    MemberOptions,
    folder_members,
    read_beside,
    read_members,
    tar_members,
    zip_members,
)
from pipelines.exchange.imports.page_rows import read_page_rows
from pipelines.exchange.items import Item, SkippedRecord
from pipelines.exchange.remote_files import RemoteArchives, open_seekable
from pipelines.exchange.saved_pages.formats import HEAD, is_page
from pipelines.exchange.saved_pages.html_files import is_html_file, read_manifest, time_of_file
from pipelines.exchange.tables.columns import TablePlace, named_cells
from pipelines.exchange.tables.rows import csv_rows, json_rows, open_text, parquet_rows
from pipelines.exchange.warc.reader import read_warc
from pipelines.exchange.warc.wacz import CONTENTS, WARCS, read_wacz

_WACZ = ".wacz"
_WARC, _ARC, _ZIP, _PARQUET, _SQLITE = b"WARC/", b"filedesc:", b"PK\x03\x04", b"PAR1", b"SQLite format 3\x00"
_PACKERS: tuple[tuple[bytes, Callable[..., Any]], ...] = (
    (GZIP, gzip.open),
    (b"BZh", bz2.open),
    (b"\xfd7zXZ", lzma.open),
    (ZSTD, zstd.open),
)
_HEAD = 1 << 18
_ARC_ADVICE = "is an ARC file, the format before WARC; convert it first: warcio recompress FILE FILE.warc.gz"
_KINDS = "WARC, WACZ, HAR, HTML, MHTML, folders, zip and tar files, tables with a column of HTML (CSV, JSON, Parquet, SQLite)"
# What cannot be imported: its first bytes, and what to do.
_REFUSED = (
    (b"7z\xbc\xaf\x27\x1c", "is a 7z file; unpack it (7z x -oFOLDER FILE), then import FOLDER"),
    (b"Rar!\x1a\x07", "is a RAR file; unpack it (unrar x FILE FOLDER/), then import FOLDER"),
    (b"%PDF", f"is a PDF file; Copydesk imports {_KINDS}"),
    (
        b" CDX ",
        "is an index of captures, without pages; import the WARC files that it names, or ask the Wayback Machine:"
        " copydesk backfill NAME --since 2015 --channels wayback",
    ),
    (_ARC, _ARC_ADVICE),
)
# Lists of addresses in XML, and what takes them.
_ADD = "it lists articles; copydesk sources add ADDRESS follows it"
_LISTS = (
    (b"<opml", "copydesk sources import FILE adds the sites of an OPML file"),
    (b"<rss", _ADD),
    (b"<feed", _ADD),
    (b"<urlset", _ADD),
    (b"<sitemapindex", _ADD),
)


def read_archive(path: Path, options: ArchiveOptions) -> Iterator[Item]:
    """The items of a file or folder. Raises UsageError if it is missing or cannot be imported."""
    if path.is_dir():
        how = _member_options(options, path.resolve().name, warcs=True)
        yield from read_members(folder_members(path), how, str(path))
        return
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file")
    try:
        file = open_file(path, own=True)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    with file:
        yield from read_archive_file(file, str(path), options, path=path)


def read_remote_archives(found: RemoteArchives, options: ArchiveOptions) -> Iterator[Item]:
    """The items of files at an address, one file after another. Raises UsageError for files that cannot be imported."""
    for path in found.paths:
        try:
            with open_seekable(found.fs, path) as file:
                yield from read_archive_file(file, path, options)
        except OSError as error:
            raise UsageError(f"{path}: cannot be read ({error})") from error


def read_archive_file(
    file: IO[bytes], name: str, options: ArchiveOptions, *, path: Path | None = None
) -> Iterator[Item]:
    """The items of an open file, which must be seekable. `name`: in messages; `path`: where it is on this machine, if it is.

    Raises UsageError if it cannot be imported.
    """
    head = file.read(_HEAD)
    file.seek(0)
    low = name.lower()
    for mark, advice in _REFUSED:
        if head.startswith(mark):
            raise UsageError(f"{name}: {advice}")
    if head.startswith(_ZIP) or low.endswith(_WACZ):
        yield from _read_zip(file, name, options)
    elif head.startswith(_PARQUET):
        yield from _read_rows(parquet_rows(file, name), name, options, path)
    elif head.startswith(_SQLITE):
        yield from _read_sqlite(name, options, path)
    elif head.startswith(_WARC) or low.endswith(WARCS) or (not head and path is None):
        yield from read_warc(file, name, options)
    elif is_html_file(Path(name)):
        yield from _read_page(file, name, options, path)
    elif low.endswith((".jsonl", ".ndjson")) and path and _is_manifest(head):
        yield from read_manifest(path, options)
    elif opener := next((opener for mark, opener in _PACKERS if head.startswith(mark)), None):
        yield from _read_packed(file, opener, name, options, path)
    else:
        yield from _read_text(file, head, name, options, path)


def _read_packed(
    file: IO[bytes], opener: Callable[[IO[bytes]], Any], name: str, options: ArchiveOptions, path: Path | None
) -> Iterator[Item]:
    with opener(file) as unpacked:
        head = _beginning(unpacked, name)
    file.seek(0)
    if head.startswith(_WARC) and opener is gzip.open:
        yield from read_warc(file, name, options)
    elif head.startswith(_WARC):
        raise UsageError(f"{name}: is a WARC file that is packed as a whole; unpack it first, such as with zstd -d")
    elif head.startswith(_ARC):
        raise UsageError(f"{name}: {_ARC_ADVICE}")
    else:
        with opener(file) as unpacked:
            yield from _read_text(unpacked, head, name, options, path)


def _beginning(unpacked: Any, name: str) -> bytes:
    """The first bytes of a packed file, also of one that breaks off there. Raises UsageError if there are none."""
    head = b""
    try:
        while len(head) < _HEAD and (piece := unpacked.read1(_HEAD)):
            head += piece
    except UNREADABLE as error:
        if not head:
            raise UsageError(f"{name}: cannot be unpacked ({in_short(error)})") from error
    return head


def _read_text(file: IO[bytes], head: bytes, name: str, options: ArchiveOptions, path: Path | None) -> Iterator[Item]:
    """A tar, a page, or a table that is text. `head`: the first bytes of `file`, which is at its beginning."""
    begin = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if head[257:262] == b"ustar":
        yield from read_members(tar_members(file, name), _member_options(options, ""), name)
    elif begin[:1] in (b"{", b"["):
        with open_text(file, head) as text:
            yield from _read_rows(json_rows(text, name), name, options, path)
    elif is_page(head[:HEAD]):
        yield from _read_page(file, name, options, path)
    elif begin.startswith(b"<"):
        start = begin[:HEAD].lower()
        advice = next((advice for mark, advice in _LISTS if mark in start), f"Copydesk imports {_KINDS}")
        raise UsageError(f"{name}: holds no HTML; {advice}")
    elif b"\x00" in head and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UsageError(f"{name}: is none of what can be imported: {_KINDS}")
    else:
        with open_text(file, head) as text:
            yield from _read_rows(csv_rows(text, name), name, options, path)


def _read_page(file: IO[bytes], name: str, options: ArchiveOptions, path: Path | None) -> Iterator[Item]:
    at = _time_of(path)
    if at is None:
        raise UsageError(f"{name}: an HTML file at an address has no time; copy it to this machine first")
    member = Member(
        name=PurePosixPath(Path(name).name),
        where=name,
        open=lambda: (file, at),
        beside=lambda other: read_beside(path.with_name(other), path.parent) if path else None,
        url=options.base,
    )
    yield from read_members([member], _member_options(options, ""), name)


def _read_zip(file: IO[bytes], name: str, options: ArchiveOptions) -> Iterator[Item]:
    try:
        packed = zipfile.ZipFile(file)
    except (OSError, zipfile.BadZipFile, ValueError) as error:
        raise UsageError(f"{name}: is not a zip file that can be read ({error})") from error
    with packed:
        names = packed.namelist()
        if name.lower().endswith(_WACZ) or CONTENTS in names:
            yield from read_wacz(file, name, options)
            return
        if "mimetype" in names or "[Content_Types].xml" in names:
            raise UsageError(
                f"{name}: is an e-book or an office document (save a spreadsheet as CSV); Copydesk imports {_KINDS}"
            )
        members = zip_members(packed, name)
        yield from read_members(members, _member_options(options, "", warcs=True), name)


def _member_options(options: ArchiveOptions, root: str, *, warcs: bool = False) -> MemberOptions:
    def read(file: IO[bytes], member: Member) -> Iterator[Item]:
        """A WARC or WACZ among the members. One that cannot be read costs only itself."""
        try:
            wacz = member.name.name.lower().endswith(_WACZ)
            read_one = read_wacz if wacz else read_warc
            yield from read_one(file, member.where, options)
        except UsageError as error:
            yield SkippedRecord(reason="damaged", where=str(error))

    return MemberOptions(
        root=root, limit=options.limit, is_known=options.is_known, base=options.base, warc=read if warcs else None
    )


def _read_sqlite(name: str, options: ArchiveOptions, path: Path | None) -> Iterator[Item]:
    """The pages of all tables that have some. Raises UsageError where none has."""
    if path is None:
        raise UsageError(f"{name}: SQLite reads files of this machine only; copy it here first")
    refused: list[UsageError] = []
    tables = 0
    for table, rows in sqlite_tables(path):
        tables += 1
        try:
            yield from _read_rows(rows, f"{name}, table {table}", options, path)
        except UsageError as error:
            refused.append(error)
    if len(refused) == tables:
        with_addresses = (error for error in refused if "addresses" in str(error))
        raise next(with_addresses, refused[0] if refused else UsageError(f"{name}: has no tables"))


def _read_rows(
    rows: Iterator[Row | SkippedRecord], name: str, options: ArchiveOptions, path: Path | None
) -> Iterator[Item]:
    place = TablePlace(name=name, at=_time_of(path), folder=path.parent if path else None)
    try:
        yield from read_page_rows(rows, place, options)
    except UNREADABLE as error:
        yield SkippedRecord(reason="damaged", where=f"{name}: {in_short(error)}; the rest is not read")


def _time_of(path: Path | None) -> datetime | None:
    return time_of_file(path.stat()) if path else None


def _is_manifest(head: bytes) -> bool:
    """Whether the first line names a file and holds no page itself."""
    try:
        row = json.loads(head.partition(b"\n")[0].decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return False
    cells = named_cells(row) if isinstance(row, dict) else {}
    return isinstance(cells.get("path"), str) and not looks_like_markup(
        str(cells.get("body", "")).encode("utf-8", "replace")
    )
