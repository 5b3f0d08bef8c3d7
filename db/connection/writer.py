"""The single writer of a process: a thread with its own connection that commits all waiting jobs as one transaction.

    crawl (event loop) ──┐
    ingest ──────────────┼──> queue of jobs ──> BEGIN IMMEDIATE, job, job, ..., COMMIT ──> their futures are done
                         │

A job is a function of the connection. It runs in a savepoint: a job that raises rolls back only its own rows, and its
future carries the exception. A future is done only after the commit, so its rows are on disk by then.

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
from typing import Any, TypeVar

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


class Writer:
    """Runs jobs in order on its own thread. `close()` waits for queued jobs."""

    def __init__(self, path: Path, *, on_failure: Callable[[DatabaseError], None] | None = None) -> None:
        """`on_failure` is called once, on the thread on which the database first fails."""
        self._path = path
        self._on_failure = on_failure
        self.failure: DatabaseError | None = None
        self._no_waiting = threading.Event()
        self._jobs: queue.SimpleQueue[tuple[Job, Future[Any]] | None] = queue.SimpleQueue()
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

    def submit(self, job: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Queue a job; the future is done once its rows are committed."""
        future: Future[T] = Future()
        self._jobs.put((job, future))
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

    def _next_batch(self) -> tuple[list[tuple[Job, Future[Any]]], bool]:
        item = self._jobs.get()
        batch: list[tuple[Job, Future[Any]]] = []
        while item is not None:
            batch.append(item)
            if len(batch) >= JOBS_PER_COMMIT or self._jobs.empty():
                return batch, True
            item = self._jobs.get()
        return batch, False

    def _commit_in_turn(self, conn: sqlite3.Connection, batch: list[tuple[Job, Future[Any]]]) -> None:
        """Commit as soon as the lock is free. SQLite reports busy when a transaction begins, so no job has run by then."""
        until = time.monotonic() + LOCK_WAIT_S
        while True:
            try:
                return self._commit(conn, batch)
            except DatabaseBusy:
                if self._no_waiting.is_set() or time.monotonic() > until:
                    raise

    def _commit(self, conn: sqlite3.Connection, batch: list[tuple[Job, Future[Any]]]) -> None:
        done: list[tuple[Future[Any], Any]] = []
        with translate_sqlite_errors(self._path), write(conn):
            for job, future in batch:
                self._run_job(conn, job, future, done)
        for future, result in done:
            future.set_result(result)

    def _give_up(self, batch: list[tuple[Job, Future[Any]]], error: Exception) -> None:
        if isinstance(error, DatabaseError):
            self.fail(error)
        for _, future in batch:
            if not future.done():
                future.set_exception(error)

    @staticmethod
    def _run_job(conn: sqlite3.Connection, job: Job, future: Future[Any], done: list[tuple[Future[Any], Any]]) -> None:
        conn.execute("SAVEPOINT job")
        try:
            result = job(conn)
        except Exception as error:
            if _is_database_failure(error):
                raise
            conn.execute("ROLLBACK TO job")
            conn.execute("RELEASE job")
            future.set_exception(error)
            return
        conn.execute("RELEASE job")
        done.append((future, result))


def _is_database_failure(error: Exception) -> bool:
    """Whether the disk, the lock or the file failed, rather than the job's own statements."""
    if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError | sqlite3.DataError):
        return False
    return isinstance(error, sqlite3.Error)
