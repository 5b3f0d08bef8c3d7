"""What a site's TOML file takes out of its pages: elements, before the general reader looks, and lines of the text.

A page on which the rules find nothing is read exactly as without them. Where they find elements, the page is written anew without
these, and every reader sees that page: those of the tree, of the scripts, and trafilatura, which parses for itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree
from lxml.etree import _Element as Element

from db.site_rules.loader import RemoveRule
from db.text.list_marks import without_list_mark
from pipelines.extraction.page.document import BLOCKS, Document, normalize_space
from pipelines.extraction.raw_page import MAX_CHARACTERS, compiled_selector, lines_of_element
from pipelines.html_tree import parse_html

_LONGEST_LINE = 5_000
"""Characters of a line up to which patterns see it: furniture is short."""
_KEPT_WHOLE = frozenset(("html", "body", "head"))
"""Elements that are never taken out: without them there is no page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFilter:
    """The rules about lines. Lines are compared without the mark of a list."""

    exact: frozenset[str] = frozenset()
    patterns: tuple[re.Pattern[str], ...] = ()

    @classmethod
    def of(cls, rules: Sequence[RemoveRule]) -> LineFilter:
        return cls(
            exact=frozenset(rule.line for rule in rules if rule.line is not None),
            patterns=tuple(re.compile(rule.line_regex) for rule in rules if rule.line_regex is not None),
        )

    def __bool__(self) -> bool:
        return bool(self.exact or self.patterns)

    def takes(self, line: str) -> bool:
        """Whether a line is no part of an article."""
        text = normalize_space(without_list_mark(line))[:_LONGEST_LINE]
        return text in self.exact or any(pattern.fullmatch(text) for pattern in self.patterns)

    def rest(self, lines: Sequence[str]) -> list[str]:
        """The lines that stay."""
        return [line for line in lines if not self.takes(line)] if self else list(lines)

    def rest_of_document(self, document: Document) -> Document:
        """A page without these lines."""
        if not self:
            return document
        kept = (line for line in document.lines if not self.takes(line.text))
        return replace(document, lines=tuple(line._replace(row=row) for row, line in enumerate(kept)))


_NO_LINES = LineFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class RestOfPage:
    """A page without the elements of the rules in force. `boxes`: how many there were; `lines`: the rules about lines."""

    html: str
    boxes: int = 0
    lines: LineFilter = _NO_LINES
    site: str = ""

    def provenance(self, lines: int = 0) -> str:
        """What was taken out, with so many lines of the text: an addition to a provenance, or nothing."""
        parts = [_counted(self.boxes, "box", "boxes"), _counted(lines, "line", "lines")]
        taken = " and ".join(filter(None, parts))
        return f"without {taken} (site rule {self.site})" if taken else ""


def _counted(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}" if number else ""


def rest_of_page(html: str, rules: Sequence[RemoveRule], site: str) -> RestOfPage:
    """The page without what these rules find; as it was where they find no element."""
    boxes = [rule for rule in rules if not rule.is_of_lines]
    lines = LineFilter.of(rules)
    tree = parse_html(html[:MAX_CHARACTERS], comments=True) if boxes else None
    found = list(dict.fromkeys(el for rule in boxes for el in _elements(tree, rule))) if tree is not None else []
    for element in found:
        _take_out(element)
    if tree is None or not found:
        return RestOfPage(html=html, lines=lines, site=site)
    return RestOfPage(html=_written(tree), boxes=len(found), lines=lines, site=site)


def boxes_found(html: str, rules: Sequence[RemoveRule]) -> list[list[tuple[str, ...]]]:
    """For each rule the elements that it takes out of a page, whatever its `until` says, each as its lines."""
    tree = parse_html(html[:MAX_CHARACTERS], comments=True)
    return [
        [_shown_lines(el) for el in _elements(tree, rule)] if tree is not None and not rule.is_of_lines else []
        for rule in rules
    ]


def _elements(tree: Element, rule: RemoveRule) -> Iterator[Element]:
    """The elements that a rule finds. An expression may also give texts, attributes or numbers: there is nothing to take out."""
    found: Any = compiled_selector(rule.css, rule.xpath)(tree)
    for item in found if isinstance(found, list) else ():
        if isinstance(item, etree._Element) and item.tag not in _KEPT_WHOLE and item.getparent() is not None:
            yield item


def _shown_lines(element: Element) -> tuple[str, ...]:
    """The lines of an element; of a `meta` its content."""
    return (content,) if (content := element.get("content")) else lines_of_element(element)


def _take_out(element: Element) -> None:
    """Take an element out of its tree. The text after it stays, on a line of its own if the element was a block."""
    parent, tail = element.getparent(), element.tail
    if parent is None:
        return
    if tail and not tail.isspace():
        rest = etree.Element("br" if element.tag in BLOCKS else "wbr")
        rest.tail = tail
        element.addnext(rest)
        element.tail = None
    parent.remove(element)


def _written(tree: Element) -> str:
    return etree.tostring(tree.getroottree(), encoding="unicode", method="html", with_tail=False)
