"""Work that the service does beside its clock: on a daemon thread, one at a time, over a connection of its own.

Nobody waits for it: neither crawls, nor the end of the service, which gives it a moment and goes.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable

from db.config.loader import Config
from db.connection.database import connect, translate_sqlite_errors
from db.errors import CopydeskError
from db.machine_errors import explain_os_error
from scheduler.log import Log

Work = Callable[[sqlite3.Connection, Config], None]


class BackgroundJob:
    """One piece of work, done whenever it is started and not under way. What goes wrong is said, and the next time comes."""

    def __init__(self, name: str, work: Work, log: Log) -> None:
        self._name, self._work, self._log = name, work, log
        self._thread: threading.Thread | None = None

    def start(self, config: Config) -> None:
        """Begin, unless the last time is still under way."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._do, args=(config,), name=self._name, daemon=True)
            self._thread.start()

    def join(self, timeout_s: float) -> None:
        """Wait for what is under way, not for long."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _do(self, config: Config) -> None:
        event = f"{self._name}_failed"
        try:
            conn = connect(config.database)
            try:
                with translate_sqlite_errors(config.database):
                    self._work(conn, config)
            finally:
                conn.close()
        except CopydeskError as error:
            self._log.error(event, f"{self._name}: {error}")
        except (OSError, MemoryError) as error:
            self._log.error(event, f"{self._name}: {explain_os_error(error)}")
        except Exception:  # noqa: BLE001 - a fault of ours must not end the chore for good; it is said with its traceback
            self._log.error(event, f"{self._name} failed", trace=True)
