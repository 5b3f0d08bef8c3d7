"""The parts of sources in a run: what ending one costs does not depend on how many others the run has."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from db.connection.in_memory import open_in_memory
from db.store.crawl.facts import begin_run
from db.store.crawl.source_runs import begin_source_runs, end_source_run, update_unchanged_counts
from db.store.sites.sources import add_source

NOW = datetime(2026, 11, 30, tzinfo=UTC)


def instructions(conn: sqlite3.Connection, work: Callable[[], None]) -> int:
    """How many instructions of its virtual machine SQLite runs."""
    run = 0

    def count() -> int:
        nonlocal run
        run += 1
        return 0

    conn.set_progress_handler(count, 1)
    work()
    conn.set_progress_handler(None, 0)
    return run


def end_last(conn: sqlite3.Connection, run: int, source: int) -> None:
    end_source_run(conn, run, source, ended="finished", at=NOW, working=2)


def count_last(conn: sqlite3.Connection, run: int, source: int) -> None:
    update_unchanged_counts(conn, run, {source: 3})


@pytest.mark.parametrize(("work", "column", "value"), [(end_last, "listings_working", 2), (count_last, "unchanged", 3)])
def test_one_source_is_found_without_looking_at_the_others_of_its_run(
    work: Callable[[sqlite3.Connection, int, int], None], column: str, value: int
) -> None:
    costs = []
    for number in (2, 200):
        conn = open_in_memory()
        ids = [
            add_source(conn, name=f"n{each}", url=f"http://n{each}.example/", settings={}, at=NOW)[0].id
            for each in range(number)
        ]
        for _ in range(2):
            run = begin_run(conn, "crawl", 1, NOW)
            begin_source_runs(conn, run, ids, NOW)
        costs.append(instructions(conn, lambda: work(conn, run, ids[-1])))  # noqa: B023 - called at once
        changed = conn.execute(f"SELECT run_id, source_id FROM source_runs WHERE {column} = ?", (value,)).fetchall()
        assert changed == [(run, ids[-1])]
        conn.close()
    assert costs[1] < 1.2 * costs[0]
