"""Gaps that are known, in simulated years of several rhythms: all of them found, and no others."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date, timedelta

import pytest

from db.reports.coverage import coverage_gaps
from db.reports.coverage_judge import (
    CoverageState,
    DayCoverage,
    DayFigures,
    WeekCoverage,
    judge_coverage,
)
from db.reports.holidays import easter, holidays
from db.reports.rhythm import is_unlikely_low, log_none
from tests.db.reports.simulated_year import DAYS, FIRST, SOURCES, Gap, Source, Year, simulated_year

# None of these was looked at when the model's numbers were chosen; bench/database/coverage_accuracy.py takes as many as you like.
SEEDS = range(1000, 1006)
# By the true rhythm nothing at all would be published in these days less than once in so many.
CERTAIN = math.log(1e-9)
LACKING = (CoverageState.MISSING, CoverageState.NOT_LOOKED, CoverageState.THIN)


def days_of(weeks: list[WeekCoverage]) -> list[DayCoverage]:
    return [day for week in weeks for day in week.days]


def in_or_beside(year: Year) -> set[int]:
    """The days of the gaps, and days without articles that touch them: they are one rest."""
    days: set[int] = set()
    for gap in year.gaps:
        days.update(gap.days)
        for start, step in ((gap.start - 1, -1), (gap.days[-1] + 1, 1)):
            at = start
            while 0 <= at < DAYS and not year.figures[at].found:
                days.add(at)
                at += step
    return days


def log_chance(year: Year, gap: Gap) -> float:
    """The logarithm of the probability that the source publishes nothing in these days by its true rhythm.

    For one that never misses a day: -7 for each, as if it did so once in a thousand days.
    """
    means = [
        year.source.mean(FIRST + timedelta(days=day), day)
        for day in gap.days
        if (FIRST + timedelta(days=day)).toordinal() not in year.holidays
    ]
    if year.source.dispersion is None:
        return -7 * sum(means)
    return sum(log_none(mean, year.source.dispersion) for mean in means)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_every_gap_is_found_and_no_other(source: Source) -> None:
    certain = 0
    for seed in SEEDS:
        year = simulated_year(source, seed, silent=True)
        weeks = judge_coverage(FIRST, year.figures, year.holidays)
        days = days_of(weeks)
        gaps = in_or_beside(year)
        assert not [day for n, day in enumerate(days) if n not in gaps and day.state in LACKING], seed
        weeks_of_gaps = {FIRST + timedelta(days=day - day % 7) for day in gaps}
        assert not [week for week in weeks if week.week not in weeks_of_gaps and week.state in LACKING], seed
        for gap in year.gaps:
            found = {days[day].state for day in gap.days}
            if gap.kind == "down":
                assert found == {CoverageState.NOT_LOOKED}, (seed, gap)
            elif gap.kind == "unfetched":
                lost = [day for day in gap.days if year.published[day]]
                assert all(days[day].state is CoverageState.MISSING for day in lost), (seed, gap)
                assert all(days[day].unfetched == year.published[day] for day in lost)
            elif log_chance(year, gap) < CERTAIN:
                certain += 1
                assert CoverageState.MISSING in found, (seed, gap)
    if source.name in ("weekday paper", "300 a day", "holidays", "ten a day", "one each weekday"):
        assert certain >= 4


def daily(*found: int, **columns: object) -> list[DayFigures]:
    return [DayFigures(found=number, **columns) for number in found]  # type: ignore[arg-type]


def judged_weeks(figures: list[DayFigures], first: date = FIRST) -> list[WeekCoverage]:
    return judge_coverage(first, figures, frozenset())


def judged(figures: list[DayFigures], free: Iterable[int] = ()) -> list[DayCoverage]:
    return days_of(judge_coverage(FIRST, figures, frozenset(free)))


def test_a_week_is_named_by_what_is_lacking() -> None:
    week = [5, 5, 5, 5, 5, 2, 0]
    figures = daily(*week * 8)
    figures[14:21] = daily(*[0] * 7, looked=False)
    figures[28:35] = daily(*[0] * 7)
    figures[37] = DayFigures(found=0, unfetched=5)
    figures[48] = DayFigures(found=0, looked=False)
    weeks = judged_weeks(figures)
    complete, thin = CoverageState.COMPLETE, CoverageState.THIN
    assert [week.state for week in weeks] == [
        *(complete, complete, CoverageState.NOT_LOOKED, complete, CoverageState.MISSING, thin),
        *(complete, complete),
    ], "the Sunday of which nothing is known has nothing to miss"
    assert weeks[5].unfetched == 5
    assert weeks[4].expected == pytest.approx(27, abs=1)
    gaps = coverage_gaps(day for week in weeks for day in week.days)
    assert [(gap.state, gap.first, gap.days) for gap in gaps[:2]] == [
        (CoverageState.NOT_LOOKED, FIRST + timedelta(days=14), 7),
        (CoverageState.MISSING, FIRST + timedelta(days=28), 6),
    ]
    assert gaps[1].lost == pytest.approx(27, abs=1)


def test_what_was_found_later_counts_whoever_looked() -> None:
    figures = daily(*[10] * 70)
    figures[30:34] = daily(10, 9, 1, 0, looked=False)
    states = [day.state for day in judged(figures)[30:34]]
    assert states == [
        CoverageState.COMPLETE,
        CoverageState.COMPLETE,
        CoverageState.THIN,
        CoverageState.NOT_LOOKED,
    ]


def test_one_dead_link_does_not_spoil_a_day() -> None:
    figures = daily(*[30] * 70)
    figures[30], figures[40] = DayFigures(found=29, unfetched=1), DayFigures(found=20, unfetched=10)
    days = judged(figures)
    assert (days[30].state, days[40].state) == (CoverageState.COMPLETE, CoverageState.THIN)
    assert days[40].expected == pytest.approx(30, abs=0.5)


def test_a_weekly_that_comes_a_day_late_has_no_gap_and_one_that_does_not_come_has() -> None:
    figures = daily(*[0, 0, 0, 20, 0, 0, 0] * 52)
    figures[73], figures[74] = DayFigures(found=0), DayFigures(found=19)
    figures[143] = DayFigures(found=0)
    lacking = [n for n, day in enumerate(judged(figures)) if day.state in LACKING]
    assert lacking == [143]


def test_holidays_prove_nothing() -> None:
    figures = daily(*[30] * 70)
    figures[30:33] = daily(0, 0, 0)
    free = [(FIRST + timedelta(days=n)).toordinal() for n in (30, 31, 32)]
    days = judged(figures, free)
    assert {day.state for day in days} == {CoverageState.COMPLETE}
    assert [day.expected for day in days[30:33]] == [0, 0, 0]
    assert judged(figures)[31].state is CoverageState.MISSING


def test_a_lasting_drop_is_thin_until_it_is_the_rhythm() -> None:
    weeks = judged_weeks(daily(*[40] * 140, *[8] * 140))
    thin = [n for n, week in enumerate(weeks) if week.state is CoverageState.THIN]
    assert thin[0] == 20
    assert 3 <= len(thin) <= 9
    assert thin == list(range(20, 20 + len(thin)))


def test_the_first_weeks_are_learning_and_imports_go_by_what_they_have() -> None:
    few = judged(daily(3, 4, 2, 0, 3))
    assert {day.state for day in few} == {CoverageState.LEARNING}
    assert {day.expected for day in few} == {None}
    assert judged_weeks(daily(3, 4, 2, 0, 3))[0].state is CoverageState.LEARNING
    imported = judged(daily(*[20] * 30, 0, 0, 0, *[20] * 37, looked=False))
    assert [n for n, day in enumerate(imported) if day.state is CoverageState.NOT_LOOKED] == [30, 31, 32]
    assert imported[31].expected == pytest.approx(20, abs=1)


def test_days_may_begin_in_the_middle_of_a_week() -> None:
    weeks = judged_weeks(daily(*[10] * 68), first=FIRST + timedelta(days=3))
    assert [len(week.days) for week in (weeks[0], weeks[1], weeks[-1])] == [4, 7, 1]
    assert weeks[0].week == FIRST
    assert {week.state for week in weeks} == {CoverageState.COMPLETE}


@pytest.mark.parametrize("year", [(2025, date(2025, 4, 20)), (2026, date(2026, 4, 5)), (2038, date(2038, 4, 25))])
def test_easter(year: tuple[int, date]) -> None:
    assert easter(year[0]) == year[1]


@pytest.mark.parametrize(
    ("language", "day", "is_free"),
    [
        ("de", "2026-12-25", True),
        ("de", "2026-04-06", True),
        ("de", "2026-10-05", False),
        ("zh-Hans", "2026-02-19", True),
        ("zh", "2026-10-05", True),
        ("zh", "2026-04-06", True),
        ("zh", "2026-04-03", False),
        ("en", "2026-11-26", True),
        ("en", "2026-05-25", True),
        ("", "2026-01-01", True),
        ("", "2026-02-19", False),
    ],
)
def test_holidays_by_language(language: str, day: str, is_free: bool) -> None:
    at = date.fromisoformat(day)
    assert (at.toordinal() in holidays(language, at.year)) is is_free


@pytest.mark.parametrize("dispersion", [0.0, 0.2, 1.0])
def test_the_tail_of_the_negative_binomial(dispersion: float) -> None:
    mean = 6.0

    def probability(count: int) -> float:
        if not dispersion:
            return math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))
        size = 1 / dispersion
        of = math.lgamma(count + size) - math.lgamma(size) - math.lgamma(count + 1)
        return math.exp(of + size * math.log(size / (size + mean)) + count * math.log(mean / (size + mean)))

    def below(count: int) -> float:
        return sum(probability(n) for n in range(count + 1))

    assert math.exp(log_none(mean, dispersion)) == pytest.approx(probability(0))
    for count in (0, 1, 3):
        assert is_unlikely_low(count, mean, dispersion, below(count) * 1.01)
        assert not is_unlikely_low(count, mean, dispersion, below(count) * 0.99)
