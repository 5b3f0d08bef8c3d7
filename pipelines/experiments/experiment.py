"""Extracting again as an experiment: a sample of stored pages, their stored outcomes and their new ones, source by source.

    sample (`db.store.extraction.page_sample`) ──> executor ──> Experiment.add:
                                                                tally of the source, examples of both sides, scores by labels

Nothing is written. The memory taken depends on the number of sources and of examples, not on that of pages.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

from db.config.loss_limits import ARTICLES, LossLimits
from db.store.extraction.extractions import is_page_pruned, load_outcome
from db.store.extraction.pages import page_origin
from pipelines.experiments.label_scores import Label, LabelScores
from pipelines.processing.gates import LimitExceeded, SourceTally, exceeded
from pipelines.processing.outcome_changes import DIFFERING, OutcomeComparison, outcome_as_stored
from pipelines.processing.page_worker import ExtractionResult

EXAMPLES = 2
"""Examples kept for each effect on each field of a source."""
EXAMPLES_IN_ALL = 5000
"""Examples kept in all: those of 200 sources with all their fields. They hold whole texts, some 5 KB each."""
_OF_ARTICLES = {"rejected": "lost", "accepted": "gained", "reason": "changed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldExample:
    """A field of one page on both sides; None if empty. `effect` is gained, lost or changed."""

    page_id: int
    url: str
    field: str
    effect: str
    stored: str | None
    new: str | None


@dataclass(slots=True, kw_only=True)
class SourceResult:
    """What the experiment shows of one source, which has `of` pages that could be in the sample."""

    name: str
    of: int
    tally: SourceTally = field(default_factory=SourceTally)
    examples: list[FieldExample] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    """Address and reason of pages that crash or take too long now."""

    def keep_examples(self, page_id: int, url: str, compared: OutcomeComparison) -> int:
        """Keep the differences of a page as examples, where there are not enough of their kind; returns how many were kept."""
        before = len(self.examples)
        for one in compared.of_article:
            name, effect = one.article_field, one.effect.value
            if compared.fate in _OF_ARTICLES:
                name, effect = ARTICLES, _OF_ARTICLES[compared.fate]
            if sum((example.field, example.effect) == (name, effect) for example in self.examples) < EXAMPLES:
                self.examples.append(
                    FieldExample(page_id=page_id, url=url, field=name, effect=effect, stored=one.before, new=one.after)
                )
        return len(self.examples) - before

    def exceeded(self, limits: LossLimits) -> tuple[LimitExceeded, ...]:
        """The limits that the sample exceeds."""
        return exceeded(self.tally, limits)


@dataclass(slots=True, kw_only=True)
class Experiment:
    """The results by source id. `labels` are by the key of an address, `keys` the keys of the pages that have a label."""

    sources: Mapping[int, SourceResult]
    labels: Mapping[str, Label] = field(default_factory=dict)
    keys: Mapping[int, str] = field(default_factory=dict)
    stored_scores: LabelScores = field(default_factory=LabelScores)
    new_scores: LabelScores = field(default_factory=LabelScores)
    pruned: int = 0
    _examples: int = 0

    @property
    def pages(self) -> int:
        """Pages compared."""
        return sum(source.tally.pages for source in self.sources.values())

    @property
    def differing(self) -> int:
        """Pages whose rows would be replaced."""
        return sum(source.tally.differing for source in self.sources.values())

    def add(self, conn: sqlite3.Connection, result: ExtractionResult) -> None:
        """Compare a result with the stored outcome. A page that was pruned meanwhile is counted as such."""
        before, made = load_outcome(conn, result.page_id), outcome_as_stored(result)
        if before is None or is_page_pruned(conn, result.page_id):
            self.pruned += 1
            return
        origin = page_origin(conn, result.page_id)
        source = self.sources[origin.source_id]
        compared = source.tally.add(before[1], made)
        if compared.fate in DIFFERING:
            if self._examples < EXAMPLES_IN_ALL:
                self._examples += source.keep_examples(result.page_id, origin.url, compared)
        elif compared.fate == "failed" and len(source.failed) < EXAMPLES:
            source.failed.append((origin.url, made.reason or ""))
        if (key := self.keys.get(result.page_id)) is not None:
            self.stored_scores.add(self.labels[key], before[1])
            self.new_scores.add(self.labels[key], made)
