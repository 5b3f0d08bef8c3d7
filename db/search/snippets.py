"""The part of a text that shows why it matched, with the spans of the matches. Pure.

Spans are (start, end) in the snippet itself, so that each output can mark them in its own way and escape the rest.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from db.search.query import Query
from db.text.folding import FoldedText, fold_with_offsets

Spans = tuple[tuple[int, int], ...]
# Width of a snippet in terminal cells: two lines of 76. A Chinese character takes two.
SNIPPET_CELLS = 150
# Share of the snippet that may come before the first match.
_LEAD_SHARE = 0.3
_SENTENCE_ENDS = re.compile(r"[\n。！？；]|[.!?;]\s")
# Matches examined per term in one text.
_MAX_MATCHES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedText:
    """A text and the spans to mark in it, in order and without overlaps."""

    text: str
    marks: Spans = ()


def highlight(text: str, query: Query) -> MarkedText:
    """A whole text, such as a title, with its matches marked."""
    folded = fold_with_offsets(text)
    return MarkedText(text=folded.text, marks=tuple((start, end) for start, end, _ in _places(folded, query)))


def snippet(text: str, query: Query, cells: int = SNIPPET_CELLS) -> MarkedText:
    """The piece of about `cells` terminal cells with the most different terms; the beginning of the text if there is no
    match.
    """
    folded = fold_with_offsets(text)
    places = _places(folded, query)
    start = _start(folded.text, _best(folded.text, places, cells), cells)
    end = _end(folded.text, start, cells)
    lead, trail = "…" if start else "", "…" if end < len(folded.text.rstrip()) else ""
    piece = lead + folded.text[start:end].replace("\n", " ") + trail
    shift = len(lead) - start
    marks = tuple((at + shift, min(stop, end) + shift) for at, stop, _ in places if start <= at < end)
    return MarkedText(text=piece, marks=marks)


def _places(folded: FoldedText, query: Query) -> list[tuple[int, int, int]]:
    """Start, end and term number of each match in the text, in order; the longest of those that overlap."""
    found: list[tuple[int, int, int]] = []
    terms = [term for group in query.groups for term in group]
    for number, term in enumerate(terms):
        for count, place in enumerate(term.pattern.finditer(folded.folded)):
            if count == _MAX_MATCHES:
                break
            start, end = folded.original_offset(place.start()), folded.original_offset(place.end())
            found.append((start, max(end, start + 1), number))
    kept: list[tuple[int, int, int]] = []
    for match in sorted(found, key=lambda place: (place[0], -place[1])):
        if not kept or match[0] >= kept[-1][1]:
            kept.append(match)
    return kept


def _best(text: str, places: Iterable[tuple[int, int, int]], cells: int) -> int:
    """Offset of the match whose surroundings have the most different terms, then the most matches; the first of the
    best.
    """
    listed = list(places)
    if not listed:
        return 0
    # A cheap estimate: as many characters as fit into the cells, by the widths at the beginning of the text.
    reach = int(cells * (1 - _LEAD_SHARE) * min(1.0, 200 / max(1, _cells(text[:200])) if len(text) >= 200 else 1.0))

    def worth(first: int) -> tuple[int, int]:
        near = [number for at, _, number in listed[first : first + 20] if at < listed[first][0] + reach]
        return len(set(near)), len(near)

    return listed[max(range(len(listed)), key=lambda first: (worth(first), -first))][0]


def _start(text: str, mark: int, cells: int) -> int:
    """Where to begin: with the sentence if it began shortly before, otherwise with a word."""
    remaining, at = int(cells * _LEAD_SHARE), mark
    while at > 0 and remaining > 0:
        at -= 1
        remaining -= _cells(text[at])
    if at == 0:
        return 0
    ends = [found.end() for found in _SENTENCE_ENDS.finditer(text, at, mark)]
    if ends:
        return ends[0]
    space = text.find(" ", at, mark)
    return space + 1 if space >= 0 else at


def _end(text: str, start: int, cells: int) -> int:
    at, remaining = start, cells
    while at < len(text) and remaining >= (width := _cells(text[at])):
        remaining -= width
        at += 1
    if at < len(text) and (space := text.rfind(" ", start, at)) > start + (at - start) * 0.8:
        return space
    return at


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
