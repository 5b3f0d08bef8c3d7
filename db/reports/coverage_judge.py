"""Judge each day and week of a source: complete, thin, missing, not looked at. Pure; docs/coverage.md gives the reasons.

    articles by day ─────────> rhythm ──> expected ─┐
    days that were looked at ───────────────────────┼─> a word for each day ──> a word for each week
    links that were seen and never fetched ─────────┘

Certain evidence comes first: a link that was seen and never fetched is missing; of a day that nobody looked at nothing can be said,
unless articles of it were found later. Rhythm decides the rest, and only where chance is excluded.
"""

from __future__ import annotations

import math
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from db.reports.rhythm import ACTIVE_SHARE, Rhythm, is_unlikely_low, learn_rhythm

CHANCE = 1e-5
"""The probability that a source by its rhythm has no article in days that are called missing. Of 400 sources one is wronged in a
year or so (`bench/database/coverage_accuracy.py`); with 1e-4 it is one in 40, and gaps are told about a fifth sooner."""
_LOG_CHANCE = math.log(CHANCE)
THIN = 0.4
"""A day or week is thin if less than this part of the expected was found, and chance is excluded as well. A summer with 60 % of
what is usual would have a thin week in 30 years with 0.5."""
UNFETCHED_SHARE = 0.05
"""A day is thin from this part of links never fetched. One dead link among a hundred does not spoil a day."""
UNLOOKED_CHANCE = 1e-2
"""The same for a day that nobody looked at, of which something was found later: that not all was found is likely anyway."""
_SHOWN = 0.1
"""Days of a gap on which less than this part of the best day of the week is expected stay complete: a Sunday without a Sunday
edition, the quiet days of a weekly."""
_WEIGHT = 0.05
"""A day that lacks something makes its week thin if it has this part of what the week is expected to have."""
_MADE_UP = 0.6
"""Nothing is missing if so much of it was found more than usual in the three days before and after: it was another day."""
_NEAR_DAYS, _MOVED_DAYS = 3, 2
"""Days on either side that are looked at, and the most active days that are taken to have moved."""
_PASSES = 3
"""Gaps found in one pass are left out of the rhythm of the next; a third changed nothing in simulations but for one year in 200."""


class CoverageState(StrEnum):
    """What can be said of a day or week. The values are stable: queries use them."""

    COMPLETE = "complete"
    THIN = "thin"
    MISSING = "missing"
    NOT_LOOKED = "not looked"
    LEARNING = "learning"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """One day: articles of it, whether its listings were read in time, and links of it that were never fetched."""

    found: int = 0
    looked: bool = True
    unfetched: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCoverage:
    """What is known of one day. `expected` is None while too little is known of the source."""

    day: date
    state: CoverageState
    expected: float | None
    found: int
    unfetched: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekCoverage:
    """A week, named by its Monday: its judged days (the first and the last week may have fewer than 7)."""

    week: date
    state: CoverageState
    expected: float | None
    found: int
    unfetched: int
    days: tuple[DayCoverage, ...]


@dataclass(slots=True, kw_only=True)
class _Days:
    """The days as columns; day 0 is a Monday, and days before the first are not usable."""

    found: list[int]
    looked: list[bool]
    unfetched: list[int]
    free: list[bool]
    usable: list[bool]


def judge_coverage(first: date, figures: list[DayFigures], holidays: AbstractSet[int]) -> list[WeekCoverage]:
    """Judge the days of a source from `first` on, by week. `holidays`: ordinals of `date`."""
    days, rhythm = _judge_days(first, figures, holidays)
    weeks: list[WeekCoverage] = []
    start = 0
    while start < len(days):
        end = min(len(days), start + 7 - days[start].day.weekday())
        weeks.append(_judge_week(tuple(days[start:end]), rhythm.dispersion if rhythm else 0.0))
        start = end
    return weeks


def _judge_days(
    first: date, figures: list[DayFigures], holidays: AbstractSet[int]
) -> tuple[list[DayCoverage], Rhythm | None]:
    lead, total = first.weekday(), first.weekday() + len(figures)
    days = _columns(first, figures, holidays, lead, -total % 7)
    ever_looked = any(figure.looked for figure in figures)
    gaps: set[int] = set()
    rhythm = None
    for _ in range(_PASSES):
        days.usable = [
            lead <= day < total
            and (days.looked[day] or not ever_looked)
            and not days.free[day]
            and not (days.unfetched[day] and _is_short(days, day))
            and day not in gaps
            for day in range(len(days.found))
        ]
        rhythm = learn_rhythm(days.found, days.usable)
        again = _gaps(days, rhythm) if rhythm else set()
        if again == gaps:
            break
        gaps = again
    start = first - timedelta(days=lead)
    return [_day(start + timedelta(days=day), day, days, rhythm, gaps) for day in range(lead, total)], rhythm


def _columns(first: date, figures: list[DayFigures], holidays: AbstractSet[int], lead: int, tail: int) -> _Days:
    start = first.toordinal() - lead
    found = [0] * lead + [figure.found for figure in figures] + [0] * tail
    return _Days(
        found=found,
        looked=[False] * lead + [figure.looked for figure in figures] + [False] * tail,
        unfetched=[0] * lead + [figure.unfetched for figure in figures] + [0] * tail,
        free=[start + day in holidays for day in range(len(found))],
        usable=[],
    )


