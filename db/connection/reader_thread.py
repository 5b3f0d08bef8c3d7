"""A thread with its own connection that runs queries for an event loop, which must not block."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from db.connection.database import open_readonly, translate_sqlite_errors
from db.system.sparing_executor import SparingExecutor

T = TypeVar("T")


class ReaderThread:
    """Runs queries in order. Their futures raise DatabaseError if the database fails."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = SparingExecutor(1, "reader")
        self._conn: sqlite3.Connection = self._thread.submit(open_readonly, path).result()

    def submit(self, query: Callable[[sqlite3.Connection], T]) -> Future[T]:
        def run() -> T:
            with translate_sqlite_errors(self._path):
                return query(self._conn)

        return self._thread.submit(run)

    def close(self) -> None:
        """Finish the queued queries and end the thread."""
        self._thread.submit(self._conn.close).result()
        self._thread.shutdown()
