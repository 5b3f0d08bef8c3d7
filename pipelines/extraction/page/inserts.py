"""Boxes between the paragraphs of a text that are none of it: what is offered on the way ("Join our channel").

No words tell them, since each outlet has its own. The form does: a box of its own among paragraphs that stand side by side, in it
a short line or two that end like a heading and are none; a heading counts where a link or such a line stands below it. So do a
button or a field in a box with little text, a sentence or two above a link that stands by itself, and the same box in several
places; below the box of the text, a note in italics; among boxes that are alike and hold the text, one of another kind with a
heading and a line or two. Of a box of points above the first paragraph, the heading alone is none of the text ("Key points").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence, Set

from lxml.etree import _Element as Element

from pipelines.extraction.page.document import Line, text_length
from pipelines.extraction.page.headings import BOLD, ITALIC, heading_level, is_set_in
from pipelines.extraction.page.tree import class_pattern, is_called, with_ancestors
from pipelines.extraction.text.writing import PARAGRAPH_ENDS, words

_MIN_PARAGRAPHS = 3
"""Paragraphs side by side from which their element is the text, and a box among them an insert."""
_LONGEST = 64
"""Characters of each line of an insert. Longer ones may be what a template sets off of the text: its points, a quotation."""
_TEXT_ENDS = PARAGRAPH_ENDS | frozenset(":：")
_MIN_ALIKE, _LONGEST_BETWEEN = 2, 160
"""Boxes beside each other that hold parts of a text, and characters of a box of another kind among them."""
_MOST, _MOST_LINES = 4, 2
"""Inserts of a page, and lines of each without a link; more are what the page is made of: a table, the names of what it lists."""
_LONGEST_OFFER = 400
"""Characters of a box with a button or a field, which is filled in or pressed, not read."""
_LONGEST_CALL = 30
"""Characters of a link that calls on the reader to press it."""
_SHORTEST_REPEATED = 24
"""Characters of a box that stands in several places; shorter ones label what follows: "Pros"."""
_UNFOLDING = words("aria-expanded aria-controls")
_LEVELS = 6
"""Boxes around a button or a picture that hold it."""
_BOXES = words("div section aside")
"""Elements that may be an insert."""
_TEXT_TAGS = words("dl table blockquote pre code")
_ITEMS = words("li dt dd td th")
_TEXT_NAMES = class_pattern("headline", "subtitle", "kicker", "quotation", "other_content")
"""What boxes around a heading or a quotation are called."""


def boxes_of_controls(tree: Element) -> Set[Element]:
    """The boxes with a field or a button, but for one that unfolds an answer, and without a picture, whose buttons show it."""
    controls = [el for el in tree.iter("button", "input") if not _UNFOLDING.intersection(el.keys())]
    parts = controls, tree.iter("figure", "picture", "img") if controls else ()
    of_controls, of_pictures = ({box for el in some for box in with_ancestors(el, _LEVELS)} for some in parts)
    return of_controls - of_pictures


def find_inserts(lines: Sequence[Line], with_controls: Set[Element]) -> list[Element]:
    """The inserts that hold some of these lines, which are of one tree, and the headings of points above the text.

    `with_controls` are boxes of that tree.
    """
    paragraphs = Counter(line.block.getparent() for line in lines if line.block.tag == "p" and _is_sentence(line))
    texts = {el for el, count in paragraphs.items() if count >= _MIN_PARAGRAPHS}
    series = _boxes_alike(box for box in paragraphs if box is not None and box.getparent() not in texts)
    around = {outer for el in (*texts, *series) for outer in with_ancestors(el)} - series
    opening: dict[Element, list[Line]] = {}
    boxes: dict[Element, list[Line]] = {}
    below: dict[Element, list[Line]] = {}
    begun: set[Element | None] = set()
    for line in lines if texts or series else ():
        box = next(
            (el for some in (texts, around) for el in with_ancestors(line.block) if el.getparent() in some), None
        )
        if box is None:
            continue
        is_begun, is_in_text = box.getparent() in begun, box.getparent() in texts
        if (box.tag == "p" and is_in_text) or box in series:
            begun.update(with_ancestors(box))
        elif box.tag in _BOXES and (is_begun or is_in_text or not begun):
            kind = opening if not is_begun else boxes if is_in_text else below
            kind.setdefault(box, []).append(line)
    said = {box: (box.tag, box.get("class"), *(line.text for line in held)) for box, held in boxes.items()}
    times = Counter(said.values())
    repeated = [box for box, held in boxes.items() if times[said[box]] > 1 and text_length(held) >= _SHORTEST_REPEATED]
    offers = [box for box, held in boxes.items() if box in with_controls and text_length(held) <= _LONGEST_OFFER]
    inserts = [box for box, held in boxes.items() if _is_insert(box, held)]
    calls = [box for box, held in boxes.items() if _is_offer(box, held) and box not in inserts]
    among = {box for box in below if any(el in series for el in box.itersiblings())}
    notes = [
        box
        for box, held in below.items()
        if _is_offer(box, held) or (_is_between(box, held, with_controls) if box in among else _is_slanted(box, held))
    ]
    labels = [held[0].block for box, held in opening.items() if _is_label_of_points(box, held)]
    few = (some for some in (offers, inserts, calls, notes) if len(some) <= _MOST)
    return [box for found in (labels, repeated, *few) for box in found]


def _boxes_alike(boxes: Iterable[Element]) -> Set[Element]:
    """Of boxes that hold sentences, those with a name that stand beside others of it: a system sets each part of a text in one."""
    named = [box for box in boxes if box.tag in _BOXES and box.get("class")]
    times = Counter(map(_place_of, named))
    return {box for box in named if times[_place_of(box)] >= _MIN_ALIKE}


def _place_of(box: Element) -> tuple[Element | None, str, str | None]:
    return (box.getparent(), box.tag, box.get("class"))


def _is_between(box: Element, held: Sequence[Line], with_controls: Set[Element]) -> bool:
    """Whether a box of another kind among boxes that are alike has a heading and a line or two, or a button or field."""
    is_headed = heading_level(held[0]) > 0 and not all(map(heading_level, held)) and len(held) <= _MOST_LINES + 1
    is_short = text_length(held) <= _LONGEST_BETWEEN and all(el.tag not in _TEXT_TAGS for el in box.iter())
    return is_short and (is_headed or box in with_controls)


def _is_label_of_points(box: Element, held: Sequence[Line]) -> bool:
    """Whether a box with a name holds a list, the items of which may be cut already, and above it a heading that is no sentence."""
    label, *points = held
    if not box.get("class") or next(box.iter("ul", "ol"), None) is None:
        return False
    is_label = (heading_level(label) > 0 or is_set_in(label, BOLD)) and not _is_text(label)
    return is_label and all(line.block.tag == "li" for line in points)


def _is_insert(box: Element, held: Sequence[Line]) -> bool:
    """Whether a box among paragraphs holds short lines without the end of a sentence alone, and links."""
    shown = [line for line in held if not line.is_link]
    if len(shown) > _MOST_LINES or any(map(_is_text, shown)):
        return False
    if all(heading_level(line) or is_set_in(line, BOLD) for line in shown) and len(shown) == len(held):
        return False
    return not is_called(box, _TEXT_NAMES) and all(el.tag not in _TEXT_TAGS for el in box.iter())


def _is_offer(box: Element, held: Sequence[Line]) -> bool:
    """Whether a box with a name of its own says a little and then leads elsewhere, with a link on a line by itself that is no
    headline: "Our members make this possible.", "Become a member"."""
    links = [line for line in held if line.is_link]
    return (
        bool(box.get("class"))
        and len(links) == 1
        and len(held) > 1
        and held[0] is not links[0]
        and not heading_level(held[0])
        and len(links[0].text) <= _LONGEST_CALL
        and text_length(held) <= _LONGEST_OFFER
        and not is_called(box, _TEXT_NAMES)
        and all(el.tag not in _TEXT_TAGS for el in box.iter())
    )


def _is_slanted(box: Element, held: Sequence[Line]) -> bool:
    """Whether a box below the one that holds the text is a note in italics."""
    return (
        text_length(held) <= _LONGEST_OFFER
        and not is_called(box, _TEXT_NAMES)
        and all(is_set_in(line, ITALIC) and line.block.tag not in _ITEMS for line in held)
    )


def _is_text(line: Line) -> bool:
    return len(line.text) > _LONGEST or line.block.tag in _ITEMS or _is_sentence(line)


def _is_sentence(line: Line) -> bool:
    return line.text[-1] in _TEXT_ENDS
