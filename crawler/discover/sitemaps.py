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

from crawler.discover.listing import LinkHints, ParsedListing, SitemapChild, link_to, newest_first
from crawler.discover.listing_times import read_time
from crawler.discover.xml_tree import XmlStream, gunzip, local_name, looks_like_xml, plain_text, text_of
from db.models import Link, LinkKind, ListingKind
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

    Links are in the sitemap's order, children newest first (those without a time last, in their order). `lastmod` of an article
    becomes `modified`, `news:publication_date` becomes `published`; a bare day is not exact, and dropped.
    """
    body = gunzip(body)
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and not looks_like_xml(body):
        return _read_text(body, url, content_type)
    links: list[Link] = []
    children: list[SitemapChild] = []
    stream = XmlStream(body, content_type, ends=("url", "sitemap"))
    news = False
    language = None
    read = 0
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
            links.append(link)
            read += 1
            if len(links) >= 2 * MAX_ENTRIES:
                links = _newest(links)
        if read >= MAX_ENTRIES_READ or len(children) >= MAX_ENTRIES:
            break
    if len(links) > MAX_ENTRIES:
        links = _newest(links)
    children.sort(key=lambda child: -child.modified.timestamp() if child.modified else 0.0)
    return ParsedListing(
        kind=ListingKind.NEWS_SITEMAP if news else ListingKind.SITEMAP,
        url=url,
        links=tuple(links),
        children=tuple(children),
        dated=all(child.modified for child in children),
        language=language,
        note=stream.note if links or children else stream.note or "no addresses in the sitemap",
    )


def _newest(links: list[Link]) -> list[Link]:
    """The newest `MAX_ENTRIES` of a sitemap's links by their times, then the last ones; in the sitemap's order."""
    newest = sorted(range(len(links)), key=lambda place: (newest_first(links[place]), -place))[:MAX_ENTRIES]
    return [links[place] for place in sorted(newest)]


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
