"""Printed names as they are compared: "SMITH, Jane", "J. Smith", 弗拉基米尔·普京, 本报记者王小明. Pure.

    name ──> NameForm ──> keys        what names that may be alike have in common, for an index
                     └──> compare     how two names are alike, if they are

Case, accents, spaces, dots and the form of Chinese characters do not count. Names of one family name with fitting initials are
alike, names in another order, names with and without a middle name, and names with something stuck to them, which is a duty, an
outlet or another family name: whoever asks decides which (`db.people.evidence`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from db.text.folding import fold

MAX_NAME = 120
"""Characters of a name that count: longer ones are sentences."""
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_APOSTROPHE = re.compile(r"(?<=\w)['’ʼ`´](?=\w)")
_BREAK = re.compile(r"[\W_]+")
# Of an unspaced name with something stuck to it, the name itself: 王明 to 欧阳小明.
_STUCK_FROM, _NAME_LENGTHS = 5, (2, 3, 4)
_MOST_TOKENS = 8


class NameLikeness(StrEnum):
    """How two names are alike."""

    SAME = "same"
    ORDER = "order"
    INITIALS = "initials"
    MIDDLE = "middle"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True, kw_only=True)
class NameForm:
    """A name made ready: its words, folded, or for names written without spaces all its letters as one word."""

    words: tuple[str, ...]
    is_unspaced: bool

    @property
    def letters(self) -> str:
        """All letters in a row."""
        return "".join(self.words)

    @property
    def keys(self) -> frozenset[str]:
        """What it shares with names that may be alike."""
        return frozenset(_unspaced_keys(self.letters) if self.is_unspaced else _spaced_keys(self.words))


@dataclass(frozen=True, slots=True, kw_only=True)
class AlikeNames:
    """Two names that are alike, and what one of them has that the other has not: middle names, or what is stuck to it."""

    how: NameLikeness
    extra: str = ""


def name_form(name: str) -> NameForm:
    """A printed name made ready. It has no words if it has no letters."""
    text = fold(_APOSTROPHE.sub("", name[:MAX_NAME]))
    words = tuple(word for word in _BREAK.split(text) if word)
    if _UNSPACED.search(text):
        return NameForm(words=("".join(words),), is_unspaced=True)
    return NameForm(words=words[:_MOST_TOKENS], is_unspaced=False)


def compare_names_of(one: NameForm, other: NameForm) -> AlikeNames | None:
    """How two different printed names are alike; None if they are not."""
    if not one.letters or not other.letters:
        return None
    if one.letters == other.letters:
        return AlikeNames(how=NameLikeness.SAME)
    if one.is_unspaced or other.is_unspaced:
        return _stuck_unspaced(one.letters, other.letters) if one.is_unspaced and other.is_unspaced else None
    if min(len(one.words), len(other.words)) < 2:
        return None
    if sorted(one.words) == sorted(other.words):
        return AlikeNames(how=NameLikeness.ORDER)
    short, long = sorted((one.words, other.words), key=len)
    return _stuck(short, long) or _by_given_names(short, long)


def _by_given_names(short: tuple[str, ...], long: tuple[str, ...]) -> AlikeNames | None:
    """Names with one family name, last or first, whose given names fit."""
    for first in (short, (*short[1:], short[0])):
        for second in (long, (*long[1:], long[0])):
            if first[-1] != second[-1] or len(first[-1]) < 2:
                continue
            given, others = first[:-1], second[:-1]
            if not all(_fits(a, b) for a, b in zip(given, others, strict=False)):
                continue
            extra = " ".join(others[len(given) :])
            whole = all(a == b for a, b in zip(given, others, strict=False))
            return AlikeNames(how=NameLikeness.MIDDLE if whole else NameLikeness.INITIALS, extra=extra)
    return None


def _fits(one: str, other: str) -> bool:
    return one == other or (min(len(one), len(other)) == 1 and one[0] == other[0])


def _stuck(short: tuple[str, ...], long: tuple[str, ...]) -> AlikeNames | None:
    if long[: len(short)] == short:
        return AlikeNames(how=NameLikeness.STUCK, extra=" ".join(long[len(short) :]))
    if long[-len(short) :] == short:
        return AlikeNames(how=NameLikeness.STUCK, extra=" ".join(long[: -len(short)]))
    return None


def _stuck_unspaced(one: str, other: str) -> AlikeNames | None:
    short, long = sorted((one, other), key=len)
    if len(short) not in _NAME_LENGTHS or len(long) < _STUCK_FROM:
        return None
    if long.startswith(short):
        return AlikeNames(how=NameLikeness.STUCK, extra=long[len(short) :])
    return AlikeNames(how=NameLikeness.STUCK, extra=long[: -len(short)]) if long.endswith(short) else None


def _spaced_keys(words: tuple[str, ...]) -> Iterator[str]:
    if not words:
        return
    yield f"={''.join(words)}"
    if len(words) < 2:
        return
    yield f"+{' '.join(sorted(words))}"
    for given, family in ((words[0], words[-1]), words[:2], words[-2:]):
        # Either may be the family name, if it is no initial.
        yield from (f"~{name} {initial[0]}" for name, initial in ((family, given), (given, family)) if len(name) > 1)


def _unspaced_keys(letters: str) -> Iterator[str]:
    yield f"={letters}"
    if len(letters) >= _STUCK_FROM:
        for length in _NAME_LENGTHS:
            yield f"={letters[:length]}"
            yield f"={letters[-length:]}"
