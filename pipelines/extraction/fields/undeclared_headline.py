"""The headline of a page that states none: old templates and news systems whose `<title>` is the site's or says 新闻详情.

On pages of East Asia it is a line above that of the date or the byline, with text below: the nearest that is as long as a
headline. Others state their titles, or print them as a heading there.
"""

from __future__ import annotations

import re

from pipelines.extraction.page.document import UNREAD, Document, Line
from pipelines.extraction.page.headings import heading_level
from pipelines.extraction.page.main_content import is_date_line
from pipelines.extraction.text.date_parser import find_stamps

_CJK = re.compile(r"[\u3400-\u9fff\uac00-\ud7af]{4}")
_SHORTEST, _LONGEST = 9, 60
"""Characters of a headline: a shorter line may be a name or a button."""
_LONGEST_HEADING = 200
_BYLINE = re.compile(r"[□■◎○●◆▲]?\s?(?:\S{1,8})?[记記]者[\s：:]{0,2}[\u3400-\u9fff·、\s]{2,20}")
_ABOVE_DATE = 3
"""Lines above that of the date among which the headline is."""
_TEXT_BELOW, _PARAGRAPH = 5, 40
"""Lines below that of the date among which the text begins, and characters of a line of text."""
_MOST_LINES = 400


def undeclared_headline(document: Document, *, is_heading: bool = False) -> Line | None:
    """The line that stands where a headline does; None where there is none above a date. `is_heading` looks for a heading in any
    language, of a page that states no title at all."""
    lines = document.lines[:_MOST_LINES]
    for at, dated in enumerate(lines):
        if dated.zone & UNREAD or len(dated.text) > _LONGEST or not _is_below_headline(dated.text):
            continue
        if not any(len(line.text) >= _PARAGRAPH for line in lines[at + 1 : at + 1 + _TEXT_BELOW]):
            continue
        for line in reversed(lines[max(0, at - _ABOVE_DATE) : at]):
            if _is_heading(line) if is_heading else _may_be_headline(line):
                return line
    return None


def _is_below_headline(text: str) -> bool:
    """Whether a line says when or by whom: in papers' digital pages the day stands at the top of the page."""
    return bool(find_stamps(text)) or _BYLINE.fullmatch(text) is not None


def _is_heading(line: Line) -> bool:
    return bool(heading_level(line)) and _SHORTEST <= len(line.text) <= _LONGEST_HEADING and not line.zone & UNREAD


def _may_be_headline(line: Line) -> bool:
    return (
        _SHORTEST <= len(line.text) <= _LONGEST
        and not line.zone & UNREAD
        and not line.is_link
        and _CJK.search(line.text) is not None
        and not is_date_line(line.text, None)
        and not re.search(r"[：:。]\s?$|[:：].{0,20}[:：]", line.text)
    )
