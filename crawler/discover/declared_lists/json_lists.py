"""Parses JSON lists of articles that a site's TOML file declares (`db.site_rules.loader.JsonList`), and builds the URLs of their
pages.

A *path* such as `row.column.0.name` follows keys and indexes; "" is the value itself. A *link template* such as
`https://example-daily.com/story/{uuid}.html` takes the values at the paths in braces, percent-encoded where necessary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from crawler.discover.declared_lists.list_values import hints_of, notes_on_empty_fields
from crawler.discover.feeds.read_feed import MAX_ITEMS, parse_json
from crawler.discover.listings.listing import LinkHints, ParsedListing, link_to
from crawler.discover.listings.listing_times import read_time
from crawler.discover.listings.xml_tree import gunzip
from db.models import Link, LinkKind, ListingKind
from db.site_rules.loader import JsonList, ListRule, Site
from db.site_rules.validators import nearest
from pipelines.text_limits import MAX_AUTHORS

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


def list_urls(described: ListRule) -> tuple[str, ...]:
    """The URLs of the list's pages, the first (newest) first; one where the URL has no page number."""
    if "{page}" not in described.url:
        return (described.url,)
    numbers = range(described.first_page, described.first_page + described.pages)
    return tuple(described.url.replace("{page}", str(number)) for number in numbers)


def read_json_list(
    body: bytes, described: JsonList, site: Site, url: str, content_type: str | None = None
) -> ParsedListing:
    """Parse one page of a JSON list; articles in its order. Never raises: `note` says what does not fit.

    Times without an offset get the site's time zone, and are dropped where it has none.
    """
    document = parse_json(_strip_callback(gunzip(body)), content_type)
    if document is None:
        return ParsedListing(kind=ListingKind.JSON_LIST, url=url, note="the body is not JSON")
    items = at_path(document, described.items)
    if isinstance(items, dict):
        items = list(items.values())
    if not isinstance(items, list):
        location = "the root" if not described.items else f"items = {described.items!r}"
        why = _explain(document, described.items) or (f": it is {_kind(items)}" if described.items else "")
        return ParsedListing(kind=ListingKind.JSON_LIST, url=url, note=f"there is no list at {location}{why}")
    items = items[:MAX_ITEMS]
    zone = ZoneInfo(site.timezone) if site.timezone else None

    def time_of(words: str | None) -> datetime | None:
        return read_time(words, zone)

    rules = {name: path for name in _HINTS if (path := getattr(described, name)) is not None}
    entries = [{name: _words(item, path) for name, path in rules.items()} for item in items]
    addresses = [_fill_template(described.link, item) for item in items]
    links = tuple(
        link
        for address, words in zip(addresses, entries, strict=True)
        if address and (link := _link(address, hints_of(words, time_of), url))
    )
    missing = addresses.count(None)
    notes = [f"{missing} of {len(items)} items have no value for link = {described.link!r}"] if missing else []
    if missing == len(items):  # no item has one of the template's values: name it
        notes[:] = [note + _explain_template(described.link, items) for note in notes]
    notes += notes_on_empty_fields(rules, entries, time_of, lambda path: _explain_in_items(items, path))
    note = "; ".join(notes) or None
    return ParsedListing(kind=ListingKind.JSON_LIST, url=url, links=links, language=site.language, note=note)


_HINTS = ("title", "published", "modified", "author", "section")
_MOST_KEYS, _LONGEST_KEY = 12, 60
"""Keys named in a note where none is similar to the wrong one, and characters of each, since they come from outside."""


def _explain(value: Any, path: str) -> str:
    """Why a path leads nowhere, with the nearest key: ": data has no itmes; did you mean items?". "" where it leads somewhere."""
    done: list[str] = []
    for step in path.split(".") if path else ():
        following = at_path(value, step)
        if following is None:
            where = ".".join(done) or "the root"
            if isinstance(value, dict):
                return (
                    f": {step} of {where} is empty"
                    if step in value
                    else f": {where} has no {step}{_nearest(step, value)}"
                )
            return f": {where} is {_kind(value)}"
        value, done = following, [*done, step]
    return ""


def _nearest(step: str, value: dict[str, Any]) -> str:
    keys = [str(key)[:_LONGEST_KEY] for key in value]
    near = nearest(step, keys)
    return (
        near if "did you mean" in near or len(keys) <= _MOST_KEYS else f"; there are {', '.join(keys[:_MOST_KEYS])}, …"
    )


def _explain_in_items(items: Sequence[Any], path: str) -> str:
    return _explain(items[0], path).replace(": the root", ": an item") if items else ""


def _explain_template(template: str, items: Sequence[Any]) -> str:
    return next(
        (why for place in _PLACEHOLDER.findall(template) if (why := _explain_in_items(items, place.strip()))), ""
    )


def _kind(value: Any) -> str:
    match value:
        case dict():
            return "an object"
        case list():
            return f"a list of {len(value)}"
        case str():
            return "a text"
        case None:
            return "empty"
    return "true or false" if isinstance(value, bool) else "a number"


_CALLBACK = re.compile(rb"\s*+[\w.$]{1,80}\s*+\(")


_CALLED_WITHIN = 1_000
"""Bytes searched for the function name of a JSONP response."""


def _strip_callback(body: bytes) -> bytes:
    """The JSON inside JSONP, which many list APIs return."""
    called = _CALLBACK.match(body[:_CALLED_WITHIN])
    inside = body.rstrip().removesuffix(b";").rstrip() if called else b""
    return inside[called.end() : -1] if called and inside.endswith(b")") and len(inside) > called.end() else body


def at_path(value: Any, path: str) -> Any:
    """The value at `path` in a JSON value; None where there is none."""
    for step in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.lstrip("-").isdecimal() and -len(value) <= int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _link(address: str, hints: LinkHints, url: str) -> Link | None:
    return link_to(address, kind=LinkKind.JSON_LIST, found_in=url, hints=hints)


def _fill_template(template: str, item: Any) -> str | None:
    """The filled template; None where a value is missing."""
    values = [_scalar(at_path(item, place.strip())) for place in _PLACEHOLDER.findall(template)]
    if not all(values):
        return None
    filling: Iterator[str] = iter(value for value in values if value)
    # A value that is the whole URL or path is kept as it is. A value inside a template must not change the URL's form.
    whole = template.startswith("{")
    return _PLACEHOLDER.sub(
        lambda _: next(filling) if whole else quote(next(filling), safe="/:@!$'()*,;=-._~%"), template
    )


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
