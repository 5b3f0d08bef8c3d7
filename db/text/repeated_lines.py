"""Lines that several texts of one source have word for word: what a site prints on many pages is no article's own. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from db.text.list_marks import without_list_mark

_T = TypeVar("_T", bound=Hashable)

LEAST_LETTERS = 25
"""Letters of a line that can be furniture. Shorter ones recur for good reasons: "(Reuters)", headings of a series, tables."""
_LETTERS_OF_WIDE = 2.0
"""A Chinese, Japanese or Korean character says as much as two letters and more."""
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NO_LETTERS = re.compile(r"[\W\d_]+")
_NO_LETTERS_OR_DIGITS = re.compile(r"[\W_]+")


def count_texts(texts: Iterable[Iterable[_T]]) -> Counter[_T]:
    """In how many texts each line stands."""
    return Counter(line for lines in texts for line in set(lines))


def line_key(line: str) -> str:
    """What a line says, without case, space and punctuation."""
    return _NO_LETTERS_OR_DIGITS.sub("", line).casefold()


def is_long(line: str) -> bool:
    """Whether a line has enough letters to be furniture where it recurs."""
    letters = _NO_LETTERS.sub("", line)
    return len(letters) + (_LETTERS_OF_WIDE - 1) * len(_WIDE.findall(letters)) >= LEAST_LETTERS


def repeated_lines(texts: Sequence[str], least: int) -> Mapping[str, int]:
    """The long lines that stand in at least so many texts, as they are written first, and in how many; the most frequent first."""
    lines = [[without_list_mark(line.strip()) for line in text.split("\n")] for text in texts]
    counts = count_texts([line_key(line) for line in of] for of in lines)
    written: dict[str, str] = {}
    for of in lines:
        for line in of:
            if counts[key := line_key(line)] >= least and key not in written and is_long(line):
                written[key] = line
    return {line: counts[key] for key, line in sorted(written.items(), key=lambda one: (-counts[one[0]], one[0]))}
