"""The hubs that a feed names (WebSub): in its XML, its JSON, or the header `Link` of the response, which counts first. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree

from crawler.discover.listings.xml_tree import attribute, local_name
from db.store.websub.feed_hubs import FeedHubs

MAX_HUBS = 3
"""Hubs kept of a feed. Feeds name one, seldom two."""
MAX_ADDRESS = 2000
"""Characters of an address."""
MAX_HEADER = 8000
"""Characters read of a `Link` header."""
# A link of the header: `<address>`, then parameters, of which quoted values may contain commas and semicolons.
_LINK = re.compile(r'<([^<>]*)>((?:[^,"<]|"[^"]*")*)')
_RELATION = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', re.IGNORECASE)

_Relations = Iterable[tuple[str, str]]
"""Relations and addresses, as written."""


def hubs_in_xml(elements: Iterable[etree._Element], url: str) -> FeedHubs | None:
    """The hubs of an Atom or RSS feed, given the elements of its head. `url`: the feed's own, as it was answered."""
    links = (element for element in elements if local_name(element) == "link")
    return _found(((attribute(link, "rel") or "", attribute(link, "href") or "") for link in links), url)


def hubs_in_json(feed: Mapping[str, Any], url: str) -> FeedHubs | None:
    """The hubs of a JSON Feed: entries of `hubs` whose type is WebSub; its topic is `feed_url`."""
    hubs = feed["hubs"] if isinstance(feed.get("hubs"), list) else []
    named = [
        hub for hub in hubs if isinstance(hub, dict) and str(hub.get("type")).lower() in ("websub", "pubsubhubbub")
    ]
    pairs = [("hub", hub["url"]) for hub in named if isinstance(hub.get("url"), str)]
    own = feed.get("feed_url")
    return _found([*pairs, *([("self", own)] if isinstance(own, str) else [])], url)


def hubs_in_header(value: str | None, url: str) -> FeedHubs | None:
    """The hubs that a `Link` header names."""
    return _found(links_in_header(value[:MAX_HEADER]), url) if value else None


def links_in_header(value: str) -> Iterator[tuple[str, str]]:
    """The relations and addresses of a `Link` header, as written."""
    for address, parameters in _LINK.findall(value):
        if match := _RELATION.search(parameters):
            yield match[1] or match[2] or "", address


def _found(links: _Relations, url: str) -> FeedHubs | None:
    hubs: dict[str, None] = {}
    topic = None
    for relation, written in links:
        names = relation.lower().split()
        if not {"hub", "self"} & set(names) or (address := _address(written, url)) is None:
            continue
        if "hub" in names:
            hubs[address] = None
        if "self" in names:
            topic = topic or address
    # Feeds must name themselves, and many do not: hubs know those by the address that they are fetched from.
    return FeedHubs(topic=topic or url, hubs=tuple(hubs)[:MAX_HUBS]) if hubs else None


def _address(written: str, url: str) -> str | None:
    """An absolute address, otherwise as written: the hub compares it letter for letter."""
    try:
        address = urljoin(url, written.strip())
        parts = urlsplit(address)
    except ValueError:
        return None
    good = parts.scheme in ("http", "https") and parts.hostname and len(address) <= MAX_ADDRESS
    return address if good and address.isprintable() and " " not in address else None
