"""Prune by age: the bytes of old bodies (`keep_bodies`), and the log of requests and runs without results (`keep_log`).

Kept, whatever their age:

    bodies        of pages without an outcome, and those that a younger page shares; row, hash and size of all others
    drawings      as bodies, by the age of the drawing
    fetches       that returned a page; of running runs; of a link that has failed since it last succeeded, or that shows an earlier
                  page of it again or one that is no article, the last, and answers of 404: they say whether an article is gone
                  (`db.queries.gone`)
    drawings      that belong to a page (`keep_log`); those that the evidence for a source's current verdict names
    source_runs   that are running; the last of each source, and the last that finished
    runs          that are running, and those that other rows refer to; outcomes that an extraction replaced go before its run

Rows are deleted in transactions of about `TARGET_TRANSACTION_S` with a pause after each, so that a crawl is never held
up.

Pruning does not return space to the disk: empty pages of the file are reused.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from db.connection.database import connect, translate_sqlite_errors, write
from db.queries.sources.statistics import FAILURE_WINDOW
from db.sqlite.gone import NO_ARTICLE, SAYS_GONE
from db.store.extraction.extractions import begin_pruning
from db.timestamps import format_timestamp

# How long one transaction should hold the write lock, in seconds; the last transaction decides the size of the next.
TARGET_TRANSACTION_S = 0.01
# Pause after each transaction, as a multiple of its duration, and its minimum: SQLite retries a busy lock after 25 ms at first,
# then every 100 ms.
REST_FACTOR, MIN_REST_S = 2.0, 0.02
# Rows examined at a time.
_CHUNK = 2000
# Size of the first transaction, and the maximum, in units of one row or one page (4 KiB) of a body.
_FIRST_UNITS, _MAX_UNITS = 64, 20_000
_PAGE_BYTES = 4096
# Transactions between two passive checkpoints, so that the log stays small if nobody else writes.
_CHECKPOINT_EVERY = 50

_BODY_IS_OLD = """
    b.pruned_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM pages p WHERE p.body_id = b.id AND (
        p.fetched_at >= :before OR NOT EXISTS (SELECT 1 FROM outcomes o WHERE o.page_id = p.id)))
    AND NOT EXISTS (SELECT 1 FROM page_parts t JOIN pages p ON p.id = t.page_id WHERE t.body_id = b.id AND (
        p.fetched_at >= :before OR NOT EXISTS (SELECT 1 FROM outcomes o WHERE o.page_id = p.id)))
"""
_DRAWING_IS_OLD = """
    d.data IS NOT NULL AND d.pruned_at IS NULL AND d.started_at < :before
    AND EXISTS (SELECT 1 FROM outcomes o WHERE o.page_id = d.page_id)
"""
_FETCH_IS_OLD = f"""
    f.started_at < :before
    AND NOT EXISTS (SELECT 1 FROM pages p WHERE p.id = f.page_id AND p.fetched_at = f.started_at)
    AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.id = f.run_id AND r.ended IS NULL)
    AND NOT (EXISTS (SELECT 1 FROM visits v WHERE v.link_id = f.link_id AND v.failures > 0)
             AND (coalesce(f.status IN ({SAYS_GONE}), 0)
                  OR f.id = (SELECT max(id) FROM fetches g WHERE g.link_id = f.link_id)))
    AND NOT ((EXISTS (SELECT 1 FROM pages p WHERE p.link_id = f.link_id AND p.id > f.page_id)
              OR EXISTS (SELECT 1 FROM outcomes o WHERE o.page_id = f.page_id AND o.reason IN {NO_ARTICLE}))
             AND f.id = (SELECT max(id) FROM fetches g WHERE g.link_id = f.link_id))
    AND f.id < (SELECT max(id) FROM fetches)
"""
# Evidence has the address of a page: the three last drawings of it until the verdict, since a verdict rests on three comparisons
# (`PAGES_COMPARED` of `crawler.render.verdicts`), all of them of one page where that is a front page.
_DRAWING_IS_OVER = """
    d.page_id IS NULL AND d.started_at < :before
    AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.id = d.run_id AND r.ended IS NULL)
    AND NOT EXISTS (
        SELECT 1 FROM render_verdicts v, json_each(v.evidence) e
        WHERE v.source_id = d.source_id AND v.kind = d.kind AND json_extract(e.value, '$.url') = d.url
            AND d.started_at <= coalesce(v.decided_at, d.started_at)
            AND 3 > (SELECT count(*) FROM drawings l WHERE l.source_id = d.source_id AND l.kind = d.kind AND l.url = d.url
                AND l.started_at > d.started_at AND l.started_at <= coalesce(v.decided_at, l.started_at)))
