"""A database in memory, for what is not stored."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache

from db.schema.migrations import migrations
from db.sqlite.tools import Database


def open_in_memory() -> sqlite3.Connection:
    """A migrated database in memory."""
    conn: sqlite3.Connection = Database(memory=True).conn
    conn.isolation_level = None
    with closing(sqlite3.connect(":memory:")) as migrated:
        migrated.deserialize(_migrated())
        migrated.backup(conn)  # deserialized itself, it could not grow past 1 GiB
    return conn


@cache
def _migrated() -> bytes:
    """What the migrations make, which takes them 0.1 s."""
    db = Database(memory=True)
    migrations.apply(db)
    with closing(db.conn) as conn:
        content: bytes = conn.serialize()
    return content
