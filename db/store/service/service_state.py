"""The row of the running `copydesk run`: its process, when it started, its last heartbeat.

The row serves for display and for naming the service in error messages; a lock of the operating system prevents a
second service.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from db.sqlite.named_rows import named_rows
from db.system.processes import is_process_alive, process_identity
from db.timestamps import format_timestamp, parse_optional, parse_timestamp

_PUT = """
INSERT INTO service (only, pid, process, started_at, beat_at, stopped_at, address, version) VALUES (1, ?, ?, ?, ?, NULL, ?, ?)
ON CONFLICT (only) DO UPDATE SET pid = excluded.pid, process = excluded.process, started_at = excluded.started_at,
    beat_at = excluded.beat_at, stopped_at = NULL, address = excluded.address, version = excluded.version
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRow:
    """A service that is or was running. `is_alive`: its process exists. `address`: where it serves HTTP, or ""."""

    pid: int
    started_at: datetime
    beat_at: datetime
    stopped_at: datetime | None
    address: str
    version: str
    is_alive: bool


def begin_service(conn: sqlite3.Connection, pid: int, at: datetime, *, address: str, version: str) -> None:
    """Record that a service started."""
    conn.execute(_PUT, (pid, process_identity(pid), format_timestamp(at), format_timestamp(at), address, version))


def record_heartbeat(conn: sqlite3.Connection, at: datetime) -> None:
    conn.execute("UPDATE service SET beat_at = ?", (format_timestamp(at),))


def end_service(conn: sqlite3.Connection, at: datetime) -> None:
    """Record that the service stopped."""
    conn.execute("UPDATE service SET stopped_at = ?, beat_at = ?", (format_timestamp(at), format_timestamp(at)))


def load_service(conn: sqlite3.Connection) -> ServiceRow | None:
    """The service that is running or ran last; None if there never was one."""
    row = named_rows(conn, "SELECT * FROM service WHERE only = 1").fetchone()
    if row is None:
        return None
    return ServiceRow(
        pid=row["pid"],
        started_at=parse_timestamp(row["started_at"]),
        beat_at=parse_timestamp(row["beat_at"]),
        stopped_at=parse_optional(row["stopped_at"]),
        address=row["address"] or "",
        version=row["version"],
        is_alive=row["stopped_at"] is None and is_process_alive(row["pid"], row["process"]),
    )
