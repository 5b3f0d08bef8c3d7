"""Site rules tried on stored pages before they hold: what each rule finds, month by month, and which fields change.

    page ──> worker process: extract by the rules at hand, extract by the new ones, what each selector finds ──> RuleTrial.add

The pages of a site are compared with what the rules at hand make of them with the code at hand, so that only what the file changes
is shown. Where the stored outcome is just that, it is used.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from db.connection.database import open_readonly
from db.site_rules.loader import FieldRule, RuleFile, Site, Sites, sites_of
from db.store.extraction.extractions import StoredOutcome
from db.store.extraction.pages import load_page
from pipelines.experiments.experiment import SourceResult
from pipelines.processing.outcome_changes import DIFFERING, outcome_as_stored
from pipelines.processing.page_worker import ExtractionResult, extract_known_page, extract_stored

_MONTH = 7
"""Characters of a month in ISO 8601."""
_FOUND = 200
"""Characters kept of what a rule finds."""
MISSES = 3
"""Pages listed on which a rule found nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialTask:
    """A page to try. `fresh`: its stored outcome is what the rules at hand make of it."""

    page_id: int
    fresh: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTrial:
    """A page under the new rules, and under those at hand unless it was fresh; what each rule found; when it was fetched."""

    new: ExtractionResult
    old: ExtractionResult | None
    found: tuple[str | None, ...]
    fetched_month: str


_workers: dict[int, tuple[TryRules, sqlite3.Connection]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class TryRules:
    """Tries rules in a worker process (`pipelines.processing.worker_pool.Worker`)."""

    database: Path
    current: Sites
    new: Sites
    rules: tuple[FieldRule, ...]
    name: str = "page"
    preload: tuple[str, ...] = ("pipelines.experiments.rule_trial", "pipelines.extraction.extract")

    def init_worker(self) -> Callable[[TrialTask], PageTrial]:
        """Open the database; returns the function that tries a page."""
        _workers[os.getpid()] = (self, open_readonly(self.database))
        return try_page

    def run_known_task(self) -> None:
        """See `extract_known_page`."""
        extract_known_page()


def try_page(task: TrialTask) -> PageTrial:
    """Try one page, in a process that `TryRules.init_worker` has prepared."""
    from pipelines.extraction.encoding import decode
    from pipelines.extraction.site_rules import rule_finds

    trial, conn = _workers[os.getpid()]
    page = load_page(conn, task.page_id)
    decoded = decode(page.body, page.content_type, page.address)
    found = rule_finds(decoded.text, trial.rules) if decoded else (None,) * len(trial.rules)
    return PageTrial(
        new=extract_stored(conn, trial.new, task.page_id),
        old=None if task.fresh else extract_stored(conn, trial.current, task.page_id),
        found=tuple(text and text[:_FOUND] for text in found),
        fetched_month=page.fetched_at.isoformat()[:_MONTH] if page.fetched_at else "",
    )


def with_rules(current: Sites, file: RuleFile, site: Site) -> Sites:
    """The rules at hand with a file in place of the one of its name, and of those that claim its hosts."""

    def stays(other: RuleFile) -> bool:
        claimed = sites_of([other]).by_host
        return other.name != file.name and not any(host in claimed for host in site.hosts)

    return sites_of([*filter(stays, current.files), file])


@dataclass(slots=True, kw_only=True)
class RuleResult:
    """What one rule found: pages with a hit and all pages, by month; an example; addresses of pages where it found nothing."""

    rule: FieldRule
    hits: Counter[str] = field(default_factory=Counter)
    pages: Counter[str] = field(default_factory=Counter)
    example: str | None = None
    missed: list[str] = field(default_factory=list)

    def add(self, url: str, month: str, found: str | None) -> None:
        """Count a page."""
        self.pages[month] += 1
        if found is not None:
            self.hits[month] += 1
            self.example = self.example or found
        elif len(self.missed) < MISSES:
            self.missed.append(url)

    @property
    def ends(self) -> str | None:
        """The month from which it finds nothing any more: the first day of that serves as `until`. None if it finds to the end,
        or nothing at all."""
        after = [month for month in sorted(self.pages) if self.hits and month > max(self.hits)]
        return after[0] if after else None


@dataclass(slots=True, kw_only=True)
class RuleTrial:
    """All that a trial shows, streamed."""

    rules: Sequence[RuleResult]
    result: SourceResult
    failed: list[tuple[str, str]] = field(default_factory=list)
    """Addresses of pages that could not be tried, and why."""

    def add(self, url: str, trial: PageTrial, stored: StoredOutcome) -> None:
        """Count a page. `stored` is its outcome in the database."""
        made = outcome_as_stored(trial.new)
        compared = self.result.tally.add(stored if trial.old is None else outcome_as_stored(trial.old), made)
        if compared.fate in DIFFERING:
            self.result.keep_examples(trial.new.page_id, url, compared)
        if made.article:  # a rule of fields is for articles
            month = str(made.article.get("published") or trial.fetched_month)[:_MONTH]
            for result, found in zip(self.rules, trial.found, strict=True):
                result.add(url, month, found)
