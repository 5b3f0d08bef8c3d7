"""Whether articles draw others after them: breaking news, a desk that works in bursts.

The model is Hawkes' self-exciting process (Biometrika 58, 1971): some articles come by themselves, at the rate of the hour;
each may draw others after it, soon or late. How many is found by EM: which article was drawn by which is guessed from
the draw so far, and the draw is counted from the guesses.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

# What is drawn comes this late on average, in seconds: within minutes, within the hour, on the same day.
LAGS = (600.0, 2400.0, 10800.0)
# So many articles that draw nothing are added to those seen: bursts must be shown before they are believed in.
_PRIOR = 8.0
# A draw of 1 would go on for ever.
_MOST_DRAW = 0.9
_STEPS = 5

# All articles so far, each faded by each lag.
Echo = tuple[float, float, float]
NO_ECHO: Echo = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class BurstEffect:
    """How many articles one article draws after it on average, by how late they come (`LAGS`)."""

    drawn: Echo = NO_ECHO

    @property
    def total(self) -> float:
        """All that one draws by itself; what they draw in turn is not counted. Under 1."""
        return sum(self.drawn)

    def rate(self, echo: Echo) -> float:
        """Articles a second that an echo draws."""
        (a, b, c), (x, y, z) = self.drawn, echo
        return a * x / LAGS[0] + b * y / LAGS[1] + c * z / LAGS[2]


def decayed(echo: Echo, span: float) -> Echo:
    """What is left of an echo after so many seconds."""
    x, y, z = echo
    return x * math.exp(-span / LAGS[0]), y * math.exp(-span / LAGS[1]), z * math.exp(-span / LAGS[2])


def with_articles(echo: Echo, articles: float = 1.0) -> Echo:
    """An echo with one more article, just now."""
    x, y, z = echo
    return x + articles, y + articles, z + articles


def echoes_met(times: Sequence[float]) -> list[Echo]:
    """The echo that each article met with."""
    met: list[Echo] = []
    echo, last = NO_ECHO, times[0] if times else 0.0
    for time in times:
        echo = decayed(echo, time - last)
        met.append(echo)
        echo, last = with_articles(echo), time
    return met


def fit_burst_effect(
    times: Sequence[float], met: Sequence[Echo], rates: Sequence[float], until: float, draw: BurstEffect
) -> tuple[BurstEffect, list[float]]:
    """A better draw, and for each article the chance that it came by itself.

    `met` is the echo that each met with, `rates` (a second) at which articles came by themselves then.
    """
    seen = [sum(-math.expm1((time - until) / lag) for time in times) + _PRIOR for lag in LAGS]
    terms = [(x / LAGS[0], y / LAGS[1], z / LAGS[2], rate) for (x, y, z), rate in zip(met, rates, strict=True)]
    a, b, c = draw.drawn
    alone: list[float] = []
    for _ in range(_STEPS):
        soon = later = late = 0.0
        alone.clear()
        for x, y, z, rate in terms:
            share = 1.0 / (rate + a * x + b * y + c * z)
            soon += a * x * share
            later += b * y * share
            late += c * z * share
            alone.append(rate * share)
        a, b, c = soon / seen[0], later / seen[1], late / seen[2]
        too_much = max(1.0, (a + b + c) / _MOST_DRAW)
        a, b, c = a / too_much, b / too_much, c / too_much
    return BurstEffect(drawn=(a, b, c)), alone
