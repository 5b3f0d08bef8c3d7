"""The standfirst as text: the summary printed between headline and body, which many pages set outside the body's box.

A line there is the standfirst if the page gives the same words as its description, or if its box says what it is. It is put before
the text, unless the text holds it already.
"""

from __future__ import annotations

import re

from lxml.etree import _Element as Element

from pipelines.extraction.fields.headline import Headline
from pipelines.extraction.page.document import Document, Line, Zone
from pipelines.extraction.page.main_content import MainContent, is_date_line
from pipelines.extraction.page.structured_data import StructuredData
from pipelines.extraction.text.titles import plain

_NAMED = re.compile(
    r"standfirst|(?:^|[\s_-])(?:dek|deck|lede|perex)(?:$|[\s_-])|ingress|chapo|entradilla|bajada|sommario|vorspann|daodu",
    re.I,
)
_BARRED = Zone.HIDDEN | Zone.RELATED | Zone.COMMENTS | Zone.FOOTER | Zone.FORM
_BELOW_HEADLINE = 30
"""Lines below the headline in which a standfirst is sought: bylines, times and share buttons may come before it."""
_SHORTEST, _LONGEST = 40, 700
_SAME = 0.8
"""Least ratio of lengths of a line and a description that begins like it, for the two to be the same words."""
_MOST = 3
_BLOG = frozenset(("Article", "BlogPosting", "TechArticle"))
"""Kinds of pages whose line under the headline is a motto or an advertisement of the text, not its first paragraph."""


def read_standfirst(
    sheet: Document, stand: MainContent, stated: StructuredData, headline: Headline | None
) -> list[str]:
    """The lines of the standfirst, as a reader sees them; empty where the page prints none. Asked before the tree is cut."""
    if not stand.paragraphs or _BLOG & set(stated.types):
        return []
    top = headline.line.row if headline and headline.line else stand.paragraphs[0].row - 1
    end = next((line.row for line in stand.paragraphs if _within(line.block, stand.box)), stand.stop)
    told = [plain(text) for text in _descriptions(sheet, stated)]
    found: list[str] = []
    for line in sheet.lines[top + 1 : min(top + _BELOW_HEADLINE, end + 1)]:
        size = len(line.text)
        if line.zone & _BARRED & stand.foreign or size > _LONGEST or line.link_chars * 2 > size:
            continue
        if headline and plain(line.text) == plain(headline.text):
            continue
        if _is_told(line, told) or (size >= _SHORTEST and _says_so(line) and not is_date_line(line.text)):
            found.append(line.text)
    return found[:_MOST]


def with_standfirst(lines: list[str], standfirst: list[str]) -> list[str]:
    """A text's lines with those of the standfirst before them that it does not hold."""
    if not lines or not standfirst:
        return lines
    body = plain("\n".join(lines))
    missing = [line for line in standfirst if plain(line) not in body]
    return [*missing, *lines]


def _descriptions(sheet: Document, stated: StructuredData) -> list[str]:
    texts = [sheet.head.meta(name) for name in ("description", "og:description", "twitter:description")]
    return [text for text in (*texts, stated.description) if text and len(text) > 20]


def _is_told(line: Line, told: list[str]) -> bool:
    key = plain(line.text)
    if len(key) < 12:
        return False
    for text in told:
        shorter, longer = sorted((key, text.rstrip(".…")), key=len)
        if shorter in longer and len(shorter) >= _SAME * len(longer):
            return True
    return False


def _says_so(line: Line) -> bool:
    el: Element | None = line.block
    for _ in range(2):
        if el is None:
            return False
        if _NAMED.search(el.get("class", "")[:200]):
            return True
        el = el.getparent()
    return False


def _within(el: Element | None, box: Element | None) -> bool:
    while el is not None:
        if el is box:
            return True
        el = el.getparent()
    return False
