"""What extractions replaced goes with the log, in bounded steps: never all of it with its run in one transaction."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from db.connection.database import open_readonly, write
from db.errors import UsageError
from db.maintenance import prune
from db.store.crawl import facts
from tests.cli.conftest import START, open_room, run
from tests.db.stock import filled

DAY = timedelta(days=1)
NEVER = None
NOW = START + timedelta(days=40)
PAGES, LEFT = 1000, 400
BOUND = 150


def extraction(conn: sqlite3.Connection, days: float, *, replaced: int, left: int) -> int:
    """A run so many days ago that replaced so many outcomes and was stopped with some left."""
    at = NOW - timedelta(days=days)
    run_id = facts.begin_run(conn, "extract", os.getpid(), at)
    conn.execute("INSERT INTO extractions (run_id, selection, extractor_id, queued) VALUES (?, '{}', 1, 1)", (run_id,))
    conn.execute(
        "INSERT INTO past_outcomes SELECT ?, id, 1, randomblob(300) FROM pages ORDER BY id LIMIT ?", (run_id, replaced)
    )
    conn.execute("INSERT INTO to_extract SELECT ?, id FROM pages ORDER BY id LIMIT ?", (run_id, left))
    facts.end_run(conn, run_id, "stopped", at, {}, None)
    return run_id


@pytest.fixture
def archive(tmp_path: Path) -> tuple[Path, int, int]:
    """A database with an old extraction and a young one; the ids of their runs."""
    path = tmp_path / "news.db"
    filled(path, PAGES, size=20)
    with open_room(path) as conn:
        conn.execute("INSERT INTO extractors (code, rules, trafilatura) VALUES ('c', 'r', 't')")
        old = extraction(conn, 35, replaced=PAGES, left=LEFT)
        young = extraction(conn, 2, replaced=50, left=20)
        facts.begin_run(conn, "crawl", os.getpid(), NOW)
    return path, old, young


def count(path: Path, table: str, run_id: int) -> int:
    conn = open_readonly(path)
    try:
        return int(conn.execute(f"SELECT count(*) FROM {table} WHERE run_id = ?", (run_id,)).fetchone()[0])
    finally:
        conn.close()


def test_no_transaction_drops_more_than_the_bound(
    archive: tuple[Path, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, old, young = archive
    dropped: list[int] = []

    @contextmanager
    def counted(conn: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
        # Rows that a foreign key takes along are counted too (sqlite3_total_changes).
        before = conn.total_changes
        with write(conn):
            yield conn
        dropped.append(conn.total_changes - before)

    monkeypatch.setattr(prune, "write", counted)
    monkeypatch.setattr(prune, "_MAX_UNITS", BOUND)
    gone = prune.prune(path, NOW, keep_bodies=NEVER, keep_log=30 * DAY)
    assert (gone.past_outcomes, gone.to_extract, gone.runs, gone.bytes) == (PAGES, LEFT, 1, 0)
    assert sum(dropped) >= PAGES + LEFT
    assert max(dropped) <= BOUND
    assert (count(path, "extractions", old), count(path, "past_outcomes", old)) == (0, 0)
    assert [count(path, table, young) for table in ("extractions", "past_outcomes", "to_extract")] == [1, 50, 20]
    assert prune.prune(path, NOW, keep_bodies=NEVER, keep_log=30 * DAY).transactions == 0


def test_a_dry_run_counts_them(archive: tuple[Path, int, int]) -> None:
    path, old, _ = archive
    would = prune.prune(path, NOW, keep_bodies=NEVER, keep_log=30 * DAY, dry=True)
    assert (would.past_outcomes, would.to_extract, would.transactions) == (PAGES, LEFT, 0)
    assert count(path, "past_outcomes", old) == PAGES


def test_stopped_in_the_middle_it_cannot_be_undone_and_the_next_pruning_goes_on(
    archive: tuple[Path, int, int],
) -> None:
    path, old, young = archive

    def some_are_gone() -> bool:
        return count(path, "past_outcomes", old) < PAGES

    gone = prune.prune(path, NOW, keep_bodies=NEVER, keep_log=30 * DAY, stopping=some_are_gone)
    assert 0 < gone.past_outcomes < PAGES
    assert count(path, "past_outcomes", old) == PAGES - gone.past_outcomes
    refused = run(path, "extract", "--undo", str(old)).exception
    assert isinstance(refused, UsageError)
    assert "was pruned (setting keep_log)" in str(refused)
    rest = prune.prune(path, NOW, keep_bodies=NEVER, keep_log=30 * DAY)
    assert (rest.past_outcomes, rest.runs) == (PAGES - gone.past_outcomes, 1)
    assert count(path, "past_outcomes", young) == 50


def test_a_run_that_somebody_goes_on_with_stays(archive: tuple[Path, int, int]) -> None:
    path, old, _ = archive
    with open_room(path) as conn:
        facts.resume_run(conn, old, os.getpid())
    gone = prune.prune(path, NOW, keep_bodies=NEVER, keep_log=30 * DAY)
    assert (gone.past_outcomes, gone.to_extract, gone.runs) == (0, 0, 0)
    assert [count(path, table, old) for table in ("past_outcomes", "to_extract")] == [PAGES, LEFT]
    with open_room(path) as conn:
        facts.end_run(conn, old, "stopped", NOW - timedelta(days=1), {}, None)
    assert prune.prune(path, NOW, keep_bodies=NEVER, keep_log=30 * DAY).past_outcomes == PAGES
