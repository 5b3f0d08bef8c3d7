"""The elements of a page that lead somewhere, and the address that each leads to.

Links are `<a>`, the areas of an image map, and the options of a list that leads on when one is chosen. Some pages leave them to a
script: the address is then an attribute for it (`data-href`), or written in what it runs (`onclick="window.open('/news/12.html')"`,
`javascript:show('/news/12.html')`), or an element of the site's own leads there (`<news-card href="/news/12">`). No script is run;
what in one has the form of an address is taken for it.
"""

from __future__ import annotations

import re
from itertools import islice

from lxml import etree

from crawler.discover.links.link_places import LinkPlaces, LinkWords
from pipelines.text_limits import MAX_STATED_TEXT, MAX_URL

MAX_LINKS = 5_000
"""Links read of one page. The largest front pages have about 1,500."""
MAX_STYLE = 1_000
_DATA = ("data-href", "data-url", "data-link")
_OWN = (*_DATA, "href", "url", "link", "to")
"""Attributes with the address that an element of the site's own leads to; its name has a hyphen (HTML, 4.13)."""
_OWN_TITLES = ("headline", "heading", "title", "label")
_MAYBE_LINKS = etree.XPath(
    "descendant-or-self::*[self::a or self::area or @onclick or @data-href or @data-url or @data-link"
    " or (contains(name(), '-') and (@href or @url or @link or @to)) or (self::option and ancestor::select[@onchange])]"
)
_HIDING = re.compile(
    r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden|(?:left|top|text-indent)\s{0,3}:\s{0,3}-\d{3,5}(?:px|r?em)",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"\s*javascript:", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?:https?:)?/[^\s'\"<>()]{2,1000}|[\w./-]{1,200}\.(?:s?html?|php|aspx?|jsp|do)(?:\?[^\s'\"<>()]{1,500})?",
    re.IGNORECASE,
)
_LITERAL = re.compile(r"'([^']{3,1500})'|\"([^\"]{3,1500})\"")


def link_elements(root: etree._Element) -> list[etree._Element]:
    """Links and what a script may follow, in the order of the page, at most `MAX_LINKS`."""
    found: list[etree._Element] = _MAYBE_LINKS(root)  # type: ignore[assignment]
    return found[:MAX_LINKS]


def address_of(element: etree._Element) -> tuple[str, bool]:
    """The address that an element leads to, as written, and whether only a script follows it; "" for none."""
    href = (element.get("href") or "").strip() if element.tag in ("a", "area") else ""
    if href and href[0] != "#" and not _SCRIPT.match(href):
        return href, False
    if element.tag == "option":
        address = (element.get("value") or "").strip()[:MAX_URL]
        return (address, False) if _ADDRESS.fullmatch(address) else ("", True)
    for name in _OWN if "-" in element.tag else _DATA:
        if _ADDRESS.fullmatch((element.get(name) or "").strip()[:MAX_URL]):
            return element.get(name) or "", True
    for code in (href if _SCRIPT.match(href) else "", element.get("onclick") or ""):
        for single, double in _LITERAL.findall(code[:MAX_URL]):
            if _ADDRESS.fullmatch(single or double):
                return single or double, True
    return "", True


def is_hidden(element: etree._Element, *, has_words: bool) -> bool:
    """Whether readers do not see a link, which then may be there to catch crawlers.

    What hides several links is not: a page keeps the lists of its tabs and menus so until they are asked for.
    """
    if _hides(element) or (not has_words and len(element) == 0 and element.get("aria-hidden") == "true"):
        return True
    parent = element.getparent()
    return parent is not None and _hides(parent) and len(list(islice(parent.iter("a", "area"), 2))) == 1


def _hides(element: etree._Element) -> bool:
    style = element.get("style")
    return (style is not None and _HIDING.search(style[:MAX_STYLE]) is not None) or element.get("hidden") is not None


def words_of(element: etree._Element, places: LinkPlaces) -> LinkWords:
    """The text of a link. Areas have none but their `alt`; around another link, a script's element has none of its own."""
    if element.tag not in ("a", "area") and next(element.iter("a"), None) is not None:
        return LinkWords(None, False)
    words = places.words(element)
    if "-" in element.tag and (title := next(filter(None, map(element.get, _OWN_TITLES)), None)):
        words = LinkWords(title[:MAX_STATED_TEXT], True)
    alt = (element.get("alt") or "").strip() if element.tag == "area" else ""
    return words if words.text or not alt else LinkWords(alt, False)
