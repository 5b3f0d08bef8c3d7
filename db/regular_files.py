"""Opening files whose names come from elsewhere: a folder, a manifest, a command line. Never waits, never opens a device.

A FIFO without a writer would hang whoever opens it, a device never ends, and a link leads anywhere. So a file is opened without
waiting and looked at when it is open: what is no regular file is refused, whatever it was a moment ago.

    by a person's own word      links are followed; /dev/stdin and /dev/fd/N are read, whatever is behind them
    within a folder             the file itself must be in that folder; a link that leads out of it is refused
"""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path
from typing import IO

_OWN = re.compile(r"/dev/stdin|/(?:dev|proc/self)/fd/(\d{1,9})")
_KINDS = (
    (stat.S_ISDIR, "is a folder"),
    (stat.S_ISFIFO, "is a FIFO"),
    (stat.S_ISSOCK, "is a socket"),
    (lambda mode: stat.S_ISCHR(mode) or stat.S_ISBLK(mode), "is a device"),
)


class NotRegularFile(OSError):
    """What has this name is no regular file, or none of the folder that it is to be in."""


def is_own_descriptor(path: Path) -> bool:
    """Whether it names what a process has open: /dev/stdin, /dev/fd/N. It means another thing in another process."""
    return _own_descriptor(path) is not None


def is_readable(path: Path) -> bool:
    """Whether a person's word names something that `open_file` with `own` opens."""
    return _own_descriptor(path) is not None or path.is_file()


def open_file(path: Path, *, own: bool = False, within: Path | None = None) -> IO[bytes]:
    """Open a regular file to read. `own`: named by the person at the keyboard, who may mean a pipe of his own.

    `within` is the folder that the file must be in, when all links are followed. Raises NotRegular, or another OSError.
    """
    number = _own_descriptor(path) if own else None
    if number is not None:
        return os.fdopen(os.dup(number), "rb")
    if within is not None:
        return _regular(_opened_within(path, within), path)
    _refuse(path.stat().st_mode, path)  # only to open a device may do something
    return _regular(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC), path)


def read_text(path: Path) -> str:
    """The text of a file that a person named, UTF-8. Raises OSError, UnicodeDecodeError."""
    with open_file(path, own=True) as file:
        return file.read().decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")


def write_text(path: Path, text: str) -> None:
    """Write a file that a person named. Raises OSError, also where it is a FIFO that nobody reads."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        handle = os.open(path, flags, 0o666)
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise OSError(errno.ENXIO, "it is a FIFO or socket that nobody reads", str(path)) from error
        raise
    os.set_blocking(handle, True)
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode("utf-8", "replace"))


def _own_descriptor(path: Path) -> int | None:
    found = _OWN.fullmatch(str(path))
    return int(found[1] or 0) if found else None


def _opened_within(path: Path, folder: Path) -> int:
    """Step by step from the folder on, each without following a link: a name that changes meanwhile leads nowhere."""
    root, real = Path(os.path.realpath(folder)), Path(os.path.realpath(path))
    if not real.is_relative_to(root):
        raise NotRegularFile(errno.EPERM, f"leads out of {folder}", str(path))
    _refuse(real.stat().st_mode, path)
    *folders, name = real.relative_to(root).parts
    at = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for each in folders:
            below = os.open(each, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at)
            os.close(at)
            at = below
        return os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at)
    finally:
        os.close(at)


def _regular(handle: int, path: Path) -> IO[bytes]:
    try:
        _refuse(os.fstat(handle).st_mode, path)
    except OSError:
        os.close(handle)
        raise
    return os.fdopen(handle, "rb")


def _refuse(mode: int, path: Path) -> None:
    if not stat.S_ISREG(mode):
        what = next((says for is_so, says in _KINDS if is_so(mode)), "is no regular file")
        raise NotRegularFile(errno.EINVAL, what, str(path))
