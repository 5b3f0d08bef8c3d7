"""The section that an article is filed under: as stated for machines, as printed in breadcrumbs or beside the headline, and as the
page's menu calls the key that its boxes have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from urllib.parse import unquote, urlsplit

from lxml.etree import _Element as Element

from pipelines.extraction.fields.printed_terms import TAGS_CLASS, links_of, name_of, own_lines, relations, stands_in
from pipelines.extraction.page.document import Document, Line, text_of
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.page.tree import class_pattern, nearest, with_ancestors
from pipelines.extraction.structured_data.json_ld import Crumb, StructuredData, without_ends
from pipelines.extraction.text.titles import plain, without_accents
from pipelines.extraction.text.writing import CJK, words

_CRUMB_TAGS = ("nav", "ol", "ul", "div", "p", "section", "span", "td")
_CRUMBS_CLASS, _CATEGORY_CLASS = class_pattern("breadcrumbs"), class_pattern("category")
_NAMING = words("class id itemtype typeof aria-label")
_MAX_CRUMB_BOXES = 12
_CRUMB_MARKS = re.compile(r"[>›»]|当前位置|您的位置")
_LONGEST_CRUMBS, _LEAST_CRUMBS, _LAST_CRUMB_ROW = 120, 2, 400
"""Characters of a line of breadcrumbs, links that it has, and the lines of a page among which it is looked for."""
_LONGEST_TRAIL = 300
_STEP_MARK = re.compile(r"\s?[>›»→]\s?|\s[/|]\s")
"""What parts the steps of breadcrumbs without links; the page's own name may be long."""
_LISTS = words("nav ol ul")
_DATED_PATH = re.compile(r"/(?:19|20)\d\d(?:[-/]|$)")
"""The path of a page that lists what was published in a year or a month: the crumbs of archives lead there too."""
_FRONT_PATH = re.compile(r"^/?(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?$", re.I)
"""The path of a site's front page, or that of one of its languages."""
_TAG_PATH = re.compile(r"/(?:tags?|labels?|keywords?|etiquetas?)/[^/]", re.I)
_HOME = re.compile(r"^(?:home(?:page)?|首页|startseite|accueil|inicio|portada|главная)$", re.I)
_GENERIC = re.compile(
    r"^(?:正文|详情|下一页|上一页|news|articles?|blogs?|posts?|archives?)$|^[<←«‹]|[»›→>]$|(?:\S{1,30}\s){4,12}\S{0,30}[?!]$"
    r"|^category:|^back to\b|^(?:view|see) all\b|^all (?:articles|posts|stories|news)$", re.I,
)  # fmt: skip
"""Words that name no section, what leads back or on, "« Back to all articles", "See our channel »", and sentences."""
_INTERNAL_KEY = re.compile(
    r"^(?:uncategori[sz]ed|none|null|undefined|default|下一页|上一页|[a-z]{2,20}(?:_[a-z-]{2,20}){1,3})$", re.I
)
"""An internal key ("news_pegged_article") or a button, not the name of a section."""
_LONGEST_NAME, _LONGEST_STATED = 40, 60
_TITLE_BEGINS = 12
"""Letters from which a crumb that the headline begins with is the page itself, cut off."""
_ROWS_BESIDE = 8
"""Lines above and below the headline among which the section stands."""
_METAS = ("article:section", "parsely-section", "section", "og:section", "articlesection")
_KEY = re.compile(r"(?:^|\s)(?:category|section)-([\w%-]{2,60})")
"""The key of a section in the classes of a box: WordPress names an article's box after its categories."""
_MARKED_LEVELS = 3
_MAX_MENU_LINKS = 2_000


def read_section(
    document: Document, layout: Layout, title: str, structured: StructuredData, address: str | None
) -> tuple[str | None, str]:
    """The section and where it was found: as stated, else as printed; as printed where that is filed below what is stated, or where
    what is stated says nothing. Never the name of the site, nor the headline."""
    reader = _SectionReader(document, layout, title, structured, address)
    stated, by = reader.stated()
    if stated is None:
        return reader.printed()
    if (crumbs := reader.printed_crumbs()) and (_is_generic(stated) or _is_below(crumbs, stated)):
        return crumbs[-1][0], "breadcrumb"
    return stated, by


def _is_generic(name: str) -> bool:
    """Whether a name says nothing of what is filed under it: "News", "All stories"."""
    return _GENERIC.search(name) is not None


