"""Whether a page is a list of other pages: a section, a topic, search results, a collection of teasers.

A teaser is a paragraph in a box of its own with a link to another page of the site, or below a headline that is such a link. Live
blogs link to places on the same page, product tests to shops, and an article's "read also" is not in the box of a paragraph.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence, Set
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml.etree import _Element as Element

from pipelines.extraction.page.document import BOILERPLATE, UNREAD, Document, Line, Zone, text_length
from pipelines.extraction.page.headings import HEADINGS
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.page.main_content import is_date_line, is_paragraph
from pipelines.extraction.page.tree import is_inside, nearest, target_of, with_ancestors
from pipelines.extraction.text.date_parser import find_stamps
from pipelines.extraction.text.writing import CJK, SENTENCE_ENDS, text_width

MIN_TEASERS = 3
"""Teasers, for as many different pages, that make a list."""
_MIN_TEASERS_ALONE = 2
"""The same where there is no other text."""
_TEASER_SHARE, _TEASER_SHARE_ARTICLE = 0.7, 0.9
"""Share of the running text that teasers must have; on a page that states that it is an article."""
_LINKED_TEXT_RATIO = 2
"""How many times the text must fit into summaries that are links themselves."""
_MAX_LENGTH = 3000
"""Characters above which a text that has a date, or states that it is an article, is not checked: any teasers stand below it."""
_MIN_LEAD = 80
"""Characters above the first teaser from which such a page is an article: a news flash with other stories below."""
_LONGEST_LEAD, _LONGEST_ENTRY = 200, 300
"""Characters of the lead of a list, a sentence or two; and below each of its headlines."""
_MIN_ENTRIES, _SHORTEST_ENTRY = 5, 4
"""Entries without sentences that make a list, and letters of the link in each."""
_BOXES_ALIKE = 3
"""An entry and the boxes around it: in these, entries are alike."""
_MAX_LEVELS = 6
_LINK_SHARE = 0.7
"""Share of a line's characters in links from which it is a link."""
_DAY = re.compile(r"\d{1,4}[./年月-]\s?\d{1,2}[./月-]\s?\d{1,4}日?")
_MENU_ZONES = Zone.NAV | Zone.FOOTER | Zone.HIDDEN


def is_link_line(line: Line) -> bool:
    """Whether a line is a link to something with a title."""
    return len(line.text) >= 8 and _is_mostly_link(line)


def _is_mostly_link(line: Line) -> bool:
    """Whether most of a line is a link, but for the day beside it."""
    size, linked = len(line.text), line.link_chars
    if linked > _LINK_SHARE * size:
        return True
    return linked * 2 > size and linked > _LINK_SHARE * len(_DAY.sub("", line.text))


def linked_lines(document: Document) -> list[Line]:
    """The lines that are links, except in menus and footers."""
    return [line for line in document.lines if not line.zone & _MENU_ZONES and is_link_line(line)]


def find_list_evidence(
    document: Document, layout: Layout, address: str | None, *, is_article: bool, dated: bool
) -> str | None:
    """What shows that a page is a list, None where nothing does."""
    size = text_length(layout.paragraphs)
    if size > _MAX_LENGTH and (dated or is_article):
        return None
    # The reader of the text has left out what stands under linked headlines.
    running = [line for line in document.lines if is_paragraph(line, document.language, UNREAD)]
    teasers = _teasers(document, running, address)
    own_text = [line for line in layout.paragraphs if line not in teasers]
    teaser_size = text_length(teasers)
    minimum = MIN_TEASERS if own_text or dated or is_article else _MIN_TEASERS_ALONE
    if len(set(teasers.values())) >= minimum and not _has_own_text(
        own_text, teasers, teaser_size, is_article=is_article, dated=dated
    ):
        return f"{len(teasers)} of {len(running)} paragraphs are teasers of other pages of the site"
    linked = [] if is_article or dated else linked_lines(document)
    if text_length(linked) < max(1, _LINKED_TEXT_RATIO * size):
        return None
    said = (line for line in linked if is_paragraph(line._replace(link_chars=0), document.language, _SUMMARY_ZONES))
    summaries = {line: href for line in said if (href := _link_target(line, address))}
    teaser_size = text_length(summaries)
    if len(set(summaries.values())) >= MIN_TEASERS and teaser_size >= _LINKED_TEXT_RATIO * size:
        return f"{len(summaries)} summaries that are links to other pages, and little text beside them"
    return None


