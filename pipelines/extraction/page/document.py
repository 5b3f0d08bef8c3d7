"""The parsed page: its tree, its head, and its lines in reading order.

A `Line` is what a reader sees as one line: the inline text of a block, divided at the borders of blocks and at `<br>`. It knows
its parts (text and the element that holds it), how much of it is link, the nearest block, and its zones. Headline, credits, dates
and main content are all found among these lines, so the tree is walked only once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, takewhile
from typing import NamedTuple

from lxml.etree import _Element as Element

from pipelines.extraction.page.size_limits import truncate_page
from pipelines.extraction.page.tree import (
    ZONE_NAMES,
    break_typed_lines,
    describes_other_work,
    link_around,
    open_shadow_roots,
    with_ancestors,
)
from pipelines.extraction.text.writing import FULL_STOPS, words
from pipelines.html_tree import parse_html

INVISIBLE = words(
    "script style noscript template svg math iframe object embed select option textarea canvas video audio map head title"
    " link meta datalist progress meter input frame frameset noframes applet param source track rp rt"
)
BLOCKS = words(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer"
    " form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre section summary table tbody td tfoot th"
    " thead tr ul button label picture amp-img"
)
_SKIPPED_TAGS, _FOOTER_DEPTH = words("nav footer"), 3
"""Boxes that are not read: menus, and the footer above this depth. An article's own footer is deeper, or
`_is_of_article`."""
_BREADCRUMB_CLASS = re.compile(r"crumb", re.I)
MAX_LINES = 60_000
"""Lines read of one page. The longest development page has 1,725."""
MAX_DEPTH = 240
"""Levels of nesting that are read. libxml2 stops at 256 for XML; the deepest development page has 56."""


class Zone:
    """What the names of the boxes around a line say it is, by tag, class and id. Bits of an int, because arithmetic on IntFlag
    costs ten times as much."""

    NONE = 0
    NAV = 1
    FOOTER = 2
    ASIDE = 4
    RELATED = 8
    COMMENTS = 16
    SHARE = 32
    HIDDEN = 64
    FORM = 128


BOILERPLATE = Zone.NAV | Zone.FOOTER | Zone.RELATED | Zone.COMMENTS | Zone.FORM
"""Zones in which nothing of an article stands."""
UNREAD = BOILERPLATE | Zone.HIDDEN
"""Zones of lines that a reader does not read, or not as the article's."""

