"""Trafilatura's fast mode without the passes that change nothing on nearly all pages.

`bare_extraction` copies the tree five times and looks at all of its elements for boxes that few pages have. Here its own functions
run in its order, and look for such boxes where one of their names occurs. Which names it discards in the text is asked of its own
expressions, once for each set of attributes rather than for each element of each page. Its further tries for a short text are left
out: `body.text` compares what was read with the running text that the page shows.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from itertools import accumulate, chain, takewhile
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

from lxml import etree
from lxml.etree import SubElement, XPath, strip_elements, strip_tags
from lxml.etree import _Element as Element

_PRUNED_TAGS = ("div", "section", "aside", "details", "ul", "ol", "list")
_PRUNED_NAMES = ("mvp-post-add", "infinite", "elementor-share", "omment", "comol", "disqus_thread", "dsq-")
"""The elements at which `RAW_TREE_PRUNE_XPATH` and `REMOVE_COMMENTS_AND_LISTS_XPATH` look, and what occurs in the names that
they look for."""
_FORUM = "DiscussionForumPosting"
"""The type by which trafilatura knows a forum."""
_COUNT = XPath("count(.//*)")
_LINKED_TAGS = ("div", "list", "p")
"""The elements that trafilatura discards where they hold too many links, in its order. It keeps those that hold none."""
_PARAGRAPHS = XPath("//p//text()", smart_strings=False)
_ATTRIBUTES_KEPT, _LONGEST_KEPT = 8_192, 500
"""Sets of attributes whose discarding is remembered, and their characters at most. The main content of a page has 16 on average,
most of which the next page of its site has too."""


def read_plainly(make_page: Callable[[], Element], options: Any) -> str | None:
    """What `bare_extraction` reads with these options, the fast ones of `body.text`; None where it must run itself."""
    from trafilatura.main_extractor import extract_content
    from trafilatura.xml import xmltotxt

    try:
        tree = _converted(make_page(), options)
        if tree is None:
            return None
        body, text = _read_frame(tree, options) or extract_content(_converted(make_page(), options), options)
    except (TypeError, ValueError):
        return None
    if len(text) < max(options.min_extracted_size, options.min_output_size):
        return None
    return str(xmltotxt(body, options.formatting))


def _converted(page: Element, options: Any) -> Any:
    """A page as trafilatura's functions take it; None for a forum, whose comments may be its text."""
    from trafilatura.htmlprocessing import convert_tags, prune_unwanted_nodes, tree_cleaning
    from trafilatura.xpaths import RAW_TREE_PRUNE_XPATH, REMOVE_COMMENTS_AND_LISTS_XPATH

    names = "\n".join([f"{el.get('class')} {el.get('id')}" for el in page.iter(*_PRUNED_TAGS)])
    if any(name in names for name in _PRUNED_NAMES):
        if any(_FORUM in (script.text or "") for script in page.iter("script")):
            return None
        prune_unwanted_nodes(cast(Any, page), [*RAW_TREE_PRUNE_XPATH, *REMOVE_COMMENTS_AND_LISTS_XPATH])
    return convert_tags(tree_cleaning(cast(Any, page), options), options, None)


def _read_frame(tree: Element, options: Any) -> tuple[Element, str] | None:
    """What `extract_content` makes of the `article` that is all of the page, and its text; None where it would look elsewhere
    as well, or where the article is no sequence of blocks."""
    from trafilatura.htmlprocessing import process_node
    from trafilatura.main_extractor import NOT_AT_THE_END, REBUILT_BLOCKS, handle_textelem
    from trafilatura.settings import TAG_CATALOG
    from trafilatura.utils import text_chars_test
    from trafilatura.xml import delete_element

    frame = tree.find("body/article[@class='post']")
    if frame is None or frame.getprevious() is not None:
        return None
    _prune_frame(frame)
    blocks = [*frame.iterdescendants("*")]
    if all(el.tag == "lb" for el in blocks) or text_chars_test(frame.text):
        return None
    tags = {*TAG_CATALOG, "table", "td", "th", "tr"}
    if len("".join(cast(list[str], _PARAGRAPHS(tree)))) < 3 * options.min_extracted_size:
        tags.add("div")
    body = etree.Element("body")
    for el in blocks:
        tag, tail = el.tag, el.tail
        if tag == "done" or _root(el) is body:
            continue  # a block that was read has taken it along
        read = handle_textelem(el, tags, options)
        if read is not None:
            body.append(read)
            if _root(el) is not body:
                el.tag = "done"
        if tag in REBUILT_BLOCKS and text_chars_test(tail) and (read is None or read.tail is None):
            behind = etree.Element("p")
            behind.text = tail
            if process_node(behind, options) is not None:
                body.append(behind)
    while len(body) and body[-1].tag in NOT_AT_THE_END:
        delete_element(body[-1], keep_tail=False)
    text = " ".join(cast(str, piece) for piece in body.itertext()).strip()
    if len(body) < 2 or len(text) < options.min_extracted_size:
        return None
    _tidy(body)
    return body, text


