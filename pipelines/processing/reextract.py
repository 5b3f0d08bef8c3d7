"""Extracts stored pages again: compare, replace, settle, in short transactions, so that a live crawl can run meanwhile.

    selection ──> to_extract ──> executor (`extract_task`) ──> equal: only the extractor's id ────┐
                                                          ├──> other: past_outcomes, new rows ────┼──> off the queue ──> settle
                                                          └──> crashed, too slow: nothing ────────┘

The rows in `to_extract` are what remains. A page leaves them in the transaction that writes it, so a run that is killed at any
moment can be resumed. The executor is this machine's worker processes or a Dask cluster (`pipelines.processing.page_executor`).
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from db.store.dedup.near_copies import any_unsettled, unsettled_articles
from db.store.dedup.threads import waiting_articles
from db.store.extraction.extractions import (
    StoredOutcome,
    is_page_pruned,
    load_extraction_figures,
    load_outcome,
    page_is_extracted,
    pages_to_extract,
    replace_outcomes,
    save_extraction_figures,
    save_past_outcome,
)
from db.store.extraction.outcomes import mark_extracted_by
from pipelines.processing.outcome_changes import breaks_extraction, outcome_as_stored
from pipelines.processing.page_executor import CompletedBatches, PageExecutor
from pipelines.processing.preload import preload_writing
from pipelines.processing.write_turns import WriteTurns

BATCH = 16
"""Pages written in one transaction, so that the write lock is held for well under 100 ms."""
HOLD_S = 0.015
"""How long a transaction may run, in seconds, before it starts no further page."""
CHANGED_AT_ONCE = 6
"""Pages replaced in one transaction. Each takes some 3 ms, and more on a slow machine; together they are one segment of the search
index, not two each."""
SETTLED_AT_ONCE = 8
"""Articles settled in one transaction, for the same reason."""
GATHERED_STORIES = 1000
"""Changed articles that wait, except at the end, until they are placed in threads: a story that changes takes back all that came
since (`pipelines.threads.keep.REPLAYED_EACH`), and the more change, the fewer times."""
BROUGHT_BACK_AT_ONCE = 4
_PAGES_AT_ONCE = 32
"""Rows of `to_extract` read at a time."""
LINGER_S = 1.0
"""How long a result waits for others to be written with it, in seconds."""
FAILED_NAMED = 100
"""Failed pages listed in the figures of a run."""


def remaining_pages(conn: sqlite3.Connection, run_id: int) -> Iterator[int]:
    """Ids of the pages that a run has not extracted yet, read a few at a time."""
    last = 0
    while pages := pages_to_extract(conn, run_id, last, _PAGES_AT_ONCE):
        yield from pages
        last = pages[-1]


def reextract_run(
    conn: sqlite3.Connection,
    run_id: int,
    extractor: int,
    executor: PageExecutor,
    stop: threading.Event,
    show: Callable[[int], None],
) -> float:
    """Extract, write and settle the remaining pages of a run; ends early on `stop`.

    `show` is called with the number of pages done so far. Returns the length of the longest transaction, in milliseconds.
    """
    done, turns = 0, WriteTurns(conn)
    pages = remaining_pages(conn, run_id)
    batches = CompletedBatches(executor, pages, stop, most=BATCH, gather_s=LINGER_S)
    batches.refill()
    preload_writing()  # while the processes start
    for batch in batches:
        unwritten = [(result.page_id, outcome_as_stored(result)) for result in batch]
        while unwritten:
            with turns.write():
                written, changed = record_reextracted(conn, unwritten, run_id, extractor)
            if changed:
                settle_in_steps(turns, stop, batches.refill, stories=GATHERED_STORIES)
            unwritten = unwritten[written:]
            done += written
            show(done)
    settle_in_steps(turns, stop)
    return turns.longest_s * 1000


def settle_in_steps(
    turns: WriteTurns, stop: threading.Event, between: Callable[[], object] = lambda: None, *, stories: int = 1
) -> None:
    """Settle all unsettled articles, and place them in threads if at least `stories` of them wait, a few in each transaction.

    `between` is called after each.
    """
    from pipelines.dedup.settle import settle  # imports numpy, which callers that only extract do not need
    from pipelines.threads.keep import prepare_stories

    conn = turns.conn
    prepared: list[int] = []
    for threads in (False, True):
        if threads and len(waiting_articles(conn, stories)) < stories:
            break
        while not stop.is_set() and (any_unsettled(conn) if threads else unsettled_articles(conn, 1)):
            # While stories that came later are taken back, the next ones to place stay the same.
            if threads and (ahead := waiting_articles(conn, SETTLED_AT_ONCE)) != prepared:
                prepare_stories(conn, ahead)
                prepared = ahead
            with turns.write():
                settle(conn, limit=SETTLED_AT_ONCE, threads=threads)
            between()


def record_reextracted(
    conn: sqlite3.Connection, results: Sequence[tuple[int, StoredOutcome]], run_id: int, extractor: int
) -> tuple[int, int]:
    """Write those of the first results, each with its page, that differ from what is stored, and the run's figures, until `HOLD_S`
    is over or `CHANGED_AT_ONCE` differ.

    Returns how many results were handled, and how many of them differed.
    """
    until, written = time.perf_counter() + HOLD_S, 0
    figures = load_extraction_figures(conn, run_id)
    changed: dict[int, tuple[int, StoredOutcome]] = {}
    for page_id, made in results:
        fate = keep_if_changed(conn, page_id, made, run_id, extractor)
        figures[fate] = figures.get(fate, 0) + 1
        if fate == "changed":
            changed[page_id] = (extractor, made)
        if fate == "failed":
            figures["failed_pages"] = [*figures.get("failed_pages", []), page_id][:FAILED_NAMED]
        page_is_extracted(conn, run_id, page_id)
        written += 1
        if len(changed) == CHANGED_AT_ONCE or time.perf_counter() > until:
            break
    replace_outcomes(conn, changed)
    save_extraction_figures(conn, run_id, figures)
    return written, len(changed)


def keep_if_changed(conn: sqlite3.Connection, page_id: int, made: StoredOutcome, run_id: int, extractor: int) -> str:
    """Compare a new outcome of a page with the stored one, and keep that one if it is to be replaced ("changed").

    Returns the key under which the figures count it.
    """
    before = load_outcome(conn, page_id)
    if before is None:
        return "gone"
    if is_page_pruned(conn, page_id):
        return "pruned"
    if breaks_extraction(before[1], made):
        return "failed"
    if made == before[1]:
        mark_extracted_by(conn, page_id, extractor)
        return "same"
    save_past_outcome(conn, run_id, page_id, *before)
    return "changed"