def _is_below(crumbs: Sequence[Crumb], stated: str) -> bool:
    """Whether the last of the crumbs is filed below the stated section, which is one before it, by their addresses."""
    above = next((target for name, target in crumbs[:-1] if plain(name) == plain(stated)), None)
    folder, path = (urlsplit(target or "").path.rstrip("/") + "/" for target in (above, crumbs[-1][1]))
    return len(folder) > 1 and path != folder and path.startswith(folder)


class _SectionReader:
    """The ways to a section that is not stated, for one page."""

    def __init__(
        self, document: Document, layout: Layout, title: str, structured: StructuredData, address: str | None
    ) -> None:
        self._document, self._layout, self._structured = document, layout, structured
        self._title = plain(title)
        self._own_path = urlsplit(address or "").path
        site = (structured.site_name, structured.publisher, document.head.meta("og:site_name"))
        self._not_sections = {self._title, *(plain(name) for name in site if name)}

    def stated(self) -> tuple[str | None, str]:
        """The first section that is stated for machines and says something, else the first."""
        metas = [name for key in _METAS for name in self._document.head.metas.get(key, ())]
        found: list[tuple[str, str]] = []
        for values, by in ((self._structured.sections, "json-ld"), (metas, "meta"), (self._microdata(), "microdata")):
            for value in values:
                name = " ".join(value.split())
                pieces = [piece.strip() for piece in name.split(",")]
                if len(pieces) > 1 and (pieces[0] in metas or any(map(_is_generic, pieces)) or ", " not in name):
                    # Systems join the names of all sections.
                    name = next((piece for piece in pieces if not _is_generic(piece)), pieces[0])
                if self._may_be_stated(name):
                    found.append((name, by))
        return next((one for one in found if not _is_generic(one[0])), found[0] if found else (None, ""))

    def _may_be_stated(self, name: str) -> bool:
        """Whether a stated value can be a section's name."""
        is_name = (len(name) > 1 or CJK.search(name)) and len(name) <= _LONGEST_STATED and not name.startswith("http")
        is_key = _INTERNAL_KEY.match(name) or _HOME.match(name)
        return bool(is_name) and not is_key and plain(name) not in self._not_sections

    def _microdata(self) -> Iterator[str]:
        """What elements around the text are marked as by schema.org, without the words before a link."""
        for line in own_lines(self._layout, (*self._layout.header, *self._layout.tail)):
            for _, el in line.parts:
                for box in with_ancestors(el, _MARKED_LEVELS):
                    if "articleSection" in (box.get("itemprop") or box.get("property") or ""):
                        yield text_of(next(box.iter("a"), box), 2 * _LONGEST_STATED)

    def printed(self) -> tuple[str | None, str]:
        """Where a link says so (`rel="category"`), else the last of the breadcrumbs before the article itself, else a link near the
        headline that is called a category, else the last step of a trail for machines, else a link above the headline to a folder
        of the page's address, else the menu's word for the page's key."""
        layout = self._layout
        links = links_of(own_lines(layout, (*layout.header, *layout.tail)))
        categories = [name_of(link) for link in links if "category" in relations(link) and self._leads_to_section(link)]
        last = next((name for name, _ in reversed(self.printed_crumbs())), None)
        if categories and last not in categories:
            return categories[0], "category"
        if last:
            return last, "breadcrumb"
        start = layout.headline_row
        near = [line for line in layout.header if abs(line.row - start) <= _ROWS_BESIDE]
        for link in links_of(own_lines(layout, (*near, *layout.tail))):
            if self._leads_to_section(link) and stands_in(link, _CATEGORY_CLASS) and not stands_in(link, TAGS_CLASS):
                return name_of(link), "category"
        if crumbs := self._first_named(self._structured.breadcrumbs):
            return crumbs[-1][0], "breadcrumb"
        above = links_of(own_lines(layout, (line for line in near if line.row < start)))
        if folders := [link for link in above if self._leads_to_section(link) and self._is_folder(link)]:
            return name_of(max(folders, key=lambda link: len(link.get("href", "")))), "folder"
        if name := self._named_in_menu():
            return name, "menu"
        return None, ""

    def printed_crumbs(self) -> list[Crumb]:
        """The sections that the first breadcrumbs of the page name, without the front page before them and the article behind."""
        rows = self._crumb_rows(self._document.lines[:_LAST_CRUMB_ROW])
        return self._first_named(chain(map(_trail_of, self._crumb_boxes()), rows))

    def _first_named(self, trails: Iterable[Sequence[Crumb]]) -> list[Crumb]:
        """The sections of the first trail that names one."""
        named = ([crumb for crumb in trail if self._is_section(*crumb)] for trail in trails)
        return next(filter(None, named), [])

    def _crumb_boxes(self) -> Iterator[Element]:
        """Boxes that are called breadcrumbs, and lists of links above the headline that end in the page itself."""
        yield from islice(filter(_holds_crumbs, self._document.tree.iter(*_CRUMB_TAGS)), _MAX_CRUMB_BOXES)
        start = self._layout.headline_row
        for line in self._document.lines[max(0, start - _ROWS_BESIDE) : max(0, start)]:
            if self._is_page_itself(line.text) and (box := nearest(line.block, _LISTS)) is not None:
                yield box

    def _crumb_rows(self, lines: Iterable[Line]) -> Iterator[Sequence[Crumb]]:
        """The steps of lines that may be breadcrumbs, whatever their box is called: links by the marks between them or the words
        before them, others by the headline at their end."""
        for line in lines:
            if line.link_chars:
                if len(line.text) < _LONGEST_CRUMBS and _CRUMB_MARKS.search(line.text):
                    links = [_crumb(link) for link in links_of([line])]
                    if len(links) >= _LEAST_CRUMBS:
                        yield links
            elif len(line.text) < _LONGEST_TRAIL:
                steps = _STEP_MARK.split(line.text)
                if len(steps) > _LEAST_CRUMBS and self._is_page_itself(steps[-1]):
                    yield without_ends([(step, None) for step in steps])

    def _leads_to_section(self, link: Element) -> bool:
        return self._is_section(*_crumb(link))

    def _is_section(self, name: str, target: str | None) -> bool:
        """Whether a link names a section: neither the front page, nor a year's list, nor a tag, nor the article itself, nor a word
        that says nothing."""
        is_name = (len(name) > 1 or CJK.search(name)) and len(name) <= _LONGEST_NAME
        if (
            not is_name
            or _is_generic(name)
            or any(words.match(name) for words in (_HOME, _INTERNAL_KEY))
            or (target is not None and self._is_other(target))
        ):
            return False
        key = plain(name)
        return bool(key) and key not in self._not_sections and not self._is_page_itself(name)

    def _is_other(self, target: str) -> bool:
        """Whether an address is no section's: a front page, the page itself, a list by date or tag."""
        try:
            path = urlsplit(target).path
        except ValueError:
            return True
        is_other = _FRONT_PATH.match(path) or _DATED_PATH.search(path) or _TAG_PATH.search(path)
        return bool(is_other) or path == self._own_path

    def _is_page_itself(self, name: str) -> bool:
        """Whether a crumb is the headline, or its beginning."""
        key = plain(name)
        return len(key) >= _TITLE_BEGINS and self._title.startswith(key)

    def _is_folder(self, link: Element) -> bool:
        """Whether a link leads to a folder that the page's own path goes through."""
        folder = urlsplit(link.get("href") or "").path.rstrip("/") + "/"
        return len(folder) > 2 and self._own_path.startswith(folder) and len(self._own_path) > len(folder)

    def _named_in_menu(self) -> str | None:
        """What the page calls the section whose key its body or a box around the headline has: the text of a link to that key."""
        block = self._layout.headline.block if self._layout.headline else None
        keys = {
            unquote(key).lower()
            for box in with_ancestors(block)
            for key in (*_KEY.findall(box.get("class", "")[:2000]), box.get("data-section") or "")
        }
        if not keys - {""}:
            return None
        for link in islice(self._document.tree.iter("a"), _MAX_MENU_LINKS):
            name, target = name_of(link), link.get("href") or ""
            key = unquote(target.partition("?")[0].rstrip("/").rpartition("/")[2]).lower()
            is_key = key in keys and plain(without_accents(key)) == plain(without_accents(name))
            if is_key and self._is_section(name, target):
                return name
        return None


def _trail_of(box: Element) -> Sequence[Crumb]:
    """The steps in a box: its links, and of a list the items without one."""
    steps = [
        _crumb(el) if el.tag == "a" else (text_of(el, 2 * _LONGEST_NAME), None)
        for el in box.iter("a", "li")
        if el.tag == "a" or next(el.iter("a"), None) is None
    ]
    return without_ends(steps)


def _crumb(link: Element) -> tuple[str, str]:
    """What a link says, and where it leads."""
    return name_of(link), link.get("href") or ""


def _holds_crumbs(box: Element) -> bool:
    """Whether an element says that it holds breadcrumbs."""
    # All attributes in one call: every box of a page is asked.
    attributes: list[tuple[str, str]] = box.items()  # type: ignore[assignment]  # lxml-stubs: bytes too
    return any(_CRUMBS_CLASS.finds(value) for attribute, value in attributes if attribute in _NAMING)
