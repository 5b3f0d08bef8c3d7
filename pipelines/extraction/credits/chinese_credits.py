"""Chinese credits: who wrote, edited and checked an article, where it was taken from. Read from lines, never from prose.

A credit is a label and names: 责任编辑：张玉, [作者: 刘满仓 责任编辑: 杨丹宇], 编辑｜周褶褶, （记者叶婉）. The label
may be padded (编 辑), stand on
a line of its own above the names, or share a line with others; names are divided by blanks, 、, / or |, and a name of two
characters may be padded (方 敏). The photographer's credit ends in 摄 and is none of ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import takewhile, zip_longest

from pipelines.extraction.credits.chinese_labels import LABEL, PRODUCTION, kind_of, labels_in
from pipelines.extraction.credits.labelled_names import split_names
from pipelines.extraction.credits.original_source import is_organ, signature
from pipelines.extraction.credits.outlet_names import (
    BLANKS,
    DISCLAIMER,
    EDGE,
    PHOTO,
    SIMPLIFIED,
    by_picture,
    clean_house,
    short_lines,
)
from pipelines.extraction.credits.reporter_lines import reporters_of
from pipelines.extraction.page.document import Line, Zone
from pipelines.extraction.page.layout import Layout


@dataclass(slots=True)
class Credits:
    """The credits of one page. Lists keep the order of the page."""

    authors: list[str] = field(default_factory=list)
    editors: list[str] = field(default_factory=list)
    proofreaders: list[str] = field(default_factory=list)
    source: str | None = None
    original_source: str | None = None
    second_source: bool = False
    """Whether `original_source` stands after the word for a source, not for taking over: it is the source where no other is."""
    lines: set[int] = field(default_factory=set)
    """Rows of lines that are credits and nothing else: they are not text."""


def read_credits(layout: Layout) -> Credits:
    """Read the Chinese credits around an article. Header first, so its source beats that of the tail."""
    credits = Credits()
    first = layout.paragraphs[0].row if layout.paragraphs else None
    above = [line for line in layout.header if first is None or line.row < first]
    # A line of several credits has the length of a paragraph: it is the head of the text all the same.
    opening = list(takewhile(_opens, layout.inside))
    inside = [line for line in short_lines(layout.inside[len(opening) :]) if not by_picture(line)]
    groups = ([*above, *opening], inside, layout.tail)
    for place, lines in enumerate(groups):
        _read_labelled(list(lines), credits, header=place == 0)
    for place, lines in enumerate((layout.header, layout.inside[:6], short_lines(layout.inside[-8:]), layout.tail)):
        for at, line in enumerate(lines):
            names, alone = reporters_of(line, opening=place == 1 and at < 2)
            if names and alone:
                credits.lines.add(line.row)
            credits.authors.extend(name for name in names if name not in credits.authors)
    _read_signature(layout, credits)
    return credits


def _opens(line: Line) -> bool:
    """Whether a line at the beginning of the text has credits."""
    return (
        bool(short_lines([line])) and not by_picture(line) and LABEL.search(line.text.translate(SIMPLIFIED)) is not None
    )


_BEFORE = " 　\u2003[【(（|｜:：/／"
"""What a label without a colon may follow."""


def _read_labelled(lines: list[Line], credits: Credits, *, header: bool) -> None:
    for at, line in enumerate(lines):
        if len(line.text) > 160:
            continue
        text = EDGE.join([part.strip() for part, _ in line.parts]).translate(BLANKS)
        folded = text.translate(SIMPLIFIED)
        if line.zone & (Zone.COMMENTS | Zone.NAV | Zone.HIDDEN) or DISCLAIMER.search(folded):
            continue
        if not header and PRODUCTION.match(folded):
            credits.lines.add(line.row)
        marks = labels_in(folded)
        for mark, following in zip_longest(marks, marks[1:]):
            kind = kind_of(mark)
            if kind == "other":
                continue
            if not mark.groupdict().get("sep", ":") and mark.start() > 0 and text[mark.start() - 1] not in _BEFORE:
                continue
            value = text[mark.end() : following.start() if following else len(text)]
            is_link = folded[: mark.start()].rstrip(_BEFORE[:3]).endswith("[")  # 参见[编辑]: to change the page
            if not value.strip(" 　\u2003:：|｜丨/") and following is None and at + 1 < len(lines) and not is_link:
                value = _value_below(lines, at + 1)
            if PHOTO.search(value.strip()) and kind == "authors":
                continue
            lent = mark[0][0] in "转摘"
            taken = _take(kind, value, credits, header=header, at_start=mark.start() < 4, lent=lent)
            if taken and marks[0].start() < 4:
                credits.lines.add(line.row)


def _value_below(lines: list[Line], at: int) -> str:
    text = EDGE.join([part.strip() for part, _ in lines[at].parts]).translate(BLANKS).lstrip(" 　\u2003:：|｜/")
    labelled = LABEL.search(text.translate(SIMPLIFIED))
    return text if len(text) <= 40 and lines[at].row == lines[at - 1].row + 1 and not labelled else ""


def _take(kind: str, value: str, credits: Credits, *, header: bool, at_start: bool, lent: bool) -> bool:
    """Keep what a label credits; whether it was anything. A source in the tail must begin its line; `lent` is one behind 转自."""
    if kind == "source":
        house = clean_house(value)
        if not house:
            return False
        if credits.source is None and header:
            credits.source = house
        elif at_start and not header and house != credits.source and credits.original_source is None:
            credits.original_source, credits.second_source = house, not lent
        return at_start
    names = split_names(value)
    bucket: list[str] = getattr(credits, kind)
    bucket.extend(name for name in names if name not in bucket)
    return bool(names)


def _read_signature(layout: Layout, credits: Credits) -> None:
    """（郭旭） at the end of the last paragraph: who wrote it, where nobody else is named."""
    who = signature(layout)
    if who and not is_organ(who) and len(who) <= 4 and not credits.authors:
        credits.authors.append(who)
