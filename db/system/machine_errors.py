"""Errors of the operating system as one line of text with advice: no space, no memory, no file handles, no permission."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping

from db.errors import CopydeskError, MachineError
from db.system.temporary_files import NO_FOLDER

# What an administrator can do. Other errors keep the text of the operating system.
_ADVICE: Mapping[int, str] = {
    errno.ENOSPC: "free some space and start again",
    errno.EDQUOT: "free some space, or have the quota raised",
    errno.EFBIG: "raise the limit of a file's size (ulimit -f)",
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.ENFILE: "close other programs, or raise fs.file-max",
    errno.EAGAIN: "no process or thread can be started; raise the limit (ulimit -u) or close other programs",
    errno.ENOMEM: "close other programs, or raise the limit (ulimit -v)",
    errno.EIO: "check the disk",
}
# The database, its log, the log's index, and a temporary file. When opening fails, SQLite closes those that it has opened.
_SQLITE_FILES = 4
# What the dynamic linker says when there is no room for a library.
_NOT_LOADED = ("failed to map segment", "cannot allocate memory", "cannot map zero-fill pages")
# Of `tempfile`: "No usable temporary directory found in [...]".
_NO_TEMPORARY_FOLDER = "no usable temporary directory"
_PERMISSIONS = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def explain_os_error(error: OSError | MemoryError) -> CopydeskError:
    """The error to show to a user: MachineError for a shortage, CopydeskError for trouble with one file."""
    if isinstance(error, MemoryError):
        return MachineError("out of memory; close other programs, or raise the limit (ulimit -v)")
    what = (error.strerror or str(error)).lower()
    if _NO_TEMPORARY_FOLDER in what:
        return MachineError(NO_FOLDER)
    where = f"{_text(error.filename)}: " if error.filename is not None else ""
    if advice := _ADVICE.get(error.errno or 0):
        return MachineError(f"{where}{what}; {advice}")
    if error.errno in _PERMISSIONS:
        return CopydeskError(f"{where}cannot be used ({what}); check the permissions of the file and its folder")
    return CopydeskError(f"{where}{what}")


def as_machine_error(error: BaseException) -> MachineError | None:
    """The MachineError for an exception that means no memory, space, file handles, threads or processes; else None."""
    if isinstance(error, MachineError):
        return error
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return MachineError("no thread can be started; raise the limits of processes and memory (ulimit -u, -v)")
    if isinstance(error, ImportError) and any(words in str(error) for words in _NOT_LOADED):
        return MachineError(
            "out of memory while a library was loaded; close other programs, or raise the limit (ulimit -v)"
        )
    explained = explain_os_error(error) if isinstance(error, OSError | MemoryError) else None
    return explained if isinstance(explained, MachineError) else None


def in_short(error: BaseException) -> str:
    """What an error says, without its number and the file: for a line that names the file already."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def out_of_file_handles() -> bool:
    """Whether this process cannot open as many files as SQLite needs at once."""
    opened = []
    try:
        for _ in range(_SQLITE_FILES):
            opened.append(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno in (errno.EMFILE, errno.ENFILE)
    finally:
        for handle in opened:
            os.close(handle)
    return False


def _text(name: object) -> str:
    return os.fsdecode(name) if isinstance(name, bytes) else str(name)
