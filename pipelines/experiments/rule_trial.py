"""Site rules tried on stored pages before they hold: what each rule finds, month by month, and which fields change.

    page ──> worker process: extract by the rules at hand, extract by the new ones, what each selector finds ──> RuleTrial.add
                             extract by the new ones without what they remove ──> what that takes of the text

The pages of a site are compared with what the rules at hand make of them with the code at hand, so that only what the file changes
is shown. Where the stored outcome is just that, it is used.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

from db.connection.database import open_readonly
from db.models import Article
from db.site_rules.loader import FieldRule, RemoveRule, RuleFile, Site, Sites, sites_of
from db.store.extraction.extractions import StoredOutcome
from db.store.extraction.pages import load_page
from db.text.list_marks import without_list_mark
from pipelines.experiments.experiment import SourceResult
from pipelines.processing.outcome_changes import DIFFERING, outcome_as_stored
from pipelines.processing.page_worker import ExtractionResult, extract_known_page, extract_stored
from pipelines.urls import path_and_query

_MONTH = 7
"""Characters of a month in ISO 8601."""
_FOUND = 200
"""Characters kept of what a rule finds."""
SMALL_REST = 0.5
"""The part of a text below which rules have removed too much: furniture is shorter than the articles that it stands in."""
MISSES = 3
"""Pages listed on which a rule found nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialTask:
    """A page to try. `fresh`: its stored outcome is what the trial is compared with, not what the rules at hand make of it."""

    page_id: int
    fresh: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What a rule takes out of a page: the beginning of it as text, and how many words of the article's text are in it."""

    text: str
    words: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTrial:
    """A page under the new rules, and under those at hand unless it was fresh; what each rule found; when it was fetched.

    `removed`: what each rule that removes something found. `words_whole`: the words of the text if nothing were removed; None if
    the page is no article even then, or no rule found anything.
    """

    new: ExtractionResult
    old: ExtractionResult | None
    found: tuple[str | None, ...]
    removed: tuple[Removed | None, ...]
    words_whole: int | None
    fetched_month: str


