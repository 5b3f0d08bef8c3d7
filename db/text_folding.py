"""Characters that count as one when texts are compared or searched, folded one by one. Pure.

    Ｆｕｌｌｗｉｄｔｈ, CASE, àccénts, 繁體  ──>  fullwidth, case, accents, 繁体

Each code point is folded by itself, to none, one or several others, so that a place in the folded text leads back to one in the
text. Han characters go to simplified ones by OpenCC's table, one for one: what a phrase would decide (乾 in 乾隆) is folded alike
on both sides, which is all that finding needs. Words that differ between regions (軟體, 软件) stay different.

Accents fall on Latin, Greek and Cyrillic letters only: elsewhere a mark is part of the letter (が, हि, й).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint32]

# No letter lies in the planes after these; the last code point of the last of them is none either, and stands for all beyond.
MAX_CODE_POINT = 0x3FFFF
_HAN = (0x3400, 0x9FFF)
# Stands in the table for what does not become one character.
_SPECIAL = 0xFFFFFFFF
# Where a character may fold to another. What lies between is Han, Hangul or nothing with a compatibility form or a case.
_FOLDING = (
    (0x41, 0x33FF),
    (0xA640, 0xABFF),
    (0xF900, 0xFFFF),
    (0x10400, 0x10FFF),
    (0x1D400, 0x1D7FF),
    (0x1E900, 0x1E943),
)
_FOLDING_TOO = ((0x1F100, 0x1F2FF), (0x2F800, 0x2FA1F))
# Accents (combining), the Arabic marks that print leaves out, the tatweel, soft hyphens, zero-width and direction marks.
_DROPPED = (
    (0x300, 0x36F),
    (0x64B, 0x652),
    (0x640, 0x640),
    (0xAD, 0xAD),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x2064),
)
_DROPPED_TOO = ((0xFE00, 0xFE0F), (0xFEFF, 0xFEFF))
_ACCENTED = ("LATIN", "GREEK")
# Written with and without its dots in print.
_OWN = {
    "ё": "е",
    "Ё": "е",
    "đ": "d",
    "Đ": "d",
    "ø": "o",
    "Ø": "o",
    "ł": "l",
    "Ł": "l",
    "ß": "ss",
    "ẞ": "ss",
    "ı": "i",
    "ς": "σ",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldedText:
    """A text folded. `text` is what it was made of (composed, NFC); `places` is None where each character became one."""

    text: str
    letters: str
    places: NDArray[np.int64] | None

    def place(self, at: int) -> int:
        """The place in `text` of the one at `at` in `letters`."""
        if self.places is None:
            return at
        return int(self.places[at]) if at < len(self.places) else len(self.text)


def fold(text: str) -> str:
    """The folded text."""
    return fold_with_offsets(text).letters


def fold_with_offsets(text: str) -> FoldedText:
    """The folded text, with the way back."""
    if text.isascii():
        return FoldedText(text=text, letters=text.lower(), places=None)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    codes = code_points(text)
    table, lengths, longer = _tables()
    if len(codes) and int(codes.max()) > MAX_CODE_POINT:
        codes = np.minimum(codes, MAX_CODE_POINT)
    letters = table[codes]
    if not (letters == _SPECIAL).any():
        return FoldedText(text=text, letters=from_code_points(letters), places=None)
    each = lengths[codes]
    places = np.repeat(np.arange(len(codes)), each)
    letters = letters[places]
    starts = np.cumsum(each, dtype=np.int64) - each
    for at in np.flatnonzero(each > 1).tolist():
        letters[starts[at] : starts[at] + each[at]] = code_points(longer[int(codes[at])])
    return FoldedText(text=text, letters=from_code_points(letters), places=places)


def code_points(letters: str) -> Codes:
    """The code points of a string."""
    return np.frombuffer(letters.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def from_code_points(codes: Codes) -> str:
    """The string of these code points."""
    return codes.astype("<u4", copy=False).tobytes().decode("utf-32-le", "surrogatepass")


@cache
def simplified_table() -> Codes:
    """For each Han character the one that it is folded to, most often itself; itself for any other."""
    # Imported here: most commands fold nothing.
    import opencc

    table = np.arange(MAX_CODE_POINT + 1, dtype=np.uint32)
    han = [chr(code) for code in range(_HAN[0], _HAN[1] + 1)]
    for old, new in zip(han, opencc.OpenCC("t2s").convert("\n".join(han)).split("\n"), strict=True):
        if len(new) == 1:
            table[ord(old)] = ord(new)
    return table


@cache
def _tables() -> tuple[Codes, NDArray[np.uint8], dict[int, str]]:
    """For each code point the one it folds to, to how many, and what to where they are several."""
    simple = simplified_table()
    table = simple.copy()
    lengths = np.ones(MAX_CODE_POINT + 1, dtype=np.uint8)
    longer = {}
    for first, last in (*_FOLDING, *_FOLDING_TOO):
        for code in range(first, last + 1):
            character = chr(code)
            new = _fold_one(character)
            if new == character:
                continue
            if len(new) == 1:
                table[code] = simple[ord(new)]
            else:
                lengths[code] = len(new)
                table[code] = _SPECIAL
                longer[code] = "".join(chr(simple[ord(one)]) for one in new)
    for first, last in (*_DROPPED, *_DROPPED_TOO):
        lengths[first : last + 1] = 0
        table[first : last + 1] = _SPECIAL
    return table, lengths, longer


def _fold_one(character: str) -> str:
    if character in _OWN:
        return _OWN[character]
    new = unicodedata.normalize("NFKC", character).lower()
    if not new.isascii():
        new = "".join(_OWN.get(one) or _bare(one) for one in new if not "\u0300" <= one <= "\u036f")
    return new


def _bare(character: str) -> str:
    """A letter without its accents."""
    if not unicodedata.name(character, "").startswith(_ACCENTED):
        return character
    return "".join(one for one in unicodedata.normalize("NFD", character) if not unicodedata.combining(one))