def _has_own_text(
    own_text: Sequence[Line], teasers: Iterable[Line], teaser_size: int, *, is_article: bool, dated: bool
) -> bool:
    """Whether a page has text besides its teasers: most of its text, or the beginning of a dated page."""
    size, first_row = text_length(own_text), min(line.row for line in teasers)
    if not (dated or is_article) and size <= _LONGEST_LEAD and [line.row < first_row for line in own_text] == [True]:
        return False
    if size >= (1 - (_TEASER_SHARE_ARTICLE if is_article else _TEASER_SHARE)) * (size + teaser_size):
        return True
    return (dated or is_article) and text_length(line for line in own_text if line.row < first_row) >= _MIN_LEAD


def headlines_of_list(document: Document, layout: Layout, address: str | None) -> int:
    """The number of headlines of a page that has one paragraph at most, and headlines of other pages with little text below.

    0 for other pages. The days of entries stand below their headlines, that of an article above what links to others.
    """
    linked = [line for line in document.lines if not line.zone & UNREAD and _is_linked_headline(line)]
    headlines = [line for line in linked if nearest(line.block, HEADINGS, 2) is not None] or _summed_up(
        document, linked
    )
    if len({href for line in headlines if (href := _link_target(line, address))}) < MIN_TEASERS:
        return 0
    rows = [line.row for line in headlines]
    if sum(line.row < rows[0] for line in layout.paragraphs) > 1:
        return 0
    if any(
        is_date_line(line.text, document.language) for line in document.lines[: rows[0]] if not line.zone & BOILERPLATE
    ):
        return 0
    sizes: Counter[int] = Counter()
    for line in layout.inside:
        if line not in headlines:
            sizes[bisect(rows, line.row)] += len(line.text)
    is_short = sizes.pop(0, 0) <= _LONGEST_LEAD and max(sizes.values(), default=0) <= _LONGEST_ENTRY
    return len(headlines) if is_short else 0


def _summed_up(document: Document, linked: Sequence[Line]) -> list[Line]:
    """The linked headlines in boxes alike that have a sentence below each, however short."""
    below = {line.row - 1: line for line in document.lines}
    boxes: defaultdict[tuple[object, ...], list[Line]] = defaultdict(list)
    for line in linked:
        text = below[line.row].text if line.row in below and not below[line.row].link_chars else ""
        if text and text[-1] in SENTENCE_ENDS:
            boxes[tuple((el.tag, el.get("class")) for el in with_ancestors(line.block, _BOXES_ALIKE))].append(line)
    return max(boxes.values(), key=len, default=[])


def entries_of_list(document: Document, layout: Layout, size: int) -> int:
    """The number of entries of a page that is rows alike, each with a link to another page and no sentence.

    Threads of a forum, jobs, products, people. 0 for other pages: a day above the rows, or more than a lead, is an article's. So is
    a text (of `size` characters, with the bars of tables) that the lines shown do not hold.
    """
    if size > _MAX_LENGTH:
        return 0
    lines = [line for line in document.lines if not line.zone & UNREAD]
    if size > 2 * text_length(lines):
        return 0
    rows: defaultdict[tuple[object, ...], dict[Element, str]] = defaultdict(dict)
    for line in lines:
        is_linked = line.row > layout.headline_row and line.link_chars >= _SHORTEST_ENTRY
        if is_linked and (href := _link_target(line, None)):
            boxes = [*with_ancestors(line.block, _MAX_LEVELS + _BOXES_ALIKE)]
            shapes = [(el.tag, el.get("class")) for el in boxes]
            for at, el in enumerate(boxes[:-_BOXES_ALIKE]):
                rows[tuple(shapes[at : at + _BOXES_ALIKE])].setdefault(el, href)
    for entries in rows.values():
        if len(found := {*entries.values()}) >= _MIN_ENTRIES and not _says_more(
            entries.keys(), lines, layout.headline_row, document.language
        ):
            return len(found)
    return 0


