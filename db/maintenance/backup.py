"""Backups: the whole database as one file, taken while crawls write, and looked through before it gets its name.

    read transaction held ──> copied, a piece at a time ──> NAME.HOST.PID.part ──> verified ──> on disk ──> NAME

SQLite's online backup begins anew whenever another process commits between two pieces (518 times in 10 s beside one writer, never
done); with a read transaction held on the source every piece is of one moment (0 times, done in 0.7 s). The log cannot be emptied
as long as that lasts, so it grows by what is written meanwhile.
A half file never has the name of a backup: what a killed process left is `.part`, and the next backup into that folder removes it.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from db.connection.database import Connection, connect_for_reading, explain_sqlite_error, translate_sqlite_errors
from db.errors import DatabaseError, DiskFull, UsageError
from db.maintenance.health import SOUNDNESS, HealthCheck, Level, run_checks
from db.processes import is_process_alive
from db.schema.migrations import APPLICATION_ID
from db.sqlite_errors import primary_code

# Pages of the file copied at once: 2 MiB, some milliseconds, after each of which a backup may be stopped.
_PIECE = 512
# Left free on the target's disk beside the backup.
_SPARE = 16 * 1024 * 1024
# A part of another machine's backup (a shared folder) is left alone for so long.
_FOREIGN_S = 24 * 3600
# How often whoever watches is told while the copy is looked through, in seconds.
_REFRESH_S = 0.2
_TIME = "%Y%m%dT%H%M%SZ"
_COUNTED = ("pages", "bodies", "articles")

Progress = Callable[[str, int, int], None]
"""Called often with what is done ("copying", "verifying"), bytes so far, bytes in all. May raise, which ends the backup."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup that was taken and verified. Sizes are bytes; `copying_s` and `verifying_s` seconds."""

    path: Path
    size: int
    rows: dict[str, int]
    """How many pages, bodies and articles are in it."""
    copying_s: float
    verifying_s: float

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self) | {"path": str(self.path)}


def backup_name(database: Path, now: datetime) -> str:
    """The name of a backup taken now: news-20261124T030000Z.db."""
    return f"{database.stem}-{now.astimezone(UTC):{_TIME}}.db"


def new_backup_path(folder: Path, database: Path, now: datetime) -> Path:
    """Where a backup taken now goes; under the next second where two are taken in one."""
    while (path := folder / backup_name(database, now)).exists():
        now += timedelta(seconds=1)
    return path


def backups_in(folder: Path, database: Path) -> list[Path]:
    """The backups of that database in a folder, newest first, told by their names alone."""
    ours = re.compile(re.escape(database.stem) + r"-\d{8}T\d{6}Z\.db")
    return sorted((path for path in folder.iterdir() if ours.fullmatch(path.name) and path.is_file()), reverse=True)


def remove_old_backups(folder: Path, database: Path, keep: int, *, newest: Path) -> list[Path]:
    """Remove all backups of the database in a folder but the newest `keep`; those removed. `newest` stays whatever its name.

    Raises DatabaseError where they cannot be removed.
    """
    try:
        others = [path for path in backups_in(folder, database) if path.name != newest.name]
        gone = others[max(0, keep - 1) :]
        for path in gone:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise DatabaseError(
            f"{folder}: older backups cannot be removed ({error.strerror}); {newest.name} is there"
        ) from error
    return gone


def create_backup(
    database: Path, target: Path, *, now: datetime, replace: bool = False, progress: Progress | None = None
) -> Backup:
    """Take a backup of `database` as the file `target`, which appears whole and verified, or not at all.

    Raises UsageError where there is such a file and `replace` is false, DiskFull, or another DatabaseError.
    """
    part = target.with_name(f"{target.name}.{_host()}.{os.getpid()}.part")
    source = connect_for_reading(database)
    try:
        _check_target(database, target, replace=replace)
        _sweep(target)
        with translate_sqlite_errors(database):
            source.execute("PRAGMA query_only = ON")
            source.execute("BEGIN")
            rows = _rows(source)
            steps = source.execute(_STEPS).fetchall()
            size = _size(source)
        _check_space(target, size)
        began = time.monotonic()
        _copy(source, part, progress)
        if source.file is not None:
            source.file.check_unwritten()
        source.execute("ROLLBACK")  # so that the log may be emptied while the copy is looked through
        copied = time.monotonic()
        _verify(part, _Wanted(rows=rows, steps=steps, now=now), progress)
        _to_disk(part)
        _give_name(part, target, replace=replace)
    except OSError as error:
        raise _explain(error, target) from error
    finally:
        source.close()
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return Backup(
        path=target,
        size=size,
        rows=rows,
        copying_s=round(copied - began, 3),
        verifying_s=round(time.monotonic() - copied, 3),
    )


_STEPS = "SELECT name FROM _sqlite_migrations WHERE migration_set = 'copydesk' ORDER BY name"


