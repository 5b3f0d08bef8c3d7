"""Publishing rhythms learned from sources (`scheduler.planning.learning`). Derived: dropped rows are learned again."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from db.timestamps import format_timestamp, parse_timestamp


def save_rhythm(conn: sqlite3.Connection, source_id: int, at: datetime, rhythm: str) -> None:
    """Store a source's rhythm, as JSON."""
    conn.execute(
        "INSERT OR REPLACE INTO rhythms (source_id, learned_at, rhythm) VALUES (?, ?, ?)",
        (source_id, format_timestamp(at), rhythm),
    )


def load_rhythm(conn: sqlite3.Connection, source_id: int) -> tuple[datetime, str] | None:
    """When a source's rhythm was learned, and the rhythm as JSON; None if it was not learned yet."""
    row = conn.execute("SELECT learned_at, rhythm FROM rhythms WHERE source_id = ?", (source_id,)).fetchone()
    return (parse_timestamp(row[0]), str(row[1])) if row else None
