"""What a source would gain and lose by extracting its pages again, and whether its gate lets that pass. Pure, and streamed: a tally
takes one page after the other, and its size does not depend on their number.

    tally.add(stored outcome, new outcome) ... ──> exceeded(tally, limits): the fields of which too much would be lost
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from db.config.loss_limits import ARTICLES, LossLimits
from db.store.extraction.extractions import StoredOutcome
from pipelines.processing.outcome_changes import (
    DIFFERING,
    Effect,
    OutcomeComparison,
    compare_outcomes,
    field_amounts,
)


@dataclass(slots=True, kw_only=True)
class FieldTally:
    """One field over the pages of a source.

    `gained`, `lost` and `changed` are pages. `held` is how much of the field is stored, `lost_amount` how much of that is gone in
    articles that stay articles, and `rejected_amount` how much would go with articles whose pages would be rejected; their unit is
    that of `pipelines.processing.outcome_changes.field_amounts`.
    """

    gained: int = 0
    lost: int = 0
    changed: int = 0
    held: int = 0
    lost_amount: int = 0
    rejected_amount: int = 0

    @property
    def lost_share(self) -> float:
        """The share of what is held that would be lost, from 0 to 1."""
        return (self.lost_amount + self.rejected_amount) / self.held if self.held else 0.0

    @property
    def pages(self) -> int:
        """Pages on which the field differs."""
        return self.gained + self.lost + self.changed


@dataclass(slots=True, kw_only=True)
class SourceTally:
    """Pages by fate, and each field that is held or differs. The field `articles` stands for the articles themselves."""

    fates: Counter[str] = field(default_factory=Counter)
    fields: dict[str, FieldTally] = field(default_factory=dict)

    def add(self, before: StoredOutcome, made: StoredOutcome) -> OutcomeComparison:
        """Count a page. Returns its comparison."""
        compared = compare_outcomes(before, made)
        self.fates[compared.fate] += 1
        held = field_amounts(before)
        for name, amount in held.items():
            if amount:
                self._field(name).held += amount
        articles = self._field(ARTICLES)
        articles.held += bool(held)
        if compared.fate == "rejected":
            articles.lost += 1
            articles.lost_amount += 1
            for name, amount in held.items():
                self._field(name).rejected_amount += amount
        elif compared.fate == "accepted":
            articles.gained += 1
        elif compared.fate == "changed":
            for one in compared.of_article:
                tally = self._field(one.article_field)
                tally.lost_amount += one.lost
                tally.gained += one.effect is Effect.GAINED
                tally.lost += one.effect is Effect.LOST
                tally.changed += one.effect is Effect.CHANGED
        return compared

    def _field(self, name: str) -> FieldTally:
        return self.fields.setdefault(name, FieldTally())

    @property
    def pages(self) -> int:
        """All pages counted."""
        return sum(self.fates.values())

    @property
    def differing(self) -> int:
        """Pages whose rows would be replaced."""
        return sum(self.fates[fate] for fate in DIFFERING)

    @property
    def verdict(self) -> str:
        """What extracting again does to the source: `better`, `worse` or `mixed` by what is gained and lost.

        `changed` where nothing is either, and `same` where nothing differs.
        """
        gains = any(tally.gained for tally in self.fields.values())
        loses = any(tally.lost for tally in self.fields.values())
        if gains or loses:
            return "mixed" if gains and loses else "better" if gains else "worse"
        return "changed" if self.differing else "same"

    def as_dict(self) -> dict[str, Any]:
        """As JSON; `from_dict` is the reverse."""
        return {"fates": dict(self.fates), "fields": {name: asdict(tally) for name, tally in self.fields.items()}}

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> SourceTally:
        """The tally that `as_dict` gave."""
        return SourceTally(
            fates=Counter(values.get("fates", {})),
            fields={name: FieldTally(**tally) for name, tally in values.get("fields", {}).items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitExceeded:
    """A field of which a source would lose more than its limit allows: `lost` of `held`."""

    field: str
    lost: int
    held: int
    limit: float

    def __str__(self) -> str:
        unit = {"text": " words"}.get(self.field, "")
        share, limit = _percent(self.lost / self.held), _percent(self.limit)
        return f"{self.field}: {self.lost} of {self.held}{unit} lost, {share}; at most {limit}"


def _percent(share: float) -> str:
    return f"{share * 100:.4g} %"


def exceeded(tally: SourceTally, limits: LossLimits) -> tuple[LimitExceeded, ...]:
    """The limits that a source would exceed. Empty: its gate lets it pass."""
    return tuple(
        LimitExceeded(field=name, lost=one.lost_amount + one.rejected_amount, held=one.held, limit=limit)
        for name, limit in limits.shares
        if (one := tally.fields.get(name)) is not None and one.lost_share > limit
    )
