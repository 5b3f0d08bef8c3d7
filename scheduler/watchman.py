"""Watching by the service: a round of `scheduler.watching`, then whoever is to hear of it is told (`scheduler.telling`)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime

from db.alerts import Change, Event
from db.config import Config
from scheduler.log import Log
from scheduler.telling import tell
from scheduler.watching import watch


class Watchman:
    """A chore that looks once. What is found is a row; what is new is said in the log."""

    def __init__(self, log: Log, stopping: Callable[[], bool]) -> None:
        self._log, self._stopping = log, stopping

    def look(self, conn: sqlite3.Connection, config: Config) -> None:
        """One round."""
        if self._stopping():
            return
        now = datetime.now(UTC)
        for change in watch(conn, config, now):
            self._say(change)
        tell(conn, config, now, stopping=self._stopping)

    def _say(self, change: Change) -> None:
        alert = change.alert
        about = f" {alert.source}" if alert.source else ""
        sentence = f"alert {alert.id} {change.event.value}: {alert.kind}{about}: {alert.says}"
        tell_log = self._log.warning if change.event is Event.OPENED else self._log.info
        tell_log("alert", sentence, alert=alert.id, change=change.event.value, kind=str(alert.kind), says=alert.says)
