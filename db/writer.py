"""The one writer of a process: a thread with its own connection that commits whatever waits as one transaction.

    crawl (event loop) ──┐
    reading desk ────────┼──> queue of jobs ──> BEGIN IMMEDIATE, job, job, ..., COMMIT ──> their futures are done
                         │
A job is a function of the connection. It runs in a savepoint: one that raises takes back its own rows alone and its
future carries the exception. A future is done only after the commit, so whoever waited knows that the rows are on disk.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from db.connect import connect, explain

T = TypeVar("T")

# At most so many jobs share a transaction, so that another process's writer gets its turn.
JOBS_PER_COMMIT = 200

Job = Callable[[sqlite3.Connection], Any]


class Writer:
    """Runs jobs in order on its own thread. `close()` waits for those that are queued."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._jobs: queue.SimpleQueue[tuple[Job, Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

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
        conn = connect(self._path)
        try:
            more = True
            while more:
                batch, more = self._next_batch()
                if batch:
                    self._commit(conn, batch)
        finally:
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

    def _commit(self, conn: sqlite3.Connection, batch: list[tuple[Job, Future[Any]]]) -> None:
        done: list[tuple[Future[Any], Any]] = []
        try:
            conn.execute("BEGIN IMMEDIATE")
            for job, future in batch:
                self._run_job(conn, job, future, done)
            conn.execute("COMMIT")
        except sqlite3.Error as error:
            if conn.in_transaction:
                conn.execute("ROLLBACK")
            for _, future in batch:
                if not future.done():
                    future.set_exception(explain(error, self._path))
            return
        for future, result in done:
            future.set_result(result)

    @staticmethod
    def _run_job(conn: sqlite3.Connection, job: Job, future: Future[Any], done: list[tuple[Future[Any], Any]]) -> None:
        conn.execute("SAVEPOINT job")
        try:
            result = job(conn)
        except sqlite3.OperationalError:
            raise  # the disk or the lock: it concerns the whole transaction
        except Exception as error:  # noqa: BLE001 - handed to whoever waits for this job
            conn.execute("ROLLBACK TO job")
            conn.execute("RELEASE job")
            future.set_exception(error)
            return
        conn.execute("RELEASE job")
        done.append((future, result))
