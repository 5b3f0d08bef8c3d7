"""Lines that trafilatura left out of the article's box although they stand right among those it took.

It weighs each element by its links and words: a list of short items, a subheading in a list or a short paragraph may fall out where
its neighbours stay. A reader takes them for text, since they stand in the same element as the text. Only those are put back;
what stands in boxes of its own (captions, cards, buttons) may have been left out for good reason.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence

from lxml.etree import _Element as Element

from pipelines.extraction.body.scoring import LineScorer
from pipelines.extraction.page.document import BLOCKS, Line, Zone
from pipelines.extraction.page.tree import container_of
from pipelines.extraction.text.titles import plain
from pipelines.extraction.text.word_lists import words

_TEXT_TAGS = words("p li dt dd h2 h3 h4 h5 h6 blockquote")
_HEADINGS = words("h2 h3 h4 h5 h6")
_MIN_DISTINCTIVE = 20
"""Letters below which a line counts as taken only if a line of the text begins with it: chance would find it inside others."""
_MIN_TEXT = 200
"""Characters of taken text from which an element is one that holds the text."""
_PARAGRAPH_ENDS = ".:!?…。：！？؟।”»\"'’)）"
"""What a paragraph ends with. One without is the credit of a picture, a label or a name."""
_ROWS_BELOW_HEADING = 3
"""Lines below a heading that is a link in which text must have been taken: a picture's caption or a price may come first."""
_BOX_ZONES = Zone.HIDDEN | Zone.ASIDE | Zone.SHARE
_LONGEST_TEXT, _MOST_LINES = 300_000, 3_000
"""Characters and lines up to which a page is asked: the cost is their product. The longest known page has 1,725 lines."""


def restore_omitted_lines(text: list[str], lines: Sequence[Line], zones: int) -> list[str]:
    """A text with the omitted lines at their places. `lines` are those of the box in order, `foreign` the zones to keep out."""
    if len(lines) > _MOST_LINES or sum(map(len, text)) > _LONGEST_TEXT:
        return text
    taken_text = _TakenText(text)
    positions = taken_text.find_lines(lines)
    text_by_container: Counter[Element | None] = Counter()
    lists: set[Element | None] = set()
    for line, position in zip(lines, positions, strict=True):
        if position >= 0:
            text_by_container[_container(line)] += len(line.text)
        if _in_list(line.block) and (position >= 0 or plain(line.text) in taken_text.positions):
            lists.add(_list_of(line.block))
    scorer = LineScorer(lines, positions)
    restored: dict[int, list[str]] = {}
    last_position = -1
    for index, (line, position) in enumerate(zip(lines, positions, strict=True)):
        if position >= 0:
            last_position = position
            continue
        if line.link_chars * 2 > len(line.text) and plain(line.text) in taken_text.positions:
            continue
        below = lines[index + 1] if index + 1 < len(lines) and positions[index + 1] >= 0 else None
        is_followed = any(position >= 0 for position in positions[index + 1 : index + 1 + _ROWS_BELOW_HEADING])
        is_split = below is not None and below.block is line.block  # one of several lines that breaks part
        is_among_text = is_split or text_by_container[_container(line)] >= _MIN_TEXT
        is_item = _in_list(line.block) and _list_of(line.block) in lists
        if (
            is_among_text and _belongs(line, zones, is_followed=is_followed, is_split=is_split, is_item=is_item)
        ) or scorer.is_text(line):
            restored.setdefault(last_position, []).append(f"- {line.text}" if _in_list(line.block) else line.text)
    if not restored:
        return text
    return [
        *restored.get(-1, ()),
        *(piece for position, line in enumerate(text) for piece in (line, *restored.get(position, ()))),
    ]


class _TakenText:
    """The lines that were taken, made ready to be searched by their letters."""

    __slots__ = ("positions", "prefixes", "starts", "whole")

    def __init__(self, text: list[str]) -> None:
        self.positions: dict[str, list[int]] = {}
        self.prefixes: dict[str, int] = {}
        self.starts: list[int] = []
        keys = [plain(line) for line in text]
        size = 0
        for position, key in enumerate(keys):
            self.positions.setdefault(key, []).append(position)
            for end in range(2, _MIN_DISTINCTIVE):
                self.prefixes.setdefault(key[:end], position)
            self.starts.append(size)
            size += len(key)
        self.whole = "".join(keys)

    def find_lines(self, lines: Sequence[Line]) -> list[int]:
        """For each line of the page the place in the text that holds it, -1 where it was left out. Links are not asked for."""
        return [self._find_key(plain(line.text)) if line.link_chars * 2 <= len(line.text) else -1 for line in lines]

    def _find_key(self, key: str) -> int:
        if exact := self.positions.get(key):
            return exact.pop(0) if len(exact) > 1 else exact[0]
        if len(key) < _MIN_DISTINCTIVE:
            return self.prefixes.get(key, -1)
        found_at = self.whole.find(key)
        if found_at < 0 and len(key) >= 2 * _MIN_DISTINCTIVE:
            # Trafilatura drops notes and buttons from the middle of a paragraph: any third of it will do.
            middle = (len(key) - _MIN_DISTINCTIVE) // 2
            for part in (key[:_MIN_DISTINCTIVE], key[-_MIN_DISTINCTIVE:], key[middle : middle + _MIN_DISTINCTIVE]):
                found_at = self.whole.find(part)
                if found_at >= 0:
                    break
        return bisect_right(self.starts, found_at) - 1 if found_at >= 0 else -1


def _container(line: Line) -> Element | None:
    """The element that a line stands in: its block's, or the block itself where the text is set in it with line breaks."""
    is_leaf = line.block.tag == "div" and not any(child.tag in BLOCKS or child.tag == "br" for child in line.block)
    return container_of(line.block) if line.block.tag in _TEXT_TAGS or is_leaf else line.block


def _belongs(line: Line, zones: int, *, is_followed: bool, is_split: bool, is_item: bool) -> bool:
    el = line.block
    if line.zone & (zones | _BOX_ZONES) or not plain(line.text):
        return False
    if line.link_chars * 2 > len(line.text):
        return (is_followed and el.tag in _HEADINGS) or is_item
    return is_split or el.tag in _HEADINGS or _in_list(el) or line.text[-1] in _PARAGRAPH_ENDS


def _in_list(el: Element) -> bool:
    parent = el.getparent()
    return el.tag == "li" or (el.tag == "p" and parent is not None and parent.tag == "li")


def _list_of(el: Element) -> Element | None:
    """The list that an item is of."""
    item = el if el.tag == "li" else el.getparent()
    return item.getparent() if item is not None else None
