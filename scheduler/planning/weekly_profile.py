"""The weekly profile of a source: its rate of publishing in each of the 168 hours of a week, in UTC.

Rates are estimated in steps; each step uses the one before as its prior:
all hours equal ─> hours of the day ─> days of the week ─> single hours of the week ─> level of the last days.
Old weeks count less. As hours are in UTC, a change of the clock shifts the profile by one hour for some weeks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

HOUR = 3600.0
DAY = 24 * HOUR
HOURS = 168

MEMORY = 14 * DAY
"""Seconds after which an article counts 1/e (an eighth after four weeks). A source that turns its day around is followed within two
weeks (the site "turned" of bench/service/cadence.py), and each hour of the week still has two or three weeks of data."""
LEVEL_MEMORY = 5 * DAY
"""The same for the level: how much is published changes faster than when."""
# Weight of each prior in expected articles: with as many, prior and data count the same. Half or twice as many change the mean
# delay by 2 % at most, less than one seed differs from another (bench/service/cadence.py: steady, night, turned).
_HOUR_PRIOR = 4.0
_DAY_PRIOR = 8.0
_CELL_PRIOR = 16.0
_LEVEL_PRIOR = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyProfile:
    """The articles of an observed period: the hour of the week of each, and its weight by either memory.

    `observed` and `observed_lately`: seconds of each hour of the week that were observed, weighted in the same way.
    """

    cells: tuple[int, ...]
    counts: tuple[float, ...]
    counts_lately: tuple[float, ...]
    observed: tuple[float, ...]
    observed_lately: tuple[float, ...]


def hour_of_week(time: float) -> int:
    """The hour of the week of a Unix time; 0 is Thursday 00:00 UTC, the start of Unix time."""
    return int(time // HOUR) % HOURS


def build_profile(times: Sequence[float], *, since: float, until: float) -> WeeklyProfile:
    """The input of `weekly_rates`: articles at `times`, all within [since, until]."""
    return WeeklyProfile(
        cells=tuple(hour_of_week(time) for time in times),
        counts=tuple(math.exp((time - until) / MEMORY) for time in times),
        counts_lately=tuple(math.exp((time - until) / LEVEL_MEMORY) for time in times),
        observed=_observed(since, until, MEMORY),
        observed_lately=_observed(since, until, LEVEL_MEMORY),
    )


def weekly_rates(history: WeeklyProfile, weights: Sequence[float]) -> tuple[float, ...]:
    """Articles a second in each hour of the week; `weights`: how much each article counts."""
    found = [0.0] * HOURS
    for cell, count, weight in zip(history.cells, history.counts, weights, strict=True):
        found[cell] += count * weight
    rates = [sum(found) / sum(history.observed)] * HOURS
    for grouped, prior in ((_by_hour, _HOUR_PRIOR), (_by_day, _DAY_PRIOR), (_by_cell, _CELL_PRIOR)):
        expected = grouped([rate * seen for rate, seen in zip(rates, history.observed, strict=True)])
        pairs = zip(rates, grouped(found), expected, strict=True)
        rates = [rate * (n + prior) / (e + prior) for rate, n, e in pairs]
    lately = sum(count * weight for count, weight in zip(history.counts_lately, weights, strict=True))
    expected_lately = sum(rate * seen for rate, seen in zip(rates, history.observed_lately, strict=True))
    level = (lately + _LEVEL_PRIOR) / (expected_lately + _LEVEL_PRIOR)
    return tuple(rate * level for rate in rates)


def integrate_rates(hours: Sequence[float], start: float, end: float) -> float:
    """The integral of rates by hour of the week from `start` to `end`."""
    weeks, left = divmod(max(0.0, end - start), HOURS * HOUR)
    total, time = weeks * sum(hours) * HOUR, start
    while left > 0.0:
        step = min(left, (time // HOUR + 1.0) * HOUR - time)
        total += hours[hour_of_week(time)] * step
        time, left = time + step, left - step
    return total


def _observed(since: float, until: float, memory: float) -> tuple[float, ...]:
    """Seconds of each hour of the week that were observed, weighted: hour by hour back from `until`."""
    hours = [0.0] * HOURS
    start = until // HOUR * HOUR
    hours[hour_of_week(start)] = until - max(start, since)
    cell, counts = hour_of_week(start), math.exp((start - HOUR / 2 - until) / memory)
    fades = math.exp(-HOUR / memory)
    for _ in range(int((start - since) // HOUR)):
        cell = (cell - 1) % HOURS
        hours[cell] += HOUR * counts
        counts *= fades
    return tuple(hours)


def _by_hour(values: Sequence[float]) -> list[float]:
    """For each hour of the week, the sum of its hour of the day over all days, with half of each neighbour."""
    hours = [sum(values[hour::24]) for hour in range(24)]
    return [hours[h - 1] / 2 + hours[h] + hours[(h + 1) % 24] / 2 for h in range(24)] * 7


def _by_day(values: Sequence[float]) -> list[float]:
    """For each hour of the week, the sum of its day."""
    return [total for day in range(7) for total in [sum(values[day * 24 : day * 24 + 24])] * 24]


def _by_cell(values: Sequence[float]) -> list[float]:
    """For each hour of the week, its value with half of each neighbour."""
    return [values[h - 1] / 2 + values[h] + values[(h + 1) % HOURS] / 2 for h in range(HOURS)]
