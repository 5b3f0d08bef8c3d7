"""Titles of cards whose links only say "Read more": the heading beside the link.

    <details><summary>Council votes on the school roof again</summary> … <a href="/view.php?t=12">Read more</a></details>

What several links say that lead to different pages is no title, in any language; nor is a picture, or nothing (a link that covers
its card).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from lxml import etree

from crawler.discover.links.candidates import HEADLINE_WORDS, headline_length
from crawler.discover.links.link_places import text_in

_LABELS = 3
"""Different pages that links of one label lead to, from which it is no title."""
_CARD_DEPTH = 4
"""Elements around a link that may be its card."""
_HEADINGS = etree.XPath("(.//h2 | .//h3 | .//h4 | .//h5 | .//h6 | .//summary | .//dt)[1]")
"""Of a card: `<h1>` is the page's."""
_LEADS = etree.XPath("set:distinct(.//a/@href)", namespaces={"set": "http://exslt.org/sets"})


def card_titles(links: Iterable[tuple[etree._Element, str, str | None]]) -> Iterator[tuple[etree._Element, str]]:
    """The links of a page whose words are no title, each with that of its card. `links`: element, key and words of each."""
    labelled: dict[str, dict[str, etree._Element]] = defaultdict(dict)
    for element, key, words in links:
        if headline_length(words) < HEADLINE_WORDS:
            labelled[words or ""].setdefault(key, element)
    for alike in labelled.values():
        elements = list(alike.values())
        if len(elements) < _LABELS:
            continue
        around = Counter(outer for element in elements for outer in _cards(element))
        for element in elements:
            for outer in _cards(element):
                if around[outer] > 1:
                    break
                if title := _title_in(outer):
                    if _leads_to_one_page(outer) and headline_length(title) >= HEADLINE_WORDS:
                        yield element, title
                    break


def _cards(element: etree._Element) -> Iterator[etree._Element]:
    outer = element.getparent()
    for _ in range(_CARD_DEPTH):
        if outer is None or outer.tag in ("body", "html", "main"):
            return
        yield outer
        outer = outer.getparent()


def _title_in(card: etree._Element) -> str | None:
    found: list[etree._Element] = _HEADINGS(card)  # type: ignore[assignment]
    return text_in(found[0]) or None if found else None


def _leads_to_one_page(card: etree._Element) -> bool:
    """Whether all links of a card are one: its author and its subject have no claim to the title."""
    found: list[str] = _LEADS(card)  # type: ignore[assignment]
    return len(found) <= 1
