"""The calendar of a source's coverage, and all sources by week. The query is in the URL; CSV and JSON give the same days."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from urllib.parse import urlencode

from markupsafe import Markup

from db.inspect.pages.components.form_values import date_of
from db.inspect.translation.dates import dated, weekdays
from db.reports.coverage import (
    MOST_ANEW,
    CoverageGap,
    SourceCoverage,
    coverage_gaps,
    load_coverage,
    load_coverage_weeks,
)
from db.reports.coverage_judge import CoverageState, DayCoverage, WeekCoverage

SOURCE_SPAN, ALL_SPAN = timedelta(weeks=52), timedelta(weeks=26)
DAYS_SPAN = timedelta(weeks=8)
"""Of all sources by day: half a year of 500 sources is 10 MB, and takes 0.64 s of processor time (docs/measurements.md)."""
MOST_SPAN = timedelta(days=366 * 5)
_LEVELS = 4
WORDS = {
    CoverageState.COMPLETE: "complete",
    CoverageState.THIN: "thin",
    CoverageState.MISSING: "missing",
    CoverageState.NOT_LOOKED: "not-looked",
    CoverageState.LEARNING: "learning",
}
"""Class names of the states."""
_SQUARES = {state: f'<span class="square {name}"></span>' for state, name in [*WORDS.items(), (None, "none")]}


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageForm:
    """The range of days of a page; wrong values count as empty."""

    since: date | None = None
    until: date | None = None

    @staticmethod
    def of(arguments: Mapping[str, str]) -> CoverageForm:
        """From the query parameters of a URL."""
        return CoverageForm(since=date_of(arguments.get("since")), until=date_of(arguments.get("until")))

    @property
    def query(self) -> str:
        """The range as the query of a URL, with its question mark; "" if it is not given."""
        values = {name: day.isoformat() for name, day in (("since", self.since), ("until", self.until)) if day}
        return f"?{urlencode(values)}" if values else ""

    def bounds(self, now: datetime, span: timedelta) -> tuple[date, date]:
        """The first and the last day: by default a span up to now."""
        last = self.until or now.date()
        first = self.since or last - span
        return max(first, last - MOST_SPAN), last


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    """A square of the calendar. `level`, 0 to 4: how much was found, by what the source has on a good day."""

    day: DayCoverage
    word: str
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageCalendar:
    """A source's days, a row for each weekday and a column for each week. `months`: labels with their numbers of columns.

    `years`: those of which anything is known, to turn over to.
    """

    source: SourceCoverage
    months: list[tuple[str, str, int]]
    rows: list[tuple[str, list[CalendarDay | None]]]
    counts: Mapping[str, int]
    gaps: list[CoverageGap]
    found: int
    expected: float
    unfetched: int
    years: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageLine:
    """A source in one line: its weeks, oldest first, None where it has none."""

    source: SourceCoverage
    counts: Mapping[str, int]
    weeks: list[WeekCoverage | None]

    @property
    def strip(self) -> Markup:
        """The weeks as squares. A year of 500 sources has 26,000, each of which took the template five times as long."""
        return Markup("".join(_SQUARES[week.state if week else None] for week in self.weeks))  # noqa: S704 - names of states alone


def coverage_calendar(
    conn: sqlite3.Connection, source_id: int, form: CoverageForm, now: datetime
) -> CoverageCalendar | None:
    """The calendar of a source; None if nothing can be judged of it."""
    found = load_coverage(conn, now, [source_id])
    if not found:
        return None
    years = sorted({week.week.year for week in found[0].weeks})
    source = found[0].between(*form.bounds(now, SOURCE_SPAN))
    days = source.days
    top = _good_day(days)
    columns = [{day.day.weekday(): day for day in week.days} for week in source.weeks]
    return CoverageCalendar(
        source=source,
        months=_months(source.weeks),
        rows=[
            (label, [_calendar_day(column[number], top) if number in column else None for column in columns])
            for number, label in enumerate(weekdays("abbreviated"))
        ],
        counts=_counts(source),
        gaps=coverage_gaps(days)[::-1],
        found=sum(day.found for day in days),
        expected=sum(day.expected or 0.0 for day in days),
        unfetched=sum(day.unfetched for day in days),
        years=years,
    )


def coverage_lines(conn: sqlite3.Connection, form: CoverageForm, now: datetime) -> list[CoverageLine]:
    """All sources by week."""
    first, last = form.bounds(now, ALL_SPAN)
    shown = load_coverage_weeks(conn, now, first, last)
    monday = first - timedelta(days=first.weekday())
    mondays = [monday + timedelta(weeks=n) for n in range((last - monday).days // 7 + 1)]
    lines = []
    for source in shown:
        by_week = {week.week: week for week in source.weeks}
        lines.append(CoverageLine(source=source, counts=_counts(source), weeks=[by_week.get(one) for one in mondays]))
    return lines


def coverage_by_day(conn: sqlite3.Connection, form: CoverageForm, now: datetime) -> list[SourceCoverage]:
    """All sources by week and day."""
    first, last = form.bounds(now, DAYS_SPAN)
    return load_coverage(conn, now, since=first, until=last, most_anew=MOST_ANEW)


def recent_days(conn: sqlite3.Connection, source_id: int, now: datetime, days: int) -> dict[str, CoverageState]:
    """What is known of the last days of a source, by date: for charts of counts."""
    found = load_coverage(conn, now, [source_id])
    return {day.day.isoformat(): day.state for one in found for day in one.days[-days:]}


def _counts(source: SourceCoverage) -> dict[str, int]:
    counts = Counter(WORDS[week.state] for week in source.weeks)
    return {word: counts[word] for word in WORDS.values()}


def _good_day(days: list[DayCoverage]) -> int:
    """What only one day in twenty exceeds: one great day does not pale all others."""
    counts = sorted(day.found for day in days if day.found)
    return counts[len(counts) * 19 // 20] if counts else 1


def _calendar_day(day: DayCoverage, top: int) -> CalendarDay:
    level = min(_LEVELS, -(-day.found * _LEVELS // max(1, top)))
    return CalendarDay(day=day, word=WORDS[day.state], level=level)


def _months(weeks: tuple[WeekCoverage, ...]) -> list[tuple[str, str, int]]:
    """Each month in which weeks begin: a label that fits above three columns, one with the year, and how many weeks."""
    starts = [(dated(week.week, "month name"), dated(week.week, "month")) for week in weeks]
    return [(*labels, len(list(same))) for labels, same in groupby(starts)]
