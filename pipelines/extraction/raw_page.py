"""A page as received, for the rules of its site: what a selector or pattern finds in it, as lines of text.

The general reader skips much of a page (scripts, menus, comments, what exceeds its limits). A rule knows its site, so it sees
everything: the page is parsed for it separately, with comments.
"""

from __future__ import annotations

import html as entities
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from lxml import etree
from lxml.cssselect import CSSSelector
from lxml.etree import _Element as Element

from db.site_rules.loader import FieldRule
from pipelines.extraction.page.document import BLOCKS, normalize_space
from pipelines.extraction.structured_data.state_scripts import json_string
from pipelines.html_tree import parse_html

MAX_CHARACTERS = 20_000_000
"""Characters of a page that rules see: as many as the longest body has bytes (`extract.MAX_BODY`)."""
_UNSEEN_TAGS = frozenset(("script", "style", "template"))
_MARKUP = re.compile(r"</?[A-Za-z][^<>]{0,2000}>|<!--")


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedText:
    """One result of a rule: its non-empty lines as a reader sees them, and its element if it has one."""

    lines: tuple[str, ...]
    element: Element | None = field(default=None, repr=False)

    @property
    def text(self) -> str:
        return " ".join(self.lines)


class RawPage:
    """The decoded text of a page. It is parsed when a selector is first applied."""

    def __init__(self, html: str) -> None:
        self._html = html[:MAX_CHARACTERS]

    @cached_property
    def _tree(self) -> Element | None:
        return parse_html(self._html, comments=True)

    def find(self, rule: FieldRule, preferred: str | None = None) -> list[SelectedText]:
        """The results of a rule in the page's order; a pattern has at most one. `preferred` is the attribute that is read
        where the rule names none and an element has it."""
        if rule.value is not None:
            return [SelectedText(lines=tuple(line for line in rule.value.splitlines() if line.strip()))]
        if rule.regex:
            return list(self._by_pattern(rule.regex))
        if self._tree is None:
            return []
        found = compiled_selector(rule.css, rule.xpath)(self._tree)
        items = found if isinstance(found, list) else [found]
        # A headline about the <b> tag is text; a whole article in an attribute is markup.
        split = _lines_of_article if rule.field == "text" else _lines_of_text
        results = [_selected_text(item, rule.attribute, preferred, split) for item in items]
        return [one for one in results if one.lines or (one.element is not None and rule.attribute is None)]

    def _by_pattern(self, pattern: str) -> Iterator[SelectedText]:
        match = re.search(pattern, self._html)
        if match is None:
            return
        group = next((number for number in range(1, match.re.groups + 1) if match[number] is not None), 0)
        if match.re.groups and not group:
            return
        start, end = match.span(group)
        value = match[group]
        if "\\" in value and self._html[start - 1 : start] == '"' == self._html[end : end + 1]:
            value = _unescaped(value)
        if lines := _lines_of_markup(value):
            yield SelectedText(lines=lines)


@lru_cache(maxsize=512)
def compiled_selector(css: str | None, xpath: str | None) -> Any:
    """A selector that is applied by calling it with a tree."""
    return CSSSelector(css, translator="html") if css else etree.XPath(xpath or "self::node()[false()]")


_SplitLines = Callable[[str], tuple[str, ...]]


def _selected_text(item: Any, attribute: str | None, preferred: str | None, split: _SplitLines) -> SelectedText:
    """One result of a selector: an element, an attribute, text, or the value of an XPath function."""
    if not isinstance(item, etree._Element):
        return SelectedText(lines=split(_item_text(item)))
    if not isinstance(item.tag, str):  # a comment of the markup
        return SelectedText(lines=_lines_of_markup(item.text or ""), element=item)
    name = attribute.lower() if attribute else _value_attribute(item, preferred)
    if name is not None:
        return SelectedText(lines=split(item.get(name) or ""), element=item)
    if item.tag in _UNSEEN_TAGS:
        return SelectedText(lines=_lines_of_markup("".join(str(text) for text in item.itertext())), element=item)
    return SelectedText(lines=lines_of_element(item), element=item)


def _value_attribute(element: Element, preferred: str | None) -> str | None:
    """The attribute that holds an element's value, where it has one."""
    if preferred and element.get(preferred):
        return preferred
    return {"meta": "content", "link": "href"}.get(element.tag)


def _item_text(item: Any) -> str:
    if isinstance(item, bool):
        return "true" if item else ""
    if isinstance(item, float):
        return "" if math.isnan(item) else f"{item:.15g}"
    return str(item)


def _lines_of_text(text: str) -> tuple[str, ...]:
    """The lines of a plain string, such as an attribute."""
    return tuple(line for raw in text.splitlines() if (line := normalize_space(raw)))


def _lines_of_article(text: str) -> tuple[str, ...]:
    """The lines of a string that is a whole article, plain or in markup."""
    return _lines_of_markup(text) if _MARKUP.search(text) else _lines_of_text(text)


def _lines_of_markup(source: str) -> tuple[str, ...]:
    """The lines of a fragment of markup as a browser shows them."""
    if not _MARKUP.search(source):
        return _lines_of_text(entities.unescape(source))
    root = parse_html(f"<div>{source}</div>", comments=True)
    return lines_of_element(root) if root is not None else ()


def _unescaped(value: str) -> str:
    """The value of a JSON string without its quotes; the string itself where it is none."""
    text = json_string(value)
    # Half a pair of surrogates is no character.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if text is not None else value


def lines_of_element(root: Element) -> tuple[str, ...]:
    """The lines of an element, divided at the borders of blocks, without scripts and comments."""
    texts: list[str] = []
    walk = etree.iterwalk(root, events=("start", "end", "comment"))
    for event, element in walk:
        is_block = event in ("start", "end") and (element.tag in BLOCKS or element.tag == "br")
        if is_block:
            texts.append("\n")
        if event == "start":
            if element.tag in _UNSEEN_TAGS:
                walk.skip_subtree()
            else:
                texts.append(" ".join((element.text or "").splitlines()))
        elif element is not root:
            texts.append(" ".join((element.tail or "").splitlines()))
    return tuple(line for raw in "".join(texts).split("\n") if (line := normalize_space(raw)))
