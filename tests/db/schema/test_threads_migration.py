"""An earlier database opens, keeps its rows, has no threads, and gains them by a rebuild."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from bench.threads.archive import new_archive, store, thread_all, threads_of
from bench.threads.quality import known
from bench.threads.stream import generate
from db.connection.database import open_database, write
from db.queries.threads import thread_keeping
from db.store.dedup.threads import TABLES, drop_threads


def test_an_earlier_database_has_no_threads_until_a_rebuild(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    conn = new_archive(path, 24)
    articles = known(generate(5, 6, days=3))
    store(conn, articles)
    conn.close()
    old = sqlite3.connect(path)
    with old:
        for trigger in ("article_is_unthreaded", "article_is_unthreaded_now", "article_leaves_its_thread"):
            old.execute(f"DROP TRIGGER {trigger}")
        for table in (*TABLES, "unthreaded", "thread_keeping"):
            old.execute(f"DROP TABLE {table}")
        old.execute("DELETE FROM _sqlite_migrations WHERE name = 'm0034_threads'")
    old.close()
    conn = open_database(path).conn
    assert conn.execute("SELECT count(*) FROM articles").fetchone()[0] == len(articles)
    assert thread_keeping(conn).missing == len(articles)
    thread_all(conn)
    assert not threads_of(conn)
    with write(conn):
        drop_threads(conn)
    thread_all(conn)
    assert threads_of(conn).keys() == {article.number for article in articles}
    assert thread_keeping(conn).missing == 0
    conn.close()
