"""Prepares texts for comparing: letters and digits only, in lower case, Chinese in simplified characters. Pure.

    text ──NFKC──> characters ──only letters and digits──> folded, in lower case ──Chinese simplified──> letters

The result is `fingerprint.significant`, folded. That function runs in worker processes, once for each page; this one runs on
thousands of texts a minute when they are settled, and so works on arrays of code points: eight times as fast, with the same result
(a test holds it).

Folding maps both sides alike, which is all that comparing needs, and nearly always one character to one (`db.text.folding`):

    digits       of all scripts to 0 to 9: of two papers that print one Arabic story, one writes ٢٠٢٦ and the other 2026
    accents      Vietnamese, Turkish and Polish are printed without theirs, Russian without its ё, German in Switzerland without ß
    Arabic       hamza and the dots of final letters are left out or not, Persian has its own kaf and yeh; the tatweel is no letter
    Serbian      is printed in Cyrillic and in Latin
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

from db.text.folding import (
    ALPHABETS_END,
    MAX_CODE_POINT,
    Codes,
    alphabet_table,
    code_points,
    from_code_points,
    simplified_table,
)

_HAN = (0x3400, 0x9FFF)
_KANA = (0x3040, 0x30FF)
_HANGUL = (0xAC00, 0xD7AF)
# A text is Chinese if at least this share of it is Han, and kana and Hangul are at most this share of that. News in Chinese is
# above 0.8 Han; Japanese news is about half kana.
_LEAST_HAN = 0.3
_MOST_OTHERS = 0.05
# A text is in a CJK script if more than this share of its letters is.
_CJK_SHARE = 0.2
ALIKE = (
    "أإآٱ" "ؤ" "ئىی" "ة" "ک" "абвгдђежзијклмнопрстћуфхцчш",
    "اااا" "و" "ييي" "ه" "ك" "abvgddezzijklmnoprstcufhccs",
)  # fmt: skip
"""Letters that print writes in one of two ways, in Arabic and Persian and in Serbian; and what stands for both."""
TWO_LETTERS = {"љ": "lj", "њ": "nj", "џ": "dz", "ß": "ss", "æ": "ae", "œ": "oe"}
"""Letters that are printed as two as well."""
# Every fourth letter is enough to tell the script.
_SAMPLE = 4


def prepare_text(text: str) -> str:
    """The prepared text. Texts with equal `fingerprint.text_hash` have equal prepared texts."""
    codes = code_points(unicodedata.normalize("NFKC", text))
    codes = _folded().take(codes[_is_letter().take(codes, mode="clip")], mode="clip")
    lower = from_code_points(codes).lower()
    if lower.isascii():
        return lower
    codes = code_points(lower)
    if _is_chinese(codes):
        return from_code_points(simplified_table().take(codes))
    for letter, two in TWO_LETTERS.items():
        lower = lower.replace(letter, two)
    return lower


def is_cjk(codes: Codes) -> bool:
    """Whether the text is in Han, kana or Hangul."""
    sample = codes[::_SAMPLE]
    return _share(sample, _HAN, _KANA, _HANGUL) > _CJK_SHARE


def digit_mask(codes: Codes) -> NDArray[np.bool_]:
    """For each position, whether it is a digit of any script."""
    return _is_digit().take(codes, mode="clip")


def _is_chinese(codes: Codes) -> bool:
    sample = codes[::_SAMPLE]
    han = _share(sample, _HAN)
    return han > 0 and han >= _LEAST_HAN and _share(sample, _KANA, _HANGUL) <= _MOST_OTHERS * han


def _share(codes: Codes, *ranges: tuple[int, int]) -> float:
    found = sum(int(np.count_nonzero((codes >= first) & (codes <= last))) for first, last in ranges)
    return found / len(codes) if len(codes) else 0.0


@cache
def _is_letter() -> NDArray[np.bool_]:
    return _matching(r"[^\W_ـ]+")


@cache
def _is_digit() -> NDArray[np.bool_]:
    return _matching(r"\d+")


@cache
def _folded() -> Codes:
    """Maps each digit of any script to that of ASCII, a letter that is written in two ways to one, and all else to itself."""
    table = alphabet_table().copy()
    for old, new in zip(*ALIKE, strict=True):
        table[np.flatnonzero(table[:ALPHABETS_END] == ord(old))] = ord(new)
    for code in np.flatnonzero(_is_digit()).tolist():
        table[code] = ord(str(unicodedata.decimal(chr(code))))
    return table


def _matching(pattern: str) -> NDArray[np.bool_]:
    """For each code point, whether a regular expression matches its character."""
    table = np.zeros(MAX_CODE_POINT + 1, dtype=np.bool_)
    for found in re.finditer(pattern, from_code_points(np.arange(MAX_CODE_POINT + 1, dtype=np.uint32))):
        table[found.start() : found.end()] = True
    return table
