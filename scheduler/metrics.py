"""Metrics of the service for Prometheus: counters of its work since its start, and gauges of the database.

The database is read on each `GET /metrics`, over a read-only connection, by queries that only touch indexes and small tables.
"""

from __future__ import annotations

import sqlite3
from collections import Counter as Counted
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from db.connection.database import open_readonly
from db.errors import CopydeskError
from db.maintenance.health import database_sizes, free_disk_bytes
from db.store.extraction.pages import count_unread
from db.store.service.alerts import AlertKind, open_alerts
from db.store.sites.sources import count_sources
from db.store.websub.subscriptions import SubscriptionState, load_subscriptions

# As `db.store.crawl.run_counts.Figures` defines them.
_COUNTED = ("found", "fetched", "unchanged", "new", "updated", "duplicate", "forbidden", "bytes")

HUB_CALLS = ("taken", "verified", "denied", "unasked", "unknown", "late", "oversized", "too_many", "forged", "replayed")
"""What becomes of calls by hubs. The last six do nothing (`scheduler.websub.callbacks`)."""


class Metrics:
    """The metrics of one service, in a registry of its own: two services in one process (tests) do not mix."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self, database: Path) -> None:
        self._database = database
        self.registry = CollectorRegistry()
        self._runs = Counter(
            "copydesk_runs", "Crawl processes that ended, by outcome.", ("ended",), registry=self.registry
        )
        self._articles = Counter(
            "copydesk_crawled", "Results of crawls, as counted in their summaries.", ("what",), registry=self.registry
        )
        self._rejected = Counter("copydesk_rejected", "Rejected pages, by reason.", ("reason",), registry=self.registry)
        self._failed = Counter(
            "copydesk_failed", "Article requests that failed, by name.", ("failure",), registry=self.registry
        )
        self._seconds = Counter("copydesk_run_seconds", "Total seconds of all crawls.", registry=self.registry)
        self._under_way = Gauge("copydesk_crawls_under_way", "Crawl processes now.", registry=self.registry)
        self._due = Gauge("copydesk_sources_due", "Sources that are due.", registry=self.registry)
        self._late = Gauge(
            "copydesk_longest_wait_seconds", "Seconds since the first of them was due.", registry=self.registry
        )
        self._sources = Gauge("copydesk_sources", "Sources in use, by state.", ("state",), registry=self.registry)
        self._alerts = Gauge("copydesk_alerts_open", "Open alerts, by kind.", ("kind",), registry=self.registry)
        self._unread = Gauge("copydesk_pages_unread", "Pages without an outcome.", registry=self.registry)
        self._bytes = Gauge("copydesk_database_bytes", "Size, by file.", ("file",), registry=self.registry)
        self._free = Gauge("copydesk_disk_free_bytes", "Free on the database's disk.", registry=self.registry)
        self._readable = Gauge(
            "copydesk_database_readable", "1 if the database can be read, else 0.", registry=self.registry
        )
        self._subscriptions = Gauge(
            "copydesk_subscriptions", "Subscriptions to hubs of feeds, by state.", ("state",), registry=self.registry
        )
        self._hub_calls = Counter(
            "copydesk_hub_calls", "Calls by hubs, by what became of them.", ("result",), registry=self.registry
        )
        for result in HUB_CALLS:
            self._hub_calls.labels(result)
        for kind in AlertKind:
            self._alerts.labels(kind.value)
        for ended in ("finished", "stopped", "failed"):
            self._runs.labels(ended)
        for what in _COUNTED:
            self._articles.labels(what)

    def note_due(self, number: int, longest_s: float) -> None:
        """Set how many sources are due, and for how many seconds the first of them has been."""
        self._due.set(number)
        self._late.set(longest_s)

    def note_crawls(self, number: int) -> None:
        """Set how many crawl processes run."""
        self._under_way.set(number)

    def count_hub_call(self, result: str) -> None:
        """Count a call by a hub (`scheduler.websub.callbacks`)."""
        self._hub_calls.labels(result).inc()

    def note_ended(self, outcome: str, figures: Mapping[str, Any], seconds: float) -> None:
        """Count a crawl that ended (finished, stopped or failed), by its summary.

        `seconds`: how long its process lived. The summary reckons by the machine's clock, which may have been set back.
        """
        self._runs.labels(outcome).inc()
        for what in _COUNTED:
            self._articles.labels(what).inc(figures.get(what, 0))
        for reason, number in figures.get("rejected", {}).items():
            self._rejected.labels(reason).inc(number)
        for failure, number in figures.get("failed", {}).items():
            self._failed.labels(failure).inc(number)
        self._seconds.inc(seconds)

    def render(self) -> bytes:
        """All metrics in Prometheus' text format, with the current state of the database."""
        try:
            self._read_database()
            self._readable.set(1)
        except (sqlite3.Error, CopydeskError, OSError):
            self._readable.set(0)
        return generate_latest(self.registry)

    def _read_database(self) -> None:
        main, wal = database_sizes(self._database)
        self._bytes.labels("main").set(main)
        self._bytes.labels("wal").set(wal)
        self._free.set(free_disk_bytes(self._database))
        conn = open_readonly(self._database)
        try:
            in_use, paused = count_sources(conn)
            self._sources.labels("in use").set(in_use)
            self._sources.labels("paused").set(paused)
            self._unread.set(count_unread(conn))
            alerts = Counted(alert.kind for alert in open_alerts(conn))
            now = datetime.now(UTC)
            states = Counted(one.state(now) for one in load_subscriptions(conn))
        finally:
            conn.close()
        for kind in AlertKind:
            self._alerts.labels(kind.value).set(alerts[kind.value])
        for state in get_args(SubscriptionState):
            self._subscriptions.labels(state).set(states[state])
