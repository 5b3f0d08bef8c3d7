"""Whether a page is a list of other pages: a section, a topic, a search, a collection of teasers.

A teaser is a paragraph with a link to another page of the site in the box that it has for itself, or under a headline that is such
a link. Live tickers link to places in the page, tests of products to shops, an article's "read also" stands in no paragraph's box.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urljoin, urlsplit

from lxml.etree import _Element as Element

from pipelines.extraction.page.document import FOREIGN, Document, Line, Zone
from pipelines.extraction.page.layout import Layout, within
from pipelines.extraction.page.main_content import is_paragraph

TEASERS = 3
"""Teasers, to as many different pages, that make a list."""
_ALONE = 2
"""The same where there is nothing else."""
_MOSTLY, _NEARLY = 0.7, 0.9
"""Share of the running text that must stand in teasers; on a page that states for machines that it is an article."""
_LINKED_TO_TEXT = 2
"""How many times the text must fit into summaries that are links themselves."""
_LINES = 6
"""Linked lines that make a list of a page without any running text."""
_LONGEST = 3000
"""Characters of a dated text, or one of an article by its own statement, from which nobody asks: teasers below it are not it."""
_BEGINNING = 80
"""Characters above the first teaser that make an article of such a page: a flash with other stories below."""
_LEVELS = 6
_LINKED = 0.7
"""Share of a line's characters in links that makes it a link."""
_HEADING = re.compile(r"h[1-6]$")
_CJK = re.compile(r"[\u3040-\u9fff\uac00-\ud7af]")
_SHUT = Zone.NAV | Zone.FOOTER | Zone.HIDDEN


def is_link_line(line: Line) -> bool:
    """Whether a line is a link to something that has a title."""
    return len(line.text) >= 8 and line.link_chars > _LINKED * len(line.text)


def linked_lines(sheet: Document) -> list[Line]:
    """The lines that are links, menus and footers aside."""
    return [line for line in sheet.lines if not line.zone & _SHUT and is_link_line(line)]


def why_a_list(sheet: Document, layout: Layout, address: str | None, *, is_article: bool, dated: bool) -> str | None:
    """What shows that a page is a list, None where nothing does."""
    size = sum(len(line.text) for line in layout.paragraphs)
    if size > _LONGEST and (dated or is_article):
        return None
    # The reader of the text has left out what stands under linked headlines.
    running = [line for line in sheet.lines if is_paragraph(line, FOREIGN | Zone.HIDDEN)]
    teasers = _teasers(sheet, running, address)
    own = [line for line in layout.paragraphs if line not in teasers]
    told = sum(len(line.text) for line in teasers)
    least = TEASERS if own or dated or is_article else _ALONE
    if len(set(teasers.values())) >= least and not _has_text(own, teasers, told, is_article=is_article, dated=dated):
        return f"{len(teasers)} of {len(running)} paragraphs are teasers of other pages of the site"
    linked = [] if is_article or dated else linked_lines(sheet)
    if sum(len(line.text) for line in linked) < max(1, _LINKED_TO_TEXT * size):
        return None
    summaries = {line: href for line in linked if _is_summary(line) and (href := _leads_to_any(line, address))}
    told = sum(len(line.text) for line in summaries)
    if len(set(summaries.values())) >= TEASERS and told >= _LINKED_TO_TEXT * size:
        return f"{len(summaries)} summaries that are links to other pages, and little text beside them"
    return None


def _has_text(own: Sequence[Line], teasers: Iterable[Line], told: int, *, is_article: bool, dated: bool) -> bool:
    """Whether a page has text of its own beside its teasers: most of it, or the beginning of a dated one."""
    size = sum(len(line.text) for line in own)
    if size >= (1 - (_NEARLY if is_article else _MOSTLY)) * (size + told):
        return True
    first = min(line.row for line in teasers)
    return (dated or is_article) and sum(len(line.text) for line in own if line.row < first) >= _BEGINNING


def is_bare_list(sheet: Document, layout: Layout) -> bool:
    """Whether a page has no running text at all, and mostly links for lines."""
    if layout.paragraphs:
        return False
    linked = linked_lines(sheet)
    other = sum(len(line.text) - line.link_chars for line in sheet.lines if not line.zone & _SHUT)
    return len(linked) >= _LINES and sum(line.link_chars for line in linked) >= _LINKED_TO_TEXT * other


def _is_summary(line: Line) -> bool:
    return is_paragraph(line._replace(link_chars=0), Zone.RELATED | Zone.COMMENTS)


def _teasers(sheet: Document, running: Sequence[Line], address: str | None) -> dict[Line, str]:
    """The paragraphs that are teasers, and where each leads: the title stands above."""
    found: dict[Line, str] = {}
    for at, line in enumerate(running):
        first = running[at - 1].row + 1 if at else max(0, line.row - _LEVELS)
        titles = [other for other in sheet.lines[first : line.row] if _is_title(other)]
        if not titles:
            continue
        box = _own_box(
            line.block, [other.block for other in (*running[max(0, at - 1) : at], *running[at + 1 : at + 2])]
        )
        for other in titles:
            heads = other.row == line.row - 1 and _is_heading(other)
            if (heads or within(other.block, box)) and (href := _leads_to_any(other, address)):
                found[line] = href
                break
    return found


def _own_box(block: Element, others: Sequence[Element]) -> Element:
    """The largest box around a paragraph that holds neither the one before nor the one behind it."""
    box = block
    if not others:
        return box
    for _ in range(_LEVELS):
        parent = box.getparent()
        if parent is None or parent.tag in ("body", "html") or any(within(other, parent) for other in others):
            break
        box = parent
    return box


def _is_title(line: Line) -> bool:
    """Whether a line is a linked title; a Chinese one may be short."""
    return is_link_line(line) or (line.link_chars > _LINKED * len(line.text) and len(_CJK.findall(line.text)) >= 4)


def _is_heading(line: Line) -> bool:
    block: Element | None = line.block
    for _ in range(2):
        if block is not None and _HEADING.match(block.tag):
            return True
        block = block.getparent() if block is not None else None
    return False


def _leads_to_any(line: Line, address: str | None) -> str | None:
    """Where the links of a line lead: another page of the site, else None."""
    return next((href for _, el in line.parts if (href := _leads_to(el, address))), None)


def _leads_to(el: Element | None, address: str | None) -> str | None:
    for _ in range(_LEVELS):
        if el is None:
            return None
        if el.tag == "a":
            return _elsewhere_on_site(el.get("href") or "", address)
        el = el.getparent()
    return None


def _elsewhere_on_site(href: str, address: str | None) -> str | None:
    if not href or href.startswith(("#", "javascript:", "mailto:", "tel:")) or len(href) > 2000:
        return None
    try:
        there, here = urlsplit(urljoin(address or "", href)), urlsplit(address or "")
        hosts = [".".join((parts.hostname or "").removeprefix("www.").split(".")[-2:]) for parts in (there, here)]
    except ValueError:
        return None
    if address and (hosts[0] != hosts[1] or (there.path, there.query) == (here.path, here.query)):
        return None
    return f"{there.netloc}{there.path}?{there.query}"
