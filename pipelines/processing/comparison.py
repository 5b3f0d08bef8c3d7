"""What re-extraction would change, field by field: counts, and samples of before and after. Nothing is written.

Each page has one fate, the same that re-extraction would give it (`pipelines.processing.reextract`):

    same       nothing differs                         rejected   an article that would become a rejection
    changed    an article of which fields differ       accepted   a rejection that would become an article
    reason     rejected for another reason, or the     failed     crashed or too slow: the stored outcome would stay
               same with another detail                pruned     its body was pruned: it stays as it is
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass, field

from db.store.extractions import StoredOutcome, is_page_pruned, load_outcome
from pipelines.processing.page_worker import ExtractionResult
from pipelines.processing.reextract import breaks_extraction, outcome_as_stored

SAMPLES = 5
"""Samples kept for each field."""
FAILED_NAMED = 100
"""Pages listed that would fail."""
# Fields derived from others (hashes, the same moment in another form): reported only if nothing else differs.
_DERIVED = frozenset({"page_id", "text_hash", "published_utc", "modified_utc"})
DIFFERING = ("changed", "rejected", "accepted", "reason")


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
        fate = _fate(before[1], made)
        if fate == "failed" and is_page_pruned(conn, result.page_id):
            fate = "pruned"  # after it was selected
        self.fates[fate] += 1
        if fate in DIFFERING or fate == "failed":
            url, source = _url_and_source(conn, result.page_id)
            if fate != "failed":
                self.sources[source] += 1
                self._compare(result.page_id, url, before[1], made)
            elif len(self.failed) < FAILED_NAMED:
                failure = ExtractionFailure(
                    page_id=result.page_id, url=url, reason=made.reason or "", detail=made.detail or ""
                )
                self.failed.append(failure)

    def _compare(self, page_id: int, url: str, before: StoredOutcome, made: StoredOutcome) -> None:
        old, new = _fields(before), _fields(made)
        names = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
        if "rejected" in names:
            names = {"rejected"}  # every other field comes or goes with it
        for name in names - _DERIVED or names:
            self.fields[name] += 1
            samples = self.samples.setdefault(name, [])
            if len(samples) < SAMPLES:
                samples.append(FieldChange(page_id=page_id, url=url, before=old.get(name), after=new.get(name)))


def _fate(before: StoredOutcome, made: StoredOutcome) -> str:
    if breaks_extraction(before, made):
        return "failed"
    if before == made:
        return "same"
    if before.reason and made.reason:
        return "reason"
    return "rejected" if made.reason else "accepted" if before.reason else "changed"


def _fields(made: StoredOutcome) -> dict[str, str]:
    if made.reason:
        return {"rejected": made.reason} | ({"detail": made.detail} if made.detail else {})
    values = {name: str(value) for name, value in made.article.items()}
    for role, _, name in made.credits:
        values[role] = f"{values[role]}, {name}" if role in values else name
    return values


def _url_and_source(conn: sqlite3.Connection, page_id: int) -> tuple[str, str]:
    """The address of a page and the name of its source."""
    sql = "SELECT p.url, s.name FROM pages p JOIN sources s ON s.id = p.source_id WHERE p.id = ?"
    url, source = conn.execute(sql, (page_id,)).fetchone()
    return url, source
