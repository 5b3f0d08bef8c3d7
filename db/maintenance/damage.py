"""What of a file is damaged: faults that SQLite finds, indexes that lack entries, tables that cannot be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress

from db.display.humanize import counted
from db.sqlite.errors import primary_code
from db.sqlite.named_rows import named_rows

MAX_FINDINGS = 5
"""Findings of one PRAGMA at most."""
# Of a finding, so much: one may list a hundred pages.
_MAX_FAULT_CHARS = 200
_QUICK_CHECK = "PRAGMA quick_check({})"
# A plain count(*) would read whichever index is the smallest.
_ENTRIES = 'SELECT coalesce(sum(1), 0) FROM "{}" INDEXED BY "{}"'
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL ORDER BY rowid"


def tables_of_rows(conn: sqlite3.Connection) -> list[str]:
    """The tables that hold rows of their own: not those of the search index."""
    names = [name for (name,) in conn.execute(_TABLES)]
    return [name for name in names if not name.startswith(("sqlite_", "_sqlite_migrations", "search_index"))]


def unreadable_tables(conn: sqlite3.Connection) -> list[str]:
    """The tables of which not all rows can be read. Reads all of them."""
    unreadable = []
    for table in tables_of_rows(conn):
        try:
            for _ in conn.execute(f'SELECT * FROM "{table}" NOT INDEXED'):
                pass
        except sqlite3.DatabaseError:
            unreadable.append(table)
    return unreadable


def find_faults(conn: sqlite3.Connection) -> list[str]:
    """At most some of what quick_check finds; else indexes with too few or too many entries, which it does not look for."""
    try:
        # The first overlooks damage in the list of free pages (SQLite 3.40, in a file of this many tables); the second looks there.
        rows = [
            row for name in ("", "sqlite_master") for row in conn.execute(_QUICK_CHECK.format(name or MAX_FINDINGS))
        ]
        found = [" ".join(str(row[0]).split())[:_MAX_FAULT_CHARS] for row in rows if row[0] != "ok"]
        return list(dict.fromkeys(found)) or list(_miscounted_indexes(conn))
    except sqlite3.DatabaseError as error:
        if primary_code(error) != sqlite3.SQLITE_CORRUPT:
            raise
        return [str(error)]


def _miscounted_indexes(conn: sqlite3.Connection) -> Iterator[str]:
    for table in tables_of_rows(conn):
        rows = conn.execute(f'SELECT count(*) FROM "{table}" NOT INDEXED').fetchone()[0]
        for index in named_rows(conn, f'PRAGMA index_list("{table}")').fetchall():
            if not index["partial"]:
                name = index["name"]
                with suppress(sqlite3.OperationalError):  # the primary key is the table itself
                    entries = conn.execute(_ENTRIES.format(table, name)).fetchone()[0]
                    if entries != rows:
                        yield f"index {name} has {counted(entries, 'entry', 'entries')} for {counted(rows, 'row')} of {table}"
