"""Counting words as Unicode divides a text (UAX #29): between spaces and marks of punctuation, never inside "don't" or "1,204.5".

The standard leaves Chinese, Japanese, Thai, Lao, Burmese and Khmer, written without spaces, to dictionaries. Here each Chinese
character or kana is one word, and so are three letters in a row of the others.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from pipelines.extraction.text.writing import SPACELESS_LETTERS

_CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_BESIDE_CJK = re.compile(rf"[_{_CJK}{SPACELESS_LETTERS}]")
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
    letters, marks = [], list(_JOINERS)
    for char in map(chr, range(0x10000)):
        if char.isalnum():
            letters.append(char)
        elif unicodedata.category(char)[0] == "M":  # vowel signs, points, tones: they belong to the letter before them
            marks.append(char)
    mark = f"[{''.join(marks)}]"
    letter = "".join(char for char in letters if not _BESIDE_CJK.match(char)) + r"\U00010000-\U0001efff"
    run = rf"[{letter}][{letter}{''.join(marks)}]*+"
    spaceless = "".join(char for char in letters if re.match(f"[{SPACELESS_LETTERS}]", char))
    return re.compile(
        rf"{run}(?:['’.·״,\"](?:(?<=['’.·״])|(?<=\d,)(?=\d)|(?<=[א-ת]\")(?=[א-ת])){run})*+"
        rf"|[{_CJK}]|(?:[{spaceless}]{mark}*+){{1,{_LETTERS_OF_A_WORD}}}"
    )
