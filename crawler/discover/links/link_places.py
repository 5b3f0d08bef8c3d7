"""Where a link stands on a page, and its text: menu, aside, plain, article, heading.

The strongest of the elements around the link counts: a heading in a menu is a menu, a link in an `<article>` in a `<main>` is an
article's. Class names count like the HTML elements for the same purpose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import islice

from lxml import etree

from pipelines.text_limits import MAX_CLASS_CHARS, MAX_LINK_PARTS, MAX_STATED_TEXT


class LinkPlace(IntEnum):
    """The kind of element around a link."""

    META = -2
    """What a page or a card says about itself: tags, what stands below its text."""
    FOOTER = -1
    """Where the page ends: services, whose names may be as long as a headline."""
    MENU = 0
    """Navigation, header, breadcrumbs, pagination."""
    ASIDE = 1
    """A sidebar: most-read lists, but also advertising."""
    PLAIN = 2
    ARTICLE = 3
    """A card or teaser."""
    HEADING = 4


@dataclass(frozen=True, slots=True)
class LinkWords:
    """The text of a link; None where it contains only a picture without text."""

    text: str | None
    is_heading: bool


_BY_TAG = {
    "nav": LinkPlace.MENU,
    "footer": LinkPlace.FOOTER,
    "menu": LinkPlace.MENU,
    "select": LinkPlace.MENU,
    "aside": LinkPlace.ASIDE,
    "article": LinkPlace.ARTICLE,
    "h1": LinkPlace.HEADING,
    "h2": LinkPlace.HEADING,
    "h3": LinkPlace.HEADING,
    "h4": LinkPlace.HEADING,
    "h5": LinkPlace.HEADING,
}
_BY_ROLE = {
    "navigation": LinkPlace.MENU,
    "menu": LinkPlace.MENU,
    "menubar": LinkPlace.MENU,
    "contentinfo": LinkPlace.FOOTER,
}
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_MENU = frozenset(
    """
    nav nav1 nav2 navi navbar navigation subnav topnav mainnav sitenav menu menus submenu mainmenu
    bottom breadcrumb breadcrumbs crumb crumbs bread pagination pager pagenav pages topbar toolbar login userbar
    social share sharing friendlink friendlinks flink links
    """.split()  # noqa: SIM905 (a list of quoted words is hard to read)
)
_FOOTER = frozenset(["footer", "foot", "footers", "copyright"])
_META = frozenset(["tagcloud", "tags"])
_ASIDE = frozenset(["sidebar", "side", "aside", "advert", "advertisement", "ad", "ads", "banner", "promo", "sponsor"])
_ARTICLE = frozenset(
    "teaser teasers story article card post entry headline headlines newsitem newslist tit title".split()  # noqa: SIM905
)
_PAID = re.compile(
    r"(?:^|[\s_-])(?:advertorials?|sponsored|native-?_?ad(?:s|vert\w{0,10})?|(?:paid|branded|partner)[-_]?(?:content|post))(?:[\s_-]|$)",
    re.IGNORECASE,
)
"""Names of a card that advertisers pay for."""
_CARD_DEPTH = 5
"""Elements around a link in which its card is: newsrooms mark it, not a whole part of the page."""
_DEEPEST = 40
"""Ancestors of a link that are inspected. Pages nest 10 to 25 deep, and broken ones without end."""
_SPACE = re.compile(r"\s+")
_BREAK = re.compile(r"[\s_-]+")
_NO_SPACE = re.compile(r" (?=[,.;:!?)\]»”])|(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])")


class LinkPlaces:
    """The places of one page's links. Each element is classified once."""

    __slots__ = ("_known", "_named", "_paid")

    def __init__(self) -> None:
        self._known: dict[etree._Element, LinkPlace] = {}
        self._named: dict[str, LinkPlace] = {}
        self._paid: dict[str, bool] = {}

    def of(self, anchor: etree._Element) -> LinkPlace:
        """The place of a link. A menu or aside anywhere around it overrides a heading or card."""
        above = self._place_above(anchor)
        if above <= LinkPlace.ASIDE:
            return above
        return LinkPlace.HEADING if _heading(anchor) is not None else above

    def _place_above(self, element: etree._Element) -> LinkPlace:
        path: list[etree._Element] = []
        parent = element.getparent()
        place = LinkPlace.PLAIN
        while parent is not None and len(path) < _DEEPEST:
            if (known := self._known.get(parent)) is not None:
                place = known
                break
            path.append(parent)
            parent = parent.getparent()
        for outer in reversed(path):
            own = self._own_place(outer)
            if own is LinkPlace.FOOTER and place >= LinkPlace.ARTICLE:
                own = LinkPlace.META
            if place > LinkPlace.ASIDE and own is not LinkPlace.PLAIN:
                place = own if own <= LinkPlace.ASIDE else max(place, own)
            self._known[outer] = place
        return place

    def _own_place(self, element: etree._Element) -> LinkPlace:
        """The place that the element itself makes, without its ancestors."""
        tag = element.tag
        if not isinstance(tag, str) or tag in ("body", "html", "main"):
            return LinkPlace.PLAIN
        if (place := _BY_TAG.get(tag)) is not None:
            return place
        if (role := element.get("role")) in _BY_ROLE:
            return _BY_ROLE[role]
        named = f"{element.get('class', '')[:MAX_CLASS_CHARS]} {element.get('id', '')[:MAX_CLASS_CHARS]}"
        if (place := self._named.get(named)) is None:
            place = self._named[named] = _by_names(named)
        return place

    def is_paid(self, anchor: etree._Element) -> bool:
        """Whether the card of a link is marked as paid for, in its names."""
        around = (anchor, *islice(anchor.iterancestors(), _CARD_DEPTH))
        return any(self._marks_paid(element) for element in around if element.tag not in ("body", "html", "main"))

    def _marks_paid(self, element: etree._Element) -> bool:
        named = element.get("class", "")[:MAX_CLASS_CHARS]
        if (paid := self._paid.get(named)) is None:
            paid = self._paid[named] = _PAID.search(named) is not None
        return paid

    def words(self, anchor: etree._Element) -> LinkWords:
        """The link's text: of its heading, else all its text, else its title or the alt text of its picture."""
        heading = _heading(anchor)
        if heading is not None and (text := text_in(heading)):
            return LinkWords(text, True)
        inside = self._known.get(anchor.getparent(), LinkPlace.PLAIN) is LinkPlace.HEADING  # type: ignore[arg-type]
        if text := text_in(anchor):
            return LinkWords(text, inside)
        for candidate in (
            anchor.get("title"),
            anchor.get("aria-label"),
            *(element.get("alt") for element in _inside(anchor) if element.tag == "img"),
        ):
            if candidate and (text := _SPACE.sub(" ", candidate[:MAX_STATED_TEXT]).strip()):
                return LinkWords(text, False)
        return LinkWords(None, False)


