"""One source's part in a run: when it began and ended, how it ended, and its counts. Scheduling works out from these
rows what is due next.

A part ends as soon as its source is done, not with its run: a large source does not delay the others.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from db.sqlite.named_rows import named_rows
from db.store.crawl.run_counts import (
    HAS_NO_ANSWER,
    IS_ARTICLE,
    IS_FAILED,
    IS_FETCHED,
    IS_FORBIDDEN,
    IS_LISTING,
    IS_UNCHANGED,
)
from db.store.crawl.source_locks import unlock_source, unlock_sources
from db.system.processes import is_process_alive
from db.timestamps import format_timestamp, parse_optional, parse_timestamp

_FIGURES = f"""
UPDATE source_runs SET ended = :ended, ended_at = :at, error = :error,
    (listings, listings_failed, fetched, unchanged, failed, forbidden) = (
        SELECT count(*) FILTER (WHERE {IS_LISTING}),
               count(*) FILTER (WHERE {IS_LISTING} AND {HAS_NO_ANSWER}),
               count(*) FILTER (WHERE {IS_ARTICLE} AND {IS_FETCHED}),
               count(*) FILTER (WHERE {IS_ARTICLE} AND {IS_UNCHANGED}),
               count(*) FILTER (WHERE {IS_ARTICLE} AND {IS_FAILED}),
               count(*) FILTER (WHERE ({IS_ARTICLE} OR {IS_LISTING}) AND {IS_FORBIDDEN})
        FROM fetches f WHERE f.run_id = source_runs.run_id AND f.source_id = source_runs.source_id),
    found = (SELECT count(*) FROM links l WHERE l.source_id = source_runs.source_id AND l.run_id = source_runs.run_id
             AND l.found_at >= source_runs.started_at)
"""
# The part of one source in a run. The plus sign has SQLite look through the parts of the source, latest first, of which this is
# nearly always the first, and not through all sources of the run.
_PART = "(SELECT id FROM source_runs WHERE source_id = :source AND +run_id = :run ORDER BY id DESC LIMIT 1)"
_RUNS = """
SELECT s.id, s.source_id, s.started_at, s.ended, s.ended_at, s.found, r.reason
FROM source_runs s JOIN runs r ON r.id = s.run_id
"""
_SINCE = f"{_RUNS} WHERE s.id > ? ORDER BY s.id"
_AGAIN = f"{_RUNS} WHERE s.id IN (SELECT value FROM json_each(?))"
_LATEST = f"{_RUNS} WHERE s.source_id = ? ORDER BY s.id DESC LIMIT ?"
_OPEN_RUNS = "SELECT id, pid, process FROM runs WHERE ended IS NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRun:
    """One source's part in a run. `ended` is None while it lasts; `found`: new links; `reason` is why the run was started."""

    id: int
    source_id: int
    started_at: datetime
    ended: str | None
    ended_at: datetime | None
    found: int
    reason: str


def latest_source_runs(conn: sqlite3.Connection, source_id: int, number: int) -> list[SourceRun]:
    """The last runs of a source, latest first."""
    return [_source_run(row) for row in named_rows(conn, _LATEST, (source_id, number))]


def source_runs_since(conn: sqlite3.Connection, last_id: int, open_ids: Iterable[int] = ()) -> list[SourceRun]:
    """The source runs of all sources with ids above `last_id`, and those in `open_ids` in their current state; in
    order.
    """
    rows = [*named_rows(conn, _AGAIN, (json.dumps(list(open_ids)),)), *named_rows(conn, _SINCE, (last_id,))]
    return [_source_run(row) for row in rows]


def _source_run(row: sqlite3.Row) -> SourceRun:
    times = {"started_at": parse_timestamp(row["started_at"]), "ended_at": parse_optional(row["ended_at"])}
    return SourceRun(**dict(row) | times)


def begin_source_runs(conn: sqlite3.Connection, run_id: int, source_ids: Iterable[int], at: datetime) -> None:
    """Record the sources that a run begins with."""
    conn.executemany(
        "INSERT INTO source_runs (run_id, source_id, started_at) VALUES (?, ?, ?)",
        [(run_id, source_id, format_timestamp(at)) for source_id in source_ids],
    )


def end_source_run(
    conn: sqlite3.Connection,
    run_id: int,
    source_id: int,
    *,
    ended: str,
    at: datetime,
    error: str | None = None,
    working: int | None = None,
) -> None:
    """End one source's part in a run: count it and unlock the source.

    `working`: how many of its listings name articles; None if unknown.
    """
    values = {"run": run_id, "source": source_id, "ended": ended, "at": format_timestamp(at), "error": error}
    query = f"{_FIGURES}, listings_working = :working WHERE id = {_PART} AND ended IS NULL"
    conn.execute(query, values | {"working": working})
    unlock_source(conn, run_id, source_id)


def end_source_runs(
    conn: sqlite3.Connection, run_id: int, *, ended: str, at: datetime, error: str | None = None
) -> None:
    """End all parts of a run that are still open."""
    query = f"{_FIGURES} WHERE run_id = :run AND ended IS NULL"
    conn.execute(query, {"run": run_id, "ended": ended, "at": format_timestamp(at), "error": error})
    unlock_sources(conn, run_id)


def update_unchanged_counts(conn: sqlite3.Connection, run_id: int, counts: Mapping[int, int]) -> None:
    """Update the number of unchanged responses by source: some are known only once the run's pages are settled."""
    conn.executemany(
        f"UPDATE source_runs SET unchanged = :number WHERE id = {_PART} AND unchanged <> :number",
        [{"number": number, "run": run_id, "source": source_id} for source_id, number in counts.items()],
    )


def end_dead_runs(conn: sqlite3.Connection, at: datetime) -> list[int]:
    """Record the end of runs whose process is gone (killed, or the machine went down); returns their ids."""
    gone = [
        (run["id"], run["pid"])
        for run in named_rows(conn, _OPEN_RUNS)
        if not is_process_alive(run["pid"], run["process"])
    ]
    for run_id, pid in gone:
        error = f"process {pid} is gone: it was killed, or the machine went down"
        # Only interrupted as far as the sources are concerned: none of them needs to be the cause.
        end_source_runs(conn, run_id, ended="stopped", at=at, error=error)
        conn.execute(
            "UPDATE runs SET ended = 'failed', ended_at = ?, error = ? WHERE id = ? AND ended IS NULL",
            (format_timestamp(at), error, run_id),
        )
    return [run_id for run_id, _ in gone]


def last_scheduled_start(conn: sqlite3.Connection, command: str) -> datetime | None:
    """When the service last ran a command by its schedule; None if it never did."""
    query = "SELECT started_at FROM runs WHERE command = ? AND reason = 'schedule' ORDER BY id DESC LIMIT 1"
    row = conn.execute(query, (command,)).fetchone()
    return parse_timestamp(row[0]) if row else None


def latest_start(conn: sqlite3.Connection) -> datetime | None:
    """The latest time at which one of the newest runs began, by the clock of the machine then; None if there are none."""
    query = "SELECT max(started_at) FROM (SELECT started_at FROM runs ORDER BY id DESC LIMIT 20)"
    latest = conn.execute(query).fetchone()[0]
    return parse_optional(latest)


def last_source_run_id(conn: sqlite3.Connection) -> int:
    """The id of the newest source run, 0 if there is none."""
    return int(conn.execute("SELECT coalesce(max(id), 0) FROM source_runs").fetchone()[0])
