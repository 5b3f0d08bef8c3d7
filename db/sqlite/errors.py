"""SQLite's errors as Copydesk's: which file, what is wrong with it, what to do."""

from __future__ import annotations

import mmap
import os
import re
import resource
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from db import errors
from db.system.machine_errors import out_of_file_handles
from db.system.temporary_files import NO_FOLDER, sqlite_temporary_folder

SALVAGE = "`copydesk backup --salvage NEW.db`"
"""The command that saves what is left of a damaged file."""
_NOT_WRITABLE = "{}: cannot be written; check the permissions of the file and its folder"
_READ_ONLY = (
    "{}: its file system is read-only; if nobody mounted it so, its disk failed (`dmesg`): check it, mount it again"
)
_NO_FILES_LEFT = (
    "{}: no more files can be made on its disk (`df -i`); delete some and start again, nothing stored is lost"
)
# What SQLite says of a statement that does not go with the tables.
_OTHER_SCHEMA = re.compile(r"no such (?:table|column|module|index)|has no column|already exists|no such trigger")
# To open a file in WAL mode SQLite needs 32 KiB for the log's index, and a little more.
_MIN_FREE_BYTES = 64 * 1024
# A file this close to the size limit cannot grow by another page.
_MIN_GROWTH_BYTES = 64 * 1024


@contextmanager
def translate_sqlite_errors(path: Path) -> Iterator[None]:
    """Raise SQLite's errors as DatabaseError, with the file and advice."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain_sqlite_error(error, path) from error


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 if Python raised the error itself."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def not_a_database(path: Path) -> errors.NotADatabase:
    """The error for a file of another program."""
    return errors.NotADatabase(f"{path}: is not an SQLite database; name another file with --db")


def explain_sqlite_error(error: sqlite3.Error, path: Path) -> errors.DatabaseError:
    """The DatabaseError to show for an SQLite error."""
    first = _first(error)
    match primary_code(first):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return errors.DatabaseBusy(
                f"{path}: another program has held the write lock for too long; close it and try again"
            )
        case sqlite3.SQLITE_FULL:
            return errors.DiskFull(full_disk(path))
        case sqlite3.SQLITE_IOERR:
            return _io_error(first, path)
        case sqlite3.SQLITE_CORRUPT:
            return errors.DatabaseDamaged(_damaged(path))
        case sqlite3.SQLITE_NOTADB:
            return not_a_database(path)
        case sqlite3.SQLITE_READONLY:
            return _not_writable(path)
        case sqlite3.SQLITE_CANTOPEN:
            return _cannot_open(path)
        case sqlite3.SQLITE_CONSTRAINT if first.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
            return errors.DatabaseError(
                f"{path}: rows that were being used are gone; another program restored or changed the database; start again"
            )
        case sqlite3.SQLITE_NOMEM:
            return errors.DatabaseError(f"{path}: SQLite ran out of memory; free some, or raise the limit (ulimit -v)")
        case sqlite3.SQLITE_ERROR if _OTHER_SCHEMA.search(str(first)):
            return errors.DatabaseError(
                f"{path}: {first}; another program may have changed its tables, `copydesk doctor` says what is missing"
            )
    return errors.DatabaseError(f"{path}: {first}")


def _first(error: sqlite3.Error) -> sqlite3.Error:
    """The original error: if SQLite has aborted a transaction, the ROLLBACK fails as well."""
    while isinstance(error.__context__, sqlite3.Error):
        error = error.__context__
    return error


def _damaged(path: Path) -> str:
    # SQLite says the same of a page that the disk does not give.
    return (
        f"{path}: the file is damaged, or its disk cannot be read (`dmesg` says so); restore a backup, or {SALVAGE} makes a new"
        " file of what can be read"
    )


def _io_error(error: sqlite3.Error, path: Path) -> errors.DatabaseError:
    if error.sqlite_errorcode == sqlite3.SQLITE_IOERR_SHORT_READ:
        return errors.DatabaseDamaged(_damaged(path))
    if error.sqlite_errorcode == sqlite3.SQLITE_IOERR_GETTEMPPATH:
        return errors.DatabaseError(f"{path}: {NO_FOLDER}")
    # SQLite reports an I/O error if it cannot create the log's index.
    if _space_left(path.absolute().parent) < _MIN_FREE_BYTES or _at_size_limit(path):
        return errors.DiskFull(full_disk(path))
    return errors.DatabaseError(
        f"{path}: the disk reports an error ({error.sqlite_errorname}); check it and its free space"
    )


def _cannot_open(path: Path) -> errors.DatabaseError:
    if out_of_file_handles():
        return errors.DatabaseError(f"{path}: cannot be opened, no file handles are left; raise the limit (ulimit -n)")
    if not os.path.lexists(path):
        if path.parent.is_dir() and not os.access(path.parent, os.W_OK):
            return errors.DatabaseNotWritable(f"{path}: cannot be created; check the permissions of its folder")
        return errors.DatabaseError(f"{path}: does not exist; check its name and its folder")
    if not os.access(path, os.R_OK):
        return errors.DatabaseError(f"{path}: cannot be read; check the permissions of the file and its folder")
    return _not_writable(path)


def _not_writable(path: Path) -> errors.DatabaseError:
    with suppress(OSError):
        disk = os.statvfs(Path(os.path.realpath(path)).parent)
        if disk.f_flag & os.ST_RDONLY:
            return errors.DatabaseNotWritable(_READ_ONLY.format(path))
        if disk.f_files and not disk.f_favail:  # some file systems make them as needed and report none
            return errors.DiskFull(_NO_FILES_LEFT.format(path))
    return errors.DatabaseNotWritable(_NOT_WRITABLE.format(path))


def no_room_for_log_index(path: Path) -> bool:
    """Whether making the log's index (-shm) could end this process without a word, by SIGBUS.

    SQLite maps the index into memory and makes room for it by a byte in every 4 KiB. Where blocks of the disk are smaller, as on
    small ext4 disks, the rest of them is only made when it is written to, and on a full disk that is a signal, not an error.
    """
    target = Path(os.path.realpath(path))
    with suppress(OSError):
        disk = os.statvfs(target.parent)
        if disk.f_frsize < mmap.PAGESIZE and disk.f_bavail * disk.f_frsize < _MIN_FREE_BYTES:
            return not target.with_name(target.name + "-shm").exists()
    return False


def full_disk(path: Path) -> str:
    """The message for a full disk."""
    kept = "nothing stored is lost"
    if _at_size_limit(path):
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
        return (
            f"{path}: no file may grow beyond {limit:,} bytes here; raise the limit (ulimit -f) and start again, {kept}"
        )
    folder, temporary = path.absolute().parent, sqlite_temporary_folder()
    # What did not fit into a temporary file is gone by now, so its disk may have room again; the database's would not.
    if temporary and _space_left(folder) >= _MIN_FREE_BYTES and _device(temporary) != _device(folder):
        return (
            f"{path}: the disk of {temporary}, where SQLite keeps temporary files, is full; free some space or set"
            f" SQLITE_TMPDIR, {kept}"
        )
    return f"{path}: the disk is full; free some space and start again, {kept}"


def _space_left(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 2**63


def _device(folder: Path) -> int | None:
    try:
        return folder.stat().st_dev
    except OSError:
        return None


def _at_size_limit(path: Path) -> bool:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    if limit == resource.RLIM_INFINITY:
        return False
    files = (path.with_name(path.name + end) for end in ("", "-wal", "-shm"))
    return any(file.exists() and file.stat().st_size + _MIN_GROWTH_BYTES > limit for file in files)
