"""The section and the tags as a page prints them: in breadcrumbs, rows of tags, and links to a category or a tag."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice, takewhile
from urllib.parse import urlsplit

from lxml.etree import _Element as Element

from pipelines.extraction.page.document import Document, Line, Zone, text_of
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.page.tree import ClassPattern, class_pattern, link_around, names_of, with_ancestors
from pipelines.extraction.text.titles import plain
from pipelines.extraction.text.writing import CJK, words

_CRUMB_TAGS = ("nav", "ol", "ul", "div", "p", "section", "span", "td")
_MAX_CRUMB_BOXES = 12
_CRUMB_MARKS = re.compile(r"[>›»]|当前位置|您的位置")
_LONGEST_CRUMBS, _LEAST_CRUMBS, _LAST_CRUMB_ROW = 120, 2, 400
"""Characters of a line of breadcrumbs, links that it has, and the lines of a page among which it is looked for."""
_DATED_PATH = re.compile(r"/(?:19|20)\d\d(?:[-/]|$)")
"""The path of a page that lists what was published in a year or a month: the crumbs of archives lead there too."""
_GENERIC = re.compile(
    r"^(?:home|首页|正文|详情|下一页|上一页|startseite|accueil|inicio|portada|главная|news|articles?|blogs?|posts?|archives?"
    r"|uncategori[sz]ed)$"
    r"|^[<←«‹]|[»›→>]$|(?:\S{1,30}\s){4,12}\S{0,30}[?!]$",
    re.I,
)
"""Words that name no section, what leads back or on, "« Back to all articles", "See our channel »", and sentences."""
_UNFILED = re.compile(r"uncategori[sz]ed$", re.I)
_LONGEST_NAME = 40
_TITLE_BEGINS = 12
"""Letters from which a crumb that the headline begins with is the page itself, cut off."""
_CATEGORY_CLASS, _TAGS_CLASS = class_pattern("category"), class_pattern("tags")
_TAG_PATH = re.compile(r"^[^?#]{0,200}/(?:tags?|topics?|labels?|keywords?|etiquetas?)/[^/?#]", re.I)
"""The path of a tag's page. "?tag=" is that of a seller's partners."""
_LEVELS = 4
"""Levels between a link and the box that is called tags or category: lists with an item for each."""
_OTHERS = Zone.NAV | Zone.RELATED | Zone.COMMENTS | Zone.ASIDE
_WHOLE_PAGE = words("article main body")
_ROWS_BESIDE = 8
"""Lines above and below the headline among which the section stands."""
_MAX_BESIDE_TAGS = 80
"""Characters beside the links of a line of tags: its label, the date and the counters in a row of metadata."""


def printed_section(document: Document, layout: Layout, title: str, address: str | None) -> tuple[str | None, str]:
    """The section that the article is filed under: where a link says so (`rel="category"`), else the last of the breadcrumbs
    before the article itself, else a link near the headline that is called a category, or one above it to a folder of the page's
    address."""
    is_section = partial(_is_section, title=title)
    links = [link for link in _links(_own_lines(layout, (*layout.header, *layout.tail))) if is_section(link)]
    categories = [_name_of(link) for link in links if "category" in _relations(link)]
    crumbs = [name for name, _ in printed_crumbs(document, title)]
    if categories and not (crumbs and crumbs[-1] in categories):
        return categories[0], "category"
    if crumbs:
        return crumbs[-1], "breadcrumb"
    start = layout.headline_row
    near = [line for line in layout.header if abs(line.row - start) <= _ROWS_BESIDE]
    for link in _links(_own_lines(layout, (*near, *layout.tail))):
        if is_section(link) and _stands_in(link, _CATEGORY_CLASS) and not _stands_in(link, _TAGS_CLASS):
            return _name_of(link), "category"
    own_path = urlsplit(address or "").path
    above = _links(_own_lines(layout, (line for line in near if line.row < start)))
    if folders := [link for link in above if is_section(link) and _is_folder(link, own_path)]:
        return _name_of(max(folders, key=lambda link: len(link.get("href", "")))), "folder"
    return None, ""


def printed_crumbs(document: Document, title: str) -> list[tuple[str, str]]:
    """The sections that the first breadcrumbs of a page name, with the paths that they lead to, without the front page before them
    and the article behind them."""
    boxes = islice(filter(_holds_crumbs, document.tree.iter(*_CRUMB_TAGS)), _MAX_CRUMB_BOXES)
    rows = (list(_links([line])) for line in document.lines[:_LAST_CRUMB_ROW] if _is_crumb_line(line))
    for row in (*(box.iter("a") for box in boxes), *(row for row in rows if len(row) >= _LEAST_CRUMBS)):
        if crumbs := [link for link in row if _is_section(link, title)]:
            return [(_name_of(link), urlsplit(link.get("href") or "").path) for link in crumbs]
    return []


def is_generic(name: str) -> bool:
    """Whether a name says nothing of what is filed under it: "News", "Home"."""
    return _GENERIC.search(name) is not None


def _is_crumb_line(line: Line) -> bool:
    """Whether a line may be breadcrumbs, whatever its box is called: by the marks between them, or the words before them."""
    return len(line.text) < _LONGEST_CRUMBS and _CRUMB_MARKS.search(line.text) is not None


def _holds_crumbs(box: Element) -> bool:
    """Whether an element says that it holds breadcrumbs. Asked of every box of a page, so in the fastest way."""
    names = (box.get("class"), box.get("id"), box.get("itemtype"), box.tag == "nav" and box.get("aria-label"))
    return any(name and "crumb" in name.lower() for name in names)


def printed_tags(layout: Layout) -> tuple[str, ...]:
    """The names of the first row of links below the headline that lead to tags: they say so (`rel="tag"`), or stand in a box
    that does. Categories are none, which some systems mark as tags as well."""
    first: Line | None = None
    found: list[str] = []
    of_text, paragraphs = ({line.row for line in lines} for lines in (layout.inside, layout.paragraphs))
    for line in _own_lines(layout, (*layout.below_headline, *layout.inside, *layout.tail)):
        is_row = len(line.text) - line.link_chars <= _MAX_BESIDE_TAGS and line.row not in paragraphs
        tags = list(_tags_of(line, is_in_text=line.row in of_text and not _is_labelled(line))) if is_row else []
        if first is None:
            first = line if tags else None
        elif line.link_chars and not _is_next_item(line, first):
            break
        found += tags
    return tuple(dict.fromkeys(found))


def _own_lines(layout: Layout, lines: Iterable[Line]) -> Iterator[Line]:
    """The lines that stand in no other box than the headline's: a page as a whole may be called "content-sidebar"."""
    others = _OTHERS & ~(layout.headline.zone if layout.headline else Zone.NONE)
    return (line for line in lines if not line.zone & others)


