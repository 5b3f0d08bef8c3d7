"""The one writer of a process: a thread with its own connection that commits whatever waits as one transaction.

    crawl (event loop) ──┐
    reading desk ────────┼──> queue of jobs ──> BEGIN IMMEDIATE, job, job, ..., COMMIT ──> their futures are done
                         │
A job is a function of the connection. It runs in a savepoint: one that raises takes back its own rows alone and its
future carries the exception. A future is done only after the commit, so whoever waited knows that the rows are on disk.

Where the database fails, all jobs of the transaction carry that, and whoever gave `on_failure` is told: most jobs nobody waits for.
The next transaction is tried all the same: a disk may have room again, and a run that ends wants to say so.
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

from db.connection.database import LOCK_WAIT_S, connect, explain_sqlite_error, translate_sqlite_errors, write
from db.errors import DatabaseBusy, DatabaseError

T = TypeVar("T")

# Another's transaction is waited for in steps, between which the writer may be told to hurry.
STEP_S = 0.5
# At most so many jobs share a transaction, so that another process's writer gets its turn.
JOBS_PER_COMMIT = 200

Job = Callable[[sqlite3.Connection], Any]


class Writer:
    """Runs jobs in order on its own thread. `close()` waits for those that are queued."""

    def __init__(self, path: Path, *, on_failure: Callable[[DatabaseError], None] | None = None) -> None:
        """`on_failure` is called once, on the thread where the database first fails."""
        self._path = path
        self._on_failure = on_failure
        self.failure: DatabaseError | None = None
        self._hurried = threading.Event()
        self._jobs: queue.SimpleQueue[tuple[Job, Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def fail(self, error: DatabaseError | sqlite3.Error) -> None:
        """Note that the database fails, as a reader beside the writer may see first. The first trouble is what is told."""
        self.hurry()
        if self.failure is None:
            self.failure = error if isinstance(error, DatabaseError) else explain_sqlite_error(error, self._path)
            if self._on_failure is not None:
                self._on_failure(self.failure)

    def hurry(self) -> None:
        """From now on wait no longer for another's transaction: the run ends, and what is not written is asked for again."""
        self._hurried.set()

    def submit(self, job: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Queue a job; the future is done once its rows are committed."""
        future: Future[T] = Future()
        self._jobs.put((job, future))
        return future

    def close(self) -> None:
        """Commit what is queued and end the thread."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        conn: sqlite3.Connection | None = None
        more = True
        try:
            while more:
                batch, more = self._next_batch()
                if not batch:
                    continue
                try:
                    conn = conn or connect(self._path, lock_wait_s=STEP_S)
                    self._commit_in_turn(conn, batch)
                except Exception as error:  # noqa: BLE001 - told to all who wait, who would wait for ever
                    self._give_up(batch, error)
        finally:
            if conn is not None:
                conn.close()

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
        """Commit as soon as others let us. SQLite says busy when a transaction begins: none of the jobs has run."""
        until = time.monotonic() + LOCK_WAIT_S
        while True:
            try:
                return self._commit(conn, batch)
            except DatabaseBusy:
                if self._hurried.is_set() or time.monotonic() > until:
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
            if _concerns_all(error):
                raise
            conn.execute("ROLLBACK TO job")
            conn.execute("RELEASE job")
            future.set_exception(error)
            return
        conn.execute("RELEASE job")
        done.append((future, result))


def _concerns_all(error: Exception) -> bool:
    """Whether it is the disk, the lock or the file that a job failed of, and not what it wrote."""
    if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError | sqlite3.DataError):
        return False
    return isinstance(error, sqlite3.Error)
