"""Transactions that let other writers in: after each, the lock stays free for as long as it was held."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

from db.connection.database import write

# A writer that waits for SQLite's lock retries after 1, 2, 5, 10, 15, 20 and then every 25 ms, later every 50 and 100
# (sqlite3.c, sqliteDefaultBusyCallback). Leaving it free after each transaction, for as long as that took within these bounds, lets
# it in.
FREE_S = 0.005
LONGEST_FREE_S = 0.03


class WriteTurns:
    """The transactions of one connection. What is done between two of them counts as time in which the lock is free: work that
    needs no lock is best done there. `longest_s`: how long the longest held it, in seconds."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self.conn = conn
        self.longest_s = 0.0
        self._next_at = 0.0

    @contextmanager
    def write(self) -> Iterator[None]:
        """One transaction, as `db.connection.database.write`, once others had their turn."""
        time.sleep(max(0.0, self._next_at - time.perf_counter()))
        with write(self.conn):
            began = time.perf_counter()
            yield
        ended = time.perf_counter()
        self.longest_s = max(self.longest_s, ended - began)
        self._next_at = ended + min(LONGEST_FREE_S, max(FREE_S, ended - began))