def _is_next_item(line: Line, first: Line) -> bool:
    """Whether a line is an item of the list that a line with tags began."""
    return line.block.tag == "li" and line.block.getparent() is first.block.getparent()


def _is_labelled(line: Line) -> bool:
    """Whether a line begins with a label, "Tags:"."""
    text, el = line.parts[0]
    return text.rstrip().endswith((":", "：")) and link_around(el, _LEVELS) is None


def _tags_of(line: Line, *, is_in_text: bool) -> Iterator[str]:
    """The names of the links to tags in a line. In the text, the address alone is not enough: texts link to lists of stories."""
    for link in _links([line]):
        name = _name_of(link).strip("#,· ")
        relations = _relations(link)
        # In microformats, the "p-category" of a link says that it is a tag.
        if (
            not 1 < len(name) <= _LONGEST_NAME
            or "category" in relations
            or _stands_in(link.getparent(), _CATEGORY_CLASS)
            or _UNFILED.match(name)
        ):
            continue
        leads_to_tag = not is_in_text and _TAG_PATH.search(link.get("href") or "")
        if leads_to_tag or "tag" in relations or _stands_in(link, _TAGS_CLASS):
            yield name


def _stands_in(el: Element | None, names: ClassPattern) -> bool:
    """Whether an element or a box around it is called so. An article's own box does not count, which WordPress names after its
    categories."""
    around = takewhile(lambda node: node.tag not in _WHOLE_PAGE, with_ancestors(el, _LEVELS))
    return any(names.finds(names_of(node)) for node in around)


def _links(lines: Iterable[Line]) -> Iterator[Element]:
    """The links of some lines, in order, each once."""
    last = None
    for line in lines:
        for _, el in line.parts:
            link = link_around(el, _LEVELS)
            if link is not None and link is not last:
                last = link
                yield link


def _name_of(link: Element) -> str:
    """What a link says; its source may have many blanks between the words."""
    return text_of(link, 10 * _LONGEST_NAME)


def _relations(link: Element) -> set[str]:
    return set((link.get("rel") or "").lower().split())


def _is_folder(link: Element, own_path: str) -> bool:
    """Whether a link leads to a folder that the page's own path goes through."""
    folder = urlsplit(link.get("href") or "").path.rstrip("/") + "/"
    return len(folder) > 2 and own_path.startswith(folder) and len(own_path) > len(folder)


def _is_section(link: Element, title: str) -> bool:
    """Whether a link names a section: neither the front page, nor a year's list, nor the article itself, nor a word that says
    nothing."""
    name = _name_of(link)
    try:
        path = urlsplit(link.get("href") or "").path
    except ValueError:
        return False
    is_name = (len(name) > 1 or CJK.search(name)) and len(name) <= _LONGEST_NAME
    if not is_name or not path.strip("/") or _DATED_PATH.search(path) or is_generic(name):
        return False
    key, whole = plain(name), plain(title)
    return bool(key) and key != whole and not (len(key) >= _TITLE_BEGINS and whole.startswith(key))
