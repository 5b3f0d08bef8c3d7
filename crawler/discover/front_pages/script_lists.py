"""Articles that a page lists in its scripts alone: what draws the list finds them there, and so can a reader.

    JSON-LD       <script type="application/ld+json">{"@type": "ItemList", "itemListElement": [...]}</script>
    state         <script id="__NEXT_DATA__">{...}</script>, window.__INITIAL_STATE__ = {...}
    written       document.write("<li><a href='/news/12.html'>...</a></li>")
    kept          <script type="text/xml"><datastore><record><![CDATA[<li><a href="/art/12.html">...</a></li>]]></record>

An object with an address and a title names an article, wherever it stands; the address is judged like that of a link.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lxml import etree

from pipelines.extraction.structured_data.state_scripts import iter_roots, read_value
from pipelines.html_tree import parse_html

ADDRESS_KEYS = (
    "url", "link", "href", "permalink", "canonical_url", "canonicalUrl", "webUrl", "web_url", "path", "uri", "slug_url",
)  # fmt: skip
TITLE_KEYS = ("title", "headline", "name", "titre", "titel", "label")
"""Names of the two in the objects of real lists, the likeliest first."""
ADDRESS = re.compile(r"https?://\S{4,2000}|/\S{3,2000}")

_MOST = 1_000
_DEPTH = 30
_WRITTEN = re.compile(
    r"document\.write(?:ln)?\s{0,9}\(\s{0,9}(?:'((?:[^'\\]|\\.)*+)'|\"((?:[^\"\\]|\\.)*+)\")", re.DOTALL
)
_MARKUP = re.compile(r"xml|html|template", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"[{}<>']|\$\(")
"""What a script fills in: `{{url}}`, `<%= url %>`, `' + url + '`."""
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def lists_in_scripts(text: str, root: etree._Element) -> Iterator[tuple[str, str]]:
    """Addresses and titles of what the scripts of a page list, at most 1,000."""
    return islice(_named(text, root), _MOST)


def _named(text: str, root: etree._Element) -> Iterator[tuple[str, str]]:
    written: list[str] = []
    for script in root.iter("script"):
        code = script.text or ""
        if "ld+json" in (script.get("type") or "").lower():
            yield from _objects(read_value(code), 0)
        elif "document.write" in code:
            written += [_ESCAPED.sub(r"\1", single or double) for single, double in _WRITTEN.findall(code)]
        elif _MARKUP.search(script.get("type") or "") and "<a " in code:
            written.append(code.replace("<![CDATA[", "").replace("]]>", ""))
    for state in iter_roots(text, lambda _: False):
        yield from _objects(state.value, 0)
    tree = parse_html("".join(written)) if written else None
    for anchor in tree.iter("a") if tree is not None else ():
        if not _PLACEHOLDER.search(address := anchor.get("href") or ""):
            yield address, "".join(str(part) for part in anchor.itertext()).strip()


def lists_in_json(value: Any) -> Iterator[tuple[str, str]]:
    """Addresses and titles of what a JSON value lists, at most 1,000."""
    return islice(_objects(value, 0), _MOST)


def _objects(value: Any, depth: int) -> Iterator[tuple[str, str]]:
    """The objects below a value that have an address and a title."""
    if depth > _DEPTH:
        return
    if isinstance(value, dict):
        address = _first(value, ADDRESS_KEYS)
        title = _first(value, TITLE_KEYS)
        if address and title and ADDRESS.fullmatch(address):
            yield address, title
        value = value.values()
    elif not isinstance(value, list):
        return
    for one in value:
        if isinstance(one, (dict, list)):
            yield from _objects(one, depth + 1)


def _first(item: dict[str, Any], keys: tuple[str, ...]) -> str | None:
    found = (item.get(key) for key in keys)
    return next((text for text in found if isinstance(text, str) and text), None)
