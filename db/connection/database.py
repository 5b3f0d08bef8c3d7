"""Open the database file, check it, and migrate it.

Every process and thread opens its own connection. Writers begin with BEGIN IMMEDIATE (`write`): a deferred transaction
that reads before it writes fails at once under contention (974 of 1,200 measured), while an immediate one waits for the
lock.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from weakref import WeakSet

from db import errors
from db.bodies.dictionaries import Connection
from db.connection.stale_journals import check_stale_journals
from db.schema.migrations import APPLICATION_ID, migrations, step_names
from db.schema.views import make_views
from db.sqlite.errors import (
    explain_sqlite_error,
    full_disk,
    no_room_for_log_index,
    not_a_database,
    primary_code,
    translate_sqlite_errors,
)
from db.sqlite.tools import Database
from db.system.file_identity import FileId, OpenFile, companion_path, file_id, is_nonempty_file, replaced_while_opening
from db.system.machine_errors import out_of_file_handles

__all__ = [
    "Connection",
    "check_not_replaced",
    "check_ours",
    "check_path",
    "connect",
    "connect_for_reading",
    "explain_sqlite_error",
    "open_database",
    "open_for_reading",
    "open_readonly",
    "translate_sqlite_errors",
    "write",
]

# How long a writer waits for another's transaction. Ours last milliseconds, so a longer wait means a stuck process.
LOCK_WAIT_S = 30.0

# Page cache of a connection. SQLite's default of 2 MiB holds neither the inner pages of a large index of near copies nor the pages
# that one settling transaction touches; they would be read, and written, twice.
CACHE_KIB = 16 * 1024

# Pages in the log (4 KiB each) before they are copied into the file. A settling transaction touches some 800 in a large index; at
# SQLite's default of 1,000 each of them would end with writing and syncing the file (a fifth of the time).
CHECKPOINT_PAGES = 8000

_MAGIC = b"SQLite format 3\x00"
# How long the last checkpoint into a replaced file waits for its readers.
_LAST_CHECKPOINT_MS = 2000
# Of a connection that may make the file.
_CREATING = "mode=rwc"
_EMPTY = "{}: is empty; `copydesk sources add URL` makes a database of it"
# SQLite's errors when it cannot create the log or its index, which it needs even to read a file in WAL mode.
_NO_WAL_ERRORS = frozenset(
    {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL}
)

# The connections of this process that were opened here.
_connections: WeakSet[Connection] = WeakSet()
_connections_lock = threading.Lock()


def connect(
    path: Path,
    *,
    readonly: bool = False,
    create: bool = False,
    lock_wait_s: float = LOCK_WAIT_S,
    any_thread: bool = False,
    checked: FileId | None = None,
) -> Connection:
    """Open a connection with the pragmas that all of ours share. Neither checks the content nor, without `create`,
    creates a file.

    A `readonly` connection cannot write, and can read files that this user cannot write. `any_thread` lets other
    threads close it. `checked` is the identity of the file that was checked before, if any was. Raises DatabaseError,
    and DatabaseReplaced if another file has taken the place of that one or of one that this process has open.
    """
    _check_own_connections(path)
    threads = {"check_same_thread": readonly and not any_thread}
    if no_room_for_log_index(path):
        full = errors.DiskFull(full_disk(path))
        if not readonly:
            raise full
        return _without_locks(path, lock_wait_s, threads, full)
    mode = "ro" if readonly else "rwc" if create else "rw"
    conn = _open(path, f"mode={mode}", lock_wait_s, threads, checked)
    try:
        # Only now does SQLite read the file.
        _prepare(conn, readonly=readonly)
    except sqlite3.Error as error:
        conn.close()
        if not readonly or primary_code(error) not in _NO_WAL_ERRORS:
            raise explain_sqlite_error(error, path) from error
        return _without_locks(path, lock_wait_s, threads, error)
    conn.file = OpenFile.from_path(path, conn.file.main if conn.file else None)
    with _connections_lock:
        _connections.add(conn)
    return conn


def _open(
    path: Path, parameters: str, lock_wait_s: float, threads: dict[str, bool], checked: FileId | None = None
) -> Connection:
    before = file_id(path)
    if checked is not None and before != checked:
        raise replaced_while_opening(path)
    address = f"{path.absolute().as_uri()}?{parameters}"
    try:
        conn = sqlite3.connect(
            address, uri=True, timeout=lock_wait_s, isolation_level=None, factory=Connection, **threads
        )
    except sqlite3.Error as error:
        raise explain_sqlite_error(error, path) from error
    with _closed_on_failure(conn):
        if before is None and parameters != _CREATING:
            raise replaced_while_opening(path)
        conn.file = OpenFile.from_path(path, before)
    return conn


@contextmanager
def _closed_on_failure(conn: sqlite3.Connection) -> Iterator[None]:
    """Close a connection that cannot be used as it should."""
    try:
        yield
    except BaseException:
        conn.close()
        raise


def _check_own_connections(path: Path) -> None:
    """Raise DatabaseReplaced if this process has a file open that was at this path and no longer is.

    The log of that one is still there: the new connection would read the other file with it, and on closing write it in.
    """
    log = companion_path(Path(os.path.realpath(path)), "-wal")
    with _connections_lock:
        files = [conn.file for conn in _connections if not conn.is_closed and conn.file is not None]
    for file in files:
        if file.sidecars[0] == log:
            file.check_path()


def _prepare(conn: Connection, *, readonly: bool) -> None:
    conn.execute("PRAGMA foreign_keys = ON")
    # NORMAL: a power cut may lose the last transactions but never damages the file; the same pages are then fetched again.
    conn.execute("PRAGMA synchronous = NORMAL")
    conn.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    conn.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    if readonly:
        conn.execute("PRAGMA query_only = ON")


def _without_locks(
    path: Path, lock_wait_s: float, threads: dict[str, bool], error: sqlite3.Error | errors.DiskFull
) -> Connection:
    """Open a file that has no log and where none can be created: nobody writes it, so it is read without locks.

    Raises DatabaseError if there is a log, because its rows would be missing.
    """
    if isinstance(error, sqlite3.Error) and out_of_file_handles():
        raise explain_sqlite_error(error, path) from error
    log = companion_path(Path(os.path.realpath(path)), "-wal")
    if is_nonempty_file(log):
        raise errors.DatabaseNotWritable(
            f"{path}: its last changes are in {log.name}, which cannot be read where nothing can be written;"
            " copy both into a folder of your own and name the copy with --db"
        ) from error
    conn = _open(path, "mode=ro&immutable=1", lock_wait_s, threads)
    with _closed_on_failure(conn):
        with translate_sqlite_errors(path):
            _prepare(conn, readonly=True)
        assert conn.file is not None
        conn.file.modified_ns = path.stat().st_mtime_ns
    return conn


def open_database(path: Path, *, create: bool = False, lock_wait_s: float = LOCK_WAIT_S) -> Database:
    """Open the database at `path`, checked and migrated to this version.

    Raises UsageError if there is none and `create` is false, or a DatabaseError.
    """
    checked = check_path(path, create=create)
    conn = connect(path, create=create, lock_wait_s=lock_wait_s, checked=checked)
    with _closed_on_failure(conn), translate_sqlite_errors(path):
        check_ours(conn, path)
        conn.execute("PRAGMA journal_mode = WAL")
        db = Database(conn)
        _migrate(db, path)
    return db


def open_for_reading(path: Path) -> Connection:
    """Open the database at `path` read-only: migrated if this user can write it, otherwise as it is.

    Raises as `open_database` does, and DatabaseNotWritable if it needs a migration, or if its log cannot be read.
    """
    if _may_write(path):
        try:
            conn = open_database(path).conn
        except (errors.DatabaseNotWritable, errors.DiskFull):
            pass  # its content can still be read
        else:
            assert isinstance(conn, Connection)
            conn.execute("PRAGMA query_only = ON")
            return conn
    checked = check_path(path, create=False)
    conn = connect(path, readonly=True, checked=checked)
    with _closed_on_failure(conn), translate_sqlite_errors(path):
        check_ours(conn, path)
        _check_steps(conn, path)
    return conn


def connect_for_reading(path: Path) -> Connection:
    """Open a connection for long reads beside others of this process, neither checked nor migrated.

    If the file can be written, the connection may write: it removes the log if it is the last to close.
    """
    if _may_write(path):
        with suppress(errors.DatabaseNotWritable, errors.DiskFull):
            return connect(path)
    return connect(path, readonly=True)


def open_readonly(path: Path) -> Connection:
    """Open a read-only connection. For worker processes: the writer has opened and migrated the file before."""
    return connect(path, readonly=True)


@contextmanager
def write(conn: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One transaction, begun with the write lock held. Rolled back if the block raises.

    Raises DatabaseReplaced if the file is no longer the one that was opened: before anything is written, or instead of
    the commit.
    """
    file = conn.file if isinstance(conn, Connection) else None
    conn.execute("BEGIN IMMEDIATE")
    try:
        if file is not None:
            with _rescue_if_replaced(conn, file):
                file.check(conn)
        yield conn
        if file is not None:
            with _rescue_if_replaced(conn, file):
                file.check()
        conn.execute("COMMIT")
    except BaseException:
        # SQLite has already rolled back if the disk is full or fails.
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise


