"""Parses HTML into a tree, in time linear in its length.

When libxml2 builds a tree, it compares each attribute of a tag with all earlier ones (300,000 on one tag take minutes), but not
when it only reports parser events. A page that may have such a tag is first parsed into events, and if it has one, the tree is
built from events, with the first `MAX_ATTRIBUTES` attributes of each tag. All other pages are parsed the usual, fast way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

from lxml import etree
from lxml.etree import _Element as Element

from pipelines.text_limits import MAX_ATTRIBUTES

# A tag, or more: anything in quotes after "=" belongs to it. Never shorter than what the parser takes for a tag.
_TAG = re.compile(r"<[A-Za-z][^>=]*+(?:=[ \t\n\f\r]*+(?:\"[^\"]*+\"|'[^']*+')?+[^>=]*+)*+")
_QUOTED = re.compile(r"\"[^\"]*+\"|'[^']*+'")
_NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)


def parse_html(text: str, *, comments: bool = False) -> Element | None:
    """The tree of a page, or None if there is nothing to parse. Processing instructions are dropped, so are most often comments."""
    body = _without_inner_end(text).encode("utf-8", "replace")
    try:
        if _may_have_many_attributes(text) and _has_too_many_attributes(body):
            return etree.fromstring(body, _parser(_LimitedTreeBuilder()))
        return etree.fromstring(body, _parser(comments=comments))
    except (etree.XMLSyntaxError, ValueError):
        return None


def with_few_attributes(text: str) -> str:
    """A page for parsers of others, which build the tree by themselves: written anew where a tag has more than `MAX_ATTRIBUTES`."""
    tree = parse_html(text) if _may_have_many_attributes(text) else None
    return text if tree is None else etree.tostring(tree, encoding="unicode", method="html")


def _without_inner_end(text: str) -> str:
    """The page without `</body>` and `</html>` in its middle: some templates consist of parts that each close the page.

    libxml2 drops what follows, browsers do not (HTML standard, 13.2.6.4.22).
    """
    end = _END.search(text)
    if end is None or len(text) - end.end() < _TAIL or not _TAG.search(text, end.end()):
        return text
    return _END.sub("", text)


_END = re.compile(r"</(?:html|body)\s{0,9}>", re.I)
_TAIL = 200
"""Characters after the end of a page up to which there is at most the script of a counter."""


def _parser(target: Any = None, *, comments: bool = False) -> etree.HTMLParser:
    # Not lxml.html's parser: it calls Python to choose the class of each element, which costs more than parsing.
    return etree.HTMLParser(
        encoding="utf-8",
        remove_comments=not comments,
        remove_pis=True,
        collect_ids=False,
        huge_tree=False,
        no_network=True,
        target=target,
    )


def _may_have_many_attributes(text: str) -> bool:
    """Whether a tag may have more than `MAX_ATTRIBUTES`: a check that costs a hundredth of extracting a page."""
    tags = _TAG.findall(text)
    shortest = 2 * MAX_ATTRIBUTES  # a letter and a blank each
    if max(map(len, tags), default=0) < shortest:
        return False
    return any(
        len(_QUOTED.sub(" ", tag).replace("/", " ").split()) > MAX_ATTRIBUTES for tag in tags if len(tag) >= shortest
    )


class _TooManyAttributes(Exception):
    """A tag has more than `MAX_ATTRIBUTES` attributes."""


class _AttributeCounter:
    """A parser target that stops at a tag with too many attributes."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if len(attributes) > MAX_ATTRIBUTES:
            raise _TooManyAttributes

    def end(self, tag: str) -> None: ...

    def close(self) -> None: ...


def _has_too_many_attributes(body: bytes) -> bool:
    try:
        etree.fromstring(body, _parser(_AttributeCounter()))
    except _TooManyAttributes:
        return True
    return False


class _LimitedTreeBuilder:
    """A parser target that builds the tree with the first attributes of each tag, without names that are invalid in XML."""

    def __init__(self) -> None:
        self._builder = etree.TreeBuilder()
        self.data = self._builder.data
        self.close = self._builder.close

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        kept = ((name, value) for name, value in attributes.items() if _NAME.fullmatch(name))
        self._builder.start(tag if _NAME.fullmatch(tag) else "span", dict(islice(kept, MAX_ATTRIBUTES)))

    def end(self, tag: str) -> None:
        self._builder.end(tag if _NAME.fullmatch(tag) else "span")
