"""Whether a page that is no notice (`notices`) is an article, or a list, a front page, or too short.

The checks, in order: list (`list_pages`), no text, no headline, front page, an offer (product, event, job), too short, a table.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml.etree import _Element as Element

from db.models import Page, Reason, Rejection
from pipelines.extraction.list_pages import entries_of_list, headlines_of_list, is_bare_list, is_link_line, linked_lines
from pipelines.extraction.page.document import Document, Zone
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.page.tree import container_of
from pipelines.extraction.structured_data.json_ld import StructuredData
from pipelines.extraction.text.titles import plain
from pipelines.extraction.text.word_count import words_of
from pipelines.extraction.text.writing import CJK

_INDEX_PATH = re.compile(r"^/(?:(?:index|default|home|main)(?:\.\w{2,5})?)?$|^/[a-z]{2}(?:-[a-z]{2})?/?$", re.I)
_LIST_PATH = re.compile(r"/page[/-]\d{1,4}/?$|/(?:index|list)[_-]\d{1,4}\.\w{2,6}$", re.I)
"""The address of a list's further page. Further pages of an article have the article's name in theirs."""
_MANY_PARAGRAPHS = 8
"""Paragraphs from which a page is an article whatever its address says."""
_SINGLE_TEXT_SHARE, _MIN_PARAGRAPHS = 0.9, 3
"""Share of a front page's running text that must stand in one element for it to be an article: teasers have an element each.
It must also have this number of paragraphs, and more than there are linked lines on the page, or `_MANY_PARAGRAPHS`."""

MIN_CJK = 40
"""Characters from which a Chinese or Japanese text with a headline is an article. Agencies' news flashes have 60."""
MIN_WORDS = 25
"""The same in words elsewhere, or in the letters that so many words have in English (`_LETTERS_OF_A_WORD`)."""
_LETTERS_OF_A_WORD = 5
"""Letters that count as a word where words are long: 18 of Georgian or Finnish say what 25 of English do, which have 4.4 on average
in this project's page fixtures."""
_MIN_CJK_DATED, _MIN_WORDS_DATED = 30, 12
"""The same on a page with a time of publication. Buttons and counters of video and photo pages are shorter."""
_MIN_CJK_FLASH, _MIN_WORDS_FLASH = 16, 8
"""The same where the text is a sentence, which counters are not."""
_SHORT_TEXT, _MOST_SHOWN = 80, 40
"""Characters of text below which what the page prints is checked in its place, and lines of that."""
_PAGE_ZONES = Zone.NAV | Zone.FOOTER | Zone.HIDDEN


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleCandidate:
    """A page with its headline and its text, and what speaks for it."""

    page: Page
    document: Document
    layout: Layout
    structured: StructuredData
    title: str | None
    text: str
    word_count: int
    language: str | None
    has_date: bool
    is_dated_on_page: bool
    """The page itself gives the time, not only its address or listing."""
    has_authors: bool
    list_evidence: str | None
    """What shows that the page is a list (`list_pages.find_list_evidence`)."""

    @property
    def is_typed(self) -> bool:
        """Whether the page calls itself an article, even by a meta that templates set on every page."""
        kind = (self.document.head.meta("og:type") or "").lower()
        return self.structured.is_article or kind in ("article", "news", "og:article", "blog")

    @property
    def offer(self) -> str | None:
        """The type of what the page is about (`Product`, `MusicEvent`), where that is no text and the page calls itself none."""
        if self.is_typed:
            return None
        title = plain(self.title or "")
        return next((kind for kind, name in self.structured.offers if plain(name) == title), None)

    @property
    def promised(self) -> str | None:
        """The title that the listing gave."""
        return self.page.hint.title if self.page.hint else None

    @property
    def keeps_promise(self) -> bool:
        """Whether the page has the title that the listing gave, or most of its words."""
        promised = self.promised or ""
        shown = plain(f"{self.title or ''} {self.document.head.title or ''} {self.shown_text[:400]}")
        if CJK.search(promised):
            pairs = {promised[at : at + 2] for at in range(len(promised) - 1) if promised[at : at + 2].isalnum()}
        else:
            pairs = {word.lower() for word in _long_words(promised)}
        return bool(pairs) and 2 * sum(plain(pair) in shown for pair in pairs) >= len(pairs)

    @property
    def shown_text(self) -> str:
        """The text; where it is short, what the page prints."""
        if len(self.text) >= _SHORT_TEXT:
            return self.text
        shown = [line for line in self.document.lines if not line.zone & _PAGE_ZONES and not is_link_line(line)]
        return "\n".join(line.text for line in shown[:_MOST_SHOWN])