def check_not_replaced(conn: Connection) -> None:
    """Outside transactions, raise DatabaseReplaced if the file is no longer the one that was opened."""
    if conn.file is not None:
        with _rescue_if_replaced(conn, conn.file):
            conn.file.check()


@contextmanager
def _rescue_if_replaced(conn: sqlite3.Connection, file: OpenFile) -> Iterator[None]:
    """If another file has taken the place of ours, copy committed rows from the log into our file, wherever that is
    now.

    The log keeps its name, now beside the other file. SQLite notices on closing that our file has moved and leaves the
    log as it is: our file would miss its rows, and the other would be damaged by them.
    """
    try:
        yield
    except errors.DatabaseReplaced:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        if file.has_moved:
            with suppress(sqlite3.Error):
                conn.execute(f"PRAGMA busy_timeout = {_LAST_CHECKPOINT_MS}")
                busy = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                # A log in use by a reader stays: `db.connection.stale_journals` refuses to open the other file with it.
                if not busy:
                    file.unlink_wal()
        raise


def _may_write(path: Path) -> bool:
    """Whether this user may write the file and create files beside it, on a writable disk."""
    target = Path(os.path.realpath(path))
    return file_id(target) is None or (os.access(target, os.W_OK) and os.access(target.parent, os.W_OK | os.X_OK))


