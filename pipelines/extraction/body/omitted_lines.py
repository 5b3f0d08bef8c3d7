"""Lines of the main content that trafilatura left out although they stand among those it took.

Trafilatura scores each element by its links and words: a list of short items, a subheading in a list or a short paragraph may be
dropped while its neighbours stay. For a reader they are text, since they stand in the same element as the text. Only such lines
are restored. What stands in a box of its own (captions, cards, buttons) may have been left out for good reason: `scoring`
decides.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate, chain, islice

from lxml.etree import _Element as Element

from db.text.list_marks import LIST_MARK
from pipelines.extraction.body.scoring import LineScorer
from pipelines.extraction.page.document import BLOCKS, Line, Zone
from pipelines.extraction.page.headings import BOLD, HEADINGS, is_set_in
from pipelines.extraction.page.tree import container_of
from pipelines.extraction.text.titles import plain
from pipelines.extraction.text.writing import PARAGRAPH_ENDS, words

_TEXT_TAGS = words("p li dt dd h2 h3 h4 h5 h6 blockquote")
_BOLD_LEVELS = 3
_MOST_BOXES = 4
"""Boxes around a heading that may hold nothing else."""
_MIN_DISTINCTIVE = 20
"""Letters from which a line is found inside the lines of the text. A shorter one must begin a line: inside others it may be
chance."""
_MIN_TEXT = 200
"""Characters of taken text from which an element is one that holds the text."""
_PARAGRAPH_ENDS = PARAGRAPH_ENDS | frozenset(":：")
"""How a paragraph ends. A line without such an end is a picture credit, a label or a name."""
_ROWS_BELOW_HEADING = 3
"""Lines below a linked heading one of which must have been taken. A caption or a price may come first."""
_BOX_ZONES = Zone.HIDDEN | Zone.ASIDE | Zone.SHARE
_LONGEST_TEXT, _MOST_LINES = 300_000, 3_000
"""Characters of text and lines of the main content beyond which nothing is restored, because the cost is their product. The
longest known page has 1,725 lines."""


def restore_omitted_lines(text: list[str], lines: Sequence[Line], zones: int, language: str | None) -> list[str]:
    """A text with the omitted lines at their places.

    `lines` are those of the main content in order; lines in `zones` stay out.
    """
    if len(lines) > _MOST_LINES or sum(map(len, text)) > _LONGEST_TEXT:
        return text
    key_of = {shown: plain(shown) for shown in {line.text for line in lines}}
    taken = _TakenText([key_of[line] if line in key_of else plain(line) for line in text])
    keys = [key_of[line.text] for line in lines]
    is_link = [line.is_link for line in lines]
    positions = [-1 if link else taken.find(key) for key, link in zip(keys, is_link, strict=True)]
    text_by_container: Counter[Element | None] = Counter()
    lists: set[Element | None] = set()
    for line, key, position in zip(lines, keys, positions, strict=True):
        if position >= 0:
            text_by_container[_container(line)] += len(line.text)
        if _in_list(line.block) and (position >= 0 or key in taken):
            lists.add(_list_of(line.block))
    scorer = LineScorer(lines, positions, language)
    restored: dict[int, list[str]] = {}
    last_position = -1
    for index, (line, position) in enumerate(zip(lines, positions, strict=True)):
        if position >= 0:
            last_position = position
            continue
        if is_link[index] and keys[index] in taken:
            continue
        in_list = _in_list(line.block)
        is_split = index + 1 < len(lines) and positions[index + 1] >= 0 and lines[index + 1].block is line.block
        is_followed = max(positions[index + 1 : index + 1 + _ROWS_BELOW_HEADING], default=-1) >= 0
        heads_text = last_position >= 0 and is_followed and _heads_text(line, text_by_container)
        is_among_text = is_split or heads_text or text_by_container[_container(line)] >= _MIN_TEXT
        if line.zone & (zones | _BOX_ZONES) or not keys[index] or not is_among_text:
            belongs = False
        elif is_link[index]:
            belongs = (is_followed and line.block.tag in HEADINGS) or (in_list and _list_of(line.block) in lists)
        else:
            belongs = (
                is_split or heads_text or in_list or line.block.tag in HEADINGS or line.text[-1] in _PARAGRAPH_ENDS
            )
        if belongs or scorer.is_text(line):
            restored.setdefault(last_position, []).append(LIST_MARK + line.text if in_list else line.text)
    if not restored:
        return text
    pieces = ((line, *restored.get(position, ())) for position, line in enumerate(text))
    return [*restored.get(-1, ()), *chain.from_iterable(pieces)]


class _TakenText:
    """The lines of the extracted text, prepared for finding lines of the page by their letters."""

    __slots__ = ("_apart", "_keys", "_positions", "_starts", "_whole")

    def __init__(self, keys: list[str]) -> None:
        self._keys = keys
        self._positions: dict[str, list[int]] = {}
        for position, key in enumerate(self._keys):
            self._positions.setdefault(key, []).append(position)
        self._starts = [0, *accumulate(map(len, self._keys))]
        self._whole = "".join(self._keys)
        self._apart = "\n" + "\n".join(self._keys)

    def __contains__(self, key: str) -> bool:
        return key in self._positions

    def find(self, key: str) -> int:
        """The position of the line that holds a key, -1 where none does. Equal lines are found one after another."""
        if exact := self._positions.get(key):
            return exact.pop(0) if len(exact) > 1 else exact[0]
        if len(key) < _MIN_DISTINCTIVE:
            begun = self._apart.find(f"\n{key}") if len(key) > 1 else -1
            return self._apart.count("\n", 0, begun) if begun >= 0 else -1
        parts = [key]
        if len(key) >= 2 * _MIN_DISTINCTIVE:
            # Trafilatura drops notes and buttons from the middle of a paragraph: any third of it will do.
            middle = (len(key) - _MIN_DISTINCTIVE) // 2
            parts += [key[:_MIN_DISTINCTIVE], key[-_MIN_DISTINCTIVE:], key[middle : middle + _MIN_DISTINCTIVE]]
        found = next((start for part in parts if (start := self._whole.find(part)) >= 0), -1)
        return bisect_right(self._starts, found, hi=len(self._keys)) - 1 if found >= 0 else -1


def _container(line: Line) -> Element | None:
    """The element that holds a line: the block's container, or the block itself where line breaks divide its text."""
    is_leaf = line.block.tag == "div" and not any(child.tag in BLOCKS or child.tag == "br" for child in line.block)
    return container_of(line.block) if line.block.tag in _TEXT_TAGS or is_leaf else line.block


def _heads_text(line: Line, text_by_container: Mapping[Element | None, int]) -> bool:
    """Whether a line is set as a heading in boxes of its own, in an element that holds the text: editors of WeChat do so."""
    if line.block.tag not in HEADINGS and not is_set_in(line, BOLD, _BOLD_LEVELS):
        return False
    outer = next((el for el in islice(line.block.iterancestors(), _MOST_BOXES) if _holds_more(el, line.text)), None)
    return text_by_container[outer] >= _MIN_TEXT


def _holds_more(el: Element, text: str) -> bool:
    """Whether an element has letters besides a text."""
    length = 0
    return any((length := length + len(str(piece).strip())) > len(text) for piece in el.itertext())


def _in_list(el: Element) -> bool:
    parent = el.getparent()
    return el.tag == "li" or (el.tag == "p" and parent is not None and parent.tag == "li")


def _list_of(el: Element) -> Element | None:
    item = el if el.tag == "li" else el.getparent()
    return item.getparent() if item is not None else None
