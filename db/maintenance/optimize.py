"""Looking after the database file, beside pruning (`db.maintenance.prune`) and backups (`db.maintenance.backup`): checkpoint,
statistics, integrity.

Each step is a function with a small report, may run while crawls write, and holds the write lock for milliseconds.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from db.connection.database import connect, connect_for_reading, translate_sqlite_errors
from db.maintenance.health import SOUNDNESS, Finding, HealthCheck, Level, database_sizes, run_checks

# TRUNCATE keeps writers out while it waits for readers, so it waits for no longer than this, but several times.
_PATIENCE_S, _ATTEMPTS, _PAUSE_S = 0.1, 5, 0.4
# Rows of an index that are looked at: enough for a planner, and milliseconds whatever the size (https://sqlite.org/lang_analyze.html).
_ANALYSIS_LIMIT = 1000
# Pages below which there are none: what a planner learns from a small database is wrong the day after, when it has grown.
MIN_PAGES = 10_000
# From this version on PRAGMA optimize looks at tables that the connection has not used (mask 0x10000).
_LOOKS_AT_ALL = (3, 46, 0)
# Instructions of SQLite between two questions whether to stop: some milliseconds.
_INSTRUCTIONS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointReport:
    """The write-ahead log, in bytes, before and after. `busy`: a reader or writer was in the way, and the log is not emptied."""

    before: int
    after: int
    busy: bool
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizeReport:
    """How many indexes the planner has statistics of; 0 in a database that is too small for them."""

    indexes: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What the integrity checks found."""

    findings: tuple[Finding, ...]
    seconds: float

    @property
    def sound(self) -> bool:
        """Whether nothing is BAD."""
        return all(finding.level is not Level.BAD for finding in self.findings)


def checkpoint(path: Path) -> CheckpointReport:
    """Move the log into the file and empty it. Raises DatabaseError; what is in the way is no error (`busy`)."""
    began, before = time.monotonic(), database_sizes(path)[1]
    conn = connect(path, lock_wait_s=_PATIENCE_S)
    try:
        with translate_sqlite_errors(path):
            # Most is copied here, which keeps nobody out; emptying what is left is then quick.
            conn.execute("PRAGMA wal_checkpoint(PASSIVE)")
            for attempt in range(_ATTEMPTS):
                time.sleep(_PAUSE_S if attempt else 0)
                busy = bool(conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
                if not busy:
                    break
            after = database_sizes(path)[1]
    finally:
        conn.close()
    return CheckpointReport(before=before, after=after, busy=busy, seconds=round(time.monotonic() - began, 3))


def optimize(path: Path) -> OptimizeReport:
    """Renew the statistics by which SQLite plans queries, from a sample of each index."""
    began = time.monotonic()
    conn = connect(path)
    try:
        with translate_sqlite_errors(path):
            if conn.execute("SELECT coalesce(max(id), 0) FROM pages").fetchone()[0] >= MIN_PAGES:
                conn.execute(f"PRAGMA analysis_limit = {_ANALYSIS_LIMIT}")
                # An older PRAGMA optimize looks only at what its own connection has used: nothing, in one just opened.
                conn.execute("PRAGMA optimize(0x10002)" if sqlite3.sqlite_version_info >= _LOOKS_AT_ALL else "ANALYZE")
            indexes = _count_statistics(conn)
    finally:
        conn.close()
    return OptimizeReport(indexes=indexes, seconds=round(time.monotonic() - began, 3))


def _count_statistics(conn: sqlite3.Connection) -> int:
    there = conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'").fetchone()
    return int(conn.execute("SELECT count(idx) FROM sqlite_stat1").fetchone()[0]) if there else 0


def check_integrity(
    path: Path, now: datetime, *, bodies: int = 20, stopping: Callable[[], bool] = lambda: False
) -> CheckReport:
    """Structure, references, and a sample of bodies against their checksums (0: all). Reads the whole file."""
    began = time.monotonic()
    conn = connect_for_reading(path)
    conn.set_progress_handler(lambda: int(stopping()), _INSTRUCTIONS)
    try:
        examination = HealthCheck(conn=conn, path=path, now=now, extractor=None, bodies=bodies)
        findings = tuple(run_checks(examination, SOUNDNESS))
    finally:
        conn.close()
    return CheckReport(findings=findings, seconds=round(time.monotonic() - began, 3))
