"""How long after another an article came, counted so that a median over any months can be worked out. Pure.

A lag falls into a bin: 0, or the eighth of a power of two in which its seconds lie, negative for an article that came before.
The median of counted bins is the middle of its bin, so at most 4.4 % off.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

BINS_PER_DOUBLING = 8
"""Eight keep the error of a median below that of a minute in 20 minutes; a pair of sources has some 20 bins then."""
MEDIAN_ERROR = 2 ** (1 / (2 * BINS_PER_DOUBLING)) - 1
"""By what share a median of bins may be off: half a bin."""


def lag_bin(seconds: int) -> int:
    """The bin of a lag in seconds."""
    if not seconds:
        return 0
    size = math.floor(BINS_PER_DOUBLING * math.log2(abs(seconds))) + 1
    return size if seconds > 0 else -size


def bin_seconds(number: int) -> float:
    """The middle of a bin, in seconds."""
    if not number:
        return 0.0
    return math.copysign(2 ** ((abs(number) - 0.5) / BINS_PER_DOUBLING), number)


def median_of_bins(counts: Mapping[int, int]) -> float | None:
    """The median in seconds of lags counted by bin: of an even number the lower of the two in the middle. None without any."""
    middle, seen = (sum(counts.values()) + 1) // 2, 0
    for number in sorted(counts):
        seen += counts[number]
        if seen >= middle:
            return bin_seconds(number)
    return None
