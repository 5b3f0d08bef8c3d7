"""Watching by the service: a round of `scheduler.watching`, then whoever is to hear of it is told (`scheduler.telling`).

It has a connection and a daemon thread of its own: a hook may take half a minute, and neither crawls nor the end of the service
wait for it.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from db.alerts import Change, Event
from db.config import Config
from db.connect import connect
from db.errors import CopydeskError
from scheduler.log import Log
from scheduler.telling import tell
from scheduler.watching import watch


class Watchman:
    """Looks when the clock says so. What he finds is a row; what is new he says in the log."""

    def __init__(self, log: Log, stopping: Callable[[], bool]) -> None:
        self._log, self._stopping = log, stopping
        self._thread: threading.Thread | None = None

    def start(self, config: Config) -> None:
        """Begin a round, unless the last one is still under way."""
        if self._stopping() or (self._thread is not None and self._thread.is_alive()):
            return
        self._thread = threading.Thread(target=self._look, args=(config,), name="watch", daemon=True)
        self._thread.start()

    def join(self, timeout_s: float) -> None:
        """Wait for the round under way, not for long."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _look(self, config: Config) -> None:
        now = datetime.now(UTC)
        try:
            conn = connect(config.database)
            try:
                for change in watch(conn, config, now):
                    self._say(change)
                tell(conn, config, now, stopping=self._stopping)
            finally:
                conn.close()
        except (CopydeskError, sqlite3.Error, OSError) as error:
            self._log.error("watch_failed", f"watching: {error}")
        except Exception:  # noqa: BLE001 - a fault in a check must not end the watching; it is said with its traceback
            self._log.error("watch_failed", "watching failed", trace=True)

    def _say(self, change: Change) -> None:
        alert = change.alert
        about = f" {alert.source}" if alert.source else ""
        sentence = f"alert {alert.id} {change.event.value}: {alert.kind}{about}: {alert.says}"
        tell_log = self._log.warning if change.event is Event.OPENED else self._log.info
        tell_log("alert", sentence, alert=alert.id, change=change.event.value, kind=str(alert.kind), says=alert.says)
