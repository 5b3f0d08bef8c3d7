"""Hosts that asked for a rest, and until when."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from db.timestamps import format_timestamp, is_to_come, parse_timestamp

_PUT = "INSERT OR REPLACE INTO holds (host, until) VALUES (?, ?)"
_ALL = "SELECT host, until FROM holds"

MAX_HOLD = timedelta(days=7)
"""A Retry-After of years is a mistake or a joke: a host is asked again after a week. One that ends later was stored by a clock that
was far ahead."""


def load_holds(conn: sqlite3.Connection, now: datetime) -> dict[str, datetime]:
    """Until when each host is left alone."""
    holds = {host: parse_timestamp(until) for host, until in conn.execute(_ALL)}
    return {host: until for host, until in holds.items() if is_to_come(until, now, MAX_HOLD)}


def hold_of(conn: sqlite3.Connection, host: str, now: datetime) -> datetime | None:
    """Until when a host is left alone, None where it is not."""
    return load_holds(conn, now).get(host)


def save_hold(conn: sqlite3.Connection, host: str, until: datetime) -> None:
    """Leave a host alone until then."""
    conn.execute(_PUT, (host, format_timestamp(until)))


def copy_holds(conn: sqlite3.Connection, other: sqlite3.Connection) -> None:
    """Have another database know the same holds, so that a check made in it leaves those hosts alone, too."""
    other.executemany(_PUT, conn.execute(_ALL))
