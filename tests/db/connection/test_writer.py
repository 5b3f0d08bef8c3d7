"""The one writer: commits before it answers, takes back only the job that failed, names what is wrong with the file."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import Future
from pathlib import Path

import pytest

from db.connection.database import connect
from db.connection.writer import Writer
from db.errors import DatabaseError


def make(tmp_path: Path) -> Path:
    path = tmp_path / "w.db"
    conn = connect(path, create=True)
    conn.execute("PRAGMA journal_mode = WAL")
    conn.execute("CREATE TABLE t (x INTEGER NOT NULL)")
    conn.close()
    return path


def insert(value: int | None) -> object:
    return lambda conn: conn.execute("INSERT INTO t VALUES (?)", (value,)).lastrowid


def rows(path: Path) -> list[int]:
    conn = sqlite3.connect(path)
    try:
        return [row[0] for row in conn.execute("SELECT x FROM t ORDER BY x")]
    finally:
        conn.close()


def test_a_future_is_done_after_the_commit(tmp_path: Path) -> None:
    path = make(tmp_path)
    writer = Writer(path)
    for value in range(500):
        future: Future[int] = writer.submit(insert(value))  # type: ignore[arg-type]
    assert future.result() == 500
    assert len(rows(path)) == 500
    writer.close()


def test_a_job_that_fails_takes_back_its_own_rows_alone(tmp_path: Path) -> None:
    path = make(tmp_path)
    writer = Writer(path)

    def breaks(conn: sqlite3.Connection) -> None:
        conn.execute("INSERT INTO t VALUES (99)")
        raise RuntimeError("no")

    jobs = [writer.submit(insert(1)), writer.submit(breaks), writer.submit(insert(None)), writer.submit(insert(2))]  # type: ignore[arg-type]
    writer.close()
    assert jobs[3].result() == 2
    with pytest.raises(RuntimeError, match="no"):
        jobs[1].result()
    with pytest.raises(sqlite3.IntegrityError):
        jobs[2].result()
    assert rows(path) == [1, 2]


def test_a_job_that_is_alone_begins_when_those_before_are_committed(tmp_path: Path) -> None:
    path = make(tmp_path)
    writer, held = Writer(path), threading.Event()
    before = [writer.submit(lambda _: held.wait(60)), writer.submit(insert(1))]  # type: ignore[arg-type]
    alone = writer.submit(lambda conn: (conn.execute("INSERT INTO t VALUES (2)"), rows(path))[1], alone=True)
    after = writer.submit(lambda _: rows(path))
    held.set()
    assert (alone.result(), after.result()) == ([1], [1, 2])
    assert all(job.done() for job in before)
    writer.close()


def test_a_job_that_fails_alone_takes_back_its_rows(tmp_path: Path) -> None:
    path = make(tmp_path)
    failures: list[DatabaseError] = []
    writer = Writer(path, on_failure=failures.append)

    def breaks(conn: sqlite3.Connection) -> None:
        conn.execute("INSERT INTO t VALUES (99)")
        conn.execute("INSERT INTO t VALUES (NULL)")

    first = writer.submit(breaks, alone=True)
    second: Future[int] = writer.submit(insert(2), alone=True)  # type: ignore[arg-type]
    with pytest.raises(sqlite3.IntegrityError):
        first.result()
    assert second.result() == 1
    writer.close()
    assert (rows(path), failures) == ([2], [])


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    path = make(tmp_path)
    writer = Writer(path)
    writer.submit(insert(1)).result()  # type: ignore[arg-type]
    future = writer.submit(lambda conn: conn.execute("INSERT INTO nowhere VALUES (1)"))
    with pytest.raises(DatabaseError, match=r"w\.db"):
        future.result()
    assert writer.submit(insert(2)).result() == 2  # type: ignore[arg-type]
    writer.close()
