"""Elements of one page that may hold a field, and the repeated items of a page that lists articles. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urljoin

from lxml import etree
from lxml.etree import _Element as Element

from pipelines.extraction.credits.names.persons import split_byline
from pipelines.extraction.text.date_parser import find_stamps, read_machine
from pipelines.html_tree import parse_html
from pipelines.urls import path_and_query

MOST_ELEMENTS = 20_000
"""Elements looked at: a page of the largest kind has some 10,000."""
_MOST_TEXT = 300
"""Characters of an element that may be a field: a standfirst has some 200."""
_LABEL = 40
_STANDFIRST = 60
"""Most characters of a section's name, and fewest of a standfirst."""
_FEWEST_ITEMS = 5
_ITEM_SHARE = 0.8
"""Items that a list must have, and the share of them that must lead to articles that are known."""
_ITEM_DEPTH = 4
"""How far above its link an item is looked for."""
_AROUND = frozenset(("nav", "footer", "aside", "form", "figure", "script", "style", "noscript", "template"))
# A class that stays the same when the site is built anew: no digits, no hash such as "css-1x2y3z".
STABLE = re.compile(r"[A-Za-z][A-Za-z_-]{2,40}")
_TAG = re.compile(r"[a-z][a-z0-9-]*")
_HINTS = {
    "authors": re.compile(r"author|byline|writer|reporter|autor|redact|journalist|creator|signature", re.I),
    "editors": re.compile(r"editor|redakt|bianji", re.I),
    "source": re.compile(r"source|outlet|agency|quelle|laiyuan", re.I),
    "published": re.compile(r"date|time|publish|posted|datum|fecha", re.I),
    "section": re.compile(r"section|category|kicker|rubric|ressort|topic|channel|overline", re.I),
    "subtitle": re.compile(r"subtitle|sub-title|standfirst|dek|lead|teaser|summary|deck|intro|strap", re.I),
}
_NAME = re.compile(r"(?:[^\W\d_][\w.'’-]*\s){1,4}[^\W\d_][\w.'’-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCandidate:
    """An element that reads like a field. `hinted`: its class, id or name says so, too."""

    field: str
    css: str
    attribute: str | None
    text: str
    hinted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCandidates:
    """What one page offers. `item` selects its repeated items, of which `item_articles` lead to known articles."""

    fields: tuple[FieldCandidate, ...] = ()
    item: str | None = None
    items: int = 0
    item_articles: int = 0


def candidates_of_article(html: str) -> PageCandidates:
    """Elements that may hold a field: those that a stable selector finds once on the page."""
    tree = parse_html(html)
    if tree is None:
        return PageCandidates()
    found: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    for element in _elements(tree):
        for css in selectors_of(element):
            # The value of an element in the head is in an attribute, of another its text.
            attribute = "content" if element.tag == "meta" else None
            text = element.get(attribute, "") if attribute else " ".join(" ".join(map(str, element.itertext())).split())
            found[css, attribute].append(text.strip())
    fields: list[FieldCandidate] = []
    for (css, attribute), texts in found.items():
        if len(texts) == 1 and 0 < len(texts[0]) <= _MOST_TEXT:
            fields += _readings(css, attribute, texts[0])
    return PageCandidates(fields=tuple(fields))


def items_of_list(html: str, url: str, articles: Collection[str]) -> PageCandidates:
    """The smallest repeated element around links to known articles (`articles`: their paths with queries)."""
    tree = parse_html(html)
    if tree is None:
        return PageCandidates()
    total, right = Counter[str](), Counter[str]()
    counted: set[Element] = set()
    depth: dict[str, int] = {}
    for link in _elements(tree, among="a"):
        is_article = path_and_query(urljoin(url, link.get("href", ""))) in articles
        element: Element | None = link
        for level in range(_ITEM_DEPTH):
            if element is None or element.tag == "body":
                break
            if is_article and element not in counted:
                counted.add(element)
                for css in selectors_of(element):
                    right[css] += 1
                    depth[css] = max(depth.get(css, 0), level)
            element = element.getparent()
    for element in _elements(tree, everywhere=True):
        for css in selectors_of(element):
            if css in right:
                total[css] += 1
    good = [css for css in right if right[css] >= max(_FEWEST_ITEMS, _ITEM_SHARE * total[css])]
    if not good:
        return PageCandidates()
    item = max(good, key=lambda css: (right[css], depth[css], -len(css)))
    return PageCandidates(item=item, items=total[item], item_articles=right[item])


def _elements(tree: Element, among: str | None = None, *, everywhere: bool = False) -> Iterator[Element]:
    """Elements of a page, without what is around its content unless `everywhere`."""
    walk = etree.iterwalk(tree, events=("start",))
    for _, element in islice(walk, MOST_ELEMENTS):
        if element.tag in _AROUND and not everywhere:
            walk.skip_subtree()
        elif among in (None, element.tag):
            yield element


def selectors_of(element: Element) -> list[str]:
    """Selectors that may find the element on other pages, too: by its classes, its microdata, its name in the head."""
    tag = str(element.tag)
    if not _TAG.fullmatch(tag):
        return []
    if tag == "meta":
        keys = ((key, element.get(key, "")) for key in ("name", "property", "itemprop"))
        return [f'meta[{key}="{value}"]' for key, value in keys if re.fullmatch(r"[\w:.-]{2,60}", value)]
    found = [f"{tag}.{name}" for name in (element.get("class") or "").split()[:8] if STABLE.fullmatch(name)]
    if (prop := element.get("itemprop", "")) and STABLE.fullmatch(prop):
        found.append(f'{tag}[itemprop="{prop}"]')
    if (own := element.get("id", "")) and STABLE.fullmatch(own):
        found.append(f"{tag}#{own}")
    return found


def _readings(css: str, attribute: str | None, text: str) -> Iterator[FieldCandidate]:
    """The fields that a text reads like."""
    for name, hint in _HINTS.items():
        hinted = hint.search(css) is not None
        if _reads_as(name, text, hinted=hinted):
            yield FieldCandidate(field=name, css=css, attribute=attribute, text=text, hinted=hinted)


def _reads_as(name: str, text: str, *, hinted: bool) -> bool:
    match name:
        case "authors":
            return bool(split_byline(text, trusted=hinted)) if hinted else _NAME.fullmatch(text) is not None
        case "published":
            return bool(find_stamps(text)) or (hinted and read_machine(text) is not None)
        case "editors":
            return hinted and bool(split_byline(text, trusted=True))
        case "section" | "source":
            return hinted and len(text) <= _LABEL
    return hinted and len(text) >= _STANDFIRST
