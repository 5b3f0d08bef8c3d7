"""The feeds that a page names: in `<link rel="alternate">`, and by links whose addresses look like a feed's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree

from crawler.discover.links.link_elements import MAX_LINKS
from crawler.discover.listings.xml_tree import plain_text
from db.models import Listing, ListingKind
from pipelines.text_limits import MAX_LISTINGS_NAMED
from pipelines.urls import clean_url, same_site

_FEED_TYPES = ("rss", "atom", "feed+json", "rdf")
_FEED_PATH = re.compile(
    r"(?:^|/)(?:rss|feeds?|atom)(?:\d|\.xml|\.php|\.aspx?|\.json|\.s?html?)?(?:/|$)|\.(?:rss|atom|rdf)$"
    r"|/(?=[\w-]*(?:rss|feed|atom))[\w-]*+\.xml$",
    re.IGNORECASE,
)
_FEED_QUERY = re.compile(
    r"(?:^|&)(?:feed|format|page|type|output)=(?:feed|rss2?|atom|rdf|backend)(?:&|$)", re.IGNORECASE
)
"""`?feed=rss2`, `?format=feed` (Joomla), `spip.php?page=backend`."""
_FEED_WORDS = ("rss", "feed", "atom", "rdf")
"""One of them is in whatever `_FEED_PATH` finds: looking for it is ten times as fast."""
_NO_FEED = re.compile(r"https?://[^/]+/.*(?:comment|komment|/oembed|/trackback)", re.IGNORECASE)


def feeds_of(root: etree._Element, base: str, url: str) -> Iterator[Listing]:
    """The page's feeds: declared ones, then linked ones, at last declared ones at other sites, such as FeedBurner."""
    declared = [
        (link.get("href") or "", link.get("title"))
        for link in root.iter("link")
        if _is_feed(link.get("type") or "", link.get("rel") or "")
    ]
    linked = [
        (href, None)
        for anchor in islice(root.iter("a"), MAX_LINKS)
        if (href := anchor.get("href") or "") and (_may_be_feed(href) or _is_called_feed(anchor))
    ]
    found: dict[str, str | None] = {}
    elsewhere: dict[str, str | None] = {}
    for place, (href, title) in enumerate((*declared, *linked)):
        if not (target := clean_url(href, base)) or _NO_FEED.match(target):
            continue
        if same_site(url, target):
            found.setdefault(target, title)
        elif place < len(declared):
            elsewhere.setdefault(target, title)
    for target, title in islice((found | elsewhere).items(), MAX_LISTINGS_NAMED):
        yield Listing(url=target, kind=ListingKind.FEED, title=plain_text(title))


def _may_be_feed(href: str) -> bool:
    path, _, query = href.partition("?")
    lower = path.lower()
    if query and _FEED_QUERY.search(query):
        return True
    return any(word in lower for word in _FEED_WORDS) and _FEED_PATH.search(path) is not None


_CALLED = re.compile(r"\W*(?:rss|atom)(?:[\s-]?feeds?)?\W*", re.IGNORECASE)


def _is_called_feed(anchor: etree._Element) -> bool:
    """Whether a link is called RSS, by its words or its picture's: to a feed, or to a page of feeds."""
    picture = anchor.find("img")
    names = (anchor.text, anchor.get("title"), picture.get("alt") if picture is not None else None)
    return any(name is not None and len(name) < _LONGEST_NAME and _CALLED.fullmatch(name) for name in names)


_LONGEST_NAME = 20


def _is_feed(kind: str, relation: str) -> bool:
    relations = relation.lower().split()
    return "feed" in relations or ("alternate" in relations and any(name in kind.lower() for name in _FEED_TYPES))
