"""The boxes of one page with what they hold, and the elements that name somebody: what `repeats` compares over a source's pages.

Pure. Lines are kept as checksums of their letters: a page has hundreds of boxes, and only whether lines are equal matters.
"""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from zlib import crc32

from lxml import etree
from lxml.etree import _Element as Element

from db.text.repeated_lines import line_key
from pipelines.experiments.page_candidates import MOST_ELEMENTS, STABLE, selectors_of
from pipelines.extraction.page.document import BLOCKS, normalize_space
from pipelines.html_tree import parse_html

MOST_LINES = 40
"""Lines of a box that may be furniture: a list of teasers or a menu has more, and is seldom in a text."""
_MOST_TEXT = 200
"""Characters of an element that may name somebody."""
_UNSEEN = frozenset(("script", "style", "template", "noscript"))
_TELLING_TAGS = frozenset(("aside", "footer", "address", "details", "dialog"))
"""Tags that say by themselves what a box is."""
_TELLING_ATTRIBUTES = ("aria-label", "data-component", "data-testid", "data-module", "data-type", "data-name")
_MOST_CLASSES = 5
"""Classes of an element that are combined in pairs."""
_TITLE_TAGS = frozenset(("h1", "h2"))
_TITLE_METAS = ("og:title", "twitter:title")
_TITLE_HINT = re.compile(r"title|headline|heading", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedElement:
    """An element that a selector finds once on its page, and its text. `attribute`: where that is, if not within it."""

    css: str
    text: str
    attribute: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageBoxes:
    """What one page has. `boxes`: by selector, the checksums of the lines in all elements that it finds, packed into bytes because
    there are many; None if these are more than a box has.

    `titles`: elements that may be the headline. `named`: by field, elements with the name that most articles have there.
    """

    boxes: Mapping[str, bytes | None] = field(default_factory=dict)
    titles: tuple[NamedElement, ...] = ()
    named: Mapping[str, tuple[NamedElement, ...]] = field(default_factory=dict)

    def lines_of(self, css: str) -> frozenset[int] | None:
        """The checksums of the lines that a selector finds; None if they are many."""
        packed = self.boxes.get(css, b"")
        return None if packed is None else frozenset(memoryview(packed).cast("I"))


def line_checksum(line: str) -> int:
    """The same for lines with the same letters and digits."""
    return crc32(line_key(line).encode())


def boxes_of_page(html: str, names: Mapping[str, str]) -> PageBoxes:
    """Look at a page. `names`: by field, the name whose elements are looked for."""
    tree = parse_html(html)
    if tree is None:
        return PageBoxes()
    lines, ranges = _lines_and_boxes(tree)
    checksums = [line_checksum(line) for line in lines]
    boxes: dict[str, set[int] | None] = {}
    texts: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    tags: dict[tuple[str, str | None], str] = {}
    for element, (start, end) in ranges.items():
        is_block = element.tag in BLOCKS
        shown = " ".join(lines[start:end]) if is_block and end - start <= 3 else None
        if not is_block:
            shown = normalize_space("".join(map(str, element.itertext()))[: 2 * _MOST_TEXT])
        for css in box_selectors(element):
            if is_block:
                found = boxes.setdefault(css, set())
                if found is not None:
                    found.update(checksums[start:end])
                    if end - start > MOST_LINES or len(found) > MOST_LINES:
                        boxes[css] = None
            if shown:
                texts[css, None].append(shown)
                tags[css, None] = str(element.tag)
    for element in tree.iter("meta"):
        for css in selectors_of(element):
            texts[css, "content"].append(normalize_space(element.get("content") or ""))
            tags[css, "content"] = "meta"
    if (title := tree.findtext(".//head/title")) is not None:
        texts["title", None].append(normalize_space(title))
        tags["title", None] = "title"
    once = [
        NamedElement(css=css, attribute=attribute, text=of[0])
        for (css, attribute), of in texts.items()
        if len(of) == 1 and 0 < len(of[0]) <= _MOST_TEXT
    ]
    return PageBoxes(
        boxes={
            css: None if of is None else array("I", sorted(of)).tobytes() for css, of in boxes.items() if of != set()
        },
        titles=tuple(one for one in once if _may_be_title(one, tags[one.css, one.attribute])),
        named={name: tuple(_naming(once, value)) for name, value in names.items()},
    )


def _naming(elements: Iterable[NamedElement], value: str) -> Iterator[NamedElement]:
    """The elements that hold a name, and little more."""
    key = line_key(value)
    for one in elements:
        if key in line_key(one.text) and len(one.text) <= 3 * len(value) + 20:
            yield one


def _may_be_title(one: NamedElement, tag: str) -> bool:
    if tag == "title":
        return True
    if tag == "meta":
        return any(name in one.css for name in _TITLE_METAS)
    return tag in _TITLE_TAGS or _TITLE_HINT.search(one.css) is not None


def box_selectors(element: Element) -> list[str]:
    """Selectors that may find a box on other pages, too: by one class or two, its id, its microdata, what else says what it is."""
    found = selectors_of(element)
    tag = str(element.tag)
    classes = [name for name in (element.get("class") or "").split()[:_MOST_CLASSES] if STABLE.fullmatch(name)]
    found += [f"{tag}.{one}.{other}" for one, other in combinations(classes, 2)]
    for name in _TELLING_ATTRIBUTES:
        if (value := element.get(name, "")) and STABLE.fullmatch(value):
            found.append(f'{tag}[{name}="{value}"]')
    if tag in _TELLING_TAGS or tag in _TITLE_TAGS:
        found.append(tag)
    return found


def _lines_and_boxes(tree: Element) -> tuple[list[str], dict[Element, tuple[int, int]]]:
    """The lines of a page, and for each element the first of its lines and the one after its last."""
    lines: list[str] = []
    parts: list[str] = []
    ranges: dict[Element, tuple[int, int]] = {}

    def end_line() -> None:
        if (line := normalize_space("".join(parts))) != "":
            lines.append(line)
        parts.clear()

    walk = etree.iterwalk(tree, events=("start", "end"))
    for seen, (event, element) in enumerate(walk):
        if seen > 2 * MOST_ELEMENTS:
            break
        breaks = element.tag in BLOCKS or element.tag == "br"
        if breaks:
            end_line()
        if event == "start":
            ranges[element] = (len(lines), len(lines))
            if element.tag in _UNSEEN or element.tag == "head":
                walk.skip_subtree()
            elif element.text:
                parts.append(element.text)
        else:
            ranges[element] = (ranges[element][0], len(lines))
            if element.tail:
                parts.append(element.tail)
    end_line()
    return lines, ranges
