"""Decides whether a changed text is a revision, or only lines around the article changed, or how much of it is shown. Pure.

Such lines are counters ("412 views"), times ("3 hours ago") and labels of advertisements: short, without a sentence, among the
first or last lines of the text. Extraction removes most of them; those that remain must not make every fetch a revision. A line
that changed elsewhere, or that contains a sentence, belongs to the article.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from db.store.dedup.settling import ShownArticle
from db.timestamps import parse_timestamp
from pipelines.changes.replacement import is_kept_text, is_next_edition
from pipelines.extraction.fingerprint import significant

# Lines at the start and at the end that may be counters and labels.
_FIRST_LINES = 2
_LAST_LINES = 3
# Letters of the longest line that is not part of the article. A sentence is longer, or ends with its punctuation.
_LONGEST_LABEL = 30
_SENTENCE = re.compile(r"[.!?。！？…;；][\"'”’」』)）]*$")
_MUCH_LESS = 0.5
"""Share of the text before, below which a page shows much less than it did."""
_DIGITS = re.compile(r"\d+")
# A line without digits that appears or disappears is a label of an advertisement only if it is one of these.
_LABELS = frozenset(
    significant(label)
    for label in (
        "advertisement", "advertisements", "advertising", "ad", "ads", "sponsored", "promoted", "story continues below",
        "article continues below", "anzeige", "werbung", "publicité", "publicidad", "реклама", "広告", "광고", "إعلان",
        "广告", "推广", "赞助", "廣告",
    )
)  # fmt: skip


def differs_only_around_article(before: str, after: str) -> bool:
    """Whether two texts (paragraphs separated by newlines) have the same article."""
    old, new = _lines(before), _lines(after)
    matcher = SequenceMatcher(
        None, [significant(line) for line in old], [significant(line) for line in new], autojunk=False
    )
    return all(
        _is_around_article(old, a, b)
        and _is_around_article(new, c, d)
        and (tag != "replace" or _same_number_of_counters(old[a:b], new[c:d]))
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal"
    )


def shows_only_beginning(before: ShownArticle, after: ShownArticle) -> bool:
    """Whether a page shows only the beginning of an article that was shown before, and nobody edited that.

    A paywall says so. One that nothing reveals is told from a text that was shortened by much less text, by the same headline, and
    by an end in the midst of a paragraph or the same stated time of modification: editors end with a sentence and a new time.
    """
    much_less = len(after.text) < len(before.text) * _MUCH_LESS
    if after.paywalled:
        return (much_less or not before.paywalled) and is_beginning(after.text, before.text)
    is_unedited = after.title == before.title and after.modified == before.modified
    return (
        much_less
        and is_unedited
        and is_beginning(after.text, before.text)
        and (after.modified is not None or not _ends_with_paragraph(after.text, before.text))
    )


def goes_on(before: ShownArticle, after: ShownArticle) -> bool:
    """Whether an article is the earlier one, perhaps with another headline, under which it was written on."""
    published = [parse_timestamp(article.published) if article.published else None for article in (before, after)]
    return is_kept_text(before.text, after.text) and not is_next_edition(
        published[0], before.text, published[1], after.text
    )


def _ends_with_paragraph(text: str, whole: str) -> bool:
    """Whether a text that another one begins with ends where a paragraph of that one does."""
    letters, read = len(significant(text)), 0
    for line in whole.split("\n"):
        if read >= letters:
            break
        read += len(significant(line))
    return read == letters


def is_beginning(text: str, whole: str) -> bool:
    """Whether a text is what another one begins with: all that is shown of an article once it is for subscribers."""
    letters = significant(text)
    return bool(letters) and significant(whole).startswith(letters)


def _lines(text: str) -> list[str]:
    return [line for line in map(str.strip, text.split("\n")) if significant(line)]


def _is_around_article(lines: list[str], start: int, end: int) -> bool:
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


def _same_number_of_counters(old: list[str], new: list[str]) -> bool:
    """Whether as many counters were replaced as came, labels left out."""
    return len([line for line in old if not _is_label(line)]) == len([line for line in new if not _is_label(line)])
