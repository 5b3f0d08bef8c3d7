"""Which files of a news archive were read to their end, and for which sources: those are not read again for them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from datetime import datetime

from db.timestamps import format_timestamp


def unread_for(conn: sqlite3.Connection, path: str, source_ids: Collection[int]) -> set[int]:
    """The sources among these for which a file was not read yet."""
    row = conn.execute("SELECT source_ids FROM news_archive_files WHERE path = ?", (path,)).fetchone()
    return set(source_ids) - (set(json.loads(row[0])) if row else set())


def note_read(
    conn: sqlite3.Connection, path: str, source_ids: Collection[int], *, records: int, pages: int, at: datetime
) -> None:
    """Record that a file was read to its end for these sources. `pages`: new ones; those of several readings add up."""
    conn.execute(
        """
        INSERT INTO news_archive_files (path, read_at, source_ids, records, pages) VALUES (:path, :at, :ids, :records, :pages)
        ON CONFLICT (path) DO UPDATE SET read_at = :at, records = :records, pages = pages + :pages, source_ids = (
            SELECT json_group_array(value) FROM (
                SELECT value FROM json_each(source_ids) UNION SELECT value FROM json_each(:ids) ORDER BY value))
        """,
        {
            "path": path,
            "at": format_timestamp(at),
            "ids": json.dumps(sorted(source_ids)),
            "records": records,
            "pages": pages,
        },
    )
