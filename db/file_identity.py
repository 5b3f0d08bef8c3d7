"""Which file a connection has open, and whether it is still the one that its path names.

An open file outlives its name: a connection to a deleted or replaced database goes on writing, into nothing or into a log that
another file takes for its own (https://sqlite.org/howtocorrupt.html, 4.2 to 4.4). SQLite does not look, so every transaction does:

    BEGIN IMMEDIATE ──> check ──> ... ──> check ──> COMMIT

A check is three `stat` calls, for the database, its log (-wal) and the index of the log (-shm). Only names are looked at: to open
and close the file would drop all locks that SQLite's other connections of this process hold on it (2.2 there). A file that is
renamed and gets its name back between two checks is the same file, and nothing is noticed or lost.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from db.errors import DatabaseDamaged, DatabaseError, DatabaseReplaced

# The log remembers whose it is, as a crash may leave it behind: "INODE OF THE LOG:INODE OF THE DATABASE". The first tells a copy
# of the log, made with its attributes, from the log itself: a folder that was copied as a whole is sound. No device: its
# number may change with a restart.
_OWNER = "user.copydesk.database"

# (device, inode) of a file.
Identity = tuple[int, int]


@dataclass(slots=True, kw_only=True)
class OpenFile:
    """The files of one open database. Made by `opened`."""

    path: Path
    """As it was given, for messages."""
    place: Path
    """The same from the root: a folder that is moved takes a relative path with it, but not SQLite's log."""
    companion_path: tuple[Path, Path]
    """Where log and index are: beside what `path` points to where it is a link."""
    main: Identity
    size: int
    log: Identity | None = None
    index: Identity | None = None
    marked: bool = False
    modified: int | None = None
    """Set where the file was opened without locks, as one that nobody writes: when it was changed last, in ns."""

    @classmethod
    def opened(cls, path: Path, before: Identity | None) -> OpenFile:
        """What was just opened. `before`: what was there before it was. Raises Replaced where that is another."""
        try:
            stat = path.stat()
        except OSError as error:
            raise _gone(path, error) from error
        main = (stat.st_dev, stat.st_ino)
        if before not in (None, main):
            raise DatabaseReplaced(f"{path}: was replaced while it was being opened; nothing was written; try again")
        target = os.path.realpath(path)
        companion_path = (Path(f"{target}-wal"), Path(f"{target}-shm"))
        file = cls(path=path, place=path.absolute(), beside=companion_path, main=main, size=stat.st_size)
        file._note_log()
        return file

    def check(self, conn: sqlite3.Connection | None = None) -> None:
        """Raises Replaced where the path names another file by now, Damaged where it was cut short (only with `conn`).

        With `conn`, a transaction must have begun and written nothing yet.
        """
        size = self.check_name()
        if self.log is None:
            self._note_log()
        else:
            for name, known in zip(self.beside, (self.log, self.index), strict=True):
                if known is not None and file_id(name) != known:
                    raise DatabaseReplaced(
                        f"{name}: was deleted or replaced while the database was open; nothing more was written;"
                        " start again, and `copydesk doctor` says whether the database is sound"
                    )
        if conn is not None:
            self._check_size(conn, size)
            self._mark_log()

    def check_name(self) -> int:
        """Only whether the path still names the file; its size in bytes. Raises Replaced."""
        try:
            stat = self.place.stat()
        except OSError as error:
            raise _gone(self.path, error) from error
        if (stat.st_dev, stat.st_ino) != self.main:
            raise DatabaseReplaced(
                f"{self.path}: another file has taken its place; nothing was written to that one;"
                " start again to work with it, or put the first one back"
            )
        return stat.st_size

    def check_unwritten(self) -> None:
        """Of a file opened without locks: raises DatabaseError where somebody wrote it meanwhile. Of others nothing."""
        if self.modified is None:
            return
        self.check()
        if self.place.stat().st_mtime_ns != self.modified or is_nonempty_file(self.beside[0]):
            raise DatabaseError(f"{self.path}: was written while it was read without locks; try again")

    @property
    def has_moved(self) -> bool:
        """Whether the database itself is gone from its path, and its log is still there."""
        return file_id(self.place) != self.main and self.log is not None and file_id(self.beside[0]) == self.log

    def unlink_log(self) -> None:
        """Take away the log and its index, if the path still has ours. Who has them open goes on with them."""
        for name, known in zip(self.beside, (self.log, self.index), strict=True):
            if known is not None and file_id(name) == known:
                name.unlink(missing_ok=True)

    def _mark_log(self) -> None:
        """Write into the log's attributes whose it is, where the file system keeps such."""
        if self.marked or self.log is None:
            return
        self.marked = True
        with suppress(OSError, AttributeError):  # no attributes here; no such call on this system
            os.setxattr(self.beside[0], _OWNER, f"{self.log[1]}:{self.main[1]}".encode())

    def _note_log(self) -> None:
        self.log, self.index = (file_id(name) for name in self.beside)

    def _check_size(self, conn: sqlite3.Connection, size: int) -> None:
        if size < self.size:
            pages, page_size = (conn.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
            # VACUUM makes it shorter too, but not shorter than what is in it.
            if size < pages * page_size:
                raise DatabaseDamaged(
                    f"{self.path}: was cut short while it was open; nothing more was written; restore a backup"
                )
        self.size = size


def file_id(path: Path) -> Identity | None:
    """Device and inode of a file; None where there is none."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


def companion_path(path: Path, end: str) -> Path:
    """The file that SQLite keeps beside a database: -wal, -shm, -journal."""
    return path.with_name(path.name + end)


def is_nonempty_file(path: Path) -> bool:
    """Whether there is such a file with anything in it."""
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def owner_of_log(log: Path) -> int | None:
    """The inode of the database that a log belongs to; None where that is not known, or it is a copy of that log."""
    try:
        own, _, owner = os.getxattr(log, _OWNER).decode().partition(":")
        return int(owner) if own == str(log.stat().st_ino) else None
    except (OSError, AttributeError, ValueError):
        return None


def _gone(path: Path, error: OSError) -> DatabaseReplaced:
    return DatabaseReplaced(
        f"{path}: was deleted or moved while it was open ({error.strerror}); nothing more was written;"
        " put it back or restore a backup, then start again"
    )
