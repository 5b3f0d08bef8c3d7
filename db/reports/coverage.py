"""Coverage of sources: read what was judged, judge what has changed, store the judgement.

    source_days (kept by triggers) ──> DayFigures ──> judge_coverage ──────────> coverage_weeks ──> coverage_view

A judgement is a function of the rows and of the day, so it does not matter who makes it. `load_coverage` only reads: what is stored
where that is current, else it judges anew (3 ms for a year of a source). `refresh_coverage` stores it for other tools.

Today is not judged: it is not over. A source is judged from the day on which its listings were first read; one that was only
imported from its first article on.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import median

from db.connection.database import write
from db.reports.coverage_judge import (
    CoverageState,
    DayCoverage,
    DayFigures,
    WeekCoverage,
    judge_coverage,
)
from db.reports.holidays import holidays
from db.sqlite.named_rows import named_rows
from db.timestamps import format_timestamp

MOST_YEARS = 10
"""Days longer ago are not judged: mistaken dates of pages reach back to 1970."""
_LATE_LOOK = "T12"
"""A day was looked at if a listing was read in its second half, or early on it and on the day after: what is new stays listed
for a day at least. Where the source is crawled every few days, the next look will do."""
_LONGEST_STEP_DAYS = 7

_SOURCES = """
SELECT s.id, s.name, j.until, coalesce(j.stale, 1) AS stale
FROM sources s LEFT JOIN coverage_judged j ON j.source_id = s.id WHERE s.removed_at IS NULL ORDER BY s.name
"""
_DAYS = """
SELECT day, articles, looks, last_look, unfetched FROM source_days WHERE source_id = ? AND day BETWEEN ? AND ? ORDER BY day
"""
# Only a few of the newest: what a source is written in does not change from day to day.
_LANGUAGES = """
SELECT a.language FROM (SELECT id FROM pages WHERE source_id = ? ORDER BY fetched_at DESC LIMIT 20) p
JOIN articles a ON a.page_id = p.id
"""
_WEEKS = """
SELECT week, state, expected, found, unfetched, days FROM coverage_weeks WHERE source_id = ? AND week >= ? ORDER BY week
"""
_WEEKS_ALONE = """
SELECT week, state, expected, found, unfetched FROM coverage_weeks WHERE source_id = ? AND week BETWEEN ? AND ? ORDER BY week
"""
MOST_ANEW = 20
"""So many sources a page judges anew: some 10 ms each for three years. In an archive that nobody crawled since yesterday all are
to be judged."""
_EVER = ""
"""Before every week."""
_STATES = {state.value: state for state in CoverageState}
_PUT_WEEK = """
INSERT INTO coverage_weeks (source_id, week, state, expected, found, unfetched, days) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (source_id, week) DO UPDATE SET state = excluded.state, expected = excluded.expected, found = excluded.found,
    unfetched = excluded.unfetched, days = excluded.days
