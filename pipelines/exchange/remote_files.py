"""Files at any address that fsspec has a driver for, found and opened.

`memory://`, `file://`, `http://` come with fsspec; `s3://`, `gs://`, `abfs://` with s3fs, gcsfs, adlfs.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from db.errors import UsageError

EXTRA_MISSING = "archives at addresses need fsspec and pyarrow: pip install 'copydesk[dask]'"
_COPY_STEP = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteArchives:
    """Files of one file system, in reading order."""

    fs: Any
    paths: Sequence[str]


def find_archives(addresses: Sequence[str]) -> list[RemoteArchives]:
    """The files at these addresses; `*` matches any name. Raises UsageError if there is no driver or no such file."""
    try:
        import fsspec
    except ImportError as error:
        raise UsageError(EXTRA_MISSING) from error
    found = []
    for address in addresses:
        try:
            fs, _, paths = fsspec.get_fs_token_paths(address, mode="rb")
            paths = [path for path in sorted(paths) if fs.isfile(path)]
        except (ImportError, ValueError, OSError) as error:
            raise UsageError(f"{address}: {error}") from error
        if not paths and fs.isdir(address):
            raise UsageError(f"{address}: is a folder; name its files, such as {address.rstrip('/')}/*.warc.gz")
        if not paths:
            raise UsageError(f"{address}: there is no such file")
        found.append(RemoteArchives(fs=fs, paths=paths))
    return found


@contextmanager
def open_seekable(fs: Any, path: str) -> Iterator[IO[bytes]]:
    """The file, or a local copy if it cannot be read from any position."""
    with fs.open(path, "rb") as file:
        if file.seekable():
            yield file
            return
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(file, copy, _COPY_STEP)
            copy.seek(0)
            yield copy
