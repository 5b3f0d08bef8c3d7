"""What a revision changed, in kinds that matter and kinds that do not, with what shows it. `pipelines.changes` judges it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

from db.text.changes import ChangedWords, ChangeKind

MATTERS = 1.0
"""The least score of a revision that matters."""


class Substance(StrEnum):
    """What matters, in the order in which it is told."""

    NOTICE = "notice"
    """The page now says that it was corrected."""
    NUMBERS = "numbers"
    """A number, an amount, a date or a unit became another, or is gone."""
    NEGATIONS = "negations"
    """A negation came or went, or a word became its opposite."""
    HEDGES = "hedges"
    """What was said to be so is said to be alleged or probable, or the other way round."""
    NAMES = "names"
    HEADLINE = "headline"
    CREDITS = "credits"
    """Authors, editors, proofreaders, the outlet or the original source."""
    PUBLISHED = "published"
    """The page states another time of publication."""
    REMOVED = "removed"
    """Whole paragraphs are gone."""
    ADDED = "added"
    """Whole paragraphs have come."""
    WORDING = "wording"
    """Other words without any of that. Matters only if they are many."""


class Noise(StrEnum):
    """What does not matter."""

    TYPO = "typo"
    TYPOGRAPHY = "typography"
    """Space, punctuation, quotation marks, case, accents, simplified and traditional characters."""
    MOVED = "moved"
    """The same paragraph at another place."""
    LIVE = "live"
    """A running report: paragraphs are only added at its top or bottom."""
    COUNTER = "counter"
    """Counters and time stamps."""
    READ_MORE = "read_more"
    """Lines that lead elsewhere."""
    EDITION = "edition"
    """The next text of an address that has a new one each day, week or year."""
    ANOTHER = "another"
    """Another article in place of the one before, or that one again in its place."""
    TIME_STATED = "time_stated"
    """A time of publication, where none was stated."""
    PAYWALL = "paywall"
    """The rest of a text of which only the beginning was shown to those who do not pay."""
    EXTRACTION = "extraction"
    """Both pages say both: what was read from them changed, not what they say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEvidence:
    """What shows a kind: the words before and after, each empty if there were none."""

    kind: Substance
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A paragraph or field in which something that matters changed, with the kinds; the words around it may be cut."""

    kinds: tuple[str, ...]
    pieces: tuple[ChangedWords, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeJudgement:
    """What a revision changed. `score`: from 0, what matters has `MATTERS` at least."""

    score: float
    kinds: tuple[Substance, ...] = ()
    noise: tuple[Noise, ...] = ()
    evidence: tuple[ChangeEvidence, ...] = ()
    passages: tuple[Passage, ...] = ()

    @property
    def matters(self) -> bool:
        """Whether anything of substance changed."""
        return self.score >= MATTERS


_SIGNS = {ChangeKind.UNCHANGED: " ", ChangeKind.GONE: "-", ChangeKind.COME: "+"}
_OF_SIGN = {sign: kind for kind, sign in _SIGNS.items()}


def pack_passages(passages: tuple[Passage, ...]) -> str:
    """Passages as JSON: [[kinds, [sign and text, ...]], ...], with the signs of a diff."""
    packed = [[list(one.kinds), [_SIGNS[piece.kind] + piece.text for piece in one.pieces]] for one in passages]
    return json.dumps(packed, ensure_ascii=False)


def unpack_passages(text: str) -> tuple[Passage, ...]:
    """The passages of such JSON."""
    return tuple(
        Passage(
            kinds=tuple(kinds),
            pieces=tuple(ChangedWords(kind=_OF_SIGN[piece[0]], text=piece[1:]) for piece in pieces),
        )
        for kinds, pieces in json.loads(text)
    )


def pack_evidence(evidence: tuple[ChangeEvidence, ...]) -> str:
    """Evidence as JSON: [[kind, before, after], ...]."""
    return json.dumps([[one.kind.value, one.before, one.after] for one in evidence], ensure_ascii=False)


def unpack_evidence(text: str) -> tuple[ChangeEvidence, ...]:
    """The evidence of such JSON."""
    return tuple(
        ChangeEvidence(kind=Substance(kind), before=before, after=after) for kind, before, after in json.loads(text)
    )