"""
_SOURCE_RUN_IS_OLD = """
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
# Deleting a run would delete these with it in one transaction, however many they are.
_RUN_IS_OLD = f"""{_RUN_IS_OVER}
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
    """Rows to prune from one table: a condition (`condition`), the bytes of each (`size`, SQL), and the statement."""

    name: str
    table: str
    alias: str
    condition: str
    size: str
    statement: str
    first_from: str = ""
    """Query for the first row at or above an id, with its time, which grows with the id. Empty for rows found by their run."""
    key: str = "id"


def _log(name: str, table: str, alias: str, condition: str) -> _Kind:
    ordered = f"SELECT id, started_at FROM {table} WHERE id >= ? ORDER BY id LIMIT 1"
    statement = f"DELETE FROM {table} AS {alias}"
    return _Kind(
        name=name, table=table, alias=alias, condition=condition, size="0", statement=statement, first_from=ordered
    )


_BODIES = _Kind(
    name="bodies",
    table="bodies",
    alias="b",
    condition=_BODY_IS_OLD,
    size="length(b.data)",
    statement="UPDATE bodies AS b SET data = x'', pruned_at = :now, dictionary_id = NULL",
    first_from=_BODY_FROM,
)
_DRAWN = _Kind(
    name="drawings",
    table="drawings",
    alias="d",
    condition=_DRAWING_IS_OLD,
    size="length(d.data)",
    statement="UPDATE drawings AS d SET data = x'', pruned_at = :now",
    first_from="SELECT id, started_at FROM drawings WHERE id >= ? ORDER BY id LIMIT 1",
)
_LOG = (
    _log("fetches", "fetches", "f", _FETCH_IS_OLD),
    _log("drawing_rows", "drawings", "d", _DRAWING_IS_OVER),
    _log("source_runs", "source_runs", "s", _SOURCE_RUN_IS_OLD),
)
_RUNS = _log("runs", "runs", "r", _RUN_IS_OLD)


def _of_extraction(name: str, table: str, size: str) -> _Kind:
    condition, statement = "t.run_id = :run", f"DELETE FROM {table} AS t"
    return _Kind(name=name, table=table, alias="t", condition=condition, size=size, statement=statement, key="page_id")


_OF_EXTRACTIONS = (
    _of_extraction("past_outcomes", "past_outcomes", "length(t.outcome)"),
    _of_extraction("to_extract", "to_extract", "0"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneReport:
    """What was pruned. `bytes` is what the bodies took in the file; `longest_ms` the longest transaction.

    `drawings` are drawn documents, `drawing_rows` rows of drawings without one.
    `past_outcomes` and `to_extract` are rows of extractions. A dry run (`dry`) counts what would be pruned; of `runs`
    only those that nothing refers to yet.
    """

    bodies: int = 0
    drawings: int = 0
    bytes: int = 0
    fetches: int = 0
    drawing_rows: int = 0
    source_runs: int = 0
    past_outcomes: int = 0
    to_extract: int = 0
    runs: int = 0
    transactions: int = 0
    longest_ms: float = 0.0
    seconds: float = 0.0
    dry: bool = False

    def as_dict(self) -> dict[str, object]:
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

    The log of the last 7 days always stays, because failures are counted over it. `stopping` is called between
    transactions.
    """
    began = time.monotonic()
    with closing(connect(path)) as conn, translate_sqlite_errors(path):
        # Some builds of SQLite overwrite deleted content by default, which doubles the writes.
        conn.execute("PRAGMA secure_delete = OFF")
        # An automatic checkpoint would count as part of a transaction; they run separately.
        conn.execute("PRAGMA wal_autocheckpoint = 0")
        pruning = _Pruning(conn=conn, now=now, dry=dry, stopping=stopping)
        if keep_bodies is not None:
            # Before the bodies, which they are packed with.
            pruning.run(_DRAWN, now - keep_bodies)
            pruning.run(_BODIES, now - keep_bodies)
        if keep_log is not None:
            before = min(now - keep_log, now - FAILURE_WINDOW)
            for kind in _LOG:
                pruning.run(kind, before)
            pruning.run_extractions(before)
            pruning.run(_RUNS, before)
        if pruning.report.transactions:
            pruning.checkpoint()
    return replace(pruning.report, seconds=round(time.monotonic() - began, 3), dry=dry)


