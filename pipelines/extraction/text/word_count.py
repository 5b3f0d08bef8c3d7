"""How many words a text has: words of scripts that divide them, and one word a character where Chinese and Japanese do not."""

from __future__ import annotations

import re

_WORDS = re.compile(
    r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[^\W_\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+"
)


def count_words(text: str) -> int:
    """Words as a newsroom counts them: a Chinese character or kana is one, a run of letters or digits elsewhere is one."""
    return len(words_of(text))


def words_of(text: str) -> list[str]:
    """The words that `count_words` counts, as they are written."""
    return _WORDS.findall(text)
