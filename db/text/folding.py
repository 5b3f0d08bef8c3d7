"""Fold characters that count as equal when texts are compared or searched. Pure.

    Ｆｕｌｌｗｉｄｔｈ, CASE, àccénts, 繁體  ──>  fullwidth, case, accents, 繁体

Each code point is folded by itself, to none, one or several others, so that an offset in the folded text maps back to
one in the original. Han characters become simplified ones by OpenCC's table, one to one: where the phrase would decide
(乾 in 乾隆), both sides are folded alike, which is all that matching needs. Regional vocabulary (軟體, 软件) stays different.

Accents are removed from Latin, Greek and Cyrillic letters only: in other scripts a mark is part of the letter (が, हि,
й).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# NumPy is imported where a text is folded that is not ASCII: a quarter of the CPU that a command starts with.
Codes: TypeAlias = "NDArray[np.uint32]"

# Later planes have no letters. Nor is this code point a letter: it stands for all beyond.
MAX_CODE_POINT = 0x3FFFF
_HAN = (0x3400, 0x9FFF)
# What begins here are radicals, kana, Hangul and Han.
ALPHABETS_END = 0x2E80
# Table entry of characters that do not fold to exactly one character.
_SPECIAL = 0xFFFFFFFF
# Ranges in which a character may fold to another. Between them lie Han, Hangul and characters without case or compatibility form.
_FOLDING = (
    (0x41, 0x33FF),
    (0xA640, 0xABFF),
    (0xF900, 0xFFFF),
    (0x10400, 0x10FFF),
    (0x1D400, 0x1D7FF),
    (0x1E900, 0x1E943),
)
_FOLDING_TOO = ((0x1F100, 0x1F2FF), (0x2F800, 0x2FA1F))
# Combining accents, Arabic vowel marks (omitted in print), the tatweel, soft hyphens, zero-width and direction marks.
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
# Letters that NFKC and NFD leave as they are, or that print writes with and without dots.
_SPECIAL_FOLDS = {
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
    """A folded text. `text` is the original in NFC. `offsets` maps folded characters to it; None if one to one."""

    text: str
    folded: str
    offsets: NDArray[np.int64] | None

    def original_offset(self, at: int) -> int:
        """The offset in `text` of the character at `at` in `folded`."""
        if self.offsets is None:
            return at
        return int(self.offsets[at]) if at < len(self.offsets) else len(self.text)


def fold(text: str) -> str:
    return fold_with_offsets(text).folded


def fold_each(texts: Sequence[str]) -> list[str]:
    """Each text folded, in one call: for short texts the call costs more than the work. A line break counts as a blank."""
    return fold("\n".join(text.replace("\n", " ") for text in texts)).split("\n") if texts else []


def fold_with_offsets(text: str) -> FoldedText:
    """The folded text, with the mapping back to the original."""
    if text.isascii():
        return FoldedText(text=text, folded=text.lower(), offsets=None)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    import numpy as np

    codes = code_points(text)
    table, lengths, longer = _tables()
    letters = table.take(codes, mode="clip")
    if int(letters.max()) != _SPECIAL:
        return FoldedText(text=text, folded=from_code_points(letters), offsets=None)
    each = lengths.take(codes, mode="clip")
    places = np.repeat(np.arange(len(codes)), each)
    letters = letters[places]
    starts = np.cumsum(each, dtype=np.int64) - each
    for at in np.flatnonzero(each > 1).tolist():
        letters[starts[at] : starts[at] + each[at]] = code_points(longer[int(codes[at])])
    return FoldedText(text=text, folded=from_code_points(letters), offsets=places)


def code_points(letters: str) -> Codes:
    """The code points of a string."""
    import numpy as np

    return np.frombuffer(letters.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def from_code_points(codes: Codes) -> str:
    """The string with these code points."""
    return codes.astype("<u4", copy=False).tobytes().decode("utf-32-le", "surrogatepass")


@cache
def simplified_table() -> Codes:
    """Maps each code point to its simplified Han character, most often itself."""
    # Imported here, because most commands fold nothing.
    import numpy as np
    import opencc

    table = np.arange(MAX_CODE_POINT + 1, dtype=np.uint32)
    han = [chr(code) for code in range(_HAN[0], _HAN[1] + 1)]
    for old, new in zip(han, opencc.OpenCC("t2s").convert("\n".join(han)).split("\n"), strict=True):
        if len(new) == 1:
            table[ord(old)] = ord(new)
    return table


@cache
def alphabet_table() -> Codes:
    """Maps each letter of an alphabet to what it folds to, if that is one letter, and all else to itself."""
    import numpy as np

    table, lengths, _ = _tables()
    return np.where((lengths == 1) & (np.arange(len(table)) < ALPHABETS_END), table, np.arange(len(table))).astype(
        "<u4"
    )


@cache
def _tables() -> tuple[Codes, NDArray[np.uint8], dict[int, str]]:
    """For each code point: what it folds to, to how many characters, and to which ones if several."""
    import numpy as np

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
                longer[code] = "".join(chr(simple[ord(part)]) for part in new)
    for first, last in (*_DROPPED, *_DROPPED_TOO):
        lengths[first : last + 1] = 0
        table[first : last + 1] = _SPECIAL
    return table, lengths, longer


def _fold_one(character: str) -> str:
    if character in _SPECIAL_FOLDS:
        return _SPECIAL_FOLDS[character]
    new = unicodedata.normalize("NFKC", character).lower()
    if not new.isascii():
        new = "".join(_SPECIAL_FOLDS.get(c) or _without_accents(c) for c in new if not "\u0300" <= c <= "\u036f")
    return new


def _without_accents(character: str) -> str:
    if not unicodedata.name(character, "").startswith(_ACCENTED):
        return character
    return "".join(c for c in unicodedata.normalize("NFD", character) if not unicodedata.combining(c))
