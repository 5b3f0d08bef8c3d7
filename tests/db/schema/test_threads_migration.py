"""An earlier database opens, keeps its rows, and its articles get their threads from the crawls that follow."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bench.threads.archive import KnownArticle, new_archive, store, thread_all, threads_of
from bench.threads.quality import known
from bench.threads.stream import generate
from db.connection.database import open_database, write
from db.connection.writer import Writer
from db.queries.threads import thread_keeping
from db.schema.tables.threads import THREADS
from db.site_rules.loader import Sites
from db.store.dedup.threads import TABLES, drop_threads
from pipelines.extraction.version import extractor_in_force
from pipelines.processing import ingest
from pipelines.processing.ingest import Ingest, IngestPlan
from pipelines.threads import keep


@pytest.fixture
def articles() -> list[KnownArticle]:
    return known(generate(5, 12, days=6))


def earlier(path: Path, before: list[KnownArticle]) -> sqlite3.Connection:
    """A database as it was when threads came, with articles from before."""
    conn = new_archive(path, 24)
    store(conn, before)
    conn.close()
    old = sqlite3.connect(path)
    with old:
        for trigger in ("article_is_unthreaded", "article_is_unthreaded_now", "article_leaves_its_thread"):
            old.execute(f"DROP TRIGGER {trigger}")
        for table in (*TABLES, "unthreaded", "thread_keeping"):
            old.execute(f"DROP TABLE {table}")
        old.executescript(THREADS)
        old.execute("DELETE FROM _sqlite_migrations WHERE name = 'm0048_earlier_articles_threaded'")
    return old


def rebuilt(conn: sqlite3.Connection) -> dict[int, int]:
    with write(conn):
        drop_threads(conn)
    thread_all(conn)
    return threads_of(conn)


def ingest_once(path: Path) -> None:
    """What a crawl that finds nothing does at its end."""
    plan = IngestPlan(
        database=path, sites=Sites(), extractor=extractor_in_force(Sites()), processes=1, page_timeout_s=30
    )
    writer = Writer(path)
    run = Ingest(plan, writer)
    run.finish()
    run.start()
    run.join(120)
    writer.close()


def test_articles_from_before_there_were_threads_get_theirs_a_part_with_each_crawl(
    tmp_path: Path, articles: list[KnownArticle], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep, "PLACED_AT_ONCE", 5)
    monkeypatch.setattr(ingest, "THREADED_AT_END", 3)
    path = tmp_path / "old.db"
    earlier(path, articles).close()
    conn = open_database(path).conn
    assert thread_keeping(conn).waiting == len(articles)
    assert not threads_of(conn)
    ingest_once(path)
    assert 15 <= len(threads_of(conn)) < len(articles)
    while thread_keeping(conn).waiting:
        ingest_once(path)
    threads = threads_of(conn)
    assert threads.keys() == {article.number for article in articles}
    assert thread_keeping(conn).out_of_order == 0
    assert rebuilt(conn) == threads
    conn.close()


def test_threads_of_later_articles_are_made_anew_with_the_earlier_ones(
    tmp_path: Path, articles: list[KnownArticle]
) -> None:
    """Otherwise each copy of an earlier article would take back and place again what came since."""
    path, half = tmp_path / "old.db", len(articles) // 2
    earlier(path, articles[:half]).close()
    old = sqlite3.connect(path)
    store(old, articles[half:])
    thread_all(old)
    assert 0 < len(threads_of(old)) < len(articles)
    old.close()
    conn = open_database(path).conn
    assert thread_keeping(conn).waiting == len(articles)
    thread_all(conn)
    threads = threads_of(conn)
    assert threads.keys() == {article.number for article in articles}
    assert rebuilt(conn) == threads
    conn.close()
