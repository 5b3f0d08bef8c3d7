"""Opening the database file, and naming what is wrong with it.

Every process and thread opens its own connection. Writers begin with BEGIN IMMEDIATE (`write`): a deferred transaction
that reads before it writes fails at once under contention (974 of 1,200 measured), an immediate one waits its turn.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from db import errors
from db.dictionaries import Connection
from db.migrations import APPLICATION_ID, migrations, step_names
from db.sqlite_tools import Database

# A writer waits this long for another's transaction. Ours last milliseconds, so a longer wait means a stuck process.
LOCK_WAIT_S = 30.0

# Pages of the file that a connection keeps at most. SQLite's own 2 MiB hold neither the inner pages of a large index of copies
# nor what one transaction of settling touches; they would be read, and written, twice.
CACHE_KIB = 16 * 1024

# Pages in the log (4 KiB each) before they are written into the file. A transaction of settling touches some 800 in a large
# index; at SQLite's own 1,000 each of them would end with writing and syncing the file (a fifth of the time).
CHECKPOINT_PAGES = 8000

_MAGIC = b"SQLite format 3\x00"
# What SQLite needs to open a file in WAL mode: 32 KiB of index, and a little.
_LEAST_SPACE = 64 * 1024


def connect(
    path: Path, *, readonly: bool = False, lock_wait_s: float = LOCK_WAIT_S, any_thread: bool = False
) -> Connection:
    """A connection with the pragmas that all ours share. Does not look at what is in the file.

    One that is `readonly` cannot write whatever it is asked; `any_thread` lets others than the one that made it close it.
    """
    try:
        if readonly:
            address = f"{path.absolute().as_uri()}?mode=ro"
            conn = sqlite3.connect(
                address,
                uri=True,
                timeout=lock_wait_s,
                isolation_level=None,
                check_same_thread=not any_thread,
                factory=Connection,
            )
        else:
            conn = sqlite3.connect(
                path, timeout=lock_wait_s, isolation_level=None, check_same_thread=False, factory=Connection
            )
    except sqlite3.OperationalError as error:
        raise errors.DatabaseError(f"{path}: cannot be opened ({error}); check that the folder exists") from error
    try:
        # SQLite reads the file only now.
        with explained(path):
            conn.execute("PRAGMA foreign_keys = ON")
            # NORMAL: a power cut may undo the last moments, never damage the file; the same pages are then fetched again.
            conn.execute("PRAGMA synchronous = NORMAL")
            conn.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            conn.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            if readonly:
                conn.execute("PRAGMA query_only = ON")
    except BaseException:
        conn.close()
        raise
    return conn


def open_database(path: Path, *, create: bool = False, lock_wait_s: float = LOCK_WAIT_S) -> Database:
    """The database at `path`, checked and migrated to this version.

    Raises UsageError where there is none and `create` is false, else NotADatabase, TooNew, Busy, Damaged, DiskFull.
    """
    if not path.exists() and not create:
        raise errors.UsageError(f"{path}: there is no such database; `copydesk sources add URL` makes one")
    _check_header(path)
    if not create and path.stat().st_size == 0:
        raise errors.UsageError(f"{path}: is empty; `copydesk sources add URL` makes a database of it")
    conn = connect(path, lock_wait_s=lock_wait_s)
    try:
        with explained(path):
            _check_ours(conn, path)
            conn.execute("PRAGMA journal_mode = WAL")
            db = Database(conn)
            _migrate(db, path)
    except BaseException:
        conn.close()
        raise
    return db


def open_readonly(path: Path) -> sqlite3.Connection:
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
    """One transaction, begun with the write lock held. Rolled back when the block raises."""
    conn.execute("BEGIN IMMEDIATE")
    try:
        yield conn
    except BaseException:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise
    conn.execute("COMMIT")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turns SQLite's errors into ours, each with the file and a remedy."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, path) from error


def explain(error: sqlite3.Error, path: Path) -> errors.CopydeskError:
    """What an SQLite error means for a person."""
    text = str(error)
    if "locked" in text or "busy" in text:
        return errors.Busy(f"{path}: another program has held the write lock for too long; close it and try again")
    if "full" in text or ("disk I/O" in text and _no_space(path)):
        return errors.DiskFull(f"{path}: the disk is full; free some space and start again, nothing stored is lost")
    if "malformed" in text:
        return errors.Damaged(f"{path}: the file is damaged; restore a backup, or `sqlite3 {path} .recover` saves rows")
    if "not a database" in text:
        return errors.NotADatabase(f"{path}: is not an SQLite database; name another file with --db")
    if "readonly" in text or "read-only" in text:
        return errors.DatabaseError(f"{path}: cannot be written; check the permissions of the file and its folder")
    if "unable to open" in text:
        return errors.DatabaseError(f"{path}: cannot be opened; check that its folder exists and can be written")
    if "disk I/O" in text:
        return errors.DatabaseError(f"{path}: the disk reports an error; check it and its free space")
    return errors.DatabaseError(f"{path}: {text}")


def _no_space(path: Path) -> bool:
    """Whether the disk is full: SQLite calls it an I/O error where it cannot make its small index of the log."""
    try:
        return shutil.disk_usage(path.absolute().parent).free < _LEAST_SPACE
    except OSError:
        return False


def _check_header(path: Path) -> None:
    if path.is_dir():
        raise errors.NotADatabase(f"{path}: is a folder; name a file with --db")
    if not path.parent.is_dir():
        raise errors.UsageError(f"{path}: the folder {path.parent} does not exist; make it or name another with --db")
    if not path.exists():
        return
    if not path.is_file():
        raise errors.NotADatabase(f"{path}: is not a file; name another with --db")
    try:
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
    except OSError as error:
        raise errors.DatabaseError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error
    if head and head != _MAGIC:
        raise errors.NotADatabase(f"{path}: is not an SQLite database; name another file with --db")


def _check_ours(conn: sqlite3.Connection, path: Path) -> None:
    mark = conn.execute("PRAGMA application_id").fetchone()[0]
    if mark == APPLICATION_ID:
        return
    tables = conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if mark or tables:
        raise errors.NotADatabase(f"{path}: is an SQLite database, but not one of Copydesk's; name another with --db")


def _migrate(db: Database, path: Path) -> None:
    applied = {step.name for step in migrations.applied(db)}
    if strange := sorted(applied - step_names()):
        raise errors.TooNew(f"{path}: was written by a newer Copydesk (it has {strange[-1]}); upgrade this one")
    if applied == step_names():
        return
    conn = db.conn
    conn.execute("BEGIN IMMEDIATE")
    try:
        migrations.apply(db)
        conn.execute("COMMIT")
    except BaseException:
        conn.execute("ROLLBACK")
        raise
