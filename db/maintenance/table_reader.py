"""Reads tables of a damaged file: row by row, without indexes, past pages that cannot be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any


class TableReader:
    """Reads these columns of a table in the order of its key. `columns`: rows of PRAGMA table_info."""

    def __init__(self, conn: sqlite3.Connection, table: str, columns: Sequence[sqlite3.Row]) -> None:
        self._conn, self._table = conn, table
        self.columns = ", ".join(f'"{row["name"]}"' for row in columns)
        self._key = [f'"{row["name"]}"' for row in sorted(columns, key=lambda row: int(row["pk"])) if row["pk"]]
        self.complete = True
        self._failed = False

    def rows(self) -> Iterator[tuple[object, ...]]:
        """All rows that can be read; those of a table without row ids may come twice, from both its ends."""
        if self._has_rowid():
            yield from self._by_rowid(-(2**63), -1)  # numbers of texts are of either sign
            yield from self._by_rowid(0, 2**63 - 1)
            return
        yield from self._read(f"ORDER BY {', '.join(self._key)}")
        if self._failed:
            yield from self._read(f"ORDER BY {', '.join(f'{name} DESC' for name in self._key)}")

    def _has_rowid(self) -> bool:
        try:
            self._conn.execute(f'SELECT rowid FROM "{self._table}" LIMIT 0')
        except sqlite3.OperationalError:
            return False
        return True

    def _by_rowid(self, at: int, last: int) -> Iterator[tuple[object, ...]]:
        """Rows by rising id. Behind a damaged page, ids further and further away are tried, then those before the one found."""
        step = 0
        while at + step <= last:
            found = None
            for row in self._read("WHERE rowid BETWEEN ? AND ? ORDER BY rowid", at + step, last):
                found = row[0]
                yield row[1:]
            done = not self._failed
            if step and (found is not None or done):
                for row in self._read("WHERE rowid >= ? AND rowid < ? ORDER BY rowid DESC", at, at + step):
                    yield row[1:]
            if done:
                return
            at, step = (at, step * 2 or 1) if found is None else (found + 1, 1)

    def _read(self, rest: str, *parameters: int) -> Iterator[tuple[Any, ...]]:
        """Rows until a damaged page; `_failed` says whether there was one."""
        self._failed = False
        rowid = "rowid, " if parameters else ""
        try:
            yield from self._conn.execute(
                f'SELECT {rowid}{self.columns} FROM "{self._table}" NOT INDEXED {rest}', parameters
            )
        except sqlite3.DatabaseError:
            self._failed, self.complete = True, False
