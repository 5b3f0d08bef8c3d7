"""Split text into the grams of the search index: words, and for scripts without spaces single characters and pairs.
Pure.

    folded text ──> units ──> grams
    "5g网络建设"     5g, 网络建设     5g; 网 络 建 设, 网络 络建 建设

A unit is a word, or a run of characters of a script that is written without spaces ("unspaced"). Two adjacent
characters are one gram, so a Chinese word is found by its grams whatever surrounds it; no word segmentation is needed.
A phrase is the set of its grams, all in one text, and is then matched against the text itself (`db.queries.search`).
"""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING

from db.text.folding import MAX_CODE_POINT, Codes, code_points, from_code_points

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Scripts written without spaces between words, or, like Korean, with particles attached to words: Han, kana, bopomofo, Hangul,
# Thai, Lao, Burmese, Khmer.
_UNSPACED = (
    "\u3005-\u3007\u3040-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
    "\u1100-\u11ff\uac00-\ud7af\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
)
_FIRST_UNSPACED = "\u0e00"
# Regular expression for a letter or digit of any other script.
SPACED_LETTER = rf"[^\W_{_UNSPACED}]"
# Regular expression for what may separate two units of a phrase: up to four characters, no letters, not the end of a paragraph.
PHRASE_GAP = r"(?:(?!\n)[\W_]){0,4}"
# Longer words are addresses and codes, which differ within this many characters.
MAX_GRAM_LENGTH = 40
# The last code point of which the Unicode database says whether it is written; beyond it are Han characters and nothing else.
_LAST_LISTED = 0x1FFFF
_NONE, _SPACED, _SOLID = range(3)
_BLANKS = {code: " " for code in range(128) if not chr(code).isalnum()}


def units(text: str) -> list[str]:
    """The words and unspaced runs of a folded text, in order: runs of letters, marks and digits, split where unspaced writing
    begins or ends.

    All else is made blank and the text split there, which takes a third of the time of a regular expression.
    """
    if text.isascii():
        return text.translate(_BLANKS).split()
    import numpy as np

    kinds_of, blanked = _tables()
    codes = code_points(text)
    letters = blanked.take(codes, mode="clip")
    if int(letters.max()) >= ord(_FIRST_UNSPACED):
        kinds = kinds_of.take(codes, mode="clip")
        (ends,) = ((kinds[1:] != kinds[:-1]) & (kinds[1:] != _NONE) & (kinds[:-1] != _NONE)).nonzero()
        letters = np.insert(letters, ends + 1, ord(" "))
    return from_code_points(letters).split()


def is_unspaced(unit: str) -> bool:
    """Whether a unit belongs to a script without spaces."""
    # Comparing decides for most words, and takes a quarter of the time of matching.
    return unit >= _FIRST_UNSPACED and _unspaced().match(unit) is not None


def any_unspaced(found_units: Collection[str]) -> bool:
    """Whether one of these units may belong to a script without spaces."""
    return max(found_units, default="") >= _FIRST_UNSPACED


def grams(text: str) -> set[str]:
    """The grams of a folded text."""
    # Each unit once: half of the words of an article are repeated.
    distinct = set(units(text))
    if not any_unspaced(distinct):
        return {unit[:MAX_GRAM_LENGTH] for unit in distinct}
    found: set[str] = set()
    for unit in distinct:
        if is_unspaced(unit):
            found.update(unit)
            found.update(map(operator.add, unit, unit[1:]))
        else:
            found.add(unit[:MAX_GRAM_LENGTH])
    return found


def required_grams(unit: str) -> list[str]:
    """The fewest grams that a text with this unit must have, at most eight."""
    if not is_unspaced(unit):
        return [unit[:MAX_GRAM_LENGTH]]
    if len(unit) == 1:
        return [unit]
    pairs = list(map(operator.add, unit, unit[1:]))
    return list(dict.fromkeys(pairs[:: 1 + (len(pairs) - 1) // 8]))


@cache
def _unspaced() -> re.Pattern[str]:
    """Matches a unit of a script without spaces, at its first character."""
    return re.compile(f"[{_UNSPACED}]")


@cache
def _tables() -> tuple[NDArray[np.uint8], Codes]:
    """For each code point: the kind of its writing, and itself, or a blank where it is no part of a unit."""
    import numpy as np

    kinds = np.full(MAX_CODE_POINT + 1, _SOLID, dtype=np.uint8)
    listed = [chr(code) for code in range(_LAST_LISTED + 1)]
    kinds[: _LAST_LISTED + 1] = [unicodedata.category(character)[0] in "LMN" for character in listed]
    for run in re.finditer(f"[{_UNSPACED}]+", "".join(listed)):
        kinds[run.start() : run.end()] *= _SOLID
    kinds[MAX_CODE_POINT] = _NONE
    blanked = np.arange(MAX_CODE_POINT + 1, dtype=np.uint32)
    blanked[kinds == _NONE] = ord(" ")
    return kinds, blanked
