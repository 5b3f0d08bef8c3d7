"""Parses HTML lists of articles that a site's TOML file declares (`db.site_rules.loader.HtmlList`).

On a front page links are judged one by one. Here the rule says which elements are entries, so all of them count.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from lxml import etree
from lxml.cssselect import CSSSelector

from crawler.discover.declared_lists.list_values import TIMES, hints_of, notes_on_empty_fields
from crawler.discover.feeds.read_feed import MAX_ITEMS
from crawler.discover.front_pages.next_pages import page_of_list
from crawler.discover.front_pages.read_front_page import parse_page
from crawler.discover.listings.listing import ParsedListing, link_to
from crawler.discover.listings.listing_times import read_time
from crawler.discover.listings.xml_tree import gunzip, plain_text, text_of
from db.models import LinkKind, ListingKind, OffsetFrom
from db.site_rules.loader import HtmlList, Site, ValueSelector
from pipelines.extraction.dates.time_zones import Locale, settle_moment
from pipelines.extraction.page.locale import language_code
from pipelines.extraction.text.date_parser import find_stamps
from pipelines.urls import clean_url

_HINTS = ("title", "published", "modified", "author", "section")


def read_html_list(
    body: bytes, described: HtmlList, site: Site, url: str, content_type: str | None = None
) -> ParsedListing:
    """Parse one page of an HTML list; articles in its order. Never raises: `note` says what does not fit.

    Times without an offset get the site's time zone, and are dropped where it has none.
    """
    kind = ListingKind.HTML_LIST
    root = parse_page(gunzip(body), content_type)
    if root is None:
        return ParsedListing(kind=kind, url=url, note="the body is not an HTML page")
    items = _select(root, described.item)[:MAX_ITEMS]
    if not items:
        return ParsedListing(kind=kind, url=url, note=f"item = {described.item!r} finds nothing on the page")
    bases = (element.get("href") for element in root.iter("base"))
    base = next((address for href in bases if href and (address := clean_url(href, url))), url)
    zone = ZoneInfo(site.timezone) if site.timezone else None

    def time_of(words: str | None) -> datetime | None:
        return read_time(words, zone) or _time_in_prose(words, site)

    selectors = {name: selector for name in _HINTS if (selector := getattr(described, name)) is not None}
    anchors = [_anchor(item, described.link) for item in items]
    entries = [
        {"title": _anchor_text(anchor)} | {name: _words(item, selector, name) for name, selector in selectors.items()}
        for item, anchor in zip(items, anchors, strict=True)
    ]
    links = []
    for anchor, words in zip(anchors, entries, strict=True):
        href = anchor.get(_attribute(described.link)) if anchor is not None else None
        hints = hints_of(words, time_of)
        if href and (link := link_to(href, kind=LinkKind.HTML_LIST, found_in=url, base=base, hints=hints)):
            links.append(link)
    notes = []
    if missing := len(items) - len(links):
        notes.append(f"{missing} of {len(items)} entries have no link at link = {_as_in_file(described.link)!r}")
    rules = {name: _as_in_file(selector) for name, selector in selectors.items()}
    notes += notes_on_empty_fields(rules, entries, time_of, lambda _: "")
    pages: tuple[str, ...] = ()
    if described.next is not None and "{page}" not in described.url:
        pages = _next_page(root, described.next, base, url)
    note = "; ".join(notes) or None
    return ParsedListing(kind=kind, url=url, links=tuple(links), pages=pages, language=site.language, note=note)


@lru_cache(maxsize=512)
def _selector(css: str) -> CSSSelector:
    return CSSSelector(css, translator="html")


def _select(element: etree._Element, css: str) -> list[etree._Element]:
    found = _selector(css)(element)
    return [one for one in found if isinstance(one, etree._Element)] if isinstance(found, list) else []


def _first(item: etree._Element, selector: ValueSelector) -> etree._Element | None:
    return next(iter(_select(item, selector.css)), None) if selector.css else item


def _anchor(item: etree._Element, selector: ValueSelector) -> etree._Element | None:
    """The element with the link: the selected one, or the first link in it."""
    element = _first(item, selector)
    name = _attribute(selector)
    if element is None or element.get(name):
        return element
    return next((inner for inner in element.iter() if isinstance(inner.tag, str) and inner.get(name)), None)


def _attribute(selector: ValueSelector) -> str:
    return (selector.attribute or "href").lower()


def _anchor_text(anchor: etree._Element | None) -> str | None:
    return text_of(anchor) or anchor.get("title") if anchor is not None else None


_MACHINE_ATTRIBUTES = ("datetime", "content")
"""Attributes that state a time for machines."""


def _words(item: etree._Element, selector: ValueSelector, name: str) -> str | None:
    element = _first(item, selector)
    if element is None:
        return None
    if selector.attribute:
        return (element.get(selector.attribute.lower()) or "").strip() or None
    if name in TIMES and (stated := next((value for key in _MACHINE_ATTRIBUTES if (value := element.get(key))), None)):
        return stated.strip()
    return plain_text(text_of(element))


def _time_in_prose(words: str | None, site: Site) -> datetime | None:
    """A time as written for readers ("5 March 2024, 14:30"), where the site's zone or the text determines its offset."""
    if not words:
        return None
    language = language_code(site.language) if site.language else None
    place = Locale(site_timezone=site.timezone, language=language)
    moments = (
        settle_moment(stamp, place) for stamp in find_stamps(words, language=language, day_first=place.day_first)
    )
    moment = next((moment for moment in moments if moment is not None), None)
    known = moment is not None and moment.offset_from in (OffsetFrom.PAGE, OffsetFrom.SITE)
    return moment.at if moment is not None and known else None


def _next_page(root: etree._Element, selector: ValueSelector, base: str, url: str) -> tuple[str, ...]:
    """The next page of the same list, within the site."""
    anchor = _anchor(root, selector)
    return page_of_list(anchor.get(_attribute(selector)) or "", base, url) if anchor is not None else ()


def _as_in_file(selector: ValueSelector) -> str:
    """A selector as written in the site's file, close enough to be found there."""
    return selector.css + (f" @{selector.attribute}" if selector.attribute else "")
