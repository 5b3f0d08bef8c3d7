"""Extraction into Parquet files: any executor extracts the pages side by side, and their outcomes are written in page order.

    pages ──> executor ──> results in order (`completed_in_order`) ──> one part of the folder after another

Memory is bounded: behind one slow page at most `HELD_PARTS` parts' worth of pages wait for it.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from db.models import Article, Page, Rejection
from db.store.extraction.page_payload import PagePayload
from pipelines.exchange.outcomes.outcome_folder import PART_PAGES, ExtractedPage, OutcomeFolder
from pipelines.processing.page_executor import PageExecutor, completed_in_order
from pipelines.processing.page_worker import extract_task

HELD_PARTS = 3
"""Parts' worth of pages held in memory, the part that is being filled included."""


@dataclass(slots=True, kw_only=True)
class ExtractionCounts:
    """Pages written by an extraction into files. `rejected`: by reason."""

    articles: int = 0
    rejected: Counter[str] = field(default_factory=Counter)

    @property
    def pages(self) -> int:
        """Articles and rejections together."""
        return self.articles + self.rejected.total()


def extract_into(
    folder: OutcomeFolder,
    pages: Iterator[tuple[str | None, PagePayload]],
    executor: PageExecutor,
    stop: threading.Event,
    show: Callable[[int], None],
) -> ExtractionCounts:
    """Extract all pages into parts; `pages` are payloads with the name of their archive.

    On `stop`, complete parts stay and the next run resumes behind them. `show` is called with the number of pages written so far.
    """
    counts = ExtractionCounts()
    part: list[ExtractedPage] = []

    def labelled() -> Iterator[tuple[tuple[str | None, Page], PagePayload]]:
        for archive, payload in pages:
            yield (archive, replace(payload.page, hint=None)), payload

    for (archive, page), future in completed_in_order(
        lambda payload: executor.submit(extract_task, payload),
        labelled(),
        ahead=lambda: executor.ahead,
        held=(HELD_PARTS - 1) * PART_PAGES,
        stop=stop,
    ):
        part.append(ExtractedPage(archive=archive, page=page, result=future.result()))
        if len(part) == PART_PAGES:
            _write(folder, part, counts)
            part = []
            show(counts.pages)
    if part and not stop.is_set():
        _write(folder, part, counts)
    return counts


def _write(folder: OutcomeFolder, part: list[ExtractedPage], counts: ExtractionCounts) -> None:
    folder.write(part)
    for extracted in part:
        match extracted.result.outcome:
            case Article():
                counts.articles += 1
            case Rejection(reason=reason):
                counts.rejected[reason.value] += 1
