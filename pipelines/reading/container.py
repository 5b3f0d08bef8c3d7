"""Where on the page the article stands: the smallest box that holds its paragraphs.

A *paragraph* is a line with sentences in it and few links, outside boxes that call themselves comments, related or footer. Each
weighs as many characters as it has. The container is found from the top: as long as one child box holds nearly all of the
weight, go into it. Where the weight divides (several stories on a page, long comments), the part that follows the headline is the
article.
"""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from pipelines.reading.sheet import FOREIGN, Line, Sheet, Zone

_SENTENCE = re.compile(r"[。！？；]|[.!?…؟।։။](?:[\"'”’»)\]]{0,2}(?:\s|$))|[،，,]\s?\S")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
MIN_PARAGRAPH = 40
MIN_CJK_PARAGRAPH = 16
_NEARLY_ALL = 0.92
"""Share of the weight that a child must hold for the search to go into it."""


def is_paragraph(line: Line) -> bool:
    """Whether a line is running text."""
    size = len(line.text)
    if size < MIN_CJK_PARAGRAPH or line.zone & FOREIGN or line.link_chars * 2 > size:
        return False
    if size < MIN_PARAGRAPH and not _CJK.search(line.text):
        return False
    return _SENTENCE.search(line.text) is not None


def paragraphs_of(sheet: Sheet) -> list[Line]:
    """All running text of a page, hidden boxes left out unless nothing else is there."""
    found = [line for line in sheet.lines if is_paragraph(line)]
    seen = [line for line in found if not line.zone & Zone.HIDDEN]
    return seen or found


def weigh(paragraphs: list[Line]) -> dict[HtmlElement, int]:
    """For each element: how many characters of running text it holds."""
    weight: dict[HtmlElement, int] = {}
    for line in paragraphs:
        el: HtmlElement | None = line.block
        size = len(line.text)
        while el is not None:
            weight[el] = weight.get(el, 0) + size
            el = el.getparent()
    return weight


def find_container(paragraphs: list[Line], headline: Line | None) -> HtmlElement | None:
    """The box of the article, None where the page has no running text."""
    if not paragraphs:
        return None
    weight = weigh(paragraphs)
    own: dict[HtmlElement, int] = {}
    for line in paragraphs:
        own[line.block] = own.get(line.block, 0) + len(line.text)
    box = max(weight, key=lambda el: (weight[el], -_depth(el)))
    while True:
        heavy = sorted((child for child in box if child in weight), key=lambda el: -weight[el])
        if not heavy:
            break
        if weight[heavy[0]] >= _NEARLY_ALL * weight[box] and not _is_one_paragraph(heavy[0], own, weight):
            box = heavy[0]
            continue
        break
    return box if not _is_one_paragraph(box, own, weight) else (box.getparent() if box.getparent() is not None else box)


def _is_one_paragraph(el: HtmlElement, own: dict[HtmlElement, int], weight: dict[HtmlElement, int]) -> bool:
    return el.tag in ("p", "li", "td", "h1", "h2", "h3", "blockquote") and own.get(el, 0) == weight[el]


def _depth(el: HtmlElement) -> int:
    return sum(1 for _ in el.iterancestors())
