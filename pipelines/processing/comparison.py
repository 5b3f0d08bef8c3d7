"""What extracting again would change, field by field: counts, and samples of before and after. Nothing is written.

Each page has one fate, the same that the extraction itself would give it (`pipelines.processing.reextract`):

    same       nothing differs                         rejected   an article that would be none any more
    changed    an article of which fields differ       accepted   a rejected page that would be an article
    reason     rejected for another reason, or the     failed     crashed or too slow: what is held would stay
               same in other words                     pruned     its body is gone: it stays as it is
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass, field

from db.store.extractions import StoredOutcome, is_page_pruned, load_outcome
from pipelines.processing.page_worker import ExtractionResult
from pipelines.processing.reextract import breaks_extraction, outcome_as_stored

SAMPLES = 5
# Pages that would fail are named, up to so many.
FAILED_NAMED = 100
# What follows from other fields (hashes, the same moment in another form): named only where nothing else differs.
_FOLLOWS = frozenset({"page_id", "text_hash", "published_utc", "modified_utc"})
DIFFERING = ("changed", "rejected", "accepted", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A field of one page before and after, None where it is empty."""

    page_id: int
    url: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractionFailure:
    """A page that the new extraction cannot read."""

    page_id: int
    url: str
    reason: str
    detail: str


@dataclass(slots=True, kw_only=True)
class OutcomeDifferences:
    """Pages by fate, by source those that differ, by field those where it does; samples of each field; pages that fail."""

    fates: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[FieldChange]] = field(default_factory=dict)
    failed: list[ExtractionFailure] = field(default_factory=list)

    @property
    def pages(self) -> int:
        """How many pages were looked at, pruned ones among them."""
        return sum(self.fates.values())

    @property
    def differing(self) -> int:
        """How many would be written anew."""
        return sum(self.fates[fate] for fate in DIFFERING)

    def add(self, conn: sqlite3.Connection, reading: ExtractionResult) -> None:
        """Compare one reading with what is held. A page that has no outcome any more is passed over."""
        before, made = load_outcome(conn, reading.page_id), outcome_as_stored(reading)
        if before is None:
            return
        fate = _fate(before[1], made)
        if fate == "failed" and is_page_pruned(conn, reading.page_id):
            fate = "pruned"  # since it was selected
        self.fates[fate] += 1
        if fate in DIFFERING or fate == "failed":
            url, source = _place(conn, reading.page_id)
            if fate != "failed":
                self.sources[source] += 1
                self._compare(reading.page_id, url, before[1], made)
            elif len(self.failed) < FAILED_NAMED:
                told = ExtractionFailure(
                    page_id=reading.page_id, url=url, reason=made.reason or "", detail=made.detail or ""
                )
                self.failed.append(told)

    def _compare(self, page_id: int, url: str, before: StoredOutcome, made: StoredOutcome) -> None:
        old, new = _fields(before), _fields(made)
        names = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
        if "rejected" in names:
            names = {"rejected"}  # every other field comes or goes with it
        for name in names - _FOLLOWS or names:
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


def _place(conn: sqlite3.Connection, page_id: int) -> tuple[str, str]:
    """Where a page was found, and the name of its source."""
    sql = "SELECT p.url, s.name FROM pages p JOIN sources s ON s.id = p.source_id WHERE p.id = ?"
    url, source = conn.execute(sql, (page_id,)).fetchone()
    return url, source
