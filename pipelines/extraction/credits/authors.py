"""Who wrote an article, outside Chinese: names a page states for machines, else the ones printed at it.

The statement is believed if it names people. If it only names the house (a site's own name, a desk), a person printed in the byline
is better, and the house the last resort. Where names are printed, and how they are told from what stands beside them, is in
`after_words` and `printed`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from lxml.etree import _Element as Element

from pipelines.extraction.credits.byline_names import after_by_word, by_lines
from pipelines.extraction.credits.byline_places import links_to_author
from pipelines.extraction.credits.names import is_bare_name, split_byline
from pipelines.extraction.credits.printed_names import (
    above_text,
    author_box,
    author_links,
    beside_date,
    house_accounts,
    in_named_elements,
    reviewer,
    said_twice,
    signs_off,
)
from pipelines.extraction.credits.signatures import signed
from pipelines.extraction.languages.loader import any_of, words_of
from pipelines.extraction.page.document import Document, of_another_work, squeeze
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.page.structured_data import StructuredData
from pipelines.extraction.text.byline_words import ALONE, BylineWords, byline_words
from pipelines.extraction.text.roles import is_agency
from pipelines.extraction.text.titles import plain

_AUTHOR_METAS = (
    "author", "article:author", "dc.creator", "dcterms.creator", "parsely-author", "sailthru.author", "byl", "byline",
    "article:author_name",
    "citation_author", "cxenseparse:author", "article.author", "og:article:author", "dc.contributor", "authors",
)  # fmt: skip
_DESK = re.compile(
    rf"(?:{any_of(words_of('desk'), spaces=False)}"
    r"|(?:[\w.&]{1,20} ){0,3}(?:news|online|web|editorial|global|international|business|sports?|city|national|breaking)"
    r" ?(?:desk|team|staff))$",
    re.I,
)
"""Names of a desk and of nobody: the outlet, where no person is named."""
_ORGANISATION = re.compile(rf"\b(?:{any_of(words_of('organisation'), spaces=False)})\b\.?$", re.I)
"""How the name of an organisation ends."""
_OUTLET_WORD = re.compile(rf"\b(?:{any_of(words_of('outlet_word'), spaces=False)})\b", re.I)
"""Words in the name of an outlet that no person bears."""


_SAID = {"guess": "byline", "signed": "byline"}


def read_authors(
    sheet: Document,
    layout: Layout,
    stated: StructuredData,
    site_names: tuple[str, ...],
    credited: Sequence[str] = (),
    language: str | None = None,
) -> tuple[list[str], str]:
    """Who wrote the article, and how that was found ("" where nothing was). `credited` are the authors of credit lines."""
    words = byline_words(language)
    houses: tuple[list[str], str] = ([], "")
    signed_by_house = False
    accounts = frozenset(plain(name) for name in house_accounts(layout))
    owner = plain(sheet.head.meta("copyright", "dcterms.rights", "rights") or "")
    sections = {plain(text) for text in (stated.section, sheet.head.meta("article:section"), *stated.keywords) if text}
    for by, values in _voices(sheet, layout, stated, credited, language):
        if by == "guess" and signed_by_house:
            break
        if by == "signed" and houses[0]:
            continue  # where the page says that the house wrote it, the signature at its end is not what it credits
        names = _names(values, site_names, words, trusted=by in ("json-ld", "meta", "microdata"))
        if by in ("byline", "guess"):
            names = [name for name in names if plain(name) not in sections]
        if not names:
            continue
        people = [name for name in names if not _is_house(name, site_names, owner) and plain(name) not in accounts]
        if people:
            return _unless_contradicted(people, _SAID.get(by, by), layout, site_names, words)
        # A site that bears its author's name, and prints it in the byline, is signed by a person.
        signed_by_house = signed_by_house or (
            by == "byline"
            and is_bare_name(names[0])
            and plain(names[0]) not in accounts
            and not _OUTLET_WORD.search(names[0])
        )
        houses = houses if houses[0] else (names[:3], _SAID.get(by, by))
    return houses


def _unless_contradicted(
    people: list[str], by: str, layout: Layout, site_names: tuple[str, ...], words: BylineWords
) -> tuple[list[str], str]:
    """The stated names, unless the byline prints them and more, or others while nobody sees them: a template states whoever
    put the page in."""
    if by in ("json-ld", "meta", "microdata"):
        seen = plain(" ".join(line.text for line in (*layout.header, *layout.inside[-4:], *layout.tail)))
        keys = {plain(name) for name in people}
        unseen = not any(key in seen for key in keys)
        for lines, other in ((by_lines(layout, words), unseen), (author_links(layout), False)):
            printed = _names(lines, site_names, words, trusted=False)
            printed = [name for name in printed if " " in name and not _is_house(name, site_names)]
            more = keys < {plain(name) for name in printed} and all(map(is_bare_name, printed))
            if printed and (other or more):
                return printed[:20], "byline"
    return people[:20], by


def _voices(
    sheet: Document, layout: Layout, stated: StructuredData, credited: Sequence[str], language: str | None
) -> Iterator[tuple[str, Iterable[str]]]:
    """Who says what, surest first; "guess" for printed names that no word and no element calls the author's."""
    if stated.is_article:
        yield "json-ld", stated.authors
    for key in _AUTHOR_METAS:
        if values := sheet.head.metas.get(key):
            yield "meta", [_forename_first(value, library=key == "citation_author") for value in values]
    if ALONE.match(sheet.head.meta("twitter:label1") or ""):
        yield "meta", sheet.head.metas.get("twitter:data1", [])
    yield "microdata", list(_marked(sheet))
    words = byline_words(language)
    yield "byline", list(after_by_word(layout, words))
    yield "byline", list(author_links(layout))
    yield "byline", list(in_named_elements(layout, words))
    yield "credit line", credited
    yield "signed", signed(layout, language)
    for printed in (beside_date(layout, words), above_text(layout, words), author_box(layout), said_twice(layout)):
        yield "guess", list(printed)
    yield "guess", list(signs_off(layout, language, words))
    yield "guess", list(reviewer(layout))
    yield "json-ld", stated.authors


