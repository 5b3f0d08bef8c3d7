"""Detect logs and journals of another file. If a database takes the place of another and the other's log is still
there, SQLite would write that log into it.

A log (-wal) does not say which database it belongs to. It is certainly not this file's in three cases: the file is not in
WAL mode, as none of our backups is (opening one turns it on before there is a log); the log's own mark names another file
(`db.system.file_identity`); or the first page in the log is not that of a database of ours, and the file's is.
"""

from __future__ import annotations

import os
import struct
import time
from contextlib import suppress
from pathlib import Path

from db.errors import DatabaseDamaged, DatabaseLost, DatabaseReplaced
from db.schema.migrations import APPLICATION_ID
from db.system.file_identity import companion_path, is_nonempty_file, wal_owner_inode

# Bytes 18 and 19 of a database: 2 in WAL mode, else 1 (https://sqlite.org/fileformat.html, 1.3).
_VERSIONS, _IN_WAL_MODE = slice(18, 20), b"\x02\x02"
# Where the first page has the size of pages and the program that made the file.
_PAGE_SIZE, _APPLICATION = slice(16, 18), slice(68, 72)
_OURS = APPLICATION_ID.to_bytes(4, "big")
# The log's header and the header of each page in it (https://sqlite.org/fileformat.html, 4.1). The salts are equal in both.
_LOG_HEADER, _FRAME_HEADER = struct.Struct(">4sLL4x8s8x"), struct.Struct(">LL8s8x")
# Pages of a log that are looked at for the first one: a transaction that makes or grows a file has it among the last.
_FRAMES_READ = 4096
# A log that begins otherwise holds nothing for SQLite: its first block is lost, as after a power cut on some file systems.
_LOG_MAGIC = (bytes.fromhex("377f0682"), bytes.fromhex("377f0683"))
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
    head = _head(target, _APPLICATION.stop)
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
    if owner is None and has_log and head[_APPLICATION] == _OURS and _is_foreign(log, head):
        return DatabaseReplaced(f"{path}: next to it is {log.name}, the log of another database; {away}")
    if is_hot and head[_VERSIONS] == _IN_WAL_MODE:
        return DatabaseReplaced(f"{path}: next to it is {journal.name}, which is not its own; move that away")
    return None


def _is_foreign(log: Path, head: bytes) -> bool:
    """Whether a log is that of a database of another program. `head`: the beginning of the file beside it.

    SQLite would write it into the file, with the first command that opens it: also with one that only reads.
    """
    with suppress(FileNotFoundError, struct.error), log.open("rb") as file:  # struct.error: the log ends here
        magic, _, page_size, salts = _LOG_HEADER.unpack(file.read(_LOG_HEADER.size))
        if magic not in _LOG_MAGIC:
            return False
        if page_size & 0xFFFF != int.from_bytes(head[_PAGE_SIZE], "big") and page_size != 65536:
            return True
        for _ in range(_FRAMES_READ):
            number, _, frame_salts = _FRAME_HEADER.unpack(file.read(_FRAME_HEADER.size))
            if frame_salts != salts:
                break
            if number == 1:
                return file.read(_APPLICATION.stop)[_APPLICATION] != _OURS
            file.seek(page_size, os.SEEK_CUR)
    return False


def _head(path: Path, number: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(number)
    except FileNotFoundError:
        return b""
