"""Counting words: those between spaces, and one a character in Chinese and Japanese."""

from __future__ import annotations

import re

_WORDS = re.compile(
    r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[^\W_\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+"
)


def count_words(text: str) -> int:
    """The number of words: each Chinese character or kana is one, elsewhere each run of letters or digits."""
    return len(words_of(text))


def words_of(text: str) -> list[str]:
    """The words that `count_words` counts, as they are written."""
    return _WORDS.findall(text)
