"""What re-extraction would change, field by field: counts, and samples of before and after. Nothing is written.

Each page has one fate: those of `pipelines.processing.outcome_changes`, or `pruned`: its body was pruned, it stays as it is.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass, field

from db.store.extraction.extractions import is_page_pruned, load_outcome
from db.store.extraction.pages import page_origin
from pipelines.processing.outcome_changes import (
    DIFFERING,
    OutcomeComparison,
    compare_outcomes,
    outcome_as_stored,
)
from pipelines.processing.page_worker import ExtractionResult

SAMPLES = 5
"""Samples kept for each field."""
FAILED_NAMED = 100
"""Pages listed that would fail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A field of one page before and after; None if empty."""

    page_id: int
    url: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractionFailure:
    """A page that crashes the new extraction or takes too long."""

    page_id: int
    url: str
    reason: str
    detail: str


@dataclass(slots=True, kw_only=True)
class OutcomeDifferences:
    """Number of pages by fate; of differing ones by field and by source; samples of each field; pages that fail."""

    fates: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[FieldChange]] = field(default_factory=dict)
    failed: list[ExtractionFailure] = field(default_factory=list)

    @property
    def pages(self) -> int:
        """All pages compared, including pruned ones."""
        return sum(self.fates.values())

    @property
    def differing(self) -> int:
        """Pages whose rows would be replaced."""
        return sum(self.fates[fate] for fate in DIFFERING)

    def add(self, conn: sqlite3.Connection, result: ExtractionResult) -> None:
        """Compare a result with the stored outcome. A page without an outcome is skipped."""
        before, made = load_outcome(conn, result.page_id), outcome_as_stored(result)
        if before is None:
            return
        compared = compare_outcomes(before[1], made)
        fate = compared.fate
        if fate == "failed" and is_page_pruned(conn, result.page_id):
            fate = "pruned"  # after it was selected
        self.fates[fate] += 1
        if fate in DIFFERING or fate == "failed":
            url, source = _url_and_source(conn, result.page_id)
            if fate != "failed":
                self.sources[source] += 1
                self._count(result.page_id, url, compared)
            elif len(self.failed) < FAILED_NAMED:
                failure = ExtractionFailure(
                    page_id=result.page_id, url=url, reason=made.reason or "", detail=made.detail or ""
                )
                self.failed.append(failure)

    def _count(self, page_id: int, url: str, compared: OutcomeComparison) -> None:
        for one in compared.reported:
            self.fields[one.field] += 1
            samples = self.samples.setdefault(one.field, [])
            if len(samples) < SAMPLES:
                samples.append(FieldChange(page_id=page_id, url=url, before=one.before, after=one.after))


def _url_and_source(conn: sqlite3.Connection, page_id: int) -> tuple[str, str]:
    """The address of a page and the name of its source."""
    origin = page_origin(conn, page_id)
    return origin.url, origin.source_name
