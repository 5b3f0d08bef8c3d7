"""Whose turn it is: no source is crawled by two runs at once.

A run takes its sources in one transaction when it begins and gives them back when it ends. What a killed run held is free again
as soon as its process is gone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

from db.models import Source
from db.processes import identity, is_process_alive
from db.timestamps import format_timestamp, parse_timestamp

# A turn older than this is void whatever runs under its process number now: not every system tells who has a number.
LONGEST_TURN = timedelta(hours=24)


def lock_sources(
    conn: sqlite3.Connection, sources: Sequence[Source], run_id: int, pid: int, now: datetime
) -> tuple[list[Source], list[tuple[Source, int]]]:
    """Take the sources that nobody is at; those taken, and the others each with the process that is at it."""
    held = {
        source_id: holder
        for source_id, holder, process, began_at in conn.execute("SELECT source_id, pid, process, began_at FROM turns")
        if holder != pid and is_process_alive(holder, process) and now - parse_timestamp(began_at) < LONGEST_TURN
    }
    taken = [source for source in sources if source.id not in held]
    conn.executemany(
        "INSERT OR REPLACE INTO turns (source_id, run_id, pid, began_at, process) VALUES (?, ?, ?, ?, ?)",
        [(source.id, run_id, pid, format_timestamp(now), identity(pid)) for source in taken],
    )
    return taken, [(source, held[source.id]) for source in sources if source.id in held]


def locked_sources(conn: sqlite3.Connection) -> set[int]:
    """The sources that some run is at."""
    return {source_id for (source_id,) in conn.execute("SELECT source_id FROM turns")}


def end_turn(conn: sqlite3.Connection, run_id: int, source_id: int) -> None:
    """Give back one source."""
    conn.execute("DELETE FROM turns WHERE run_id = ? AND source_id = ?", (run_id, source_id))


def end_turns(conn: sqlite3.Connection, run_id: int) -> None:
    """Give back what a run took."""
    conn.execute("DELETE FROM turns WHERE run_id = ?", (run_id,))
