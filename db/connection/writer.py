"""The single writer of a process: a thread with its own connection that commits all waiting jobs as one transaction.

    crawl (event loop) ──┐
    ingest ──────────────┼──> queue of jobs ──> BEGIN IMMEDIATE, job, job, ..., COMMIT ──> their futures are done
                         │

A job is a function of the connection. A job that raises rolls back only its own rows, by a savepoint unless it is alone in its
transaction, and its future carries the exception. A future is done only after the commit, so its rows are on disk by then.

If the database fails, all jobs of the transaction carry the error, and `on_failure` is called, because nobody waits for
most jobs. The next transaction is tried all the same: a disk may have space again, and a run that ends wants to record
it.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from db.connection.database import (
    LOCK_WAIT_S,
    Connection,
    connect,
    explain_sqlite_error,
    translate_sqlite_errors,
    write,
)
from db.errors import DatabaseBusy, DatabaseError

T = TypeVar("T")

# Waits for another process's transaction in steps of this length, so that `stop_waiting` takes effect between them.
STEP_S = 0.5
# At most this many jobs share a transaction, so that writers of other processes get the lock.
JOBS_PER_COMMIT = 200

Job = Callable[[sqlite3.Connection], Any]


class _Queued(NamedTuple):
    job: Job
    future: Future[Any]
    alone: bool


class _JobFailed(Exception):
    """A job that was alone in its transaction raised `error`."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class Writer:
    """Runs jobs in order on its own thread. `close()` waits for queued jobs."""

    def __init__(self, path: Path, *, on_failure: Callable[[DatabaseError], None] | None = None) -> None:
        """`on_failure` is called once, on the thread on which the database first fails."""
        self._path = path
        self._on_failure = on_failure
        self.failure: DatabaseError | None = None
        self._no_waiting = threading.Event()
        self._jobs: queue.SimpleQueue[_Queued | None] = queue.SimpleQueue()
        self._next: _Queued | None = None
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def fail(self, error: DatabaseError | sqlite3.Error) -> None:
        """Record that the database fails, which a reader may notice before the writer does. Only the first failure is
        reported.
        """
        self.stop_waiting()
        if self.failure is None:
            self.failure = error if isinstance(error, DatabaseError) else explain_sqlite_error(error, self._path)
            if self._on_failure is not None:
                self._on_failure(self.failure)

    def stop_waiting(self) -> None:
        """Stop waiting for transactions of other processes: the run ends, and what is not written will be fetched
        again.
        """
        self._no_waiting.set()

    def submit(self, job: Callable[[sqlite3.Connection], T], *, alone: bool = False) -> Future[T]:
        """Queue a job; the future is done once its rows are committed. `alone`: in a transaction of its own, for a job that changes
        hundreds of pages of the file."""
        future: Future[T] = Future()
        self._jobs.put(_Queued(job, future, alone))
        return future

    def close(self) -> None:
        """Commit the queued jobs and end the thread."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        conn: Connection | None = None
        more = True
        try:
            while more:
                batch, more = self._next_batch()
                if not batch:
                    continue
                try:
                    conn = conn or self._connect()
                    self._commit_in_turn(conn, batch)
                except Exception as error:  # noqa: BLE001 - passed to the futures, whose owners would wait for ever
                    self._give_up(batch, error)
        finally:
            if conn is not None:
                conn.close()

    def _connect(self) -> Connection:
        conn = connect(self._path, lock_wait_s=STEP_S)
        # What a statement changes is noted in case it fails, some 100 KiB when pages are settled: in memory, or a crawl would end
        # where the folder of temporary files is full.
        conn.execute("PRAGMA temp_store = MEMORY")
        return conn

    def _next_batch(self) -> tuple[list[_Queued], bool]:
        item = self._next or self._jobs.get()
        self._next = None
        batch: list[_Queued] = []
        while item is not None:
            if item.alone and batch:
                self._next = item
                return batch, True
            batch.append(item)
            if item.alone or len(batch) >= JOBS_PER_COMMIT or self._jobs.empty():
                return batch, True
            item = self._jobs.get()
        return batch, False

    def _commit_in_turn(self, conn: sqlite3.Connection, batch: list[_Queued]) -> None:
        """Commit as soon as the lock is free. SQLite reports busy when a transaction begins, so no job has run by then."""
        until = time.monotonic() + LOCK_WAIT_S
        while True:
            try:
                return self._commit(conn, batch)
            except DatabaseBusy:
                if self._no_waiting.is_set() or time.monotonic() > until:
                    raise

    def _commit(self, conn: sqlite3.Connection, batch: list[_Queued]) -> None:
        done: list[tuple[Future[Any], Any]] = []
        run = self._run_only_job if len(batch) == 1 else self._run_job
        try:
            with translate_sqlite_errors(self._path), write(conn):
                for queued in batch:
                    run(conn, queued, done)
        except _JobFailed as failed:
            batch[0].future.set_exception(failed.error)
        for future, result in done:
            future.set_result(result)

    def _give_up(self, batch: list[_Queued], error: Exception) -> None:
        if isinstance(error, DatabaseError):
            self.fail(error)
        for queued in batch:
            if not queued.future.done():
                queued.future.set_exception(error)

    @staticmethod
    def _run_only_job(conn: sqlite3.Connection, queued: _Queued, done: list[tuple[Future[Any], Any]]) -> None:
        """Run a job without a savepoint: what it did is taken back with the transaction.

        For a savepoint, SQLite keeps a copy of each page of the file that the job changes, and walks through all copies after each
        statement: a seventh of the time of settling.
        """
        try:
            done.append((queued.future, queued.job(conn)))
        except Exception as error:
            if _is_database_failure(error):
                raise
            raise _JobFailed(error) from error

    @staticmethod
    def _run_job(conn: sqlite3.Connection, queued: _Queued, done: list[tuple[Future[Any], Any]]) -> None:
        conn.execute("SAVEPOINT job")
        try:
            result = queued.job(conn)
        except Exception as error:
            if _is_database_failure(error):
                raise
            conn.execute("ROLLBACK TO job")
            conn.execute("RELEASE job")
            queued.future.set_exception(error)
            return
        conn.execute("RELEASE job")
        done.append((queued.future, result))


def _is_database_failure(error: Exception) -> bool:
    """Whether the disk, the lock or the file failed, rather than the job's own statements."""
    if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError | sqlite3.DataError):
        return False
    return isinstance(error, sqlite3.Error)
