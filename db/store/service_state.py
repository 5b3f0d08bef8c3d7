"""The row of the `copydesk run` that is up: who it is, since when, when it was last heard of.

It is there to be shown and to name the one in a refusal; what keeps a second one out is a lock of the operating system.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from db.processes import identity, is_process_alive
from db.timestamps import format_timestamp, parse_timestamp

_PUT = """
INSERT INTO service (only, pid, process, started_at, beat_at, stopped_at, address, version) VALUES (1, ?, ?, ?, ?, NULL, ?, ?)
ON CONFLICT (only) DO UPDATE SET pid = excluded.pid, process = excluded.process, started_at = excluded.started_at,
    beat_at = excluded.beat_at, stopped_at = NULL, address = excluded.address, version = excluded.version
"""


def service_lock_path(database: Path) -> Path:
    """The file that a service holds locked. It stays, empty, when the service has ended."""
    return database.with_name(f"{database.name}.service")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRow:
    """A service that is or was up. `lives`: its process is there now. `address`: where it answers, empty for nowhere."""

    pid: int
    started_at: datetime
    beat_at: datetime
    stopped_at: datetime | None
    address: str
    version: str
    lives: bool


def begin_service(conn: sqlite3.Connection, pid: int, at: datetime, *, address: str, version: str) -> None:
    """Record that a service is up."""
    conn.execute(_PUT, (pid, identity(pid), format_timestamp(at), format_timestamp(at), address, version))


def record_heartbeat(conn: sqlite3.Connection, at: datetime) -> None:
    """Record that it still is."""
    conn.execute("UPDATE service SET beat_at = ?", (format_timestamp(at),))


def end_service(conn: sqlite3.Connection, at: datetime) -> None:
    """Record that it stopped."""
    conn.execute("UPDATE service SET stopped_at = ?, beat_at = ?", (format_timestamp(at), format_timestamp(at)))


def load_service(conn: sqlite3.Connection) -> ServiceRow | None:
    """The service that is up or was last; None where there never was one."""
    row = conn.execute(
        "SELECT pid, process, started_at, beat_at, stopped_at, address, version FROM service WHERE only = 1"
    ).fetchone()
    if row is None:
        return None
    pid, process, started_at, beat_at, stopped_at, address, version = row
    return ServiceRow(
        pid=pid,
        started_at=parse_timestamp(started_at),
        beat_at=parse_timestamp(beat_at),
        stopped_at=parse_timestamp(stopped_at) if stopped_at else None,
        address=address or "",
        version=version,
        lives=stopped_at is None and is_process_alive(pid, process),
    )
