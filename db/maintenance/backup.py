"""Backups: the whole database as one file, copied while crawls write, and verified before it gets its name.

    read transaction held ──> copied in chunks ──> NAME.HOST.PID.part ──> verified ──> synced ──> NAME

SQLite's online backup restarts whenever another process commits between two chunks (518 times in 10 s beside one
writer, never finished); with a read transaction held on the source all chunks belong to one snapshot (0 restarts, done
in 0.7 s). Meanwhile the log cannot be reset, so it grows by what is written.

An incomplete file never has the name of a backup: a killed process leaves a `.part`, which the next backup into that
folder removes.
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
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from db.connection.database import Connection, connect_for_reading, explain_sqlite_error, translate_sqlite_errors
from db.errors import DatabaseError, DiskFull, UsageError
from db.maintenance.findings import HealthCheck, Level
from db.maintenance.health import SOUNDNESS, run_checks
from db.schema.migrations import APPLICATION_ID
from db.sqlite.errors import primary_code
from db.system.processes import is_process_alive

# Database pages copied at a time: 2 MiB, some milliseconds. A backup can be stopped after each chunk.
_CHUNK_PAGES = 512
# Kept free on the target's disk beside the backup, in bytes.
_SPARE_BYTES = 16 * 1024 * 1024
# Age at which an incomplete backup of another machine (in a shared folder) is removed.
_FOREIGN_PART_S = 24 * 3600
# Interval of progress reports while the copy is verified.
_REFRESH_S = 0.2
_TIME = "%Y%m%dT%H%M%SZ"
_COUNTED = ("pages", "bodies", "articles")

Progress = Callable[[str, int, int], None]
"""Called often with the phase ("copying", "verifying"), bytes done and bytes in total. An exception from it ends the backup."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A verified backup. `size` is in bytes."""

    path: Path
    size: int
    rows: dict[str, int]
    """Number of pages, bodies and articles."""
    copying_s: float
    verifying_s: float

    def as_dict(self) -> dict[str, object]:
        return asdict(self) | {"path": str(self.path)}


def backup_name(database: Path, now: datetime) -> str:
    """The file name of a backup taken now: news-20261124T030000Z.db."""
    return f"{database.stem}-{now.astimezone(UTC):{_TIME}}.db"


def new_backup_path(folder: Path, database: Path, now: datetime) -> Path:
    """The path for a backup taken now; with the next free second if there are two within one."""
    while (path := folder / backup_name(database, now)).exists():
        now += timedelta(seconds=1)
    return path


def backups_in(folder: Path, database: Path) -> list[Path]:
    """The backups of a database in a folder, newest first, recognised by name only."""
    ours = re.compile(re.escape(database.stem) + r"-\d{8}T\d{6}Z\.db")
    return sorted((path for path in folder.iterdir() if ours.fullmatch(path.name) and path.is_file()), reverse=True)


def remove_old_backups(folder: Path, database: Path, keep: int, *, newest: Path) -> list[Path]:
    """Remove all but the newest `keep` backups of a database; returns the removed ones. `newest` stays whatever its
    name.

    Raises DatabaseError if they cannot be removed.
    """
    try:
        others = [path for path in backups_in(folder, database) if path.name != newest.name]
        gone = others[max(0, keep - 1) :]
        for path in gone:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise DatabaseError(
            f"{folder}: older backups cannot be removed ({error.strerror}); {newest.name} is kept"
        ) from error
    return gone


def create_backup(
    database: Path, target: Path, *, now: datetime, replace: bool = False, progress: Progress | None = None
) -> Backup:
    """Back up `database` to the file `target`, which appears complete and verified, or not at all.

    Raises UsageError if the file exists and `replace` is false, DiskFull, or another DatabaseError.
    """
    part = target.with_name(f"{target.name}.{_host()}.{os.getpid()}.part")
    source = connect_for_reading(database)
    try:
        check_target(database, target, replace=replace)
        _remove_leftovers(target)
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
        source.execute("ROLLBACK")  # so that the log can be reset while the copy is verified
        copied = time.monotonic()
        _verify(part, _Expected(rows=rows, steps=steps, now=now), progress)
        rename_part(part, target, replace=replace)
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


def check_target(database: Path, target: Path, *, replace: bool) -> None:
    """Check that a new file may be made. Raises UsageError."""
    if not target.parent.is_dir():
        raise UsageError(f"{target}: the folder {target.parent} does not exist; make it or name another")
    if not target.exists():
        return
    if target.samefile(database):
        raise UsageError(f"{target}: is the database itself; name another file")
    if not target.is_file():
        raise UsageError(f"{target}: is not a file; name another")
    if not replace:
        raise UsageError(f"{target}: already exists; name another file, or replace it with --force")
    if target.with_name(target.name + "-wal").exists():
        raise UsageError(
            f"{target}: a program has it open (there is a {target.name}-wal); close it or name another file"
        )


