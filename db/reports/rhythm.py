"""What a source usually publishes on each day, learned from its own past. Pure; docs/coverage.md gives the reasons.

    good weeks before ──> mean of each weekday ─┐
                     └──> median level ─────────┴─> expected articles of a day, and how likely none would be

Days that prove nothing (holidays, days that nobody looked at, gaps already told) are not *usable*: no rate is learned from them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

LEVEL_WEEKS = 8
"""Good weeks whose median is the level. With 4, two weeks of outage in a month would be the rhythm; with 12, a source that grows by
4 % a week is expected a quarter too low."""
WEEKDAY_WEEKS = 12
"""Good weeks that weekdays are learned from: the mean of a weekday with one article has an error of 0.3 then."""
GOOD_DAYS = 4
"""A week with fewer usable days teaches nothing."""
LEAST_WEEKS, LEAST_ARTICLES = 2, 5
"""With fewer good weeks in all, or fewer articles in them, nothing is known."""
_FEW_BEFORE = 3
"""With fewer good weeks before it, a week goes by the first ones that there are, itself and later ones included."""
ACTIVE, ACTIVE_SHARE = 0.5, 0.25
"""A day is active if as many articles are expected, and this part of what the best day of its week has: nothing on another day (a
Sunday, the six days of a weekly) says nothing about how regular a source is."""
_BLOCK_WEEKS, _BLOCK_QUANTILE = 4, 0.6
"""Blocks in which the dispersion is measured, and which of them counts: the median would be too low (sums are skewed)."""
_REGULAR = 0.5
"""A source is regular if it rests for a single active day less than half as often as chance would have it."""
_LEAST_CHANCE = 8.0
"""So many single rests must be due to chance before their absence means anything. Growing sources are expected somewhat too low, so
that chance has a few rests too many; without this limit one of 100 such years had a false gap."""
_PRIOR = 0.25
"""Rests added to both: with 0.5, a source of one article each weekday could miss two without being told."""
_LEAST_RESTS, _RESTS_FACTOR = 6, 2.0
"""It skips days by habit if it rests at least so often, and so much oftener than chance would have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """Expected articles of each day, and the logarithm of the probability that none is published on it.

    `share`: the expected of a day as a part of that of the best day of its week. `dispersion` is that of a negative binomial: the
    variance is mean + dispersion * mean².
    """

    expected: list[float]
    share: list[float]
    log_none: list[float]
    dispersion: float


def learn_rhythm(found: Sequence[int], usable: Sequence[bool]) -> Rhythm | None:
    """The rhythm behind daily counts. Day 0 is a Monday, the length a multiple of 7. None if too little is known."""
    weeks = [_week_counts(found, usable, start) for start in range(0, len(found), 7)]
    good = [week for week in weeks if len(week.usable) >= GOOD_DAYS]
    if len(good) < LEAST_WEEKS or sum(week.total for week in good) < LEAST_ARTICLES:
        return None
    expected: list[float] = []
    before = 0
    for week in weeks:
        while before < len(good) and good[before].start < week.start:
            before += 1
        known = good[max(0, before - WEEKDAY_WEEKS) : before] if before >= _FEW_BEFORE else good[:LEVEL_WEEKS]
        expected += _expected_week(known)
    dispersion = _dispersion(found, expected, usable)
    share = [mean / top if top else 0.0 for mean, top in zip(expected, _week_tops(expected), strict=True)]
    active = [day for day, mean in enumerate(expected) if usable[day] and mean >= ACTIVE and share[day] >= ACTIVE_SHARE]
    none = _log_none(found, expected, active, dispersion)
    return Rhythm(expected=expected, share=share, log_none=none, dispersion=dispersion)


def _week_tops(expected: Sequence[float]) -> list[float]:
    """For each day, the expected of the best day of its week."""
    return [top for start in range(0, len(expected), 7) for top in [max(expected[start : start + 7])] * 7]


@dataclass(frozen=True, slots=True)
class _WeekCounts:
    """A week that starts on day `start`: its usable weekdays, what each of the seven has of usable articles, and all in all."""

    start: int
    usable: tuple[int, ...]
    counts: tuple[int, ...]
    total: int


