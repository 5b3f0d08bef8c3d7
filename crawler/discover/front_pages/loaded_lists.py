"""The lists that a page loads by itself: in frames, and from addresses that its scripts ask for.

    frame     <iframe src="/headlines.php">
    request   fetch("/api/news?page=1"), axios.get('/list.json'), $.ajax({url: "/list"}), open("GET", "/list")
    JSONP     <script src="/data/list.jsonp?callback=show">
    counted   let from = 0; fetch("/api/news?offset=" + from), fetch(`/api/news?page=${page}`)
    preloaded <link rel="preload" as="fetch" href="/data/list.json">
    attribute <div data-endpoint="/api/news?page=1">, <div hx-get="/latest">, <div class="list" data-part="/latest.html"></div>
    included  <object data="latest.html" type="text/html">, <embed src="…">, <turbo-frame src="/latest">

What they answer is read as a section: a page, or JSON whose objects have an address and a title (`script_lists`). No script is run:
of an address that one puts together, the parts must be texts, or names that the script first gives a number or a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lxml import etree

from crawler.discover.links.page_functions import joined_at
from crawler.discover.listings.json_text import json_value
from pipelines.text_limits import MAX_CLASS_CHARS

_MOST_SCRIPTS = 200
_MAX_CODE = 50_000
"""Characters of a script that is searched. Longer ones are libraries and states."""
_ASKS = re.compile(
    r"(?:\bfetch|\.get|\.getJSON|\.post|\.load|\.request|\baxios)\s{0,5}\(|\burl\s{0,5}:|\.open\s{0,5}\(\s{0,9}[\"']GET[\"']\s{0,5},",
    re.IGNORECASE,
)
_VALUE = re.compile(r"\s{0,5}[=:]\s{0,5}(?:([0-9]{1,6})|'([^'\n]{1,300})'|\"([^\"\n]{1,300})\")\s{0,5}[;,})\n]")
_MOST_PLACES = 20
"""Places where a script names something that are looked at for its value."""
_ADDRESS = re.compile(r"(?:https?:/|\.{0,2})/[^{}$<>]{2,500}")
"""Not what a script fills in (`${page}`)."""
_JSONP = re.compile(r"\.jsonp\b|[?&](?:callback|jsonp|cb)=", re.IGNORECASE)
_NO_PAGE = re.compile(r"\.(?!s?html?\b|php|aspx?\b|jsp\b|cgi\b)\w{2,5}(?:[?#]|$)", re.IGNORECASE)
"""Pictures, films, documents, scripts."""
_PLACEHOLDERS = frozenset(("div", "section", "ul", "main"))
_PAGE_FILE = re.compile(r"\.(?:s?html?|php|aspx?|jsp)(?:\?|$)", re.IGNORECASE)
_WAITS = re.compile(r"lazy|load|ajax|async|defer|include|snippet|fragment|partial|placeholder", re.IGNORECASE)
"""Names of what a script fills. Without one, only the address of a file shows that an attribute is no address to share."""
_ATTRIBUTES = etree.XPath("//*[not(self::a or self::img or self::source)]/@*[starts-with(name(), 'data-')]")
_LOADED = etree.XPath(
    "//@*[name() = 'hx-get' or name() = 'data-hx-get'] | //link[@rel='preload' and @as='fetch']/@href"
)
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
        yield from _asked_in(code) if len(code) <= _MAX_CODE else ()
    values: list[str] = _LOADED(root)  # type: ignore[assignment]
    yield from (value for value in values[:_MOST_ATTRIBUTES] if _ADDRESS.fullmatch(value))
    values = _ATTRIBUTES(root)  # type: ignore[assignment]
    yield from (
        one for one in values[:_MOST_ATTRIBUTES] if _ADDRESS.fullmatch(one) and (_LOADS.search(one) or _fills(one))
    )


def _fills(value: Any) -> bool:
    """Whether an attribute of an empty element, as XPath gives it, names what a script fills that with."""
    element = value.getparent()
    if element.tag not in _PLACEHOLDERS or len(element) or (element.text or "").strip():
        return False
    named = f"{value.attrname} {element.get('class', '')} {element.get('id', '')}"[:MAX_CLASS_CHARS]
    return bool(_PAGE_FILE.search(value) or (_WAITS.search(named) and not _NO_PAGE.search(value)))


def _asked_in(code: str) -> Iterator[str]:
    """Addresses that a script asks for. Names have the values that it gives them first."""

    def value_of(name: str) -> str | None:
        name, at = name.removeprefix("this."), -1
        for _ in range(_MOST_PLACES):
            if (at := code.find(name, at + 1)) < 0:
                return None
            is_whole = at == 0 or not (code[at - 1].isalnum() or code[at - 1] in "_.")
            if is_whole and (value := _VALUE.match(code, at + len(name))):
                return value[1] or value[2] or value[3]
        return None

    for asks in _ASKS.finditer(code):
        joined = joined_at(code, asks.end(), value_of)
        if (
            joined is not None
            and code[joined.end : joined.end + 1] in (",", ")", "}")
            and _ADDRESS.fullmatch(joined.text)
        ):
            yield joined.text


def read_json_body(text: str) -> Any:
    """The value of a body that is JSON or JSONP; None where it is none."""
    text = text.strip().lstrip("\ufeff")
    if called := _CALLED.match(text[:_CALLED_WITHIN]):
        text = text[called.end() :].rstrip(";").rstrip().removesuffix(")")
    return json_value(text)