def reject(candidate: ArticleCandidate) -> Rejection | None:
    """The rejection of a page that is no notice, None for an article."""
    words = candidate.word_count
    address = urlsplit(candidate.page.address or "")
    if evidence_of_list := candidate.list_evidence or _link_evidence(candidate, address.path):
        return Rejection(reason=Reason.LIST, detail=f"The page is a list: {evidence_of_list}.")
    if not candidate.text or words == 0:
        if not candidate.is_typed and is_bare_list(candidate.document, candidate.layout):
            return Rejection(reason=Reason.LIST, detail="The page is a list: links and no text.")
        return Rejection(reason=Reason.NO_TEXT, detail="No running text was found on the page.")
    if candidate.title is None:
        return Rejection(reason=Reason.NOT_ARTICLE, detail="The page has text but no headline of any kind.")
    is_front_page = candidate.page.address and not address.query and _INDEX_PATH.match(address.path or "/")
    if is_front_page and not (candidate.is_typed or candidate.keeps_promise or _is_single_text(candidate)):
        return Rejection(reason=Reason.NOT_ARTICLE, detail="The address is a site's front page.")
    if words < _LONG_OFFER and (kind := candidate.offer):
        return Rejection(
            reason=Reason.NOT_ARTICLE, detail=f"The page describes what its title names, as {kind} (schema.org)."
        )
    if _is_short(candidate, words):
        return Rejection(reason=Reason.TOO_SHORT, detail=f"The text is too short (words: {words}).")
    if _is_bare_table(candidate):
        return Rejection(reason=Reason.TOO_SHORT, detail="Only a table without a day is on the page.")
    return None


_LONG_OFFER = 250
"""Words from which what tells of an offer is a text to be kept, as that of a guided tour (600 on a labelled page)."""


def _is_short(candidate: ArticleCandidate, words: int) -> bool:
    cjk = len(CJK.findall(candidate.text))
    is_cjk = cjk * 2 > words
    if not candidate.has_date:
        minimum = MIN_CJK if is_cjk else MIN_WORDS
    elif candidate.layout.paragraphs:
        minimum = _MIN_CJK_FLASH if is_cjk else _MIN_WORDS_FLASH
    else:
        minimum = _MIN_CJK_DATED if is_cjk else _MIN_WORDS_DATED
    return cjk < minimum if is_cjk else words < minimum and _has_fewer(words_of(candidate.text), minimum)


def _has_fewer(words: Sequence[str], minimum: int) -> bool:
    """Whether these are fewer words, and have fewer letters than so many English ones."""
    return len(words) < minimum and sum(map(len, words)) < minimum * _LETTERS_OF_A_WORD


def _long_words(text: str) -> list[str]:
    """The words of a text without single letters and what has digits."""
    return [word for word in words_of(text) if len(word) > 1 and not any(map(str.isdigit, word))]


def _is_bare_table(candidate: ArticleCandidate) -> bool:
    """Whether a page that has no day and calls itself no article is a table with few words: weather, results, prices."""
    if candidate.is_dated_on_page or candidate.is_typed or candidate.layout.paragraphs:
        return False
    lines = candidate.text.split("\n")
    rest = "\n".join(line for line in lines if not line.startswith("|"))
    is_table = len(rest) < len(candidate.text)
    return is_table and _has_fewer(_long_words(rest), MIN_WORDS) and len(CJK.findall(rest)) < MIN_CJK


def _is_single_text(candidate: ArticleCandidate) -> bool:
    """Whether a front page holds a single text and nothing else: a letter to readers, the only page of a site."""
    layout = candidate.layout
    sizes: Counter[Element | None] = Counter()
    for line in layout.paragraphs:
        sizes[container_of(line.block)] += len(line.text)
    if len(layout.paragraphs) < _MIN_PARAGRAPHS or any(is_link_line(line) for line in layout.inside):
        return False
    least = max(_MIN_PARAGRAPHS, min(_MANY_PARAGRAPHS, 1 + len(linked_lines(candidate.document))))
    return len(layout.paragraphs) >= least and max(sizes.values()) >= _SINGLE_TEXT_SHARE * sum(sizes.values())


def _link_evidence(candidate: ArticleCandidate, path: str) -> str | None:
    """What shows that a page is mainly links, unless it calls itself an article."""
    if candidate.is_typed:
        return None
    layout = candidate.layout
    if _LIST_PATH.search(path) and len(layout.paragraphs) < _MANY_PARAGRAPHS:
        return "its address is that of a list's further page"
    if headlines := headlines_of_list(candidate.document, layout, candidate.page.address):
        return f"{headlines} headlines link to other pages, with little text below each"
    if entries := entries_of_list(candidate.document, layout, len(candidate.text)):
        return f"{entries} entries link to other pages, without a sentence in any"
    return None
