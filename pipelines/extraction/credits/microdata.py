"""Names that microdata and microformats give: elements marked as the author's or the publisher's."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lxml.etree import _Element as Element

from pipelines.extraction.credits.byline_places import links_to_author
from pipelines.extraction.page.document import Document, text_of
from pipelines.extraction.page.tree import describes_other_work

_MOST_CARDS, _LEAST_CARD = 8, 5
"""Cards that are looked at, and characters of a name that is no part of a word."""


def microdata_names(document: Document) -> Iterator[str]:
    """Names in elements marked as author by rel or itemprop: the first, and others in the same box. What says more than a name, as
    a link to all that somebody wrote does, is cut down to the name that an hCard on the page has (class "fn")."""
    cards: list[str] | None = None
    for name in _marked_names(document):
        if cards is None:
            cards = _card_names(document)
        yield next((card for card in cards if card in name and card != name), name)


def _card_names(document: Document) -> list[str]:
    """The names that the first hCards of a page have: an article's own come first, then those of comments."""
    named = (el for el in document.tree.iter("a", "span", "div", "b") if " fn " in f" {el.get('class', '')} ")
    return [name for el in islice(named, _MOST_CARDS) if len(name := text_of(el, 100)) >= _LEAST_CARD]


def marked_organisations(document: Document) -> Iterator[str]:
    """Names of authors that microdata types as organisations."""
    typed = document.tree.iter("div", "span", "p", "a") if "itemtype" in document.html else ()
    for el in typed:
        is_author = "author" in (el.get("itemprop") or "").lower().split()
        if is_author and (el.get("itemtype") or "").endswith("Organization"):
            yield _name_in(el, 100)


def _marked_names(document: Document) -> Iterator[str]:
    first_box: Element | None = None
    for el in document.tree.iter("a", "span", "div", "p", "meta", "address"):
        prop, rel = el.get("itemprop"), el.get("rel")
        if not ((prop and "author" in prop.lower()) or (rel and "author" in rel.lower().split())):
            continue
        box = el.getparent()
        if describes_other_work(el):
            continue
        if first_box is not None and box is not first_box and (box is None or box.getparent() is not first_box):
            return
        if el.tag != "a" and (linked := [sub for sub in el.iter("a") if links_to_author(sub)]):
            yield from (text_of(sub, 100) for sub in linked[:20])
            first_box = first_box if first_box is not None else box
            continue
        text = _name_in(el, 300)
        if 1 < len(text) < 100:
            first_box = first_box if first_box is not None else box
            yield text


def publishers(document: Document) -> Iterator[str]:
    """Who the microdata of the article says has published it."""
    for el in document.tree.iter("div", "span", "meta", "p", "section", "a"):
        if (el.get("itemprop") or "").lower() == "publisher" and not describes_other_work(el):
            yield _name_in(el, 80)


def _name_in(el: Element, most: int) -> str:
    """What an element names: what is marked as the name in it, else its text, of at most so many characters."""
    named = next((sub for sub in el.iterdescendants() if sub.get("itemprop") == "name"), el)
    return named.get("content") or text_of(named, most)
