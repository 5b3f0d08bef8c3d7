"""Which tables a query looks at: what a page costs on a cold file is decided by that, and by nothing that a test could time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def tables_read(conn: sqlite3.Connection) -> Iterator[set[str]]:
    """The tables that statements of the block read, without those of the search index."""
    read = set[str]()

    def note(action: int, table: str | None, *_: str | None) -> int:
        if action == sqlite3.SQLITE_READ and table and not table.startswith(("search_index", "json_each")):
            read.add(table)
        return sqlite3.SQLITE_OK

    conn.set_authorizer(note)
    try:
        yield read
    finally:
        conn.set_authorizer(None)
