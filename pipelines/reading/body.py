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

from pipelines.reading.container import Stand, is_paragraph
from pipelines.reading.counting import count_words
from pipelines.reading.sheet import Line, Sheet, Zone, squeeze

_ENOUGH = 0.7
"""Share of the visible running text that an extraction must hold; below it the next way is tried."""
_MEAGRE, _FEW_WORDS = 160, 25
"""Characters and words of text below which the box is doubted and the whole page is read."""
_CUT_ZONES = Zone.RELATED | Zone.COMMENTS | Zone.NAV | Zone.FOOTER | Zone.FORM


def read_body(sheet: Sheet, stand: Stand) -> list[str]:
    """The lines of the article's text, strays still among them. This cuts the sheet's tree."""
    if stand.box is None:
        return _lines(_extract(sheet.html, fast=True))
    _clear(sheet, stand)
    if any(joiner in sheet.html for joiner, _ in _JOINERS):
        _guard_joiners(stand.box)
    want = sum(len(line.text) for line in stand.paragraphs)
    text = _extract(_as_article(stand.box), fast=True)
    if len(text) < _ENOUGH * want:
        cautious = _extract(_as_article(stand.box), fast=False)
        text = cautious if len(cautious) > len(text) else text
    if len(text) < _ENOUGH * want:
        text = "\n".join(line.text for line in stand.paragraphs)
    if len(text) < _MEAGRE and count_words(text) < _FEW_WORDS:
        whole = _extract(sheet.html, fast=True)
        text = whole if len(whole) > 2 * len(text) else text
    return _lines(text)


def _lines(text: str) -> list[str]:
    return [line for raw in text.split("\n") if (line := squeeze(raw))]


def _clear(sheet: Sheet, stand: Stand) -> None:
    """Cut out of the tree what stands in the box but is none of the article's."""
    keep: set[Element] = set()
    for line in stand.paragraphs:
        el: Element | None = line.block
        while el is not None and el not in keep:
            keep.add(el)
            el = el.getparent()
    cut = _CUT_ZONES & stand.foreign
    for line in sheet.lines:
        if line.row >= stand.stop or line.zone & cut or (line.zone & Zone.SHARE and not is_paragraph(line)):
            _remove(line, keep)


def _remove(line: Line, keep: set[Element]) -> None:
    el = line.block
    parent = el.getparent()
    if el in keep or parent is None:
        return
    if el.tail and el.tail.strip():
        for inner in list(el):
            el.remove(inner)
        el.text = None
    else:
        parent.remove(el)


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
