"""One run: what it did at each source, and which requests failed."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from db.queries.sources.statistics import Run, run_from_row
from db.sqlite.named_rows import named_rows
from db.store.crawl.run_counts import FAILURE_NAME, HAS_NO_ANSWER

MOST_SOURCES = 500
MOST_FAILURES = 100

_RUN = "SELECT id, command, started_at, ended_at, ended, figures, error, reason, pid FROM runs WHERE id = ?"
_PARTS = """
SELECT s.id AS source_id, s.name AS source, r.started_at,
       r.ended_at, r.ended, r.found, r.fetched, r.unchanged, r.failed, r.forbidden, r.error
FROM source_runs r JOIN sources s ON s.id = r.source_id WHERE r.run_id = ? ORDER BY r.failed DESC, s.name LIMIT ?
"""
_FAILURES = f"""
SELECT f.started_at AS at, f.what, f.url, {FAILURE_NAME} AS error, s.name AS source, s.id AS source_id
FROM fetches f LEFT JOIN sources s ON s.id = f.source_id
WHERE f.run_id = ? AND {HAS_NO_ANSWER} ORDER BY f.id DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceInRun:
    """What a run did at one source."""

    source_id: int
    source: str
    started_at: str
    ended_at: str | None
    ended: str | None
    found: int
    fetched: int
    unchanged: int
    failed: int
    forbidden: int
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A request that failed."""

    at: str
    what: str
    url: str
    error: str
    source: str | None
    source_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDetails:
    """A run with its sources and failures, both limited in number."""

    run: Run
    reason: str
    pid: int
    sources: list[SourceInRun]
    failures: list[Failure]


def run_details(conn: sqlite3.Connection, run_id: int) -> RunDetails | None:
    """The run with that id; None if there is none (`keep_log` prunes runs without results)."""
    row = named_rows(conn, _RUN, (run_id,)).fetchone()
    if row is None:
        return None
    return RunDetails(
        run=run_from_row(row),
        reason=row["reason"],
        pid=row["pid"],
        sources=[SourceInRun(**part) for part in named_rows(conn, _PARTS, (run_id, MOST_SOURCES))],
        failures=[Failure(**failure) for failure in named_rows(conn, _FAILURES, (run_id, MOST_FAILURES))],
    )
