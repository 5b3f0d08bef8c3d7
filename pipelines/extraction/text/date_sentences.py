"""Whether a line with a day is a sentence of the text or a stamp of the page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.extraction.languages.loader import cue_pattern
from pipelines.extraction.text.date_parser import ParsedDate, without_stamps
from pipelines.extraction.text.writing import CJK, FULL_STOPS

_LABEL = re.compile(r"[:：,，、|(（【]")
_MIN_CJK = 3
"""Characters of the shortest such sentence besides its day: 自…起施行."""


def is_date_sentence(line: str, stamps: Sequence[ParsedDate], language: str | None) -> bool:
    """Whether a line with these days says something by itself: "It closes on 3 May 2024.", 细则自2024年1月1日起施行。

    It is closed, and no label; a word in lower case stands for the verb where there are capitals. What says when the page was
    published or changed is a stamp as well: "Last updated 3 May 2024."
    """
    rest = without_stamps(line, stamps).strip()
    if line[-1] not in FULL_STOPS or _LABEL.search(rest):
        return False
    if any(cue_pattern(kind, language).search(rest) for kind in ("published", "dated", "updated")):
        return False
    if CJK.search(rest):
        return sum(map(str.isalpha, rest)) >= _MIN_CJK and rest.count(" ") <= len(stamps)
    words = rest.split()
    return len(words) > 1 and any(word.islower() and len(word) > 1 for word in words)