def _says_more(entries: Set[Element], lines: Sequence[Line], top: int, language: str | None) -> bool:
    """Whether the lines of a page say something in sentences, in entries, or in more than a lead beside them."""
    inside: list[Line] = []
    outside: list[Line] = []
    for line in lines:
        (outside if entries.isdisjoint(with_ancestors(line.block, _MAX_LEVELS)) else inside).append(line)
    above = (line for line in outside if top < line.row < inside[0].row and line.block.tag not in HEADINGS)
    said, lead = ([line for line in group if _is_said(line, language)] for group in (inside, outside))
    size = sum(text_width(line.text) for line in lead)
    return (
        bool(said) or any(is_date_line(line.text, language) for line in above) or len(lead) > 1 or size > _LONGEST_LEAD
    )


def _is_said(line: Line, language: str | None) -> bool:
    """Whether a line is a sentence, and not a linked title or what tells when somebody posted: "ada_holm, 7 Mar 2024."."""
    is_row = len(line.text) <= _LONGEST_ROW and (line.is_link or find_stamps(line.text))
    return not is_row and is_paragraph(line._replace(link_chars=0), language)


_LONGEST_ROW = 100


def is_bare_list(document: Document, layout: Layout) -> bool:
    """Whether a page has no running text, and its lines are mostly links."""
    if layout.paragraphs:
        return False
    linked = linked_lines(document)
    other = sum(
        len(_DAY.sub("", line.text)) - line.link_chars for line in document.lines if not line.zone & _MENU_ZONES
    )
    return len(linked) >= MIN_TEASERS and sum(line.link_chars for line in linked) >= _LINKED_TEXT_RATIO * other


_SUMMARY_ZONES = Zone.RELATED | Zone.COMMENTS


def _teasers(document: Document, running: Sequence[Line], address: str | None) -> dict[Line, str]:
    """The paragraphs that are teasers, with the address each leads to. Its headline stands above."""
    found: dict[Line, str] = {}
    for index, line in enumerate(running):
        first_row = running[index - 1].row + 1 if index else max(0, line.row - _MAX_LEVELS)
        headlines = [other for other in document.lines[first_row : line.row] if _is_linked_headline(other)]
        if not headlines:
            continue
        neighbours = (*running[max(0, index - 1) : index], *running[index + 1 : index + 2])
        box = _largest_box(line.block, [other.block for other in neighbours])
        for other in headlines:
            is_right_above = other.row == line.row - 1 and nearest(other.block, HEADINGS, 2) is not None
            if (is_right_above or is_inside(other.block, box)) and (href := _link_target(other, address)):
                found[line] = href
                break
    return found


def _largest_box(block: Element, others: Sequence[Element]) -> Element:
    """The largest box around a paragraph that holds neither the one before nor the one after it."""
    box = block
    for parent in islice(block.iterancestors(), _MAX_LEVELS if others else 0):
        if parent.tag in ("body", "html") or any(is_inside(other, parent) for other in others):
            break
        box = parent
    return box


def _is_linked_headline(line: Line) -> bool:
    """Whether a line is a linked headline. A Chinese one may be short."""
    return is_link_line(line) or (_is_mostly_link(line) and len(CJK.findall(line.text)) >= 4)


def _link_target(line: Line, address: str | None) -> str | None:
    """Where the first link of a line to another page of the site leads."""
    targets = (_other_page_of_site(target_of(el, _MAX_LEVELS), address) for _, el in line.parts)
    return next(filter(None, targets), None)


def _other_page_of_site(href: str, address: str | None) -> str | None:
    if not href or href.startswith(("#", "javascript:", "mailto:", "tel:")) or len(href) > 2000:
        return None
    try:
        target, page = urlsplit(urljoin(address or "", href)), urlsplit(address or "")
        hosts = [".".join((parts.hostname or "").removeprefix("www.").split(".")[-2:]) for parts in (target, page)]
    except ValueError:
        return None
    if address and (hosts[0] != hosts[1] or (target.path, target.query) == (page.path, page.query)):
        return None
    return f"{target.netloc}{target.path}?{target.query}"
