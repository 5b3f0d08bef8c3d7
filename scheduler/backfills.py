"""The service's part in back-fills: in the hours of the setting `backfill_hours`, one process at a time, beside the crawls.

tick ──> open back-fills ──> choose_slice ──> copydesk batch (a process) ──> its end: go on, or rest
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from db.config.loader import Config
from db.display.humanize import format_run_duration
from db.store.archives.backfills import Backfill, count_done, next_backfills
from db.timestamps import is_to_come
from scheduler.log import Log
from scheduler.planning.backfill_slices import LONGEST_S, REST, choose_slice
from scheduler.planning.source_states import SourceStates
from scheduler.processes import CrawlProcesses, EndedCrawl

LOOK_EVERY_S = 10.0
"""Seconds between two looks for a back-fill to go on with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Current:
    """The slice under way. `done`: how far its back-fill was at the beginning."""

    backfill: Backfill
    began: datetime
    done: int


class BackfillRunner:
    """Goes on with the back-fills of one database. Not thread-safe."""

    def __init__(self, options: Sequence[str], log: Log) -> None:
        """`options` go before the command: database and settings."""
        self._log = log
        self._processes = CrawlProcesses(options, limit_s=LONGEST_S)
        self._served: dict[int, datetime] = {}
        self._current: _Current | None = None
        self._look_at: datetime | None = None

    def __len__(self) -> int:
        return len(self._processes)

    def tick(
        self, conn: sqlite3.Connection, config: Config, states: SourceStates, now: datetime, *, busy: bool
    ) -> None:
        """Note an ended process; start another, or end the one that is under way where its time is over.

        `busy`: crawls are waiting for a process; nothing is started then.
        """
        self.poll(conn)
        is_time = now.astimezone(config.timezone) in config.backfill_hours
        if self._current is not None:
            if not is_time or self._has_news(states):
                self._processes.stop()
            return
        if (
            not is_time
            or busy
            or (self._look_at is not None and is_to_come(self._look_at, now, timedelta(seconds=LOOK_EVERY_S)))
        ):
            return
        self._processes.settings = config.text
        self._start(conn, states, now)

    def stop(self) -> None:
        """Ask the process to stop."""
        self._processes.stop()

    def kill(self) -> None:
        """Kill the process."""
        self._processes.kill()

    def poll(self, conn: sqlite3.Connection) -> None:
        """Note an ended process."""
        for ended in self._processes.poll():
            self._note_ended(conn, ended, datetime.now(UTC))

    def _start(self, conn: sqlite3.Connection, states: SourceStates, now: datetime) -> None:
        waiting = next_backfills(conn)
        self._look_at = now + timedelta(seconds=LOOK_EVERY_S)
        if not waiting:
            return
        sources = {source.id: source for source in states.planned}
        due = {source.id: time for time, source in states.next_runs(now)}
        chosen = choose_slice(waiting.values(), sources, due, self._served, now)
        if chosen is None:
            return
        backfill = chosen.backfill
        current = _Current(backfill=backfill, began=now, done=count_done(conn, backfill.id))
        try:
            self._processes.start_backfill(backfill.source_name, budget=chosen.budget, limit_s=chosen.limit_s)
        except OSError as error:
            self._log.error("trouble", f"back-fill of {backfill.source_name}: no process could be started: {error}")
            self._served[backfill.source_id] = now + REST
            return
        self._current = current

    def _has_news(self, states: SourceStates) -> bool:
        """Whether a hub has told of news of the source since the process began."""
        current = self._current
        return current is not None and any(
            source.id == current.backfill.source_id
            and source.pinged_at is not None
            and source.pinged_at > current.began
            for source in states.planned
        )

    def _note_ended(self, conn: sqlite3.Connection, ended: EndedCrawl, now: datetime) -> None:
        current = self._current
        assert current is not None
        self._current, self._look_at = None, None
        name, failed = current.backfill.source_name, ended.outcome == "failed"
        # One that was stopped says nothing of what it would have reached.
        gets_on = ended.outcome == "stopped" or (not failed and count_done(conn, current.backfill.id) > current.done)
        self._served[current.backfill.source_id] = now if gets_on else now + REST
        message = (
            f"back-fill of {name}: {ended.figures.get('fetched', 0)} fetched, {format_run_duration(ended.seconds)}"
        )
        if failed:
            lines = ended.stderr_tail.splitlines()
            message = f"back-fill of {name} failed{f': {lines[-1]}' if lines else ''}"
        if not gets_on:
            message += f"; it got nowhere, and is tried again after {format_run_duration(REST.total_seconds())}"
        fields = {"pid": ended.pid, "how": ended.outcome, "names": [name], "seconds": round(ended.seconds, 1)}
        log = self._log.warning if failed else self._log.info
        log("backfill_ended", message, **(fields | ended.figures))
