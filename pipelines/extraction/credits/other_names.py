"""Names beside a date that are no person's: of the place that the article tells of, of a section, of another outlet.

No list of places is needed. An article says "in New Delhi" of the place and opens with it, the page's menu has the section, and the
link around an outlet's name leads to its front page. None of it is so with the author.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, islice
from urllib.parse import urlsplit

from lxml.etree import _Element as Element

from pipelines.extraction.credits.byline_places import links_to_author
from pipelines.extraction.page.document import Document, Zone, is_in_zone, text_of
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.page.tree import target_of
from pipelines.extraction.structured_data.json_ld import StructuredData
from pipelines.extraction.text.byline_words import BylineWords
from pipelines.extraction.text.titles import plain

_PLACE_METAS = ("geo.placename", "article:location", "dc.coverage", "dcterms.spatial")
_MENU_LINKS, _LONGEST_NAME = 2_000, 60
"""Links of a page among which those of its menus are looked for, and characters of one."""


class OtherNames:
    """What a page says of names that are no person's."""

    def __init__(
        self,
        document: Document,
        layout: Layout,
        structured: StructuredData,
        words: BylineWords,
        own: Sequence[str],
    ) -> None:
        self._document, self._layout, self._structured, self._words = document, layout, structured, words
        self._own = own

    def has(self, name: str) -> bool:
        """Whether a name is one of them. Those of a single word are judged elsewhere, and so is the site's own: it has one of the
        names `own` (plain), as its host."""
        key = plain(name)
        is_other = " " in name and not any(own and own in key for own in self._own)
        return is_other and (key in self._stated or self._is_in_menu(key) or self._is_place(name))

    @cached_property
    def _stated(self) -> frozenset[str]:
        """The places of the page's head, and where links to front pages lead."""
        head = self._document.head
        stated = (value for name in _PLACE_METAS for value in head.metas.get(name, ()))
        return frozenset(map(plain, chain(self._structured.places, stated, self._outlets())))

    def _is_in_menu(self, key: str) -> bool:
        """Whether a menu of the page has an entry that is called so (plain), and is no author's."""
        links = self._links.get(key, ())
        return any(not links_to_author(link) and is_in_zone(link, Zone.NAV | Zone.FOOTER) for link in links)

    @cached_property
    def _links(self) -> Mapping[str, Sequence[Element]]:
        """The links of the page by what they are called (plain)."""
        links: dict[str, list[Element]] = {}
        for link in islice(self._document.tree.iter("a"), _MENU_LINKS):
            links.setdefault(plain(text_of(link, _LONGEST_NAME)), []).append(link)
        return links

    def _outlets(self) -> Iterator[str]:
        for line in self._layout.byline_lines:
            for text, el in line.parts if line.link_chars else ():
                try:
                    target = urlsplit(target_of(el, 3))
                except ValueError:
                    continue
                if target.netloc and not target.path.strip("/"):
                    yield text

    def _is_place(self, name: str) -> bool:
        """Whether the text opens with the name, "NEW DELHI: …", "New Delhi (AP) — …", or has it behind a word for where."""
        first = self._layout.paragraphs[0].spaced if self._layout.paragraphs else ""
        opening = first[: len(name) + 3]
        if opening.lower().startswith(name.lower()) and _DATELINE.match(opening[len(name) :]):
            return True
        return any(self._stands_behind_where(name, line.spaced) for line in self._layout.inside)

    def _stands_behind_where(self, name: str, text: str) -> bool:
        at = text.find(name)
        while at > 0:
            before = text[max(0, at - _LONGEST_WHERE) : at].split()
            if before and self._words.town.fullmatch(f"{before[-1]} {' '.join(name.split()[:2])}"):
                return True
            at = text.find(name, at + 1)
        return False


_DATELINE = re.compile(r"\s?[:(（–—/-]|\.\s?[-–—]|,\s?\d")
_LONGEST_WHERE = 12
"""Characters before a name in which the word for where stands."""
