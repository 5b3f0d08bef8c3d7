"""Coverage as an object for JSON and as rows for CSV: the same from `copydesk coverage` and from the inspector. Keys are stable."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from db.reports.coverage import SourceCoverage, coverage_gaps
from db.reports.coverage_judge import DayCoverage, WeekCoverage

DAY_COLUMNS = ("source", "day", "state", "expected", "found", "unfetched")
WEEK_COLUMNS = ("source", "week", "state", "expected", "found", "unfetched")


def weeks_object(source: SourceCoverage, *, is_late: bool) -> dict[str, object]:
    """The coverage of a source by week alone. `is_late`: as it was judged last, days have come since."""
    return {
        "source": source.name,
        "judged_late": is_late,
        "weeks": [_counted("week", week.week, week) for week in source.weeks],
    }


def coverage_object(source: SourceCoverage, *, is_late: bool = False) -> dict[str, object]:
    """The coverage of a source: its weeks with their days, and its gaps. `is_late`: as it was judged last, days have come since."""
    return {
        "source": source.name,
        "judged_late": is_late,
        "weeks": [
            _counted("week", week.week, week) | {"days": [_counted("day", day.day, day) for day in week.days]}
            for week in source.weeks
        ],
        "gaps": [
            {
                "first": gap.first.isoformat(),
                "last": gap.last.isoformat(),
                "days": gap.days,
                "state": gap.state.value,
                "lost": round(gap.lost, 2),
            }
            for gap in coverage_gaps(source.days)
        ],
    }


def week_rows(source: SourceCoverage) -> Iterator[dict[str, object]]:
    """A row for each week, with the columns `WEEK_COLUMNS`."""
    for week in source.weeks:
        yield {"source": source.name, **_counted("week", week.week, week)}


def day_rows(source: SourceCoverage) -> Iterator[dict[str, object]]:
    """A row for each day, with the columns `DAY_COLUMNS`."""
    for day in source.days:
        yield {"source": source.name, **_counted("day", day.day, day)}


def _counted(key: str, first: date, of: WeekCoverage | DayCoverage) -> dict[str, object]:
    return {
        key: first.isoformat(),
        "state": of.state.value,
        "expected": None if of.expected is None else round(of.expected, 2),
        "found": of.found,
        "unfetched": of.unfetched,
    }
