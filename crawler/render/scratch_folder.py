"""Where a browser keeps its profile and temporary files while it runs: some megabytes, which it leaves behind when it is killed.

Each browser process gets a folder of its own as TMPDIR. It is removed when the process has ended; folders of crawls that were
killed are removed by the next one that starts a browser.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

_PREFIX = "copydesk-browser-"
# Chromium makes a socket in it, whose path may have 103 bytes (macOS; 107 on Linux): the rest is its own and our names.
_LONGEST_PARENT = 103 - len(f"/{_PREFIX}abcdefgh/org.chromium.Chromium.abcdef/SingletonSocket")


class ScratchFolder:
    """A new folder among the machine's temporary files, locked as long as it is used. Raises OSError where none can be made."""

    def __init__(self) -> None:
        _remove_abandoned()
        self.path, self._lock = _make_locked()

    def remove(self) -> None:
        """Remove it with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def _parent() -> str:
    """The folder of temporary files, or the one that each Unix has where its path is too long."""
    parent = tempfile.gettempdir()
    return parent if len(os.fsencode(parent)) <= _LONGEST_PARENT else "/tmp"  # noqa: S108 made by mkdtemp in it


def _make_locked() -> tuple[Path, int]:
    """A folder and the descriptor that locks it: the lock ends with its process, whose number another one may be given later."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_parent()))
        # Another crawl may take it for abandoned until it is locked, and remove it.
        with contextlib.suppress(FileNotFoundError):
            lock = os.open(path, os.O_RDONLY)
            fcntl.flock(lock, fcntl.LOCK_EX)
            if path.exists():
                return path, lock
            os.close(lock)


def _remove_abandoned() -> None:
    """Remove what crawls of this user left that were killed. Folders of others cannot be opened."""
    for path in Path(_parent()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            lock = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(lock)
