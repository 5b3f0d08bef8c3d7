"""The part of a text that shows why it was found, with the places of what was looked for. Pure.

Places are (start, end) in the piece itself, so that whoever shows it marks it by its own means and escapes the rest.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from db.search.query import Query
from db.text_folding import FoldedText, fold_with_offsets

Places = tuple[tuple[int, int], ...]
# A snippet in cells of a terminal: two lines of 76. A Chinese character takes two.
CELLS = 150
# How much of it may stand before the first mark.
_BEFORE = 0.3
_ENDS = re.compile(r"[\n。！？；]|[.!?;]\s")
# Marks looked at in one text.
_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedText:
    """A text and the places to mark in it, in order, none in another."""

    text: str
    marks: Places = ()


def highlight(text: str, query: Query) -> MarkedText:
    """All of a text, such as a title, marked."""
    made = fold_with_offsets(text)
    return MarkedText(text=made.text, marks=tuple((start, end) for start, end, _ in _places(made, query)))


def snippet(text: str, query: Query, cells: int = CELLS) -> MarkedText:
    """The piece of at most about so many cells with the most different terms in it; the beginning where none is there."""
    made = fold_with_offsets(text)
    places = _places(made, query)
    start = _start(made.text, _best(made.text, places, cells), cells)
    end = _end(made.text, start, cells)
    lead, trail = "…" if start else "", "…" if end < len(made.text.rstrip()) else ""
    piece = lead + made.text[start:end].replace("\n", " ") + trail
    shift = len(lead) - start
    marks = tuple((at + shift, min(stop, end) + shift) for at, stop, _ in places if start <= at < end)
    return MarkedText(text=piece, marks=marks)


def _places(made: FoldedText, query: Query) -> list[tuple[int, int, int]]:
    """Start, end and number of the term of each place in the text, in order; of those that overlap the longest."""
    found: list[tuple[int, int, int]] = []
    terms = [term for group in query.groups for term in group]
    for number, term in enumerate(terms):
        for count, place in enumerate(term.pattern.finditer(made.letters)):
            if count == _MOST:
                break
            start, end = made.place(place.start()), made.place(place.end())
            found.append((start, max(end, start + 1), number))
    apart: list[tuple[int, int, int]] = []
    for one in sorted(found, key=lambda place: (place[0], -place[1])):
        if not apart or one[0] >= apart[-1][1]:
            apart.append(one)
    return apart


def _best(text: str, places: Iterable[tuple[int, int, int]], cells: int) -> int:
    """The mark from which on a snippet's length has the most different terms, then the most marks; the first of the best."""
    listed = list(places)
    if not listed:
        return 0
    # Cheap and near enough: as many characters as the script of the text lets into the cells.
    reach = int(cells * (1 - _BEFORE) * min(1.0, 200 / max(1, _cells(text[:200])) if len(text) >= 200 else 1.0))

    def worth(first: int) -> tuple[int, int]:
        near = [number for at, _, number in listed[first : first + 20] if at < listed[first][0] + reach]
        return len(set(near)), len(near)

    return listed[max(range(len(listed)), key=lambda first: (worth(first), -first))][0]


def _start(text: str, mark: int, cells: int) -> int:
    """Where to begin: with the sentence if it began not long before, else with a word."""
    room, at = int(cells * _BEFORE), mark
    while at > 0 and room > 0:
        at -= 1
        room -= _cells(text[at])
    if at == 0:
        return 0
    ends = [found.end() for found in _ENDS.finditer(text, at, mark)]
    if ends:
        return ends[0]
    space = text.find(" ", at, mark)
    return space + 1 if space >= 0 else at


def _end(text: str, start: int, cells: int) -> int:
    at, room = start, cells
    while at < len(text) and room >= (width := _cells(text[at])):
        room -= width
        at += 1
    if at < len(text) and (space := text.rfind(" ", start, at)) > start + (at - start) * 0.8:
        return space
    return at


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
