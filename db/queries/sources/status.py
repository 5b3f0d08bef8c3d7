"""The current state from the rows: the service, running crawls, failing sources, open alerts, the last day."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.queries.sources.statistics import Run, last_runs
from db.sqlite.named_rows import named_rows
from db.store.extraction.pages import count_unread
from db.store.service.alerts import open_alerts
from db.store.service.service_state import ServiceRow, load_service
from db.store.sites.sources import count_sources, source_names
from db.store.websub.subscriptions import load_subscriptions
from db.system.processes import is_process_alive
from db.timestamps import format_timestamp

DAY = timedelta(hours=24)

_RUNNING = """
SELECT r.id, r.reason, r.pid, r.process, r.started_at,
       (SELECT count(*) FROM source_runs s WHERE s.run_id = r.id) AS sources,
       (SELECT count(*) FROM source_runs s WHERE s.run_id = r.id AND s.ended IS NULL) AS left,
       (SELECT group_concat(name, ', ') FROM (
            SELECT name FROM source_runs s JOIN sources ON sources.id = s.source_id
            WHERE s.run_id = r.id AND s.ended IS NULL ORDER BY name LIMIT 5)) AS names
FROM runs r WHERE r.ended IS NULL ORDER BY r.id
"""
# Sources whose last run failed, and how many runs in a row did.
_FAILING = """
SELECT s.name, l.started_at AS last_at, coalesce(l.error, '') AS error,
       (SELECT count(*) FROM source_runs f WHERE f.source_id = s.id AND f.ended = 'failed' AND f.id > coalesce(
            (SELECT max(g.id) FROM source_runs g WHERE g.source_id = s.id AND g.ended = 'finished'), 0)) AS times
FROM sources s JOIN source_runs l ON l.id = (
    SELECT max(id) FROM source_runs e WHERE e.source_id = s.id AND e.ended IN ('finished', 'failed'))
WHERE s.removed_at IS NULL AND l.ended = 'failed'
ORDER BY times DESC, s.name
"""
_DAY = """
SELECT count(*) AS runs,
       count(*) FILTER (WHERE ended = 'failed') AS runs_failed,
       coalesce(sum(figures ->> 'found'), 0) AS found,
       coalesce(sum(figures ->> 'fetched'), 0) AS fetched,
       coalesce(sum(figures ->> 'new'), 0) AS new,
       coalesce(sum(figures ->> 'updated'), 0) AS updated
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
class FailingSubscription:
    """A subscription whose hub refuses it, or cannot be reached: why, and when it is asked again."""

    source: str
    hub: str
    error: str
    next_request_at: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionCounts:
    """Subscriptions to hubs of feeds: by state, calls taken from hubs and pings refused (by reason) of those that there are."""

    active: int
    pending: int
    others: int
    pings: int
    refused: dict[str, int]
    failing: list[FailingSubscription]


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
    subscriptions: SubscriptionCounts
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
                run_id=row["id"],
                reason=row["reason"],
                pid=row["pid"],
                started_at=row["started_at"],
                sources=row["sources"],
                left=row["left"],
                names=row["names"] or "",
                lives=is_process_alive(row["pid"], row["process"]),
            )
            for row in named_rows(conn, _RUNNING)
        ],
        failing=[FailingSource(**row) for row in named_rows(conn, _FAILING)],
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
        subscriptions=_subscriptions(conn, now),
        day=LastDay(**named_rows(conn, _DAY, {"since": format_timestamp(now - DAY)}).fetchone()),
        runs=last_runs(conn, runs),
    )


def _subscriptions(conn: sqlite3.Connection, now: datetime) -> SubscriptionCounts:
    found = [one for one in load_subscriptions(conn) if one.wanted]
    names = source_names(conn) if found else {}
    states = Counter(one.state(now) for one in found)
    refused: Counter[str] = Counter()
    for one in found:
        refused.update(one.refused)
    return SubscriptionCounts(
        active=states["active"],
        pending=states["pending"],
        others=len(found) - states["active"] - states["pending"],
        pings=sum(one.pings for one in found),
        refused=dict(refused),
        failing=[
            FailingSubscription(
                source=names[one.source_id],
                hub=one.hub,
                error=one.error,
                next_request_at=format_timestamp(one.next_request_at),
                active=one.is_active(now),
            )
            for one in found
            if one.error
        ],
    )
