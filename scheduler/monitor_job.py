"""Monitoring by the service: evaluates alerts (`scheduler.alerts.monitor`), then notifies (`scheduler.alerts.notify`);
judges coverage and sends the digest (`scheduler.daily_digest`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from db.config.loader import Config
from db.reports.coverage import refresh_coverage
from db.store.service.alerts import AlertChange, AlertEvent, AlertKind, open_alerts
from scheduler.alerts import conditions
from scheduler.alerts.conditions import Condition
from scheduler.alerts.monitor import evaluate_alerts
from scheduler.alerts.notify import notify
from scheduler.daily_digest import send_due_digest
from scheduler.failed_starts import StartCounter
from scheduler.log import Log
from scheduler.site_rules_check import SiteRulesCheck

COVERAGE_AT_ONCE = 10
"""Sources whose coverage is judged anew in one run: 3 ms each (docs/coverage.md)."""


class MonitorJob:
    """Evaluates all alerts once a run, logs those that were opened or closed, and runs the hooks; sends the digest that is due."""

    def __init__(self, log: Log, stopping: Callable[[], bool], starts: StartCounter) -> None:
        self._log, self._stopping, self._starts = log, stopping, starts
        self._rules = SiteRulesCheck()

    def run(self, conn: sqlite3.Connection, config: Config) -> None:
        """One round of monitoring."""
        if self._stopping():
            return
        now = datetime.now(UTC)
        for change in evaluate_alerts(conn, config, now, service=list(self._service_conditions(conn, config))):
            self._log_change(change)
        notify(conn, config, now, stopping=self._stopping)
        refresh_coverage(conn, now, most=COVERAGE_AT_ONCE)
        sent = send_due_digest(conn, config, now, stopping=self._stopping)
        if sent is not None:
            log = self._log.info if sent else self._log.warning
            log(
                "digest",
                "the digest was sent" if sent else "a hook did not take the digest; it is tried again",
                sent=sent,
            )

    def _service_conditions(self, conn: sqlite3.Connection, config: Config) -> Iterator[Condition]:
        mistakes = self._rules.mistakes(conn, config)
        yield from map(conditions.site_rules, mistakes)
        wrong = {mistake.path for mistake in mistakes}
        for alert in open_alerts(conn):
            if alert.kind == AlertKind.SITE_RULES and alert.about not in wrong:
                yield Condition(kind=AlertKind.SITE_RULES, holds=False, about=alert.about)
        yield conditions.crawl_start(self._starts.failed(), healthy=self._starts.healthy)

    def _log_change(self, change: AlertChange) -> None:
        alert = change.alert
        about = f" {alert.source}" if alert.source else ""
        sentence = f"alert {alert.id} {change.event.value}: {alert.kind}{about}: {alert.message}"
        log = self._log.warning if change.event is AlertEvent.OPENED else self._log.info
        log("alert", sentence, alert=alert.id, change=change.event.value, kind=str(alert.kind), says=alert.message)
