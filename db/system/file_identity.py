"""Which file a connection has open, and whether its path still names that file.

An open file outlives its name: a connection to a deleted or replaced database goes on writing, to nowhere or to a log
that another file takes for its own (https://sqlite.org/howtocorrupt.html, 4.2 to 4.4). SQLite does not check for this,
so every transaction does:

    BEGIN IMMEDIATE ──> check ──> ... ──> check ──> COMMIT

A check is three `stat` calls: for the database, its write-ahead log (-wal) and the log's index (-shm). Only names are
examined: opening and closing the file would drop all locks that SQLite's other connections in this process hold on it
(2.2 there). A file that is renamed and gets its name back between two checks is the same file; nothing is noticed and
nothing is lost.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from db.errors import DatabaseDamaged, DatabaseError, DatabaseReplaced

# Extended attribute of the log that records its database, because a crash may leave the log behind:
# "INODE OF THE LOG:INODE OF THE DATABASE". The first number tells the log from a copy made with its attributes: a folder that was
# copied as a whole is sound. The device is left out, because its number may change with a restart.
_OWNER_ATTRIBUTE = "user.copydesk.database"

FileId = tuple[int, int]
"""Device and inode."""


@dataclass(slots=True, kw_only=True)
class OpenFile:
    """The files of one open database. Made by `from_path`."""

    path: Path
    """As given, for messages."""
    absolute_path: Path
    """A moved folder takes a relative path with it, but not SQLite's log."""
    sidecars: tuple[Path, Path]
    """Paths of -wal and -shm: beside the target of `path` if that is a symbolic link."""
    main: FileId
    """The database file itself."""
    size: int
    wal: FileId | None = None
    shm: FileId | None = None
    wal_marked: bool = False
    modified_ns: int | None = None
    """Set only for a file that was opened without locks, as immutable: its modification time in ns."""

    @classmethod
    def from_path(cls, path: Path, before: FileId | None) -> OpenFile:
        """Describe a file that was just opened. `before` is its identity before opening; None if it was made by that.

        Raises DatabaseReplaced if the two differ.
        """
        try:
            stat = path.stat()
        except OSError as error:
            raise _gone(path, error) from error
        main = (stat.st_dev, stat.st_ino)
        if before not in (None, main):
            raise replaced_while_opening(path)
        target = os.path.realpath(path)
        sidecars = (Path(f"{target}-wal"), Path(f"{target}-shm"))
        file = cls(path=path, absolute_path=path.absolute(), sidecars=sidecars, main=main, size=stat.st_size)
        file._note_wal()
        return file

    def check(self, conn: sqlite3.Connection | None = None) -> None:
        """Check that the path still names the file. With `conn`, also that the file was not truncated; a transaction
        must have begun and written nothing yet.

        Raises DatabaseReplaced or DatabaseDamaged.
        """
        size = self.check_path()
        if self.wal is None:
            self._note_wal()
        else:
            for name, known in zip(self.sidecars, (self.wal, self.shm), strict=True):
                if known is not None and file_id(name) != known:
                    raise DatabaseReplaced(
                        f"{name}: was deleted or replaced while the database was open; nothing more was written;"
                        " start again, and `copydesk doctor` says whether the database is sound"
                    )
        if conn is not None:
            self._check_size(conn, size)
            self._mark_wal()

    def check_path(self) -> int:
        """Check only that the path still names the file. Returns its size in bytes. Raises DatabaseReplaced."""
        try:
            stat = self.absolute_path.stat()
        except OSError as error:
            raise _gone(self.path, error) from error
        if (stat.st_dev, stat.st_ino) != self.main:
            raise DatabaseReplaced(
                f"{self.path}: another file has taken its place; nothing was written to that one;"
                " start again to work with it, or put the first one back"
            )
        return stat.st_size

    def check_unwritten(self) -> None:
        """For a file opened without locks, raise DatabaseError if it was written meanwhile. Otherwise do nothing."""
        if self.modified_ns is None:
            return
        self.check()
        if self.absolute_path.stat().st_mtime_ns != self.modified_ns or is_nonempty_file(self.sidecars[0]):
            raise DatabaseError(f"{self.path}: was written while it was read without locks; try again")

    @property
    def has_moved(self) -> bool:
        """Whether the database is gone from its path while its log is still there."""
        return (
            file_id(self.absolute_path) != self.main and self.wal is not None and file_id(self.sidecars[0]) == self.wal
        )

    def unlink_wal(self) -> None:
        """Remove the log and its index, if the path still has ours. Connections that have them open keep using them.

        The index goes first: a process that opened the other file between the two would use the index of ours.
        """
        for name, known in zip(reversed(self.sidecars), (self.shm, self.wal), strict=True):
            if known is not None and file_id(name) == known:
                name.unlink(missing_ok=True)

    def _mark_wal(self) -> None:
        """Record the database's inode in the log's extended attributes, where the file system supports them."""
        if self.wal_marked or self.wal is None:
            return
        self.wal_marked = True
        with suppress(OSError, AttributeError):  # no attributes here; no such call on this system
            os.setxattr(self.sidecars[0], _OWNER_ATTRIBUTE, f"{self.wal[1]}:{self.main[1]}".encode())

    def _note_wal(self) -> None:
        self.wal, self.shm = (file_id(name) for name in self.sidecars)

    def _check_size(self, conn: sqlite3.Connection, size: int) -> None:
        if size < self.size:
            pages, page_size = (conn.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
            # VACUUM shortens it too, but never below the pages it holds.
            if size < pages * page_size:
                raise DatabaseDamaged(
                    f"{self.path}: was truncated while it was open; nothing more was written; restore a backup"
                )
        self.size = size


def file_id(path: Path) -> FileId | None:
    """Device and inode of a file; None if it does not exist."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


def companion_path(path: Path, end: str) -> Path:
    """Path of one of SQLite's companion files: -wal, -shm or -journal."""
    return path.with_name(path.name + end)


def is_nonempty_file(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def wal_owner_inode(wal: Path) -> int | None:
    """Inode of the database that a log belongs to; None if unknown, or if the file is a copy of that log."""
    try:
        own, _, owner = os.getxattr(wal, _OWNER_ATTRIBUTE).decode().partition(":")
        return int(owner) if own == str(wal.stat().st_ino) else None
    except (OSError, AttributeError, ValueError):
        return None


def replaced_while_opening(path: Path) -> DatabaseReplaced:
    return DatabaseReplaced(f"{path}: was replaced while it was being opened; nothing was written; try again")


def _gone(path: Path, error: OSError) -> DatabaseReplaced:
    return DatabaseReplaced(
        f"{path}: was deleted or moved while it was open ({error.strerror}); nothing more was written;"
        " put it back or restore a backup, then start again"
    )
