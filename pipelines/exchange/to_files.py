"""Extraction into files: pages in their order, read side by side by any executor, their outcomes written in that order again.

    pages ──> readings, as they come ──> held until those before them are there ──> a part of the folder

What is held is bounded: one slow page stops the reading on after `HELD_PARTS` parts, until its time is over.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from db.models import Article, Page, Rejection
from db.store.page_payload import PagePayload
from pipelines.exchange.parquet_outcomes import PART_PAGES, ExtractedPage, OutcomeFolder
from pipelines.processing.page_worker import ExtractionResult
from pipelines.processing.reextract import PageExecutor, completed_batches

HELD_PARTS = 3


@dataclass(slots=True, kw_only=True)
class _Held:
    archive: str | None
    page: Page
    number: int
    reading: ExtractionResult | None = None


@dataclass(slots=True, kw_only=True)
class ExtractionCounts:
    """What an extraction into files came to. `rejected`: by reason."""

    articles: int = 0
    rejected: Counter[str] = field(default_factory=Counter)

    @property
    def pages(self) -> int:
        """How many were written."""
        return self.articles + self.rejected.total()


def extract_into(
    folder: OutcomeFolder,
    pages: Iterator[tuple[str | None, PagePayload]],
    executor: PageExecutor,
    stop: threading.Event,
    show: Callable[[int], None],
) -> ExtractionCounts:
    """Extract all pages into parts. Stopped, what is in a whole part stays, and the next run goes on behind it."""
    tally, waiting = ExtractionCounts(), deque[_Held]()
    by_number: dict[int, _Held] = {}

    def sent() -> Iterator[PagePayload]:
        for archive, parcel in pages:
            held = _Held(archive=archive, page=replace(parcel.page, hint=None), number=parcel.page_id)
            waiting.append(held)
            by_number[held.number] = held
            yield parcel

    for some in completed_batches(executor, sent(), stop, room=lambda: len(waiting) < HELD_PARTS * PART_PAGES):
        for reading in some:
            by_number.pop(reading.page_id).reading = reading
        while len(waiting) >= PART_PAGES and all(waiting[n].reading for n in range(PART_PAGES)):
            _write(folder, [waiting.popleft() for _ in range(PART_PAGES)], tally)
        show(tally.pages)
    if waiting and not stop.is_set():
        _write(folder, list(waiting), tally)
    return tally


def _write(folder: OutcomeFolder, part: list[_Held], tally: ExtractionCounts) -> None:
    done = []
    for held in part:
        assert held.reading is not None
        done.append(ExtractedPage(archive=held.archive, page=held.page, reading=held.reading))
    folder.write(done)
    for one in done:
        match one.reading.outcome:
            case Article():
                tally.articles += 1
            case Rejection(reason=reason):
                tally.rejected[reason.value] += 1
