"""Sketches: the few shingles of a text by which its possible copies are found. Pure.

A sketch is a list of *marks* (table `marks`): the shingles with the smallest hashes (a bottom-k sketch). A copy that keeps the
share s of a text shares about s of its marks, so two texts with two common marks are worth comparing
(`pipelines.dedup.similarity`).

A text with many figures also has figure marks: shingles that contain a figure. Texts from one template share their word marks but
not these, so of thousands with the same words only those with a common figure are compared.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from pipelines.dedup.normalize import digit_mask
from pipelines.dedup.shingles import smallest_hashes
from pipelines.dedup.similarity import MIN_COPY_LETTERS, PreparedText

# Word marks of a text. Copies that share 0.4 of their shingles have two marks in common in 98 of 100 cases, those that share 0.6
# in all.
_WORD_MARKS = 12
MIN_COMMON_MARKS = 2
"""Marks that two texts must share to be compared."""
# Figure marks of a text, and how many figures it must have. Copies lose one in ten figures or fewer; of six marks they lose all in
# one of 10,000 cases, a text cut to 0.6 in 4 of 1,000. Texts from a template share one of six by chance in a third of cases.
_FIGURE_MARKS = 6
_MANY_FIGURES = 6

# A mark is the low 48 bits of its shingle's hash (the high ones are nearly all zero, as it is among the smallest); the last bit
# says whether it is a figure mark.
_MARK = (1 << 48) - 2


def sketch_of(text: PreparedText) -> list[int]:
    """The marks of a text: up to 18 numbers of 48 bits, sorted; none if it is too short to be a copy. Figure marks are odd."""
    if len(text.letters) < MIN_COPY_LETTERS:
        return []
    hashes = text.hashes
    digits = digit_mask(text.codes)
    with_figure = _contains_digit(digits, text.unit)
    marks = {each & _MARK for each in smallest_hashes(hashes[~with_figure], _WORD_MARKS)}
    if _count_figures(digits) >= _MANY_FIGURES:
        marks |= {each & _MARK | 1 for each in smallest_hashes(hashes[with_figure], _FIGURE_MARKS)}
    return sorted(marks)


def has_figure_mark(marks: Iterable[int]) -> bool:
    """Whether one of these marks is a figure mark."""
    return any(mark & 1 for mark in marks)


def _count_figures(digits: NDArray[np.bool_]) -> int:
    """The number of runs of digits."""
    return int(np.count_nonzero(digits[1:] & ~digits[:-1])) + int(digits[0])


def _contains_digit(digits: NDArray[np.bool_], unit: int) -> NDArray[np.bool_]:
    """For each shingle, whether it contains a digit."""
    digits_before = np.concatenate(([0], np.cumsum(digits)))
    return digits_before[unit:] > digits_before[:-unit]
