"""Where temporary files go: Python's, and those of SQLite, which looks for a folder by rules of its own."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import IO

NO_FOLDER = (
    "no folder for temporary files can be written; free some space in /tmp, or set TMPDIR to a folder of your own"
)


def output_file() -> IO[bytes]:
    """A file without a name for what a process of ours prints.

    In memory where the system can (Linux): the folder of temporary files may be full, or gone since this process started.
    """
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("copydesk-output"), "w+b")
    return tempfile.TemporaryFile()


def sqlite_temporary_folder() -> Path | None:
    """The folder in which SQLite sorts and notes what a statement changes (https://sqlite.org/tempfiles.html, 5); None without one.

    It takes the first that it may write, whether there is room in it or not.
    """
    named = (os.environ.get("SQLITE_TMPDIR"), os.environ.get("TMPDIR"), "/var/tmp", "/usr/tmp", "/tmp", ".")  # noqa: S108 - SQLite's
    found = (Path(name) for name in named if name)
    return next((folder for folder in found if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)), None)
