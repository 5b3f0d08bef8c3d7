"""Whether what was read is an article: short ones are, front pages, sections, searches, logins and error pages are not."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urlsplit

from lxml.etree import _Element as Element

from db.models import Page, Reason, Rejection
from pipelines.extraction.page.document import Document, Line, Zone, home_of
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.page.structured_data import StructuredData
from pipelines.extraction.text.word_count import count_words

_ERROR_TITLE = re.compile(
    r"^\W{0,4}(?:(?:error\s)?404\b|403\b|page not found|not found|access denied|forbidden|seite nicht gefunden"
    r"|page introuvable|página no encontrada|pagina non trovata"
    r"|pagina niet gevonden|страница не найдена|页面不存在|找不到页面|页面未找到|您访问的页面|抱歉.{0,12}不存在"
    r"|just a moment|attention required|are you a robot|验证码|安全验证)", re.I,
)  # fmt: skip
_LOGIN_TITLE = re.compile(
    r"^\W{0,4}(?:log ?in|sign ?in|sign up|register|anmelden|se connecter|iniciar sesión|accedi|登录|登陆|注册|用户登录|会员登录)\b",
    re.I,
)
_SEARCH_TITLE = re.compile(r"^(?:search(?: results?)?|suchergebnisse?|résultats de recherche|搜索结果|搜索)\b", re.I)
_INDEX_PATH = re.compile(r"^/(?:(?:index|default|home|main)(?:\.\w{2,5})?)?$|^/[a-z]{2}(?:-[a-z]{2})?/?$", re.I)
_LIST_PATH = re.compile(r"/page[/-]\d{1,4}/?$|/(?:index|list)[_-]\d{1,4}\.\w{2,6}$", re.I)
"""A further page of a list. An article's further page bears the article's own name."""
_SEARCH_PATH = re.compile(r"/(?:search|suche|recherche|buscar|cerca)(?:/|\.\w{2,5}|$)|[?&](?:q|s|query|keyword)=", re.I)
_CJK = re.compile(r"[\u3040-\u9fff]")
_HEADING = re.compile(r"h[2-5]$")
_TEASERS = 8
"""Paragraphs from which even a page so addressed is read as an article."""
_ONE_TEXT = 0.9
"""Share of a front page's running text that must stand in one element for it to be an article: teasers stand in one each."""
_LIST_TYPES = frozenset(("CollectionPage", "SearchResultsPage", "ProfilePage"))

MIN_CJK = 40
"""Characters from which a Chinese or Japanese text with a headline counts as an article. Flash news of agencies has 60."""
MIN_WORDS = 25
"""The same in words elsewhere."""
_DATED_CJK, _DATED_WORDS = 30, 12
"""The same on a page that bears a time of publication. Below it are the buttons and counters of video and photo pages."""


def refuse(
    page: Page, sheet: Document, layout: Layout, stated: StructuredData, *, title: str | None, text: str, dated: bool
) -> Rejection | None:
    """The refusal of a page, None for an article."""
    address = urlsplit(page.address or "")
    if title and (refusal := refuse_by_title(page, title, text)):
        return refusal
    words = count_words(text)
    if not text or words == 0:
        return Rejection(reason=Reason.NO_TEXT, detail="No running text was found on the page.")
    if title is None:
        return Rejection(reason=Reason.NOT_ARTICLE, detail="The page has text but no headline of any kind.")
    if (
        page.address
        and _INDEX_PATH.match(address.path or "/")
        and not address.query
        and not (stated.is_article and dated)
        and not _is_one_text(layout)
    ):
        return Rejection(reason=Reason.NOT_ARTICLE, detail="The address is a site's front page.")
    if refusal := _by_links(sheet, layout, stated, address.path, dated=dated, words=words):
        return refusal
    cjk = len(_CJK.findall(text))
    least = (_DATED_CJK if dated else MIN_CJK) if cjk * 2 > words else (_DATED_WORDS if dated else MIN_WORDS)
    if (cjk if cjk * 2 > words else words) < least:
        return Rejection(reason=Reason.TOO_SHORT, detail=f"Only {words} words of text are on the page.")
    return None


def _is_one_text(layout: Layout) -> bool:
    """Whether a front page holds a single text and nothing else in between: a letter to the readers, the only page of a site."""
    homes: Counter[Element | None] = Counter()
    for line in layout.paragraphs:
        homes[home_of(line.block)] += len(line.text)
    if len(layout.paragraphs) < _TEASERS or any(_is_link_line(line) for line in layout.inside):
        return False
    return max(homes.values()) >= _ONE_TEXT * sum(homes.values())


def refuse_by_title(page: Page, title: str, text: str) -> Rejection | None:
    """The refusal of a page that calls itself an error, a form or a search."""
    address = urlsplit(page.address or "")
    if _ERROR_TITLE.search(title) and len(text) < 1500:
        return Rejection(reason=Reason.NOT_FOUND, detail=f"The page says it is an error page: {title[:80]!r}.")
    if _LOGIN_TITLE.search(title) and len(text) < 1500:
        return Rejection(reason=Reason.NOT_ARTICLE, detail=f"The page is a login or registration form: {title[:80]!r}.")
    if (_SEARCH_TITLE.search(title) and _SEARCH_PATH.search(f"{address.path}?{address.query}")) or (
        _SEARCH_TITLE.search(title) and len(text) < 400
    ):
        return Rejection(reason=Reason.NOT_ARTICLE, detail=f"The page lists search results: {title[:80]!r}.")
    return None


def _by_links(
    sheet: Document, layout: Layout, stated: StructuredData, path: str, *, dated: bool, words: int
) -> Rejection | None:
    """A page whose main part is links, and whose little text stands in teasers, is a list."""
    if stated.is_article or (sheet.head.meta("og:type") or "").lower() in ("article", "news", "og:article", "blog"):
        return None
    open_lines = [line for line in sheet.lines if not line.zone & (Zone.NAV | Zone.FOOTER | Zone.HIDDEN)]
    linked = sum(1 for line in open_lines if _is_link_line(line))
    if _LIST_PATH.search(path) and len(layout.paragraphs) < _TEASERS:
        return Rejection(reason=Reason.NOT_ARTICLE, detail="The address is that of a list's further page.")
    if layout.paragraphs and all(_is_under_link(line, sheet) for line in layout.paragraphs):
        return Rejection(
            reason=Reason.NOT_ARTICLE, detail="All running text stands under linked headlines of other pages."
        )
    if _LIST_TYPES & stated.other_types and linked > 10 and len(layout.paragraphs) < 4:
        return Rejection(
            reason=Reason.NOT_ARTICLE, detail="The page states that it is a collection and shows links in the main."
        )
    if not layout.paragraphs and linked > 15:
        return Rejection(
            reason=Reason.NOT_ARTICLE, detail=f"The page is a list: {linked} linked lines and no running text."
        )
    if linked > 40 and not dated and words < 120:
        return Rejection(
            reason=Reason.NOT_ARTICLE, detail=f"The page is a list: {linked} linked lines and {words} words of text."
        )
    return None


def _is_under_link(line: Line, sheet: Document) -> bool:
    """Whether the line above is a linked heading: then this one is the summary of what it leads to."""
    above = sheet.lines[line.row - 1] if line.row else None
    return above is not None and _is_link_line(above) and _HEADING.match(above.block.tag) is not None


def _is_link_line(line: Line) -> bool:
    return len(line.text) >= 8 and line.link_chars > 0.7 * len(line.text)
