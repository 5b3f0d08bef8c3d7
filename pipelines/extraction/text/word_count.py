"""Counting words as Unicode divides a text (UAX #29): between spaces and marks of punctuation, never inside "don't" or "1,204.5".

The standard leaves Chinese, Japanese, Thai, Lao, Burmese and Khmer, written without spaces, to dictionaries. Here each Chinese
character or kana is one word, and so are three letters in a row of the others.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import groupby

from pipelines.extraction.text.writing import SPACELESS_LETTERS

_CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_JOINERS = "\u00ad\u200c\u200d\u2060"
"""Characters without width inside words: the soft hyphen, those between Persian or Malayalam letters."""
_LETTERS_OF_A_WORD = 3
"""Letters without marks: ICU's dictionaries find words of 3.0 in Thai and 3.1 in Khmer (this project's tests)."""


def count_words(text: str) -> int:
    """The number of words: each Chinese character or kana is one, three letters of Thai, Lao, Burmese or Khmer are."""
    return len(words_of(text))


def words_of(text: str) -> list[str]:
    """The words that `count_words` counts, as they are written."""
    return _words().findall(text)


@cache
def _words() -> re.Pattern[str]:
    """A set that names all its characters is looked up at once, other than one of categories: half the time."""
    plane = "".join(map(chr, range(0x10000)))
    letter = _ranges(re.findall(rf"(?![_{_CJK}{SPACELESS_LETTERS}])\w", plane)) + r"\U00010000-\U0001efff"
    # Vowel signs, points and tones belong to the letter before them.
    mark = _JOINERS + _ranges(char for char in re.findall(r"\W", plane) if unicodedata.category(char)[0] == "M")
    run = rf"[{letter}][{letter}{mark}]*+"
    spaceless = _ranges(re.findall(rf"(?=\w)[{SPACELESS_LETTERS}]", plane))
    return re.compile(
        rf"{run}(?:['’.·״,\"](?:(?<=['’.·״])|(?<=\d,)(?=\d)|(?<=[א-ת]\")(?=[א-ת])){run})*+"
        rf"|[{_CJK}]|(?:[{spaceless}][{mark}]*+){{1,{_LETTERS_OF_A_WORD}}}"
    )


def _ranges(letters: Iterable[str]) -> str:
    """Letters in order, as ranges of a set: an expression with the single letters takes six times as long to compile."""
    runs = groupby(enumerate(letters), key=lambda at: ord(at[1]) - at[0])
    return "".join(f"{run[0][1]}-{run[-1][1]}" for run in (list(group) for _, group in runs))