_ZONE_TAGS = {
    "nav": Zone.NAV,
    "footer": Zone.FOOTER,
    "aside": Zone.ASIDE,
    "menu": Zone.NAV,
    "form": Zone.FORM,
    "button": Zone.SHARE,
}
_ZONE_BY_WORD: dict[str, int] = {
    name: getattr(Zone, zone.upper()) for zone, names in ZONE_NAMES.items() for name in names
}
_OTHER_ZONE_ATTRIBUTES = words("role itemprop hidden style aria-hidden")
_HEADINGS = words("h1 h2 h3 h4 h5 h6")
_NAME_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\s")
_NAMES_KEPT = 8_192
"""Names whose zones are kept between pages: pages of one site share most of theirs, and one has 160 on average."""
_REPLIES = words("comment suggestedAnswer")
"""What microdata call the replies to a post or a question."""
_INLINE = words("span i b em strong small svg a")
"""Elements that `aria-hidden` hides. On a block it may only mean that it is folded."""
_OF_WORDPRESS = re.compile(r"\bhas-\w{1,20}(?:-\w{1,20})?-font-size|(?<!\S)(?:category|tag)-[\w%-]{1,100}")
"""The style of a paragraph in WordPress (elsewhere a "font-size" box holds buttons), and what a post is filed under."""
_HIDDEN_STYLE = re.compile(r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden", re.I)
_INVISIBLE_CHARACTERS = ("\u00ad", "\u200b", "\ufeff", "\u2060", "\u200e", "\u200f")
_INVISIBLE_ENTITIES = re.compile("&(?:shy|ZeroWidthSpace|[lr]rm|#173|#8203|#820[67]|#65279|#x(?:AD|ad|200[BEFbef]));")
"""Characters without width, as such or as entities. U+200C and U+200D stay: Persian and Indic spelling needs them."""


class Line(NamedTuple):
    """One line of the page. `text` is its parts joined as a browser shows them; `row` is its index among the lines."""

    text: str
    parts: tuple[tuple[str, Element], ...]
    block: Element
    link_chars: int
    zone: int
    row: int

    @property
    def spaced(self) -> str:
        """The text with a space wherever elements meet: the eye sees a gap there that the text may lack."""
        return " ".join(" ".join([part for part, _ in self.parts]).split()) if len(self.parts) > 1 else self.text

    @property
    def is_link(self) -> bool:
        """Whether most of the line is link."""
        return self.link_chars * 2 > len(self.text)

    @property
    def longest_link(self) -> int:
        """Characters of the longest link: several short ones are an author's, a day's and a section's."""
        lengths: Counter[Element] = Counter()
        for text, el in self.parts:
            if (link := link_around(el, _LINK_DEPTH)) is not None:
                lengths[link] += len(text.strip())
        return max(lengths.values(), default=0)


_LINK_DEPTH = 12
"""Levels between the text of a link and its element: cards are links around boxes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentHead:
    """What the page's head states. `metas` maps a name, property or itemprop in lower case to its contents in order."""

    lang: str | None
    title: str | None
    metas: dict[str, list[str]]
    canonical: str | None
    scripts: tuple[str, ...]
    """The texts of `application/ld+json` scripts."""

    def meta(self, *names: str) -> str | None:
        """The first non-empty content among these names, in the order given."""
        for name in names:
            for value in self.metas.get(name, ()):
                if value:
                    return value
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A parsed page. The tree is shared by all readers and must not be changed."""

    tree: Element
    html: str
    head: DocumentHead
    lines: tuple[Line, ...]
    language: str | None = None
    """None where it is not known, or not yet."""


def parse_document(html: str) -> Document | None:
    """Parse a page. None where the text contains no element."""
    html = truncate_page(html)
    for character in _INVISIBLE_CHARACTERS:
        if character in html:  # which is found out in a sixth of the time
            html = html.replace(character, "")
    html = _INVISIBLE_ENTITIES.sub("", html)
    tree = parse_html(html)
    if tree is None:
        return None
    break_typed_lines(tree, html)
    open_shadow_roots(tree, html)
    body = tree if tree.tag == "body" else tree.find("body")
    lines = _ignore_page_wide_zones(_correct_related_zones(_read_lines(body if body is not None else tree)))
    return Document(tree=tree, html=html, head=_read_head(tree), lines=lines)


def _ignore_page_wide_zones(lines: list[Line]) -> tuple[Line, ...]:
    """Clear `HIDDEN` and `FORM` where most of a page has it: a script will reveal the page, ASP.NET sets all of it in a form."""
    for zone in (Zone.HIDDEN, Zone.FORM):
        inside = [line for line in lines if line.zone & zone]
        if inside and text_length(inside) * 2 > text_length(lines):
            lines = [line._replace(zone=line.zone & ~zone) for line in lines]
    return tuple(lines)


_MIN_PROSE = 1000
"""Characters from which a run of lines may be text although its box is named for links."""
_MIN_SENTENCE, _MIN_SENTENCE_SHARE = 60, 0.5
"""Characters of a sentence in such a run, and the share of the run that must be sentences."""
_MAX_LINK_SHARE = 0.1
"""Share of links in such a run. A list of other stories has three times as much."""


def _correct_related_zones(lines: list[Line]) -> list[Line]:
    """Clear `RELATED` in runs of lines that are sentences: a ranking or a guide, in a box whose name suggests links."""
    corrected: list[Line] = []
    for is_related, group in groupby(lines, lambda line: line.zone & (Zone.RELATED | Zone.COMMENTS) == Zone.RELATED):
        run = list(group)
        if is_related and _is_prose(run):
            run = [line._replace(zone=line.zone & ~Zone.RELATED) for line in run]
        corrected += run
    return corrected


def _is_prose(run: list[Line]) -> bool:
    total = text_length(run)
    if total < _MIN_PROSE or sum(line.link_chars for line in run) >= _MAX_LINK_SHARE * total:
        return False
    sentences = (line for line in run if len(line.text) >= _MIN_SENTENCE and line.text[-1] in FULL_STOPS)
    return text_length(sentences) >= _MIN_SENTENCE_SHARE * total


def text_length(lines: Iterable[Line]) -> int:
    """Characters of these lines."""
    return sum(len(line.text) for line in lines)


def normalize_space(text: str) -> str:
    """Collapse white space of every kind into single blanks and strip it from the ends; drop invisible characters."""
    if not text.isascii():
        for character in _INVISIBLE_CHARACTERS:
            text = text.replace(character, "")
    return " ".join(text.split())


def text_of(el: Element, most: int) -> str:
    """The text in an element, of at most so many characters before white space is collapsed."""
    return normalize_space("".join(map(str, el.itertext()))[:most])


def _read_head(tree: Element) -> DocumentHead:
    found: dict[str, list[Element]] = {"meta": [], "link": [], "title": [], "script": []}
    for el in tree.iter(*found):  # in one walk, which costs more than what is done with them
        found[el.tag].append(el)
    metas: dict[str, list[str]] = {}
    for el in found["meta"]:
        attributes: dict[str, str] = dict(el.items())  # type: ignore[arg-type]  # lxml-stubs: bytes too
        content = attributes.get("content")
        if content is None:
            continue
        content = normalize_space(content[:5000])
        for key in ("name", "property", "itemprop", "http-equiv"):
            if (name := attributes.get(key)) and not (key == "itemprop" and describes_other_work(el)):
                metas.setdefault(name.strip().lower()[:100], []).append(content)
    canonical_links = (el.get("href") for el in found["link"] if (el.get("rel") or "").lower() == "canonical")
    canonical = next((link for link in canonical_links if link is not None), None)
    title_el = next((el for el in found["title"] if getattr(el.getparent(), "tag", "") != "svg"), None)
    title = text_of(title_el, 2000) if title_el is not None else None
    scripts = tuple(
        el.text
        for el in found["script"]
        if "ld+json" in (el.get("type") or "").lower() and el.text and len(el.text) < 2_000_000
    )
    lang = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or tree.get("xml:lang")
    return DocumentHead(lang=lang, title=title or None, metas=metas, canonical=canonical, scripts=scripts)


def zone_of(el: Element) -> int:
    """The zones that an element opens by its own tag, class, id, role or style."""
    tag = el.tag
    zone = _ZONE_TAGS.get(tag, Zone.NONE)
    # All attributes in one call: to ask for each of those that matter takes twice the time.
    attributes: list[tuple[str, str]] = el.items()  # type: ignore[assignment]  # lxml-stubs: bytes too
    for attribute, value in attributes:
        if attribute == "class":
            zone |= _zone_of_names(value[:300])
            if tag == "table" and "infobox" in value:
                zone |= Zone.SHARE  # of a wiki; elsewhere an "info-box" may be a paragraph
        elif attribute == "id":
            # The id of a heading is made of its words ("h-what-is-social-shopping") and names no box.
            if tag not in _HEADINGS:
                zone |= _zone_of_names(value[:100])
        elif attribute not in _OTHER_ZONE_ATTRIBUTES:
            continue  # as most are, which is seen at once
        elif attribute == "role":
            zone |= _zone_of_names(value[:30])
        elif attribute == "itemprop":
            zone |= Zone.COMMENTS * (value in _REPLIES)
        elif (
            attribute == "hidden"
            or (attribute == "style" and _HIDDEN_STYLE.search(value[:300]))
            or (attribute == "aria-hidden" and tag in _INLINE and value == "true")
        ):
            zone |= Zone.HIDDEN
    return zone


@lru_cache(maxsize=_NAMES_KEPT)
def _zone_of_names(names: str) -> int:
    """The zones of the value of a class, id or role, by the words of each name alone and in pairs ("most-read", "mostRead").
    "p-0 list-none" is no "plist"."""
    if "-font-size" in names or "type-post" in names:
        names = _OF_WORDPRESS.sub("", names)
    zones, previous, by_word = 0, "", _ZONE_BY_WORD
    for part in _NAME_PARTS.findall(names):
        word = part.lower()
        if word in by_word:
            zones |= by_word[word]
        if previous + word in by_word:
            zones |= by_word[previous + word]
        previous = "" if part.isspace() else word
    return zones


def is_in_zone(el: Element, zones: int) -> bool:
    """Whether an element or one of its ancestors opens one of these zones."""
    return any(zone_of(node) & zones for node in takewhile(lambda node: node.tag != "body", with_ancestors(el)))


class _LineBuilder:
    """The lines finished so far and the parts of the current one."""

    __slots__ = ("lines", "link_chars", "parts")

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.parts: list[tuple[str, Element]] = []
        self.link_chars = 0

    def add_text(self, text: str, el: Element, in_link: bool) -> None:
        self.parts.append((text, el))
        if in_link:
            self.link_chars += len(text.strip())

    def end_line(self, block: Element, zone: int) -> None:
        parts = self.parts
        if not parts:
            return
        if len(parts) == 1:
            text = " ".join(parts[0][0].split())
        else:
            text = " ".join("".join([part for part, _ in parts]).split())
            parts = [part for part in parts if not part[0].isspace()]
        self.lines.append(Line(text, tuple(parts), block, min(self.link_chars, len(text)), zone, len(self.lines)))
        self.parts.clear()
        self.link_chars = 0


_OpenElement = tuple[Element, Element, int, bool]
"""An element whose children are being read: the element, its block, its zone, and whether it is in a link."""


def _read_lines(root: Element) -> list[Line]:
    """Walk the tree once, without recursion: a page may be nested to any depth."""
    builder = _LineBuilder()
    add_text, end_line, lines, parts = builder.add_text, builder.end_line, builder.lines, builder.parts
    # Names of the whole page are no evidence: "has-share-buttons".
    zone = zone_of(root) & ~Zone.HIDDEN & ~BOILERPLATE & ~Zone.SHARE
    el, block, in_link = root, root, False
    around: list[_OpenElement] = []
    if root.text and not root.text.isspace():
        add_text(root.text, root, False)
    child = root[0] if len(root) else None
    while len(lines) < MAX_LINES:
        if child is None:
            if parts and el.tag in BLOCKS:
                end_line(el, zone)
            if not around:
                break
            child = el
            el, block, zone, in_link = around.pop()
        else:
            tag = child.tag
            if tag not in INVISIBLE and (tag not in _SKIPPED_TAGS or _is_read(child, tag, len(around))):
                is_block = tag in BLOCKS
                if parts and (is_block or tag == "br"):
                    end_line(block, zone)
                is_in_link = in_link or tag == "a"
                if (text := child.text) and (parts or not text.isspace()):
                    add_text(text, child, is_in_link)
                if len(child) and len(around) < MAX_DEPTH - 1:
                    around.append((el, block, zone, in_link))
                    el, zone, in_link = child, zone | zone_of(child), is_in_link
                    block = child if is_block else block
                    child = child[0]
                    continue
                if is_block and parts:
                    end_line(child, zone | zone_of(child))
        if (tail := child.tail) and (parts or not tail.isspace()):
            add_text(tail, el, in_link)
        child = child.getnext()
    end_line(root, Zone.NONE)
    return lines


def _is_of_article(footer: Element) -> bool:
    """Whether a footer stands in an `article` and leads nowhere: it credits people."""
    return next(footer.iterancestors("article"), None) is not None and footer.find(".//a[@href]") is None


def _is_read(el: Element, tag: str, depth: int) -> bool:
    """Whether a menu or a footer is read."""
    if tag == "footer" and (depth >= _FOOTER_DEPTH or _is_of_article(el)):
        return True
    return _BREADCRUMB_CLASS.search(el.get("class", "")) is not None
