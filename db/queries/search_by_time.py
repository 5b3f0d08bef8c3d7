"""A search ordered by time, from a place on: newest first, each page at the price of the first.

cursor ──> windows of days going back, as wide as their matches are few ──> places by time ──> texts, until enough match
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, timedelta

from db.queries.article_filter import PUBLISHED_OF_CURRENT
from db.queries.cursor import Cursor
from db.queries.search_candidates import (
    FIRST_DAY,
    LAST_DAY,
    Candidate,
    SearchQuestion,
    count_entries,
    documents,
    indexed_days,
    judge,
    period_match,
    places,
)

# Entries of the index in a window: sorting that many by time takes 20 ms, and 21 hits are among them unless a filter that the
# index does not know lets few through.
_WINDOW = 2000
# Factor by which windows widen and narrow.
_STEP = 4
# Entries looked at for one page; then it says how far it came. Some 0.3 s.
_MOST = 30_000
# Texts read at once.
_TEXTS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSlice:
    """Hits in order of time. `reached`: where the search stopped before it had all that were wanted; None if nothing is left."""

    found: list[Candidate]
    reached: Cursor | None


def newest_matches(conn: sqlite3.Connection, question: SearchQuestion, wanted: int, after: Cursor | None) -> TimeSlice:
    """The newest `wanted` hits after a place."""
    filters, found = question.filters, list[Candidate]()
    bottom, top = indexed_days(filters)
    top = min(top, _day(after) if after else LAST_DAY)
    # The first window has all days to come in it: some pages state times far ahead.
    newest = _newest_day(conn)
    beyond, values = ("", dict[str, object]()) if after is None else after.condition()
    looked, days = 0, 1
    while top >= bottom and len(found) < wanted:
        first = date.fromordinal(max(bottom.toordinal(), min(newest, top).toordinal() - days + 1))
        match = question.match(also=period_match(first, top))
        entries = count_entries(conn, match, _WINDOW + 1)
        if entries > _WINDOW and days > 1:
            days //= _STEP
            continue
        rows = places(conn, question, match, (beyond.format(time=PUBLISHED_OF_CURRENT), values))
        found += _matching(conn, question, rows, wanted - len(found))
        looked += max(entries, len(rows))
        if len(found) < wanted and looked > max(_MOST, wanted * _STEP):
            return TimeSlice(found=found, reached=Cursor(at=first.isoformat(), page_id=0))
        top = first - timedelta(days=1)
        days *= _STEP if entries < _WINDOW // _STEP else 1
    return TimeSlice(found=found, reached=None)


def _matching(
    conn: sqlite3.Connection, question: SearchQuestion, rows: list[tuple[int, str]], wanted: int
) -> list[Candidate]:
    found: list[Candidate] = []
    for start in range(0, len(rows), _TEXTS):
        if len(found) >= wanted:
            break
        chunk = [page_id for page_id, _ in rows[start : start + _TEXTS]]
        found += [hit for row in documents(conn, chunk) if (hit := judge(row, question))]
    return found[:wanted]


def _day(place: Cursor) -> date:
    return date.fromisoformat(place.at[:10])


def _newest_day(conn: sqlite3.Connection) -> date:
    """The day of the newest article that states its time, or of the last page, whichever is later."""
    published = conn.execute("SELECT max(published_utc) FROM current_pages").fetchone()[0]
    # By its number: asked for the last one in order, SQLite looks through an index of all pages that is shorter than the rows.
    fetched = conn.execute("SELECT fetched_at FROM pages WHERE id = (SELECT max(id) FROM pages)").fetchone()
    return max((date.fromisoformat(at[:10]) for at in (published, fetched and fetched[0]) if at), default=FIRST_DAY)
