"""Reads the tables of SQLite files that other programs wrote, row by row."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from db.errors import UsageError

Row = Mapping[str, Any]


def sqlite_tables(path: Path) -> Iterator[tuple[str, Iterator[Row]]]:
    """The tables of a SQLite file and their rows. Raises UsageError if it cannot be read, or is a database of Copydesk."""
    address = f"file:{quote(str(path.resolve()))}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True)) as conn:
            conn.execute("PRAGMA trusted_schema = OFF")  # its definitions call nothing
            conn.text_factory = lambda text: text.decode("utf-8", "replace")
            tables = [
                name
                for (name,) in conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
                if not name.startswith("sqlite_")
            ]
            if {"pages", "bodies", "outcomes", "fetches"} <= set(tables):
                raise UsageError(
                    f"{path}: is a database of Copydesk; write its pages to a file and import that:"
                    f" copydesk --db {path} export warc -o pages.warc.gz"
                )
            for name in tables:
                yield name, _rows_of(conn, name)
    except sqlite3.Error as error:
        raise UsageError(f"{path}: SQLite cannot read it ({error})") from error


def _rows_of(conn: sqlite3.Connection, table: str) -> Iterator[Row]:
    """The rows of a table. Raises OSError where SQLite cannot read on: the other tables may be sound."""
    quoted = table.replace('"', '""')
    try:
        cursor = conn.execute(f'SELECT * FROM "{quoted}"')
        names = [column[0] for column in cursor.description]
        for row in cursor:
            yield dict(zip(names, row, strict=True))
    except sqlite3.Error as error:
        raise OSError(f"SQLite cannot read it ({error})") from error
