"""What two wordings of a sentence say differently: negations, opposites, hedges, names. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from db.text.changes import pieces
from db.text.folding import fold
from db.text.substance import ChangeEvidence, Substance
from pipelines.changes.names import names_in
from pipelines.changes.words import Replacement, count_cues, count_negations, is_opposite, replacements

# Words that were only added are a further sentence from so many letters on.
_SENTENCE = 40


def differences(old: str, new: str, language: str | None, people: Iterable[str]) -> Iterator[ChangeEvidence]:
    """The kinds that differ, each with its words. `people`: names that the credits give."""
    changes = replacements(pieces(old, new))
    goes_on = all(not one.before.strip() and len(one.after) > _SENTENCE for one in changes)
    before, after = (" … ".join(text.strip() for text in texts if text.strip()) for texts in _sides(changes))
    if (not goes_on and count_negations(old, language) != count_negations(new, language)) or any(
        is_opposite(one.before, one.after) or _turns(one, language) for one in changes
    ):
        yield ChangeEvidence(kind=Substance.NEGATIONS, before=before, after=after)
    hedges = [count_cues("hedge", text, language).total() for text in (old, new)]
    if hedges[0] != hedges[1] and not goes_on:
        yield ChangeEvidence(kind=Substance.HEDGES, before=before, after=after)
    yield from _names(old, new, language, people)


def _names(old: str, new: str, language: str | None, people: Iterable[str]) -> Iterator[ChangeEvidence]:
    """Names that are gone, with those that have come. Names that only came in are no correction."""
    first, second = (names_in(text, language, people) for text in (old, new))
    lost = sorted(name for name in first - second if fold(name) not in fold(new))
    won = sorted(name for name in second - first if fold(name) not in fold(old))
    slips = len(lost) == len(won) and all(_is_shuffled(one, other) for one, other in zip(lost, won, strict=True))
    if lost and not slips:
        yield ChangeEvidence(kind=Substance.NAMES, before=" ".join(lost), after=" ".join(won))


def _sides(changes: list[Replacement]) -> tuple[list[str], list[str]]:
    return [one.before for one in changes], [one.after for one in changes]


def _turns(one: Replacement, language: str | None) -> bool:
    """Whether a word of rising stands in place of one of falling, or the other way round."""
    ups, downs = (
        [count_cues(kind, text, language).total() for text in (one.before, one.after)] for kind in ("rise", "fall")
    )
    return bool((ups[0] and downs[1] and not ups[1]) or (downs[0] and ups[1] and not downs[1]))


def _is_shuffled(one: str, other: str) -> bool:
    return sorted(fold(one)) == sorted(fold(other))