def _is_short(days: _Days, day: int) -> bool:
    """Whether links of a day that were never fetched make it less than it was."""
    unfetched = days.unfetched[day]
    return unfetched >= max(1.0, UNFETCHED_SHARE * (days.found[day] + unfetched))


def _gaps(days: _Days, rhythm: Rhythm) -> set[int]:
    """Days of rests that chance does not explain."""
    gaps: set[int] = set()
    run: list[int] = []
    for day in range(len(days.found) + 1):
        if day < len(days.found) and days.found[day] == 0:
            run.append(day)
            continue
        proof = [one for one in run if days.looked[one] and not days.free[one]]
        if proof and sum(rhythm.log_none[one] for one in proof) < _LOG_CHANCE and not _made_up(days, rhythm, run):
            gaps.update(one for one in proof if rhythm.share[one] >= _SHOWN)
        run = []
    return gaps


def _made_up(days: _Days, rhythm: Rhythm, run: list[int]) -> bool:
    """Whether the articles of a rest came just before or after it: a weekly whose day has moved, a clock that is wrong."""
    active = [day for day in run if rhythm.share[day] >= ACTIVE_SHARE]
    if not 0 < len(active) <= _MOVED_DAYS:
        return False
    reach = range(max(0, active[0] - _NEAR_DAYS), min(len(days.found), active[-1] + 1 + _NEAR_DAYS))
    near = [day for day in reach if not run[0] <= day <= run[-1]]
    lost = sum(rhythm.expected[day] for day in run if not days.free[day])
    usual = sum(rhythm.expected[day] for day in near)
    more = sum(days.found[day] for day in near) - usual
    noise = math.sqrt(usual + rhythm.dispersion * sum(rhythm.expected[day] ** 2 for day in near))
    return more >= _MADE_UP * lost and more > 3 * noise


def _day(at: date, day: int, days: _Days, rhythm: Rhythm | None, gaps: set[int]) -> DayCoverage:
    found, unfetched = days.found[day], days.unfetched[day]
    usual = rhythm.expected[day] if rhythm else None
    if usual is not None and days.free[day]:
        usual = min(usual, float(found))
    known = found + unfetched
    expected = max(usual, float(known)) if usual is not None and unfetched else usual
    state = _state(day, days, rhythm, gaps)
    return DayCoverage(day=at, state=state, expected=expected, found=found, unfetched=unfetched)


def _state(day: int, days: _Days, rhythm: Rhythm | None, gaps: set[int]) -> CoverageState:
    found = days.found[day]
    if days.unfetched[day] and _is_short(days, day):
        return CoverageState.THIN if found else CoverageState.MISSING
    if not found and not days.looked[day]:
        return CoverageState.NOT_LOOKED
    if rhythm is None:
        return CoverageState.LEARNING
    if day in gaps:
        return CoverageState.MISSING
    usual = rhythm.expected[day]
    if (
        0 < found < THIN * usual
        and not days.free[day]
        and is_unlikely_low(found, usual, rhythm.dispersion, CHANCE if days.looked[day] else UNLOOKED_CHANCE)
        and not _made_up(days, rhythm, [day])
    ):
        return CoverageState.THIN
    return CoverageState.COMPLETE


def _judge_week(days: tuple[DayCoverage, ...], dispersion: float) -> WeekCoverage:
    found = sum(day.found for day in days)
    known = [day.expected for day in days if day.expected is not None]
    expected = sum(known) if known else None
    return WeekCoverage(
        week=days[0].day - timedelta(days=days[0].day.weekday()),
        state=_week_state(days, found, expected, dispersion),
        expected=expected,
        found=found,
        unfetched=sum(day.unfetched for day in days),
        days=days,
    )


def _week_state(days: tuple[DayCoverage, ...], found: int, expected: float | None, dispersion: float) -> CoverageState:
    """Missing or not looked at if nothing of what was expected was found, thin if something is not there."""
    # Where nothing is expected on a day, it does not matter whether anybody looked.
    least = _WEIGHT * expected if expected else 0.0
    of_weight = [day for day in days if day.expected is None or day.expected > least or day.unfetched]
    states = {day.state for day in of_weight or days}
    lacking = states & {CoverageState.MISSING, CoverageState.NOT_LOOKED, CoverageState.THIN}
    if not found and lacking:
        return CoverageState.MISSING if CoverageState.MISSING in lacking else CoverageState.NOT_LOOKED
    if lacking:
        return CoverageState.THIN
    if CoverageState.LEARNING in states:
        return CoverageState.LEARNING
    if expected and found < THIN * expected:
        # Days vary by themselves, so that their sum varies less than one of them.
        of_week = dispersion * sum((day.expected or 0.0) ** 2 for day in days) / expected**2
        if is_unlikely_low(found, expected, of_week, CHANCE):
            return CoverageState.THIN
    return CoverageState.COMPLETE
