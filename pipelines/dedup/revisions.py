"""Whether a changed text is a new revision, or only what stands around the article has moved. Pure.

What stands around: counters ("412 views"), times ("3 hours ago"), labels of advertisements. They are short lines without a
sentence, in the first or last lines of the text; extraction removes most of them, and what it leaves must not make a revision of
every visit. A line that changed in any other place, or that holds a sentence, is the article's own.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from pipelines.extraction.fingerprint import significant

# Lines at the start and at the end among which counters and labels stand.
_FIRST_LINES = 2
_LAST_LINES = 3
# Letters of the longest line that is none of the article's own. A sentence is longer, or ends like one.
_LONGEST_LABEL = 30
_SENTENCE = re.compile(r"[.!?。！？…;；][\"'”’」』)）]*$")
_DIGITS = re.compile(r"\d+")
# A line of letters alone that comes or goes counts as an advertisement's label only if it says so.
_LABELS = frozenset(
    significant(label)
    for label in (
        "advertisement", "advertisements", "advertising", "ad", "ads", "sponsored", "promoted", "story continues below",
        "article continues below", "anzeige", "werbung", "publicité", "publicidad", "реклама", "広告", "광고", "إعلان",
        "广告", "推广", "赞助", "廣告",
    )
)  # fmt: skip


def differs_only_around_article(before: str, after: str) -> bool:
    """Whether two texts (paragraphs divided by newlines) differ in nothing of the article itself."""
    old, new = _lines(before), _lines(after)
    matcher = SequenceMatcher(
        None, [significant(line) for line in old], [significant(line) for line in new], autojunk=False
    )
    return all(
        _unimportant(old, a, b) and _unimportant(new, c, d) and (tag != "replace" or _moved(old[a:b], new[c:d]))
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal"
    )


def _lines(text: str) -> list[str]:
    return [line for line in map(str.strip, text.split("\n")) if significant(line)]


def _unimportant(lines: list[str], start: int, end: int) -> bool:
    """Whether the lines from `start` to `end` are labels, or counters and times at the edge of the text."""
    last = len(lines) - _LAST_LINES
    return all(
        _is_label(lines[at]) or ((at < _FIRST_LINES or at >= last) and _is_counter(lines[at]))
        for at in range(start, end)
    )


def _is_label(line: str) -> bool:
    return significant(line) in _LABELS


def _is_counter(line: str) -> bool:
    letters = significant(line)
    return len(letters) <= _LONGEST_LABEL and bool(_DIGITS.search(letters)) and not _SENTENCE.search(line)


def _moved(old: list[str], new: list[str]) -> bool:
    """Whether counters were replaced by counters of as many kinds."""
    return len([line for line in old if not _is_label(line)]) == len([line for line in new if not _is_label(line)])
