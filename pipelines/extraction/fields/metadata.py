"""The fields around an article, except credits and dates: address, section, tags, standfirst, comment count, paywall."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from urllib.parse import urljoin, urlsplit

from lxml.etree import _Element as Element

from pipelines.extraction.languages.loader import phrases_of
from pipelines.extraction.page.document import Document, DocumentHead, Line, Zone
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.page.tree import class_pattern, is_called
from pipelines.extraction.structured_data.json_ld import StructuredData
from pipelines.extraction.text.end_markers import is_stop
from pipelines.extraction.text.titles import overlap, plain
from pipelines.extraction.text.writing import CJK, HAN
from pipelines.urls import clean_url, link_key, may_claim

_SUBTITLE_CLASS = class_pattern("subtitle")
_COMMENT_CLASS = class_pattern("comments")
_INTERNAL_KEY = re.compile(
    r"^(?:uncategori[sz]ed|none|null|undefined|default|下一页|上一页|[a-z]{2,20}(?:_[a-z-]{2,20}){1,3})$", re.I
)
"""An internal key ("news_pegged_article") or a button, not the name of a section."""
_SECTION_JUNK = re.compile(
    r"^(?:home|首页|正文|详情|下一页|上一页|startseite|accueil|inicio|portada|главная|news|article|articles)$", re.I
)
_CRUMBS = re.compile(r"[>›»]|当前位置|您的位置")
_TAG_JUNK = re.compile(
    r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$|^(?:NLP )?(?:Category|Entity Tokens|Tag|Section|Type)\s?:|^[a-z]{3,20}/\w"
    r"|^https?:|^(?:none|null|undefined)$", re.I,
)  # fmt: skip
"""Keywords that a system adds: its own numbers, categories and paths."""


def read_canonical(head: DocumentHead, address: str | None) -> tuple[str | None, str]:
    """The address that the page claims for itself, if the claim can be true: of the same site, not the front page, http or
    https."""
    for value, by in ((head.canonical, "link"), (head.meta("og:url"), "meta")):
        if not value:
            continue
        link = absolute(value.strip()[:2000], address)
        # Judged as it is compared later: what reads as two hosts in two ways is read in one.
        if link and may_claim(link_key(address or link), link_key(link)):
            return link, by
    return None, ""


def absolute(link: str, address: str | None) -> str | None:
    """A link resolved against the page's address. None where it is not http or https."""
    try:
        absolute_link = urljoin(address or "", link)
        parts = urlsplit(absolute_link)
    except ValueError:
        return None
    return absolute_link if parts.scheme in ("http", "https") and clean_url(absolute_link) else None


def read_section(document: Document, structured: StructuredData) -> tuple[str | None, str]:
    """The section: as stated, else the last item of the breadcrumbs that is not a headline."""
    for value, by in (
        (structured.section, "json-ld"),
        (document.head.meta("article:section", "parsely-section", "section", "og:section"), "meta"),
    ):
        name = " ".join((value or "").split())
        if 1 < len(name) <= 60 and not name.startswith("http") and not _INTERNAL_KEY.match(name):
            return name, by
    for line in document.lines[:400]:
        if len(line.text) >= 120 or not _CRUMBS.search(line.text):
            continue
        crumbs = [part.strip(" >›»/|") for part, el in line.parts if el.tag == "a"]
        if len(crumbs) >= 2:
            names = [name for name in crumbs if 1 < len(name) <= 20 and plain(name) and not _SECTION_JUNK.match(name)]
            if names:
                return names[-1], "breadcrumb"
    return None, ""


def read_tags(head: DocumentHead, structured: StructuredData) -> tuple[tuple[str, ...], str]:
    """The stated keywords without repeats, at most 40."""
    for values, by in (
        (head.metas.get("article:tag", []), "meta"),
        (list(structured.keywords), "json-ld"),
        ([head.meta("news_keywords", "keywords", "sailthru.tags", "parsely-tags", "weibo:keywords") or ""], "meta"),
    ):
        keywords = split_tags(values)
        if len(keywords) == 1 and keywords[0].count(" ") >= 2 and HAN.search(keywords[0]):
            keywords = keywords[0].split()
        keywords = [word.removeprefix("& ").removeprefix("#") for word in keywords]
        tags = tuple(dict.fromkeys(word for word in keywords if 1 < len(word) <= 60 and not _TAG_JUNK.match(word)))[:40]
        if tags:
            return tags, by
    return (), ""


def split_tags(values: Sequence[str]) -> list[str]:
    """Single keywords from strings that contain several."""
    return [word.strip() for value in values for word in re.split(r"[,;，；、|]|\s{2,}", value)]


