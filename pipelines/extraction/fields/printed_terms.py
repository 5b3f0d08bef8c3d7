"""The tags as a page prints them: rows of links to a tag. What its lines link to is shared with `section`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile

from lxml.etree import _Element as Element

from pipelines.extraction.page.document import Line, Zone, text_of
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.page.tree import ClassPattern, class_pattern, link_around, names_of, with_ancestors
from pipelines.extraction.text.writing import words

_UNFILED = re.compile(r"uncategori[sz]ed$", re.I)
_LONGEST_NAME = 40
_CATEGORY_CLASS, TAGS_CLASS = class_pattern("category"), class_pattern("tags")
_TAG_PATH = re.compile(r"^[^?#]{0,200}/(?:tags?|topics?|labels?|keywords?|etiquetas?)/[^/?#]", re.I)
"""The path of a tag's page. "?tag=" is that of a seller's partners."""
_LEVELS = 4
"""Levels between a link and the box that is called tags or category: lists with an item for each."""
_OTHERS = Zone.NAV | Zone.RELATED | Zone.COMMENTS | Zone.ASIDE
_WHOLE_PAGE = words("article main body")
_MAX_BESIDE_TAGS = 80
"""Characters beside the links of a line of tags: its label, the date and the counters in a row of metadata."""


def printed_tags(layout: Layout) -> tuple[str, ...]:
    """The names of the first row of links below the headline that lead to tags: they say so (`rel="tag"`), or stand in a box
    that does. Categories are none, which some systems mark as tags as well."""
    first: Line | None = None
    found: list[str] = []
    of_text, paragraphs = ({line.row for line in lines} for lines in (layout.inside, layout.paragraphs))
    for line in own_lines(layout, (*layout.below_headline, *layout.inside, *layout.tail)):
        if not line.link_chars:
            continue
        is_row = len(line.text) - line.link_chars <= _MAX_BESIDE_TAGS and line.row not in paragraphs
        tags = list(_tags_of(line, is_in_text=line.row in of_text and not _is_labelled(line))) if is_row else []
        if first is None:
            first = line if tags else None
        elif not _is_next_item(line, first):
            break
        found += tags
    return tuple(dict.fromkeys(found))


def own_lines(layout: Layout, lines: Iterable[Line]) -> Iterator[Line]:
    """The lines that stand in no other box than the headline's: a page as a whole may be called "content-sidebar"."""
    others = _OTHERS & ~(layout.headline.zone if layout.headline else Zone.NONE)
    return (line for line in lines if not line.zone & others)


def _is_next_item(line: Line, first: Line) -> bool:
    """Whether a line is an item of the list that a line with tags began."""
    return line.block.tag == "li" and line.block.getparent() is first.block.getparent()


def _is_labelled(line: Line) -> bool:
    """Whether a line begins with a label, "Tags:"."""
    text, el = line.parts[0]
    return text.rstrip().endswith((":", "：")) and link_around(el, _LEVELS) is None


def _tags_of(line: Line, *, is_in_text: bool) -> Iterator[str]:
    """The names of the links to tags in a line. In the text, the address alone is not enough: texts link to lists of stories."""
    for link in links_of([line]):
        name = name_of(link).strip("#,· ")
        said = relations(link)
        # In microformats, the "p-category" of a link says that it is a tag.
        if (
            not 1 < len(name) <= _LONGEST_NAME
            or "category" in said
            or stands_in(link.getparent(), _CATEGORY_CLASS)
            or _UNFILED.match(name)
        ):
            continue
        leads_to_tag = not is_in_text and _TAG_PATH.search(link.get("href") or "")
        if leads_to_tag or "tag" in said or stands_in(link, TAGS_CLASS):
            yield name


def stands_in(el: Element | None, names: ClassPattern) -> bool:
    """Whether an element or a box around it is called so. An article's own box does not count, which WordPress names after its
    categories."""
    around = takewhile(lambda node: node.tag not in _WHOLE_PAGE, with_ancestors(el, _LEVELS))
    return any(names.finds(names_of(node)) for node in around)


def links_of(lines: Iterable[Line]) -> Iterator[Element]:
    """The links of some lines, in order, each once."""
    last = None
    for line in lines:
        for _, el in line.parts:
            link = link_around(el, _LEVELS)
            if link is not None and link is not last:
                last = link
                yield link


def name_of(link: Element) -> str:
    """What a link says; its source may have many blanks between the words."""
    return text_of(link, 10 * _LONGEST_NAME)


def relations(link: Element) -> set[str]:
    return set((link.get("rel") or "").lower().split())