_workers: dict[int, tuple[TryRules, sqlite3.Connection]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class TryRules:
    """Tries rules in a worker process (`pipelines.processing.worker_pool.Worker`)."""

    database: Path
    current: Sites
    new: Sites
    site: Site
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
    fields, remove = trial.site.fields, trial.site.remove
    found = rule_finds(decoded.text, fields, page.address) if decoded else (None,) * len(fields)
    whole = _read_whole(conn, trial, task.page_id) if remove else None
    removed = _removals(decoded.text if decoded else "", remove, whole)
    return PageTrial(
        new=extract_stored(conn, trial.new, task.page_id),
        removed=removed,
        words_whole=whole.word_count if whole and any(removed) else None,
        old=None if task.fresh else extract_stored(conn, trial.current, task.page_id),
        found=tuple(text and text[:_FOUND] for text in found),
        fetched_month=page.fetched_at.isoformat()[:_MONTH] if page.fetched_at else "",
    )


def _read_whole(conn: sqlite3.Connection, trial: TryRules, page_id: int) -> Article | None:
    """The article under the new rules without those that remove something."""
    site = replace(trial.site, remove=())
    sites = replace(trial.new, by_host=dict(trial.new.by_host) | dict.fromkeys(site.hosts, site))
    outcome = extract_stored(conn, sites, page_id).outcome
    return outcome if isinstance(outcome, Article) else None


def _removals(html: str, rules: Sequence[RemoveRule], whole: Article | None) -> tuple[Removed | None, ...]:
    """What each rule takes out of a page whose article would be `whole` without them."""
    from pipelines.extraction.page.document import parse_document
    from pipelines.extraction.removals import LineFilter, boxes_found
    from pipelines.extraction.text.word_count import count_words

    text = whole.text.split("\n") if whole else []
    document = parse_document(html) if any(rule.is_of_lines for rule in rules) else None
    # A line of credits is none of the text, and what is read from it goes with it.
    on_page = [line.text for line in document.lines] if document else []
    taken: list[Removed | None] = []
    for rule, boxes in zip(rules, boxes_found(html, rules), strict=True):
        if rule.is_of_lines:
            takes = LineFilter.of([rule]).takes
            of_text = list(filter(takes, text))
            lines = of_text or list(filter(takes, on_page))
        else:
            lines = [line for box in boxes for line in box]
            shown = set(lines)
            of_text = [line for line in text if without_list_mark(line) in shown]
        is_found = bool(boxes or lines)
        taken.append(
            Removed(text=" / ".join(lines)[:_FOUND], words=count_words("\n".join(of_text))) if is_found else None
        )
    return tuple(taken)


def with_rules(current: Sites, file: RuleFile, site: Site) -> Sites:
    """The rules at hand with a file in place of the one of its name, and of those that claim its hosts."""

    def stays(other: RuleFile) -> bool:
        claimed = sites_of([other]).by_host
        return other.name != file.name and not any(host in claimed for host in site.hosts)

    return sites_of([*filter(stays, current.files), file])


@dataclass(slots=True, kw_only=True)
class RuleResult:
    """What one rule found: pages with a hit and all pages, by month; an example; addresses of pages where it found nothing."""

    rule: FieldRule | RemoveRule
    hits: Counter[str] = field(default_factory=Counter)
    pages: Counter[str] = field(default_factory=Counter)
    example: str | None = None
    missed: list[str] = field(default_factory=list)
    unreadable: int = 0
    """Articles on which a rule for a field finds something that cannot be read as that field."""
    words: list[int] = field(default_factory=list)
    """Of a rule that removes something: the words of the text that it takes, of each page where it takes some."""

    def add(self, url: str, month: str, found: str | None) -> None:
        """Count a page."""
        self.pages[month] += 1
        if found is not None:
            self.hits[month] += 1
            self.example = self.example or found
        elif len(self.missed) < MISSES:
            self.missed.append(url)

    @property
    def median_words(self) -> int:
        """Of `words`, 0 if there are none."""
        return round(median(self.words)) if self.words else 0

    @property
    def ends(self) -> str | None:
        """The month from which it finds nothing any more: the first day of that serves as `until`. None if it finds to the end,
        or nothing at all."""
        after = [month for month in sorted(self.pages) if self.hits and month > max(self.hits)]
        return after[0] if after else None


def _is_unread(rule: FieldRule, article: Article) -> bool:
    """Whether what a rule in force found was no value of its field: then neither it nor another rule gave that."""
    return rule.until is None and not article.provenance.get(rule.field, "").startswith("site rule ")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptiedText:
    """An article of which the rules remove most of the text: its words without the rules and with them; None if it is none then."""

    url: str
    words: int
    left: int | None


@dataclass(slots=True, kw_only=True)
class RuleTrial:
    """All that a trial shows, streamed."""

    rules: Sequence[RuleResult]
    result: SourceResult
    removals: Sequence[RuleResult] = ()
    emptied: list[EmptiedText] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    """Addresses of pages that could not be tried, and why."""

    def add(self, url: str, trial: PageTrial, stored: StoredOutcome) -> None:
        """Count a page. `stored` is its outcome in the database."""
        made = outcome_as_stored(trial.new)
        compared = self.result.tally.add(stored if trial.old is None else outcome_as_stored(trial.old), made)
        if compared.fate in DIFFERING:
            self.result.keep_examples(trial.new.page_id, url, compared)
        article = trial.new.outcome if isinstance(trial.new.outcome, Article) else None
        if article is None and trial.words_whole is None:
            return  # rules are for articles
        month = str(made.article.get("published") or trial.fetched_month)[:_MONTH]
        if article is not None:
            for result, found in zip(self.rules, trial.found, strict=True):
                if isinstance(result.rule, FieldRule) and result.rule.is_for(path_and_query(url)):
                    result.add(url, month, found)
                    result.unreadable += found is not None and _is_unread(result.rule, article)
        for result, removed in zip(self.removals, trial.removed, strict=True):
            result.add(url, month, removed.text if removed else None)
            if removed and removed.words:
                result.words.append(removed.words)
        if trial.words_whole is not None:
            left = article.word_count if article else None
            if left is None or left < SMALL_REST * trial.words_whole:
                self.emptied.append(EmptiedText(url=url, words=trial.words_whole, left=left))
