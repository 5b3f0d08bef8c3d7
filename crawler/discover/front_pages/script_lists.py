"""Articles that a page lists in its scripts alone: what draws the list finds them there, and so can a reader.

    JSON-LD       <script type="application/ld+json">{"@type": "ItemList", "itemListElement": [...]}</script>
    state         <script id="__NEXT_DATA__">{...}</script>, window.__INITIAL_STATE__ = {...}
    written       document.write("<li><a href='/news/12.html'>...</a></li>")
    attribute     <div id="app" data-page="{&quot;props&quot;: …}">
    call          start(app, {data: [{title: "…", path: "/news/12345"}]}), self.__next_f.push([1, "…\\"/news/12345\\"…"])
    kept          <script type="text/xml"><datastore><record><![CDATA[<li><a href="/art/12.html">...</a></li>]]></record>

An object with an address and a title names an article, wherever it stands; the address is judged like that of a link. Where no key
has one of the usual names, its values show what they are: `{"titulo": "El concejo aprueba la obra", "ruta": "/nota/7-el-concejo"}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import quote

from lxml import etree

from crawler.discover.addresses.article_urls import judge
from crawler.discover.links.candidates import HEADLINE_WORDS, LONGEST_TITLE, headline_length
from crawler.discover.listings.listing import LEAST_ARTICLES
from pipelines.extraction.structured_data.state_scripts import iter_roots, read_value
from pipelines.html_tree import parse_html
from pipelines.text_limits import MAX_URL
from pipelines.urls import clean_url, same_site

ADDRESS_KEYS = (
    "url", "link", "href", "permalink", "canonical_url", "canonicalUrl", "webUrl", "web_url", "path", "uri", "slug_url",
)  # fmt: skip
TITLE_KEYS = ("title", "headline", "name", "titre", "titel", "label")
"""Names of the two in the objects of real lists, the likeliest first."""
ADDRESS = re.compile(r"https?://\S{4,2000}|/\S{3,2000}")
_ADDRESS = re.compile(rf"{ADDRESS.pattern}|\.\.?/\S{{3,2000}}")
"""The same, or one that is relative to the page."""

_MOST = 1_000
_DEPTH = 30
_SHORT_TITLE = 3
"""Words of a title in a list of articles."""
_HEADLINES_SHARE = 0.5
"""Share of headlines among the titles of a list, from which it is one of articles."""
_MAX_CODE = 2_000_000
"""Characters of a script whose strings are searched."""
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
        title = "".join(str(part) for part in anchor.itertext()).strip()
        if not _PLACEHOLDER.search(address := anchor.get("href") or "") and _is_headline(title):
            yield address, title


def lists_in_attributes(text: str, root: etree._Element) -> Iterator[tuple[str, str]]:
    """The same of what attributes of the page hold for its scripts, at most 1,000."""
    yield from islice((pair for value in _attribute_values(text, root) for pair in _objects(value, 0)), _MOST)


def _attribute_values(text: str, root: etree._Element) -> Iterator[Any]:
    if '="{' not in text and '="[' not in text and "='{" not in text and "='[" not in text:
        return
    values = (value for one in root.iter("*") for value in map(str, one.values()) if value.lstrip()[:1] in ("{", "["))
    for value in islice(values, _MOST):
        yield read_value(value)


def addresses_in_scripts(_: str, root: etree._Element) -> Iterator[tuple[str, str]]:
    """Articles' addresses among the strings of the page's scripts, each with the headline next to it, at most 1,000.

    For data in the arguments of calls, which may be no JSON: the form of the address alone must show that it is an article's.
    """
    return islice((pair for script in root.iter("script") for pair in _in_strings(script.text or "")), _MOST)


_STRING = re.compile(r"([\"'])((?:(?!\1)[^\n]){0,1000})\1")
_QUOTED_ADDRESS = re.compile(r"[\"']((?:https?:/|\.{0,2})/[^\s\"'<>{}$]{3,500})[\"']")
_MOST_ADDRESSES = 3_000
"""Addresses of a script that are looked at."""
_ESCAPED_CODE = re.compile(r"\\u([0-9a-f]{4})", re.IGNORECASE)
_NEXT_TO = 600
"""Characters between an address and its headline: keys, elements, classes."""


def _in_strings(code: str) -> Iterator[tuple[str, str]]:
    if len(code) > _MAX_CODE:
        return
    plain = _ESCAPED_CODE.sub(lambda code: chr(int(code[1], 16)), code).replace("\\", "")
    plain = plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # joins the halves of emoji
    for found in islice(_QUOTED_ADDRESS.finditer(plain), _MOST_ADDRESSES):
        if judge(found[1]).is_article:
            # From the address on, and backwards: elsewhere an apostrophe may stand alone, and nothing tells where strings begin.
            before = plain[max(0, found.start() - _NEXT_TO) : found.start()][::-1]
            after = plain[found.end() : found.end() + _NEXT_TO]
            strings = [(one.start(), one[2][::-1]) for one in _STRING.finditer(before)]
            strings += [(one.start(), one[2]) for one in _STRING.finditer(after)]
            if title := _headline_of(text for _, text in sorted(strings)):
                yield found[1], title


_NEXT_KEYS = re.compile(r"next(?:_?(?:page)?_?(?:url|link|href))?|next_?page|load_?more(?:_?url)?", re.IGNORECASE)
_CURSOR_KEYS = re.compile(r"(?:next|end|after)_?(?:cursor|token)|cursor", re.IGNORECASE)
_CURSOR_PARAMETER = re.compile(r"([?&](?:\w{0,20}cursor|after|\w{0,20}token)=)[^&]{1,500}", re.IGNORECASE)
_NEXT_DEPTH = 8
_MOST_MARKS = 20_000


def next_page_in_json(value: Any, url: str) -> tuple[str, ...]:
    """The next page of a list, as its own JSON names it: an address, or the mark to ask for in place of this one's."""
    marks = list(islice(_marks(value, 0), _MOST_MARKS))
    for key, named in marks:
        if _NEXT_KEYS.fullmatch(key) and isinstance(named, str) and (page := _page_at(named, url)):
            return page
    cursors = (
        str(named) for key, named in marks if _CURSOR_KEYS.fullmatch(key) and isinstance(named, str | int) and named
    )
    begin, parameter, rest = (
        _CURSOR_PARAMETER.split(url, maxsplit=1) if _CURSOR_PARAMETER.search(url) else (url, "", "")
    )
    if parameter and (cursor := next(cursors, None)):
        other = f"{begin}{parameter}{quote(cursor[:MAX_URL], safe='')}{rest}"
        return (other,) if other != url else ()
    return ()


