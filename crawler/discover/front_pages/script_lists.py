"""Articles that a page lists in its scripts alone: what draws the list finds them there, and so can a reader.

    JSON-LD       <script type="application/ld+json">{"@type": "ItemList", "itemListElement": [...]}</script>
    state         <script id="__NEXT_DATA__">{...}</script>, window.__INITIAL_STATE__ = {...}
    written       document.write("<li><a href='/news/12.html'>...</a></li>")
    kept          <script type="text/xml"><datastore><record><![CDATA[<li><a href="/art/12.html">...</a></li>]]></record>

An object with an address and a title names an article, wherever it stands; the address is judged like that of a link. Where no key
has one of the usual names, its values show what they are: `{"titulo": "El concejo aprueba la obra", "ruta": "/nota/7-el-concejo"}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lxml import etree

from crawler.discover.addresses.article_urls import judge
from crawler.discover.links.candidates import HEADLINE_WORDS, LONGEST_TITLE, headline_length
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
        address = _address_in(value)
        if address and (title := _title_in(value)):
            yield address, title
        value = value.values()
    elif not isinstance(value, list):
        return
    for one in value:
        if isinstance(one, (dict, list)):
            yield from _objects(one, depth + 1)


def _address_in(item: dict[str, Any]) -> str | None:
    """The address of what an object describes. Without the name of its key, only its form tells it from a picture's."""
    if named := next((text for key in ADDRESS_KEYS if (text := item.get(key)) and isinstance(text, str)), None):
        return named if ADDRESS.fullmatch(named) else None
    return next(
        (
            text
            for text in item.values()
            if isinstance(text, str) and ADDRESS.fullmatch(text) and judge(text).is_article
        ),
        None,
    )


def _title_in(item: dict[str, Any]) -> str | None:
    """The title: by the name of its key, also one level below (`{"title": {"rendered": …}}`), else the first headline."""
    for key in TITLE_KEYS:
        text = item.get(key)
        if isinstance(text, dict):
            text = _headline_in(text)
        if isinstance(text, str) and text:
            return text
    return _headline_in(item)


def _headline_in(item: dict[str, Any]) -> str | None:
    """The first value that is as long as a headline, and no address."""
    texts = (text for text in item.values() if isinstance(text, str) and len(text) <= LONGEST_TITLE)
    return next((text for text in texts if headline_length(text) >= HEADLINE_WORDS and not ADDRESS.match(text)), None)
