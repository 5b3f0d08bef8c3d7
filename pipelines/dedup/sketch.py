"""A text's marks: the few shingles by which its possible copies are found. Pure.

The marks are the shingles with the smallest hashes (a bottom-k sketch). A copy that kept the share s of a text shares about s of
its marks, so two texts that share two marks are worth comparing; the comparison itself is `likeness`.

A text with many figures has figure marks besides: shingles that hold a figure. Forms that are filled in over and over share their
words' marks and not these, so that of the thousands alike in words only those with a figure in common are compared.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from db.text_folding import code_points
from pipelines.dedup.normalize import digit_mask
from pipelines.dedup.shingles import smallest_hashes
from pipelines.dedup.similarity import MIN_COPY_LETTERS, PreparedText

# Marks of words. Copies that share 0.4 of their shingles have two marks in common in 98 of 100 cases, those that share 0.6 in all.
_WORD_MARKS = 12
# Two texts must share this many marks to be compared.
MIN_COMMON_MARKS = 2
# Figure marks of a text, and how many figures it must have. Copies lose one in ten figures or fewer; of six marks they lose all in
# one of 10,000 cases, a text cut to 0.6 in 4 of 1,000. Forms share one of six by chance in a third of cases.
_FIGURE_MARKS = 6
_MANY_FIGURES = 6

# A mark has the low 48 bits of its shingle's hash (the high ones are nearly all zero: it is among the smallest), the last of
# which says whether it is one of figures.
_MARK = (1 << 48) - 2


def sketch_of(proof: PreparedText) -> list[int]:
    """Some twenty numbers of 48 bits, sorted; none for a text too short to be a copy. Those of figures are odd."""
    if len(proof.letters) < MIN_COPY_LETTERS:
        return []
    hashes = proof.hashes
    digits = digit_mask(code_points(proof.letters))
    with_figure = _holding(digits, proof.unit)
    marks = {each & _MARK for each in smallest_hashes(hashes[~with_figure], _WORD_MARKS)}
    if _count_figures(digits) >= _MANY_FIGURES:
        marks |= {each & _MARK | 1 for each in smallest_hashes(hashes[with_figure], _FIGURE_MARKS)}
    return sorted(marks)


def has_figure_mark(marks: Iterable[int]) -> bool:
    """Whether one of these marks is one of figures."""
    return any(mark & 1 for mark in marks)


def _count_figures(digits: NDArray[np.bool_]) -> int:
    """How many runs of digits there are."""
    return int(np.count_nonzero(digits[1:] & ~digits[:-1])) + int(digits[0])


def _holding(digits: NDArray[np.bool_], unit: int) -> NDArray[np.bool_]:
    """For each shingle, whether it holds a digit."""
    so_many = np.concatenate(([0], np.cumsum(digits)))
    return so_many[unit:] > so_many[:-unit]
