"""The lists that a page loads by itself: in frames, and from addresses that its scripts ask for.

    frame     <iframe src="/headlines.php">
    request   fetch("/api/news?page=1"), axios.get('/list.json'), $.ajax({url: "/list"}), open("GET", "/list")
    JSONP     <script src="/data/list.jsonp?callback=show">
    attribute <div data-endpoint="/api/news?page=1">, <div hx-get="/latest">
    included  <object data="latest.html" type="text/html">, <embed src="…">, <turbo-frame src="/latest">

What they answer is read as a section: a page, or JSON whose objects have an address and a title (`script_lists`). No script is run,
so an address that one puts together (`"/api/news?page=" + page`) is not known.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lxml import etree

_MOST_SCRIPTS = 200
_MAX_CODE = 50_000
"""Characters of a script that is searched. Longer ones are libraries and states."""
_REQUEST = re.compile(
    r"(?:\bfetch|\.get|\.getJSON|\.post|\.load|\.request|\baxios)\s{0,5}\(\s{0,9}[\"'`]([^\"'`\s]{2,500})[\"'`]\s{0,9}[,)]"
    r"|\burl\s{0,5}:\s{0,5}[\"'`]([^\"'`\s]{2,500})[\"'`]\s{0,9}[,}]"
    r"|\.open\s{0,5}\(\s{0,9}[\"']GET[\"']\s{0,5},\s{0,9}[\"'`]([^\"'`\s]{2,500})[\"'`]\s{0,9}[,)]",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:https?:/|\.{0,2})/[^{}$<>]{2,500}")
"""Not what a script fills in (`${page}`)."""
_JSONP = re.compile(r"\.jsonp\b|[?&](?:callback|jsonp|cb)=", re.IGNORECASE)
_NO_PAGE = re.compile(r"\.(?!s?html?\b|php|aspx?\b|jsp\b|cgi\b)\w{2,5}(?:[?#]|$)", re.IGNORECASE)
"""Pictures, films, documents, scripts."""
_ATTRIBUTES = etree.XPath("//*[not(self::a or self::img or self::source)]/@*[starts-with(name(), 'data-')]")
_LOADED = etree.XPath("//@*[name() = 'hx-get' or name() = 'data-hx-get']")
_MOST_ATTRIBUTES = 2_000
_LOADS = re.compile(r"/(?:api|ajax|json|rest|wp-json)(?:[/?]|\.(?:php|json|aspx?)|$)|\.json(?:\?|$)", re.IGNORECASE)
"""What a script loads, and not a picture or a page to share: attributes hold addresses of all kinds."""
_CALLED = re.compile(r"(?:/\*\*/)?\s{0,3}[\w.$]{1,80}\s{0,3}\(\s{0,9}(?=[\[{])")
_CALLED_WITHIN = 200


def included_in(root: etree._Element) -> tuple[str, ...]:
    """Names of the page's elements that may include another page as frames do: those for objects, and its own (`turbo-frame`)."""
    own = {element.tag for element in root.iter("*") if isinstance(element.tag, str) and "-" in element.tag}
    return ("object", "embed", *sorted(own))


def frames_of(root: etree._Element, *tags: str) -> Iterator[tuple[str, str | None]]:
    """Addresses and titles of a page's frames, as written. `about:blank` waits for a script to put in `data-src`.

    Of what includes other things than pages as well, only addresses that look like a page's count.
    """
    for frame in root.iter(*tags):
        address = frame.get("src") or frame.get("data") or ""
        if frame.tag not in ("frame", "iframe") and _NO_PAGE.search(address):
            continue
        yield frame.get("data-src") or "" if address in ("", "about:blank") else address, frame.get("title")


def requests_of(root: etree._Element) -> Iterator[str]:
    """Addresses that the page's scripts ask for, as written: in the scripts, and in attributes for them."""
    for script in islice(root.iter("script"), _MOST_SCRIPTS):
        address = script.get("src") or ""
        if address:
            if _JSONP.search(address):
                yield address
            continue
        code = script.text or ""
        for found in _REQUEST.findall(code) if len(code) <= _MAX_CODE else ():
            address = next(filter(None, found))
            if _ADDRESS.fullmatch(address):
                yield address
    loaded: list[str] = _LOADED(root)  # type: ignore[assignment]
    yield from (value for value in loaded[:_MOST_ATTRIBUTES] if _ADDRESS.fullmatch(value))
    values: list[str] = _ATTRIBUTES(root)  # type: ignore[assignment]
    yield from (value for value in values[:_MOST_ATTRIBUTES] if _LOADS.search(value) and _ADDRESS.fullmatch(value))


def read_json_body(text: str) -> Any:
    """The value of a body that is JSON or JSONP; None where it is none."""
    text = text.strip().lstrip("\ufeff")
    if called := _CALLED.match(text[:_CALLED_WITHIN]):
        text = text[called.end() :].rstrip(";").rstrip().removesuffix(")")
    if text[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
