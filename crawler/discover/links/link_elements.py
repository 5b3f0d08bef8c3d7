"""The elements of a page that lead somewhere, and the address that each leads to.

Links are `<a>`, the areas of an image map, the options of a list that leads on when one is chosen, and the buttons of a form that
asks for a page (`<button formaction="/news/12">`). Some pages leave them to a script: the address is then an attribute for it
(`data-href`), or written in what it runs (`onclick="window.open('/news/12.html')"`, `javascript:show('/news/12.html')`), or in a
function that it calls (`page_functions`), or an element of the site's own leads there (`<news-card href="/news/12">`). No script is
run; what in one has the form of an address is taken for it.
"""

from __future__ import annotations

import re
from itertools import islice

from lxml import etree

from crawler.discover.addresses.url_words import PAGE_SUFFIXES
from crawler.discover.links.link_places import LinkPlaces, LinkWords
from crawler.discover.links.page_functions import PageFunctions
from pipelines.text_limits import MAX_STATED_TEXT, MAX_URL
from pipelines.urls import clean_url

MAX_LINKS = 5_000
"""Links read of one page. The largest front pages have about 1,500."""
MAX_STYLE = 1_000
_DATA = ("data-href", "data-url", "data-link")
_OWN = (*_DATA, "href", "url", "link", "to")
"""Attributes with the address that an element of the site's own leads to; its name has a hyphen (HTML, 4.13)."""
_OWN_TITLES = ("headline", "heading", "title", "label")
_MAYBE_LINKS = etree.XPath(
    "descendant-or-self::*[self::a or self::area or @onclick or @data-href or @data-url or @data-link"
    " or (contains(name(), '-') and (@href or @url or @link or @to)) or (self::option and ancestor::select[@onchange])"
    " or (self::button and (@formaction or ancestor::form[@action]))]"
)
_HIDING = re.compile(
    r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden|(?:left|top|text-indent)\s{0,3}:\s{0,3}-\d{3,5}(?:px|r?em)",
    re.IGNORECASE,
)
_NOWHERE = re.compile(r"javascript:\s{0,5}(?:;|//|void\s{0,5}\(?\s{0,5}0\s{0,5}\)?;?)?", re.IGNORECASE)
_SCRIPT = re.compile(r"\s*javascript:", re.IGNORECASE)
_ADDRESS = re.compile(
    rf"(?:https?:)?/[^\s'\"<>()]{{2,1000}}|[\w./-]{{1,200}}\.(?:{PAGE_SUFFIXES})(?:\?[^\s'\"<>()]{{1,500}})?",
    re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\(?:(?:u00|x)([0-7][0-9a-f])|/)", re.IGNORECASE)
"""What scripts write for a character of an address: `?a=1\\u0026b=2`, `https:\\/\\/a.example`."""
_LITERAL = re.compile(r"'([^']{3,1500})'|\"([^\"]{3,1500})\"")


def base_of(root: etree._Element, url: str) -> str:
    """What the addresses of a page's links are joined to."""
    bases = (clean_url(element.get("href") or "", url) for element in root.iter("base") if element.get("href"))
    return next(bases, None) or url


def link_elements(root: etree._Element) -> list[etree._Element]:
    """Links and what a script may follow, in the order of the page, at most `MAX_LINKS`."""
    found: list[etree._Element] = _MAYBE_LINKS(root)  # type: ignore[assignment]
    return found[:MAX_LINKS]


def address_of(element: etree._Element, functions: PageFunctions) -> tuple[str, bool]:
    """The address that an element leads to, as written, and whether only a script or a form follows it; "" for none."""
    href = (element.get("href") or "").strip() if element.tag in ("a", "area") else ""
    if href and href[0] != "#" and not _SCRIPT.match(href):
        return href, False
    if element.tag == "option":
        return _chosen(element, functions), False
    if element.tag == "button" and (address := _asked_for(element)):
        return address, True
    for name in _OWN if "-" in element.tag else _DATA:
        if _ADDRESS.fullmatch((element.get(name) or "").strip()[:MAX_URL]):
            return element.get(name) or "", True
    for code in (href if _SCRIPT.match(href) else "", element.get("onclick") or ""):
        if code and (called := functions.address_in(code)) and _ADDRESS.fullmatch(called):
            return called, True
        for single, double in _LITERAL.findall(code[:MAX_URL]):
            text = _ESCAPE.sub(lambda found: chr(int(found[1] or "2f", 16)), single or double)
            if _ADDRESS.fullmatch(text):
                return text, True
    return "", True


def _chosen(option: etree._Element, functions: PageFunctions) -> str:
    """Where the choice of an option leads: to its value, or to what the list's script makes of it; "" for nowhere."""
    value = (option.get("value") or "").strip()[:MAX_URL]
    if not value or _ADDRESS.fullmatch(value):
        return value
    choice = next(option.iterancestors("select"), None)
    address = functions.address_in(choice.get("onchange") or "", value) if choice is not None else None
    return address if address and _ADDRESS.fullmatch(address) else ""


def _asked_for(button: etree._Element) -> str:
    """The page that a form asks for with a button, where it sends nothing; "" for none."""
    form = next(button.iterancestors("form"), None)
    method = button.get("formmethod") or (form.get("method") if form is not None else None) or "get"
    if method.strip().lower() != "get" or (button.get("type") or "submit").strip().lower() != "submit":
        return ""
    address = button.get("formaction") or (form.get("action") if form is not None else None) or ""
    return address if _ADDRESS.fullmatch(address.strip()[:MAX_URL]) else ""


def is_hidden(element: etree._Element, *, has_words: bool) -> bool:
    """Whether readers do not see a link, which then may be there to catch crawlers.

    What hides several links is not: a page keeps the lists of its tabs and menus so until they are asked for.
    """
    if _hides(element) or (not has_words and len(element) == 0 and element.get("aria-hidden") == "true"):
        return True
    parent = element.getparent()
    return parent is not None and _hides(parent) and len(list(islice(parent.iter("a", "area"), 2))) == 1


def _leads(anchor: etree._Element) -> bool:
    href = (anchor.get("href") or "").strip()
    return bool(anchor.get("onclick")) or not (href in ("", "#") or _NOWHERE.fullmatch(href))


def _hides(element: etree._Element) -> bool:
    style = element.get("style")
    return (style is not None and _HIDING.search(style[:MAX_STYLE]) is not None) or element.get("hidden") is not None


def words_of(element: etree._Element, places: LinkPlaces) -> LinkWords:
    """The text of a link. Areas have none but their `alt`; around another link, a script's element has none of its own."""
    if element.tag not in ("a", "area") and (inner := next(element.iter("a"), None)) is not None:
        # Around one that leads nowhere, the script follows what that says.
        return LinkWords(None, False) if _leads(inner) else places.words(inner)
    words = places.words(element)
    if "-" in element.tag and (title := next(filter(None, map(element.get, _OWN_TITLES)), None)):
        words = LinkWords(title[:MAX_STATED_TEXT], True)
    alt = (element.get("alt") or "").strip() if element.tag == "area" else ""
    return words if words.text or not alt else LinkWords(alt, False)
