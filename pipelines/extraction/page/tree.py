"""Where an element stands in the tree of its page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, islice

from lxml.etree import _Element as Element

from pipelines.extraction.text.word_lists import words

_LIST_TAGS = words("li ul ol dl dt dd")
_OF_ARTICLE = words("article main")
_MAX_LIST_DEPTH = 8
_OTHER_WORK_PROPERTIES = words("citation comment review itemlistelement haspart isrelatedto mentions")
_MAX_WORK_DEPTH = 12


def with_ancestors(el: Element | None, levels: int | None = None) -> Iterator[Element]:
    """An element and its ancestors, from the inside out; at most `levels` elements in all."""
    return islice(chain((el,), el.iterancestors()), levels) if el is not None else iter(())


def names_of(el: Element) -> str:
    """What an element is called by its class and id, as far as patterns look."""
    return f"{el.get('class', '')[:200]} {el.get('id', '')[:80]}"


def is_called(el: Element | None, names: re.Pattern[str], levels: int = 1) -> bool:
    """Whether an element, or a box around it among `levels` from the inside out, is called so."""
    return any(_matches(names, names_of(node)) for node in with_ancestors(el, levels))


@lru_cache(8192)  # the lines of a page stand in the same boxes
def _matches(pattern: re.Pattern[str], text: str) -> bool:
    return pattern.search(text) is not None


def is_inside(el: Element | None, box: Element | None) -> bool:
    """Whether an element is a box or stands in it."""
    return el is not None and box is not None and (el is box or box in el.iterancestors())


def is_in_site_header(el: Element, headline: Element) -> bool:
    """Whether an element stands in a `header` that the article is no part of."""
    boxes = list(with_ancestors(el))
    header = next((box for box in boxes if box.tag == "header"), None)
    return header is not None and not is_inside(headline, header) and all(box.tag not in _OF_ARTICLE for box in boxes)


def link_around(el: Element | None, levels: int) -> Element | None:
    """The `a` that an element is or stands in, among `levels` elements from the inside out."""
    return next((node for node in with_ancestors(el, levels) if node.tag == "a"), None)


def container_of(block: Element) -> Element | None:
    """The nearest ancestor that is no part of a list; below nine lists or more, the ninth ancestor."""
    boxes = enumerate(block.iterancestors())
    return next((el for depth, el in boxes if depth == _MAX_LIST_DEPTH or el.tag not in _LIST_TAGS), None)


def describes_other_work(el: Element) -> bool:
    """Whether an element of microdata describes a work that the page lists or cites (schema.org/citation and the like)."""
    for node in islice(el.iterancestors(), _MAX_WORK_DEPTH):
        if node.tag == "body":
            return False
        if (node.get("itemprop") or "").strip().lower() in _OTHER_WORK_PROPERTIES:
            return True
    return False


_TYPED_BREAK = re.compile(r"[。！？…”]\n[^\s<]")
"""A break behind a sentence in a script without spaces, where the source of a page is seldom broken."""
_LEAST_TYPED = 3


def break_typed_lines(tree: Element, html: str) -> None:
    """Set line breaks in texts that are shown as they were typed (`white-space: pre-line`): each of their lines ends a sentence.
    `html` is what the tree was parsed from."""
    if "。" not in html or not _TYPED_BREAK.search(html):
        return
    for el in tree.iter("span", "div", "p"):
        if el.text and _TYPED_BREAK.search(el.text):
            lines = [line.strip() for line in el.text.split("\n") if line.strip()]
            if len(lines) >= _LEAST_TYPED and all(line[-1] in "。！？…”" for line in lines[:-1]):
                el.text = lines[0]
                for at, line in enumerate(lines[1:]):
                    el.insert(at, el.makeelement("br"))
                    el[at].tail = line


def open_shadow_roots(tree: Element, html: str) -> None:
    """Make boxes of the templates that a browser shows where they stand: declarative shadow roots, which saved pages have too."""
    if "shadowroot" in html:
        for el in tree.iter("template"):
            if "shadowrootmode" in el.attrib or "shadowroot" in el.attrib:
                el.tag = "div"