def read_description(head: DocumentHead, structured: StructuredData) -> tuple[str | None, str]:
    """The page's own summary."""
    for value, by in (
        (head.meta("og:description", "description", "twitter:description", "dc.description"), "meta"),
        (structured.description, "json-ld"),
    ):
        if value and len(value) > 10:
            return value[:2000], by
    return None, ""


def read_subtitle(layout: Layout, title: str, structured: StructuredData) -> tuple[str | None, str]:
    """The line below the headline that is marked as a subtitle: by a class such as standfirst, or as the first h2 before the
    text."""
    headline_row = layout.headline.row if layout.headline else -1
    first_paragraph = layout.paragraphs[0] if layout.paragraphs else None
    for line in layout.header:
        if first_paragraph is not None and line.row >= first_paragraph.row:
            break
        if not headline_row < line.row <= headline_row + _ROWS_BELOW_HEADLINE or line.zone & _OTHER_ZONES:
            continue
        el = line.block
        if (
            (is_called(el, _SUBTITLE_CLASS) or (el.tag == "h2" and not _is_text_subheading(el, first_paragraph)))
            and not is_stop(line.text)
            and _is_subtitle(line.text, title)
        ):
            return line.text, "subheading"
    if structured.alternative_headline and _is_subtitle(structured.alternative_headline, title):
        return structured.alternative_headline, "json-ld"
    return None, ""


_ROWS_BELOW_HEADLINE = 6
_OTHER_ZONES = Zone.SHARE | Zone.RELATED | Zone.COMMENTS | Zone.NAV
_MIN_SUBTITLE, _MIN_CJK_SUBTITLE = 18, 8
"""Characters of a subtitle. A shorter line is a kicker, a button or a label."""
_SAME_OVERLAP, _LENGTH_RATIO = 0.7, 1.7
"""Overlap from which a line is the headline again, and the ratio of lengths up to which it may be: a kicker may precede it."""


def _is_subtitle(text: str, title: str) -> bool:
    """Whether a line can be a subtitle: long enough, no label, not the headline again, in the headline's script."""
    minimum = _MIN_CJK_SUBTITLE if CJK.search(text) else _MIN_SUBTITLE
    if not minimum <= len(text) <= 400 or text[-1] in ":：" or (text.isascii() and not _LATIN.search(title)):
        return False
    key, title_key = plain(text), plain(title)
    if not title_key or len(key) > _LENGTH_RATIO * len(title_key):
        return True
    return title_key not in key and overlap(key, title_key) < _SAME_OVERLAP


_LATIN = re.compile(r"[A-Za-z]{3}")


def _is_text_subheading(el: Element, first_paragraph: Line | None) -> bool:
    """Whether an h2 is the first subheading of the text: it stands among the paragraphs, and so does another."""
    box = el.getparent()
    if box is None or first_paragraph is None or first_paragraph.block.getparent() is not box:
        return False
    return any(other is not el for other in box.iterchildren("h2", "h3"))


@cache
def _comment_count(language: str | None) -> re.Pattern[str]:
    comments = phrases_of("comments", language)
    return re.compile(
        rf"^\W{{0,4}}(?:(\d{{1,6}})\s?(?:{comments})\w{{0,3}}\W{{0,3}}"
        rf"|(?:{comments})\s{{0,2}}[(（:：]?\s?(\d{{1,6}})\s?[)）]?)$", re.I,
    )  # fmt: skip


@cache
def _paywall(language: str | None) -> re.Pattern[str]:
    return re.compile(phrases_of("paywall_line", language), re.I)


def read_comment_count(layout: Layout, structured: StructuredData, language: str | None) -> tuple[int | None, str]:
    """The number of comments that the page states or shows."""
    if structured.comment_count is not None:
        return structured.comment_count, "json-ld"
    for line in (*layout.header, *layout.tail):
        if len(line.text) < 40 and (match := _comment_count(language).match(line.text)):
            return int(match[1] or match[2]), "counter"
        for text, el in line.parts:
            digits = text.strip()
            if digits.isascii() and digits.isdecimal() and len(digits) < 7 and is_called(el, _COMMENT_CLASS, 2):
                return int(digits), "counter"
    return None, ""


def read_paywall(
    document: Document, layout: Layout, structured: StructuredData, language: str | None
) -> tuple[bool, str]:
    """Whether the page shows only the beginning without a subscription."""
    if structured.is_free is False:
        return True, "json-ld"
    tier = (document.head.meta("article:content_tier", "og:article:content_tier", "lp:content_tier") or "").lower()
    if tier in ("locked", "metered", "premium", "paid"):
        return True, "meta"
    if structured.is_free is None:
        for line in layout.tail:
            if len(line.text) < 300 and _paywall(language).search(line.text):
                return True, "notice"
    return False, ""
