"""Lines that are one link to another page: on a news page other stories, on other pages often points of the text, but where
they end it."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from pipelines.extraction.page.document import Document, Line
from pipelines.extraction.text.date_parser import find_stamps
from pipelines.extraction.text.titles import plain

_ALL_LINK = 0.9
_SENTENCE = 20
"""Characters of a link that is a sentence; a shorter one is a name."""
_ITEMS = 3
_ITEM = 40
"""Items of a list at the end, and characters of each, from which they are headlines of other stories; shorter ones are points."""
_LEAD_IN = 40
"""Characters of the longest line over such links that says what they are."""
_ENDS = frozenset('.!…。！"”»')


class LinkLines(NamedTuple):
    """The lines of a page that lead elsewhere, as plain text."""

    links: frozenset[str] = frozenset()
    lead_ins: frozenset[str] = frozenset()
    """Short lines right over such links: "Related information"."""
    dated: frozenset[str] = frozenset()
    """Items of lists that are a link and its date."""


def read_elsewhere(sheet: Document) -> LinkLines:
    """The paragraphs of a page that are a link and nothing else, and the short lines over them."""
    links = [line for line in sheet.lines if _is_link(line)]
    rows = {line.row for line in links}
    over = [line for line, below in pairwise(sheet.lines) if below.row in rows and _leads_in(line.text)]
    dated = [line for line in sheet.lines if line.link_chars and line.block.tag == "li" and _is_dated_link(line)]
    return LinkLines(*(frozenset(plain(line.text) for line in lines) for lines in (links, over, dated)))


def _is_dated_link(line: Line) -> bool:
    """Whether an item is a link and its date: "2024-03-05 The ferry sails again"."""
    rest = len(line.text) - line.link_chars
    if not 4 < rest <= _DATE or line.link_chars < _NAME:
        return False
    stamps = find_stamps(line.spaced)
    return len(stamps) == 1 and (stamps[0].start < 3 or len(line.spaced) - stamps[0].end < 3)


_DATE = 24
"""Characters of a date in brackets, at most."""
_NAME = 8
"""Characters of a headline in an item that is dated."""


def _is_link(line: Line) -> bool:
    return (
        line.link_chars >= _ALL_LINK * len(line.text)
        and line.block.tag in ("p", "div")
        and len(line.text) >= _SENTENCE
        and "://" not in line.text
        and line.text[-1] not in ",;:，；："
    )


def _leads_in(text: str) -> bool:
    return len(text) <= _LEAD_IN and text[-1] not in _ENDS


def without_links(lines: list[str], elsewhere: LinkLines) -> list[str]:
    """Without the links that end a text, and the words over them ("Read more on this:")."""
    at = len(lines)
    while at > 1 and _leads_away(lines[at - 1], elsewhere):
        at -= 1
    links = lines[at:]
    if sum(map(len, links)) > sum(map(len, lines[:at])):
        return lines
    items = [line for line in links if line.startswith("- ") and plain(line) not in elsewhere.dated]
    if items and (len(items) < _ITEMS or min(map(len, items)) < _ITEM):
        return lines
    if at > 1 and _leads_in(lines[at - 1]) and (links or plain(lines[at - 1]) in elsewhere.lead_ins):
        at -= 1
    return lines[:at]


def _leads_away(line: str, elsewhere: LinkLines) -> bool:
    key = plain(line)
    return (" " in line and key in elsewhere.links) or key in elsewhere.dated
