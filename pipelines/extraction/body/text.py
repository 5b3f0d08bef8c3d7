"""The article's text: trafilatura over the article's own box, then line by line what does not belong is dropped.

The box is cleared first of what stands after the stop and of boxes that name themselves foreign. Trafilatura's fast mode
reads what is left. Where it gives much less than the lines that the eye sees as text, its cautious mode is asked, and last those
lines themselves are the text.
"""

from __future__ import annotations

from copy import copy
from functools import cache
from typing import Any

from lxml.etree import _Element as Element
from lxml.html import HTMLParser, document_fromstring

from pipelines.extraction.body.judge import DOUBTED, lead_in, prefers_second
from pipelines.extraction.body.omitted_lines import with_omissions
from pipelines.extraction.body.repetitions import without_repeats
from pipelines.extraction.page.boilerplate import clear
from pipelines.extraction.page.document import Document, Zone, squeeze
from pipelines.extraction.page.main_content import MainContent
from pipelines.extraction.text.titles import plain
from pipelines.extraction.text.word_count import count_words

_ENOUGH = 0.7
"""Share of the visible running text that an extraction must hold; below it the next way is tried."""
_MEAGRE, _FEW_WORDS = 160, 25
"""Characters and words of text below which the box is doubted and the whole page is read."""


def read_body(sheet: Document, stand: MainContent) -> list[str]:
    """The lines of the article's text, strays still among them. This cuts the sheet's tree."""
    if stand.box is None:
        second = _extract(sheet.html, fast=True)
        return _lines(second) if prefers_second("", second, sheet) else _own(_lines(second), sheet, stand)
    clear(sheet, stand)
    if any(joiner in sheet.html for joiner, _ in _JOINERS):
        _guard_joiners(stand.box)
    want = sum(len(line.text) for line in stand.paragraphs)
    own = set(stand.box.iter())
    lines = [line for line in sheet.lines if line.block in own]
    text = _extract(_as_article(stand.box), fast=True)
    if len(text) < _ENOUGH * want:
        cautious = _extract(_as_article(stand.box), fast=False)
        text = cautious if len(cautious) > len(text) else text
    if len(text) < _ENOUGH * want:
        text = "\n".join(line.text for line in stand.paragraphs)
    if len(text) < _MEAGRE and count_words(text) < _FEW_WORDS:
        second = _extract(sheet.html, fast=True)
        whole = _own(_lines(second), sheet, stand)
        if len("".join(whole)) > 2 * len(text):
            return whole
        return _lines(second) if prefers_second(text, second, sheet) else _lines(text)
    own_lines = lead_in(stand) + without_repeats(with_omissions(_lines(text), lines, stand.foreign), lines)
    own_text = "\n".join(own_lines)
    if len(own_text) < DOUBTED and prefers_second(own_text, second := _extract(sheet.html, fast=True), sheet):
        return _lines(second)
    return own_lines


def _own(lines: list[str], sheet: Document, stand: MainContent) -> list[str]:
    """What is left of a whole page's text without its links and foreign boxes: a page of menus and lists must come out empty."""
    others: set[str] = set()
    barred = stand.foreign | Zone.HIDDEN
    for line in sheet.lines:
        if line.zone & barred or line.link_chars * 2 > len(line.text):
            others.add(plain(line.text))
        if line.link_chars:
            others.update(plain(text) for text, el in line.parts if _in_link(el))
    return [line for line in lines if plain(line.removeprefix("- ")) not in others]


def _in_link(el: Element | None) -> bool:
    for _ in range(4):
        if el is None:
            return False
        if el.tag == "a":
            return True
        el = el.getparent()
    return False


def _lines(text: str) -> list[str]:
    return [line for raw in text.split("\n") if (line := squeeze(raw))]


@cache
def _options(fast: bool) -> Any:
    """Trafilatura's settings. A short text is no reason to dump the page: the box is the article already."""
    from trafilatura.settings import Extractor  # 0.3 s to import: only where a page is read

    options = Extractor(output_format="python", fast=fast, comments=False, with_metadata=False)
    options.min_extracted_size = 20
    return options


_JOINERS = (("\u200c", "\u2cff"), ("\u200d", "\u2cfe"))
"""Characters without width that Persian and Indic spelling needs and trafilatura drops, and printed ones to stand in for them."""


def _extract(tree: Element | str, *, fast: bool) -> str:
    from trafilatura.core import bare_extraction

    document: Any = bare_extraction(tree, options=_options(fast))
    text = (document.text or "") if document is not None else ""
    for joiner, stand_in in _JOINERS:
        text = text.replace(stand_in, joiner)
    return text


def _guard_joiners(tree: Element) -> None:
    for joiner, stand_in in _JOINERS:
        for el in tree.iter():
            if el.text:
                el.text = el.text.replace(joiner, stand_in)
            if el.tail:
                el.tail = el.tail.replace(joiner, stand_in)


def _as_article(box: Element) -> Element:
    """A page that holds the box alone, in the dress that trafilatura knows an article by."""
    page = document_fromstring("<html><body><article class='post'></article></body></html>", parser=HTMLParser())
    page[0][0].append(copy(box) if box.tag not in ("html", "body") else _renamed(box))
    return page


def _renamed(body: Element) -> Element:
    box = copy(body)
    box.tag = "div"
    for head in box.findall("head"):
        box.remove(head)
    return box
