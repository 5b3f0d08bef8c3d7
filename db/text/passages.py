"""Passages that two texts have in common, whatever their order: what a copy took, left out and added. Pure.

Words count, and in Chinese and Japanese characters; punctuation, case and the form of Chinese characters do not. From each place
of the second text the longest run is taken that the first has too, found by its first words in an index of the first; of runs that
overlap in the first text, the longer one stays. The time grows with the length of the texts: a run of words is looked for at
`_MOST_PLACES` places at most.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from db.text.folding import MAX_CODE_POINT, code_points, from_code_points, simplified_table

_HAN_OR_KANA = "\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[{_HAN_OR_KANA}]|[^\W_{_HAN_OR_KANA}]+")
_CHARACTER = re.compile(rf"[{_HAN_OR_KANA}]")
# Shorter runs are phrases that any two reports share: "the minister said on Monday", 有关负责人表示.
_LEAST_WORDS, _LEAST_CHARACTERS = 5, 8
_MOST_PLACES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonPassage:
    """A passage of two texts: its offsets in each. `number`: from 1, in the order of the second text."""

    number: int
    first: tuple[int, int]
    second: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageComparison:
    """What two texts have in common. `second_share`, 0 to 1, is of the words of the second; words in Chinese are characters."""

    passages: tuple[CommonPassage, ...]
    second_share: float
    left_out: int
    added: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PassagePiece:
    """A piece of a paragraph. `number`: of its passage, 0 for what the other text does not have; `is_start`: the passage begins
    with it.
    """

    text: str
    number: int = 0
    is_start: bool = False

    @property
    def has_words(self) -> bool:
        """Whether it is more than punctuation."""
        return any(map(str.isalnum, self.text))


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a text, each as a number, and where they stand."""

    numbers: list[int]
    spans: list[tuple[int, int]]

    def runs(self, size: int) -> Iterator[tuple[int, ...]]:
        """All runs of so many words."""
        return zip(*(self.numbers[at:] for at in range(size)), strict=False)

    def span(self, start: int, length: int) -> tuple[int, int]:
        """The offsets of a run of words."""
        return self.spans[start][0], self.spans[start + length - 1][1]


def compare_passages(first: str, second: str) -> PassageComparison:
    """The passages that both texts have."""
    known: dict[str, int] = {}
    one, other = _words(first, known), _words(second, known)
    size = _LEAST_CHARACTERS if _is_cjk(first, one) and _is_cjk(second, other) else _LEAST_WORDS
    found = _without_overlaps(_longest_runs(one, other, size), len(one.numbers), size)
    passages = tuple(
        CommonPassage(number=number, first=one.span(at, length), second=other.span(start, length))
        for number, (at, start, length) in enumerate(found, 1)
    )
    common = sum(length for _, _, length in found)
    return PassageComparison(
        passages=passages,
        second_share=common / len(other.numbers) if other.numbers else 0.0,
        left_out=len(one.numbers) - common,
        added=len(other.numbers) - common,
    )


def _words(text: str, known: dict[str, int]) -> _Words:
    folded = text
    if not text.isascii():
        codes = code_points(text)
        codes = simplified_table()[codes.clip(max=MAX_CODE_POINT)]
        folded = from_code_points(codes)
    numbers, spans = [], []
    for match in _WORD.finditer(folded):
        numbers.append(known.setdefault(match[0].casefold(), len(known)))
        spans.append(match.span())
    return _Words(numbers, spans)


def _is_cjk(text: str, words: _Words) -> bool:
    return 2 * len(_CHARACTER.findall(text)) > len(words.numbers)


def _longest_runs(one: _Words, other: _Words, size: int) -> list[tuple[int, int, int]]:
    """Runs of the second text that the first has: start in the first, start in the second, length."""
    places: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for at, run in enumerate(one.runs(size)):
        if len(places[run]) < _MOST_PLACES:
            places[run].append(at)
    found, done = [], 0
    for start, run in enumerate(other.runs(size)):
        if start < done or run not in places:
            continue
        at, length = max(
            ((at, _length(one.numbers, at, other.numbers, start, size)) for at in places[run]), key=lambda it: it[1]
        )
        found.append((at, start, length))
        done = start + length
    return found


def _length(one: Sequence[int], at: int, other: Sequence[int], start: int, known: int) -> int:
    """How many words are the same from these places on; the first `known` are."""
    length, most = known, min(len(one) - at, len(other) - start)
    while length < most and one[at + length] == other[start + length]:
        length += 1
    return length


def _without_overlaps(runs: list[tuple[int, int, int]], words: int, size: int) -> list[tuple[int, int, int]]:
    """The runs without those parts that longer ones have in the first text, in the order of the second."""
    taken, kept = bytearray(words), []
    for at, start, length in sorted(runs, key=lambda run: -run[2]):
        free_at, free = _longest_free(taken, at, length)
        if free >= size:
            taken[free_at : free_at + free] = b"\x01" * free
            kept.append((free_at, start + free_at - at, free))
    return sorted(kept, key=lambda run: run[1])


def _longest_free(taken: bytearray, at: int, length: int) -> tuple[int, int]:
    """Start and length of the longest part of a run that is not taken."""
    best, begun = (at, 0), at
    for place in range(at, at + length + 1):
        if place == at + length or taken[place]:
            best = max(best, (begun, place - begun), key=lambda part: part[1])
            begun = place + 1
    return best


def passage_paragraphs(text: str, spans: Sequence[tuple[int, int, int]]) -> list[list[PassagePiece]]:
    """A text as paragraphs of pieces. `spans`: start, end and number of each passage in it, in any order."""
    paragraphs: list[list[PassagePiece]] = []
    waiting, offset = sorted(spans), 0
    begun: set[int] = set()
    for line in text.split("\n"):
        end, pieces, at = offset + len(line), list[PassagePiece](), offset
        while waiting and waiting[0][0] < end:
            start, stop, number = waiting[0]
            start = max(start, offset)
            if start > at:
                pieces.append(PassagePiece(text=text[at:start]))
            at = min(stop, end)
            if at > start:
                pieces.append(PassagePiece(text=text[start:at], number=number, is_start=number not in begun))
                begun.add(number)
            if stop > end:
                break
            waiting.pop(0)
        if at < end:
            pieces.append(PassagePiece(text=text[at:end]))
        if line.strip():
            paragraphs.append(pieces)
        offset = end + 1
    return paragraphs
