"""Lines that are a link to another page. At the end of a text they lead to other stories; within it they are often part of it.

With a label before it ("See also:"), whatever its words, a link leads to another story within a text as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise, takewhile
from typing import NamedTuple

from db.text.list_marks import LIST_MARK
from pipelines.extraction.page.document import Document, Line, normalize_space
from pipelines.extraction.page.headings import BOLD, ITALIC, heading_level, is_set_in
from pipelines.extraction.page.tree import link_around, nearest, target_of
from pipelines.extraction.text.titles import plain
from pipelines.extraction.text.writing import CJK, SENTENCE_ENDS

_LINK_LEVELS = 4
_MIN_LINK_SHARE = 0.9
_MIN_SENTENCE = 20
"""Characters from which a link is a sentence; a shorter one is a name."""
_MIN_ITEMS = 3
_MIN_ITEM = 40
"""Items of a list at the end, and characters of each, from which they are headlines of other stories; shorter ones are points
of a list."""
_LONGEST_LEAD_IN = 40
"""Characters of the longest line that introduces such links."""


class LinkLines(NamedTuple):
    """The lines of a page that lead elsewhere, as plain text."""

    links: frozenset[str] = frozenset()
    lead_ins: frozenset[str] = frozenset()
    """Short lines directly above such links: "Related information"."""
    endings: frozenset[str] = frozenset()
    """The texts of links at the end of other lines."""
    labelled: frozenset[str] = frozenset()
    """Paragraphs that are a label and a link: "See also: The ferry sails again"."""
    slanted: frozenset[str] = frozenset()
    """Notes of the newsroom: sentences in italics that lead elsewhere or speak to the reader; what is set to the right."""
    sources: frozenset[str] = frozenset()
    """Lines that link to a title and have a figure: where it was printed, and when."""
    short: Sequence[Line] = ()
    """Lines that are no longer than a heading, as the page has them."""

    def is_heading(self, text: str) -> bool:
        """Whether a short line of a text is set as a heading."""
        key = plain(text)
        # The first part has no link that edits the section.
        return any(key in (plain(line.text), plain(line.parts[0][0])) and _is_heading(line) for line in self.short)


def find_link_lines(document: Document) -> LinkLines:
    """Find the paragraphs that are a link and nothing else and the short lines above them."""
    links = [line for line in document.lines if _is_link(line)]
    if links:  # a teaser of this very article says what its first paragraph says
        unlinked = {line.text for line in document.lines if not line.link_chars}
        links = [line for line in links if line.text not in unlinked]
    rows = {line.row for line in links}
    lead_ins = [line for line, below in pairwise(document.lines) if below.row in rows and _is_lead_in(line.text)]
    endings = frozenset(
        normalize_space(text)
        for line in document.lines
        if 0 < line.link_chars < len(line.text)
        for text, _ in takewhile(lambda part: link_around(part[1], _LINK_LEVELS) is not None, reversed(line.parts))
    )
    labelled = [line for line in document.lines if line.link_chars and _is_labelled_link(line)]
    if len(labelled) > _MOST_LABELLED:
        labelled = []
    slanted = [line for line in document.lines if len(line.text) <= _LONGEST_NOTE and _is_slanted(line)]
    sources = [line for line in document.lines if line.link_chars and _names_source(line)]
    links_of, lead_ins_of, labelled_of, slanted_of, sources_of = (
        frozenset(plain(line.text) for line in group) for group in (links, lead_ins, labelled, slanted, sources)
    )
    short = [line for line in document.lines if len(line.text) <= _LONGEST_LEAD_IN]
    return LinkLines(links_of, lead_ins_of, endings, labelled_of, slanted_of, sources_of, short)


_LONGEST_LABEL = 30
"""Characters of a label before a link."""
_MOST_LABELLED = 4
"""Labelled links of a page that lead to other stories; more are a list that the page is made of."""
_SHORTEST_SOURCE, _MIN_SOURCE, _MIN_SOURCE_IN_SENTENCE = 8, 0.2, 0.33
"""Characters of the title of a source, and its share of the line that names it."""
_SHORT_NOTE, _LONGEST_NOTE = 70, 140
"""Characters of a note of the newsroom: a short one need not speak to the reader."""
_SET_RIGHT = re.compile(r"text-align\s?:\s?(?:right|end)", re.I)
_TO_READER = re.compile(r"[?!？！؟]|\S@\S")
"""What a note says to the reader: a question, a request, an address."""


def _is_labelled_link(line: Line) -> bool:
    """Whether a paragraph is a label with a colon, and behind it nothing but the headline of another page as a link."""
    if line.block.tag not in ("p", "div"):
        return False
    label, colon, headline = line.text.partition(":" if ":" in line.text else "：")
    return (
        bool(colon)
        and 1 < len(label) <= _LONGEST_LABEL
        and nearest(line.block, {"li"}, 2) is None
        and line.text[0] not in "-–"
        and len(headline) >= _MIN_SENTENCE
        and "://" not in line.text
        and line.link_chars >= _MIN_LINK_SHARE * len(headline)
        and not any(target_of(el, _LINK_LEVELS).startswith("#") for _, el in line.parts)
    )


def _is_slanted(line: Line) -> bool:
    """Whether a sentence in italics leads elsewhere or speaks to the reader. Others may be the writer's last words. A line that is
    set to the right and no sentence is a signature; an East Asian one, the public body and the day of a notice."""
    if line.text[-1] not in SENTENCE_ENDS:
        style = line.block.get("style")
        return style is not None and _SET_RIGHT.search(style[:200]) is not None and CJK.search(line.text) is None
    return (
        line.block.tag in ("p", "div")
        and (len(line.text) <= _SHORT_NOTE or line.link_chars > 0 or _TO_READER.search(line.text) is not None)
        and is_set_in(line, ITALIC, _LINK_LEVELS)
    )


def _is_heading(line: Line) -> bool:
    return heading_level(line) > 0 or is_set_in(line, BOLD, _LINK_LEVELS)


def _names_source(line: Line) -> bool:
    share = _MIN_SOURCE_IN_SENTENCE if line.text[-1] in SENTENCE_ENDS else _MIN_SOURCE
    least = max(_SHORTEST_SOURCE, share * len(line.text))
    return line.link_chars >= least and any(map(str.isdigit, line.text)) and line.longest_link >= least


def _is_link(line: Line) -> bool:
    return (
        line.link_chars >= _MIN_LINK_SHARE * len(line.text)
        and line.block.tag in ("p", "div")
        and len(line.text) >= _MIN_SENTENCE
        and "://" not in line.text
        and line.text[-1] not in ",;:，；："
    )


def _is_lead_in(text: str) -> bool:
    return len(text) <= _LONGEST_LEAD_IN and text[-1] not in SENTENCE_ENDS


def cut_link_lines(lines: list[str], link_lines: LinkLines) -> list[str]:
    """Cut the links that end a text and the line that introduces them ("Read more on this:")."""
    end = len(lines)
    while end > 1 and _is_link_line(lines[end - 1], link_lines):
        end -= 1
    links = lines[end:]
    if sum(map(len, links)) > sum(map(len, lines[:end])):
        return lines
    items = [line for line in links if line.startswith(LIST_MARK)]
    if items and (len(items) < _MIN_ITEMS or min(map(len, items)) < _MIN_ITEM):
        return lines
    if end > 1 and _is_lead_in(lines[end - 1]) and (links or plain(lines[end - 1]) in link_lines.lead_ins):
        end -= 1
    return lines[:end]


def _is_link_line(line: str, link_lines: LinkLines) -> bool:
    return " " in line and plain(line) in link_lines.links
