"""Parses sitemaps (sitemaps.org), sitemap indexes, Google News sitemaps and text sitemaps, plain or gzip.

    urlset with any <news:news>   NEWS_SITEMAP    articles of the last two days, with title and time
    urlset                        SITEMAP         URLs, perhaps with lastmod
    sitemapindex                  SITEMAP         `children`, newest first

They are read as a stream: a sitemap may have 50 MiB, and its tree would take eight times as much memory. Mistakes (bare ampersands,
undeclared prefixes, a missing end) are repaired on the way.
"""

from __future__ import annotations

import re
from datetime import datetime

from lxml import etree

from crawler.discover.listings.listing import LinkHints, ParsedListing, SitemapChild, link_to
from crawler.discover.listings.listing_times import read_time
from crawler.discover.listings.xml_tree import XmlStream, gunzip, local_name, looks_like_xml, plain_text, text_of
from db.models import NO_ADDRESSES, Link, LinkKind, ListingKind
from pipelines.extraction.encoding import decode
from pipelines.text_limits import MAX_LISTINGS_NAMED
from pipelines.urls import clean_url, same_site

MAX_ENTRIES = 50_000
"""Entries kept of one sitemap: the limit of sitemaps.org. Of a longer one, which usually begins with the oldest, the newest."""
MAX_ENTRIES_READ = 4 * MAX_ENTRIES
"""Entries read of one sitemap: about as many as fit into `xml_tree.MAX_UNPACKED`, and 5 s of work."""

_HTTP_LINE = re.compile(r"\s*(https?://\S+)\s*", re.IGNORECASE)


def read_sitemap(body: bytes, url: str, content_type: str | None = None) -> ParsedListing:
    """Parse a sitemap: articles, or further sitemaps. Never raises: for a body that is no sitemap, the result is empty with a
    `note`.

    Links and children are newest first, those without a time last, in the sitemap's order. `lastmod` of an article becomes
    `modified`, `news:publication_date` becomes `published`; a bare day is not exact, and dropped once it has given the order.
    """
    body = gunzip(body)
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and not looks_like_xml(body):
        return _read_text(body, url, content_type)
    entries = _Newest()
    children: list[SitemapChild] = []
    stream = XmlStream(body, content_type, ends=("url", "sitemap"))
    news = False
    language = None
    for element in stream:
        facts = _facts(element)
        if local_name(element) == "sitemap":
            if target := clean_url(_unescaped(facts.get("loc", "")), url):
                children.append(
                    SitemapChild(url=target, modified=read_time(facts.get("lastmod")) or _day(facts.get("lastmod")))
                )
        elif (link := _link(facts, url)) is not None:
            news = news or link.kind is LinkKind.NEWS_SITEMAP
            language = language or facts.get("language")
            entries.add(link, facts)
        if entries.read >= MAX_ENTRIES_READ or len(children) >= MAX_ENTRIES:
            break
    links = entries.links()
    children.sort(key=lambda child: -child.modified.timestamp() if child.modified else 0.0)
    return ParsedListing(
        kind=ListingKind.NEWS_SITEMAP if news else ListingKind.SITEMAP,
        url=url,
        links=links,
        children=tuple(children),
        dated=all(child.modified for child in children),
        language=language,
        note=stream.note if links or children else stream.note or NO_ADDRESSES,
    )


class _Newest:
    """Links with the days that the sitemap gives them: times too rough for an article, exact enough to order by."""

    def __init__(self) -> None:
        self._links: list[tuple[str, Link]] = []
        self.read = 0

    def add(self, link: Link, facts: dict[str, str]) -> None:
        """Keep a link, as long as at least `MAX_ENTRIES` others are not newer."""
        day = _DAY.match(facts.get("publication_date") or facts.get("lastmod") or "")
        self._links.append((day[0] if day else "", link))
        self.read += 1
        if len(self._links) >= 2 * MAX_ENTRIES:
            self._cut()

    def links(self) -> tuple[Link, ...]:
        """The newest first; those of one day, and then those without any, in the sitemap's order."""
        if len(self._links) > MAX_ENTRIES:
            self._cut()
        return tuple(link for _, link in sorted(self._links, key=_day_of, reverse=True))

    def _cut(self) -> None:
        # Of one day, and of none, the last: sitemaps that are too long begin with the oldest.
        newest_last = sorted(self._links, key=_day_of)
        self._links = newest_last[-MAX_ENTRIES:]


