"""Index the articles that wait for the search index: those from before there was one, or written by another program.

A few pages a transaction, so that a crawl can write in between. It can be stopped at any moment and continues the next
time.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable

from db.connection.database import write
from db.search.index import index_pages, load_tables

# Pages indexed in one transaction: some 2 ms of CPU each and up to 30 ms for FTS5's merges, with the write lock held. The pause
# lets other writers in.
BATCH_SIZE = 8
_PAUSE_S = 0.02


def index_batch(conn: sqlite3.Connection, limit: int = BATCH_SIZE) -> int:
    """Index up to `limit` waiting articles, lowest page ids first; returns how many."""
    pages = [page for (page,) in conn.execute("SELECT page_id FROM unindexed ORDER BY page_id LIMIT ?", (limit,))]
    index_pages(conn, pages)
    return len(pages)


def index_waiting_pages(
    conn: sqlite3.Connection,
    *,
    stopping: Callable[[], bool] = lambda: False,
    show: Callable[[int], None] = lambda done: None,
) -> int:
    """Index all waiting articles in batches with a pause after each; returns how many. `show` is called with the number
    done.
    """
    done = 0
    load_tables()
    while not stopping():
        with write(conn):
            some = index_batch(conn)
        if not some:
            break
        done += some
        show(done)
        time.sleep(_PAUSE_S)
    return done
