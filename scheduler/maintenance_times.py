"""Scheduled maintenance: at the times of the setting `upkeep`.

Each one is a row of `runs`, like a crawl. The next is due after the start of the last, so missed ones are made up for by one.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime

from db.config.loader import Config
from db.connection.database import write
from db.store.crawl.facts import begin_run, end_run
from db.store.crawl.source_runs import last_scheduled_start
from db.store.sites.sources import first_source_added
from db.timestamps import lies_ahead
from scheduler.log import Log
from scheduler.maintenance import StepOutcome, run_maintenance
from scheduler.planning.cadence import CronSchedule

COMMAND = "upkeep"


def maintenance_due(conn: sqlite3.Connection, config: Config, now: datetime) -> bool:
    """Whether a time of `upkeep` has passed since the last maintenance, or else since the first source was added."""
    if config.upkeep is None:
        return False
    last = last_scheduled_start(conn, COMMAND)
    if last is None or lies_ahead(last, now):
        last = first_source_added(conn)
    if last is None:
        return False
    return CronSchedule(line=config.upkeep, zone=config.timezone).after(last) <= now


class MaintenanceJob:
    """Runs maintenance, with its row in `runs`."""

    def __init__(self, log: Log, stopping: Callable[[], bool]) -> None:
        self._log, self._stopping = log, stopping

    def run(self, conn: sqlite3.Connection, config: Config) -> None:
        """One maintenance: all steps that the settings ask for."""
        now = datetime.now(UTC)
        with write(conn):
            run_id = begin_run(conn, COMMAND, os.getpid(), now, "schedule")
        report = run_maintenance(config, now, show=lambda _: None, stopping=self._stopping)
        failed = [f"{step.name}: {step.message}" for step in report.steps if step.ended is StepOutcome.FAILED]
        ended = "failed" if failed else "stopped" if self._stopping() else "finished"
        with write(conn):
            end_run(conn, run_id, ended, datetime.now(UTC), {"seconds": report.seconds}, "; ".join(failed) or None)
        message = "; ".join(f"{step.name} {step.message}" for step in report.steps)
        log = self._log.warning if failed else self._log.info
        log(
            "upkeep_ended",
            f"run {run_id} upkeep {ended}: {message}, {report.seconds:.1f} s",
            run=run_id,
            **report.as_dict(),
        )