def _forename_first(value: str, *, library: bool) -> str:
    """A name that is stated as "Holt, Anna": Highwire's tags for libraries do so with "Anna M." as well."""
    surname, comma, forename = value.partition(", ")
    if library:
        return f"{forename} {surname}" if comma and "," not in forename and len(surname.split()) <= 3 else value
    single = all(word.istitle() and word.isalpha() and not is_agency(word) for word in (surname, forename))
    return f"{forename} {surname}" if single else value


def _names(values: Iterable[str], site_names: tuple[str, ...], words: BylineWords, *, trusted: bool) -> list[str]:
    found: list[str] = []
    known: set[str] = set()
    houses = {plain(name) for name in site_names}
    for value in list(values)[:30]:
        # "Jobs & Hire" are not two people where the site is called so.
        whole = trusted and len(value) <= 60 and plain(value) in houses
        for name in [squeeze(value)] if whole else split_byline(value, words, trusted=trusted):
            if (key := plain(name)) not in known:
                known.add(key)
                found.append(name)
    return found


def _is_house(name: str, site_names: tuple[str, ...], owner: str = "") -> bool:
    key = plain(name)
    if _DESK.match(name) or _ORGANISATION.search(name) or (len(key) > 4 and key in owner):
        return True
    return any(
        key == plain(site) or (len(key) > 4 and key in plain(site)) or (name.isupper() and _abbreviates(name, site))
        for site in site_names
    )


def _abbreviates(name: str, site: str) -> bool:
    """Whether letters stand for the name of a site: "LN" for "LN - Lübecker Nachrichten"."""
    words = re.findall(r"\w+", site)
    return len(words) > 1 and (name in words or name == "".join(word[0] for word in words).upper())


def _marked(sheet: Document) -> Iterator[str]:
    """Names in elements that say author by rel or itemprop: the first, and those in the same box."""
    home: Element | None = None
    seen = 0
    for el in sheet.tree.iter("a", "span", "div", "p", "meta", "address"):
        prop, rel = el.get("itemprop"), el.get("rel")
        if not ((prop and "author" in prop.lower()) or (rel and "author" in rel.lower().split())):
            continue
        seen += 1
        box = el.getparent()
        if seen > 40:
            return
        if of_another_work(el):
            continue
        if home is not None and box is not home and (box is None or box.getparent() is not home):
            return
        if el.tag != "a" and (linked := [sub for sub in el.iter("a") if links_to_author(sub)]):
            yield from (squeeze("".join(map(str, sub.itertext()))[:100]) for sub in linked[:20])
            home = home if home is not None else box
            continue
        inner = next((sub for sub in el.iter() if sub is not el and (sub.get("itemprop") or "") == "name"), None)
        target = inner if inner is not None else el
        text = target.get("content") or squeeze("".join(str(piece) for piece in target.itertext())[:300])
        if 1 < len(text) < 100:
            home = home if home is not None else box
            yield text