_DAY = re.compile(r"\s*\d{4}-\d\d-\d\d")


def _day_of(entry: tuple[str, Link]) -> str:
    return entry[0]


def _facts(element: etree._Element) -> dict[str, str]:
    """The parts of a <url> or <sitemap> by local name, with those of <news:news> (`title`, `publication_date`, ...)."""
    facts: dict[str, str] = {}
    for child in element:
        name = local_name(child)
        if name == "news":
            facts["news"] = "yes"
            for part in child.iter():
                if part is not child and len(part) == 0 and part.text:
                    facts.setdefault(local_name(part), part.text.strip())
        elif name in ("loc", "lastmod") and (text := text_of(child)):
            facts.setdefault(name, text)
    return facts


def _link(facts: dict[str, str], url: str) -> Link | None:
    is_news = "news" in facts
    hints = LinkHints(
        title=plain_text(facts.get("title")) if is_news else None,
        published=read_time(facts.get("publication_date")),
        modified=read_time(facts.get("lastmod")),
    )
    kind = LinkKind.NEWS_SITEMAP if is_news else LinkKind.SITEMAP
    address = _unescaped(facts.get("loc", ""))
    return link_to(address, kind=kind, found_in=url, hints=hints) if address else None


def _unescaped(address: str) -> str:
    # Only ampersands, which are escaped twice or in CDATA: full unescaping would turn `&copy=2` into a copyright sign.
    return address.replace("&#38;", "&").replace("&amp;", "&")


def _day(text: str | None) -> datetime | None:
    """A bare day as its midnight in UTC: exact enough to sort sitemaps, never used for articles."""
    return read_time(f"{text.strip()}T00:00Z") if text and len(text.strip()) == 10 else None


def _read_text(body: bytes, url: str, content_type: str | None) -> ParsedListing:
    """A text sitemap: one URL per line."""
    decoded = decode(body, content_type)
    lines = decoded.text.splitlines()[:MAX_ENTRIES] if decoded else []
    found = [match[1] for line in lines if (match := _HTTP_LINE.fullmatch(line))]
    # Another page may contain a line with a URL; a sitemap contains little else.
    if 2 * len(found) < len([line for line in lines if line.strip()]):
        found = []
    links = (link_to(address, kind=LinkKind.SITEMAP, found_in=url) for address in found)
    kept = tuple(link for link in links if link is not None)
    return ParsedListing(
        kind=ListingKind.SITEMAP, url=url, links=kept, note=None if kept else "the body is not a sitemap"
    )


_ROBOTS_NAMES = frozenset({"sitemap", "sitemaps", "site-map"})
_HOST_FIRST = re.compile(r"(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?::\d{1,5})?/", re.IGNORECASE)


def sitemaps_in_robots(text: str, url: str) -> tuple[str, ...]:
    """The URLs of the `Sitemap:` lines of a robots.txt, which may stand anywhere in it (RFC 9309, 2.2.4), each once.

    They should be absolute. Relative ones are joined to `url`, and a URL of the same site without scheme is completed; invalid ones
    are dropped.
    """
    found: dict[str, None] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon and name.strip().lower() in _ROBOTS_NAMES:
            value = value.partition(" #")[0].strip()
            if _HOST_FIRST.match(value) and same_site(f"http://{value}", url):
                value = f"{url.partition('://')[0]}://{value}"
            if target := clean_url(value, url):
                found[target] = None
            if len(found) == MAX_LISTINGS_NAMED:
                break
    return tuple(found)
