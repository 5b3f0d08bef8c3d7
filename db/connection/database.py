"""Opening the database file, and naming what is wrong with it.

Every process and thread opens its own connection. Writers begin with BEGIN IMMEDIATE (`write`): a deferred transaction
that reads before it writes fails at once under contention (974 of 1,200 measured), an immediate one waits its turn.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from db import errors
from db.bodies.dictionaries import Connection
from db.connection.stale_journals import check_leftovers
from db.file_identity import OpenFile, companion_path, file_id, is_nonempty_file
from db.schema.migrations import APPLICATION_ID, migrations, step_names
from db.sqlite_errors import explain_sqlite_error, primary_code, translate_sqlite_errors
from db.sqlite_tools import Database

__all__ = [
    "Connection",
    "check_file",
    "connect",
    "connect_for_reading",
    "explain",
    "explained",
    "open_database",
    "open_for_reading",
    "open_in_memory",
    "open_readonly",
    "write",
]

# A writer waits this long for another's transaction. Ours last milliseconds, so a longer wait means a stuck process.
LOCK_WAIT_S = 30.0

# Pages of the file that a connection keeps at most. SQLite's own 2 MiB hold neither the inner pages of a large index of copies
# nor what one transaction of settling touches; they would be read, and written, twice.
CACHE_KIB = 16 * 1024

# Pages in the log (4 KiB each) before they are written into the file. A transaction of settling touches some 800 in a large
# index; at SQLite's own 1,000 each of them would end with writing and syncing the file (a fifth of the time).
CHECKPOINT_PAGES = 8000

_MAGIC = b"SQLite format 3\x00"
# How long who parts from a replaced file waits for its readers.
_PARTING_MS = 2000
_EMPTY = "{}: is empty; `copydesk sources add URL` makes a database of it"
# How SQLite says that it cannot make the log or its index, which it needs even to read a file in WAL mode.
_NO_LOG = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL})


def connect(
    path: Path,
    *,
    readonly: bool = False,
    create: bool = False,
    lock_wait_s: float = LOCK_WAIT_S,
    any_thread: bool = False,
) -> Connection:
    """A connection with the pragmas that all ours share. Does not look at what is in the file; makes one only if told to `create`.

    One that is `readonly` cannot write whatever it is asked, and reads files that cannot be written; `any_thread` lets others than
    the one that made it close it. Raises DatabaseError.
    """
    mode = "ro" if readonly else "rwc" if create else "rw"
    threads = {"check_same_thread": readonly and not any_thread}
    conn = _opened(path, f"mode={mode}", lock_wait_s, threads)
    try:
        # SQLite reads the file only now.
        _prepare(conn, readonly=readonly)
    except sqlite3.Error as error:
        conn.close()
        if not readonly or primary_code(error) not in _NO_LOG:
            raise explain_sqlite_error(error, path) from error
        return _without_locks(path, lock_wait_s, threads, error)
    conn.file = OpenFile.opened(path, conn.file.main if conn.file else None)
    return conn


def _opened(path: Path, how: str, lock_wait_s: float, threads: dict[str, bool]) -> Connection:
    before = file_id(path)
    address = f"{path.absolute().as_uri()}?{how}"
    try:
        conn = sqlite3.connect(
            address, uri=True, timeout=lock_wait_s, isolation_level=None, factory=Connection, **threads
        )
    except sqlite3.Error as error:
        raise explain_sqlite_error(error, path) from error
    try:
        conn.file = OpenFile.opened(path, before)
    except BaseException:
        conn.close()
        raise
    return conn


def _prepare(conn: Connection, *, readonly: bool) -> None:
    conn.execute("PRAGMA foreign_keys = ON")
    # NORMAL: a power cut may undo the last moments, never damage the file; the same pages are then fetched again.
    conn.execute("PRAGMA synchronous = NORMAL")
    conn.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    conn.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    if readonly:
        conn.execute("PRAGMA query_only = ON")


def _without_locks(path: Path, lock_wait_s: float, threads: dict[str, bool], error: sqlite3.Error) -> Connection:
    """A connection to a file that has no log and where none can be made: nobody writes it, so it is read without locks.

    Raises DatabaseError where there is a log: its rows would be missing.
    """
    log = companion_path(Path(os.path.realpath(path)), "-wal")
    if is_nonempty_file(log):
        raise errors.DatabaseNotWritable(
            f"{path}: its last changes are in {log.name}, which cannot be read where nothing can be written;"
            " copy both into a folder of your own and name the copy with --db"
        ) from error
    conn = _opened(path, "mode=ro&immutable=1", lock_wait_s, threads)
    try:
        with translate_sqlite_errors(path):
            _prepare(conn, readonly=True)
        assert conn.file is not None
        conn.file.modified = path.stat().st_mtime_ns
    except BaseException:
        conn.close()
        raise
    return conn


def open_database(path: Path, *, create: bool = False, lock_wait_s: float = LOCK_WAIT_S) -> Database:
    """The database at `path`, checked and migrated to this version.

    Raises UsageError where there is none and `create` is false, else a DatabaseError.
    """
    _check_path(path, create=create)
    conn = connect(path, create=create, lock_wait_s=lock_wait_s)
    try:
        with translate_sqlite_errors(path):
            _check_ours(conn, path)
            conn.execute("PRAGMA journal_mode = WAL")
            db = Database(conn)
            _migrate(db, path)
    except BaseException:
        conn.close()
        raise
    return db


def open_for_reading(path: Path) -> Connection:
    """The database at `path` for who only reads: migrated where it can be written, else as it is.

    Raises as `open_database` does, and NotWritable where it would have to be migrated, or its log cannot be read.
    """
    if _may_write(path):
        try:
            conn = open_database(path).conn
        except (errors.DatabaseNotWritable, errors.DiskFull):
            pass  # what is there can still be read
        else:
            assert isinstance(conn, Connection)
            conn.execute("PRAGMA query_only = ON")
            return conn
    _check_path(path, create=False)
    conn = connect(path, readonly=True)
    try:
        with translate_sqlite_errors(path):
            _check_ours(conn, path)
            _check_steps(conn, path)
    except BaseException:
        conn.close()
        raise
    return conn


def connect_for_reading(path: Path) -> Connection:
    """A connection for who only reads for long, beside others of this process: neither checked nor migrated.

    Where the file can be written it is one that may, so that it takes the log away if it is the last to close.
    """
    if _may_write(path):
        with suppress(errors.DatabaseNotWritable, errors.DiskFull):
            return connect(path)
    return connect(path, readonly=True)


def open_readonly(path: Path) -> Connection:
    """A connection that cannot write. For worker processes: the writer has opened and migrated the file before."""
    return connect(path, readonly=True)


def open_in_memory() -> sqlite3.Connection:
    """A database of our shape that no file holds: for work on what is not stored."""
    db = Database(memory=True)
    db.conn.isolation_level = None
    migrations.apply(db)
    return db.conn


@contextmanager
def write(conn: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One transaction, begun with the write lock held. Rolled back when the block raises.

    Raises Replaced where the file is no longer the one that was opened: before anything is written, or instead of the commit.
    """
    file = conn.file if isinstance(conn, Connection) else None
    conn.execute("BEGIN IMMEDIATE")
    try:
        if file is not None:
            with _parting(conn, file):
                file.check(conn)
        yield conn
        if file is not None:
            with _parting(conn, file):
                file.check()
        conn.execute("COMMIT")
    except BaseException:
        # SQLite has rolled back by itself where the disk is full or fails.
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise


