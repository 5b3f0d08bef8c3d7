"""Articles that arrived in the last week, by hour and source of their fetch; shown on the front page.

An article arrives when a page of it is fetched that is new, a copy of another, or a revision; a page with the same text
does not count. Hours and days are in the local time zone.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.named_rows import named_rows
from db.sql_conditions import PAGE_TO_ROW
from db.store.sites.sources import source_names
from db.timestamps import format_timestamp, parse_timestamp

DAYS = 7
HOURS = 24

# The index (source_id, fetched_at) covers the columns of `pages`; `decisions` is looked up by its key.
# INDEXED BY: without statistics SQLite would scan all decisions instead, with them fill a Bloom filter from all.
_ARRIVALS = f"""
SELECT strftime('%Y-%m-%dT%H', p.fetched_at, 'localtime') AS hour, p.source_id, d.verdict, count(*) AS articles
FROM pages p INDEXED BY pages_source CROSS JOIN decisions d ON d.page_id = p.id
WHERE p.source_id IN (SELECT id FROM sources) AND p.fetched_at >= :since
  AND {PAGE_TO_ROW.format("d.verdict")} IN ('new', 'copy', 'revision')
GROUP BY 1, 2, 3
"""

# Latest first; a run that began earlier than the week may still reach into it, but only those of the last week are read.
_RUNS = "SELECT started_at, coalesce(ended_at, :now) FROM runs WHERE command = 'crawl' ORDER BY id DESC LIMIT 20000"


@dataclass(frozen=True, slots=True, kw_only=True)
class HourlyArrivals:
    """One hour in local time: how many articles arrived, by verdict."""

    starts: datetime
    new: int
    copies: int
    revisions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceArrivals:
    """Arrivals of a source in the last day and week."""

    id: int
    name: str
    day: int
    week: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """A week of arrivals: each of the last 24 hours, all hours of the 7 days, and the sources by their week.

    `idle`: the hours of the week in which nothing was crawled, so that nothing could arrive.
    """

    day: list[HourlyArrivals]
    week: list[tuple[datetime, int]]
    sources: list[SourceArrivals]
    idle: frozenset[datetime] = frozenset()

    @property
    def in_day(self) -> int:
        """Articles of the last 24 hours."""
        return sum(hour.new + hour.copies + hour.revisions for hour in self.day)

    @property
    def in_week(self) -> int:
        """Articles of the last 7 days."""
        return sum(number for _, number in self.week)


def arrivals(conn: sqlite3.Connection, now: datetime) -> Arrivals:
    """The week up to `now`, in whole hours including the current one."""
    last = now.astimezone().replace(minute=0, second=0, microsecond=0)
    first_of_week = (last - timedelta(days=DAYS - 1)).replace(hour=0)
    by_hour: Counter[tuple[str, str]] = Counter()
    week, day = Counter[int](), Counter[int]()
    recent = [last - timedelta(hours=back) for back in reversed(range(HOURS))]
    lately = {_label(hour) for hour in recent}
    for row in named_rows(conn, _ARRIVALS, {"since": format_timestamp(first_of_week)}):
        by_hour[row["hour"], row["verdict"]] += row["articles"]
        week[row["source_id"]] += row["articles"]
        if row["hour"] in lately:
            day[row["source_id"]] += row["articles"]
    names = source_names(conn) if week else {}
    hours = _hours(min(first_of_week, recent[0]), last)
    crawled = _crawled(conn, hours[0], now)
    return Arrivals(
        idle=frozenset(hour for hour in hours if _label(hour) not in crawled),
        day=[
            HourlyArrivals(
                starts=hour,
                new=by_hour[_label(hour), "new"],
                copies=by_hour[_label(hour), "copy"],
                revisions=by_hour[_label(hour), "revision"],
            )
            for hour in recent
        ],
        week=[
            (hour, sum(by_hour[_label(hour), verdict] for verdict in ("new", "copy", "revision")))
            for hour in _hours(first_of_week, last)
        ],
        sources=[
            SourceArrivals(id=source_id, name=names[source_id], day=day[source_id], week=number)
            for source_id, number in sorted(week.items(), key=lambda item: (-item[1], names[item[0]]))
        ],
    )


def _crawled(conn: sqlite3.Connection, first: datetime, now: datetime) -> set[str]:
    """The labels of the hours since `first` in which a crawl ran."""
    labels: set[str] = set()
    earliest = format_timestamp(first)
    for started_at, ended_at in conn.execute(_RUNS, {"now": format_timestamp(now)}):
        if started_at < earliest:
            break
        begun = parse_timestamp(started_at).astimezone().replace(minute=0, second=0, microsecond=0)
        labels |= {_label(hour) for hour in _hours(begun, min(now, parse_timestamp(ended_at)).astimezone())}
    return labels


def _hours(first: datetime, last: datetime) -> list[datetime]:
    hours = []
    while first <= last:
        hours.append(first)
        first += timedelta(hours=1)
    return hours


def _label(hour: datetime) -> str:
    return f"{hour:%Y-%m-%dT%H}"
