"""Difference between two revisions of an article: changed fields, then paragraphs, then the words in them. Pure.

UNCHANGED    a number of paragraphs that are the same
GONE, COME   a paragraph that was removed or added
CHANGED      a reworded paragraph, as a sequence of pieces: each unchanged, gone or come
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from db.models import Article

# A number with its separators (8,6 · 15:30 · 1.200), a word, a run of whitespace, or one character of Han or kana.
_TOKEN = re.compile(
    r"[0-9]+(?:[.,:/-][0-9]+)*|[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+|\s+|.", re.DOTALL
)
# Comparing two sequences takes time by the product of their lengths, here about a second at most. What is longer, after
# what both begin and end with, is not compared in detail: the old is gone and the new has come.
_MAX_PAIRS = 4_000_000
# Two paragraphs less similar than this are a removed and an added one, not one that changed.
_MIN_SIMILARITY = 0.4
_FIELDS = ("title", "subtitle", "authors", "editors", "source", "original_source", "published")


class ChangeKind(StrEnum):
    """What happened to a piece of text or a paragraph."""

    UNCHANGED = "unchanged"
    GONE = "gone"
    COME = "come"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedWords:
    """A run of words. Never CHANGED: replaced words are one piece that is gone and one that has come."""

    kind: ChangeKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedParagraph:
    """One step through both texts. `paragraphs` counts unchanged paragraphs; otherwise it is 1."""

    kind: ChangeKind
    pieces: tuple[ChangedWords, ...] = ()
    paragraphs: int = 1

    @property
    def text(self) -> str:
        """The text of a removed or added paragraph."""
        return "".join(piece.text for piece in self.pieces)


def changed_fields(
    older: Article, newer: Article, shown: Callable[[str], str] = str
) -> list[tuple[str, list[ChangedWords]]]:
    """The fields that differ, each with its word changes. `shown` prepares a value's text for display."""
    pairs = [(name, shown(_text(getattr(older, name))), shown(_text(getattr(newer, name)))) for name in _FIELDS]
    return [(name, pieces(before, after)) for name, before, after in pairs if before != after]


def diff_paragraphs(older: str, newer: str) -> Iterator[ChangedParagraph]:
    """Changes from one text to the other, paragraph by paragraph (separated by newlines).

    Long stretches that have little in common come as removed and added paragraphs (`_MAX_PAIRS`).
    """
    old, new = older.split("\n"), newer.split("\n")
    for tag, a, b, c, d in _opcodes(old, new):
        if tag == "equal":
            yield ChangedParagraph(kind=ChangeKind.UNCHANGED, paragraphs=b - a)
        else:
            yield from _replaced(old[a:b], new[c:d])


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedPair:
    """A paragraph that differs: `before` is None if it has come, `after` if it is gone. `at`: its place in the newer text, from 0,
    or that of the next paragraph."""

    before: str | None
    after: str | None
    at: int


def changed_pairs(
    old: Sequence[str], new: Sequence[str], key: Callable[[str], str], most: int
) -> Iterator[ChangedPair]:
    """The paragraphs that differ, in order. Paragraphs of one `key` are equal.

    `most`: pairs of words, beyond which a stretch of paragraphs is not compared but all gone and come; 1,000,000 take 0.3 s.
    """
    for tag, a, b, c, d in _opcodes([key(one) for one in old], [key(one) for one in new]):
        at = c
        for before, after in _paired(old[a:b], new[c:d], most) if tag != "equal" else ():
            yield ChangedPair(before=before, after=after, at=at)
            at += after is not None


def pieces(before: str, after: str) -> list[ChangedWords]:
    """The words of both texts in order, each run marked as unchanged, gone or come."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    found = []
    for tag, a, b, c, d in _opcodes(old, new):
        if tag == "equal":
            found.append(ChangedWords(kind=ChangeKind.UNCHANGED, text="".join(old[a:b])))
            continue
        if b > a:
            found.append(ChangedWords(kind=ChangeKind.GONE, text="".join(old[a:b])))
        if d > c:
            found.append(ChangedWords(kind=ChangeKind.COME, text="".join(new[c:d])))
    return found


def _opcodes(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """The steps from one sequence to the other, as of `SequenceMatcher`, within bounded time."""
    shorter = min(len(old), len(new))
    head = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    tail = next((at for at in range(shorter - head) if old[-1 - at] != new[-1 - at]), shorter - head)
    if (len(old) - head - tail) * (len(new) - head - tail) <= _MAX_PAIRS:
        return list(SequenceMatcher(None, old, new, autojunk=False).get_opcodes())
    end, new_end = len(old) - tail, len(new) - tail
    steps: list[tuple[str, int, int, int, int]] = [
        ("equal", 0, head, 0, head),
        ("replace", head, end, head, new_end),
        ("equal", end, len(old), new_end, len(new)),
    ]
    return [step for step in steps if step[2] > step[1] or step[4] > step[3]]


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[ChangedParagraph]:
    for before, after in _paired(old, new, _MAX_PAIRS):
        if before is None or after is None:
            kind = ChangeKind.COME if before is None else ChangeKind.GONE
            yield _whole(kind, (after if before is None else before) or "")
        else:
            yield ChangedParagraph(kind=ChangeKind.CHANGED, pieces=tuple(pieces(before, after)))


def _paired(old: Sequence[str], new: Sequence[str], most: int) -> Iterator[tuple[str | None, str | None]]:
    """Pair the similar paragraphs of two runs, in order; the rest stands alone. Without comparing beyond `most` pairs of words."""
    words = [_words(paragraph) for paragraph in old]
    waiting = [(paragraph, _words(paragraph)) for paragraph in new]
    comparable = sum(map(len, words)) * sum(len(other) for _, other in waiting) <= most
    for paragraph, its_words in zip(old, words, strict=True):
        similarities = [_similarity(its_words, other) for _, other in waiting] if comparable else []
        if max(similarities, default=0.0) < _MIN_SIMILARITY:
            yield paragraph, None
            continue
        at = similarities.index(max(similarities))
        for other, _ in waiting[:at]:
            yield None, other
        yield paragraph, waiting[at][0]
        waiting = waiting[at + 1 :]
    for other, _ in waiting:
        yield None, other


def _whole(kind: ChangeKind, paragraph: str) -> ChangedParagraph:
    return ChangedParagraph(kind=kind, pieces=(ChangedWords(kind=kind, text=paragraph),))


def _words(text: str) -> list[str]:
    return [token for token in _TOKEN.findall(text) if token[0].isalnum()]


def _similarity(first: Sequence[str], second: Sequence[str]) -> float:
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def _text(value: object) -> str:
    """A field's value as text: names joined by commas, a time as the page states it, None as ""."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(getattr(value, "iso", value))
