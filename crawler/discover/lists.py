"""JSON lists of articles, as a site's TOML declares them (`db.sites.JsonList`) → addresses of its pages, and Listing.

A *path* such as `row.column.0.name` goes down keys and indexes; "" is the value itself. A *link template* such as
`https://example-daily.com/story/{uuid}.html` takes the values at the paths in its braces, percent-encoded where they
must be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import tzinfo
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from crawler.discover.feeds import MAX_ITEMS, parse_json
from crawler.discover.listing import Hints, Listing, link_to
from crawler.discover.markup import plain, unpack
from crawler.discover.times import read_time
from db.nouns import EntryKind, Link, LinkKind
from db.sites import JsonList, Site
from pipelines.limits import MAX_AUTHORS

_PLACE = re.compile(r"\{([^{}]+)\}")
_HTTP = re.compile(r"https?://", re.IGNORECASE)


def list_urls(described: JsonList) -> tuple[str, ...]:
    """The addresses of the list's pages, the first (newest) first; one where the address does not count pages."""
    if "{page}" not in described.url:
        return (described.url,)
    numbers = range(described.first_page, described.first_page + described.pages)
    return tuple(described.url.replace("{page}", str(number)) for number in numbers)


def read_list(body: bytes, described: JsonList, site: Site, url: str, content_type: str | None = None) -> Listing:
    """The articles on one page of a JSON list, in its order. Never raises: what does not fit is said in `note`.

    Times without an offset take the site's time zone; without one they are left out.
    """
    document = parse_json(_unwrapped(unpack(body)), content_type)
    if document is None:
        return Listing(kind=EntryKind.JSON_LIST, url=url, note="the body is not JSON")
    items = at_path(document, described.items)
    if isinstance(items, dict):
        items = list(items.values())
    if not isinstance(items, list):
        told = "the root" if not described.items else f"items = {described.items!r}"
        return Listing(kind=EntryKind.JSON_LIST, url=url, note=f"there is no list at {told}")
    zone = ZoneInfo(site.timezone) if site.timezone else None
    links = [_link(item, described, zone, url) for item in items[:MAX_ITEMS]]
    kept = tuple(link for link in links if link is not None)
    missing = len(links) - len(kept)
    note = f"{missing} of {len(links)} items have no value for link = {described.link!r}" if missing else None
    return Listing(kind=EntryKind.JSON_LIST, url=url, links=kept, language=site.language, note=note)


_CALLBACK = re.compile(rb"\s*+[\w.$]{1,80}\s*+\(")


_CALLED_WITHIN = 1_000
"""Bytes in which the name of a JSONP answer's function stands."""


def _unwrapped(body: bytes) -> bytes:
    """The JSON within JSONP, as many list APIs answer."""
    called = _CALLBACK.match(body[:_CALLED_WITHIN])
    inside = body.rstrip().removesuffix(b";").rstrip() if called else b""
    return inside[called.end() : -1] if called and inside.endswith(b")") and len(inside) > called.end() else body


def at_path(value: Any, path: str) -> Any:
    """What is at `path` in a JSON value; None where there is nothing."""
    for step in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.lstrip("-").isdecimal() and -len(value) <= int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _link(item: Any, described: JsonList, zone: tzinfo | None, url: str) -> Link | None:
    address = _filled(described.link, item)
    if address is None:
        return None
    hints = Hints(
        title=plain(_words(item, described.title)),
        published=read_time(_words(item, described.published), zone),
        modified=read_time(_words(item, described.modified), zone),
        author=plain(_words(item, described.author)),
        section=plain(_words(item, described.section)),
    )
    return link_to(address, kind=LinkKind.JSON_LIST, found_in=url, hints=hints)


def _filled(template: str, item: Any) -> str | None:
    """The template with its places filled; None where a value is missing."""
    values = [_scalar(at_path(item, place.strip())) for place in _PLACE.findall(template)]
    if not all(values):
        return None
    filling: Iterator[str] = iter(value for value in values if value)
    # A whole address or path stays as it is; a value within a template must not change the address's form.
    whole = template.startswith("{")
    return _PLACE.sub(lambda _: next(filling) if whole else quote(next(filling), safe="/:@!$'()*,;=-._~%"), template)


def _words(item: Any, path: str | None) -> str | None:
    if path is None:
        return None
    value = at_path(item, path)
    if isinstance(value, list):
        return ", ".join(words for one in value[:MAX_AUTHORS] if (words := _scalar(one))) or None
    return _scalar(value)


def _scalar(value: Any) -> str | None:
    if isinstance(value, str):
        return value.strip() or None
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
