"""What a change is given, and what it makes."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lxml import etree

from bench.extraction.changed.markup_changes.writing import write

Element = Any
"""An element of lxml."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The page as a change leaves it."""

    body: bytes
    content_type: str | None = "text/html; charset=utf-8"
    url: str | None = None
    """Where it is found now, if it has moved."""


class Original:
    """A page that is to be changed."""

    def __init__(
        self,
        html: str,
        url: str | None,
        answer: dict[str, Any],
        others: Sequence[dict[str, Any]],
        neighbour: str | None,
    ) -> None:
        self._html = html
        self.url = url
        self.answer = answer
        """What is read of it, as `copydesk extract` prints it."""
        self.others = others
        """What is read of other pages: what boxes of related articles show."""
        self.neighbour = neighbour
        """The HTML of another page of its site, if there is one."""

    @cached_property
    def _tree(self) -> Element:
        return parse(self._html)

    def tree(self) -> Element:
        """A tree of its own, to be changed."""
        return copy.deepcopy(self._tree)

    @cached_property
    def language(self) -> str:
        """The language of the text; English where it is not known."""
        return str(self.answer.get("language") or "en")

    def in_text(self, el: Element) -> bool:
        """Whether an element is of the text that is read."""
        letters = letters_of(text_of(el))
        return len(letters) >= _LEAST_LETTERS and letters in self._text

    @cached_property
    def _text(self) -> str:
        return letters_of(str(self.answer["text"]))

    def paragraphs(self, tree: Element) -> list[Element]:
        """The innermost blocks of a tree that are of the text, in order."""
        found = [el for el in body_of(tree).iter("p", "div", "li") if self.in_text(el)]
        outer = {box for el in found for box in el.iterancestors()}
        return [el for el in found if el not in outer]

    def headline(self, tree: Element) -> Element | None:
        """The heading that is the title."""
        title = letters_of(str(self.answer["title"]))
        return next((el for el in tree.iter("h1", "h2") if title and letters_of(text_of(el)) == title), None)


_LEAST_LETTERS = 15

Change = Callable[[Original], Changed | None]
"""Makes the changed page; None where a page has not what would be changed."""


def of_tree(change: Callable[[Element, Original], object]) -> Change:
    """The change that alters a tree in place; False where there is nothing to alter."""

    def changed(original: Original) -> Changed | None:
        tree = original.tree()
        return None if change(tree, original) is False else Changed(body=write(tree).encode("utf-8", "replace"))

    return changed


def parse(html: str) -> Element:
    """The tree of a page, with its comments."""
    return etree.fromstring(html.encode("utf-8", "replace"), etree.HTMLParser(encoding="utf-8"))


def elements_of(markup: str) -> list[Element]:
    """The elements of a fragment, and its comments."""
    return list(parse(f"<!DOCTYPE html><html><body>{markup}</body></html>").find("body"))


def body_of(tree: Element) -> Element:
    """The body, or what is there instead."""
    body = tree.find("body")
    return tree if body is None else body


def head_of(tree: Element) -> Element:
    """The head; one is made where there is none."""
    head = tree.find("head")
    if head is None:
        head = etree.Element("head")
        tree.insert(0, head)
    return head


def add_first(box: Element, markup: str) -> None:
    """Put a fragment before all that a box holds."""
    parts = elements_of(markup)
    parts[-1].tail, box.text = box.text, None
    for at, el in enumerate(parts):
        box.insert(at, el)


def add_last(box: Element, markup: str) -> None:
    """Put a fragment behind all that a box holds."""
    for el in elements_of(markup):
        box.append(el)


def add_before(el: Element, markup: str) -> None:
    """Put a fragment before an element."""
    for part in elements_of(markup):
        el.addprevious(part)


def add_after(el: Element, markup: str) -> None:
    """Put a fragment after an element, before the text that follows it."""
    parent, at = el.getparent(), el.getparent().index(el) + 1
    parts = elements_of(markup)
    parts[-1].tail, el.tail = el.tail, None
    for offset, part in enumerate(parts):
        parent.insert(at + offset, part)


def text_of(el: Element) -> str:
    """The text of an element without scripts and comments."""
    return "".join(el.xpath(".//text()[not(parent::script or parent::style)]"))


def letters_of(text: str) -> str:
    """The letters and digits of a text."""
    return "".join(filter(str.isalnum, text)).lower()
