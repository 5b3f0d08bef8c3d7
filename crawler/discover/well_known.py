"""Well-known paths of listings, and what kind of listing a body is.

What a site itself names comes first: the feeds of its pages (`front_pages`), the `Sitemap:` lines of its robots.txt (`sitemaps`).
The well-known paths are for sites that name nothing. Check each response with `classify`, since many sites answer with a page
instead of 404.
"""

from __future__ import annotations

import re

from crawler.discover.listings.xml_tree import gunzip
from db.models import ListingKind
from pipelines.urls import clean_url

WELL_KNOWN_FEEDS = (
    "/feed",
    "/rss",
    "/rss.xml",
    "/feed.xml",
    "/atom.xml",
    "/index.xml",
    "/feed.json",
    "/feeds/posts/default",
    "/rss/index.xml",
    "/feed/rss",
    "/index.rdf",
    "/?feed=rss2",
)
"""The most frequent first: WordPress and most frameworks, generic, Atom, Hugo, JSON Feed, Blogger, older systems."""

WELL_KNOWN_SITEMAPS = (
    "/news-sitemap.xml",
    "/sitemap-news.xml",
    "/sitemap_news.xml",
    "/googlenews.xml",
    "/sitemaps/news.xml",
    "/sitemap.xml",
    "/sitemap_index.xml",
    "/wp-sitemap.xml",
    "/sitemap-index.xml",
    "/sitemap.xml.gz",
    "/sitemap.txt",
)
"""News sitemaps first, which are short and new. The general ones may list a newspaper's whole history."""


def well_known_feeds(url: str) -> tuple[str, ...]:
    """Well-known feed URLs on the site's host, the likeliest first; if `url` has a path, also below it."""
    below = clean_url("feed" if url.endswith("/") else f"{url.partition('?')[0]}/feed", url)
    home = clean_url("/", url)
    candidates = [clean_url(path, url) for path in WELL_KNOWN_FEEDS]
    if below and home and below != f"{home}feed":
        candidates.insert(0, below)
    return tuple(dict.fromkeys(found for found in candidates if found))


def well_known_sitemaps(url: str) -> tuple[str, ...]:
    """Well-known sitemap URLs on the site's host: news sitemaps first, then the likeliest."""
    return tuple(found for path in WELL_KNOWN_SITEMAPS if (found := clean_url(path, url)))


_HEAD = 4096
"""Bytes inspected to classify a body. A stylesheet line and a document type fit before the root."""
_MOST_HEAD = 16 * _HEAD
"""Of so many at the beginning, comments left out: some systems print a log of what they did before a feed."""
# Each alternative also ends at the end of the head: otherwise a failing match would search for its end again from each beginning.
_COMMENT = re.compile(
    rb"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|<!DOCTYPE[^>\[]*+(?:>|\Z|\[.*?(?:\]\s*+>|\Z))", re.DOTALL | re.IGNORECASE
)
_FEED_ROOT = re.compile(rb"<(?:[a-z]+:)?(?:rss|feed|rdf)\b|<document>\s*+<website>", re.IGNORECASE)
"""`<document><webSite>`: news for Baidu, the "open protocol of Internet news", which is read like RSS."""
_SITEMAP_ROOT = re.compile(rb"<(?:[a-z]+:)?(?:urlset|sitemapindex)\b", re.IGNORECASE)
_NEWS_MARK = re.compile(rb"schemas/sitemap-news|<news:news\b", re.IGNORECASE)
_PAGE_ROOT = re.compile(rb"<(?:html|head|body|title|meta|div|h1|p|a|ul)(?![\w:-])", re.IGNORECASE)
_JSON_FEED = re.compile(rb"\"version\"\s*:\s*\"https:(?:\\?/){2}jsonfeed\.org|\"items\"\s*:\s*\[", re.IGNORECASE)
_TEXT_SITEMAP = re.compile(rb"\s*+https?://\S++[^\S\r\n]*+[\r\n]\s*+https?://", re.IGNORECASE)


def classify(body: bytes, content_type: str | None = None, url: str | None = None) -> ListingKind | None:
    """The kind of listing in a body; None where it lists nothing (a picture, a script, an error text).

    `content_type` and `url` are used only where the body does not show its kind. A page at the root of its host is a FRONT_PAGE,
    any other page a SECTION; a sitemap index is a SITEMAP.
    """
    head = gunzip(body, _MOST_HEAD)[:_MOST_HEAD]
    if b"\x00" in head[:200]:  # UTF-16, or no text at all
        head = head.replace(b"\x00", b"")
    head = _COMMENT.sub(b"", head).lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:_HEAD]
    if head[:1] == b"{":
        return ListingKind.FEED if _JSON_FEED.search(body[:_MOST_HEAD]) else None
    if _SITEMAP_ROOT.search(head):
        return (
            ListingKind.NEWS_SITEMAP
            if _NEWS_MARK.search(body[:_MOST_HEAD]) or _NEWS_MARK.search(head)
            else ListingKind.SITEMAP
        )
    first_page, feed = _PAGE_ROOT.search(head), _FEED_ROOT.search(head)
    if feed and (first_page is None or feed.start() < first_page.start()):
        return ListingKind.FEED
    if _TEXT_SITEMAP.match(head):
        return ListingKind.SITEMAP
    if first_page or "html" in (content_type or ""):
        return (
            ListingKind.FRONT_PAGE
            if url is None or not url.partition("://")[2].partition("/")[2]
            else ListingKind.SECTION
        )
    return None
