"""`copydesk run`, the service: works out what is due from the database, starts crawls, maintains the file, evaluates alerts.

    clock (APScheduler) ──tick, 1 s──> note ended crawls ──> SourceStates ──> plan: due sources, batches ──> crawl processes
                        │                                                         └─> back-fills ──> slices ──> a process
                        ├─beat, 10 s─> update the service's row, close dead runs, start maintenance when due, subscribe to hubs
                        └─watch, 1 min─> open and close alerts, notify; saved searches, also when a crawl has ended

The clock only triggers; what to do is computed from rows each time (`scheduler.planning.plan`). Each crawl is a separate process,
so that one that hangs, leaks or dies affects nothing else.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import FrameType

from db.config.loader import Config
from db.connection.database import (
    Connection,
    check_not_replaced,
    connect,
    open_database,
    translate_sqlite_errors,
    write,
)
from db.display.humanize import counted, format_run_duration
from db.errors import CopydeskError, DatabaseLost, UsageError
from db.store.crawl.source_runs import end_dead_runs
from db.store.service.service_state import begin_service, end_service, load_service, record_heartbeat
from db.store.sites.sources import unknown_source_names
from db.system.files_beside import WorkLock
from db.system.machine_errors import explain_os_error
from scheduler.alerts.notify import notify_lost
from scheduler.backfills import BackfillRunner
from scheduler.background_job import BackgroundJob
from scheduler.clock import Clock
from scheduler.failed_starts import StartCounter
from scheduler.health_server import HealthServer
from scheduler.hub_subscriber import HubSubscriber
from scheduler.log import Log
from scheduler.maintenance_times import MaintenanceJob, maintenance_due
from scheduler.metrics import Metrics
from scheduler.monitor_job import MonitorJob
from scheduler.planning.learning import CadenceLearner
from scheduler.planning.plan import batches
from scheduler.planning.run_histories import BY_HUB
from scheduler.planning.source_states import SourceStates
from scheduler.processes import CrawlProcesses, EndedCrawl
from scheduler.search_job import SearchJob

TICK_S, BEAT_S, MONITOR_S, FIRST_MONITOR_S = 1.0, 10.0, 60.0, 3.0
STOPS_WITHIN_S = 8.5
"""Seconds that crawls get to stop: SIGTERM ends the service within 10 s, and `scheduler.processes` kills crawls after 8 s."""
LAST_WAIT_S = 0.5
"""Seconds that maintenance and monitoring get after that; interrupting them loses nothing."""
LOCK_WAIT_S = 2.0
"""Seconds that the service waits for the lock of another program, so that it reacts to SIGTERM; the next tick tries again."""
START_PAUSE_S, LONGEST_START_PAUSE_S = 5.0, 300.0
"""A crawl process that dies before it records a run is started again after 5 s, 10 s, ... at most 5 min."""
STALE_TICK_S = 60.0
"""Seconds without a tick after which the service is unhealthy."""


class Service:
    """The service of one database. `load` returns the current settings, and is called again when their file changes."""

    def __init__(self, load: Callable[[], Config], options: tuple[str, ...], log: Log) -> None:
        self._load, self._log = load, log
        self._config = load()
        self._config_read = self._config_seen = self._config_state()
        self._crawls = CrawlProcesses(options, limit_s=self._config.run_limit.total_seconds())
        self._backfills = BackfillRunner(options, log)
        self._states = SourceStates(self._config)
        self._learner = CadenceLearner()
        self._maintenance = BackgroundJob("upkeep", MaintenanceJob(log, self.is_stopping).run, log)
        self._starts = StartCounter()
        self._monitor = BackgroundJob("watch", MonitorJob(log, self.is_stopping, self._starts).run, log)
        self._searches = BackgroundJob("searches", SearchJob(log, self.is_stopping).run, log)
        self._metrics = Metrics(self.database)
        self._hubs = HubSubscriber(options, log, self._metrics.count_hub_call)
        self._stopping = threading.Event()
        self._tick_lock = threading.Lock()
        self._ticked = time.monotonic()
        self._failed_starts, self._start_again = 0, 0.0
        self._troubles: dict[str, str] = {}
        self._lost: DatabaseLost | None = None

    @property
    def database(self) -> Path:
        """The database file."""
        return self._config.database

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT. Raises UsageError if another service runs or the port is taken.

        Temporary trouble (a full disk, a lock) is logged and tried again. Raises DatabaseLost if the database cannot be used again.
        """
        open_database(self.database).conn.close()
        with WorkLock(self.database, "service").attempt() as held:
            if not held:
                raise UsageError(self._describe_other())
            self._serve()

    def is_stopping(self) -> bool:
        """Whether the service is about to end."""
        return self._stopping.is_set()

    # --- Lock, signals, clock, web

    def _describe_other(self) -> str:
        conn = connect(self.database, readonly=True)
        row = load_service(conn)
        conn.close()
        owner = f"process {row.pid}, up since {row.started_at:%Y-%m-%d %H:%M} UTC" if row else "another process"
        return f"{self.database}: a service is already running ({owner}); stop that one first"

    def _serve(self) -> None:
        address = self._config.listen
        web = None if address is None else HealthServer(address, self._metrics, self.health)
        conn = connect(self.database, lock_wait_s=LOCK_WAIT_S)
        clock = self._make_clock(conn)
        before = {sign: signal.signal(sign, self._on_signal) for sign in (signal.SIGTERM, signal.SIGINT)}
        try:
            self._hubs.apply(self._config)
            with translate_sqlite_errors(self.database):
                with write(conn):
                    began, shown = datetime.now(UTC), web.url if web else ""
                    begin_service(conn, os.getpid(), began, address=shown, version=version("copydesk"))
                self._close_dead_runs(conn)
            clock.start()
            where = f", listening at {web.url}" if web else ""
            where += f", for hubs at {self._hubs.url}" if self._hubs.url else ""
            self._log.info("service_up", f"up: {self.database}, process {os.getpid()}{where}", pid=os.getpid())
            while not self._stopping.wait(TICK_S):
                clock.follow_machine()
            if self._lost is not None:
                notify_lost(
                    self._config, self._lost, datetime.now(UTC), log=lambda why: self._log.error("trouble", why)
                )
        finally:
            self._log.info("service_stopping", f"stopping: {counted(len(self._crawls), 'crawl')} under way")
            clock.stop()
            self._end_crawls(conn)
            for job in (self._maintenance, self._monitor, self._searches):
                job.join(LAST_WAIT_S)
            if web:
                web.close()
            self._hubs.close()
            conn.close()
            for sign, handler in before.items():
                signal.signal(sign, handler)
        if self._lost is not None:
            raise self._lost

    def _make_clock(self, conn: Connection) -> Clock:
        """A clock that has yet to be started, with what the service does at intervals."""
        clock = Clock()
        for job, seconds in ((self._tick, TICK_S), (self._beat, BEAT_S)):
            clock.add(job.__name__, self._guarded(job, conn), seconds)
        clock.add("watch", lambda: self._monitor.start(self._config), MONITOR_S, FIRST_MONITOR_S)
        clock.add("searches", lambda: self._searches.start(self._config), MONITOR_S, FIRST_MONITOR_S)
        return clock

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._stopping.is_set():
            self._crawls.kill()
            self._backfills.kill()
            sys.exit(128 + number)
        self._stopping.set()

    def _end_crawls(self, conn: Connection) -> None:
        with self._tick_lock:
            self._crawls.stop()
            self._backfills.stop()
            deadline = time.monotonic() + STOPS_WITHIN_S
            while self._poll_processes(conn) and time.monotonic() < deadline:
                time.sleep(0.05)
            self._crawls.kill()
            self._backfills.kill()
            while self._poll_processes(conn):
                time.sleep(0.02)
            try:
                with translate_sqlite_errors(self.database), write(conn):
                    end_dead_runs(conn, datetime.now(UTC))
                    end_service(conn, datetime.now(UTC))
            except CopydeskError as error:  # the next start corrects its row
                self._note_trouble("stop", error)
        self._log.info("service_stopped", "stopped")

    def _poll_processes(self, conn: Connection) -> int:
        """Note the processes that ended; returns how many are left."""
        self._note_ended(self._crawls.poll())
        self._backfills.poll(conn)
        return len(self._crawls) + len(self._backfills)

    def _guarded(self, job: Callable[[Connection], None], conn: Connection) -> Callable[[], None]:
        """The job with its errors logged; it runs again at its next time. Jobs run one at a time, as they share a connection."""

        def run() -> None:
            with self._tick_lock:
                if self._stopping.is_set():
                    return
                name = job.__name__.strip("_")
                try:
                    with translate_sqlite_errors(self.database):
                        job(conn)
                    self._troubles.pop(name, None)
                except CopydeskError as error:
                    self._note_trouble(name, error)
                except (OSError, MemoryError) as error:
                    self._note_trouble(name, explain_os_error(error))
                except Exception:  # noqa: BLE001 - a bug must not end the service; the log has the traceback
                    self._log.error("trouble", f"{name} failed", trace=True)
                    self._troubles[name] = f"{name} failed; the log has the traceback"

        return run

    def _note_trouble(self, job: str, error: CopydeskError) -> None:
        """Log an error once while it lasts. A lost database ends the service, so that its supervisor sees it."""
        if isinstance(error, DatabaseLost) and self._lost is None:
            self._lost = error
            self._log.error("database_lost", str(error))
            self._stopping.set()
        elif str(error) not in self._troubles.values():
            self._log.error("trouble", str(error))
        self._troubles[job] = str(error)

    # --- The jobs

    def _tick(self, conn: Connection) -> None:
        check_not_replaced(conn)
        if self._reload():
            for message in unknown_source_names(conn, self._config):
                self._log.error("settings_wrong", message)
        self._crawls.settings = self._config.text
        ended = self._crawls.poll()
        self._note_ended(ended)
        if ended:
            self._searches.start(self._config)
        if any(one.outcome != "finished" for one in ended):
            self._close_dead_runs(conn)
        now = datetime.now(UTC)
        learned = self._learner.learn_due(conn, self._states.learned_sources, now)
        self._states.refresh(conn, now, learned)
        names = self._crawls.names
        waiting = [one for one in self._states.due(now) if one.source.name not in names]
        self._metrics.note_due(len(waiting), (now - waiting[0].since).total_seconds() if waiting else 0.0)
        if waiting and time.monotonic() >= self._start_again:
            most = self._config.crawls_at_once
            free = most - len(self._crawls)
            slow_free = max(1, most - 1) - self._crawls.slow
            size = self._config.sources_a_crawl
            for batch in batches(waiting, now, free=free, slow_free=slow_free, size=size):
                try:
                    self._crawls.start(batch, BY_HUB if batch[0].pinged else "schedule")
                except OSError as error:  # no memory, pid or file handle: the next batch would fail as well
                    trouble = f"no crawl process can be started: {explain_os_error(error)}"
                    self._starts.note_failed([due.source.name for due in batch], trouble)
                    self._note_trouble("start", CopydeskError(trouble))
                    self._wait_before_starting()
                    break
                self._troubles.pop("start", None)
        self._backfills.tick(
            conn, self._config, self._states, now, busy=len(self._crawls) >= self._config.crawls_at_once
        )
        self._metrics.note_crawls(len(self._crawls))
        self._ticked = time.monotonic()

    def _beat(self, conn: Connection) -> None:
        now = datetime.now(UTC)
        with write(conn):
            record_heartbeat(conn, now)
        self._close_dead_runs(conn)
        if maintenance_due(conn, self._config, now):
            self._maintenance.start(self._config)
        self._hubs.beat(conn, self._config, self._states.crawled_ids, now)

    def _close_dead_runs(self, conn: Connection) -> None:
        """Close runs whose process is gone, which frees their sources."""
        with write(conn):
            buried = end_dead_runs(conn, datetime.now(UTC))
        for run_id in buried:
            self._log.warning("run_died", f"run {run_id} was killed; its sources are resumed", run=run_id)

    def _note_ended(self, ended: list[EndedCrawl]) -> None:
        for one in ended:
            self._metrics.note_ended(one.outcome, one.figures, one.seconds)
            self._starts.note(one)
            message = describe_ended(one)
            fields = {"pid": one.pid, "how": one.outcome, "names": list(one.names), "seconds": round(one.seconds, 1)}
            log = self._log.info if one.outcome != "failed" and not one.limit_s else self._log.warning
            log("run_ended", message, **(fields | one.figures))
            if one.stderr_tail and one.outcome == "finished":
                self._log.warning("run_said", one.stderr_tail, pid=one.pid)
            if one.outcome == "failed" and not one.figures:
                self._wait_before_starting()
            elif one.outcome == "finished":
                self._failed_starts, self._start_again = 0, 0.0

    def _wait_before_starting(self) -> None:
        self._failed_starts += 1
        pause = min(LONGEST_START_PAUSE_S, START_PAUSE_S * 2 ** min(self._failed_starts - 1, 10))
        self._start_again = time.monotonic() + pause

    # --- Settings and health

    def _config_state(self) -> tuple[int, int, int] | None:
        """What differs when the file has changed. Its time alone may be that of a moment at which it was written in part."""
        path = self._config.path
        try:
            found = path.stat() if path else None
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_size, found.st_ino) if found else None

    def _reload(self) -> bool:
        """Read changed settings; invalid ones are logged, and the old ones stay in force. Returns whether they changed.

        They are read when two looks found the same file: half a file, or the empty one that many programs leave before they write,
        may well be valid, and say something else.
        """
        before, self._config_seen = self._config_seen, self._config_state()
        state = self._config_seen
        if state == self._config_read or state != before:
            return False
        self._config_read = state
        try:
            config = self._load()
        except CopydeskError as error:
            mistakes = "; ".join(str(error).splitlines())  # a line of the log for each problem
            self._log.error("settings_wrong", f"{mistakes}; the previous settings stay in force")
            return False
        if config.path is None:
            self._log.error("settings_wrong", f"{self._config.path}: is gone; the previous settings stay in force")
            return False
        self._config = config
        self._crawls.limit_s = config.run_limit.total_seconds()
        self._states.set_config(config)
        self._hubs.apply_changed(config)
        self._log.info("settings_read", f"{config.path} has changed: read again")
        return True

    def health(self) -> tuple[bool, dict[str, object]]:
        """Whether the service is healthy, and its report for /healthz. Called from the web server's threads."""
        since = time.monotonic() - self._ticked
        failed = self._starts.failed()
        start_trouble = f"crawl processes end before they begin: {failed.error}" if failed else ""
        trouble = next(reversed(self._troubles.values()), start_trouble)
        healthy = since < STALE_TICK_S and not trouble
        report: dict[str, object] = {"status": "ok" if healthy else "failing", "seconds_since_tick": round(since, 1)}
        return healthy, report | ({"trouble": trouble} if trouble else {})


def describe_ended(one: EndedCrawl) -> str:
    """The log line of a crawl that ended."""
    figures = one.figures
    run = f"run {figures['run']}" if "run" in figures else f"crawl process {one.pid}"
    how = f"stopped after {one.limit_s:g} s, its limit (run_limit)" if one.limit_s else one.outcome
    if one.killed:
        how += "; it did not stop by itself and was killed"
    if not figures:
        named = ", ".join(one.names[:3]) + (f" and {len(one.names) - 3} more" if len(one.names) > 3 else "")
        lines = one.stderr_tail.splitlines()
        return f"{run} {how}: {named}, {one.seconds:.1f} s{f': {lines[-1]}' if lines else ''}"
    counts = [counted(figures["sources"], "source")]
    for name in ("fetched", "new", "updated", "duplicate"):
        counts.append(f"{figures.get(name, 0)} {name}")
    for name in ("rejected", "failed"):
        if total := sum(figures.get(name, {}).values()):
            counts.append(f"{total} {name}")
    return f"{run} {how}: {', '.join(counts)}, {format_run_duration(figures['seconds'])}"
