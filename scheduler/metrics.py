"""What the service counts, for Prometheus: its own doings as counters since its start, the database's state as asked.

Rows are counted when somebody asks (`GET /metrics`), over a read-only connection of its own, by queries that read indexes and
small tables alone.
"""

from __future__ import annotations

import sqlite3
from collections import Counter as Counted
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from db.connection.database import open_readonly
from db.errors import CopydeskError
from db.maintenance.health import database_sizes, free_disk_bytes
from db.store.alerts import AlertKind, open_alerts
from db.store.pages import count_unread
from db.store.sources import count_sources

# As `db.store.run_counts.Figures` defines them.
_COUNTED = ("found", "fetched", "unchanged", "new", "updated", "duplicate", "forbidden", "bytes")


class Metrics:
    """The figures of one service. Each has a registry of its own: two services in one process (tests) do not mix."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self, database: Path) -> None:
        self._database = database
        self.registry = CollectorRegistry()
        self._runs = Counter("copydesk_runs", "Crawl processes that ended, by how.", ("ended",), registry=self.registry)
        self._articles = Counter(
            "copydesk_crawled", "What crawls brought, as their summaries count it.", ("what",), registry=self.registry
        )
        self._rejected = Counter(
            "copydesk_rejected", "Pages that are no articles, by reason.", ("reason",), registry=self.registry
        )
        self._failed = Counter(
            "copydesk_failed", "Article requests that failed, by name.", ("failure",), registry=self.registry
        )
        self._seconds = Counter("copydesk_run_seconds", "Seconds that crawls took, added up.", registry=self.registry)
        self._under_way = Gauge("copydesk_crawls_under_way", "Crawl processes now.", registry=self.registry)
        self._due = Gauge("copydesk_sources_due", "Sources that wait for a crawl.", registry=self.registry)
        self._late = Gauge(
            "copydesk_longest_wait_seconds", "How long the first of them has waited.", registry=self.registry
        )
        self._sources = Gauge("copydesk_sources", "Sources in use, by state.", ("state",), registry=self.registry)
        self._alerts = Gauge("copydesk_alerts_open", "Open alerts, by kind.", ("kind",), registry=self.registry)
        self._unread = Gauge("copydesk_pages_unread", "Pages without an outcome.", registry=self.registry)
        self._bytes = Gauge("copydesk_database_bytes", "Size, by file.", ("file",), registry=self.registry)
        self._free = Gauge("copydesk_disk_free_bytes", "Free on the database's disk.", registry=self.registry)
        self._readable = Gauge("copydesk_database_readable", "1: yes, 0: no.", registry=self.registry)
        for kind in AlertKind:
            self._alerts.labels(kind.value)
        for ended in ("finished", "stopped", "failed"):
            self._runs.labels(ended)
        for what in _COUNTED:
            self._articles.labels(what)

    def note_due(self, number: int, longest_s: float) -> None:
        """How many sources wait, and how long the first has."""
        self._due.set(number)
        self._late.set(longest_s)

    def note_crawls(self, number: int) -> None:
        """How many crawls are under way."""
        self._under_way.set(number)

    def note_ended(self, how: str, figures: Mapping[str, Any]) -> None:
        """A crawl ended, with its summary."""
        self._runs.labels(how).inc()
        for what in _COUNTED:
            self._articles.labels(what).inc(figures.get(what, 0))
        for reason, number in figures.get("rejected", {}).items():
            self._rejected.labels(reason).inc(number)
        for failure, number in figures.get("failed", {}).items():
            self._failed.labels(failure).inc(number)
        self._seconds.inc(figures.get("seconds", 0.0))

    def page(self) -> bytes:
        """All of it in Prometheus' text format, the database's state as it is now."""
        try:
            self._look()
            self._readable.set(1)
        except (sqlite3.Error, CopydeskError, OSError):
            self._readable.set(0)
        return generate_latest(self.registry)

    def _look(self) -> None:
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
        finally:
            conn.close()
        for kind in AlertKind:
            self._alerts.labels(kind.value).set(alerts[kind.value])
