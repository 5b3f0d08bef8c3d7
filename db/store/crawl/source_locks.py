"""Source locks: two runs never crawl one source at the same time.

A run locks its sources in one transaction when it begins and unlocks them when it ends. The locks of a killed run are
void as soon as its process is gone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

from db.models import Source
from db.sqlite.named_rows import named_rows
from db.system.processes import is_process_alive, process_identity
from db.timestamps import format_timestamp, parse_timestamp

# An older lock is void whatever process has its process id now: not every system can tell processes apart.
MAX_LOCK_AGE = timedelta(hours=24)


def lock_sources(
    conn: sqlite3.Connection, sources: Sequence[Source], run_id: int, pid: int, now: datetime
) -> tuple[list[Source], list[tuple[Source, int]]]:
    """Lock the sources that no other process has locked. Returns these, and the others with the process id that holds
    each.
    """
    held = {
        lock["source_id"]: lock["pid"]
        for lock in named_rows(conn, "SELECT source_id, pid, process, began_at FROM turns")
        if lock["pid"] != pid
        and is_process_alive(lock["pid"], lock["process"])
        and now - parse_timestamp(lock["began_at"]) < MAX_LOCK_AGE
    }
    taken = [source for source in sources if source.id not in held]
    conn.executemany(
        "INSERT OR REPLACE INTO turns (source_id, run_id, pid, began_at, process) VALUES (?, ?, ?, ?, ?)",
        [(source.id, run_id, pid, format_timestamp(now), process_identity(pid)) for source in taken],
    )
    return taken, [(source, held[source.id]) for source in sources if source.id in held]


def locked_sources(conn: sqlite3.Connection) -> set[int]:
    """Ids of the sources that some run has locked."""
    return {source_id for (source_id,) in conn.execute("SELECT source_id FROM turns")}


def unlock_source(conn: sqlite3.Connection, run_id: int, source_id: int) -> None:
    conn.execute("DELETE FROM turns WHERE run_id = ? AND source_id = ?", (run_id, source_id))


def unlock_sources(conn: sqlite3.Connection, run_id: int) -> None:
    """Release all locks of a run."""
    conn.execute("DELETE FROM turns WHERE run_id = ?", (run_id,))
