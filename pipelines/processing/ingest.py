"""Ingest: extracts the pages that have no outcome, writes the outcomes, and settles the articles.

    unread rows ──> window of page ids ──> worker processes ──> outcome + articles + decisions, one transaction a batch
                                           (or a cluster's)

The rows are the queue: if ingest is killed, its pages stay unread, and the next one goes on with them. Only one process ingests a
database at a time (a lock of the operating system that is released when its process ends); a second one waits until its pages are
extracted.
"""

from __future__ import annotations

import math
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from db.connection.database import explain_sqlite_error, open_readonly
from db.connection.writer import Writer
from db.models import Article, Rejection
from db.queries.articles import last_page_id
from db.search.index import index_pages
from db.site_rules.loader import Sites
from db.store.dedup.near_copies import unsettled_articles
from db.store.dedup.threads import any_unthreaded
from db.store.extraction.outcomes import Extractor, extractor_id, insert_article, insert_rejection
from db.store.extraction.pages import count_unread, unread_pages
from db.system.files_beside import WorkLock
from db.system.machine_errors import as_machine_error
from pipelines.processing.page_executor import (
    HELD_RESULTS,
    LocalExecutor,
    PageExecutor,
    TaskWindow,
    extraction_window,
)
from pipelines.processing.page_pool import ExtractionPool
from pipelines.processing.page_worker import ExtractionResult, Task
from pipelines.processing.preload import preload_writing

