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
from collections.abc import Iterable
from functools import cache

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
_LAST, _LAST_COMMON = 0x1FFFF, 0xFFFF


def units(text: str) -> list[str]:
    """The words and unspaced runs of a folded text, in order."""
    return _units().findall(text)


def is_unspaced(unit: str) -> bool:
    """Whether a unit belongs to a script without spaces."""
    # Comparing decides for most words, and takes a quarter of the time of matching.
    return unit >= _FIRST_UNSPACED and _unspaced().match(unit) is not None


def grams(text: str) -> set[str]:
    """The grams of a folded text."""
    found: set[str] = set()
    # Each unit once: half of the words of an article are repeated.
    for unit in set(units(text)):
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
def _units() -> re.Pattern[str]:
    """Matches runs of letters, marks and digits, split where unspaced writing begins or ends.

    Letters beyond U+FFFF have a class of their own, with a look ahead: `re` compares a character that is not in a class, such as
    each blank, with all of the class's ranges beyond U+FFFF. In one class they took four fifths of the time.
    """
    solid = _unspaced()
    written = [code for code in range(_LAST + 1) if unicodedata.category(chr(code))[0] in "LMN"]
    inside = {code for code in written if solid.match(chr(code))}
    common, rare = (
        _ranges(code for code in written if code not in inside and (code > _LAST_COMMON) == is_rare)
        for is_rare in (False, True)
    )
    loose = f"(?:[{common}]++|(?=[\U00010000-\U0001ffff])[{rare}]++)++"
    return re.compile(f"[{_ranges(sorted(inside))}\U00020000-\U0003ffff]++|{loose}")


def _ranges(codes: Iterable[int]) -> str:
    """A character class for code points given in order."""
    spans: list[list[int]] = []
    for code in codes:
        if spans and spans[-1][1] == code - 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    return "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in spans)
