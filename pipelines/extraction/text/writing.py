"""Tables of words, the characters of East Asian writing, and those that end a sentence."""

from __future__ import annotations

import re


def words(text: str) -> frozenset[str]:
    """The words of a text, split at whitespace."""
    return frozenset(text.split())


CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
SPACELESS_LETTERS = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Those of Thai, Lao, Burmese and Khmer, in a pattern's brackets: words stand there without spaces."""
HAN = re.compile(r"[\u3400-\u9fff]")
FULL_STOPS = frozenset(".!?…。！？؟।۔։።။។")
SENTENCE_ENDS = FULL_STOPS | frozenset("\"'”’»")
"""With what closes a quotation."""
PARAGRAPH_ENDS = SENTENCE_ENDS | frozenset(")）」】]")
"""With what closes a bracket as well."""


def text_width(text: str) -> float:
    """The number of characters; Chinese, Japanese and Korean ones count two and a half times, because they say more."""
    return len(text) + 1.5 * len(CJK.findall(text))
