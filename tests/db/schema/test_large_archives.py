"""What must not grow with the archive: sizes of bodies are kept as they would be added up, failures and new articles looked up."""

from __future__ import annotations

import random
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.connection.database import open_database, write
from db.people import alike
from db.queries.sources import statistics
from db.schema.migrations import migrations
from db.sqlite.tools import Database
from db.store.service import saved_searches

NOW = datetime(2026, 11, 20, tzinfo=UTC)
_ADDED_UP = """
SELECT count(*), count(pruned_at), count(dictionary_id), coalesce(sum(size) FILTER (WHERE pruned_at IS NULL), 0),
    coalesce(sum(length(data)), 0) FROM bodies
"""
_KEPT = "SELECT bodies, pruned, by_dictionary, raw, stored FROM body_sums"


def change(conn: sqlite3.Connection, chance: random.Random) -> None:
    """What crawls, packing, pruning, a page that is received again and a removal do to bodies."""
    data, one = chance.randbytes(chance.randrange(90)), (chance.randrange(1, 40),)
    match chance.randrange(8):
        case 0:
            conn.execute("UPDATE bodies SET data = x'', pruned_at = 'now', dictionary_id = NULL WHERE id = ?", one)
        case 1:
            conn.execute("UPDATE bodies SET data = ?, dictionary_id = 1, tried_id = 1 WHERE id = ?", (data, *one))
        case 2:
            restore = "UPDATE bodies SET data = ?, pruned_at = NULL, dictionary_id = NULL, tried_id = NULL WHERE id = ?"
            conn.execute(restore, (data, *one))
        case 3:
            conn.execute("DELETE FROM bodies WHERE id = ?", one)
        case _:
            insert = "INSERT OR IGNORE INTO bodies (sha256, size, codec, data) VALUES (?, ?, 'zstd', ?)"
            conn.execute(insert, (bytes([chance.randrange(60)]), len(data) * 5, data))


def add_dictionary(conn: sqlite3.Connection) -> None:
    conn.execute("INSERT INTO sources (id, name, url, added_at) VALUES (1, 'one', '', '')")
    conn.execute(
        "INSERT INTO dictionaries (id, source_id, sha256, size, data, made_at) VALUES (1, 1, x'01', 5, x'02', '2026-11-01')"
    )


def test_sums_follow_the_bodies(tmp_path: Path) -> None:
    conn, chance = open_database(tmp_path / "news.db", create=True).conn, random.Random(3)
    with write(conn):
        add_dictionary(conn)
    seen = set()
    for _ in range(400):
        with write(conn):
            change(conn, chance)
        assert conn.execute(_KEPT).fetchall() == conn.execute(_ADDED_UP).fetchall()
        seen.add(conn.execute(_KEPT).fetchone())
    assert len(seen) > 100
    held = statistics.database_statistics(conn, NOW)
    told = (held.bodies, held.bodies_pruned, held.bodies_by_dictionary, held.bodies_raw, held.bodies_stored)
    assert told == conn.execute(_ADDED_UP).fetchone()
    conn.close()


def test_bodies_of_an_earlier_database_are_summed(tmp_path: Path) -> None:
    db, chance = Database(sqlite3.connect(tmp_path / "older.db", isolation_level=None)), random.Random(5)
    migrations.apply(db, stop_before="m0047_statistics_kept")
    add_dictionary(db.conn)
    for _ in range(100):
        change(db.conn, chance)
    migrations.apply(db)
    assert db.conn.execute(_KEPT).fetchone() == db.conn.execute(_ADDED_UP).fetchone()
    db.conn.close()


@pytest.mark.parametrize("query", ["_FAILED", "_FAILED_BY_SOURCE"])
def test_failures_are_looked_up(tmp_path: Path, query: str) -> None:
    conn = open_database(tmp_path / "news.db", create=True).conn
    plan = conn.execute(f"EXPLAIN QUERY PLAN {getattr(statistics, query)}", ("2026-11-13",)).fetchall()
    assert "SEARCH f USING INDEX fetches_failed (started_at>?)" in [detail for *_, detail in plan]
    conn.close()


@pytest.mark.parametrize(("query", "looked_up"), [(saved_searches._TO_MATCH, "a"), (alike._WAITING, "n")])
def test_what_waits_is_looked_up(tmp_path: Path, query: str, looked_up: str) -> None:
    """With the statistics of 1,000,000 articles SQLite would read all of them first, to fill a Bloom filter; or all names."""
    conn = open_database(tmp_path / "news.db", create=True).conn
    conn.execute("ANALYZE")
    conn.executemany(
        "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)",
        [
            ("articles", "articles_text", "1174415 2"),
            ("articles", "articles_address", "840560 1"),
            ("decisions", "decisions_original", "1201590 2"),
            ("decisions", "decisions_article", "1303679 1 1"),
        ],
    )
    conn.close()
    conn = open_database(tmp_path / "news.db").conn
    plan = [detail for *_, detail in conn.execute(f"EXPLAIN QUERY PLAN {query}", (100,))]
    conn.close()
    assert f"SEARCH {looked_up} USING INTEGER PRIMARY KEY (rowid=?)" in plan
    assert not [step for step in plan if "BLOOM" in step]
