"""Articles of a week by hour and source; shown on the front page.

Where crawls run all day, the week is the last one, and an article counts in the hour in which it arrived: when a page of it was
fetched that is new, a copy of another, or a revision; a page with the same text does not count. An archive that was imported,
back-filled or crawled now and then got its articles in a few hours, which says nothing about the news. There the week is the
latest with articles, and each counts in the hour of its publication. Hours and days are in the local time zone.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from db.sqlite.conditions import PAGE_TO_ROW
from db.sqlite.named_rows import named_rows
from db.store.sites.sources import source_names
from db.timestamps import format_timestamp, parse_timestamp

DAYS = 7
HOURS = 24
LEAST_CRAWLED = HOURS // 4
"""Crawled hours of the last day from which on articles count when they arrived: a crawl at least every four hours. Below, most of
the picture would be hatched."""

# The index (source_id, fetched_at) covers the columns of `pages`; `decisions` is looked up by its key.
# INDEXED BY: without statistics SQLite would scan all decisions instead, with them fill a Bloom filter from all.
_ARRIVALS = f"""
SELECT strftime('%Y-%m-%dT%H', p.fetched_at, 'localtime') AS hour, p.source_id, d.verdict, count(*) AS articles
FROM pages p INDEXED BY pages_source CROSS JOIN decisions d ON d.page_id = p.id
WHERE p.source_id IN (SELECT id FROM sources) AND p.fetched_at >= :since
  AND {PAGE_TO_ROW.format("d.verdict")} IN ('new', 'copy', 'revision')
GROUP BY 1, 2, 3
"""

# An index by time, then the short row of each article of the week. A time to the day has no hour.
_PUBLISHED = """
SELECT strftime('%Y-%m-%dT%H', c.published_utc, 'localtime') AS hour, c.source_id,
       CASE c.article_id WHEN c.original_id THEN 'new' ELSE 'copy' END AS verdict, count(*) AS articles
FROM current_pages c INDEXED BY current_pages_published
WHERE c.source_id IN (SELECT id FROM sources) AND c.published_utc BETWEEN :since AND :until AND c.published_precision <> 'day'
GROUP BY 1, 2, 3
"""
_LAST_PUBLISHED = "SELECT max(published_utc) FROM current_pages WHERE published_utc <= ?"

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

    `idle`: the hours of the week in which nothing was crawled, so that nothing could arrive. `published`: hours are those of
    publication; the week ends with the newest article, and there are no idle hours and no revisions.
    """

    day: list[HourlyArrivals]
    week: list[tuple[datetime, int]]
    sources: list[SourceArrivals]
    idle: frozenset[datetime] = frozenset()
    published: bool = False
    in_week_by_verdict: Mapping[str, int] = field(default_factory=dict)

    @property
    def in_day_by_verdict(self) -> dict[str, int]:
        """How many of the last 24 hours are new, a copy, a revision."""
        return {
            "new": sum(hour.new for hour in self.day),
            "copy": sum(hour.copies for hour in self.day),
            "revision": sum(hour.revisions for hour in self.day),
        }

    @property
    def in_day(self) -> int:
        """New articles, copies and revisions of the last 24 hours."""
        return sum(self.in_day_by_verdict.values())

    @property
    def in_week(self) -> int:
        """New articles, copies and revisions of the last 7 days."""
        return sum(number for _, number in self.week)


def arrivals(conn: sqlite3.Connection, now: datetime) -> Arrivals:
    """The week up to `now`, in whole hours including the current one."""
    last = now.astimezone().replace(minute=0, second=0, microsecond=0)
    first_of_week = _first_of_week(last)
    crawled = _crawled(conn, min(first_of_week, last - timedelta(hours=HOURS - 1)), now)
    rows = named_rows(conn, _ARRIVALS, {"since": format_timestamp(first_of_week)})
    return _week(conn, rows, last, crawled=crawled)


def telling_week(conn: sqlite3.Connection, arrived: Arrivals, now: datetime) -> Arrivals:
    """The week that says most: the one that `arrivals` gave, or the latest by publication where crawls are rare."""
    if HOURS - sum(hour.starts in arrived.idle for hour in arrived.day) >= LEAST_CRAWLED:
        return arrived
    newest = conn.execute(_LAST_PUBLISHED, (format_timestamp(now),)).fetchone()[0]
    if newest is None:
        return arrived
    last = parse_timestamp(newest).astimezone().replace(minute=0, second=0, microsecond=0)
    until = last + timedelta(hours=1)
    rows = named_rows(
        conn, _PUBLISHED, {"since": format_timestamp(_first_of_week(last)), "until": format_timestamp(until)}
    )
    published = _week(conn, rows, last, crawled=None)
    return published if published.sources else arrived


def _first_of_week(last: datetime) -> datetime:
    return (last - timedelta(days=DAYS - 1)).replace(hour=0)


def _week(
    conn: sqlite3.Connection, rows: Iterable[sqlite3.Row], last: datetime, *, crawled: set[str] | None
) -> Arrivals:
    """The week that ends with the hour `last`. `crawled`: the labels of hours in which a crawl ran; None counts publications."""
    first_of_week = _first_of_week(last)
    by_hour: Counter[tuple[str, str]] = Counter()
    week, day = Counter[int](), Counter[int]()
    recent = [last - timedelta(hours=back) for back in reversed(range(HOURS))]
    lately = {_label(hour) for hour in recent}
    for row in rows:
        by_hour[row["hour"], row["verdict"]] += row["articles"]
        week[row["source_id"]] += row["articles"]
        if row["hour"] in lately:
            day[row["source_id"]] += row["articles"]
    in_week = Counter[str]()
    for (at, verdict), number in by_hour.items():
        in_week[verdict] += number if at >= _label(first_of_week) else 0
    names = source_names(conn) if week else {}
    hours = _hours(min(first_of_week, recent[0]), last)
    return Arrivals(
        published=crawled is None,
        in_week_by_verdict=in_week,
        idle=frozenset() if crawled is None else frozenset(hour for hour in hours if _label(hour) not in crawled),
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
