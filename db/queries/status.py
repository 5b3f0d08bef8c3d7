"""The current state from the rows: the service, running crawls, failing sources, open alerts, the last day."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.processes import is_process_alive
from db.queries.statistics import Run, last_runs
from db.store.alerts import open_alerts
from db.store.pages import count_unread
from db.store.service_state import ServiceRow, load_service
from db.store.sources import count_sources
from db.timestamps import format_timestamp

DAY = timedelta(hours=24)

_RUNNING = """
SELECT r.id, r.reason, r.pid, r.process, r.started_at,
       (SELECT count(*) FROM source_runs s WHERE s.run_id = r.id),
       (SELECT count(*) FROM source_runs s WHERE s.run_id = r.id AND s.ended IS NULL),
       (SELECT group_concat(name, ', ') FROM (
            SELECT name FROM source_runs s JOIN sources ON sources.id = s.source_id
            WHERE s.run_id = r.id AND s.ended IS NULL ORDER BY name LIMIT 5))
FROM runs r WHERE r.ended IS NULL ORDER BY r.id
"""
# Sources whose last run failed, and how many runs in a row did.
_FAILING = """
SELECT s.name, l.started_at, l.error,
       (SELECT count(*) FROM source_runs f WHERE f.source_id = s.id AND f.ended = 'failed' AND f.id > coalesce(
            (SELECT max(g.id) FROM source_runs g WHERE g.source_id = s.id AND g.ended = 'finished'), 0))
FROM sources s JOIN source_runs l ON l.id = (
    SELECT max(id) FROM source_runs e WHERE e.source_id = s.id AND e.ended IN ('finished', 'failed'))
WHERE s.removed_at IS NULL AND l.ended = 'failed'
ORDER BY 4 DESC, s.name
"""
_DAY = """
SELECT count(*),
       count(*) FILTER (WHERE ended = 'failed'),
       coalesce(sum(figures ->> 'found'), 0),
       coalesce(sum(figures ->> 'fetched'), 0),
       coalesce(sum(figures ->> 'new'), 0),
       coalesce(sum(figures ->> 'updated'), 0)
FROM runs WHERE id > (SELECT coalesce(max(id), 0) FROM runs WHERE started_at < :since) AND started_at >= :since
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningCrawl:
    """A run that has not ended: how many sources it began with, how many are left, the first of these by name.

    `lives`: its process exists; a run without one was killed.
    """

    run_id: int
    reason: str
    pid: int
    started_at: str
    sources: int
    left: int
    names: str
    lives: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingSource:
    """A source whose last run failed: how many times in a row, when last, and why."""

    name: str
    times: int
    last_at: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LastDay:
    """Counts of the last 24 hours."""

    runs: int
    runs_failed: int
    found: int
    fetched: int
    new: int
    updated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAlert:
    """An open alert. `source` and `source_id` are None if it is about the machine or the database."""

    id: int
    kind: str
    source: str | None
    source_id: int | None
    says: str
    opened_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The state at one moment. Field names are keys of `copydesk status --json`."""

    service: ServiceRow | None
    sources: int
    paused: int
    unread: int
    under_way: list[RunningCrawl]
    failing: list[FailingSource]
    alerts: list[OpenAlert]
    day: LastDay
    runs: list[Run]


def load_status(conn: sqlite3.Connection, now: datetime, *, runs: int = 5) -> Status:
    """The current state, with the last `runs` runs."""
    sources, paused = count_sources(conn)
    return Status(
        service=load_service(conn),
        sources=sources,
        paused=paused,
        unread=count_unread(conn),
        under_way=[
            RunningCrawl(
                run_id=run_id,
                reason=reason,
                pid=pid,
                started_at=started_at,
                sources=begun,
                left=left,
                names=names or "",
                lives=is_process_alive(pid, process),
            )
            for run_id, reason, pid, process, started_at, begun, left, names in conn.execute(_RUNNING)
        ],
        failing=[
            FailingSource(name=name, times=times, last_at=last_at, error=error or "")
            for name, last_at, error, times in conn.execute(_FAILING)
        ],
        alerts=[
            OpenAlert(
                id=alert.id,
                kind=alert.kind,
                source=alert.source,
                source_id=alert.source_id,
                says=alert.message,
                opened_at=format_timestamp(alert.opened_at),
            )
            for alert in open_alerts(conn)
        ],
        day=LastDay(
            **dict(
                zip(
                    LastDay.__slots__,
                    conn.execute(_DAY, {"since": format_timestamp(now - DAY)}).fetchone(),
                    strict=True,
                )
            )
        ),
        runs=last_runs(conn, runs),
    )
