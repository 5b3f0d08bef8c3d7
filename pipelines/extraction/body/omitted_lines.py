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

from pipelines.extraction.body.judge import Judge
from pipelines.extraction.page.document import BLOCKS, Line, Zone, home_of
from pipelines.extraction.text.titles import plain
from pipelines.extraction.text.word_lists import words

_TEXT_TAGS = words("p li dt dd h2 h3 h4 h5 h6 blockquote")
_HEADINGS = words("h2 h3 h4 h5 h6")
_SHORT = 20
"""Letters below which a line counts as taken only if a line of the text begins with it: chance would find it inside others."""
_AT_HOME = 200
"""Characters of taken text from which an element is one that holds the text."""
_ENDS = ".:!?…。：！？؟।”»\"'’)）"
"""What a paragraph ends with. One without is the credit of a picture, a label or a name."""
_HEADED = 3
"""Lines below a heading that is a link in which text must have been taken: a picture's caption or a price may come first."""
_BARRED = Zone.HIDDEN | Zone.ASIDE | Zone.SHARE
_LONGEST_TEXT, _MOST_LINES = 300_000, 3_000
"""Characters and lines up to which a page is asked: the cost is their product. The longest known page has 1,725 lines."""


def with_omissions(text: list[str], lines: Sequence[Line], foreign: int) -> list[str]:
    """A text with the omitted lines at their places. `lines` are those of the box in order, `foreign` the zones to keep out."""
    if len(lines) > _MOST_LINES or sum(map(len, text)) > _LONGEST_TEXT:
        return text
    whole = _Text(text)
    taken = whole.places_of(lines)
    homes: Counter[Element | None] = Counter()
    listed: set[Element | None] = set()
    for line, at in zip(lines, taken, strict=True):
        if at >= 0:
            homes[_place_of(line)] += len(line.text)
        if _in_list(line.block) and (at >= 0 or plain(line.text) in whole.places):
            listed.add(_list_of(line.block))
    judge = Judge(lines, taken)
    put: dict[int, list[str]] = {}
    last = -1
    for row, (line, at) in enumerate(zip(lines, taken, strict=True)):
        if at >= 0:
            last = at
            continue
        if line.link_chars * 2 > len(line.text) and plain(line.text) in whole.places:
            continue
        below = lines[row + 1] if row + 1 < len(lines) and taken[row + 1] >= 0 else None
        headed = any(at >= 0 for at in taken[row + 1 : row + 1 + _HEADED])
        broken = below is not None and below.block is line.block  # one of several lines that breaks part
        among = broken or homes[_place_of(line)] >= _AT_HOME
        item = _in_list(line.block) and _list_of(line.block) in listed
        if (among and _is_text(line, foreign, heads=headed, broken=broken, item=item)) or judge.is_text(line):
            put.setdefault(last, []).append(f"- {line.text}" if _in_list(line.block) else line.text)
    if not put:
        return text
    return [*put.get(-1, ()), *(piece for at, line in enumerate(text) for piece in (line, *put.get(at, ())))]


class _Text:
    """The lines that were taken, made ready to be searched by their letters."""

    __slots__ = ("heads", "places", "starts", "whole")

    def __init__(self, text: list[str]) -> None:
        self.places: dict[str, list[int]] = {}
        self.heads: dict[str, int] = {}
        self.starts: list[int] = []
        keys = [plain(line) for line in text]
        size = 0
        for at, key in enumerate(keys):
            self.places.setdefault(key, []).append(at)
            for end in range(2, _SHORT):
                self.heads.setdefault(key[:end], at)
            self.starts.append(size)
            size += len(key)
        self.whole = "".join(keys)

    def places_of(self, lines: Sequence[Line]) -> list[int]:
        """For each line of the page the place in the text that holds it, -1 where it was left out. Links are not asked for."""
        return [self._place(plain(line.text)) if line.link_chars * 2 <= len(line.text) else -1 for line in lines]

    def _place(self, key: str) -> int:
        if exact := self.places.get(key):
            return exact.pop(0) if len(exact) > 1 else exact[0]
        if len(key) < _SHORT:
            return self.heads.get(key, -1)
        begin = self.whole.find(key)
        if begin < 0 and len(key) >= 2 * _SHORT:
            # Trafilatura drops notes and buttons from the middle of a paragraph: any third of it will do.
            middle = (len(key) - _SHORT) // 2
            for part in (key[:_SHORT], key[-_SHORT:], key[middle : middle + _SHORT]):
                begin = self.whole.find(part)
                if begin >= 0:
                    break
        return bisect_right(self.starts, begin) - 1 if begin >= 0 else -1


def _place_of(line: Line) -> Element | None:
    """The element that a line stands in: its block's, or the block itself where the text is set in it with line breaks."""
    is_leaf = line.block.tag == "div" and not any(child.tag in BLOCKS or child.tag == "br" for child in line.block)
    return home_of(line.block) if line.block.tag in _TEXT_TAGS or is_leaf else line.block


def _is_text(line: Line, foreign: int, *, heads: bool, broken: bool, item: bool) -> bool:
    el = line.block
    if line.zone & (foreign | _BARRED) or not plain(line.text):
        return False
    if line.link_chars * 2 > len(line.text):
        return (heads and el.tag in _HEADINGS) or item
    return broken or el.tag in _HEADINGS or _in_list(el) or line.text[-1] in _ENDS


def _in_list(el: Element) -> bool:
    parent = el.getparent()
    return el.tag == "li" or (el.tag == "p" and parent is not None and parent.tag == "li")


def _list_of(el: Element) -> Element | None:
    """The list that an item is of."""
    item = el if el.tag == "li" else el.getparent()
    return item.getparent() if item is not None else None
