"""Where an element stands in the tree of its page, and what it and the boxes around it are called.

What is asked of all lines goes up by `getparent`: iterators over the ancestors take two to five times as long. What the names in
`class` and `id` say a box holds is in `class_names.toml`, which also says how a name counts.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import lru_cache
from importlib.resources import files
from itertools import islice

from lxml.etree import _Element as Element

from pipelines.extraction.languages.loader import by_first_letter
from pipelines.extraction.text.writing import words

_NAMES = tomllib.loads(files(__package__).joinpath("class_names.toml").read_text("utf-8"))
ZONE_NAMES: Mapping[str, Sequence[str]] = _NAMES["zones"]
"""The names of boxes around the article, by zone."""


class ClassPattern:
    """An expression for names of boxes that remembers what it was asked: the lines of a page stand in the same boxes.

    One for lower case is asked for names in it (`folds_case`): `re` finds the beginnings of all alternatives at once, but not where
    it has to fold their case itself.
    """

    __slots__ = ("_folds_case", "expression", "finds")

    def __init__(self, expression: re.Pattern[str], *, folds_case: bool = False) -> None:
        self.expression, self._folds_case = expression, folds_case
        # A cache of its own: as part of a key, an expression is hashed each time, which takes longer than a search.
        self.finds = lru_cache(_NAMES_KEPT)(self._finds)

    def _finds(self, names: str) -> bool:
        return self.expression.search(names.lower() if self._folds_case else names) is not None


_NAMES_KEPT = 1024
"""Names of boxes whose answers each pattern keeps; a page has 160 on average."""


def class_pattern(*kinds: str) -> ClassPattern:
    """What finds the names of some kinds. Case does not matter. KeyError for a kind that the file does not have."""
    names = [name.replace("-", "[-_]{0,2}") for kind in kinds for name in _NAMES[kind]]
    parts = by_first_letter(name for name in names if name[0] != "=")
    whole = by_first_letter(name[1:] for name in names if name[0] == "=")
    words = whole and rf"(?:^|[\s_-])(?:{whole})(?=$|[\s_-])"
    return ClassPattern(re.compile("|".join(filter(None, (parts, words)))), folds_case=True)


_LIST_TAGS = words("li ul ol dl dt dd")
_OF_ARTICLE = words("article main")
_MAX_LIST_DEPTH = 8
_OTHER_WORK_PROPERTIES = words("citation comment review itemlistelement haspart isrelatedto mentions")
_MAX_WORK_DEPTH = 12
QUOTED = class_pattern("quotation")
_OTHER_CONTENT = class_pattern("quotation", "other_content")
"""Boxes of something else than the article: a quotation, a picture, a comment, another story."""


def with_ancestors(el: Element | None, levels: int = sys.maxsize) -> Iterator[Element]:
    """An element and its ancestors, from the inside out; at most `levels` elements in all."""
    while el is not None and levels:
        yield el
        el, levels = el.getparent(), levels - 1


def nearest(el: Element | None, tags: Set[str], levels: int = sys.maxsize) -> Element | None:
    """The first with one of these tags of an element and its ancestors; of `levels` elements in all, from the inside out."""
    while el is not None and levels and el.tag not in tags:
        el, levels = el.getparent(), levels - 1
    return el if levels else None


def names_of(el: Element) -> str:
    """What an element is called by its class and id, as far as patterns look."""
    return f"{el.get('class', '')[:200]} {el.get('id', '')[:80]}"


def is_called(el: Element | None, names: ClassPattern, levels: int = 1) -> bool:
    """Whether an element, or a box around it among `levels` from the inside out, is called so."""
    while el is not None and levels:
        if names.finds(names_of(el)):
            return True
        el, levels = el.getparent(), levels - 1
    return False


def belongs_to_other_content(el: Element | None, names: ClassPattern = _OTHER_CONTENT) -> bool:
    """Whether an element belongs to a quotation, a picture, a comment or another article. The box of the article's own headline,
    a "newsletter-post", does not count."""
    return any(
        node.tag in ("blockquote", "figure", "figcaption")
        or (names.finds(names_of(node)) and next(node.iter("h1"), None) is None)
        for node in with_ancestors(el, 4)
    )


def is_alone_with_picture(el: Element) -> bool:
    """Whether the text of an element is all that it or its box holds beside a picture: a caption, or whose the picture is."""
    box = el if (parent := el.getparent()) is None or next(el.iter("img", "picture"), None) is not None else parent
    if next(box.iter("img", "picture"), None) is None:
        return False
    return "".join(map(str, box.itertext())).split() == "".join(map(str, el.itertext())).split()


def is_inside(el: Element | None, box: Element | None) -> bool:
    """Whether an element is a box or stands in it."""
    while el is not None and el is not box:
        el = el.getparent()
    return el is not None


def is_in_site_header(el: Element, headline: Element) -> bool:
    """Whether an element stands in a `header` that the article is no part of."""
    boxes = list(with_ancestors(el))
    header = nearest(el, {"header"})
    return header is not None and not is_inside(headline, header) and all(box.tag not in _OF_ARTICLE for box in boxes)


def link_around(el: Element | None, levels: int) -> Element | None:
    """The `a` that an element is or stands in, among `levels` elements from the inside out."""
    return nearest(el, {"a"}, levels)


def target_of(el: Element | None, levels: int) -> str:
    """The address of the link that an element is or stands in; "" where there is none."""
    link = link_around(el, levels)
    return (link.get("href") or "") if link is not None else ""


def container_of(block: Element) -> Element | None:
    """The nearest ancestor that is no part of a list; below nine lists or more, the ninth ancestor."""
    box, levels = block.getparent(), _MAX_LIST_DEPTH
    while box is not None and levels and box.tag in _LIST_TAGS:
        box, levels = box.getparent(), levels - 1
    return box


def describes_other_work(el: Element) -> bool:
    """Whether an element of microdata describes a work that the page lists or cites (schema.org/citation and the like)."""
    for node in islice(el.iterancestors(), _MAX_WORK_DEPTH):
        if node.tag == "body":
            return False
        if (node.get("itemprop") or "").strip().lower() in _OTHER_WORK_PROPERTIES:
            return True
    return False


_TYPED_BREAK = re.compile(r"[。！？…”]\n[^\s<]")
"""A break behind a sentence in a script without spaces, where the source of a page is seldom broken."""
_LEAST_TYPED = 3


def break_typed_lines(tree: Element, html: str) -> None:
    """Set line breaks in texts that are shown as they were typed (`white-space: pre-line`): each of their lines ends a sentence.
    `html` is what the tree was parsed from."""
    if "。" not in html or not _TYPED_BREAK.search(html):
        return
    for el in tree.iter("span", "div", "p"):
        if el.text and _TYPED_BREAK.search(el.text):
            lines = [line.strip() for line in el.text.split("\n") if line.strip()]
            if len(lines) >= _LEAST_TYPED and all(line[-1] in "。！？…”" for line in lines[:-1]):
                el.text = lines[0]
                for at, line in enumerate(lines[1:]):
                    el.insert(at, el.makeelement("br"))
                    el[at].tail = line


def open_shadow_roots(tree: Element, html: str) -> None:
    """Make boxes of the templates that a browser shows where they stand: declarative shadow roots, which saved pages have too."""
    if "shadowroot" in html:
        for el in tree.iter("template"):
            if "shadowrootmode" in el.attrib or "shadowroot" in el.attrib:
                el.tag = "div"
