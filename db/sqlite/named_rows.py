"""Rows that are read by the names of their columns, on connections whose rows are otherwise tuples."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Parameters: TypeAlias = Sequence[object] | Mapping[str, object]


def named_rows(conn: sqlite3.Connection, query: str, parameters: Parameters = ()) -> sqlite3.Cursor:
    """Run a query; its rows are `sqlite3.Row`: `row["title"]`. A column that is an expression needs a name (AS)."""
    cursor = conn.cursor()
    cursor.row_factory = sqlite3.Row
    return cursor.execute(query, parameters)
