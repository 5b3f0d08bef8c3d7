"""The feeds that a page names: in `<link rel="alternate">`, and by links whose addresses look like a feed's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree

from crawler.discover.links.link_elements import MAX_LINKS
from crawler.discover.listings.xml_tree import plain_text
from db.models import Listing, ListingKind
from pipelines.text_limits import MAX_CLASS_CHARS, MAX_LINK_PARTS, MAX_LISTINGS_NAMED
from pipelines.urls import clean_url, same_site

_FEED_TYPES = ("rss", "atom", "feed+json", "rdf", "opml")
_FEED_PATH = re.compile(
    r"(?:^|/)(?:rss|feeds?|atom)(?:\d|\.xml|\.php|\.aspx?|\.json|\.s?html?)?(?:/|$)|\.(?:rss|atom|rdf|opml)$"
    r"|(?:^|/)(?=rss|[a-z_-]{0,30}(?:rss|feed|atom)[\d_.-])[\w-]{1,60}\.(?:php|aspx?|ashx|jsp|cgi|do)$"
    r"|/(?=[\w-]*(?:rss|feed|atom))[\w-]*+\.xml$",
    re.IGNORECASE,
)
_FEED_QUERY = re.compile(
    r"(?:^|&)(?:feed|format|page|type|output)=(?:feed|rss2?|atom|rdf|backend)(?:&|$)", re.IGNORECASE
)
"""`?feed=rss2`, `?format=feed` (Joomla), `spip.php?page=backend`."""
_FEED_WORDS = ("rss", "feed", "atom", "rdf", "opml")
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


_CALLED = re.compile(r"\W*(?:rss|atom)(?:[\s-]?feeds?)?(?:\s?[12]\.0)?\W*", re.IGNORECASE)
_ICON = re.compile(r"(?<![a-z])(?:rss|xml|(?:icon|fa|bi)[-_]feed|feed[-_]icon)(?![a-z])", re.IGNORECASE)
"""In the name of a picture or icon: `feed-icon-14x14.png`, `fa fa-rss`, the orange "XML" of old pages. Feeds of articles have parts
called `feed-image`."""


def _is_called_feed(anchor: etree._Element) -> bool:
    """Whether a link is called RSS, by its words or its icon: to a feed, or to a page of feeds."""
    picture = anchor.find("img")
    names = [
        anchor.text,
        anchor.get("title"),
        anchor.get("aria-label"),
        picture.get("alt") if picture is not None else None,
    ]
    if any(name is not None and len(name) < _LONGEST_NAME and _CALLED.fullmatch(name) for name in names):
        return True
    if sum(map(len, islice(anchor.itertext(), MAX_LINK_PARTS))) >= _LONGEST_NAME:
        return False
    icons = [_icon_name(element) for element in islice(anchor.iter("img", "i", "span", "svg", "use"), _MOST_ICONS)]
    own = anchor.get("class") or "" if len(anchor) == 0 else ""
    return any(_ICON.search(name[:MAX_CLASS_CHARS]) for name in (*icons, own))


def _icon_name(element: etree._Element) -> str:
    """What a picture or an icon is called. The folder of a picture says nothing."""
    if element.tag == "img":
        return f"{element.get('alt') or ''} {(element.get('src') or '').rpartition('/')[2]}"
    drawn = element.get("href") or element.get("xlink:href") or ""  # <use href="/icons.svg#rss">
    return f"{element.get('class') or ''} {drawn.rpartition('#')[2]}"


_LONGEST_NAME = 20
_MOST_ICONS = 5


def _is_feed(kind: str, relation: str) -> bool:
    relations = set(relation.lower().split())
    return "feed" in relations or (
        not relations.isdisjoint(("alternate", "outline")) and any(name in kind.lower() for name in _FEED_TYPES)
    )
