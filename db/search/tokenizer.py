"""What of a text is looked up: words, and of writing without spaces each character and each pair. Pure.

    folded text ──> units ──> grams
    "5g网络建设"     5g, 网络建设     5g; 网 络 建 设, 网络 络建 建设

A unit is a word, or a run of characters of a script that is written without spaces between words ("solid"). Two characters that
stand together are one gram, so a word of Chinese is found by its grams whatever the words around it; nothing guesses where words
end. A phrase is the grams of it, all in one text, and then looked for in the text itself (`db.queries.search`).
"""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Iterable
from functools import cache

# Scripts that are written without spaces, or, as Korean is, with endings that cling to the word: Han, kana, bopomofo, Hangul, Thai,
# Lao, Burmese, Khmer.
_SOLID = (
    "\u3005-\u3007\u3040-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
    "\u1100-\u11ff\uac00-\ud7af\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
)
# A letter or digit that is not of those, for use in a pattern.
LOOSE = rf"[^\W_{_SOLID}]"
# What may stand between two units of a phrase: no letter, not the end of a paragraph, not much.
GAP = r"(?:(?!\n)[\W_]){0,4}"
# Longer words are addresses and codes; what comes after so many characters sets none apart.
LONGEST = 40
_LAST = 0x1FFFF


def units(letters: str) -> list[str]:
    """The words and solid runs of a folded text, in order."""
    return _units().findall(letters)


def is_unspaced(unit: str) -> bool:
    """Whether a unit is of a script without spaces."""
    return _solid().match(unit) is not None


def grams(letters: str) -> set[str]:
    """The grams of a folded text."""
    found: set[str] = set()
    solid = _solid()
    for unit in units(letters):
        if solid.match(unit):
            found.update(unit)
            found.update(map(operator.add, unit, unit[1:]))
        else:
            found.add(unit[:LONGEST])
    return found


def grams_to_find(unit: str) -> list[str]:
    """The fewest grams that a text with this unit must have, at most eight of them."""
    if not is_unspaced(unit):
        return [unit[:LONGEST]]
    if len(unit) == 1:
        return [unit]
    pairs = list(map(operator.add, unit, unit[1:]))
    return list(dict.fromkeys(pairs[:: 1 + (len(pairs) - 1) // 8]))


@cache
def _solid() -> re.Pattern[str]:
    return re.compile(f"[{_SOLID}]")


@cache
def _units() -> re.Pattern[str]:
    """Letters, marks and digits in a row, parted where solid writing begins or ends."""
    solid = _solid()
    written = [code for code in range(_LAST + 1) if unicodedata.category(chr(code))[0] in "LMN"]
    inside = {code for code in written if solid.match(chr(code))}
    loose = _ranges(code for code in written if code not in inside)
    return re.compile(f"[{_ranges(sorted(inside))}\U00020000-\U0003ffff]+|[{loose}]+")


def _ranges(codes: Iterable[int]) -> str:
    """A character class of these code points, which come in order."""
    spans: list[list[int]] = []
    for code in codes:
        if spans and spans[-1][1] == code - 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    return "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in spans)
