"""Whether what was read is an article: notices in place of one, lists, front pages and what is too short are not.

notice (`notices`)  ──>  no text  ──>  list (`lists`)  ──>  front page  ──>  too short  ──>  article
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml.etree import _Element as Element

from db.models import Page, Reason, Rejection
from pipelines.extraction.list_pages import is_bare_list, is_link_line, linked_lines
from pipelines.extraction.notices import NoticeEvidence, judge_notice, keeps_promise
from pipelines.extraction.page.document import Document, Zone, home_of
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.page.structured_data import StructuredData
from pipelines.extraction.text.word_count import count_words

_SEARCH_TITLE = re.compile(r"^(?:search(?: results?)?|suchergebnisse?|résultats de recherche|搜索结果|搜索)\b", re.I)
_INDEX_PATH = re.compile(r"^/(?:(?:index|default|home|main)(?:\.\w{2,5})?)?$|^/[a-z]{2}(?:-[a-z]{2})?/?$", re.I)
_LIST_PATH = re.compile(r"/page[/-]\d{1,4}/?$|/(?:index|list)[_-]\d{1,4}\.\w{2,6}$", re.I)
"""A further page of a list. An article's further page bears the article's own name."""
_SEARCH_PATH = re.compile(r"/(?:search|suche|recherche|buscar|cerca)(?:/|\.\w{2,5}|$)|[?&](?:q|s|query|keyword)=", re.I)
_CJK = re.compile(r"[\u3040-\u9fff]")
_TEASERS = 8
"""Paragraphs from which even a page so addressed is read as an article."""
_ONE_TEXT, _PARAGRAPHS = 0.9, 3
"""Share of a front page's running text that must stand in one element for it to be an article: teasers stand in one each. And so
many paragraphs must there be, more than linked lines on the whole page; or `_TEASERS` of them."""
_LIST_TYPES = frozenset(("CollectionPage", "SearchResultsPage", "ProfilePage"))
_LITTLE = 80
"""Characters of text below which all that the page shows is asked whether it is a notice."""
_NO_TEXT_OF_ARTICLE = Zone.NAV | Zone.FOOTER | Zone.HIDDEN

MIN_CJK = 40
"""Characters from which a Chinese or Japanese text with a headline counts as an article. Flash news of agencies has 60."""
MIN_WORDS = 25
"""The same in words elsewhere."""
_DATED_CJK, _DATED_WORDS = 30, 12
"""The same on a page that bears a time of publication. Below it are the buttons and counters of video and photo pages."""
_FLASH_CJK, _FLASH_WORDS = 16, 8
"""The same where the text is a sentence: a flash. Counters are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What was read of a page, before it is called an article."""

    page: Page
    sheet: Document
    layout: Layout
    stated: StructuredData
    title: str | None
    text: str
    language: str | None
    dated: bool
    bears_date: bool
    """Dated by what it shows, not by its address or its listing."""
    authored: bool
    listed: str | None
    """What shows that the page is a list (`lists.why_a_list`, asked before the tree was cut)."""

    @property
    def is_typed(self) -> bool:
        """Whether the page calls itself an article."""
        kind = (self.sheet.head.meta("og:type") or "").lower()
        return self.stated.is_article or kind in ("article", "news", "og:article", "blog")


def refuse(read: Candidate) -> Rejection | None:
    """The refusal of a page, None for an article."""
    evidence = _evidence(read)
    if refusal := judge_notice(evidence):
        return refusal
    words = count_words(read.text)
    address = urlsplit(read.page.address or "")
    if why := read.listed or _why_by_links(read, address.path, words):
        return Rejection(reason=Reason.LIST, detail=f"The page is a list: {why}.")
    if not read.text or words == 0:
        return Rejection(reason=Reason.NO_TEXT, detail="No running text was found on the page.")
    if read.title is None:
        return Rejection(reason=Reason.NOT_ARTICLE, detail="The page has text but no headline of any kind.")
    if _SEARCH_TITLE.search(read.title) and _SEARCH_PATH.search(f"{address.path}?{address.query}"):
        return Rejection(reason=Reason.LIST, detail=f"The page lists search results: {read.title[:80]!r}.")
    if read.page.address and _INDEX_PATH.match(address.path or "/") and not address.query:
        promised = bool(evidence.promised) and keeps_promise(evidence)
        if not (read.is_typed or promised or _is_one_text(read.sheet, read.layout)):
            return Rejection(reason=Reason.NOT_ARTICLE, detail="The address is a site's front page.")
    if _is_short(read, words):
        return Rejection(reason=Reason.TOO_SHORT, detail=f"Only {words} words of text are on the page.")
    return None


def refuse_notice(read: Candidate) -> Rejection | None:
    """The refusal of a page whose text a site's own rule has picked: the general reader's judgement of links is none of it."""
    return judge_notice(_evidence(read))


def _evidence(read: Candidate) -> NoticeEvidence:
    sheet, text = read.sheet, read.text
    if len(text) < _LITTLE:
        shown = [line for line in sheet.lines if not line.zone & _NO_TEXT_OF_ARTICLE and not is_link_line(line)]
        text = "\n".join(line.text for line in shown[:40])
    return NoticeEvidence(
        page=read.page,
        title=read.title,
        page_title=sheet.head.title,
        text=text,
        language=read.language,
        dated=read.bears_date,
        authored=read.authored,
        is_article=read.stated.is_article,
        is_typed=read.is_typed,
        noindex="noindex" in (sheet.head.meta("robots") or "").lower(),
        source=sheet.html,
    )


def _is_short(read: Candidate, words: int) -> bool:
    cjk = len(_CJK.findall(read.text))
    is_cjk = cjk * 2 > words
    if not read.dated:
        least = MIN_CJK if is_cjk else MIN_WORDS
    elif read.layout.paragraphs:
        least = _FLASH_CJK if is_cjk else _FLASH_WORDS
    else:
        least = _DATED_CJK if is_cjk else _DATED_WORDS
    return (cjk if is_cjk else words) < least


def _is_one_text(sheet: Document, layout: Layout) -> bool:
    """Whether a front page holds a single text and nothing else in between: a letter to the readers, the only page of a site."""
    homes: Counter[Element | None] = Counter()
    for line in layout.paragraphs:
        homes[home_of(line.block)] += len(line.text)
    if len(layout.paragraphs) < _PARAGRAPHS or any(is_link_line(line) for line in layout.inside):
        return False
    if len(layout.paragraphs) < max(_PARAGRAPHS, min(_TEASERS, 1 + len(linked_lines(sheet)))):
        return False
    return max(homes.values()) >= _ONE_TEXT * sum(homes.values())


def _why_by_links(read: Candidate, path: str, words: int) -> str | None:
    """What shows that a page's main part is links, unless it calls itself an article."""
    if read.is_typed:
        return None
    layout, linked = read.layout, len(linked_lines(read.sheet))
    if _LIST_PATH.search(path) and len(layout.paragraphs) < _TEASERS:
        return "its address is that of a list's further page"
    if _LIST_TYPES & read.stated.other_types and linked > 10 and len(layout.paragraphs) < 4:
        return "it states that it is a collection and shows links in the main"
    if is_bare_list(read.sheet, layout) or (not layout.paragraphs and linked > 15):
        return f"{linked} linked lines and no running text"
    if linked > 40 and not read.dated and words < 120:
        return f"{linked} linked lines and {words} words of text"
    return None
