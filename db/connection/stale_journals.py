"""Detect logs and journals of another file. If a database takes the place of another and the other's log is still
there, SQLite would write that log into it.

A log (-wal) does not say which database it belongs to. It is certainly not this file's in two cases: the file is not in
WAL mode, as none of our backups is (opening one turns it on before there is a log), or the log's own mark names another
file (`db.system.file_identity`).
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from db.errors import DatabaseDamaged, DatabaseLost, DatabaseReplaced
from db.system.file_identity import companion_path, is_nonempty_file, wal_owner_inode

# Bytes 18 and 19 of a database: 2 in WAL mode, else 1 (https://sqlite.org/fileformat.html, 1.3).
_VERSIONS, _IN_WAL_MODE = slice(18, 20), b"\x02\x02"
_JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")
# Another process may be switching WAL mode on or off right now, which takes milliseconds.
_ATTEMPTS, _PAUSE_S = 5, 0.1


def check_stale_journals(path: Path) -> None:
    """Raise DatabaseReplaced if a log or journal beside the database is not its own, DatabaseDamaged if only the log is
    left.

    Opens and closes the file, so call it only in a process that has no connection to it.
    """
    attempts = 0
    while (problem := _find_problem(path)) is not None:
        attempts += 1
        if attempts == _ATTEMPTS:
            raise problem
        time.sleep(_PAUSE_S)


def _find_problem(path: Path) -> DatabaseLost | None:
    target = Path(os.path.realpath(path))
    log, journal = companion_path(target, "-wal"), companion_path(target, "-journal")
    if not log.exists() and not is_nonempty_file(journal):
        return None
    is_hot = _head(journal, len(_JOURNAL_MAGIC)) == _JOURNAL_MAGIC
    has_log = is_nonempty_file(log)
    # Read last, because SQLite writes it first.
    head = _head(target, 20)
    away = f"move {log.name} and {companion_path(target, '-shm').name} away, or put the file back that they belong to"
    if has_log and not head:
        return DatabaseDamaged(
            f"{path}: was truncated to zero bytes, only its log is left; restore a backup (docs/operations.md)"
        )
    if has_log and head[_VERSIONS] != _IN_WAL_MODE:
        return DatabaseReplaced(f"{path}: replaced another file, whose log {log.name} is still there; {away}")
    # Even an empty log: processes that have it open share its index, which holds the size of their file.
    owner = wal_owner_inode(log)
    if owner is not None and owner != target.stat().st_ino:
        return DatabaseReplaced(f"{path}: replaced another file, whose log {log.name} is still there; {away}")
    if is_hot and head[_VERSIONS] == _IN_WAL_MODE:
        return DatabaseReplaced(f"{path}: next to it is {journal.name}, which is not its own; move that away")
    return None


def _head(path: Path, number: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(number)
    except FileNotFoundError:
        return b""