def next_page_in_scripts(text: str, root: etree._Element, url: str) -> tuple[str, ...]:
    """The same of what the scripts and attributes of a page hold."""
    values = (state.value for state in iter_roots(text, lambda _: False))
    return next(
        (page for value in (*values, *_attribute_values(text, root)) if (page := next_page_in_json(value, url))), ()
    )


def _marks(value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > _NEXT_DEPTH:
        return
    if isinstance(value, dict):
        yield from value.items()
    elif not isinstance(value, list):
        return
    for one in islice(value.values() if isinstance(value, dict) else value, _MOST):
        if isinstance(one, (dict, list)):
            yield from _marks(one, depth + 1)


def _page_at(named: str, url: str) -> tuple[str, ...]:
    """A next page: an address of the site that has a query or a number, and no article."""
    if not ADDRESS.fullmatch(named) and not named.startswith("?"):
        return ()
    target = clean_url(named, url)
    is_page = target is not None and target != url and same_site(url, target) and not judge(target).is_article
    return (target,) if target is not None and is_page and any(map(str.isdigit, named)) else ()


def markup_in_json(value: Any) -> str:
    """The HTML of a list that a JSON text holds, as a script adds it to its page: `{"html": "<li><a href=…>…"}`. "" without any."""
    return "\n".join(islice((text for text in _strings(value, 0) if _LINKS.search(text)), _MOST))


_LINKS = re.compile(r"<a\s[^<>]{0,1000}\bhref=", re.IGNORECASE)


def _strings(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth < _DEPTH and isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part, depth + 1)


def lists_in_json(value: Any) -> Iterator[tuple[str, str]]:
    """Addresses and titles of what a JSON value lists, at most 1,000."""
    return islice(_objects(value, 0), _MOST)


def _objects(value: Any, depth: int) -> Iterator[tuple[str, str]]:
    """The objects below a value that have an address and a headline, or stand in a list of such with a shorter title.

    Elsewhere, objects with a short title are topics, people, products.
    """
    if depth > _DEPTH:
        return
    if depth == 0 and isinstance(value, dict):
        value = [value]
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    yield from _named_in([one for one in children if isinstance(one, dict)])
    for one in children:
        yield from _objects(one, depth + 1)


def _named_in(items: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """The articles among objects that stand side by side."""
    found = [(address, title) for one in items if (address := _address_in(one)) and (title := _title_in(one))]
    headlines = sum(_is_headline(title) for _, title in found)
    is_list = headlines >= _HEADLINES_SHARE * len(found)
    for address, title in found:
        may_be_short = headlines >= LEAST_ARTICLES and (is_list or judge(address).is_article)
        if headline_length(title) >= (_SHORT_TITLE if may_be_short else HEADLINE_WORDS):
            yield address, title


def _is_headline(text: str) -> bool:
    return headline_length(text) >= HEADLINE_WORDS


def _address_in(item: dict[str, Any]) -> str | None:
    """The address of what an object describes. Without the name of its key, only its form tells it from a picture's."""
    if named := next((text for key in ADDRESS_KEYS if (text := item.get(key)) and isinstance(text, str)), None):
        return named if _ADDRESS.fullmatch(named) else None
    return next(
        (
            text
            for text in item.values()
            if isinstance(text, str) and _ADDRESS.fullmatch(text) and judge(text).is_article
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
    return _headline_of(text for text in item.values() if isinstance(text, str))


def _headline_of(texts: Iterable[str]) -> str | None:
    short = (text for text in texts if len(text) <= LONGEST_TITLE)
    return next((text for text in short if headline_length(text) >= HEADLINE_WORDS and not ADDRESS.match(text)), None)