"""
_PUT_JUDGED = """
INSERT INTO coverage_judged (source_id, judged_at, until, stale) VALUES (?, ?, ?, 0)
ON CONFLICT (source_id) DO UPDATE SET judged_at = excluded.judged_at, until = excluded.until, stale = 0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCoverage:
    """The judged weeks of a source, in order."""

    source_id: int
    name: str
    weeks: tuple[WeekCoverage, ...]

    @property
    def days(self) -> list[DayCoverage]:
        """The judged days, in order."""
        return [day for week in self.weeks for day in week.days]

    def between(self, since: date | None, until: date | None) -> SourceCoverage:
        """The weeks that have a day from `since` to `until`, both included."""
        kept = tuple(
            week
            for week in self.weeks
            if (since is None or week.days[-1].day >= since) and (until is None or week.days[0].day <= until)
        )
        return SourceCoverage(source_id=self.source_id, name=self.name, weeks=kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageGap:
    """Days in a row, both included, that are thin, missing or not looked at. Days between them on which nothing is expected
    are part of it. `lost`: how many articles more were expected than were found.
    """

    first: date
    last: date
    state: CoverageState
    lost: float

    @property
    def days(self) -> int:
        """Its length."""
        return (self.last - self.first).days + 1

    @property
    def span(self) -> str:
        """From when to when, as text: one day, or the first and the last."""
        return f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"


_LACKING = frozenset({CoverageState.THIN, CoverageState.MISSING, CoverageState.NOT_LOOKED})


def coverage_gaps(days: Iterable[DayCoverage]) -> list[CoverageGap]:
    """The gaps of days that are in order."""
    gaps: list[CoverageGap] = []
    is_open = False
    for day in days:
        if day.state in _LACKING:
            lost = max(0.0, (day.expected or 0.0) - day.found)
            if is_open and gaps[-1].state is day.state:
                gaps[-1] = replace(gaps[-1], last=day.day, lost=gaps[-1].lost + lost)
            else:
                gaps.append(CoverageGap(first=day.day, last=day.day, state=day.state, lost=lost))
            is_open = True
        elif day.found:
            is_open = False
    return gaps


def load_coverage(
    conn: sqlite3.Connection,
    now: datetime,
    source_ids: Iterable[int] | None = None,
    *,
    since: date | None = None,
    until: date | None = None,
    most_anew: int | None = None,
) -> list[SourceCoverage]:
    """The coverage of the sources with these ids (None: of all), by name, without removed ones and without those of which
    nothing can be judged yet. `since`, `until`: only the weeks that have a day between them, both included.

    With a `now` in the past, what is known today of the days before it: the last week may then be cut. `most_anew`: where more
    sources would have to be judged anew, those come as they were judged last (`judged_late`).
    """
    wanted = None if source_ids is None else set(source_ids)
    yesterday = _yesterday(now)
    rows = [row for row in named_rows(conn, _SOURCES).fetchall() if wanted is None or row["id"] in wanted]
    as_stored = _as_stored(rows, yesterday, most_anew)
    found = []
    for row in rows:
        source_id = row["id"]
        is_stored = source_id in as_stored
        found_weeks = _stored_weeks(conn, source_id, since) if is_stored else _judge(conn, source_id, yesterday)
        weeks = tuple(_weeks_until(found_weeks, yesterday))
        if weeks:
            found.append(SourceCoverage(source_id=source_id, name=row["name"], weeks=weeks).between(since, until))
    return found


def load_coverage_weeks(conn: sqlite3.Connection, now: datetime, since: date, until: date) -> list[SourceCoverage]:
    """The same of all sources, for the weeks that have a day from `since` to `until`, with `MOST_ANEW`. A week that is stored has
    no days here: those of 500 sources are 91,000 in half a year, and take most of the time.
    """
    bounds = ((since - timedelta(days=6)).isoformat(), until.isoformat())
    rows = named_rows(conn, _SOURCES).fetchall()
    as_stored = _as_stored(rows, _yesterday(now), MOST_ANEW)
    found = []
    for row in rows:
        if row["id"] not in as_stored:
            found += load_coverage(conn, now, [row["id"]], since=since, until=until)
            continue
        weeks = tuple(
            WeekCoverage(
                week=date.fromisoformat(week["week"]),
                state=_STATES[week["state"]],
                expected=week["expected"],
                found=week["found"],
                unfetched=week["unfetched"],
                days=(),
            )
            for week in named_rows(conn, _WEEKS_ALONE, (row["id"], *bounds))
        )
        if weeks or _is_judged(conn, row["id"]):
            found.append(SourceCoverage(source_id=row["id"], name=row["name"], weeks=weeks))
    return found


def judged_late(conn: sqlite3.Connection, now: datetime) -> set[int]:
    """The sources of which pages show an earlier judgement: none, unless more than `MOST_ANEW` would have to be judged anew."""
    late = [row for row in named_rows(conn, _SOURCES) if not _is_current(row, _yesterday(now))]
    return {row["id"] for row in late if row["until"]} if len(late) > MOST_ANEW else set()


def _as_stored(rows: Sequence[sqlite3.Row], yesterday: date, most_anew: int | None) -> set[int]:
    """The sources whose stored judgement is taken: those where it is current; all, where too many are not."""
    current = {row["id"] for row in rows if _is_current(row, yesterday)}
    if most_anew is None or len(rows) - len(current) <= most_anew:
        return current
    return {row["id"] for row in rows if row["until"]}


def _is_current(row: sqlite3.Row, yesterday: date) -> bool:
    return not row["stale"] and row["until"] >= yesterday.isoformat()


def _is_judged(conn: sqlite3.Connection, source_id: int) -> bool:
    return bool(
        conn.execute("SELECT EXISTS (SELECT 1 FROM coverage_weeks WHERE source_id = ?)", (source_id,)).fetchone()[0]
    )


def refresh_coverage(conn: sqlite3.Connection, now: datetime, *, most: int | None = None) -> int:
    """Judge the sources whose stored judgement is not current, at most `most` of them, and store it; returns how many.

    Each is judged and stored in one short transaction, so that no change is lost that comes meanwhile. Raises sqlite3.Error.
    """
    until = _yesterday(now)
    rows = named_rows(conn, _SOURCES).fetchall()
    due = [row["id"] for row in rows if row["stale"] or row["until"] != until.isoformat()][:most]
    for source_id in due:
        with write(conn):
            _store(conn, source_id, _judge(conn, source_id, until), until, now)
    return len(due)


def _store(conn: sqlite3.Connection, source_id: int, weeks: Sequence[WeekCoverage], until: date, now: datetime) -> None:
    """Rows that did not change are not written."""
    known = {row[0]: row for row in conn.execute(_WEEKS, (source_id, _EVER))}
    rows = [_row(week) for week in weeks]
    gone = known.keys() - {str(row[0]) for row in rows}
    conn.executemany("DELETE FROM coverage_weeks WHERE source_id = ? AND week = ?", [(source_id, one) for one in gone])
    conn.executemany(_PUT_WEEK, [(source_id, *row) for row in rows if known.get(str(row[0])) != row])
    conn.execute(_PUT_JUDGED, (source_id, format_timestamp(now), until.isoformat()))


def _yesterday(now: datetime) -> date:
    return now.astimezone(UTC).date() - timedelta(days=1)


def _judge(conn: sqlite3.Connection, source_id: int, until: date) -> list[WeekCoverage]:
    earliest = until.replace(year=until.year - MOST_YEARS, day=1).isoformat()
    # The day after the last one may have a look that counts for it.
    rows = conn.execute(_DAYS, (source_id, earliest, (until + timedelta(days=1)).isoformat())).fetchall()
    looked = [row[0] for row in rows if row[2]]
    first_day = min(looked) if looked else min((row[0] for row in rows if row[1]), default=None)
    if first_day is None or first_day > until.isoformat():
        return []
    first = date.fromisoformat(first_day)
    counts = {date.fromisoformat(row[0]).toordinal(): row[1:] for row in rows if row[0] >= first_day}
    step = _step_days([date.fromisoformat(day).toordinal() for day in looked])
    figures = [_figures(day, counts, step) for day in range(first.toordinal(), until.toordinal() + 1)]
    language = _language(conn, source_id)
    free = frozenset().union(*(holidays(language, year) for year in range(first.year, until.year + 1)))
    return judge_coverage(first, figures, free)


_Counts = tuple[int, int, str | None, int]


def _figures(day: int, counts: dict[int, _Counts], step: int) -> DayFigures:
    nothing = (0, 0, None, 0)
    articles, looks, last_look, unfetched = counts.get(day, nothing)
    late = bool(last_look and last_look[10:13] >= _LATE_LOOK)
    was_due = bool(looks) or step > 1
    looked = late or (was_due and any(counts.get(later, nothing)[1] for later in range(day + 1, day + step + 1)))
    return DayFigures(found=articles, looked=looked, unfetched=unfetched)


def _step_days(looked: Sequence[int]) -> int:
    """The usual number of days from one look to the next: a source that is crawled twice a week is looked at all the time."""
    steps = [later - earlier for earlier, later in pairwise(looked)]
    return min(_LONGEST_STEP_DAYS, max(1, int(median(steps)))) if steps else 1


def _language(conn: sqlite3.Connection, source_id: int) -> str:
    languages = Counter(language for (language,) in conn.execute(_LANGUAGES, (source_id,)) if language)
    return str(languages.most_common(1)[0][0]) if languages else ""


def _weeks_until(weeks: Iterable[WeekCoverage], last: date) -> Iterator[WeekCoverage]:
    """The weeks without the days after `last`."""
    for week in weeks:
        if week.days[-1].day <= last:
            yield week
            continue
        days = tuple(day for day in week.days if day.day <= last)
        if days:
            known = [day.expected for day in days if day.expected is not None]
            yield replace(
                week,
                expected=sum(known) if known else None,
                found=sum(day.found for day in days),
                unfetched=sum(day.unfetched for day in days),
                days=days,
            )
        return


def _row(week: WeekCoverage) -> tuple[object, ...]:
    days = ["null"] * 7
    for day in week.days:
        of_day = "null" if day.expected is None else round(day.expected, 2)
        # As JSON: written here in half the time of json.dumps, for the days of a year of many sources.
        days[day.day.weekday()] = f'["{day.state}",{of_day},{day.found},{day.unfetched}]'
    expected = None if week.expected is None else round(week.expected, 2)
    return week.week.isoformat(), str(week.state), expected, week.found, week.unfetched, f"[{','.join(days)}]"


def _stored_weeks(conn: sqlite3.Connection, source_id: int, since: date | None) -> Iterator[WeekCoverage]:
    # The week that `since` is in began up to six days before.
    first = (since - timedelta(days=6)).isoformat() if since else _EVER
    for row in named_rows(conn, _WEEKS, (source_id, first)):
        week = date.fromisoformat(row["week"])
        yield WeekCoverage(
            week=week,
            state=_STATES[row["state"]],
            expected=row["expected"],
            found=row["found"],
            unfetched=row["unfetched"],
            days=tuple(
                DayCoverage(
                    day=week + timedelta(days=number),
                    state=_STATES[values[0]],
                    expected=values[1],
                    found=values[2],
                    unfetched=values[3],
                )
                for number, values in enumerate(json.loads(row["days"]))
                if values is not None
            ),
        )
