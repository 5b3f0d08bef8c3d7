"""What a site calls itself: in metas and statements for machines, in the title of its pages, in its logo."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from urllib.parse import urlsplit

from lxml.etree import _Element as Element

from db.site_rules.loader import Site
from pipelines.extraction.credits.microdata import publishers
from pipelines.extraction.languages.loader import any_of, words_of
from pipelines.extraction.page.document import Document, DocumentHead, text_of
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.page.tree import class_pattern, is_called, names_of
from pipelines.extraction.structured_data.json_ld import StructuredData
from pipelines.extraction.text.date_parser import find_stamps
from pipelines.extraction.text.titles import (
    as_hosts,
    is_domain,
    pieces_behind,
    plain,
    title_pieces,
    without_accents,
    without_top_level,
)

_FRONT = re.compile(r"^(?:https?:)?(?://[^/?#]{1,80})?/?(?:(?:index|default)\.(?:html?|php|aspx?|jsp))?$", re.I)
_FRONT_WORD = re.compile(rf"^(?:{any_of(words_of('front_page'), spaces=False)})$", re.I)
_LOGO, _SITE_NAME = class_pattern("logo"), class_pattern("logo", "site_name")
_LOGO_WORD = re.compile(
    rf"^logo\b[\s:–-]{{0,3}}|[\s:–-]{{1,3}}(?:logo|{any_of(words_of('front_page'), spaces=False)})$", re.I
)
"""What is said of a logo beside the name: what it is, and where it leads."""
_COPYRIGHT = re.compile(r"©|\(c\)|copyright|все права|alle rechte|tous droits|حقوق|版权|無断転載|무단", re.I)
_MOST_LINKS = 200
"""Links and pictures asked for the site's name: its own stand at the top of the page."""


def read_site_names(document: Document, structured: StructuredData, site: Site | None) -> tuple[str, ...]:
    """What the site calls itself, best first; last what is only its address."""
    head = document.head
    names = [
        site.outlet if site else None,
        _without_headline(head.meta("og:site_name") or "", head),
        structured.publisher,
        head.meta(
            "application-name", "apple-mobile-web-app-title", "twitter:app:name:iphone", "publisher", "dc.publisher"
        ),
    ]
    known = dict.fromkeys(name for name in names if name and 2 <= len(name) <= 60 and "://" not in name)
    return tuple(sorted(known, key=lambda name: name.startswith("www.")))


def _without_headline(name: str, head: DocumentHead) -> str:
    """A site's name without the headline of the page, which some systems set before it or state in its place."""
    headline, pieces = plain(head.meta("og:title") or ""), title_pieces(name)
    if not headline or not pieces or plain(pieces[0]) != headline:
        return name
    first, *behind = title_pieces(head.title or "") or [""]
    if len(pieces) == 1:
        return "" if behind and plain(first) == headline else name
    return pieces[-1]


def without_slogan(name: str, layout: Layout, labels: tuple[str, ...]) -> str:
    """A site's name without a slogan after a bar or dash ("Talbote | Nachrichten aus dem Tal"), or the headline before it.

    Of several pieces, the one that occurs in the host name wins. An abbreviation keeps what it stands for.
    """
    headline = plain(layout.headline.text) if layout.headline else ""
    pieces = [piece for piece in title_pieces(name) if plain(piece) and plain(piece) != headline]
    hosts = [plain(label) for label in labels]
    named = [piece for piece in pieces if any(host in plain(piece) for host in hosts)]
    chosen = (named or pieces or [name])[0]
    return name if len(chosen) < _ABBREVIATION and chosen.isupper() else chosen


_ABBREVIATION = 5


def named_in_title(document: Document, labels: Sequence[str]) -> str | None:
    """The site's name in the page's title: the part that the front page link, the logo, the copyright line or the microdata of the
    publisher repeats, or that is the site's host or begins as its name (`labels`)."""
    named = [piece for piece in pieces_behind(document.head.title) if 2 <= len(piece) <= 60]
    named = [piece for piece in named if not _FRONT_WORD.match(piece)]
    pieces = {plain(form): piece for piece in named for form in (without_top_level(piece), piece)}
    if not pieces:
        return None
    for el in islice(document.tree.iter("a", "img"), _MOST_LINKS):
        for said in _texts_of(el):
            if piece := pieces.get(plain(said)):
                return piece
    rights = (line.text for line in document.lines[-12:] if _COPYRIGHT.search(line.text))
    for said_there in map(plain, chain(rights, publishers(document))):
        for key, piece in pieces.items():
            if key and key in said_there:
                return piece
    host = urlsplit(document.head.canonical or document.head.meta("og:url") or "").netloc.lower()
    for piece in reversed(named):
        if is_domain(piece) and host.endswith(piece.lower()):
            return piece
        if any(len(label) >= _SHORTEST_HOST and label in _beginnings(piece) for label in labels[-1:]):
            return piece
    return None


def _beginnings(name: str) -> set[str]:
    """The first words of a name, as a host may be called after them."""
    words = name.split()
    return {key for end in range(1, len(words) + 1) for key in as_hosts(plain("".join(words[:end])))}


_SHORTEST_HOST = 4
"""Letters of a host's name that do not begin other names by chance."""


def named_behind_headline(document: Document, layout: Layout, structured: StructuredData) -> str | None:
    """What the page's title has behind the headline, where that is one piece, and no section."""
    pieces = title_pieces(document.head.title or "")
    headline = plain(layout.headline.text) if layout.headline else ""
    sections = {plain(name) for name in (structured.section, document.head.meta("article:section")) if name}
    if len(pieces) != 2 or not headline or plain(pieces[0]) != headline or plain(pieces[1]) in sections:
        return None
    is_name = 2 <= len(pieces[1]) <= 60 and not _FRONT_WORD.match(pieces[1]) and not find_stamps(pieces[1])
    return pieces[1] if is_name else None


def named_in_logo(document: Document, labels: Sequence[str]) -> str | None:
    """The site's name in a link to the front page that is called a logo or the site's title, or whose words are the host's name."""
    hosts = {without_accents(plain(label)) for label in labels}
    for link in islice(document.tree.iter("a"), _MOST_LINKS):
        for said in _texts_of(link):
            name = _LOGO_WORD.sub("", said.strip())
            is_host = without_accents(plain(name)) in hosts
            if 2 <= len(name) <= 60 and not _FRONT_WORD.match(name) and (is_host or is_called(link, _SITE_NAME, 3)):
                return name
    return None


def _texts_of(el: Element) -> Iterator[str]:
    """The texts of a link to the front page, or the alternative text of a logo."""
    if el.tag == "img":
        if _LOGO.finds(f"{names_of(el)} {el.get('src', '')[-80:]}"):
            yield (el.get("alt") or "")[:80]
    elif _FRONT.match(el.get("href") or ""):
        yield text_of(el, 120)
        yield (el.get("title") or "")[:80]
        yield from ((inner.get("alt") or "")[:80] for inner in el.iter("img"))
