"""Days, weeks and months of a range, and what coverage says of them. Weeks begin on Monday.

A period lacks something where the sources that were thin, missing or not looked at fall short of what was expected by a tenth of
all that was expected: for one source that is nearly every such day, for five hundred a day on which the archive is not what it
usually is.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from db.reports.coverage import SourceCoverage, load_coverage
from db.reports.coverage_judge import CoverageState

LACKING_SHARE = 0.1
"""A tenth: as much as the 95 % interval of a share leaves open for some 400 articles."""
# Of so many sources each is judged anew where that is due, which takes 3 ms a year; of more, what is stored counts.
_MOST_JUDGED = 12
# A day of "auto" is a point for the eye up to so many.
_MOST_DAYS, _MOST_WEEKS_DAYS = 100, 366 * 3
_LACKING = frozenset({CoverageState.THIN.value, CoverageState.MISSING.value, CoverageState.NOT_LOOKED.value})
_SUMS = "SELECT start, expected, lost FROM coverage_sums WHERE unit = ? AND start BETWEEN ? AND ?"
_COUNT_SOURCES = "SELECT count(*) FROM (SELECT 1 FROM sources WHERE removed_at IS NULL LIMIT ?)"


class PeriodUnit(StrEnum):
    """The length of a period."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Its first and last day, both within the range that was asked for. `label`: the day, the Monday, or the month, in ISO 8601."""

    first: date
    last: date
    label: str


@dataclass(slots=True)
class _Expectation:
    expected: float = 0.0
    lost: float = 0.0


def usual_unit(first: date, last: date) -> PeriodUnit:
    """The unit that gives a readable number of points: up to 100 days, 156 weeks."""
    days = (last - first).days + 1
    return PeriodUnit.DAY if days <= _MOST_DAYS else PeriodUnit.WEEK if days <= _MOST_WEEKS_DAYS else PeriodUnit.MONTH


def periods_between(first: date, last: date, unit: PeriodUnit) -> list[Period]:
    """The periods that have a day in the range, in order, cut at its ends."""
    periods = []
    start = first
    while start <= last:
        if unit is PeriodUnit.DAY:
            end, label = start, start.isoformat()
        elif unit is PeriodUnit.WEEK:
            monday = start - timedelta(days=start.weekday())
            end, label = monday + timedelta(days=6), monday.isoformat()
        else:
            end, label = (
                (start.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1),
                f"{start:%Y-%m}",
            )
        periods.append(Period(first=start, last=min(end, last), label=label))
        start = end + timedelta(days=1)
    return periods


def lacking_periods(
    conn: sqlite3.Connection, now: datetime, periods: Sequence[Period], source_ids: Sequence[int]
) -> list[bool]:
    """For each period, whether these sources, or all (none named) together, lack something."""
    if not periods:
        return []
    first, last = periods[0].first, periods[-1].last
    few = bool(source_ids) or conn.execute(_COUNT_SOURCES, (_MOST_JUDGED + 1,)).fetchone()[0] <= _MOST_JUDGED
    if few:
        found = load_coverage(conn, now, source_ids or None, since=first, until=last)
        return lacking_of(found, periods)
    if periods[0].label == first.isoformat() and len(periods) == (last - first).days + 1:
        return _lacking(_stored(conn, "day", first, last), periods)
    # A week belongs to the month of its Thursday.
    weeks = (
        (max(first, min(last, monday + timedelta(days=3))), expected, lost)
        for monday, expected, lost in _stored(conn, "week", first - timedelta(days=first.weekday()), last)
    )
    return _lacking(weeks, periods)


def lacking_of(sources: Iterable[SourceCoverage], periods: Sequence[Period]) -> list[bool]:
    """For each period, whether these sources lack something."""
    days = [day for source in sources for day in source.days]
    lost = [max(0.0, (day.expected or 0.0) - day.found) if day.state.value in _LACKING else 0.0 for day in days]
    return _lacking(((day.day, day.expected or 0.0, of) for day, of in zip(days, lost, strict=True)), periods)


def _stored(conn: sqlite3.Connection, unit: str, first: date, last: date) -> Iterator[tuple[date, float, float]]:
    """What was expected of all sources together and what is lost, by day or week."""
    rows = conn.execute(_SUMS, (unit, first.isoformat(), last.isoformat()))
    return ((date.fromisoformat(start), expected / 100, lost / 100) for start, expected, lost in rows)


def _lacking(days: Iterable[tuple[date, float, float]], periods: Sequence[Period]) -> list[bool]:
    known = [_Expectation() for _ in periods]
    starts = [period.first for period in periods]
    for day, expected, lost in days:
        at = bisect_right(starts, day) - 1
        if at >= 0 and day <= periods[-1].last:
            known[at].expected += expected
            known[at].lost += lost
    return [one.lost > 0 and one.lost >= LACKING_SHARE * one.expected for one in known]
