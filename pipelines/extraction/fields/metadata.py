"""The fields around an article, except credits, dates and the section: address, tags, standfirst, comment count, paywall."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from operator import itemgetter
from urllib.parse import urljoin, urlsplit

from lxml.etree import _Element as Element

from pipelines.extraction.fields.printed_terms import printed_tags
from pipelines.extraction.languages.loader import phrases_of
from pipelines.extraction.page.document import Document, DocumentHead, Line, Zone
from pipelines.extraction.page.headings import HEADINGS
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.page.tree import class_pattern, is_called, target_of
from pipelines.extraction.structured_data.json_ld import StructuredData
from pipelines.extraction.text.end_markers import is_stop
from pipelines.extraction.text.titles import overlap, plain
from pipelines.extraction.text.writing import CJK, HAN
from pipelines.urls import clean_url, link_key, may_claim

_SUBTITLE_CLASS = class_pattern("subtitle")
_COMMENT_CLASS = class_pattern("comments")
_TAG_JUNK = re.compile(
    r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$|^(?:NLP )?(?:Category|Entity Tokens|Tag|Section|Type)\s?:|^[a-z_]{3,20}/\w"
    r"|^[a-z\d]{2,20}(?:_[a-z\d-]{1,20}){1,3}$|^https?:|^(?:none|null|undefined)$"
    r"|\s-\s[\w-]{1,40}(?:\.[\w-]{1,40}){0,3}\.[a-z]{2,12}$", re.I,
)  # fmt: skip
"""Keywords that a system adds: its own numbers, categories, paths and hosts."""


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


def read_tags(head: DocumentHead, layout: Layout, structured: StructuredData) -> tuple[tuple[str, ...], str]:
    """The stated keywords without repeats, at most 40; the printed ones if none are stated, or if they are among keywords that are
    meant for machines. A page's keywords of which its text has none are the site's."""
    title = plain(layout.headline.text) if layout.headline else ""
    if tags := _tags_in(head.metas.get("article:tag", ()), title):
        return tags, "meta"
    stated = ((_tags_in(values, title), by) for values, by in _keywords(head, layout, structured))
    tags, by = next(filter(itemgetter(0), stated), ((), ""))
    printed = printed_tags(layout)[:40]
    if tags and {*map(plain, tags)}.isdisjoint(map(plain, printed)):
        return tags, by
    return printed, "printed" if printed else ""


def _keywords(head: DocumentHead, layout: Layout, structured: StructuredData) -> Iterator[tuple[Sequence[str], str]]:
    """What a page states for machines, which its tags may be in, best first."""
    yield structured.keywords, "json-ld"
    yield [head.meta("news_keywords", "sailthru.tags", "parsely-tags", "weibo:keywords") or ""], "meta"
    yield [_own_keywords(head.meta("keywords") or "", layout)], "meta"


def _tags_in(stated: Sequence[str], title: str) -> tuple[str, ...]:
    """The tags in stated values: neither what only systems use nor the headline (`title`, plain)."""
    keywords = split_tags(stated)
    if len(keywords) == 1 and keywords[0].count(" ") >= 2 and HAN.search(keywords[0]):
        keywords = keywords[0].split()
    keywords = [word.removeprefix("& ").removeprefix("#") for word in keywords]
    keywords = [word.strip(" »›") for word in keywords if not _TAG_JUNK.search(word)]
    return tuple(dict.fromkeys(word for word in keywords if 1 < len(word) <= 60 and plain(word) != title))[:40]


def _own_keywords(stated: str, layout: Layout) -> str:
    """A page's keywords, "" where its headline and text have none of them."""
    lines = (*layout.paragraphs, *filter(None, [layout.headline]))
    text = "".join(plain(line.text) for line in lines)
    keys = filter(None, map(plain, re.split(r"[\s,;，；、|]", stated) if HAN.search(stated) else split_tags([stated])))
    return stated if any(key[: max(_ENDING, len(key) - 2)] in text for key in keys) else ""


_ENDING = 5
"""Letters of a keyword that the text must have: its last two may be another ending there."""


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


_COMMENTS_TARGET = re.compile(r"#[\w-]{0,24}(?:comment|respond|disqus|repl|komment)", re.I)
_NUMBER = re.compile(r"^\D{0,30}(\d{1,6})\D{0,30}()$")
"""A number among words. The second group is empty: it stands where a counter in words has its number behind them."""
_MAX_COUNTER = 40
"""Characters of a counter: "12 comments", "No. of comments: 12"."""
_ROWS_ABOVE_HEADLINE, _ROWS_OF_DISCUSSION = 3, 400
"""Lines in which a counter is looked for: above the headline, and below the text for the heading of the discussion."""


def read_comment_count(
    document: Document, layout: Layout, structured: StructuredData, language: str | None
) -> tuple[int | None, str]:
    """The number of comments that the page states, or shows at the headline, below the text or in the heading of the discussion."""
    if structured.comment_count is not None:
        return structured.comment_count, "json-ld"
    first = layout.first_row
    start = max(0, layout.headline_row - _ROWS_ABOVE_HEADLINE)
    others = (Zone.NAV | Zone.RELATED) & ~(layout.headline.zone if layout.headline else Zone.NONE)
    near = (line for line in document.lines[start:first] if not line.zone & others)
    for line in (*near, *layout.tail):
        count = _counter(line, language)
        if count is not None:
            return count, "counter"
    title = layout.headline.text if layout.headline else ""
    for line in document.lines[first : first + _ROWS_OF_DISCUSSION]:
        if line.zone & Zone.COMMENTS:
            said = line.text.replace(title, "") if title else line.text
            pattern = _NUMBER if line.block.tag in HEADINGS else _comment_count(language)
            if match := pattern.match(said[:100]):
                return int(match[1] or match[2]), "heading"
    return None, ""


def _counter(line: Line, language: str | None) -> int | None:
    """The number of comments that a line shows: in words, or as a number in a link to the comments or an element named for them."""
    words = _comment_count(language)
    if len(line.text) < _MAX_COUNTER and (match := words.match(line.text)):
        return int(match[1] or match[2])
    for text, el in line.parts:
        part = text.strip()
        if not part or len(part) >= _MAX_COUNTER or not (number := _NUMBER.match(part)):
            continue
        if match := words.match(part):
            return int(match[1] or match[2])
        if _COMMENTS_TARGET.search(target_of(el, 3)) or (part.isdecimal() and is_called(el, _COMMENT_CLASS, 2)):
            return int(number[1])
    return None


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
