"""The headline of a page that states none: old templates and news systems whose `<title>` is the site's or says 新闻详情.

It is the page's only heading, if its title is a short form of that. On Chinese and Japanese pages it is a line above that of the
date or the byline, with text below: one that is set apart (a lower heading, centred, bold, or called a title), or else the nearest
that is as long as a headline. Others state their titles.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from pipelines.extraction.page.class_names import class_pattern
from pipelines.extraction.page.document import BOILERPLATE, Document, Line, Zone
from pipelines.extraction.page.headings import heading_level
from pipelines.extraction.page.main_content import is_date_line
from pipelines.extraction.text.date_parser import find_stamps
from pipelines.extraction.text.titles import plain

_CJK = re.compile(r"[\u3400-\u9fff]{4}")
_TITLE_CLASS = class_pattern("headline")
_CENTRED = re.compile(r"text-align\s?:\s?center", re.I)
_SHORTEST, _LONGEST = 6, 60
_SHORTEST_PLAIN = 9
"""Characters from which a line that nothing sets apart may be the headline: a shorter one may be a name or a button."""
_BYLINE = re.compile(r"[□■◎○●◆▲]?\s?(?:\S{1,8})?[记記]者[\s：:]{0,2}[\u3400-\u9fff·、\s]{2,20}")
_LABELLED = re.compile(r"(?:^|\s)(?:作\s?者|来\s?源|來\s?源|编\s?辑|編\s?輯)\s?[：:]")
_ABOVE_DATE = 3
"""Lines above that of the date among which the headline is."""
_TEXT_BELOW, _PARAGRAPH = 5, 40
"""Lines below that of the date among which the text begins, and characters of a line of text."""
_MOST_LINES = 400


def lone_heading(document: Document, stated: Sequence[tuple[str, str]], own: Set[str]) -> Line | None:
    """The only heading of a page that states nothing but a shorter `<title>`. `stated` are titles and how they were found, `own`
    the names of the site."""
    lines = [
        line
        for line in document.lines
        if heading_level(line) and not line.zone & (BOILERPLATE | Zone.HIDDEN) and plain(line.text) not in own
    ]
    if len(lines) != 1 or any(by != "title" or len(title) >= len(lines[0].text) for title, by in stated):
        return None
    return lines[0]


def undeclared_headline(document: Document) -> Line | None:
    """The line that stands where a headline does; None where no line is set apart above a date."""
    lines = document.lines[:_MOST_LINES]
    for at, dated in enumerate(lines):
        if dated.zone & (BOILERPLATE | Zone.HIDDEN) or len(dated.text) > _LONGEST or not _is_below_headline(dated.text):
            continue
        if not any(len(line.text) >= _PARAGRAPH for line in lines[at + 1 : at + 1 + _TEXT_BELOW]):
            continue
        above = [line for line in reversed(lines[max(0, at - _ABOVE_DATE) : at]) if _may_be_headline(line)]
        for line in above:
            if _is_set_apart(line):
                return line
        for line in above:
            if len(line.text) >= _SHORTEST_PLAIN:
                return line
    return None


def _is_below_headline(text: str) -> bool:
    """Whether a line says when or by whom: in papers' digital pages the day stands at the top of the page."""
    if is_date_line(text) or _BYLINE.fullmatch(text):
        return True
    return _LABELLED.search(text) is not None and bool(find_stamps(text))


def _may_be_headline(line: Line) -> bool:
    return (
        _SHORTEST <= len(line.text) <= _LONGEST
        and not line.zone & (BOILERPLATE | Zone.HIDDEN)
        and line.link_chars * 2 < len(line.text)
        and _CJK.search(line.text) is not None
        and not is_date_line(line.text)
        and not re.search(r"[：:。]\s?$|[:：].{0,20}[:：]", line.text)
    )


def _is_set_apart(line: Line) -> bool:
    block = line.block
    if heading_level(line) or block.get("align") == "center" or _CENTRED.search(block.get("style", "")[:200]):
        return True
    called = " ".join(el.get("class", "")[:100] for el in (block, line.parts[0][1]))
    return _TITLE_CLASS.search(called) is not None or all(
        el.tag in ("b", "strong") for part, el in line.parts if part.strip()
    )
