"""Bringing the search index up to date: what was stored before there was one, or was written by another program.

A few pages a transaction, so that a crawl may write between. It may be stopped at any moment and goes on the next time.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable

from db.connection.database import write
from db.search.index import index_page, load_tables

# Pages indexed in one transaction, at some 2 ms of CPU each and up to 30 ms for what FTS5 merges by the way, with the write lock
# held. The rest lets another writer in.
BATCH_SIZE = 8
_REST_S = 0.02


def index_batch(conn: sqlite3.Connection, limit: int = BATCH_SIZE) -> int:
    """Index some of those that wait, the lowest page ids first; how many there were."""
    pages = [page for (page,) in conn.execute("SELECT page_id FROM unindexed ORDER BY page_id LIMIT ?", (limit,))]
    for page_id in pages:
        index_page(conn, page_id)
    return len(pages)


def index_waiting_pages(
    conn: sqlite3.Connection,
    *,
    stopping: Callable[[], bool] = lambda: False,
    show: Callable[[int], None] = lambda done: None,
) -> int:
    """Index all that wait, some in a transaction, with a rest after each; how many. `show` is told how many are done."""
    done = 0
    load_tables()
    while not stopping():
        with write(conn):
            some = index_batch(conn)
        if not some:
            break
        done += some
        show(done)
        time.sleep(_REST_S)
    return done