def _rows(conn: sqlite3.Connection) -> dict[str, int]:
    return {table: int(conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for table in _COUNTED}


def _size(conn: sqlite3.Connection) -> int:
    pages, page_size = (conn.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    return int(pages * page_size)


def _check_target(database: Path, target: Path, *, replace: bool) -> None:
    if not target.parent.is_dir():
        raise UsageError(f"{target}: the folder {target.parent} does not exist; make it or name another")
    if not target.exists():
        return
    if target.samefile(database):
        raise UsageError(f"{target}: is the database itself; name another file")
    if not target.is_file():
        raise UsageError(f"{target}: is not a file; name another")
    if not replace:
        raise UsageError(f"{target}: is there already; name another file, or replace it with --force")
    if target.with_name(target.name + "-wal").exists():
        raise UsageError(
            f"{target}: a program has it open (there is a {target.name}-wal); close it or name another file"
        )


def _check_space(target: Path, size: int) -> None:
    free = shutil.disk_usage(target.absolute().parent).free
    if free < size + _SPARE:
        raise DiskFull(
            f"{target.absolute().parent}: {free / 1e6:,.0f} MB are free; the backup takes {size / 1e6:,.0f} MB, and"
            f" {_SPARE / 1e6:,.0f} MB must stay free beside it; free some space or name another place"
        )


def _sweep(target: Path) -> None:
    """Remove what backups that were killed left in the folder."""
    stem = re.escape(re.sub(r"-\d{8}T\d{6}Z$", "", target.stem))
    left = re.compile(stem + r"(?:-\d{8}T\d{6}Z)?(?:\.\w+)?\.(?P<host>[^.]+)\.(?P<pid>\d+)\.part(?:-journal)?")
    for path in target.parent.iterdir():
        if match := left.fullmatch(path.name):
            own = match["host"] == _host()
            pid = int(match["pid"])
            gone = (pid == os.getpid() or not is_process_alive(pid)) if own else _age(path) > _FOREIGN_S
            if gone:
                path.unlink(missing_ok=True)


def _host() -> str:
    """This machine, in a form that a file's name can hold."""
    return re.sub(r"[^\w-]", "-", socket.gethostname()) or "here"


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def _copy(source: Connection, part: Path, progress: Progress | None) -> None:
    page_size = source.execute("PRAGMA page_size").fetchone()[0]

    def told(_: int, left: int, pages: int) -> None:
        if progress is not None:
            progress("copying", (pages - left) * page_size, pages * page_size)

    with translate_sqlite_errors(part), _told_of(source.file.path if source.file else part):
        copy = sqlite3.connect(part, isolation_level=None)
        try:
            # The part is thrown away where anything fails, so it needs no journal of its own.
            copy.execute("PRAGMA journal_mode = OFF")
            copy.execute("PRAGMA synchronous = OFF")
            source.backup(copy, pages=_PIECE, progress=told)
            # A file in WAL mode cannot be opened in a folder that cannot be written; opened by Copydesk it is in WAL mode again.
            copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            copy.close()


@contextmanager
def _told_of(database: Path) -> Iterator[None]:
    """What is damaged is the database, not the copy that is being written."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if primary_code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise explain_sqlite_error(error, database) from error
        raise


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What a copy must hold: so many rows, these steps of the schema."""

    rows: dict[str, int]
    steps: list[tuple[str]]
    now: datetime


def _verify(part: Path, wanted: _Wanted, progress: Progress | None) -> None:
    """Look the copy through on a thread, so that Ctrl-C is heard meanwhile. Raises DatabaseError.

    The thread is not waited for when it is broken off: SQLite looks at a whole table before it hears of that.
    """
    size = part.stat().st_size
    copy = sqlite3.connect(
        f"{part.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
    )
    looking: Future[None] = Future()

    def look() -> None:
        try:
            _look_through(copy, part, wanted)
            looking.set_result(None)
        except BaseException as error:  # noqa: BLE001 - carried to whoever waits
            looking.set_exception(error)

    threading.Thread(target=look, name="verify", daemon=True).start()
    try:
        while wait_for([looking], timeout=_REFRESH_S).not_done:
            if progress is not None:
                progress("verifying", 0, size)
    except BaseException:
        with suppress(sqlite3.ProgrammingError):  # it has just ended by itself
            copy.interrupt()
        raise
    looking.result()


def _look_through(copy: sqlite3.Connection, part: Path, wanted: _Wanted) -> None:
    """Compare the copy, opened as any reader would, with what was copied."""
    try:
        with translate_sqlite_errors(part):
            if copy.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                raise DatabaseError(f"{part}: the copy is not marked as Copydesk's; it was not kept")
            if (held := _rows(copy)) != wanted.rows or copy.execute(_STEPS).fetchall() != wanted.steps:
                raise DatabaseError(f"{part}: the copy holds {held}, the database {wanted.rows}; it was not kept")
            for finding in run_checks(HealthCheck(conn=copy, path=part, now=wanted.now, extractor=None), SOUNDNESS):
                if finding.level is Level.BAD:
                    raise DatabaseError(f"{part}: the copy is not sound ({finding.says}); it was not kept")
    finally:
        copy.close()


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _give_name(part: Path, target: Path, *, replace: bool) -> None:
    if replace:
        part.replace(target)
    else:
        try:
            target.hardlink_to(part)  # unlike a renaming, it fails where there is a file by now
        except FileExistsError:
            raise UsageError(f"{target}: is there by now; name another file, or replace it with --force") from None
        except OSError:  # a file system without links
            if target.exists():
                raise
            part.rename(target)
    _to_disk(target.absolute().parent)


def _explain(error: OSError, target: Path) -> DatabaseError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return DiskFull(f"{target}: the disk is full ({error.strerror}); free some space or name another place")
    return DatabaseError(f"{target}: cannot be written ({error.strerror}); check the folder and its permissions")
