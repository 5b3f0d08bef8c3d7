"""Extracts stored pages again, source by source, and writes only the sources that lose no more than their limits allow.

    to_extract, the largest source first ──> executor ──> staged_outcomes, tally of the source
                                                              │  all pages of the source are extracted: its gate
                                                              ├──> passed, accepted: compare, replace, settle, as any re-extraction
                                                              └──> held: dropped, nothing of the source is written

Each page is extracted once: what came out waits in the database until its source has a verdict. A page leaves the queue in the
transaction that stages its result, the verdict is recorded with the last of them, and a result leaves the stage in the transaction
that writes it. So a run that is killed at any moment can be resumed, and what it had staged is used.

While the next source is extracted, the results of those before are written: the largest source comes first, so that little is left
to write when the last one is extracted.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from db.config.loss_limits import LossLimits
from db.store.extraction.extractions import (
    StoredOutcome,
    is_page_pruned,
    load_extraction_figures,
    load_outcome,
    page_is_extracted,
    replace_outcomes,
    save_extraction_figures,
    unpack_outcome,
)
from db.store.extraction.gated_extractions import (
    drop_staged,
    gated_sources,
    pages_left_by_source,
    pages_left_of_source,
    save_gated_source,
    stage_outcome,
    staged_outcomes,
)
from db.store.extraction.outcomes import mark_extracted_by
from pipelines.processing.gates import SourceTally, exceeded
from pipelines.processing.outcome_changes import compare_outcomes, outcome_as_stored
from pipelines.processing.page_executor import CompletedBatches, PageExecutor
from pipelines.processing.page_worker import ExtractionResult
from pipelines.processing.preload import preload_writing
from pipelines.processing.reextract import (
    BATCH,
    CHANGED_AT_ONCE,
    FAILED_NAMED,
    GATHERED_STORIES,
    HOLD_S,
    LINGER_S,
    keep_if_changed,
    settle_in_steps,
)
from pipelines.processing.write_turns import WriteTurns

STAGED_AT_ONCE = 64
"""Results read from the stage at a time. Equal ones take some 20 µs each; changed ones end the transaction earlier (`HOLD_S`)."""
WRITTEN_BETWEEN = 2
"""Changed pages written for each page that is staged meanwhile: more than one, so that the writing catches up."""


class GatedRun:
    """One gated run. `accepted` are the sources that are written whatever they lose."""

    def __init__(
        self, conn: sqlite3.Connection, run_id: int, *, extractor: int, limits: LossLimits, accepted: frozenset[int]
    ) -> None:
        self._conn, self._run_id, self._extractor = conn, run_id, extractor
        self._turns = WriteTurns(conn)
        self._limits, self._accepted = limits, accepted
        self._tallies: dict[int, SourceTally] = {}
        self._verdicts: dict[int, str] = {}
        self._left: Counter[int] = Counter()
        self._source_of: dict[int, int] = {}
        self._decided: deque[int] = deque()
        for source in gated_sources(conn, run_id):
            if source.verdict is None:
                self._tallies[source.source_id] = SourceTally.from_dict(source.figures)
            else:
                self._verdicts[source.source_id] = source.verdict
                self._decided.append(source.source_id)

    def extract(self, executor: PageExecutor, stop: threading.Event, show: Callable[[int], None]) -> float:
        """Extract, stage, judge and write what is left of the run; ends early on `stop`.

        `show` is called with the number of pages extracted so far. Returns the length of the longest transaction, in milliseconds.
        """
        done = 0
        batches = CompletedBatches(executor, self._pages(), stop, most=BATCH, gather_s=LINGER_S)
        batches.refill()
        preload_writing()  # while the processes start
        for batch in batches:
            self._stage(batch)
            self._write_decided(stop, batches.refill, most=WRITTEN_BETWEEN * len(batch))
            done += len(batch)
            show(done)
        self._write_decided(stop, batches.refill, most=None)
        settle_in_steps(self._turns, stop)
        return self._turns.longest_s * 1000

    def _pages(self) -> Iterator[int]:
        """The pages that are left, source by source."""
        for source_id, _ in pages_left_by_source(self._conn, self._run_id):
            pages = pages_left_of_source(self._conn, self._run_id, source_id)
            self._left[source_id] = len(pages)
            for page_id in pages:
                self._source_of[page_id] = source_id
                yield page_id

    def _stage(self, results: Sequence[ExtractionResult]) -> None:
        """Stage results and judge the sources that are complete."""
        compared = [self._compared(result) for result in results]  # before the lock is taken: it may take a while
        conn, run_id = self._conn, self._run_id
        with self._turns.write():
            figures = self._figures()
            for page_id, source_id, fate, made in compared:
                if fate in ("same", "changed"):
                    stage_outcome(conn, run_id, source_id, page_id, made)
                else:
                    figures[fate] = figures.get(fate, 0) + 1
                if fate == "failed":
                    figures["failed_pages"] = [*figures.get("failed_pages", []), page_id][:FAILED_NAMED]
                page_is_extracted(conn, run_id, page_id)
                self._left[source_id] -= 1
            self._save(figures)
            for source_id in dict.fromkeys(source_id for _, source_id, _, _ in compared):
                self._judge(source_id)

    def _compared(self, result: ExtractionResult) -> tuple[int, int, str, StoredOutcome | None]:
        """Page, source, fate, and the outcome if it differs from the stored one. Counts the page in the tally of its source."""
        page_id, made = result.page_id, outcome_as_stored(result)
        source_id = self._source_of.pop(page_id)
        before = load_outcome(self._conn, page_id)
        if before is None:
            return page_id, source_id, "gone", None
        if is_page_pruned(self._conn, page_id):
            return page_id, source_id, "pruned", None
        if source_id in self._verdicts:
            fate = compare_outcomes(before[1], made).fate
        else:
            fate = self._tallies.setdefault(source_id, SourceTally()).add(before[1], made).fate
        if fate in ("same", "failed"):
            return page_id, source_id, fate, None
        return page_id, source_id, "changed", made

    def _judge(self, source_id: int) -> None:
        """Record the tally of a source, and its verdict if all its pages are extracted."""
        complete = self._left[source_id] == 0
        if source_id in self._verdicts:
            if complete and source_id not in self._decided:
                self._decided.append(source_id)
            return
        tally, verdict = self._tallies.setdefault(source_id, SourceTally()), None
        if complete:
            del self._tallies[source_id]
            over = exceeded(tally, self._limits)
            verdict = "passed" if not over else "accepted" if source_id in self._accepted else "held"
            self._verdicts[source_id] = verdict
            self._decided.append(source_id)
        save_gated_source(self._conn, self._run_id, source_id, verdict, tally.as_dict())

    def _write_decided(self, stop: threading.Event, between: Callable[[], object], *, most: int | None) -> None:
        """Write or drop what is staged of sources that have a verdict, some `most` changed pages (None: all).

        `between` is called after each transaction that settles.
        """
        written = 0
        while self._decided and not stop.is_set() and (most is None or written < most):
            with self._turns.write():
                fates = self._write_some(self._decided[0], time.perf_counter() + HOLD_S)
            if not fates:
                self._decided.popleft()
            if fates["changed"]:
                written += fates["changed"]
                settle_in_steps(self._turns, stop, between, stories=GATHERED_STORIES)

    def _write_some(self, source_id: int, until: float) -> Counter[str]:
        """Write or drop some of what is staged of a source, and the run's figures; how many pages by fate."""
        fates: Counter[str] = Counter()
        pages = []
        changed: dict[int, tuple[int, StoredOutcome]] = {}
        for page_id, packed in staged_outcomes(self._conn, self._run_id, source_id, STAGED_AT_ONCE):
            fates["held"] += self._verdicts[source_id] == "held"
            if self._verdicts[source_id] != "held":
                fates[self._write(page_id, packed, changed)] += 1
            pages.append(page_id)
            if len(changed) == CHANGED_AT_ONCE or time.perf_counter() > until:
                break
        replace_outcomes(self._conn, changed)
        if pages:
            drop_staged(self._conn, self._run_id, source_id, pages)
            figures = self._figures()
            for fate, count in (+fates).items():
                figures[fate] = figures.get(fate, 0) + count
            self._save(figures)
        return +fates

    def _write(self, page_id: int, packed: bytes | None, changed: dict[int, tuple[int, StoredOutcome]]) -> str:
        """Write one result, or add it to those that are `changed`; returns the key under which the figures count it."""
        if packed is not None:
            made = unpack_outcome(packed)
            fate = keep_if_changed(self._conn, page_id, made, self._run_id, self._extractor)
            if fate == "changed":
                changed[page_id] = (self._extractor, made)
            return fate
        if is_page_pruned(self._conn, page_id):
            return "pruned"
        mark_extracted_by(self._conn, page_id, self._extractor)
        return "same"

    def _figures(self) -> dict[str, Any]:
        return load_extraction_figures(self._conn, self._run_id)

    def _save(self, figures: dict[str, Any]) -> None:
        save_extraction_figures(self._conn, self._run_id, figures)
