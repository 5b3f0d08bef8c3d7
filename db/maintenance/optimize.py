"""Maintenance of the database file besides pruning (`db.maintenance.prune`) and backups (`db.maintenance.backup`):
checkpoint, planner statistics, integrity check.

Each step is a function that returns a small report. It may run while crawls write, and holds the write lock for
milliseconds.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from db.connection.database import connect, connect_for_reading, translate_sqlite_errors
from db.maintenance.findings import Finding, HealthCheck, Level
from db.maintenance.health import SOUNDNESS, database_sizes, run_checks

# A TRUNCATE checkpoint blocks writers while it waits for readers, so it waits only briefly, but several times.
_LOCK_WAIT_S, _ATTEMPTS, _PAUSE_S = 0.1, 5, 0.4
# Index rows to sample: enough for the planner, and milliseconds whatever the size (https://sqlite.org/lang_analyze.html).
_ANALYSIS_LIMIT = 1000
# Number of pages below which no statistics are made: those of a small database are wrong a day later, when it has grown.
MIN_PAGES = 10_000
# From this version on PRAGMA optimize covers tables that the connection has not used (mask 0x10000).
_OPTIMIZES_ALL_TABLES = (3, 46, 0)
# SQLite instructions between two calls of `stopping`: some milliseconds.
_PROGRESS_INSTRUCTIONS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointReport:
    """Size of the write-ahead log in bytes before and after. `busy`: a reader or writer kept it from being reset."""

    before: int
    after: int
    busy: bool
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizeReport:
    """How many indexes have planner statistics; 0 in a database that is too small for them."""

    indexes: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """Findings of the integrity checks."""

    findings: tuple[Finding, ...]
    seconds: float

    @property
    def sound(self) -> bool:
        """Whether no finding is BAD."""
        return all(finding.level is not Level.BAD for finding in self.findings)


def checkpoint(path: Path) -> CheckpointReport:
    """Copy the log into the file and reset it. Raises DatabaseError, but not because others use the log (`busy`)."""
    began, before = time.monotonic(), database_sizes(path)[1]
    with closing(connect(path, lock_wait_s=_LOCK_WAIT_S)) as conn, translate_sqlite_errors(path):
        # Copies most of the log without blocking anybody; the TRUNCATE after it is then quick.
        conn.execute("PRAGMA wal_checkpoint(PASSIVE)")
        for attempt in range(_ATTEMPTS):
            time.sleep(_PAUSE_S if attempt else 0)
            busy = bool(conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
            if not busy:
                break
        after = database_sizes(path)[1]
    return CheckpointReport(before=before, after=after, busy=busy, seconds=round(time.monotonic() - began, 3))


def optimize(path: Path) -> OptimizeReport:
    """Update the statistics of SQLite's query planner, from a sample of each index."""
    began = time.monotonic()
    with closing(connect(path)) as conn, translate_sqlite_errors(path):
        if conn.execute("SELECT coalesce(max(id), 0) FROM pages").fetchone()[0] >= MIN_PAGES:
            conn.execute(f"PRAGMA analysis_limit = {_ANALYSIS_LIMIT}")
            # An older PRAGMA optimize covers only tables that its connection has used: none, here.
            conn.execute(
                "PRAGMA optimize(0x10002)" if sqlite3.sqlite_version_info >= _OPTIMIZES_ALL_TABLES else "ANALYZE"
            )
        indexes = _count_statistics(conn)
    return OptimizeReport(indexes=indexes, seconds=round(time.monotonic() - began, 3))


def _count_statistics(conn: sqlite3.Connection) -> int:
    there = conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'").fetchone()
    return int(conn.execute("SELECT count(idx) FROM sqlite_stat1").fetchone()[0]) if there else 0


def check_integrity(path: Path, now: datetime, *, stopping: Callable[[], bool] = lambda: False) -> CheckReport:
    """Check structure, references, and a sample of bodies against their checksums. Reads the whole file."""
    began = time.monotonic()
    with closing(connect_for_reading(path)) as conn:
        conn.set_progress_handler(lambda: int(stopping()), _PROGRESS_INSTRUCTIONS)
        health = HealthCheck(conn=conn, path=path, now=now, extractor=None)
        findings = tuple(run_checks(health, SOUNDNESS))
    return CheckReport(findings=findings, seconds=round(time.monotonic() - began, 3))