def _root(el: Element) -> Element:
    return el.getroottree().getroot()


def _prune_frame(frame: Element) -> None:
    """What `prune_unwanted_sections` does with the main content."""
    from trafilatura.htmlprocessing import delete_by_link_density, link_density_test_tables, prune_unwanted_nodes
    from trafilatura.xml import delete_element

    found: defaultdict[int, list[Element]] = defaultdict(list)
    for el in frame.iterdescendants("*"):
        for number in _expressions_for(el):
            found[number].append(el)
    for numbers, is_guarded in zip(_expressions().numbers, (True, False, False), strict=True):
        if any(number in found for number in numbers):
            listed = [lambda _, elements=found[number]: elements for number in numbers]
            prune_unwanted_nodes(cast(Any, frame), cast(Any, listed), with_backup=is_guarded)
    with_links: set[Element] = set()
    for link in frame.iter("ref"):
        with_links.update(takewhile(lambda el: el not in with_links, link.iterancestors()))
    for _ in range(2 if with_links else 0):
        size = _COUNT(frame)
        for tag in _LINKED_TAGS:
            blocks = [el for el in frame.iter(tag) if el in with_links]
            examined = SimpleNamespace(iter=lambda _, blocks=blocks: blocks)
            delete_by_link_density(cast(Any, examined), tag, backtracking=tag == "div")
        if _COUNT(frame) == size:
            break  # the second pass would find the same
    for table in [table for table in frame.iter("table") if link_density_test_tables(cast(Any, table))]:
        delete_element(table, keep_tail=False)
    strip_tags(frame, "span", "ref")


class _Expressions(NamedTuple):
    """Trafilatura's expressions for what it discards: general boilerplate, captions, teasers."""

    listed: tuple[XPath, ...]
    numbers: tuple[range, range, range]
    """Of each kind, where its expressions stand in the list."""
    attributes: frozenset[str]
    """The attributes that the expressions look at. They look at no other element than the one that they find."""


@cache
def _expressions() -> _Expressions:
    from trafilatura.xpaths import DISCARD_IMAGE_ELEMENTS, OVERALL_DISCARD_XPATH, TEASER_DISCARD_XPATH

    kinds = (OVERALL_DISCARD_XPATH, DISCARD_IMAGE_ELEMENTS, TEASER_DISCARD_XPATH)
    listed = tuple(chain.from_iterable(kinds))
    first, second, third = accumulate(map(len, kinds))
    attributes = frozenset(name for expression in listed for name in re.findall(r"@([\w-]+)", expression.path))
    return _Expressions(listed, (range(first), range(first, second), range(second, third)), attributes)


def _expressions_for(el: Element) -> Sequence[int]:
    """The numbers of the expressions that find an element."""
    attributes: list[tuple[str, str]] = el.items()  # type: ignore[assignment]  # lxml-stubs: bytes too
    if not attributes:
        return ()
    known = _expressions().attributes
    named = tuple([attribute for attribute in attributes if attribute[0] in known])
    if not named:
        return ()
    is_kept = sum(len(value) for _, value in named) <= _LONGEST_KEPT
    return (_finding if is_kept else _finding.__wrapped__)(el.tag, named)


@lru_cache(_ATTRIBUTES_KEPT)
def _finding(tag: str, attributes: tuple[tuple[str, str], ...]) -> tuple[int, ...]:
    """The numbers of the expressions that find an element with this tag and these attributes."""
    box = etree.Element("box")
    SubElement(box, tag, dict(attributes))
    return tuple(number for number, expression in enumerate(_expressions().listed) if expression(box))


def _tidy(body: Element) -> None:
    """Drop from what was read the long blocks that repeat the one above, what was taken along, and blanks between blocks."""
    from trafilatura.settings import MIN_DUPLICATE_LENGTH
    from trafilatura.utils import SPACING_PROTECTED, trim

    above = ""
    for block in list(body):
        text = trim("".join(cast(str, piece) for piece in block.itertext()))
        if text == above and len(text) > MIN_DUPLICATE_LENGTH:
            body.remove(block)
        else:
            above = text
    strip_elements(body, "done")
    strip_tags(body, "div")
    for line_break in body.iter("lb"):
        tail = line_break.tail
        if tail and tail.isspace() and not any(el.tag in SPACING_PROTECTED for el in line_break.iterancestors()):
            line_break.tail = None
