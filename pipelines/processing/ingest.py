"""The desk: takes the pages that have no outcome, has them read, writes what they are, settles them.

    unread rows ──> window of page ids ──> reading processes ──> outcome + articles + decisions, one transaction a batch
                                           (or a cluster's)

The rows are the queue: a desk that is killed leaves its pages unread, and the next one goes on with them. One desk works on a
database at a time (a lock held by the operating system, gone with its process); a second one waits for its pages to be read.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from db.connection.database import explain_sqlite_error, open_readonly
from db.connection.writer import Writer
from db.machine_errors import as_machine_error
from db.models import Article, Rejection
from db.queries.articles import last_page_id
from db.search.index import load_tables
from db.site_rules.loader import Sites
from db.store.near_copies import any_unsettled
from db.store.outcomes import Extractor, extractor_id, insert_article, insert_rejection
from db.store.pages import count_unread, unread_pages
from pipelines.processing.page_pool import ExtractionPool
from pipelines.processing.page_worker import ExtractionResult, extract_task
from pipelines.processing.reextract import LocalExecutor, PageExecutor

# Pages handed to the pool ahead of need, for each process: enough that none waits, few enough that a stop is quick.
WINDOW_PER_PROCESS = 4
# How long the desk rests when nothing is unread, unless it is woken.
REST_S = 0.5
# Outcomes written at once at most, and how long the first of them may wait for company.
BATCH = 64
GATHER_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestPlan:
    """How a desk works: which database and rules, how many processes, how long a page may take.

    `sites` are the rules themselves, not where they are: a reading process that starts later must read by the same ones.
    """

    database: Path
    sites: Sites
    extractor: Extractor
    processes: int
    page_timeout_s: float


class Ingest:
    """Reads and settles on a thread of its own until `finish` or `stop`.

    `readers` read instead of processes of this machine, which are started otherwise; whoever gave them ends them.
    """

    def __init__(self, plan: IngestPlan, writer: Writer, readers: PageExecutor | None = None) -> None:
        self._plan = plan
        self._writer = writer
        self._readers = readers
        # Not a SimpleQueue: its `get(timeout)` waits for ever where the time is over between its two looks at the lock (CPython
        # 3.11, the remaining time is negative then). Seen once in 4,000 pages on a busy machine: nothing was read any more.
        self._read: queue.Queue[Future[ExtractionResult]] = queue.Queue()
        self._wake = threading.Event()
        self._finishing = threading.Event()
        self._stopping = threading.Event()
        self._last_page: int | None = None
        self._lock = FileLock(f"{plan.database}.lock", timeout=0)
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._guarded, name="desk", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def wake(self) -> None:
        """Say that there may be unread pages."""
        self._wake.set()

    @property
    def working(self) -> bool:
        """Whether the desk's thread still runs."""
        return self._thread.is_alive()

    def finish(self) -> None:
        """No more pages will come: the desk ends by itself when all that are there now are read. Does not wait."""
        self._finishing.set()
        self._wake.set()

    def stop(self) -> None:
        """End soon; pages that are not read stay unread. Does not wait."""
        self._stopping.set()
        self._wake.set()

    @property
    def stopped(self) -> bool:
        """Whether somebody had it stop."""
        return self._stopping.is_set()

    def join(self, timeout_s: float | None = None) -> None:
        """Wait for the end. Raises what made the desk fail, if anything did."""
        self._thread.join(timeout_s)
        if self.error is not None:
            raise self.error

    def _guarded(self) -> None:
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - carried to whoever joins
            if isinstance(error, sqlite3.Error):
                self.error = explain_sqlite_error(error, self._plan.database)
            else:
                self.error = as_machine_error(error) or error

    def _work(self) -> None:
        conn = open_readonly(self._plan.database)
        try:
            while not self._lock_taken():
                self._wake.clear()  # `finish` has set it: without this, waiting for another desk would be a busy loop
                if self._stopping.is_set() or (self._is_finishing(conn) and count_unread(conn, self._last_page) == 0):
                    return
                self._rest()
            try:
                self._read_all(conn)
            finally:
                self._lock.release()
        finally:
            conn.close()

    def _lock_taken(self) -> bool:
        try:
            self._lock.acquire()
        except Timeout:
            return False
        return True

    def _read_all(self, conn: sqlite3.Connection) -> None:
        plan = self._plan
        maker = self._writer.submit(lambda writing: extractor_id(writing, plan.extractor)).result()
        if self._readers is not None:
            return self._feed(conn, self._readers, maker)
        pool = ExtractionPool(plan.database, plan.sites, processes=plan.processes, timeout_s=plan.page_timeout_s)
        try:
            self._feed(conn, LocalExecutor(pool), maker)
        except BaseException:
            pool.stop()
            raise
        if self._stopping.is_set():
            pool.stop()
        else:
            pool.close()

    def _feed(self, conn: sqlite3.Connection, readers: PageExecutor, maker: int) -> None:
        under_way = last = 0
        while not self._stopping.is_set():
            # The workers of a cluster come and go.
            window = readers.ahead if self._readers else self._plan.processes * WINDOW_PER_PROCESS
            self._wake.clear()
            finishing = self._is_finishing(conn)
            room = window - under_way
            pages = unread_pages(conn, last, room, up_to=self._last_page) if room > 0 else []
            for page_id in pages:
                readers.submit(extract_task, page_id).add_done_callback(self._read.put)
                last, under_way = page_id, under_way + 1
            if pages:
                _get_ready()  # meanwhile the processes read
            if under_way:
                under_way -= self._write_next(maker)
            elif any_unsettled(conn):
                _get_ready()
                # What a desk or a `settle --all` that was cut off has left, a step at a time.
                self._writer.submit(_settling()).result()
            elif finishing:
                return
            else:
                self._rest()

    def _is_finishing(self, conn: sqlite3.Connection) -> bool:
        """Whether no more pages of ours will come. What others go on storing is for their desks: else none would ever end."""
        if not self._finishing.is_set():
            return False
        if self._last_page is None:
            self._last_page = last_page_id(conn)
        return True

    def _rest(self) -> None:
        self._wake.wait(REST_S)

    def _write_next(self, maker: int) -> int:
        """Wait for a reading, take those that come with it, write and settle them; how many there were."""
        batch: list[Future[ExtractionResult]] = []
        deadline = time.monotonic() + REST_S
        while len(batch) < BATCH and (left := deadline - time.monotonic()) > 0:
            try:
                batch.append(self._read.get(timeout=left))
            except queue.Empty:
                break
            if len(batch) == 1:
                deadline = time.monotonic() + GATHER_S
        # Cancelled are those whose processes were stopped first; what a cluster failed with is raised here.
        readings = [future.result() for future in batch if not future.cancelled()]
        if readings:
            self._writer.submit(lambda writing: record_results(writing, readings, maker)).result()
        return len(batch)


def _get_ready() -> None:
    """Load and make what writing articles needs, before a transaction waits for it: 0.2 s, which a crawl without a page saves."""
    _settling()
    load_tables()


def _settling() -> Callable[..., object]:
    """`settle`, loaded with the first page."""
    from pipelines.dedup.settle import settle

    return settle


def record_results(conn: sqlite3.Connection, readings: Sequence[ExtractionResult], maker: int) -> None:
    """Write outcomes and settle the articles among them. A job for the one writer."""
    articles = []
    for reading in sorted(readings, key=lambda reading: reading.page_id):
        match reading.outcome:
            case Article() as article:
                assert reading.prints is not None
                insert_article(conn, reading.page_id, reading.address or "", article, reading.prints, maker)
                articles.append(reading.page_id)
            case Rejection() as rejection:
                insert_rejection(conn, reading.page_id, rejection, maker)
    _settling()(conn, articles)
