"""Extracting stored pages again: read, compare, replace, settle, in short transactions that a live crawl may run beside.

    selection ──> to_extract ──> executor (reader.read) ──> equal: the extractor's name alone ──┐
                                                       ├──> other: past_outcomes, new rows ─────┼──> off the queue ──> settle
                                                       └──> crashed, too slow: nothing ─────────┘

The rows in `to_extract` say what is left, and a page leaves them in the transaction that writes it: a run may be killed at any
moment and goes on. The executor is this machine's reading pool (`LocalExecutor`) or a cluster's (`pipelines.cluster`).
"""

from __future__ import annotations

import json
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from typing import Any

from db.connection.database import write
from db.models import Article, Reason
from db.search.index import load_tables
from db.store.extractions import (
    StoredOutcome,
    is_page_pruned,
    load_outcome,
    pages_to_extract,
    replace_outcome,
    save_past_outcome,
)
from db.store.near_copies import any_unsettled
from db.store.outcomes import article_row, credit_rows
from pipelines.processing.page_pool import ExtractionPool
from pipelines.processing.page_worker import ExtractionResult, Task, extract_task

# Pages written in one transaction, and articles settled in one, so that the write lock is held for well under 100 ms. Pages that
# have changed take some 5 ms each, most of it in the search index, and more on a slow machine: past HOLD_S no more are begun.
BATCH = 16
HOLD_S = 0.015
SETTLED_AT_ONCE = 8
BROUGHT_BACK_AT_ONCE = 4
AHEAD = 32
# How long a reading waits for others to be written with, in seconds.
LINGER_S = 1.0
# A writer that waits for SQLite's lock looks for it after 1, 2, 5, 10, 15, 20 and then every 25 ms, later every 50 and 100
# (sqlite3.c, sqliteDefaultBusyCallback). A rest after each transaction lets it in: as long as that was, within these bounds.
REST_S = 0.005
LONGEST_REST_S = 0.03
_BROKE = frozenset({Reason.CRASHED.value, Reason.TOO_SLOW.value})
FAILED_NAMED = 100


class PageExecutor(Executor):
    """An executor that runs `reader.read` and nothing else. `ahead`: how many pages it is given before they are needed."""

    @property
    def ahead(self) -> int:
        """How many pages are to be under way at once."""
        return AHEAD


