"""Open files whose names come from outside: a folder, a manifest, a command line. Never blocks and never opens a
device.

Opening a FIFO without a writer would hang, a device has no end, and a symbolic link may lead anywhere. So a file is
opened without blocking and checked once it is open: anything but a regular file is refused, whatever it was a moment
before.

    named by the user     links are followed; /dev/stdin and /dev/fd/N are read, whatever they refer to
    within a folder       the file itself must be in that folder; a link that leads out of it is refused
"""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path
from typing import IO

_DESCRIPTOR = re.compile(r"/dev/stdin|/(?:dev|proc/self)/fd/(\d{1,9})")
_KINDS = (
    (stat.S_ISDIR, "is a folder"),
    (stat.S_ISFIFO, "is a FIFO"),
    (stat.S_ISSOCK, "is a socket"),
    (lambda mode: stat.S_ISCHR(mode) or stat.S_ISBLK(mode), "is a device"),
)


class NotRegularFile(OSError):
    """The name refers to something other than a regular file, or to a file outside the required folder."""


def is_own_descriptor(path: Path) -> bool:
    """Whether the path names an open descriptor: /dev/stdin, /dev/fd/N. Another process has other descriptors."""
    return _own_descriptor(path) is not None


def open_file(path: Path, *, own: bool = False, within: Path | None = None) -> IO[bytes]:
    """Open a regular file for reading. `own`: the user named it and may mean a pipe, such as /dev/stdin.

    `within` is the folder that must contain the file once all links are resolved. Raises NotRegularFile or another
    OSError.
    """
    number = _own_descriptor(path) if own else None
    if number is not None:
        return os.fdopen(os.dup(number), "rb")
    if within is not None:
        return _regular(_opened_within(path, within), path)
    _refuse(path.stat().st_mode, path)  # merely opening a device may have effects
    return _regular(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC), path)


def read_text(path: Path) -> str:
    """Read a UTF-8 file named by the user, with newlines normalised. Raises OSError or UnicodeDecodeError."""
    with open_file(path, own=True) as file:
        return file.read().decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")


def write_text(path: Path, text: str) -> None:
    """Write a file named by the user. Raises OSError, also for a FIFO without a reader."""
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
    found = _DESCRIPTOR.fullmatch(str(path))
    return int(found[1] or 0) if found else None


def _opened_within(path: Path, folder: Path) -> int:
    """Walk down from the folder without following links, so that a name that changes meanwhile leads nowhere."""
    root, real = Path(os.path.realpath(folder)), Path(os.path.realpath(path))
    if not real.is_relative_to(root):
        raise NotRegularFile(errno.EPERM, f"leads out of {folder}", str(path))
    _refuse(real.stat().st_mode, path)
    *folders, name = real.relative_to(root).parts
    at = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in folders:
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at)
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
        what = next((text for is_kind, text in _KINDS if is_kind(mode)), "is not a regular file")
        raise NotRegularFile(errno.EINVAL, what, str(path))
