"""Sentences that were filled in anew: what tells a bulletin from the next one of its series. Pure.

Weather warnings, market reports and draws of a lottery are the same sentences every time, with other numbers and names. A *blank*
is a name or a number, or several in a row; its *frame* is the words on both sides of it. Two reports of one event that share a
frame fill it alike, since one took the sentence from the other; two bulletins of a series fill it differently:

    frame: "damage is put at * crowns"      one day: 340,000      another day: 510,000

Unrelated reports share next to no frame: of 20,000 pairs of real news pages, one in 1,700 had any in common filled differently.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

FILLING_BITS = 29
"""Bits that stand for what a blank holds; 32 stand for its frame."""
_AROUND, _PLAIN = 2, 3
"""Words of a frame on each side of its blank, and how many of them must be words and not blanks again."""
_UNSPACED_AROUND, _UNSPACED_PLAIN = 3, 5
"""The same in characters, for scripts without spaces."""
_FEWEST = 6
"""A text with fewer blanks is judged as if it had so many: one sentence filled in anew is chance."""
_BLANK = ""
_END = "."
_STAND_INS = 0xE000
_MOST_NAMES = 500
_PIECES = re.compile(r"[\ue000-\uf8ff]+|[^\W\u2e80-\uffff]+|[\u2e80-\udfff\uf900-\uffef]")
"""Stand-ins of names, words and numbers of other scripts, single characters; asked of folded text."""

Frames = NDArray[np.uint64]
"""Frame and filling of each blank in one number, in order."""


def spaced_frames(parts: Sequence[Sequence[str]], named: Collection[str]) -> Frames:
    """The frames of texts whose words are written apart. `parts`: the folded words of each; `named`: those that belong to names."""
    words: list[str] = []
    blank: list[bool] = []
    for found in parts:
        words += [*found, _END]
        blank += [word in named or word[0].isdigit() for word in found] + [False]
    return _frames(words, blank, _AROUND, _PLAIN)


def unspaced_frames(parts: Sequence[str], names: Collection[str]) -> Frames:
    """The frames of folded texts in a script without spaces. `names`: whole names, folded."""
    text = _END.join(parts)
    # The longest first: a name may be a part of another.
    longest = sorted(names, key=lambda name: (-len(name), name))[:_MOST_NAMES]
    known = {chr(_STAND_INS + number): name for number, name in enumerate(longest)}
    for stand_in, name in known.items():
        text = text.replace(name, stand_in)
    pieces = _PIECES.findall(text)
    blank = [piece[0] in known or piece[0].isdigit() for piece in pieces]
    words = ["".join(known.get(letter, letter) for letter in piece) for piece in pieces]
    return _frames(words, blank, _UNSPACED_AROUND, _UNSPACED_PLAIN)


def refilled(own: Frames, theirs: Frames) -> float:
    """The share of a text's blanks, from 0 to 1, whose frames others have, but with another filling only."""
    if not len(own) or not len(theirs):
        return 0.0
    frame = own >> np.uint64(32)
    shared = theirs.take(theirs.searchsorted(frame << np.uint64(32)), mode="clip") >> np.uint64(32) == frame
    alike = theirs.take(theirs.searchsorted(own), mode="clip") == own
    return int(np.count_nonzero(shared & ~alike)) / max(_FEWEST, len(own))


def _frames(words: Sequence[str], blank: Sequence[bool], around: int, plain: int) -> Frames:
    held: dict[int, list[str]] = {}
    masked: list[str] = []
    for word, is_blank in zip(words, blank, strict=True):
        if not is_blank:
            masked.append(word)
            continue
        if not masked or masked[-1] != _BLANK:
            masked.append(_BLANK)
        held.setdefault(len(masked) - 1, []).append(word)
    found = set()
    for at, filling in held.items():
        sides = [*masked[max(0, at - around) : at], "|", *masked[at + 1 : at + 1 + around]]
        if len(sides) - sides.count(_BLANK) - sides.count(_END) > plain:
            number = zlib.crc32(" ".join(filling).encode()) & ((1 << FILLING_BITS) - 1)
            found.add(zlib.crc32("\t".join(sides).encode()) << 32 | number)
    return np.array(sorted(found), dtype=np.uint64)
