"""The files of a folder, a zip or a tar as items of an import: pages, by their names or by their first bytes, and WARC files.

Everything else is counted (`other_file`), so that nothing is passed over silently. Files are read where they are: nothing is
unpacked to disk, so a member name that leads out of the folder does no harm.
"""

from __future__ import annotations

import lzma
import os
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, NoReturn

from db.errors import UsageError
from db.system.machine_errors import in_short
from db.system.regular_files import NotRegularFile, open_file
from db.zstd import zstd
from pipelines.content_encoding import GZIP, ZSTD, BodyTooBig, EncodingError, looks_like_markup, unpack, unpack_prefix
from pipelines.exchange.items import NOT_A_FILE, Item, KnownFetch, ReadOptions, SkippedRecord
from pipelines.exchange.saved_pages.formats import HEAD, SCRAPY_BODY, is_page, unwrap_page, with_record
from pipelines.exchange.saved_pages.html_files import address_below, files_in_folder, is_html_file, time_of_file
from pipelines.exchange.saved_pages.notes import read_mirror_path
from pipelines.exchange.saved_pages.page_bytes import PageBytes, item_of_bytes
from pipelines.exchange.warc.wacz import WARCS, check_packing
from pipelines.processing.files import read_unpacked

UNREADABLE = (
    OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zipfile.BadZipFile, tarfile.TarError, zlib.error,
    lzma.LZMAError, zstd.ZstdError, EncodingError,
)  # fmt: skip
"""What reading a damaged or locked file raises."""
OTHER_FILE = "other_file"
_PACKED = (".zip", ".wacz", ".tar", ".tar.gz", ".tgz", ".7z", ".rar")
_PACKED_PAGES = ((GZIP, "gzip"), (ZSTD, "zstd"))
# A saved page with its pictures may be so many times as long as the page alone.
_PICTURES = 8
# Extra field of a zip member with its time in UTC (Info-ZIP).
_UNIX_TIME = 0x5455
_SIDECAR = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file of a folder or of a packed one. `name`: its path there; `where`: its name in messages; `open`: gives it and its time;
    `beside`: reads a file of the same folder, where one can; `url`: the address that the user gave it.
    """

    name: PurePosixPath
    where: str
    open: Callable[[], tuple[IO[bytes], datetime]]
    beside: Callable[[str], bytes | None] = lambda _: None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberOptions(ReadOptions):
    """How members are read. `root`: the name of their folder; `base`: its address; `warc`: reads a WARC or WACZ among them, where
    that can be done.
    """

    root: str
    base: str | None = None
    warc: Callable[[IO[bytes], Member], Iterator[Item]] | None = None


def folder_members(folder: Path) -> Iterator[Member]:
    """The files of a folder and its subfolders, then the subfolders that cannot be read; links to folders are not followed."""
    closed: list[OSError] = []
    for path in files_in_folder(folder, closed.append):
        yield Member(
            name=PurePosixPath(path.relative_to(folder)),
            where=str(path),
            open=lambda path=path: _opened(path, folder),  # type: ignore[misc]
            beside=lambda name, path=path: read_beside(path.with_name(name), folder),  # type: ignore[misc]
        )
    for error in closed:
        yield Member(name=PurePosixPath(), where=str(error.filename), open=partial(_refuse, error))


def _refuse(error: OSError) -> NoReturn:
    raise error


def _opened(path: Path, folder: Path) -> tuple[IO[bytes], datetime]:
    file = open_file(path, within=folder)
    return file, time_of_file(os.fstat(file.fileno()))


def read_beside(path: Path, folder: Path) -> bytes | None:
    """The beginning of another file in the folder; None if it cannot be read."""
    try:
        with open_file(path, within=folder) as file:
            return file.read(_SIDECAR)
    except (OSError, ValueError):
        return None


def zip_members(packed: zipfile.ZipFile, where: str) -> Iterator[Member]:
    """The files of a zip, in its order. Times are UTC where the zip says so, else as they stand in it."""
    for entry in packed.infolist():
        if not entry.is_dir():
            yield Member(
                name=PurePosixPath(entry.filename.replace("\\", "/")),
                where=f"{where}, {entry.filename}",
                open=lambda entry=entry: (_zip_file(packed, entry), _zip_time(entry)),  # type: ignore[misc]
                beside=lambda name, entry=entry: _beside_in(packed, entry, name),  # type: ignore[misc]
            )


def _zip_file(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> IO[bytes]:
    check_packing(entry)
    return packed.open(entry)


def _beside_in(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> bytes | None:
    try:
        with packed.open(str(PurePosixPath(entry.filename).with_name(name))) as file:
            return file.read(_SIDECAR)
    except (KeyError, *UNREADABLE):
        return None


def _zip_time(entry: zipfile.ZipInfo) -> datetime:
    extra = entry.extra
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        if kind == _UNIX_TIME and size >= 5 and len(extra) >= 9 and extra[4] & 1:
            return datetime.fromtimestamp(struct.unpack("<i", extra[5:9])[0], UTC)
        extra = extra[4 + size :]
    try:
        return datetime(*entry.date_time, tzinfo=UTC)
    except ValueError:
        return datetime(1980, 1, 1, tzinfo=UTC)


def tar_members(file: IO[bytes], where: str) -> Iterator[Member]:
    """The files of a tar that is read from beginning to end."""
    with tarfile.open(fileobj=file, mode="r|", errorlevel=2) as packed:
        for entry in packed:
            if entry.isreg():
                yield Member(
                    name=PurePosixPath(entry.name),
                    where=f"{where}, {entry.name}",
                    open=lambda entry=entry: _tar_file(packed, entry),  # type: ignore[misc]
                )


def _tar_file(packed: tarfile.TarFile, entry: tarfile.TarInfo) -> tuple[IO[bytes], datetime]:
    file = packed.extractfile(entry)
    assert file is not None  # it is a regular file
    return file, datetime.fromtimestamp(max(0, entry.mtime), UTC)


def read_members(members: Iterable[Member], options: MemberOptions, where: str) -> Iterator[Item]:
    """The items of all members. Raises UsageError if there is no page and no WARC among them.

    Whoever names a folder of other files would take "0 new pages" for an answer.
    """
    empty, held = True, []
    try:
        for member in members:
            for item in _items(member, options):
                if empty and isinstance(item, SkippedRecord) and item.reason == OTHER_FILE:
                    held.append(item)
                    continue
                empty = False
                yield item
    except UNREADABLE as error:  # of the zip or tar itself
        empty = False
        yield SkippedRecord(reason="damaged", where=f"{where}: {in_short(error)}; the rest is not read")
    if empty:
        raise UsageError(
            f"{where}: holds no HTML, WARC or WACZ files. Name tables of pages (CSV, JSON lines, Parquet, SQLite) themselves"
        )
    yield from held


def _items(member: Member, options: MemberOptions) -> Iterator[Item]:
    name = member.name.name.lower()
    is_html = is_html_file(Path(name))
    is_warc = name.endswith((*WARCS, ".wacz")) and options.warc is not None
    try:
        file, at = member.open()
        with file:
            if is_warc and options.warc is not None:
                yield from options.warc(file, member)
                return
            if name.endswith((*WARCS, *_PACKED)):
                # A site may offer zip files, so they do not make an import incomplete; a WARC in a tar does.
                reason = "unreadable" if name.endswith(WARCS) else "archive_inside"
                yield SkippedRecord(
                    reason=reason, where=f"{member.where}: is an archive within another; unpack that, then name this"
                )
                return
            yield _page(member, file, at, options, is_html=is_html)
    except NotRegularFile as error:
        known = is_html or is_warc
        yield (
            SkippedRecord(reason=NOT_A_FILE, where=f"{member.where}: {error.strerror}")
            if known
            else SkippedRecord(reason=OTHER_FILE)
        )
    except BodyTooBig:
        yield SkippedRecord(reason="too_big")
    except UNREADABLE as error:
        yield SkippedRecord(reason="unreadable", where=f"{member.where}: {in_short(error)}")


def _page(member: Member, file: IO[bytes], at: datetime, options: MemberOptions, *, is_html: bool) -> Item:
    name, limit = member.name, options.limit
    url = member.url or address_below(name, options.base)
    if url and options.is_known(url, at):
        return KnownFetch(url=url, fetched_at=at)
    if is_html:
        body = read_unpacked(file, Path(name.name), limit)
    else:
        body = file.read(HEAD)
        head = unpack_prefix(body, _packing(body), HEAD)
        if not is_page(head) and name.name != SCRAPY_BODY:
            return SkippedRecord(reason=OTHER_FILE)
        body += file.read(limit * _PICTURES + 1 - len(body))
    if name.name != SCRAPY_BODY:  # which has headers that say so
        body = unpack(body, _packing(body), limit)
    mirrored = None if options.base else read_mirror_path(options.root / name)
    page = PageBytes(body=body, at=at, file_time=True, url=url, mirrored=mirrored)
    page = unwrap_page(page if url else with_record(page, name.name, member.beside, limit), limit)
    if len(page.body) > limit:
        return SkippedRecord(reason="too_big")
    if name.name == SCRAPY_BODY and not looks_like_markup(page.body):
        return SkippedRecord(reason="not_html")
    return item_of_bytes(page, options)


def _packing(body: bytes) -> str:
    """How a file is packed whatever its name: a program that saves what it receives keeps Content-Encoding."""
    return next((encoding for mark, encoding in _PACKED_PAGES if body.startswith(mark)), "")
