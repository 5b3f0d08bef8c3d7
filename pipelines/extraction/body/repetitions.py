"""Text that a page holds twice is read once.

Many pages carry their text for two widths of screen, or one appeal in several boxes. A run of lines that repeats earlier ones word
for word is dropped if it holds a full paragraph and the page has it in another element than before. What the writer says twice in
one and the same text stays: refrains, the lines of tables, lists and code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from lxml.etree import _Element as Element

from pipelines.extraction.page.document import Line, home_of

_PARAGRAPH = 80
"""Characters from which a line is a full paragraph, if it ends like a sentence."""
_LONGEST_RUN = 100
"""Lines that are compared at once. A longer repetition goes in pieces."""
_WRAPPERS = 4
"""Levels of wrappers that an editor puts around each single paragraph."""
_FULL_STOPS = tuple(".!?…。！？؟।։")
_CLOSING = "\"'”’»)）"


def without_repeats(text: list[str], lines: Sequence[Line]) -> list[str]:
    """A text without the runs that it repeats. `lines` are those of the box that it was read from."""
    counts = Counter(text)
    again = {line for line, count in counts.items() if count > 1 and _is_paragraph(line)}
    if again:
        again -= _in_one_place(lines)
    if not again:
        return text
    first: dict[str, int] = {}
    kept: list[str] = []
    at = 0
    while at < len(text):
        line = text[at]
        run = _run(text, first[line], at) if line in first else 0
        if not again.isdisjoint(text[at : at + run]):
            at += run
            continue
        first.setdefault(line, at)
        kept.append(line)
        at += 1
    return kept


def _run(text: list[str], begin: int, at: int) -> int:
    """How many lines from `at` on equal those from `begin` on."""
    run = 0
    while run < _LONGEST_RUN and at + run < len(text) and begin + run < at and text[begin + run] == text[at + run]:
        run += 1
    return run


def _in_one_place(lines: Sequence[Line]) -> set[str]:
    """The texts that one and the same element holds twice, wrappers of a single line passed over."""
    holds: Counter[Element] = Counter()
    for line in lines:
        holds.update(_around(line.block))
    seen: set[tuple[str, Element | None]] = set()
    twice: set[str] = set()
    for line in lines:
        place = (line.text, next((el for el in _around(line.block) if holds[el] > 1), None))
        if place in seen:
            twice.add(line.text)
        seen.add(place)
    return twice


def _around(block: Element) -> Iterator[Element]:
    el = home_of(block)
    for _ in range(_WRAPPERS):
        if el is None:
            return
        yield el
        el = el.getparent()


def _is_paragraph(line: str) -> bool:
    return len(line) >= _PARAGRAPH and line[0] not in "|-" and line.rstrip(_CLOSING)[-1:] in _FULL_STOPS