def check_path(path: Path, *, create: bool) -> FileId | None:
    """Check before SQLite opens it that there is a database, or that one may be created. Returns what was checked."""
    checked = file_id(path)
    try:
        if path.is_dir():
            raise errors.NotADatabase(f"{path}: is a folder; name a file with --db")
        if not path.exists():
            if not create:
                raise errors.UsageError(
                    f"{path}: there is no such database in {path.absolute().parent}; run the command where yours is (beside its"
                    " copydesk.toml), or make one here with `copydesk sources add URL`"
                )
            if not path.parent.is_dir():
                raise errors.UsageError(
                    f"{path}: the folder {path.parent} does not exist; make it or name another with --db"
                )
            return None
        if not path.is_file():
            raise errors.NotADatabase(f"{path}: is not a file; name another with --db")
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
        check_stale_journals(path)
    except OSError as error:
        raise errors.DatabaseError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error
    if head and head != _MAGIC:
        raise not_a_database(path)
    if not head and not create:
        raise errors.UsageError(_EMPTY.format(path))
    return checked


def check_ours(conn: sqlite3.Connection, path: Path) -> None:
    application_id = conn.execute("PRAGMA application_id").fetchone()[0]
    if application_id == APPLICATION_ID:
        return
    tables = conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if application_id or tables:
        raise errors.NotADatabase(f"{path}: is an SQLite database, but not one of Copydesk's; name another with --db")


def _check_steps(conn: sqlite3.Connection, path: Path) -> None:
    """Check that a file that cannot be migrated is of this version."""
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
    if unknown := sorted(applied - step_names()):
        raise errors.DatabaseTooNew(f"{path}: was written by a newer Copydesk (it has {unknown[-1]}); upgrade this one")


def _migrate(db: Database, path: Path) -> None:
    applied = {step.name for step in migrations.applied(db)}
    _check_known(applied, path)
    if applied == step_names():
        return
    with write(db.conn):
        migrations.apply(db)
        make_views(db)


def set_cache_size(conn: sqlite3.Connection, kib: int) -> None:
    """Let a connection keep so many KiB of the file's pages in memory."""
    conn.execute(f"PRAGMA cache_size = -{kib}")


def leave_freed_pages(conn: sqlite3.Connection) -> None:
    """Let a connection not overwrite the pages that it frees."""
    conn.execute("PRAGMA secure_delete = OFF")
