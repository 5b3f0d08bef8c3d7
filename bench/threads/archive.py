"""A database of articles that were decided already, for measuring how threads are kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from db.connection.database import open_database, write
from db.store.dedup.threads import any_unthreaded
from pipelines.threads.keep import keep_threads

STEP = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownArticle:
    """An article and the article it copies (numbers from 1, in order of arrival)."""

    number: int
    source: int
    at: datetime
    language: str
    title: str
    text: str
    original: int


def new_archive(path: Path, sources: int) -> sqlite3.Connection:
    """An empty database with that many sources and one body."""
    conn: sqlite3.Connection = open_database(path, create=True).conn
    with write(conn):
        conn.executemany(
            "INSERT INTO sources (id, name, url, added_at) VALUES (?, ?, ?, '2026-01-01T00:00:00Z')",
            [(n + 1, f"outlet{n:03}.example", f"http://outlet{n:03}.example/") for n in range(sources)],
        )
        conn.execute("INSERT INTO bodies (id, sha256, size, codec, data) VALUES (1, x'00', 0, 'zstd', x'')")
        conn.execute("INSERT INTO extractors (id, code, rules, trafilatura) VALUES (1, 'b', 'b', 'b')")
    return conn


def store(conn: sqlite3.Connection, articles: Sequence[KnownArticle]) -> None:
    """Store articles as decided."""
    times = [article.at.isoformat(timespec="seconds").replace("+00:00", "Z") for article in articles]
    with write(conn):
        conn.executemany(
            "INSERT INTO pages (id, source_id, url, fetched_at, status, headers, body_id) VALUES (?, ?, ?, ?, 200, '{}', 1)",
            [
                (a.number, a.source + 1, f"http://x.example/{a.number}", at)
                for a, at in zip(articles, times, strict=True)
            ],
        )
        conn.executemany("INSERT INTO outcomes (page_id, extractor_id) VALUES (?, 1)", [(a.number,) for a in articles])
        conn.executemany(
            "INSERT INTO articles (page_id, address_key, text_hash, url, title, text, language, published_utc, published_precision)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'second')",
            [
                (
                    a.number,
                    str(a.number),
                    a.number.to_bytes(16, "big"),
                    f"http://x.example/{a.number}",
                    a.title,
                    a.text,
                    a.language,
                    at,
                )
                for a, at in zip(articles, times, strict=True)
            ],
        )
        conn.executemany(
            "INSERT INTO decisions (page_id, verdict, article_id, original_id) VALUES (?, ?, ?, ?)",
            [(a.number, "new" if a.original == a.number else "copy", a.number, a.original) for a in articles],
        )
        conn.execute("DELETE FROM unsettled")


def thread_all(conn: sqlite3.Connection) -> None:
    """Place all waiting articles, a step in each transaction."""
    while any_unthreaded(conn):
        with write(conn):
            keep_threads(conn, STEP)


def threads_of(conn: sqlite3.Connection) -> dict[int, int]:
    """The thread of each article."""
    return dict(conn.execute("SELECT article_id, thread_id FROM thread_articles"))


def threaded(path: Path, articles: Iterable[KnownArticle], sources: int) -> dict[int, int]:
    """The threads that articles fall into, in a new database."""
    conn = new_archive(path, sources)
    store(conn, list(articles))
    thread_all(conn)
    found = threads_of(conn)
    conn.close()
    return found
