"""When simulated sites publish: Unix seconds, in order."""

from __future__ import annotations

import random
from collections.abc import Callable

DAY = 86400.0


def steady(chance: random.Random, a_day: float, days: int) -> list[float]:
    """At any hour, each article independent of the others."""
    moments, at = [], 0.0
    while at < days * DAY:
        at += chance.expovariate(a_day / DAY)
        moments.append(at)
    return moments


def day_and_night(chance: random.Random, a_day: float, days: int, weekend: float = 1.0) -> list[float]:
    """From seven to eleven in the evening, at night hardly; at weekends a share of it."""
    top = a_day / (16 / 24 + 0.03 * 8 / 24)
    kept = []
    for at in steady(chance, top, days):
        rate = 1.0 if 7 <= at % DAY / 3600 < 23 else 0.03
        if chance.random() < rate * (weekend if at // DAY % 7 >= 5 else 1.0):
            kept.append(at)
    return kept


def bursts(chance: random.Random, a_day: float, days: int) -> list[float]:
    """Some articles within half an hour, then nothing for a long while."""
    moments = []
    for at in steady(chance, a_day / 7, days):
        moments += [at + chance.uniform(0, 1800) for _ in range(1 + int(chance.expovariate(1 / 6)))]
    return sorted(moments)


KINDS: dict[str, Callable[[random.Random, float, int], list[float]]] = {
    "steady": steady,
    "day and night": day_and_night,
    "half at weekends": lambda chance, a_day, days: day_and_night(chance, a_day, days, 0.5),
    "weekdays": lambda chance, a_day, days: day_and_night(chance, a_day, days, 0.0),
    "bursts": bursts,
}
