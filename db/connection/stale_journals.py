"""Logs and journals of another file: left beside a database that took the place of theirs, SQLite would write them into it.

A log (-wal) does not say whose it is. That it is not this file's is certain in two cases: the file is not in WAL mode, as no backup
of ours is (its first opening turns it on before there is a log), or the log's own mark names another file (`db.file_identity`).
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from db.errors import DatabaseDamaged, DatabaseLost, DatabaseReplaced
from db.file_identity import companion_path, is_nonempty_file, owner_of_log

# Bytes 18 and 19 of a database: 2 in WAL mode, else 1 (https://sqlite.org/fileformat.html, 1.3).
_VERSIONS, _IN_WAL_MODE = slice(18, 20), b"\x02\x02"
_JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")
# Another process may be at the moment of turning WAL mode on or off, which takes milliseconds.
_LOOKS, _PAUSE_S = 5, 0.1


def check_leftovers(path: Path) -> None:
    """Raises Replaced where a log or journal beside the database is not its own, Damaged where only the log is left.

    Opens the file and closes it, so only for a process that has no connection to it.
    """
    looks = 0
    while (trouble := _trouble(path)) is not None:
        looks += 1
        if looks == _LOOKS:
            raise trouble
        time.sleep(_PAUSE_S)


def _trouble(path: Path) -> DatabaseLost | None:
    target = Path(os.path.realpath(path))
    log, journal = companion_path(target, "-wal"), companion_path(target, "-journal")
    if not log.exists() and not is_nonempty_file(journal):
        return None
    is_hot = _head(journal, len(_JOURNAL_MAGIC)) == _JOURNAL_MAGIC
    has_log = is_nonempty_file(log)
    # Last, because it is written first.
    head = _head(target, 20)
    away = f"move {log.name} and {companion_path(target, '-shm').name} away, or put the file back that they belong to"
    if has_log and not head:
        return DatabaseDamaged(
            f"{path}: was cut to nothing, only its log is left; restore a backup (docs/operations.md)"
        )
    if has_log and head[_VERSIONS] != _IN_WAL_MODE:
        return DatabaseReplaced(f"{path}: took the place of another file, whose log {log.name} is still there; {away}")
    # An empty one too: whoever has it open shares its index, which tells the size of their file.
    owner = owner_of_log(log)
    if owner is not None and owner != target.stat().st_ino:
        return DatabaseReplaced(f"{path}: took the place of another file, whose log {log.name} is still there; {away}")
    if is_hot and head[_VERSIONS] == _IN_WAL_MODE:
        return DatabaseReplaced(f"{path}: beside it lies {journal.name}, which is not its own; move that away")
    return None


def _head(path: Path, number: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(number)
    except FileNotFoundError:
        return b""
