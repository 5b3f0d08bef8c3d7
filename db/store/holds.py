"""Hosts that asked for a rest, and until when."""

from __future__ import annotations

import sqlite3


def copy_holds(conn: sqlite3.Connection, other: sqlite3.Connection) -> None:
    """Have another database know the same holds, so that a check made in it leaves those hosts alone, too."""
    other.executemany(
        "INSERT OR REPLACE INTO holds (host, until) VALUES (?, ?)", conn.execute("SELECT host, until FROM holds")
    )
