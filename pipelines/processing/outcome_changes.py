"""What differs between two outcomes of one page, field by field. Pure: two outcomes in, their comparison out.

Each page has one fate, the same that re-extraction would give it (`pipelines.processing.reextract`):

    same       nothing differs                         rejected   an article that would become a rejection
    changed    an article of which fields differ       accepted   a rejection that would become an article
    reason     rejected for another reason, or the     failed     crashed or too slow: the stored outcome would stay
               same with another detail

Each field that differs is gained, lost or changed, by how much of it there is: names of authors, words of the text, one of a title.
Preview, experiment, gates and trials of site rules all count with this module.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from db.config.loss_limits import LIMITED_FIELDS
from db.models import Article, Reason
from db.store.extraction.extractions import StoredOutcome
from db.store.extraction.outcomes import article_row, credit_rows
from pipelines.extraction.text.word_count import words_of
from pipelines.processing.page_worker import ExtractionResult

DIFFERING = ("changed", "rejected", "accepted", "reason")
"""Fates of pages whose rows would be replaced."""
# Fields derived from others (hashes, the same moment in another form): reported only if nothing else differs.
_DERIVED = frozenset({"page_id", "text_hash", "published_utc", "modified_utc"})
_BREAKING = frozenset({Reason.CRASHED.value, Reason.TOO_SLOW.value})
_ROLES = {"author": "authors", "editor": "editors", "proofreader": "proofreaders"}
_LISTS = frozenset({"tags", "images"})


class Effect(StrEnum):
    """What becomes of a field: there is more of it, less, or as much but something else."""

    GAINED = "gained"
    LOST = "lost"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDifference:
    """A field of one page that differs; a value is None if empty.

    `lost` is how much of it is gone: of the text the words that are not there any more, of names, tags and images by how many
    there are fewer, of any other field 1 where it is empty now.
    """

    field: str
    before: str | None
    after: str | None
    effect: Effect
    lost: int = 0

    @property
    def article_field(self) -> str:
        """The name of the field in an article: `authors`, where the rows say `author`."""
        return _ROLES.get(self.field, self.field)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeComparison:
    """Two outcomes of a page: its fate, and every field that differs."""

    fate: str
    differences: tuple[FieldDifference, ...] = ()

    @property
    def reported(self) -> tuple[FieldDifference, ...]:
        """The differences without those of derived fields, unless there are no others."""
        return tuple(one for one in self.differences if one.field not in _DERIVED) or self.differences

    @property
    def of_article(self) -> tuple[FieldDifference, ...]:
        """The differences of what a reader sees of an article; all where only something else differs, such as the provenance."""
        return tuple(one for one in self.differences if one.article_field in LIMITED_FIELDS) or self.reported


def outcome_as_stored(result: ExtractionResult) -> StoredOutcome:
    """The rows that a result would be stored as."""
    if isinstance(result.outcome, Article):
        assert result.fingerprint is not None
        row = article_row(result.page_id, result.address or "", result.outcome, result.fingerprint)
        article = {name: value for name, value in row.items() if value is not None}
        credits = tuple(sorted(credit_rows(result.outcome)))
        return StoredOutcome(reason=None, detail=None, article=article, credits=credits)
    return StoredOutcome(reason=result.outcome.reason.value, detail=result.outcome.detail or None)


def breaks_extraction(before: StoredOutcome, made: StoredOutcome) -> bool:
    """Whether the page crashes extraction, or takes too long, and did not before: its stored outcome is kept."""
    return made.reason in _BREAKING and before.reason not in _BREAKING


def compare_outcomes(before: StoredOutcome, made: StoredOutcome) -> OutcomeComparison:
    """Compare the stored outcome of a page with a new one."""
    fate = _fate(before, made)
    if fate not in DIFFERING:
        return OutcomeComparison(fate=fate)
    old, new = _fields(before), _fields(made)
    names = [name for name in dict.fromkeys((*old, *new)) if old.get(name) != new.get(name)]
    if "rejected" in names:
        names = ["rejected"]  # every other field comes or goes with it
    return OutcomeComparison(
        fate=fate, differences=tuple(_difference(name, old.get(name), new.get(name), before, made) for name in names)
    )


def field_amounts(outcome: StoredOutcome) -> Mapping[str, int]:
    """How much of each field an article has, in the units of `FieldDifference.lost`; empty for a rejection."""
    if not outcome.article:
        return {}
    amounts = {name: _amount(name, value, outcome) for name, value in outcome.article.items() if name in LIMITED_FIELDS}
    for role, _, _ in outcome.credits:
        amounts[_ROLES[role]] = amounts.get(_ROLES[role], 0) + 1
    return amounts


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


def _difference(
    name: str, old: str | None, new: str | None, before: StoredOutcome, made: StoredOutcome
) -> FieldDifference:
    if name == "text":
        gone, come = _changed_words(old or "", new or "")
        return FieldDifference(field=name, before=old, after=new, effect=_effect(gone, come), lost=gone)
    field = _ROLES.get(name, name)
    had, has = (_amount_of(field, outcome, value) for outcome, value in ((before, old), (made, new)))
    return FieldDifference(field=name, before=old, after=new, effect=_effect(had, has), lost=max(0, had - has))


def _amount_of(field: str, outcome: StoredOutcome, value: str | None) -> int:
    """How much of a field an outcome has; one of what is no field of an article, such as the reason of a rejection."""
    return field_amounts(outcome).get(field, 0) if field in LIMITED_FIELDS else int(value is not None)


def _amount(name: str, value: object, outcome: StoredOutcome) -> int:
    if name == "text":
        return int(str(outcome.article.get("word_count", 0)))
    if name in _LISTS:
        return 0 if value == "[]" else len(json.loads(str(value)))
    # Whether an article is paywalled is 0 or 1; a count of comments is there, whatever it is.
    return int(bool(value)) if name == "paywalled" else 1


def _effect(had: int, has: int) -> Effect:
    """The effect on a field that differs."""
    return Effect.LOST if has < had else Effect.GAINED if has > had else Effect.CHANGED


def _changed_words(old: str, new: str) -> tuple[int, int]:
    """How many words of a text are gone, and how many have come, wherever they stand."""
    had, has = Counter(words_of(old)), Counter(words_of(new))
    return (had - has).total(), (has - had).total()
