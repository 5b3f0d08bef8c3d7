"""What is kept of robots.txt between runs, by origin."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from db.sqlite.named_rows import named_rows

_LOAD = "SELECT origin, fetched_at, status, body, error, expires_at FROM robots WHERE origin = ?"
_PUT = """
INSERT OR REPLACE INTO robots (origin, fetched_at, status, body, error, expires_at)
VALUES (:origin, :fetched_at, :status, :body, :error, :expires_at)
"""


_REFUSED = """
SELECT origin, substr(error, length(:name) + 3) AS says FROM robots WHERE error LIKE :name || ': %' ORDER BY origin
"""


def refused_origins(conn: sqlite3.Connection, name: str) -> dict[str, str]:
    """The origins whose robots.txt failed for a named reason when it was last asked for, with what was said of it."""
    return dict(conn.execute(_REFUSED, {"name": name}).fetchall())


def load_robots(conn: sqlite3.Connection, origin: str) -> sqlite3.Row | None:
    """The last answer of an origin, expired or not: its columns, times as text. None where there is none."""
    row: sqlite3.Row | None = named_rows(conn, _LOAD, (origin,)).fetchone()
    return row


def save_robots(conn: sqlite3.Connection, columns: Mapping[str, object]) -> int:
    """Store the answer of an origin in place of the one before; returns the number of rows."""
    return conn.execute(_PUT, dict(columns)).rowcount
