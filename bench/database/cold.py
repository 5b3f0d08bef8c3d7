"""A file as after a start of the machine: what the system keeps of it in memory is given up. Linux only."""

from __future__ import annotations

import os
from pathlib import Path


def drop_from_memory(path: Path) -> None:
    """Give up the pages of a database and of its log that the system's cache holds, after writing what waits to be written."""
    for file in (path, path.with_name(f"{path.name}-wal")):
        if file.exists():
            handle = os.open(file, os.O_RDONLY)
            try:
                os.fsync(handle)
                os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(handle)
