"""Pruning by age: the bytes of old pages (`keep_bodies`) and the log of requests and runs that brought nothing (`keep_log`).

What stays, whatever its age:
    bodies        of pages without an outcome, and those that a younger page shares; the row, hash and size of every other
    fetches       that brought a page; of runs under way; the last failure of an address that has failed since it last answered
    source_runs   under way; the last of each source, and its last that finished
    runs          under way, and those that any other row refers to; what an extraction replaced goes before its run does

Rows go in transactions of at most `MOST_S`, with a rest after each, so that a crawl that writes meanwhile is never held up.
Nothing here gives space back to the disk: pages of the file that fall empty are used for what comes next.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from db.connection.database import connect, translate_sqlite_errors, write
from db.queries.statistics import FAILURES_SINCE
from db.store.extractions import begin_pruning
from db.timestamps import format_timestamp

# The longest that one transaction should hold the write lock, and what it aims at: the size of the next one is told by the last.
MOST_S, AIM_S = 0.05, 0.01
# A rest after each, as a multiple of it and at least: a waiting writer asks again every 25 ms at first, then every 100 ms.
REST, LEAST_REST_S = 2.0, 0.02
# Rows looked at between two transactions.
_CHUNK = 2000
# A first transaction is of so many weights; a weight is a row, or one page (4 KiB) of a body.
_FIRST, _MOST = 64, 20_000
_PAGE = 4096
# Transactions between two (passive) checkpoints, so that the log stays small where nobody else writes.
_CHECKPOINT_EVERY = 50

_BODY_GOES = """
    b.pruned_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM pages p WHERE p.body_id = b.id AND (
        p.fetched_at >= :before OR NOT EXISTS (SELECT 1 FROM outcomes o WHERE o.page_id = p.id)))
    AND NOT EXISTS (SELECT 1 FROM page_parts t JOIN pages p ON p.id = t.page_id WHERE t.body_id = b.id AND (
        p.fetched_at >= :before OR NOT EXISTS (SELECT 1 FROM outcomes o WHERE o.page_id = p.id)))
"""
_FETCH_GOES = """
    f.started_at < :before
    AND NOT EXISTS (SELECT 1 FROM pages p WHERE p.id = f.page_id AND p.fetched_at = f.started_at)
    AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.id = f.run_id AND r.ended IS NULL)
    AND NOT (EXISTS (SELECT 1 FROM visits v WHERE v.link_id = f.link_id AND v.failures > 0)
             AND f.id = (SELECT max(id) FROM fetches g WHERE g.link_id = f.link_id))
    AND f.id < (SELECT max(id) FROM fetches)
"""
_PART_GOES = """
    s.started_at < :before AND s.ended IS NOT NULL AND s.id NOT IN (SELECT value FROM json_each(:kept))
"""
_RUN_IS_OVER = """
    r.started_at < :before AND r.ended IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM fetches WHERE run_id = r.id)
    AND NOT EXISTS (SELECT 1 FROM source_runs WHERE run_id = r.id)
    AND NOT EXISTS (SELECT 1 FROM links WHERE run_id = r.id)
    AND NOT EXISTS (SELECT 1 FROM turns WHERE run_id = r.id)
    AND r.id < (SELECT max(id) FROM runs)
"""
# Deleting a run would take these with it in one transaction, however many they are.
_RUN_GOES = f"""{_RUN_IS_OVER}
    AND NOT EXISTS (SELECT 1 FROM past_outcomes WHERE run_id = r.id)
    AND NOT EXISTS (SELECT 1 FROM to_extract WHERE run_id = r.id)
"""
_EXTRACTIONS_OVER = f"""
SELECT r.id FROM extractions e JOIN runs r ON r.id = e.run_id WHERE {_RUN_IS_OVER} ORDER BY r.id
"""
_LAST_PARTS = """
SELECT (SELECT max(id) FROM source_runs WHERE source_id = s.id),
       (SELECT id FROM source_runs WHERE source_id = s.id AND ended = 'finished' ORDER BY id DESC LIMIT 1)
FROM sources s
"""
_BODY_FROM = """
SELECT b.id, coalesce((SELECT min(fetched_at) FROM pages WHERE body_id = b.id), (
    SELECT min(p.fetched_at) FROM page_parts t JOIN pages p ON p.id = t.page_id WHERE t.body_id = b.id), '')
FROM bodies b WHERE b.id >= ? ORDER BY b.id LIMIT 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """Rows of one table that go: which are looked at, how each weighs, what is done to them."""

    name: str
    table: str
    alias: str
    goes: str
    weight: str
    act: str
    first_from: str = ""
    """The first row from an id on, with its time: the id grows with the time. Empty where rows are found by their run."""
    key: str = "id"


