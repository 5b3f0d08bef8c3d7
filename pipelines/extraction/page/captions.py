"""Lines of the main content that are captions and credits of its pictures."""

from __future__ import annotations

import re
from collections.abc import Set
from itertools import repeat, takewhile

from lxml.etree import _Element as Element

from pipelines.extraction.page.document import Line
from pipelines.extraction.page.tree import class_pattern, is_alone_with_picture, is_called, nearest, with_ancestors

_PICTURE_CLASS, _CAPTION_CLASS = class_pattern("picture"), class_pattern("caption")
_CAPTION_OR_CREDIT = class_pattern("caption", "quotation")
_MAX_CAPTIONS = 2
_PICTURE_CREDIT = re.compile(r"(?:[^:：=/©|(（]{0,40}[:：=/©|].{1,60}|[(（][^()（）]{2,60}[)）])(?<![.!?。！？।])")
"""A label or a slash before whose a picture is, in any language: "Photo: City", "(Archive)", "A. Holt / Agency"."""
_LONGEST_CAPTION, _MAX_PICTURE_CELLS = 240, 4
"""Characters of a caption in a table with its picture, and cells of such a table, empty ones among them."""


def boxes_of_pictures(tree: Element) -> Set[Element]:
    """The elements of a tree that hold a picture."""
    boxes: set[Element] = set()
    for picture in tree.iter("img", "picture"):
        boxes.update(takewhile(lambda box: box not in boxes, with_ancestors(picture.getparent())))
    return boxes


def is_caption(line: Line, pictured: Set[Element]) -> bool:
    """Whether a line is alone in a box that is named for pictures and holds one, is named for a caption beside one, holds nothing
    but what is named so and stands below one, stands below one in a table, or is all that a box holds beside one and no sentence,
    but says whose it is. `pictured` are the boxes of its tree that held a picture, though it may have been removed."""
    parent = line.block.getparent()
    if line.block.tag == "td":
        return _is_picture_table(line)
    if parent not in pictured or line.block.tag not in ("p", "div", "span", "h5", "h6") or parent is None:
        return False
    if _is_named_caption(line) and (above := line.block.getprevious()) is not None:
        return next(above.iter("img", "picture"), None) is not None
    if parent.tag != "figure" and _PICTURE_CREDIT.fullmatch(line.text) and is_alone_with_picture(line.block):
        return next(line.block.iter("img", "picture"), None) is None  # else the picture would go with it
    if not is_called(line.block, _CAPTION_CLASS) and not is_called(parent, _PICTURE_CLASS):
        return False
    return next(parent.iter("img", "picture"), None) is not None and len(parent.findall("p")) <= _MAX_CAPTIONS


def _is_named_caption(line: Line) -> bool:
    """Whether all words of a line stand in elements within it that are named for a caption or its credit."""
    inner = [el for text, el in line.parts if text.strip()]
    named = [is_called(el, _CAPTION_CLASS) for el in inner if el is not line.block]
    return any(named) and all(map(is_called, inner, repeat(_CAPTION_OR_CREDIT)))


def _is_picture_table(line: Line) -> bool:
    """Whether a cell stands in a table that sets a picture and a caption in cells of their own, and nothing else."""
    table = nearest(line.block, {"table"})
    if len(line.text) > _LONGEST_CAPTION or table is None or next(table.iter("img"), None) is None:
        return False
    cells = [*table.iter("td")]
    if not 1 < len(cells) <= _MAX_PICTURE_CELLS:
        return False
    (longest, *others) = sorted((len("".join(map(str, cell.itertext())).strip()) for cell in cells), reverse=True)
    return longest <= _LONGEST_CAPTION and not any(others)
