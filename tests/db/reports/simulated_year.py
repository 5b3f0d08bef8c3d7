"""A year of a source with gaps that are known: what it published by day, what was found, what was seen, when was looked."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from db.reports.coverage_judge import DayFigures
from db.reports.holidays import holidays

FIRST = date(2025, 1, 6)
DAYS = 364
Mean = Callable[[date, int], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How a source publishes: the mean of a day, and how it varies (0: Poisson; None: to the article)."""

    name: str
    mean: Mean
    dispersion: float | None = 0.0
    language: str = "de"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Days from `start` on. `kind`: down (nobody looked), unfetched (links were seen), silent (listings showed nothing new)."""

    start: int
    length: int
    kind: str

    @property
    def days(self) -> range:
        return range(self.start, self.start + self.length)


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    source: Source
    published: list[int]
    figures: list[DayFigures]
    gaps: list[Gap]
    holidays: frozenset[int]


def _workdays(each: float, weekend: float = 0.0) -> Mean:
    return lambda day, n: each if day.weekday() < 5 else weekend


def _at_rest(mean: Mean, language: str) -> Mean:
    return lambda day, n: 0.0 if day.toordinal() in holidays(language, day.year) else mean(day, n)


SOURCES = (
    Source(name="weekday paper", mean=_workdays(30.0)),
    Source(name="one each weekday", mean=_workdays(1.0), dispersion=None),
    Source(name="weekly bursts", mean=lambda day, n: 25.0 if day.weekday() == 3 else 0.3, dispersion=0.05),
    Source(name="five a week", mean=lambda day, n: 5 / 7),
    Source(name="five a week on weekdays", mean=_workdays(1.0)),
    Source(name="ten a day", mean=lambda day, n: 10.0, dispersion=0.1),
    Source(name="300 a day", mean=lambda day, n: 300.0 * (1 - 0.3 * (day.weekday() > 4)), dispersion=0.03),
    Source(name="growing", mean=lambda day, n: 5.0 * math.exp(2.0 * n / DAYS), dispersion=0.1),
    Source(name="shrinking", mean=lambda day, n: 40.0 * math.exp(-1.5 * n / DAYS), dispersion=0.1),
    Source(name="holidays", mean=_at_rest(_workdays(20.0, 5.0), "de"), dispersion=0.1),
    Source(name="Chinese holidays", mean=_at_rest(_workdays(40.0, 20.0), "zh"), dispersion=0.1, language="zh"),
    Source(name="summer", mean=lambda day, n: 12.0 * (0.6 if day.month in (7, 8) else 1.0), dispersion=0.1),
    Source(name="moody", mean=lambda day, n: 8.0, dispersion=0.5),
)


def poisson(rng: random.Random, mean: float) -> int:
    """A count, by the normal distribution where it is large."""
    if mean > 60:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count


def count_of(rng: random.Random, mean: float, dispersion: float | None) -> int:
    if dispersion is None:
        return round(mean)
    if dispersion and mean:
        mean *= rng.gammavariate(1 / dispersion, dispersion)
    return poisson(rng, mean)


def simulated_year(source: Source, seed: int, *, silent: bool) -> Year:
    """A year with six gaps of two to nine days; with `silent`, some of which only the rhythm can tell."""
    rng = random.Random(f"{source.name} {seed}")
    dates = [FIRST + timedelta(days=n) for n in range(DAYS)]
    published = [count_of(rng, source.mean(day, n), source.dispersion) for n, day in enumerate(dates)]
    gaps: list[Gap] = []
    for kind in ("down", "unfetched", "silent" if silent else "down") * 2:
        length = rng.choice((2, 2, 3, 4, 9))
        while True:
            start = rng.randrange(10, DAYS - 12)
            if all(abs(start - gap.start) > 20 for gap in gaps):
                break
        gaps.append(Gap(start=start, length=length, kind=kind))
    kinds = {day: gap.kind for gap in gaps for day in gap.days}
    figures = [
        DayFigures(
            found=0 if n in kinds else number,
            looked=kinds.get(n) != "down",
            unfetched=number if kinds.get(n) == "unfetched" else 0,
        )
        for n, number in enumerate(published)
    ]
    free = holidays(source.language, 2025) | holidays(source.language, 2026)
    return Year(source=source, published=published, figures=figures, gaps=gaps, holidays=free)