@dataclass(slots=True, kw_only=True)
class _Pruning:
    """A pruning in progress: the current transaction size, and the report so far."""

    conn: sqlite3.Connection
    now: datetime
    dry: bool
    stopping: Callable[[], bool]
    units: int = _FIRST_UNITS
    report: PruneReport = PruneReport()

    def run(self, kind: _Kind, before: datetime) -> None:
        """Prune one kind of rows."""
        values: dict[str, object] = {"before": format_timestamp(before), "now": format_timestamp(self.now)}
        if kind.condition is _SOURCE_RUN_IS_OLD:
            kept = {part for row in self.conn.execute(_LAST_PARTS) for part in row if part is not None}
            values["kept"] = json.dumps(sorted(kept))
        self._drop(kind, self._due(kind, values), values)

    def run_extractions(self, before: datetime) -> None:
        """Prune the rows of extractions whose run is pruned next; no command can undo or continue them any more."""
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
        """Keys and bytes of a run's rows, in chunks."""
        query = (
            f"SELECT t.{kind.key}, {kind.size} FROM {kind.table} AS t"
            f" WHERE t.run_id = ? AND t.{kind.key} > ? ORDER BY 1 LIMIT {_CHUNK}"
        )
        after = 0
        while not self.stopping() and (rows := self.conn.execute(query, (run_id, after)).fetchall()):
            yield rows
            after = rows[-1][0]

    def _due(self, kind: _Kind, values: Mapping[str, object]) -> Iterator[list[tuple[int, int]]]:
        """Ids and bytes of rows to prune, in chunks, read without a lock."""
        query = (
            f"SELECT {kind.alias}.id, {kind.size} FROM {kind.table} AS {kind.alias}"
            f" WHERE {kind.alias}.id BETWEEN :first AND :last AND {kind.condition} ORDER BY 1"
        )
        end = first_id_at(self.conn, kind.first_from, kind.table, str(values["before"]))
        for first in range(1, end, _CHUNK):
            if self.stopping():
                return
            chunk = {"first": first, "last": min(first + _CHUNK, end) - 1}
            if rows := self.conn.execute(query, {**values, **chunk}).fetchall():
                yield rows

    def _batches(self, rows: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
        """The rows in batches of about `units`, which is adjusted after each write."""
        batch: list[tuple[int, int]] = []
        batch_units = 0
        for row in rows:
            more = 1 + row[1] // _PAGE_BYTES
            if batch and batch_units + more > self.units:
                yield batch
                batch, batch_units = [], 0
            batch.append(row)
            batch_units += more
        if batch:
            yield batch

    def _write(self, kind: _Kind, batch: list[tuple[int, int]], values: Mapping[str, object]) -> None:
        ids = json.dumps([row_id for row_id, _ in batch])
        # The condition is checked again with the lock held: a crawl may have written since.
        chosen = f"{kind.alias}.{kind.key} IN (SELECT value FROM json_each(:ids)) AND {kind.condition}"
        statement = f"{kind.statement} WHERE {chosen} RETURNING {kind.key}"
        with write(self.conn):
            began = time.monotonic()
            gone = {row_id for (row_id,) in self.conn.execute(statement, {**values, "ids": ids})}
        took = time.monotonic() - began
        self._count(kind, len(gone), sum(size for row_id, size in batch if row_id in gone), took)
        self.units = min(_MAX_UNITS, max(1, int(self.units * min(2.0, TARGET_TRANSACTION_S / max(took, 1e-6)))))
        time.sleep(max(MIN_REST_S, REST_FACTOR * took))
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
        """Copy the log into the file, as far as that blocks nobody."""
        self.conn.execute("PRAGMA wal_checkpoint(PASSIVE)")


def first_id_at(conn: sqlite3.Connection, first_from: str, table: str, before: str) -> int:
    """The first id whose row is not older than `before`, by bisection: ids grow with time."""
    low, high = 1, conn.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()[0]
    while low < high:
        middle = (low + high) // 2
        row = conn.execute(first_from, (middle,)).fetchone()
        if row is None:
            high = middle
            continue
        row_id, time = row
        if time >= before:
            high = middle
        else:
            low = row_id + 1
    return int(low)