def check_not_replaced(conn: Connection) -> None:
    """Outside of transactions: raises Replaced where the file is no longer the one that was opened."""
    if conn.file is not None:
        with _parting(conn, conn.file):
            conn.file.check()


@contextmanager
def _parting(conn: sqlite3.Connection, file: OpenFile) -> Iterator[None]:
    """Where another file has taken the place of ours, what was committed goes from the log into ours, wherever that is now.

    The log keeps its name, beside the other file, and SQLite, which sees when it closes that ours has moved, leaves it as it is:
    ours would miss its rows, and the other be damaged by them.
    """
    try:
        yield
    except errors.DatabaseReplaced:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        if file.has_moved:
            with suppress(sqlite3.Error):
                conn.execute(f"PRAGMA busy_timeout = {_PARTING_MS}")
                busy = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                # Where a reader is at it, it stays: `db.connection.stale_journals` refuses to open it.
                if not busy:
                    file.unlink_log()
        raise


def _may_write(path: Path) -> bool:
    """Whether this user may write the file, and make files beside it, on a disk that takes any."""
    target = Path(os.path.realpath(path))
    return file_id(target) is None or (os.access(target, os.W_OK) and os.access(target.parent, os.W_OK | os.X_OK))


def _check_path(path: Path, *, create: bool) -> None:
    """Whether there is a database, or may be one, before SQLite looks at it."""
    try:
        if path.is_dir():
            raise errors.NotADatabase(f"{path}: is a folder; name a file with --db")
        if not path.exists():
            if not create:
                raise errors.UsageError(f"{path}: there is no such database; `copydesk sources add URL` makes one")
            if not path.parent.is_dir():
                raise errors.UsageError(
                    f"{path}: the folder {path.parent} does not exist; make it or name another with --db"
                )
            return
        if not path.is_file():
            raise errors.NotADatabase(f"{path}: is not a file; name another with --db")
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
        check_leftovers(path)
    except OSError as error:
        raise errors.DatabaseError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error
    if head and head != _MAGIC:
        raise errors.NotADatabase(f"{path}: is not an SQLite database; name another file with --db")
    if not head and not create:
        raise errors.UsageError(_EMPTY.format(path))


def _check_ours(conn: sqlite3.Connection, path: Path) -> None:
    mark = conn.execute("PRAGMA application_id").fetchone()[0]
    if mark == APPLICATION_ID:
        return
    tables = conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if mark or tables:
        raise errors.NotADatabase(f"{path}: is an SQLite database, but not one of Copydesk's; name another with --db")


def _check_steps(conn: sqlite3.Connection, path: Path) -> None:
    """Whether a file that cannot be migrated is of this version."""
    if not conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise errors.UsageError(_EMPTY.format(path))
    rows = conn.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = 'copydesk'")
    applied = {name for (name,) in rows}
    _check_known(applied, path)
    if applied != step_names():
        raise errors.DatabaseNotWritable(
            f"{path}: was written by an older Copydesk and has to be brought up to date once; run `copydesk doctor` as a user who"
            " may write it, or on a copy"
        )


def _check_known(applied: set[str], path: Path) -> None:
    if strange := sorted(applied - step_names()):
        raise errors.DatabaseTooNew(f"{path}: was written by a newer Copydesk (it has {strange[-1]}); upgrade this one")


def _migrate(db: Database, path: Path) -> None:
    applied = {step.name for step in migrations.applied(db)}
    _check_known(applied, path)
    if applied == step_names():
        return
    with write(db.conn):
        migrations.apply(db)
