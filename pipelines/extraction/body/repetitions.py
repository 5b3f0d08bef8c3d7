"""Drops text that a page repeats.

Many pages carry their text twice, for two widths of screen, or one appeal in several boxes. A run of lines that repeats earlier
ones word for word is dropped if it holds a full paragraph and the page has it in another element than before. What is repeated
within one element stays: refrains, rows of tables, items of lists, lines of code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import takewhile

from lxml.etree import _Element as Element

from pipelines.extraction.page.document import Line
from pipelines.extraction.page.tree import container_of, with_ancestors

_MIN_PARAGRAPH = 80
"""Characters from which a line is a full paragraph."""
_LONGEST_RUN = 100
"""Lines compared at once. A longer repetition is dropped in pieces."""
_MAX_WRAPPERS = 4
"""Levels of wrappers that an editor puts around each single paragraph."""


def drop_repetitions(text: list[str], lines: Sequence[Line]) -> list[str]:
    """A text without its repeated runs. `lines` are those of the main content it was read from."""
    counts = Counter(text)
    repeated = {line for line, count in counts.items() if count > 1 and _is_paragraph(line)}
    if repeated:
        repeated -= _repeated_in_one_element(lines)
    if not repeated:
        return text
    first_index: dict[str, int] = {}
    kept: list[str] = []
    index = 0
    while index < len(text):
        line = text[index]
        run = _run_length(text, first_index[line], index) if line in first_index else 0
        if not repeated.isdisjoint(text[index : index + run]):
            index += run
            continue
        first_index.setdefault(line, index)
        kept.append(line)
        index += 1
    return kept


def _run_length(text: list[str], earlier: int, index: int) -> int:
    """How many lines from `index` on equal those from `earlier` on."""
    most = min(_LONGEST_RUN, index - earlier)
    pairs = zip(text[earlier : earlier + most], text[index : index + most], strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _repeated_in_one_element(lines: Sequence[Line]) -> set[str]:
    """The lines that one element holds more than once. Wrappers of a single line do not count as elements here."""
    line_counts: Counter[Element] = Counter()
    for line in lines:
        line_counts.update(_wrappers(line.block))
    seen: set[tuple[str, Element | None]] = set()
    repeated: set[str] = set()
    for line in lines:
        position = (line.text, next((el for el in _wrappers(line.block) if line_counts[el] > 1), None))
        if position in seen:
            repeated.add(line.text)
        seen.add(position)
    return repeated


def _wrappers(block: Element) -> Iterator[Element]:
    return with_ancestors(container_of(block), _MAX_WRAPPERS)


def _is_paragraph(line: str) -> bool:
    return len(line) >= _MIN_PARAGRAPH and line[0] not in "|-"
