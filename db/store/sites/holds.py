"""Hosts that asked for a rest, and until when."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from db.timestamps import format_timestamp, parse_timestamp

_PUT = "INSERT OR REPLACE INTO holds (host, until) VALUES (?, ?)"
_ALL = "SELECT host, until FROM holds"


def load_holds(conn: sqlite3.Connection) -> dict[str, datetime]:
    """Until when each host is left alone, holds that are over included."""
    return {host: parse_timestamp(until) for host, until in conn.execute(_ALL)}


def save_hold(conn: sqlite3.Connection, host: str, until: datetime) -> None:
    """Leave a host alone until then."""
    conn.execute(_PUT, (host, format_timestamp(until)))


def copy_holds(conn: sqlite3.Connection, other: sqlite3.Connection) -> None:
    """Have another database know the same holds, so that a check made in it leaves those hosts alone, too."""
    other.executemany(_PUT, conn.execute(_ALL))
