"""The article's text: trafilatura over the main content, then what it missed or took too much of is put right.

The main content is pruned first (`page.boilerplate`). Trafilatura's fast mode reads what is left. Where it gives much less than
the visible running text, its cautious mode is tried, and then the running text itself. Where the result is very short, the whole
page is read as well.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from copy import copy
from functools import cache, partial
from typing import Any

from lxml.etree import ElementDefaultClassLookup, SubElement
from lxml.etree import _Element as Element
from lxml.html import HtmlElement, HTMLParser

from db.text.list_marks import without_list_mark
from pipelines.extraction.body.omitted_lines import restore_omitted_lines
from pipelines.extraction.body.plain_reading import read_plainly
from pipelines.extraction.body.repetitions import drop_repetitions
from pipelines.extraction.body.scoring import SHORT_TEXT, holds_description, lead_paragraphs, prefers_whole_page
from pipelines.extraction.page.boilerplate import PrunedContent, prune_boilerplate
from pipelines.extraction.page.document import Document, Zone, normalize_space, text_length
from pipelines.extraction.page.main_content import MainContent
from pipelines.extraction.page.text_box import is_named_body
from pipelines.extraction.page.tree import is_inside, link_around, with_ancestors
from pipelines.extraction.text.titles import plain
from pipelines.extraction.text.word_count import count_words
from pipelines.extraction.text.writing import words
from pipelines.html_tree import with_few_attributes

_MIN_SHARE = 0.7
"""Share of the visible running text that an extraction must hold; below it the next way is tried."""
_VERY_SHORT, _FEW_WORDS = 160, 25
"""Characters and words below which a text is doubted and the whole page is read."""
_LINK_LEVELS = 4


def read_body(document: Document, main: MainContent) -> list[str]:
    """The lines of the article's text, boilerplate lines still among them."""
    pruned = prune_boilerplate(document, main)
    if pruned is None:
        page_text = _extract_whole(document.html)
        lines = _split_lines(page_text)
        return lines if prefers_whole_page("", page_text, document) else _without_boilerplate(lines, document, main)
    text = _read_main_content(pruned, document, main)
    is_named = any(is_named_body(el) for el in with_ancestors(main.element))
    if len(text) < _VERY_SHORT and count_words(text) < _FEW_WORDS and not is_named:
        page_text = _extract_whole(document.html)
        lines = _without_boilerplate(_split_lines(page_text), document, main)
        if len("".join(lines)) > 2 * len(text):
            return lines
        return _split_lines(page_text if prefers_whole_page(text, page_text, document) else text)
    restored = restore_omitted_lines(_split_lines(text), pruned.lines, main.boilerplate_zones, document.language)
    lines = lead_paragraphs(main) + drop_repetitions(restored, pruned.lines)
    text = "\n".join(lines)
    if len(text) < SHORT_TEXT and not holds_description(text, document):
        page_text = _extract_whole(document.html)
        return _split_lines(page_text) if prefers_whole_page(text, page_text, document) else lines
    return lines


def _read_main_content(pruned: PrunedContent, document: Document, main: MainContent) -> str:
    paragraphs = [line for line in main.paragraphs if is_inside(line.block, main.element)]
    minimum = _MIN_SHARE * text_length(paragraphs)
    has_joiners = any(joiner in document.html for joiner, _ in _JOINERS)
    make_page = partial(_article_page, pruned.element, has_joiners=has_joiners)
    text = _extract(make_page, fast=True)
    if len(text) < minimum:
        cautious = _extract(make_page, fast=False)
        text = max(text, cautious, key=len)
    if len(text) < minimum:
        return "\n".join(line.text for line in paragraphs)
    whole = plain(text) if "\n" not in text else None
    if whole is not None and sum(plain(line.text) in whole for line in main.paragraphs) > 1:
        # A short text, which trafilatura gives in one line, menus and all.
        styles = {(line.block.tag, line.block.get("class")) for line in main.paragraphs}
        shown = (line for line in pruned.lines if not line.is_link)
        return "\n".join(line.text for line in shown if (line.block.tag, line.block.get("class")) in styles)
    return text


def _without_boilerplate(lines: list[str], document: Document, main: MainContent) -> list[str]:
    """A whole page's text without its links and boilerplate: nothing is left of a page of menus and lists."""
    boilerplate: set[str] = set()
    zones = main.boilerplate_zones | Zone.HIDDEN
    for line in document.lines:
        if line.zone & zones or line.is_link:
            boilerplate.add(plain(line.text))
        if line.link_chars:
            boilerplate.update(plain(text) for text, el in line.parts if link_around(el, _LINK_LEVELS) is not None)
    return [line for line in lines if plain(without_list_mark(line)) not in boilerplate]


def _split_lines(text: str) -> list[str]:
    return [line for raw in text.split("\n") if (line := normalize_space(raw))]


