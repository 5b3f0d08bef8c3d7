"""Cuts appeals from the end of a text (donate, join, subscribe) and notices about cookies.

An appeal is several paragraphs of prose, often within the main content, so neither a box nor a single line identifies it. It is
recognised as a run: a line that appeals, after which most lines to the end do the same. Nothing is cut in the first third of a
text, and nothing where the article itself is about such matters (a story about a fund, a recipe for cookies).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import accumulate
from operator import or_

from pipelines.extraction.languages.loader import phrases_by_hint, phrases_of

_ANY_COOKIE = re.compile(r"\bcookies?\b", re.I)
_MIN_SHARE = 0.5
"""Share of the lines to the end that must appeal as well."""
_LONGEST = 2000
"""Characters of a line that are examined."""
_UNCUT_SHARE = 0.3
"""Share of the text, in characters, in which nothing is cut."""


@cache
def _cookie_notice(language: str | None) -> re.Pattern[str]:
    privacy = phrases_of("privacy", language)
    return re.compile(rf"\bcookies\b.{{0,200}}(?:{privacy})|(?:{privacy}).{{0,200}}\bcookies\b", re.I)


@cache
def _consent_dialog(language: str | None) -> re.Pattern[str]:
    """What consent dialogs say that do not contain the word cookie."""
    return re.compile(rf"^(?:{phrases_of('consent_dialog', language)})", re.I)


def cut_appeals(lines: Sequence[str], language: str | None = None) -> list[str]:
    """A text's lines without the appeal at the end: requests for money or membership, and what is said of the newsroom before and
    between them."""
    beginnings = [line[:_LONGEST] for line in lines]
    notices = [_is_consent_notice(line, language) for line in beginnings]
    end = len(lines)
    if any(notices):
        end = _run_start(lines, notices, notices, [bool(_ANY_COOKIE.search(line)) for line in beginnings])
    first = _first_that_may_start(lines[:end])
    requests = phrases_by_hint("appeal", language)
    if any(_lines_with(requests, beginnings[first:end])):
        appeals = _lines_with(requests, beginnings[:end])
        about_newsroom = _lines_with(phrases_by_hint("newsroom", language), beginnings[:end])
        end = _run_start(lines[:end], appeals, [*map(or_, appeals, about_newsroom)], appeals)
        while 1 < end < len(about_newsroom) and about_newsroom[end - 1]:
            end -= 1
    return list(lines[:end])


def _is_consent_notice(line: str, language: str | None) -> bool:
    is_about_cookies = "cookies" in line.lower() and _cookie_notice(language).search(line) is not None
    return is_about_cookies or _consent_dialog(language).match(line) is not None


def _lines_with(phrases: Mapping[str, re.Pattern[str]], lines: Sequence[str]) -> list[bool]:
    """For each line, whether it has one of the phrases."""
    folded = [line.lower() for line in lines]
    text = "\n".join(folded)
    known = [(hint, pattern) for hint, pattern in phrases.items() if hint in text]
    return [
        any(hint in low and pattern.search(line) for hint, pattern in known)
        for line, low in zip(lines, folded, strict=True)
    ]


def _first_that_may_start(lines: Sequence[str]) -> int:
    """The index of the first line below the part of a text in which nothing is cut."""
    lengths_above = [*accumulate(map(len, lines), initial=0)]
    return min(bisect_right(lengths_above, _UNCUT_SHARE * lengths_above[-1]), len(lines))


def _run_start(
    lines: Sequence[str], starts: Sequence[bool], continues: Sequence[bool], on_topic: Sequence[bool]
) -> int:
    """The index of the run that ends a text, or the number of lines where there is none.

    Its first line `starts` a run, and most of its lines `continue` one. Where a line further up is on its topic, the article is
    about such matters, and there is no run.
    """
    first = _first_that_may_start(lines)
    for index in range(len(lines)):
        if starts[index] and index >= first:
            return index if sum(continues[index:]) >= _MIN_SHARE * (len(lines) - index) else len(lines)
        if on_topic[index]:
            break
    return len(lines)
