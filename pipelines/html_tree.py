"""HTML into a tree, in time that grows with its length alone.

libxml2 looks through all earlier attributes of a tag for each further one when it builds a tree (300,000 on one tag: minutes),
but not when it only tells what it meets. So a page that may hold such a tag is told first, and where it does hold one the tree
is built from what is told, with the first `MAX_ATTRIBUTES` of each tag. All other pages go the usual, fast way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

from lxml import etree
from lxml.etree import _Element as Element

from pipelines.text_limits import MAX_ATTRIBUTES

# A tag, or more: what stands in quotes behind "=" belongs to it, whatever it is. Never shorter than what the parser takes for one.
_TAG = re.compile(r"<[A-Za-z][^>=]*+(?:=[ \t\n\f\r]*+(?:\"[^\"]*+\"|'[^']*+')?+[^>=]*+)*+")
_QUOTED = re.compile(r"\"[^\"]*+\"|'[^']*+'")
_NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)


def parse_html(text: str) -> Element | None:
    """The tree of a page, or None where there is nothing to parse. Comments and processing instructions are dropped."""
    body = _opened(text).encode("utf-8", "replace")
    try:
        if _may_be_crowded(text) and _is_crowded(body):
            return etree.fromstring(body, _parser(_Uncrowded()))
        return etree.fromstring(body, _parser())
    except (etree.XMLSyntaxError, ValueError):
        return None


def _opened(text: str) -> str:
    """The page without an end in its middle: templates are put together of parts that each close the page.

    libxml2 drops what follows, browsers read on (HTML standard, 13.2.6.4.22).
    """
    end = _END.search(text)
    if end is None or len(text) - end.end() < _TAIL or not _TAG.search(text, end.end()):
        return text
    return _END.sub("", text)


_END = re.compile(r"</(?:html|body)\s{0,9}>", re.I)
_TAIL = 200
"""Characters behind the end of a page from which there may be more than a counter's script."""


def _parser(target: Any = None) -> etree.HTMLParser:
    # The plain parser: lxml.html's asks Python for the class of every element it hands out, which costs more than the parsing.
    return etree.HTMLParser(
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        huge_tree=False,
        no_network=True,
        target=target,
    )


def _may_be_crowded(text: str) -> bool:
    """Whether a tag may have more than `MAX_ATTRIBUTES`: a look that costs a hundredth of reading a page."""
    tags = _TAG.findall(text)
    shortest = 2 * MAX_ATTRIBUTES  # a letter and a blank each
    if max(map(len, tags), default=0) < shortest:
        return False
    return any(
        len(_QUOTED.sub(" ", tag).replace("/", " ").split()) > MAX_ATTRIBUTES for tag in tags if len(tag) >= shortest
    )


class _Crowded(Exception):
    """A tag has more attributes than are read."""


class _Watcher:
    """Is told the tags of a page; stops at one that is crowded."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if len(attributes) > MAX_ATTRIBUTES:
            raise _Crowded

    def end(self, tag: str) -> None: ...

    def close(self) -> None: ...


def _is_crowded(body: bytes) -> bool:
    try:
        etree.fromstring(body, _parser(_Watcher()))
    except _Crowded:
        return True
    return False


class _Uncrowded:
    """Builds the tree of what it is told, with the first attributes of each tag. Names that XML cannot hold are left out."""

    def __init__(self) -> None:
        self._builder = etree.TreeBuilder()
        self.data = self._builder.data
        self.close = self._builder.close

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        kept = ((name, value) for name, value in attributes.items() if _NAME.fullmatch(name))
        self._builder.start(tag if _NAME.fullmatch(tag) else "span", dict(islice(kept, MAX_ATTRIBUTES)))

    def end(self, tag: str) -> None:
        self._builder.end(tag if _NAME.fullmatch(tag) else "span")