def _check_space(target: Path, size: int) -> None:
    free = shutil.disk_usage(target.absolute().parent).free
    if free < size + _SPARE_BYTES:
        raise DiskFull(
            f"{target.absolute().parent}: {free / 1e6:,.0f} MB are free; the backup takes {size / 1e6:,.0f} MB, and"
            f" {_SPARE_BYTES / 1e6:,.0f} MB must stay free beside it; free some space or name another place"
        )


def _remove_leftovers(target: Path) -> None:
    """Remove what killed backups left in the folder."""
    stem = re.escape(re.sub(r"-\d{8}T\d{6}Z$", "", target.stem))
    left = re.compile(stem + r"(?:-\d{8}T\d{6}Z)?(?:\.\w+)?\.(?P<host>[^.]+)\.(?P<pid>\d+)\.part(?:-journal)?")
    for path in target.parent.iterdir():
        if match := left.fullmatch(path.name):
            own = match["host"] == _host()
            pid = int(match["pid"])
            gone = (pid == os.getpid() or not is_process_alive(pid)) if own else _age(path) > _FOREIGN_PART_S
            if gone:
                path.unlink(missing_ok=True)


def _host() -> str:
    """This machine's name, in a form that is safe in file names."""
    return re.sub(r"[^\w-]", "-", socket.gethostname()) or "here"


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def _copy(source: Connection, part: Path, progress: Progress | None) -> None:
    page_size = source.execute("PRAGMA page_size").fetchone()[0]

    def report(_: int, left: int, pages: int) -> None:
        if progress is not None:
            progress("copying", (pages - left) * page_size, pages * page_size)

    with (
        translate_sqlite_errors(part),
        _blame(source.file.path if source.file else part),
        closing(sqlite3.connect(part, isolation_level=None)) as copy,
    ):
        # The copy is deleted if anything fails, so it needs no journal.
        copy.execute("PRAGMA journal_mode = OFF")
        copy.execute("PRAGMA synchronous = OFF")
        source.backup(copy, pages=_CHUNK_PAGES, progress=report)
        # A file in WAL mode cannot be opened in a read-only folder. Copydesk turns WAL mode on again when it opens the file.
        copy.execute("PRAGMA journal_mode = DELETE")


@contextmanager
def _blame(database: Path) -> Iterator[None]:
    """Attribute damage to the database, not to the copy being written."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if primary_code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise explain_sqlite_error(error, database) from error
        raise


@dataclass(frozen=True, slots=True, kw_only=True)
class _Expected:
    """What a copy must contain: row counts by table, and schema steps."""

    rows: dict[str, int]
    steps: list[tuple[str]]
    now: datetime


def _verify(part: Path, expected: _Expected, progress: Progress | None) -> None:
    """Check the copy on a thread, so that Ctrl-C is handled meanwhile. Raises DatabaseError.

    The thread is not joined if this is interrupted: SQLite finishes a whole table before it reacts.
    """
    size = part.stat().st_size
    copy = sqlite3.connect(
        f"{part.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
    )
    result: Future[None] = Future()

    def check() -> None:
        try:
            _check_copy(copy, part, expected)
            result.set_result(None)
        except BaseException as error:  # noqa: BLE001 - passed on to the waiting thread
            result.set_exception(error)

    threading.Thread(target=check, name="verify", daemon=True).start()
    try:
        while wait_for([result], timeout=_REFRESH_S).not_done:
            if progress is not None:
                progress("verifying", 0, size)
    except BaseException:
        with suppress(sqlite3.ProgrammingError):  # it has just finished
            copy.interrupt()
        raise
    result.result()


def _check_copy(copy: sqlite3.Connection, part: Path, expected: _Expected) -> None:
    """Compare the copy, opened as any reader would, with the original's row counts and steps, and check its integrity."""
    with closing(copy), translate_sqlite_errors(part):
        if copy.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise DatabaseError(f"{part}: the copy is not marked as Copydesk's; it was not kept")
        if (held := _rows(copy)) != expected.rows or copy.execute(_STEPS).fetchall() != expected.steps:
            raise DatabaseError(f"{part}: the copy holds {held}, the database {expected.rows}; it was not kept")
        for finding in run_checks(HealthCheck(conn=copy, path=part, now=expected.now, extractor=None), SOUNDNESS):
            if finding.level is Level.BAD:
                raise DatabaseError(
                    f"{part}: the copy is not sound ({finding.message}); it was not kept; `copydesk upkeep check` says"
                    " whether the database is so as well: restore an earlier backup then"
                )


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def rename_part(part: Path, target: Path, *, replace: bool) -> None:
    """Give a file that was verified its name, on the disk as well."""
    _sync(part)
    if replace:
        part.replace(target)
    else:
        try:
            target.hardlink_to(part)  # unlike a rename, this fails if the target exists by now
        except FileExistsError:
            raise UsageError(f"{target}: exists by now; name another file, or replace it with --force") from None
        except OSError:  # a file system without hard links
            if target.exists():
                raise
            part.rename(target)
    _sync(target.absolute().parent)


def _explain(error: OSError, target: Path) -> DatabaseError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return DiskFull(f"{target}: the disk is full ({error.strerror}); free some space or name another place")
    return DatabaseError(f"{target}: cannot be written ({error.strerror}); check the folder and its permissions")
