"""Reads WACZ: a zip with WARCs under `archive/` (specs.webrecorder.net/wacz/1.1.1). They are read inside the zip."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from db.errors import UsageError
from pipelines.exchange.items import Item, ReadOptions, SkippedRecord
from pipelines.exchange.warc.reader import read_warc

WARCS = (".warc", ".warc.gz")
"""How the names of WARC files end."""
CONTENTS = "datapackage.json"
"""The table of contents of a WACZ."""
_LONGEST_CONTENTS = 16 << 20
# The largest ratio of unpacked to packed size, for members that unpack to more than `_BOMB` bytes. WARCs in a WACZ are compressed
# already; a plain WARC with one page a thousand times over has a ratio of some 300.
_MOST_PACKED, _BOMB = 500, 256 << 20
_UNREADABLE = (OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError)


def read_wacz(file: IO[bytes], path: str, options: ReadOptions) -> Iterator[Item]:
    """The items of a WACZ. `path`: its name in messages; the rest as for `read_warc`. Raises UsageError if it is no WACZ."""
    try:
        packed = zipfile.ZipFile(file)
    except (OSError, zipfile.BadZipFile) as error:
        raise UsageError(f"{path}: is not a zip file, so not a WACZ ({error})") from error
    with packed:
        warcs = [entry for entry in packed.infolist() if entry.filename.lower().endswith(WARCS)]
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
        with packed.open(CONTENTS) as file:
            named = json.loads(file.read(_LONGEST_CONTENTS))["resources"]
        paths = [str(one["path"]) for one in named]
    except (KeyError, TypeError, ValueError, RecursionError, *_UNREADABLE):
        return []
    return sorted({path for path in paths if path.lower().endswith(WARCS)} - set(packed.namelist()))


def _member(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, path: str, options: ReadOptions) -> Iterator[Item]:
    where = f"{path}, {entry.filename}"
    try:
        check_packing(entry)
        with packed.open(entry) as file:
            yield from read_warc(file, where, options)
    except UsageError as error:
        yield SkippedRecord(reason="damaged", where=str(error))
    except _UNREADABLE as error:
        yield SkippedRecord(reason="damaged", where=f"{where}: {error}")


def check_packing(entry: zipfile.ZipInfo) -> None:
    """Raise BadZipFile for a member that claims to be far larger than any web archive unpacks to."""
    if entry.file_size > max(_BOMB, _MOST_PACKED * entry.compress_size):
        ratio = entry.file_size / max(1, entry.compress_size)
        raise zipfile.BadZipFile(f"unpacks to {ratio:,.0f} times its size, which no web archive does; it is skipped")
