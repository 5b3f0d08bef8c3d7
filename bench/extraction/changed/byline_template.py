"""A page of a corpus freed of its byline, into which `transplanted_bylines` plants others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from lxml import etree
from lxml.etree import _Element as Element

from bench.extraction.changed.ablation import drop, statements
from pipelines.extraction.page.document import BLOCKS, BOILERPLATE, INVISIBLE, Zone, is_in_zone, normalize_space
from pipelines.extraction.text.date_parser import find_stamps
from pipelines.extraction.text.titles import plain
from pipelines.html_tree import parse_html

_LONGEST_BLOCK = 160
"""Characters of a block that is a byline and no running text."""
_LONGEST_MENTION = 600
"""Characters of a block that goes because it names the author elsewhere: a biography."""
_TELLING = re.compile(r"author|byline|writer|contributor|reporter|posted|meta", re.I)
"""Class names that may say that a box holds the author."""
_UNSEEN = BOILERPLATE | Zone.HIDDEN
"""Boxes in which nobody looks for the byline of an article."""
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


class Template:
    """A page freed of its byline, into which others are planted."""

    def __init__(
        self, html: str, author: str, published: date | None, answer: Mapping[str, Any], *, stated: bool
    ) -> None:
        """Raises ValueError where the page cannot be used, saying why."""
        tree = parse_html(html)
        if tree is None:
            raise ValueError("no markup")
        if not stated:
            statements(tree)
        lines = (answer.get("text") or "").split("\n")
        self.headline = _element_that_says(tree, answer.get("title") or "")
        self.first, self.last = _element_that_says(tree, lines[0]), _element_that_says(tree, lines[-1])
        place = _printed_name(tree, author, self.headline)
        if place is None:
            raise ValueError("the name is not printed in a short block")
        self.block = _byline_block(place, author, (self.headline, self.first))
        self.printed, self.said = (
            str(etree.tostring(self.block, encoding="unicode", method="html", with_tail=False)),
            _said(self.block),
        )
        self._forget(tree, author, published)
        if self.block.tag not in ("div", "li", "td", "dd"):
            self.block.tag = "div"
        self.tree, self.published, self.author = tree, published, author
        self.is_named_elsewhere = any(author.lower() in text.lower() for _, text in _texts(tree))
        self.language = str(answer.get("language") or "")[:2]

    def _forget(self, tree: Element, author: str, published: date | None) -> None:
        """Empty the block, and drop every other block that names the author or the day. Pictures keep what stands for them."""
        for inner in list(self.block):
            self.block.remove(inner)
        self.block.text = None
        kept = {node for el in self._landmarks() for node in (el, *el.iterancestors())}
        for el, text in list(_texts(tree)):
            about = author.lower() in text.lower() or (published is not None and _is_day(text, published))
            block = next((node for node in (el, *el.iterancestors()) if node.tag in BLOCKS), None)
            if not about or block is None or block in kept:
                continue
            if block.getparent() is not None and len(_said(block)) <= _LONGEST_MENTION:
                drop(block)
        for el in tree.iter("a", "img"):
            for name in ("href", "alt", "title", "src"):
                if plain(author) in plain(el.get(name) or ""):
                    del el.attrib[name]

    def _landmarks(self) -> list[Element]:
        return [el for el in (self.headline, self.first, self.last, self.block) if el is not None]

    def places(self) -> list[str]:
        """The places into which a byline can be planted."""
        marks = {
            "above": self.headline,
            "below": self.headline,
            "lead": self.first,
            "aside": self.first,
            "end": self.last,
        }
        return ["own", *(place for place, mark in marks.items() if mark is not None)]

    def plant(self, html: str, place: str, *, telling: bool) -> str:
        """The page with a byline in a place. The template stays as it is."""
        marked = {
            "above": self.headline,
            "below": self.headline,
            "lead": self.first,
            "aside": self.first,
            "end": self.last,
        }
        mark = marked.get(place, self.block)
        assert mark is not None
        box = etree.HTML(f"<div>{html}</div>")[0][0]
        box.tag = "aside" if place == "aside" else "div"
        attributes = [(node, dict(node.attrib)) for node in (self.block, *self.block.iterancestors())][:4]
        if place == "own":
            if not telling:
                for node, _ in attributes:
                    _silence(node)
            self.block.append(box)
        elif place in ("below", "end"):
            mark.addnext(box)
            box.tail, mark.tail = mark.tail, None
        else:
            mark.addprevious(box)
        planted = str(etree.tostring(self.tree, encoding="unicode", method="html"))
        drop(box)
        for node, kept in attributes:
            node.attrib.update(kept)
        return planted


def _silence(node: Element) -> None:
    for name in ("class", "id"):
        if _TELLING.search(node.get(name) or ""):
            del node.attrib[name]


def _texts(tree: Element) -> Iterator[tuple[Element, str]]:
    """The visible texts of a page and the elements that hold them."""
    for el in tree.iter(etree.Element):
        if el.tag not in INVISIBLE and el.text:
            yield el, el.text
        parent = el.getparent()
        if el.tail and parent is not None and parent.tag not in INVISIBLE:
            yield parent, el.tail


def _said(el: Element) -> str:
    return normalize_space(" ".join(text for _, text in _texts(el)))


def _element_that_says(tree: Element, line: str) -> Element | None:
    """The innermost block that says a line and nothing else; of a headline, its heading."""
    key = plain(line)
    blocks = tree.iter("p", "div", "li", *_HEADINGS) if key else ()
    found = [el for el in blocks if plain(_short(el, len(line))) == key and not is_in_zone(el, _UNSEEN)]
    found = [el for el in found if not any(other in found for other in el.iterdescendants())] or found
    headings = [el for el in found if el.tag in _HEADINGS]
    return min(headings or found, key=lambda el: is_in_zone(el, Zone.SHARE), default=None)


def _short(el: Element, size: int) -> str:
    """What an element says, or nothing where that is much more than a line of `size` characters."""
    text = "".join(map(str, el.itertext()))
    return text if len(text) < 3 * size + 200 and plain(text) and el.tag not in INVISIBLE else ""


def _is_day(text: str, day: date) -> bool:
    return len(text) < _LONGEST_BLOCK and any(
        (stamp.year, stamp.month, stamp.day) == (day.year, day.month, day.day) for stamp in find_stamps(text)
    )


def _printed_name(tree: Element, author: str, headline: Element | None) -> Element | None:
    """The element that prints the author in a short block: the first below the headline, else the last above it."""
    above: list[Element] = []
    passed = headline is None
    texts: dict[Element, list[str]] = {}
    for el, text in _texts(tree):
        texts.setdefault(el, []).append(text)
    for el in tree.iter(etree.Element):
        passed = passed or el is headline
        if any(author.lower() in normalize_space(text).lower() for text in texts.get(el, ())):
            block = next((node for node in (el, *el.iterancestors()) if node.tag in BLOCKS), el)
            if len(_said(block)) <= _LONGEST_BLOCK and not is_in_zone(el, _UNSEEN):
                if passed:
                    return el
                above.append(el)
    return above[-1] if above else None


def _byline_block(el: Element, author: str, others: Sequence[Element | None]) -> Element:
    """The largest block around a printed name that is still short and holds neither the headline nor the text."""
    block = next((node for node in (el, *el.iterancestors()) if node.tag in BLOCKS), el)
    for node in block.iterancestors():
        inside = set(node.iterdescendants())
        if node.tag in ("body", "html", "main", "article") or len(_said(node)) > _LONGEST_BLOCK:
            break
        if any(other in inside for other in others if other is not None) or any(one.tag in _HEADINGS for one in inside):
            break
        block = node
    return block
