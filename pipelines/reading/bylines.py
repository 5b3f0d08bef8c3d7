"""Bylines outside Chinese: names a page states for machines, else the ones printed by the headline.

The statement is believed if it names people. If it only names the house (a site's own name), a person printed in the
byline is better,
and the house the last resort. Printed bylines begin with a word (By, Von, Par, Di, Por, Door, Av, Af, 記者, 기자),
sit in an element
that calls itself author, or are a bare name beside the date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from lxml.etree import _Element as Element

from pipelines.reading.headline import plain
from pipelines.reading.layout import Layout
from pipelines.reading.machine import Stated
from pipelines.reading.names import LEAD, is_bare_name, split_byline
from pipelines.reading.sheet import Line, Sheet, Zone, squeeze
from pipelines.reading.times import find_stamps

_AUTHOR_METAS = (
    "author", "article:author", "dc.creator", "dcterms.creator", "parsely-author", "sailthru.author", "byl", "byline",
    "article:author_name",
    "citation_author", "cxenseparse:author", "article.author", "og:article:author", "dc.contributor", "authors",
)  # fmt: skip
_BY_WORD = re.compile(
    r"^\W{0,4}(?:by|von|par|di|por|door|av|af|od|oleh|από|bởi|(?:written|posted|reviewed|words|story|text|reported)\s{1,3}by|(?:gespeichert|geschrieben|verfasst|veröffentlicht|publié|écrit|rédigé|escrito|publicado|scritto|pubblicato|geschreven|geplaatst|skrevet|skriven|publicerad)\s{1,3}(?:von|par|por|da|di|door|av|af)|автор|autor(?:in)?|author|szerző|tekst|скрипт)\b\s?[:：]?(?:\s|$)(?=.{0,140}$)",
    re.I,
)
_REPORTER = re.compile(r"(?P<name>[\u3400-\u9fff\uac00-\ud7af]{2,5})\s?(?:기자|특파원|記者)")
_CLASS = re.compile(
    r"(?:^|[\s_\-])(?:author|authors|byline|bylines|autor|autore|auteur|writer|contributor|reporter|authorname)(?=$|[\s_\-])|[a-z]Author|author[A-Z]|[bB]yline",
    re.A,
)
_DESK = re.compile(
    r"(?:(?:news )?agenc(?:y|ies)|agenturen|agences|agencias|agenzie|agências|agentschappen|ajanslar|агентства|وكالات|الوكالات"
    r"|(?:the )?(?:news|online|web|editorial) (?:desk|team|staff)|editorial board|redaktion|die redaktion|la rédaction|la redacción"
    r"|redacción|redazione|la redazione|redação|da redação|redactie|redaksjonen|redaktionen|redakcja|redakce|редакция|редакція"
    r"|التحرير|هيئة التحرير|編集部|편집부)$", re.I,
)  # fmt: skip
"""Names of a desk and of nobody: the house, where no person is named."""
_NAME_CLASS = re.compile(r"author[\w-]{0,12}[_-]name|authorname|author-title|byline-name", re.I)
_DATED_END = re.compile(r"\s(?:on|am|le|el|il|em|op|den|dne|в)\s(?=\S{0,12}\s?\d).*$", re.I)
"""`Posted by A on 3 May in News`: what follows the name."""
_NEAR_DATE = 2
"""Lines between a bare name and the date it stands by."""


def read_authors(
    sheet: Sheet, layout: Layout, stated: Stated, site_names: tuple[str, ...], credited: Sequence[str] = ()
) -> tuple[list[str], str]:
    """Who wrote the article, and how that was found ("" where nothing was). `credited` are the authors of credit lines."""
    houses: tuple[list[str], str] = ([], "")
    for by, values in _voices(sheet, layout, stated, credited):
        names = _names(values, trusted=by in ("json-ld", "meta"))
        if not names:
            continue
        people = [name for name in names if not _is_house(name, site_names)]
        if people:
            return _unless_contradicted(people, by, layout, site_names)
        houses = houses if houses[0] else (names[:3], by)
    return houses


def _unless_contradicted(
    people: list[str], by: str, layout: Layout, site_names: tuple[str, ...]
) -> tuple[list[str], str]:
    """The stated names, unless nobody sees them while a line of its own by the headline says By another: a template states
    whoever put the page in."""
    if by in ("json-ld", "meta"):
        printed = _names(_by_lines(layout), trusted=False)
        printed = [name for name in printed if " " in name and not _is_house(name, site_names)]
        if printed:
            seen = plain(" ".join(line.text for line in (*layout.header, *layout.inside[-4:], *layout.tail)))
            if not any(plain(name) in seen for name in people):
                return printed[:20], "byline"
    return people[:20], by


def _by_lines(layout: Layout) -> Iterator[str]:
    """What follows a by-word in the short lines by the headline."""
    for line in _header(layout):
        if len(line.text) <= 60 and _BY_WORD.match(line.spaced) and not line.zone & Zone.ASIDE:
            yield LEAD.sub("", line.spaced)
            return


def _voices(
    sheet: Sheet, layout: Layout, stated: Stated, credited: Sequence[str]
) -> Iterator[tuple[str, Iterable[str]]]:
    if stated.is_article:
        yield "json-ld", stated.authors
    for key in _AUTHOR_METAS:
        if values := sheet.head.metas.get(key):
            yield "meta", values
    if re.search(r"written|author|by", sheet.head.meta("twitter:label1") or "", re.I):
        yield "meta", sheet.head.metas.get("twitter:data1", [])
    yield "microdata", list(_marked(sheet))
    yield "byline", list(_printed(layout))
    yield "credit line", credited
    yield "byline", list(_beside_date(layout))
    yield "byline", list(_above_text(layout))
    yield "byline", list(_author_box(layout))
    yield "byline", list(_said_twice(layout))
    yield "json-ld", stated.authors


def _names(values: Iterable[str], *, trusted: bool) -> list[str]:
    found: list[str] = []
    known: set[str] = set()
    for value in list(values)[:30]:
        for name in split_byline(value, trusted=trusted):
            if (key := plain(name)) not in known:
                known.add(key)
                found.append(name)
    return found


def _is_house(name: str, site_names: tuple[str, ...]) -> bool:
    key = plain(name)
    if _DESK.match(name):
        return True
    return any(key == plain(site) or (len(key) > 4 and key in plain(site)) for site in site_names)


def _marked(sheet: Sheet) -> Iterator[str]:
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
        if home is not None and box is not home and (box is None or box.getparent() is not home):
            return
        inner = next((sub for sub in el.iter() if sub is not el and (sub.get("itemprop") or "") == "name"), None)
        target = inner if inner is not None else el
        text = target.get("content") or squeeze("".join(str(piece) for piece in target.itertext())[:300])
        if 2 < len(text) < 100:
            home = home if home is not None else box
            yield text


def _header(layout: Layout) -> list[Line]:
    start = layout.headline.row if layout.headline else -1
    lines = [
        line
        for line in layout.header
        if len(line.text) < 200 and not line.zone & (Zone.RELATED | Zone.COMMENTS | Zone.NAV | Zone.HIDDEN)
    ]
    return [line for line in lines if line.row > start] + [line for line in lines if line.row < start]


def _printed(layout: Layout) -> Iterator[str]:
    """Names printed by the headline: after a by-word, or in a box named for the author; then such lines below the text."""
    lines = _header(layout)
    for at, line in enumerate(lines):
        if len(line.parts) > 1 and find_stamps(line.parts[0][0]) and (by := _by_part(line)):
            yield by
            return
        if _BY_WORD.match(line.spaced):
            linked = [text for text, el in line.parts if _in_link(el)]
            rest = _DATED_END.sub("", LEAD.sub("", line.spaced))
            if not linked and len(rest) < 3 and at + 1 < len(lines):
                rest = lines[at + 1].spaced
            yield from linked or [rest]
            return
        if match := _REPORTER.search(line.text[:60]):
            yield match["name"]
            return
    for line in lines:
        named = [(text, el) for text, el in line.parts if len(text.strip()) < 80 and _named_author(el)]
        if named:
            bare = [text for text, _ in named if is_bare_name(text.strip(" ,|·•"))]
            linked = [text for text, el in named if _in_link(el)]
            yield from linked or bare or [" ".join(text.strip() for text, _ in named)]
    for line in layout.tail[:8]:
        if len(line.text) < 160 and _BY_WORD.match(line.text):
            yield _DATED_END.sub("", LEAD.sub("", line.spaced))
            return


def _by_part(line: Line) -> str | None:
    """`3 May 2024 by A`: the name in a line that begins with the date."""
    for text, _ in line.parts[1:]:
        if _BY_WORD.match(squeeze(text[:200])):
            return _DATED_END.sub("", LEAD.sub("", squeeze(text[:200])))
    return None


def _beside_date(layout: Layout) -> Iterator[str]:
    """A bare name in or next to the line of the date."""
    start = layout.headline.row if layout.headline else -1
    lines = [line for line in _header(layout) if start < line.row <= start + 14]
    dated = [line.row for line in lines if len(line.text) < 120 and find_stamps(line.spaced)]
    for line in lines:
        if any(abs(line.row - row) <= _NEAR_DATE for row in dated):
            for text, _ in line.parts:
                names = _bare_names(text)
                if names and line.block.tag != "button":
                    yield from names
                    return


def _above_text(layout: Layout) -> Iterator[str]:
    """Bare names in bold right above the text."""
    first = layout.paragraphs[0] if layout.paragraphs else None
    start = layout.headline.row if layout.headline else -1
    lines = [line for line in _header(layout) if start < line.row <= start + 14]
    lines = [line for line in lines if first is None or line.row < first.row]
    if lines and len(lines[-1].parts) == 1 and lines[-1].parts[0][1].tag in ("strong", "b", "em", "i"):
        yield from _bare_names(lines[-1].text)


def _bare_names(text: str) -> list[str]:
    """The names of a text that is names and nothing else."""
    text = squeeze(text[:120])
    pieces = [piece.strip(" |·•-–—,") for piece in re.split(r"\s?[/&]\s?|,\s|\s(?:and|und|et|y|e|och|og)\s", text)]
    return pieces if len(pieces) <= 4 and all(is_bare_name(piece) for piece in pieces) else []


def _author_box(layout: Layout) -> Iterator[str]:
    """The name in the author's box below the text: an element whose class says author's name, holding a bare name."""
    for line in (*layout.inside[-3:], *layout.tail[:12]):
        for text, el in line.parts:
            if _NAME_CLASS.search(el.get("class", "")[:200]) and is_bare_name(text.strip()):
                yield text.strip()
                return


def _said_twice(layout: Layout) -> Iterator[str]:
    """A bare name on a line of its own by the headline, and again as the heading of the author's box below."""
    start = layout.headline.row if layout.headline else -1
    below = {line.text for line in (*layout.inside[-8:], *layout.tail) if len(line.text) <= 40 and not line.link_chars}
    for line in _header(layout):
        if start < line.row <= start + 5 and line.text in below and not line.link_chars and is_bare_name(line.text):
            yield line.text
            return


def _in_link(el: Element) -> bool:
    parent = el.getparent()
    return el.tag == "a" or (parent is not None and parent.tag == "a")


def _named_author(el: Element | None) -> bool:
    for _ in range(3):
        if el is None:
            return False
        if _CLASS.search(f"{el.get('class', '')[:200]} {el.get('id', '')[:80]}"):
            return True
        el = el.getparent()
    return False
