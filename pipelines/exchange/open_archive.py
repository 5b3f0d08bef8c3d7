"""Reads any archive as a stream of items: WARC, WACZ, a manifest, a folder, an HTML file.

A WACZ is a zip with WARCs under `archive/` (specs.webrecorder.net/wacz/1.1.1). They are read inside the zip: nothing is written to
disk, so a member name that leads out of the folder does no harm.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from db.errors import UsageError
from db.system.regular_files import NotRegularFile, open_file
from pipelines.exchange.items import NOT_A_FILE, IsKnown, Item, SkippedRecord
from pipelines.exchange.warc_reader import read_warc

_WARCS, _WACZ = (".warc", ".warc.gz"), ".wacz"
_CONTENTS, _LONGEST_CONTENTS = "datapackage.json", 16 << 20
# The largest ratio of unpacked to packed size, for members that unpack to more than `_BOMB` bytes. WARCs in a WACZ are compressed
# already; a plain WARC with one page a thousand times over has a ratio of some 300.
_MOST_PACKED, _BOMB = 500, 256 << 20
_UNREADABLE = (OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveOptions:
    """How to read archives. `limit`: the largest body kept, in bytes; `base`: the address of a folder's root."""

    limit: int
    is_known: IsKnown
    base: str | None = None


def read_archive(path: Path, options: ArchiveOptions) -> Iterator[Item]:
    """The items of one archive. Raises UsageError if the file is missing or cannot be imported."""
    # Imported here: with it comes all of extraction, which the help of `copydesk import` waited for.
    from pipelines.exchange.html_files import is_html_file, read_file, read_manifest

    name = path.name.lower()
    if path.is_dir():
        yield from _read_folder(path, options)
    elif not path.is_file():
        raise UsageError(f"{path}: there is no such file")
    elif name.endswith((".jsonl", ".ndjson")):
        yield from read_manifest(path, limit=options.limit, is_known=options.is_known)
    elif is_html_file(path):
        yield read_file(path, options.base, limit=options.limit, is_known=options.is_known)
    elif name.endswith((_WACZ, ".zip")):
        with _opened(path) as file:
            yield from read_wacz(file, str(path), options)
    else:
        with _opened(path) as file:
            yield from read_warc(file, str(path), limit=options.limit, is_known=options.is_known)


def _read_folder(folder: Path, options: ArchiveOptions) -> Iterator[Item]:
    """The HTML files, WARCs and WACZs of a folder and its subfolders. Links out of it are skipped, other files passed over.

    Raises UsageError if there is none: whoever names a folder of other files would take "0 new pages" for an answer.
    """
    from pipelines.exchange.html_files import files_in_folder, is_html_file, read_file_within

    empty = True
    for path in files_in_folder(folder):
        if is_html_file(path):
            item = read_file_within(folder, path, options.base, limit=options.limit, is_known=options.is_known)
            items: Iterable[Item] = (item,)
        elif path.name.lower().endswith((*_WARCS, _WACZ)):
            items = _archive_within(folder, path, options)
        else:
            continue
        empty = False
        yield from items
    if empty:
        raise UsageError(f"{folder}: holds no HTML, WARC or WACZ files (.html, .htm, .warc, .warc.gz, .wacz)")


def _archive_within(folder: Path, path: Path, options: ArchiveOptions) -> Iterator[Item]:
    """The items of an archive in a folder. One that cannot be read costs only itself."""
    try:
        with open_file(path, within=folder) as file:
            if path.name.lower().endswith(_WACZ):
                yield from read_wacz(file, str(path), options)
            else:
                yield from read_warc(file, str(path), limit=options.limit, is_known=options.is_known)
    except NotRegularFile as error:
        yield SkippedRecord(reason=NOT_A_FILE, where=f"{path}: {error.strerror}")
    except UsageError as error:
        yield SkippedRecord(reason="damaged", where=str(error))
    except OSError as error:
        yield SkippedRecord(reason="unreadable", where=f"{path}: {error.strerror or error}")


def _opened(path: Path) -> IO[bytes]:
    try:
        return open_file(path, own=True)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error


def read_wacz(file: IO[bytes], path: str, options: ArchiveOptions) -> Iterator[Item]:
    """The items of a WACZ. `path`: its name in messages. Raises UsageError if it is no WACZ."""
    try:
        packed = zipfile.ZipFile(file)
    except (OSError, zipfile.BadZipFile) as error:
        raise UsageError(f"{path}: is not a zip file, so not a WACZ ({error})") from error
    with packed:
        warcs = [entry for entry in packed.infolist() if entry.filename.lower().endswith(_WARCS)]
        if not warcs:
            raise UsageError(f"{path}: holds no WARC (a WACZ has them under archive/)")
        for name in _missing(packed):
            yield SkippedRecord(
                reason="damaged", where=f"{path}: {name}, which its datapackage.json names, is not in it"
            )
        for entry in warcs:
            yield from _member(packed, entry, path, options)


def _missing(packed: zipfile.ZipFile) -> list[str]:
    """The WARCs that datapackage.json names but the zip does not contain; none if datapackage.json cannot be read."""
    try:
        with packed.open(_CONTENTS) as file:
            named = json.loads(file.read(_LONGEST_CONTENTS))["resources"]
        paths = [str(one["path"]) for one in named]
    except (KeyError, TypeError, ValueError, RecursionError, *_UNREADABLE):
        return []
    return sorted({path for path in paths if path.lower().endswith(_WARCS)} - set(packed.namelist()))


def _member(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, path: str, options: ArchiveOptions) -> Iterator[Item]:
    where = f"{path}, {entry.filename}"
    if entry.file_size > max(_BOMB, _MOST_PACKED * entry.compress_size):
        why = (
            f"unpacks to {entry.file_size / max(1, entry.compress_size):,.0f} times its size, which no web archive does"
        )
        yield SkippedRecord(reason="damaged", where=f"{where}: {why}; it is skipped")
        return
    try:
        with packed.open(entry) as file:
            yield from read_warc(file, where, limit=options.limit, is_known=options.is_known)
    except UsageError as error:
        yield SkippedRecord(reason="damaged", where=str(error))
    except _UNREADABLE as error:
        yield SkippedRecord(reason="damaged", where=f"{where}: {error}")