def _log(name: str, table: str, alias: str, goes: str) -> _Kind:
    ordered = f"SELECT id, started_at FROM {table} WHERE id >= ? ORDER BY id LIMIT 1"
    act = f"DELETE FROM {table} AS {alias}"
    return _Kind(name=name, table=table, alias=alias, goes=goes, weight="0", act=act, first_from=ordered)


_BODIES = _Kind(
    name="bodies",
    table="bodies",
    alias="b",
    goes=_BODY_GOES,
    weight="length(b.data)",
    act="UPDATE bodies AS b SET data = x'', pruned_at = :now, dictionary_id = NULL",
    first_from=_BODY_FROM,
)
_LOG = (
    _log("fetches", "fetches", "f", _FETCH_GOES),
    _log("source_runs", "source_runs", "s", _PART_GOES),
)
_RUNS = _log("runs", "runs", "r", _RUN_GOES)


def _of_extraction(name: str, table: str, weight: str) -> _Kind:
    goes, act = "t.run_id = :run", f"DELETE FROM {table} AS t"
    return _Kind(name=name, table=table, alias="t", goes=goes, weight=weight, act=act, key="page_id")


_OF_EXTRACTIONS = (
    _of_extraction("past_outcomes", "past_outcomes", "length(t.outcome)"),
    _of_extraction("to_extract", "to_extract", "0"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneReport:
    """What went. `bytes` is what the bodies took in the file; `longest_ms` the longest transaction.

    `past_outcomes` and `to_extract` are what extractions replaced and had left. A dry run (`dry`) counts what would go; of `runs`
    only those that nothing refers to already.
    """

    bodies: int = 0
    bytes: int = 0
    fetches: int = 0
    source_runs: int = 0
    past_outcomes: int = 0
    to_extract: int = 0
    runs: int = 0
    transactions: int = 0
    longest_ms: float = 0.0
    seconds: float = 0.0
    dry: bool = False

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def prune(
    path: Path,
    now: datetime,
    *,
    keep_bodies: timedelta | None,
    keep_log: timedelta | None,
    dry: bool = False,
    stopping: Callable[[], bool] = lambda: False,
) -> PruneReport:
    """Prune what is older than so long (None: nothing) before `now`.

    The log of the last 7 days always stays, because figures are counted over it. `stopping` is asked between transactions.
    """
    began = time.monotonic()
    conn = connect(path)
    try:
        with translate_sqlite_errors(path):
            # What falls empty need not be overwritten: the system's SQLite may be built to, which doubles what is written.
            conn.execute("PRAGMA secure_delete = OFF")
            # A checkpoint would count as part of a transaction; it has its own moment.
            conn.execute("PRAGMA wal_autocheckpoint = 0")
            pruning = _Pruning(conn=conn, now=now, dry=dry, stopping=stopping)
            if keep_bodies is not None:
                pruning.run(_BODIES, now - keep_bodies)
            if keep_log is not None:
                before = min(now - keep_log, now - FAILURES_SINCE)
                for kind in _LOG:
                    pruning.run(kind, before)
                pruning.run_extractions(before)
                pruning.run(_RUNS, before)
            if pruning.report.transactions:
                pruning.checkpoint()
    finally:
        conn.close()
    return replace(pruning.report, seconds=round(time.monotonic() - began, 3), dry=dry)


@dataclass(slots=True, kw_only=True)
class _Pruning:
    """One pruning under way: how large a transaction may be, and what went so far."""

    conn: sqlite3.Connection
    now: datetime
    dry: bool
    stopping: Callable[[], bool]
    weights: int = _FIRST
    report: PruneReport = PruneReport()

    def run(self, kind: _Kind, before: datetime) -> None:
        """Prune one kind of rows."""
        values: dict[str, object] = {"before": format_timestamp(before), "now": format_timestamp(self.now)}
        if kind.goes is _PART_GOES:
            kept = {part for row in self.conn.execute(_LAST_PARTS) for part in row if part is not None}
            values["kept"] = json.dumps(sorted(kept))
        self._drop(kind, self._due(kind, values), values)

    def run_extractions(self, before: datetime) -> None:
        """What extractions replaced or had left, of those whose run goes next; they cannot be undone or gone on with any more."""
        over = {"before": format_timestamp(before)}
        for (run_id,) in self.conn.execute(_EXTRACTIONS_OVER, over).fetchall():
            if self.stopping():
                return
            if not self.dry:
                with write(self.conn):
                    begun = begin_pruning(self.conn, run_id)
                if not begun:
                    continue
            for kind in _OF_EXTRACTIONS:
                self._drop(kind, self._of_run(kind, run_id), {"run": run_id})

    def _drop(self, kind: _Kind, due: Iterator[list[tuple[int, int]]], values: Mapping[str, object]) -> None:
        for rows in due:
            if self.dry:
                self._count(kind, len(rows), sum(size for _, size in rows))
                continue
            for batch in self._batches(rows):
                if self.stopping():
                    return
                self._write(kind, batch, values)

    def _of_run(self, kind: _Kind, run_id: int) -> Iterator[list[tuple[int, int]]]:
        """Keys and bytes of a run's rows, some at a time."""
        query = (
            f"SELECT t.{kind.key}, {kind.weight} FROM {kind.table} AS t"
            f" WHERE t.run_id = ? AND t.{kind.key} > ? ORDER BY 1 LIMIT {_CHUNK}"
        )
        after = 0
        while not self.stopping() and (rows := self.conn.execute(query, (run_id, after)).fetchall()):
            yield rows
            after = rows[-1][0]

    def _due(self, kind: _Kind, values: Mapping[str, object]) -> Iterator[list[tuple[int, int]]]:
        """Ids and bytes of the rows that go, some at a time, read without a lock."""
        query = (
            f"SELECT {kind.alias}.id, {kind.weight} FROM {kind.table} AS {kind.alias}"
            f" WHERE {kind.alias}.id BETWEEN :first AND :last AND {kind.goes} ORDER BY 1"
        )
        end = first_id_at(self.conn, kind.first_from, kind.table, str(values["before"]))
        for first in range(1, end, _CHUNK):
            if self.stopping():
                return
            chunk = {"first": first, "last": min(first + _CHUNK, end) - 1}
            if rows := self.conn.execute(query, {**values, **chunk}).fetchall():
                yield rows

    def _batches(self, rows: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
        """The rows in parts of about `weights`, which changes as they are written."""
        batch: list[tuple[int, int]] = []
        weight = 0
        for row in rows:
            more = 1 + row[1] // _PAGE
            if batch and weight + more > self.weights:
                yield batch
                batch, weight = [], 0
            batch.append(row)
            weight += more
        if batch:
            yield batch

    def _write(self, kind: _Kind, batch: list[tuple[int, int]], values: Mapping[str, object]) -> None:
        ids = json.dumps([row_id for row_id, _ in batch])
        # Asked again with the lock held: a crawl may have written since.
        chosen = f"{kind.alias}.{kind.key} IN (SELECT value FROM json_each(:ids)) AND {kind.goes}"
        act = f"{kind.act} WHERE {chosen} RETURNING {kind.key}"
        with write(self.conn):
            began = time.monotonic()
            gone = {row_id for (row_id,) in self.conn.execute(act, {**values, "ids": ids})}
        took = time.monotonic() - began
        self._count(kind, len(gone), sum(size for row_id, size in batch if row_id in gone), took)
        self.weights = min(_MOST, max(1, int(self.weights * min(2.0, AIM_S / max(took, 1e-6)))))
        time.sleep(max(LEAST_REST_S, REST * took))
        if self.report.transactions % _CHECKPOINT_EVERY == 0:
            self.checkpoint()

    def _count(self, kind: _Kind, rows: int, size: int, took: float | None = None) -> None:
        report = self.report
        more: dict[str, object] = {
            kind.name: getattr(report, kind.name) + rows,
            "bytes": report.bytes + (size if kind is _BODIES else 0),
        }
        if took is not None:
            more |= {
                "transactions": report.transactions + 1,
                "longest_ms": max(report.longest_ms, round(took * 1000, 1)),
            }
        self.report = replace(report, **more)  # type: ignore[arg-type]

    def checkpoint(self) -> None:
        """Copy what the log holds into the file, as far as that holds up nobody."""
        self.conn.execute("PRAGMA wal_checkpoint(PASSIVE)")


def first_id_at(conn: sqlite3.Connection, first_from: str, table: str, before: str) -> int:
    """The first id whose row is not older than `before`, by bisection: ids grow with the time."""
    low, high = 1, conn.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()[0]
    while low < high:
        middle = (low + high) // 2
        row = conn.execute(first_from, (middle,)).fetchone()
        if row is None or row[1] >= before:
            high = middle
        else:
            low = row[0] + 1
    return int(low)