WINDOW_PER_PROCESS = 16
"""Pages submitted ahead of need for each process: enough that none idles while results are gathered, 0.1 s at a time, and the rows
of a batch are read. With 4, the second process waited for the slowest page of each eight."""
REST_S = 0.5
"""How long ingest sleeps when nothing is unread, in seconds, unless `wake` is called."""
BATCH = 64
"""Outcomes written in one transaction at most."""
GATHER_S = 0.1
"""How long a look for further results waits, in seconds."""
GATHERED_S = 3.0
"""How long a result waits for others before it is written, in seconds, while other pages are being extracted: pages that are
settled together share transaction, queries and index. With 1 s, settling takes a fifth more CPU (a crawl of 345 articles)."""
THREADED_AT_END = 100
"""Steps in which articles are placed in threads once nothing else is left to do: 20,000 of them in some 20 s. After an upgrade a
million may wait. The next ingests go on with the rest: other processes' pages would wait for this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestPlan:
    """How to ingest: database, rules, number of processes, and the time limit of a page in seconds.

    `sites` are the rules themselves, not their folder: a worker process that starts later must use the same ones.
    """

    database: Path
    sites: Sites
    extractor: Extractor
    processes: int
    page_timeout_s: float


class Ingest:
    """Ingests on its own thread until `finish` or `stop`.

    `executor` replaces the worker processes of this machine, which ingest would start and end; the caller ends it.
    """

    def __init__(self, plan: IngestPlan, writer: Writer, executor: PageExecutor | None = None) -> None:
        self._plan = plan
        self._writer = writer
        self._executor = executor
        self._wake = threading.Event()
        self._finishing = threading.Event()
        self._stopping = threading.Event()
        self._last_page: int | None = None
        self._written: Future[None] | None = None
        self._lock = WorkLock(plan.database, "lock")
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="ingest", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def wake(self) -> None:
        """Look for unread pages now."""
        self._wake.set()

    @property
    def working(self) -> bool:
        """Whether the thread still runs."""
        return self._thread.is_alive()

    def finish(self) -> None:
        """End when all pages stored until now are extracted. Does not wait."""
        self._finishing.set()
        self._wake.set()

    def stop(self) -> None:
        """End soon; pages that are not extracted stay unread. Does not wait."""
        self._stopping.set()
        self._wake.set()

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopping.is_set()

    def join(self, timeout_s: float | None = None) -> None:
        """Wait for the thread to end. Raises the error that ended it, if any."""
        self._thread.join(timeout_s)
        if self.error is not None:
            raise self.error

    def _run(self) -> None:
        try:
            self._ingest()
        except BaseException as error:  # noqa: BLE001 - raised by `join`
            if isinstance(error, sqlite3.Error):
                self.error = explain_sqlite_error(error, self._plan.database)
            else:
                self.error = as_machine_error(error) or error

    def _ingest(self) -> None:
        with closing(open_readonly(self._plan.database)) as conn:
            while True:
                with self._lock.attempt() as held:
                    if held:
                        return self._extract_all(conn)
                self._wake.clear()  # set by `finish`: otherwise waiting for another process would be a busy loop
                if self._stopping.is_set() or (self._is_finishing(conn) and count_unread(conn, self._last_page) == 0):
                    return
                self._rest()

    def _extract_all(self, conn: sqlite3.Connection) -> None:
        plan = self._plan
        extractor = self._writer.submit(lambda writing: extractor_id(writing, plan.extractor)).result()
        if self._executor is not None:
            return self._feed(conn, self._executor, extractor)
        pool = ExtractionPool(plan.database, plan.sites, processes=plan.processes, timeout_s=plan.page_timeout_s)
        try:
            self._feed(conn, LocalExecutor(pool), extractor)
        except BaseException:
            pool.stop()
            raise
        if self._stopping.is_set():
            pool.stop()
        else:
            pool.close()

    def _feed(self, conn: sqlite3.Connection, executor: PageExecutor, extractor: int) -> None:
        window, gathered, last, left = extraction_window(executor), _Gathered(), 0, THREADED_AT_END
        while not self._stopping.is_set():
            # Asked each time: workers join and leave a cluster.
            ahead = executor.ahead if self._executor else self._plan.processes * WINDOW_PER_PROCESS
            self._wake.clear()
            finishing = self._is_finishing(conn)
            room = min(ahead - window.unfinished, HELD_RESULTS - window.pending)
            pages = unread_pages(conn, last, room, up_to=self._last_page) if room > 0 else []
            for page_id in pages:
                window.submit(page_id)
                last = page_id
            if pages:
                preload_writing()  # while the processes extract
            if window.pending:
                gathered.add(_completed(window, wait_s=REST_S if window.unfinished >= ahead else GATHER_S))
                if gathered.is_due or not window.pending:
                    self._write(gathered.take(), extractor)
                continue  # there may be more pages than there was room for
            self._await_written()
            unsettled = bool(unsettled_articles(conn, 1))
            if unsettled or (left and any_unthreaded(conn)):
                preload_writing()
                # Left by an ingest or a `settle --all` that was interrupted, or by an upgrade; one step at a time.
                self._writer.submit(_settle(), alone=True).result()
                left -= finishing and not unsettled
            elif finishing:
                return
            else:
                self._rest()
        self._write(gathered.take(), extractor)
        self._await_written()

    def _is_finishing(self, conn: sqlite3.Connection) -> bool:
        """Whether `finish` was called. Pages stored afterwards are for other processes to ingest: else no ingest would ever end."""
        if not self._finishing.is_set():
            return False
        if self._last_page is None:
            self._last_page = last_page_id(conn)
        return True

    def _rest(self) -> None:
        self._wake.wait(REST_S)

    def _write(self, results: list[ExtractionResult], extractor: int) -> None:
        """Write and settle results, once those before are written: the processes go on meanwhile, which take about as long for a
        batch of pages as the writer for their articles."""
        if results:
            self._await_written()
            self._written = self._writer.submit(lambda conn: record_results(conn, results, extractor), alone=True)

    def _await_written(self) -> None:
        if self._written is not None:
            self._written.result()
            self._written = None


class _Gathered:
    """Results that wait to be written in one transaction."""

    def __init__(self) -> None:
        self._results: list[ExtractionResult] = []
        self._until = math.inf

    def add(self, results: list[ExtractionResult]) -> None:
        if results and not self._results:
            self._until = time.monotonic() + GATHERED_S
        self._results += results

    @property
    def is_due(self) -> bool:
        """Whether there are enough, or the first has waited long enough."""
        return len(self._results) >= BATCH or time.monotonic() >= self._until

    def take(self) -> list[ExtractionResult]:
        """All of them, which leaves none."""
        taken, self._results, self._until = self._results, [], math.inf
        return taken


def _completed(window: TaskWindow[Task, ExtractionResult], *, wait_s: float) -> list[ExtractionResult]:
    """The results that are completed; waits for the first of them, and a moment for others."""
    completed = window.take(BATCH, wait_s=wait_s, gather_s=GATHER_S)
    # Cancelled: the processes were stopped first. The errors of a cluster are raised here.
    return [future.result() for future in completed if not future.cancelled()]


def _settle() -> Callable[..., object]:
    """`settle`, imported with the first page."""
    from pipelines.dedup.settle import settle

    return settle


def record_results(conn: sqlite3.Connection, results: Sequence[ExtractionResult], extractor: int) -> None:
    """Write outcomes and settle the articles among them. A job for the one writer."""
    articles = []
    for result in sorted(results, key=lambda result: result.page_id):
        match result.outcome:
            case Article() as article:
                assert result.fingerprint is not None
                address = result.address or ""
                insert_article(conn, result.page_id, address, article, result.fingerprint, extractor)
                articles.append(result.page_id)
            case Rejection() as rejection:
                insert_rejection(conn, result.page_id, rejection, extractor)
    index_pages(conn, articles)
    _settle()(conn, articles)
