"""The kicker: the short line that a page prints above its headline, or sets into the heading before it."""

from __future__ import annotations

import re

from lxml.etree import _Element as Element

from pipelines.extraction.page.document import UNREAD, Document, Line, normalize_space
from pipelines.extraction.page.tree import class_pattern, is_called, is_inside, with_ancestors
from pipelines.extraction.text.date_parser import find_stamps
from pipelines.extraction.text.titles import plain
from pipelines.extraction.text.writing import HAN

_NAMED = class_pattern("kicker")
"""What templates call a kicker in the languages that have a word for it."""
_NAMED_ABOVE = class_pattern("kicker", "subtitle_above")
"""What calls itself a subtitle is a kicker where it stands above the headline."""
_OTHER, _TITLE = class_pattern("no_kicker"), class_pattern("headline")
"""What stands in a kicker's place and is none: a mark, a date, the kind of the page, names."""
_CLOCK = re.compile(r"\d[:.]\d\d")
_LONGEST = 80
_ABOVE = 3
"""Lines above a headline among which its kicker stands: a label of the section or a mark may come between them."""
_ENDS = " \t\n:：|/–—-"
_LEVELS_UP = 2


def is_named(el: Element | None) -> bool:
    """Whether an element, or a box just around it, calls itself a kicker."""
    for node in with_ancestors(el, _LEVELS_UP):
        if node.tag in ("body", "main", "article") or is_called(node, _OTHER):
            return False
        if is_called(node, _NAMED):
            return True
    return False


def is_printed_above(kicker: str, line: Line, document: Document) -> bool:
    """Whether a page prints these words right above its headline."""
    return any(plain(above.text) == plain(kicker) for above in _above(line, document))


def read_kicker(document: Document, line: Line | None, title: str) -> str | None:
    """The kicker over the headline that stands on `line`, None where the page prints none.

    It is part of the heading and not of `title`, or joined in `title` and printed above, or its box says what it is.
    """
    if line is None:
        return None
    key, shown = plain(title), plain(line.text)
    if key != shown and key.endswith(shown):
        lead = title[: len(title) - len(line.text)].strip(_ENDS)
        if is_printed_above(lead, line, document):
            return lead
    lead = ""
    for text, el in line.parts:
        if key.startswith(plain(text)) and not is_named(el):
            break
        lead += f" {text}"
    found = [lead] if len(plain(lead)) < len(shown) else []
    near = _above(line, document)
    found += [*map(_named_part, near), *(above.text for above in near if _is_set_before(above, line))]
    for text in found:
        kicker = normalize_space(text).strip(_ENDS)
        if 1 < len(kicker) <= _LONGEST and key not in plain(kicker) and not find_stamps(kicker):
            return kicker
    return None


def _is_set_before(above: Line, line: Line) -> bool:
    """Whether a line, and no link, stands right before the h1 in an element that calls itself a title ("uppercase-title"), or in
    Chinese is a lower heading: papers' systems print kickers so."""
    before = line.block.getprevious()
    if before is None or above.link_chars or not all(is_inside(el, before) for _, el in above.parts):
        return False
    if HAN.search(above.text) and before.tag in ("h3", "h4"):
        return True
    is_title = is_called(before, _TITLE) and not is_called(before, _OTHER) and before.tag in ("div", "span", "p")
    return is_title and line.block.tag == "h1" and " " in above.text and _CLOCK.search(above.text) is None


def _named_part(line: Line) -> str:
    """What calls itself a kicker in a line, without the labels beside it; "" where nothing does."""
    own = [text for text, el in line.parts if is_called(el, _NAMED_ABOVE) and not is_called(el, _OTHER)]
    return " ".join(own or (text for text, el in line.parts if is_named(el)))


def _above(line: Line, document: Document) -> list[Line]:
    """The lines that stand directly above a headline, the nearest first."""
    near = document.lines[max(0, line.row - _ABOVE) : line.row]
    return [above for above in reversed(near) if not above.zone & UNREAD and len(above.text) <= _LONGEST]
