"""When in the week a source publishes: 168 hours of UTC, each with its rate.

A rate is learned in steps, each leaning on the one before where there is little to go by:
all hours alike ─> hours of the day ─> days of the week ─> the single hour of the week ─> the level of the last days.
Old weeks count less. Hours are of UTC: a change of the clock moves a source's rhythm by one of them, for some weeks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

HOUR = 3600.0
DAY = 24 * HOUR
HOURS = 168

# An article counts 1/e after this, an eighth after four weeks. A source that turns its day around is followed within two weeks
# (the site "turned" of bench/service/cadence.py), and an hour of the week still has two or three weeks to it.
MEMORY = 14 * DAY
# How much is published at all changes faster than when.
LEVEL_MEMORY = 5 * DAY
# So many expected articles must stand against a prior for both to count the same. Half or twice as many change the mean delay
# by 2 % at most, less than one seed differs from another (bench/service/cadence.py: steady, night, turned).
_HOUR_PRIOR = 4.0
_DAY_PRIOR = 8.0
_CELL_PRIOR = 16.0
_LEVEL_PRIOR = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyProfile:
    """The articles of a watched time: of each its hour of the week, and what it still counts by either memory.

    `watched` and `watched_lately` are seconds of each hour of the week, faded in the same way.
    """

    cells: tuple[int, ...]
    counts: tuple[float, ...]
    counts_lately: tuple[float, ...]
    watched: tuple[float, ...]
    watched_lately: tuple[float, ...]


def hour_of_week(time: float) -> int:
    """The hour of the week of a Unix time; 0 is Thursday 00:00 UTC, when Unix time began."""
    return int(time // HOUR) % HOURS


def build_profile(times: Sequence[float], *, since: float, until: float) -> WeeklyProfile:
    """What `weekly_rates` learns from: articles at `times`, all within [since, until]."""
    return WeeklyProfile(
        cells=tuple(hour_of_week(time) for time in times),
        counts=tuple(math.exp((time - until) / MEMORY) for time in times),
        counts_lately=tuple(math.exp((time - until) / LEVEL_MEMORY) for time in times),
        watched=_watched(since, until, MEMORY),
        watched_lately=_watched(since, until, LEVEL_MEMORY),
    )


def weekly_rates(history: WeeklyProfile, weights: Sequence[float]) -> tuple[float, ...]:
    """Articles a second in each hour of the week; `weights` say how much of each article counts."""
    found = [0.0] * HOURS
    for cell, count, weight in zip(history.cells, history.counts, weights, strict=True):
        found[cell] += count * weight
    rates = [sum(found) / sum(history.watched)] * HOURS
    for grouped, prior in ((_by_hour, _HOUR_PRIOR), (_by_day, _DAY_PRIOR), (_by_cell, _CELL_PRIOR)):
        expected = grouped([rate * seen for rate, seen in zip(rates, history.watched, strict=True)])
        pairs = zip(rates, grouped(found), expected, strict=True)
        rates = [rate * (n + prior) / (e + prior) for rate, n, e in pairs]
    lately = sum(count * weight for count, weight in zip(history.counts_lately, weights, strict=True))
    expected_lately = sum(rate * seen for rate, seen in zip(rates, history.watched_lately, strict=True))
    level = (lately + _LEVEL_PRIOR) / (expected_lately + _LEVEL_PRIOR)
    return tuple(rate * level for rate in rates)


def integrate_rates(hours: Sequence[float], start: float, end: float) -> float:
    """What rates by hour of the week come to from `start` to `end`."""
    weeks, left = divmod(max(0.0, end - start), HOURS * HOUR)
    total, time = weeks * sum(hours) * HOUR, start
    while left > 0.0:
        step = min(left, (time // HOUR + 1.0) * HOUR - time)
        total += hours[hour_of_week(time)] * step
        time, left = time + step, left - step
    return total


def _watched(since: float, until: float, memory: float) -> tuple[float, ...]:
    """How long each hour of the week was watched, in seconds, faded: hour by hour back from `until`."""
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
    """For each hour of the week what its hour of the day has on all days, with half of each neighbour."""
    hours = [sum(values[hour::24]) for hour in range(24)]
    return [hours[h - 1] / 2 + hours[h] + hours[(h + 1) % 24] / 2 for h in range(24)] * 7


def _by_day(values: Sequence[float]) -> list[float]:
    """For each hour of the week what its day has."""
    return [total for day in range(7) for total in [sum(values[day * 24 : day * 24 + 24])] * 24]


def _by_cell(values: Sequence[float]) -> list[float]:
    """For each hour of the week what it has, with half of each neighbour."""
    return [values[h - 1] / 2 + values[h] + values[(h + 1) % HOURS] / 2 for h in range(HOURS)]