def _week_counts(found: Sequence[int], usable: Sequence[bool], start: int) -> _WeekCounts:
    days = tuple(weekday for weekday in range(7) if usable[start + weekday])
    counts = tuple(found[start + weekday] if usable[start + weekday] else 0 for weekday in range(7))
    return _WeekCounts(start, days, counts, sum(counts))


def _expected_week(good: Sequence[_WeekCounts]) -> list[float]:
    """Expected articles of the seven days of a week, from good weeks, latest last."""
    totals = list(map(sum, zip(*(week.counts for week in good), strict=True))) or [0] * 7
    # Nearly all weeks are whole, and this runs for each week of each source.
    partial = [week for week in good if len(week.usable) < 7]
    counts = [len(good) - len(partial)] * 7
    for week in partial:
        for weekday in week.usable:
            counts[weekday] += 1
    everyday = sum(totals) / max(1, sum(counts))
    means = [total / count if count else everyday for total, count in zip(totals, counts, strict=True)]
    of_whole_week = sum(means)
    ratios = []
    for week in good[-LEVEL_WEEKS:]:
        usual = of_whole_week if len(week.usable) == 7 else sum([means[weekday] for weekday in week.usable])
        if usual > 0:
            ratios.append(week.total / usual)
    level = median(ratios) if ratios else 0.0
    return [mean * level for mean in means]


def _dispersion(found: Sequence[int], expected: Sequence[float], usable: Sequence[bool]) -> float:
    """By moments in each block of weeks, of which a middle one counts: neither an outage nor a source that changed its rate for two
    months is how it varies from day to day. A count is taken for at most three times the expected, for the same reason.
    """
    found_by_block = []
    for start in range(0, len(found), 7 * _BLOCK_WEEKS):
        excess = squares = 0.0
        for day in range(start, min(len(found), start + 7 * _BLOCK_WEEKS)):
            mean = expected[day]
            if usable[day] and mean > 0:
                taken = min(found[day], 3 * mean + 5)
                excess += (taken - mean) ** 2 - taken
                squares += mean * mean
        if squares:
            found_by_block.append(excess / squares)
    found_by_block.sort()
    return max(0.0, found_by_block[int(len(found_by_block) * _BLOCK_QUANTILE)]) if found_by_block else 0.0


def _log_none(found: Sequence[int], expected: Sequence[float], active: Sequence[int], dispersion: float) -> list[float]:
    """By the negative binomial, and then by how often the source rests for a single day of those that are `active`.

    Longer rests do not count here: they may be the very gaps that are sought, and would hide themselves.
    """
    by_chance = [log_none(mean, dispersion) for mean in expected]
    rests, chance = 0, 0.0
    for place in range(1, len(active) - 1):
        before, day, after = active[place - 1 : place + 2]
        none = math.exp(by_chance[day])
        chance += none * (1 - none) ** 2
        rests += not found[day] and bool(found[before]) and bool(found[after])
    if rests >= _LEAST_RESTS and rests > _RESTS_FACTOR * chance:
        habit = (rests - chance) / len(active)
        return [math.log(habit + (1 - habit) * math.exp(value)) for value in by_chance]
    ratio = (rests + _PRIOR) / (chance + _PRIOR)
    if chance >= _LEAST_CHANCE and ratio < _REGULAR:
        least = min((expected[day] for day in active), default=math.inf)
        return [
            value + math.log(ratio) if mean >= least else value for value, mean in zip(by_chance, expected, strict=True)
        ]
    return by_chance


def log_none(mean: float, dispersion: float) -> float:
    """The logarithm of the probability of a count of 0."""
    if dispersion * mean < 1e-6:
        return -mean
    return -math.log1p(dispersion * mean) / dispersion


def is_unlikely_low(count: int, mean: float, dispersion: float, chance: float) -> bool:
    """Whether so few or fewer have a probability under `chance`."""
    term = log_none(mean, dispersion)
    total = math.exp(term)
    for n in range(1, count + 1):
        step = (1 + dispersion * (n - 1)) * mean / (n * (1 + dispersion * mean))
        term += math.log(step)
        total += math.exp(term)
        if total >= chance:
            return False
    return total < chance