@cache
def _options(fast: bool) -> Any:
    """Trafilatura's settings. It must not fall back to the whole page for a short text: the main content is found already."""
    from trafilatura.settings import Extractor  # 0.3 s to import: only where a page is read

    options = Extractor(output_format="python", fast=fast, comments=False, with_metadata=False)
    options.min_extracted_size = 20
    return options


_JOINERS = (("\u200c", "\u2cff"), ("\u200d", "\u2cfe"))
"""Zero-width (non-)joiners, which Persian and Indic spelling needs and trafilatura drops, and printed characters in their place."""


_FIELD = re.compile(r"<textarea\b.*?(?:</textarea|\Z)", re.I | re.S)
"""What can be typed into, or is kept there for scripts: trafilatura takes it for text."""


def _extract_whole(html: str) -> str:
    """What trafilatura reads of a whole page."""
    return _extracted(with_few_attributes(_FIELD.sub("", html) if "<textarea" in html else html), fast=True)


def _extract(make_page: Callable[[], Element], *, fast: bool) -> str:
    """What trafilatura reads of a page that is made for it."""
    text = read_plainly(make_page, _options(fast)) if fast else None
    return _extracted(make_page(), fast=fast) if text is None else _with_joiners(text)


def _extracted(page: Element | str, *, fast: bool) -> str:
    from trafilatura.core import bare_extraction

    extracted: Any = bare_extraction(page, options=_options(fast))
    return _with_joiners((extracted.text or "") if extracted is not None else "")


def _with_joiners(text: str) -> str:
    for joiner, stand_in in _JOINERS:
        text = text.replace(stand_in, joiner)
    return text


_MIN_PARAGRAPH, _MIN_ALIKE = 80, 3
"""Characters of a box that is a paragraph, and such boxes beside each other with which shorter ones are paragraphs, too."""
_INLINE = words("a abbr b bdi br cite code em font i mark q s small span strong sub sup time u wbr")


def _length(el: Element) -> int:
    return len("".join(map(str, el.itertext())))


def _make_paragraphs(content: Element) -> None:
    """Make paragraphs of boxes that hold one: beside paragraphs, trafilatura drops such a box, or what stands in it before the
    first break or code."""
    boxes = [box for box in content.iter("div") if all(el.tag in _INLINE for el in box)]
    long = {box for box in boxes if _length(box) >= _MIN_PARAGRAPH}
    alike = Counter(box.getparent() for box in long)
    if max(alike.values(), default=0) < _MIN_ALIKE and not any(
        _length(el) >= _MIN_PARAGRAPH for el in content.iter("p")
    ):
        return
    for box in boxes:
        if box in long or alike[box.getparent()] >= _MIN_ALIKE or box.find("br") is not None:
            box.tag = "p"


_LISTS, _LISTED = ("ul", "ol", "dl", "blockquote"), ("li", "dt", "dd")


def _open_lists_in_cells(content: Element) -> None:
    """Make paragraphs of what a list or a quote in the cell of a table holds: trafilatura drops lists there, which on whole pages
    are menus. A list of links stays one."""
    for box in [el for el in content.iter(*_LISTS) if next(el.iterancestors(*_LISTS, "table"), el).tag == "table"]:
        if 2 * sum(map(_length, box.iter("a"))) < _length(box):
            for el in box.iter(*_LISTED):
                el.tag = "p" if all(part.tag in _INLINE for part in el) else "div"
            for el in box.iter(*_LISTS):
                el.tag = "div"


def _article_page(main: Element, *, has_joiners: bool) -> Element:
    """A page with a copy of the main content alone, in markup that trafilatura takes for an article."""
    page = _page_parser().makeelement("html")
    content = copy(main)
    if content.tag in ("html", "body"):
        content.tag = "div"
        for head in content.findall("head"):
            content.remove(head)
    for box in content.iter("section", "fieldset"):
        # Trafilatura joins sections that follow each other, and drops parts of forms; editors of mobile pages set each paragraph in
        # one, and headings in the other.
        box.tag = "p" if next(box.iterancestors("blockquote"), None) is not None else "div"
    _open_lists_in_cells(content)
    _make_paragraphs(content)
    if has_joiners:
        _replace_joiners(content)
    SubElement(SubElement(page, "body"), "article", {"class": "post"}).append(content)
    return page


def _page_parser() -> HTMLParser:
    """The parser of lxml.html, which trafilatura expects, with one class for all elements: lxml.html calls Python to choose the
    class of each element whenever one is touched, which took 2 % of extracting a page."""
    parser = HTMLParser()
    parser.set_element_class_lookup(ElementDefaultClassLookup(element=HtmlElement))
    return parser


def _replace_joiners(tree: Element) -> None:
    for el in tree.iter():
        for joiner, stand_in in _JOINERS:
            el.text = el.text and el.text.replace(joiner, stand_in)
            el.tail = el.tail and el.tail.replace(joiner, stand_in)
