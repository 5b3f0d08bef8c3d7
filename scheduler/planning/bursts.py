"""Bursts: how many further articles an article triggers, such as in breaking news.

The model is Hawkes' self-exciting process (Biometrika 58, 1971): some articles appear spontaneously, at the rate of the hour, and
each may trigger others, sooner or later. The numbers are fitted by EM: the current estimate gives the probability that one article
was triggered by another, and these probabilities give a better estimate.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

# Mean delays of triggered articles, in seconds: within minutes, within the hour, on the same day.
LAGS = (600.0, 2400.0, 10800.0)
# So many articles that trigger nothing are added to those observed: bursts need evidence.
_PRIOR = 8.0
# At 1 a burst would never end.
_MAX_EFFECT = 0.9
_STEPS = 5

# The sum over all articles so far, each decayed exponentially with each of the delays.
Echo = tuple[float, float, float]
NO_ECHO: Echo = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class BurstEffect:
    """How many articles one article triggers on average, by their mean delay (`LAGS`)."""

    drawn: Echo = NO_ECHO

    @property
    def total(self) -> float:
        """Articles that one triggers directly; less than 1."""
        return sum(self.drawn)

    def rate(self, echo: Echo) -> float:
        """Triggered articles a second at this echo."""
        (a, b, c), (x, y, z) = self.drawn, echo
        return a * x / LAGS[0] + b * y / LAGS[1] + c * z / LAGS[2]


def decayed(echo: Echo, span: float) -> Echo:
    """The echo after `span` seconds without articles."""
    x, y, z = echo
    return x * math.exp(-span / LAGS[0]), y * math.exp(-span / LAGS[1]), z * math.exp(-span / LAGS[2])


def with_articles(echo: Echo, articles: float = 1.0) -> Echo:
    """The echo with `articles` more articles, just now."""
    x, y, z = echo
    return x + articles, y + articles, z + articles


def echoes_met(times: Sequence[float]) -> list[Echo]:
    """The echo just before each article."""
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
    """A better estimate of the effect, and for each article the probability that it was spontaneous.

    `met`: the echo before each article; `rates`: spontaneous articles a second at its time; `until`: the end of the observation.
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
        too_much = max(1.0, (a + b + c) / _MAX_EFFECT)
        a, b, c = a / too_much, b / too_much, c / too_much
    return BurstEffect(drawn=(a, b, c)), alone
