"""A text's marks: the few shingles by which its possible copies are found. Pure.

The marks are the shingles with the smallest hashes (a bottom-k sketch). A copy that kept the share s of a text shares about s of
its marks, so two texts that share two marks are worth comparing; the comparison itself is `likeness`.

A text with many figures has figure marks besides: shingles that hold a figure. Forms that are filled in over and over share their
words' marks and not these, so that of the thousands alike in words only those with a figure in common are compared.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from heapq import nsmallest
from zlib import crc32

from pipelines.likeness import SHORTEST_COPY, Proof

# Marks of words. Copies that share 0.4 of their shingles have two marks in common in 98 of 100 cases, those that share 0.6 in all.
_WORD_MARKS = 12
# Two texts must share this many marks to be compared.
LEAST_COMMON = 2
# Figure marks of a text, and how many figures it must have. Copies lose one in ten figures or fewer; of six marks they lose all in
# one of 10,000 cases, a text cut to 0.6 in 4 of 1,000. Forms share one of six by chance in a third of cases.
_FIGURE_MARKS = 6
_MANY_FIGURES = 6

# Bytes of a letter. Rare characters take two places, which harms nothing: they do so in every text.
_WIDTH = 2
_DIGITS = re.compile(r"\d+")


def marks_of(proof: Proof) -> list[int]:
    """Some twenty numbers of 48 bits, sorted; none for a text too short to be a copy. Those of figures are odd."""
    letters, unit = proof.letters, proof.unit
    if len(letters) < SHORTEST_COPY:
        return []
    # crc32 is the quickest hash at hand and spreads well enough to choose by; it is too narrow to tell millions apart.
    data, width = letters.encode("utf-16-le", "surrogatepass"), unit * _WIDTH
    hashes = [crc32(data[at : at + width]) for at in range(0, len(data) - width + 1, _WIDTH)]
    figures = _at_figures(letters, unit, len(hashes))
    of_words = set(hashes) if not figures else {each for at, each in enumerate(hashes) if at not in figures}
    of_figures = {hashes[at] for at in figures}
    chosen = [(each, 0) for each in nsmallest(_WORD_MARKS, of_words)]
    if len(_DIGITS.findall(letters)) >= _MANY_FIGURES:
        chosen += [(each, 1) for each in nsmallest(_FIGURE_MARKS, of_figures)]
    starts = [(hashes.index(each) * _WIDTH, odd) for each, odd in chosen]
    return sorted({_mark(data[start : start + width], odd) for start, odd in starts})


def worth_comparing(marks: list[int], others: list[int], common: list[int]) -> bool:
    """Whether two texts with these marks, of which they share the last, may be copies."""
    both_have_figures = _has_figures(marks) and _has_figures(others)
    return len(common) >= LEAST_COMMON and (not both_have_figures or _has_figures(common))


def _has_figures(marks: list[int]) -> bool:
    return any(mark & 1 for mark in marks)


def _at_figures(letters: str, unit: int, count: int) -> set[int]:
    """Where the shingles begin that hold a digit."""
    found: set[int] = set()
    for figure in _DIGITS.finditer(letters):
        found.update(range(max(0, figure.start() - unit + 1), min(figure.end(), count)))
    return found


def _mark(shingle: bytes, odd: int) -> int:
    return int.from_bytes(blake2b(shingle, digest_size=6).digest(), "big") & ~1 | odd