def task_of_call(fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Task:
    """The page that an executor of ours is asked to read. Raises ValueError where it is asked for something else."""
    if fn is not extract_task or len(args) != 1 or kwargs:
        raise ValueError("reading processes run `reader.read` with a page, nothing else")
    page: Task = args[0]
    return page


class LocalExecutor(PageExecutor):
    """The reading pool as an executor."""

    def __init__(self, pool: ExtractionPool) -> None:
        self._pool = pool

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a page read. The future is cancelled where the pool was stopped first."""
        return self._pool.submit(task_of_call(fn, args, kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes, at once where `cancel_futures` is given."""
        if cancel_futures:
            self._pool.stop()
        else:
            self._pool.close()


def _always() -> bool:
    return True


def completed_batches(
    executor: PageExecutor, pages: Iterator[Task], stop: threading.Event, room: Callable[[], bool] = _always
) -> Iterator[list[ExtractionResult]]:
    """Readings of pages, up to BATCH at a time, a bounded number ahead, none taken while there is no `room`; ends early on `stop`.

    None waits longer than LINGER_S for others: who writes them pays for a transaction, not for each page.
    """
    came: queue.Queue[Future[ExtractionResult]] = queue.Queue()
    under_way, more = 0, True
    while (more or under_way) and not stop.is_set():
        ahead = executor.ahead
        while more and under_way < ahead and room():
            page = next(pages, None)
            more = page is not None
            if page is not None:
                executor.submit(extract_task, page).add_done_callback(came.put)
                under_way += 1
        some = _gathered(came, min(under_way, BATCH))
        under_way -= len(some)
        if some:
            yield [future.result() for future in some]


def _gathered(came: queue.Queue[Future[ExtractionResult]], most: int) -> list[Future[ExtractionResult]]:
    """What has come, or comes within LINGER_S, so many at most."""
    some: list[Future[ExtractionResult]] = []
    deadline = time.monotonic() + LINGER_S
    # Never a negative time: `get` of CPython 3.11 may wait for ever then.
    while (left := deadline - time.monotonic()) > 0 and len(some) < max(1, most):
        try:
            some.append(came.get(timeout=left))
        except queue.Empty:
            break
    return some


def outcome_as_stored(reading: ExtractionResult) -> StoredOutcome:
    """A reading as the tables would hold it."""
    if isinstance(reading.outcome, Article):
        assert reading.prints is not None
        row = article_row(reading.page_id, reading.address or "", reading.outcome, reading.prints)
        article = {name: value for name, value in row.items() if value is not None}
        credits = tuple(sorted(credit_rows(reading.outcome)))
        return StoredOutcome(reason=None, detail=None, article=article, credits=credits)
    return StoredOutcome(reason=reading.outcome.reason.value, detail=reading.outcome.detail or None)


def remaining_pages(conn: sqlite3.Connection, run_id: int) -> Iterator[int]:
    """The pages that a run has left, read a few at a time."""
    last = 0
    while pages := pages_to_extract(conn, run_id, last, AHEAD):
        yield from pages
        last = pages[-1]


def reextract_run(
    conn: sqlite3.Connection,
    run_id: int,
    maker: int,
    executor: PageExecutor,
    stop: threading.Event,
    show: Callable[[int], None],
) -> float:
    """Read what a run has left, write and settle it. `show` is told how many are done. The longest transaction, in ms."""
    done, longest = 0, 0.0
    load_tables()
    for came in completed_batches(executor, remaining_pages(conn, run_id), stop):
        some = came
        while some:
            with write(conn):
                began = time.perf_counter()
                written, changed = record_reextracted(conn, some, run_id, maker)
            longest = max(longest, _rest(time.perf_counter() - began))
            if changed:
                longest = max(longest, settle_in_steps(conn, stop))
            some = some[written:]
            done += written
            show(done)
    return max(longest, settle_in_steps(conn, stop)) * 1000


def settle_in_steps(conn: sqlite3.Connection, stop: threading.Event) -> float:
    """Settle what waits, a few articles a transaction. How many seconds the longest of them took."""
    from pipelines.dedup.settle import settle  # numpy comes with it: not for whoever takes only the readers from here

    longest = 0.0
    while not stop.is_set() and any_unsettled(conn):
        with write(conn):
            began = time.perf_counter()
            settle(conn, limit=SETTLED_AT_ONCE)
        longest = max(longest, _rest(time.perf_counter() - began))
    return longest


def _rest(held_s: float) -> float:
    """Let others have the lock that was held so long; that again."""
    time.sleep(min(LONGEST_REST_S, max(REST_S, held_s)))
    return held_s


def record_reextracted(
    conn: sqlite3.Connection, some: Sequence[ExtractionResult], run_id: int, maker: int
) -> tuple[int, int]:
    """Write the first of the readings, as many as HOLD_S allows, where they differ from what is held, and the run's figures.

    How many were looked at, and how many of them differed.
    """
    until, written = time.perf_counter() + HOLD_S, 0
    figures = json.loads(conn.execute("SELECT figures FROM extractions WHERE run_id = ?", (run_id,)).fetchone()[0])
    changed = 0
    for reading in some:
        what = _record(conn, reading, run_id, maker)
        figures[what] = figures.get(what, 0) + 1
        changed += what == "changed"
        if what == "failed":
            figures["failed_pages"] = [*figures.get("failed_pages", []), reading.page_id][:FAILED_NAMED]
        conn.execute("DELETE FROM to_extract WHERE (run_id, page_id) = (?, ?)", (run_id, reading.page_id))
        written += 1
        if time.perf_counter() > until:
            break
    conn.execute("UPDATE extractions SET figures = ? WHERE run_id = ?", (json.dumps(figures), run_id))
    return written, changed


def breaks_extraction(before: StoredOutcome, made: StoredOutcome) -> bool:
    """Whether a page that was read before breaks the extraction now: what is held of it stays."""
    return made.reason in _BROKE and before.reason not in _BROKE


def _record(conn: sqlite3.Connection, reading: ExtractionResult, run_id: int, maker: int) -> str:
    page_id, made = reading.page_id, outcome_as_stored(reading)
    before = load_outcome(conn, page_id)
    if before is None:
        return "gone"
    if is_page_pruned(conn, page_id):
        return "pruned"
    if breaks_extraction(before[1], made):
        return "failed"
    if made == before[1]:
        conn.execute("UPDATE outcomes SET extractor_id = ? WHERE page_id = ?", (maker, page_id))
        return "same"
    save_past_outcome(conn, run_id, page_id, *before)
    replace_outcome(conn, page_id, maker, made)
    return "changed"
