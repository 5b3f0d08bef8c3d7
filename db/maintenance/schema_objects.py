"""What a database consists of, compared with what a new one has: other programs may drop, rename and add."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from contextlib import closing
from functools import cache

from db.connection.in_memory import open_in_memory
from db.sqlite.named_rows import named_rows

_MOST_NAMED = 5


def schema_objects(conn: sqlite3.Connection) -> frozenset[tuple[str, str]]:
    """Kind and name of all tables, columns, indexes, triggers and views. The table of migrations is sqlite-utils' own."""
    found = named_rows(conn, "SELECT type, name, tbl_name FROM sqlite_master").fetchall()
    ours = [row for row in found if not row["tbl_name"].startswith(("sqlite_", "_sqlite_migrations", "search_index_"))]
    columns = [
        ("column", f"{row['name']}.{column['name']}")
        for row in ours
        if row["type"] == "table"
        for column in named_rows(conn, f'PRAGMA table_info("{row["name"]}")')
    ]
    return frozenset([*((row["type"], row["name"]) for row in ours), *columns])


@cache
def made_objects() -> frozenset[tuple[str, str]]:
    """What a new database has."""
    with closing(open_in_memory()) as conn:
        return schema_objects(conn)


def named(objects: Collection[tuple[str, str]]) -> str:
    """Some of them, tables first; a column of a table that is among them goes without saying."""
    tables = {name for kind, name in objects if kind == "table"}
    left = [one for one in objects if one[0] != "column" or one[1].partition(".")[0] not in tables]
    shown = [f"{kind} {name}" for kind, name in sorted(left, key=lambda one: (one[0] != "table", one))]
    more = f" and {len(shown) - _MOST_NAMED} more" if len(shown) > _MOST_NAMED else ""
    return f"{', '.join(shown[:_MOST_NAMED])}{more}"
