"""How well a share is known that was counted in a number of cases."""

from __future__ import annotations

import math

_Z = 1.959964
"""Of 95 %, two-sided, in a normal distribution."""


def wilson_interval(hits: float, cases: float) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927): it stays within 0 and 1, and says something at 0 hits too; 0 of 0 is anything."""
    if not cases:
        return 0.0, 1.0
    share, z2 = hits / cases, _Z * _Z
    middle = share + z2 / (2 * cases)
    half = _Z * math.sqrt(share * (1 - share) / cases + z2 / (4 * cases * cases))
    scale = 1 + z2 / cases
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)
