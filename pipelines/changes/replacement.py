"""Whether an address shows another article than before, and not the same one changed. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from pipelines.changes.words import line_key

_NEXT_EDITION = timedelta(hours=12)
"""An article that is rewritten within the day states a new time as well."""
_LONGEST = 400_000
"""Letters of a text of which more is not looked at."""
_MOST_COMPARED = 20_000
"""Letters of two texts whose words are compared: those of the beginning are enough."""
_LEAST_WORDS = 12
"""Words, or pairs of characters, below which a text says too little to be told from another."""
_MOST_COMMON = 0.35
"""Share of the words of the text with fewer that the other may have as well. Of pairs of labelled articles on different things
(748 in the corpus: English, German, Chinese and others) 94 in 100 have fewer in common; no labelled revision has less than half."""
_LEAST_KEPT = 0.5
"""Share from which two texts are one article, if their address says so: see above."""
_WORD = re.compile(r"[^\W\d_]{4,}")
"""Words of four letters and more: shorter ones are articles and prepositions in most languages."""
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,}")


def telling_words(text: str) -> frozenset[str]:
    """Words of four letters and more; in CJK scripts, pairs of characters."""
    lower = text.lower()
    runs = _CJK.findall(lower)
    pairs = {run[at : at + 2] for run in runs for at in range(len(run) - 1)}
    return frozenset({word for word in _WORD.findall(lower) if not _CJK.search(word)} | pairs)


def is_another_article(title: str, text: str, other_title: str, other_text: str) -> bool:
    """Whether two articles have nothing in common: no word of their headlines, and few of their texts."""
    return not telling_words(title) & telling_words(other_title) and is_another_text(text, other_text)


def has_no_line_of(title: str, text: str, other_title: str, other_text: str) -> bool:
    """Whether two articles have no word of their headlines and no line in common, of several. An article that was written anew may
    say so much otherwise; one that was, and then again as before, may not.
    """
    lines, others = (
        {line_key(line) for line in one[:_LONGEST].split("\n") if line.strip()} for one in (text, other_text)
    )
    return min(len(lines), len(others)) > 1 and not (
        lines & others or telling_words(title) & telling_words(other_title)
    )


def is_another_text(text: str, other_text: str) -> bool:
    """Whether two texts have few words in common, and enough to tell."""
    share = _common_share(text, other_text)
    return share is not None and share <= _MOST_COMMON


def is_kept_text(text: str, other_text: str) -> bool:
    """Whether two texts have so many words in common as an article has with what it became, and enough to tell."""
    share = _common_share(text, other_text)
    return share is not None and share >= _LEAST_KEPT


def _common_share(text: str, other_text: str) -> float | None:
    """The share of the words of the text with fewer that the other has as well; None where they are too few to tell."""
    words, others = telling_words(text[:_MOST_COMPARED]), telling_words(other_text[:_MOST_COMPARED])
    fewer = min(len(words), len(others))
    return len(words & others) / fewer if fewer >= _LEAST_WORDS else None


def is_next_edition(old: datetime | None, text: str, new: datetime | None, new_text: str) -> bool:
    """Whether an address has its next text, as a weather report has day by day: published later, and most of it is another one.

    `old` and `new`: when each is said to be published.
    """
    if old is None or new is None or new - old < _NEXT_EDITION:
        return False
    known = {line_key(line) for line in text[:_LONGEST].split("\n")}
    lines = [line_key(line) for line in new_text[:_LONGEST].split("\n") if line.strip()]
    return 2 * sum(line in known for line in lines) <= len(lines)
