"""What one revision of an article changed against another: fields, then paragraphs, then the words in them. Pure.

Step UNCHANGED   so many paragraphs stand as they were
Step GONE, COME  a paragraph that is not there any more, or was not there before
Step CHANGED     a paragraph that was reworded: its pieces in order, each the same, gone or come
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from db.models import Article

# A number with what stands inside it (8,6 · 15:30 · 1.200), a word, a run of space, or one character of a script without words.
_TOKEN = re.compile(
    r"[0-9]+(?:[.,:/-][0-9]+)*|[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+|\s+|.", re.DOTALL
)
# Paragraphs that have less in common than this are another paragraph, not the same one changed.
_SAME_PARAGRAPH = 0.4
_FIELDS = ("title", "subtitle", "authors", "editors", "source", "original_source", "published")


class ChangeKind(StrEnum):
    """What became of a piece of text, or of a paragraph."""

    UNCHANGED = "unchanged"
    GONE = "gone"
    COME = "come"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedWords:
    """A run of words. Never CHANGED: what was replaced is a piece that is gone and one that has come."""

    kind: ChangeKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedParagraph:
    """One step through both texts. `paragraphs` counts those unchanged, else it is 1."""

    kind: ChangeKind
    pieces: tuple[ChangedWords, ...] = ()
    paragraphs: int = 1

    @property
    def text(self) -> str:
        """The paragraph that is gone or has come."""
        return "".join(piece.text for piece in self.pieces)


def changed_fields(
    older: Article, newer: Article, shown: Callable[[str], str] = str
) -> list[tuple[str, list[ChangedWords]]]:
    """The fields that differ, each with its pieces. `shown` makes a value's text fit for where it is shown."""
    pairs = [(name, shown(_text(getattr(older, name))), shown(_text(getattr(newer, name)))) for name in _FIELDS]
    return [(name, pieces(before, after)) for name, before, after in pairs if before != after]


def diff_paragraphs(older: str, newer: str) -> Iterator[ChangedParagraph]:
    """From one text to the other, paragraph by paragraph (divided by newlines). Takes a square of their lengths."""
    old, new = older.split("\n"), newer.split("\n")
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield ChangedParagraph(kind=ChangeKind.UNCHANGED, paragraphs=b - a)
        else:
            yield from _replaced(old[a:b], new[c:d])


def pieces(before: str, after: str) -> list[ChangedWords]:
    """The words of both, in order, marked."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    found = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(ChangedWords(kind=ChangeKind.UNCHANGED, text="".join(old[a:b])))
            continue
        if b > a:
            found.append(ChangedWords(kind=ChangeKind.GONE, text="".join(old[a:b])))
        if d > c:
            found.append(ChangedWords(kind=ChangeKind.COME, text="".join(new[c:d])))
    return found


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[ChangedParagraph]:
    """Paragraphs in place of others: those that are alike as one, in order; the rest as gone and new."""
    waiting = list(new)
    for paragraph in old:
        likeness = [_likeness(paragraph, other) for other in waiting]
        if max(likeness, default=0.0) < _SAME_PARAGRAPH:
            yield _whole(ChangeKind.GONE, paragraph)
            continue
        at = likeness.index(max(likeness))
        for other in waiting[:at]:
            yield _whole(ChangeKind.COME, other)
        yield ChangedParagraph(kind=ChangeKind.CHANGED, pieces=tuple(pieces(paragraph, waiting[at])))
        waiting = waiting[at + 1 :]
    for other in waiting:
        yield _whole(ChangeKind.COME, other)


def _whole(kind: ChangeKind, paragraph: str) -> ChangedParagraph:
    return ChangedParagraph(kind=kind, pieces=(ChangedWords(kind=kind, text=paragraph),))


def _likeness(one: str, other: str) -> float:
    words = [[token for token in _TOKEN.findall(text) if token[0].isalnum()] for text in (one, other)]
    return SequenceMatcher(None, words[0], words[1], autojunk=False).ratio()


def _text(value: object) -> str:
    """A field's value as text: names joined, a time as the page gives it, nothing as nothing."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(getattr(value, "iso", value))