def _by_names(named: str) -> LinkPlace:
    """The place that the words of class and id name."""
    words = _BREAK.split(named.lower())
    if not _FOOTER.isdisjoint(words):
        return LinkPlace.FOOTER
    if not _MENU.isdisjoint(words):
        return LinkPlace.MENU
    if not _META.isdisjoint(words):
        return LinkPlace.META
    if not _ASIDE.isdisjoint(words):
        return LinkPlace.ASIDE
    return LinkPlace.PLAIN if _ARTICLE.isdisjoint(words) else LinkPlace.ARTICLE


def _inside(element: etree._Element) -> Iterator[etree._Element]:
    return islice(element.iterdescendants(), MAX_LINK_PARTS)


def _heading(anchor: etree._Element) -> etree._Element | None:
    if len(anchor) == 0:
        return None
    return next((element for element in _inside(anchor) if element.tag in _HEADINGS), None)


def text_in(element: etree._Element) -> str:
    """All text of an element, on one line."""
    if len(element) == 0:
        return _SPACE.sub(" ", (element.text or "")[:MAX_STATED_TEXT]).strip()
    # A space between parts ("Kicker" and "Headline" in two spans), but none before punctuation or within CJK text.
    parts = (str(part)[:MAX_STATED_TEXT] for part in islice(element.itertext(), MAX_LINK_PARTS))
    text = _SPACE.sub(" ", " ".join(parts)).strip()[:MAX_STATED_TEXT]
    return _NO_SPACE.sub("", text)
