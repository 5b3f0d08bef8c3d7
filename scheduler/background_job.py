"""Jobs that the service runs beside its clock: on a daemon thread, one run at a time, with a connection of their own.

Nothing waits for a job: crawls go on, and a service that ends gives it a moment and exits.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable

from db.config.loader import Config
from db.connection.database import connect, translate_sqlite_errors
from db.errors import CopydeskError
from db.system.machine_errors import explain_os_error
from scheduler.log import Log

Job = Callable[[sqlite3.Connection, Config], None]


class BackgroundJob:
    """A job that runs when it is started and not running already. Errors are logged; the next start runs it again."""

    def __init__(self, name: str, job: Job, log: Log) -> None:
        self._name, self._job, self._log = name, job, log
        self._thread: threading.Thread | None = None

    def start(self, config: Config) -> None:
        """Run the job on its thread, unless it still runs."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, args=(config,), name=self._name, daemon=True)
            self._thread.start()

    def join(self, timeout_s: float) -> None:
        """Wait at most so many seconds for a job that runs."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self, config: Config) -> None:
        event = f"{self._name}_failed"
        try:
            conn = connect(config.database)
            try:
                with translate_sqlite_errors(config.database):
                    self._job(conn, config)
            finally:
                conn.close()
        except CopydeskError as error:
            self._log.error(event, f"{self._name}: {error}")
        except (OSError, MemoryError) as error:
            self._log.error(event, f"{self._name}: {explain_os_error(error)}")
        except Exception:  # noqa: BLE001 - a bug must not end the job for good; the log has the traceback
            self._log.error(event, f"{self._name} failed", trace=True)
