"""Estimate when a source's articles were published, from what can be observed: the input of `every = "auto"`.

An article was published between two readings of the listings: the one that found it and the one before. If the listing
states a time between them, that is used. Otherwise the articles of a reading are spread evenly over the interval,
because no moment in it is likelier than another; so are those with an earlier stated time, because they cannot have
been listed then.

What a source's first reading found, or the first reading of a new listing, may be of any age: there only a stated time
within the last two days counts. The same holds for links found only in a plain sitemap.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from db.timestamps import format_timestamp, parse_timestamp

# Bounds of a plausible stated time, in seconds before and after the link was found. A feed's clock may be slightly ahead of ours;
# hours ahead means a wrong time zone.
_MAX_AGE_S = 2 * 86400.0
_MAX_AHEAD_S = 15 * 60.0

# Source runs that read a listing, latest first; a running one counts, because its links may be stored already.
_READS = """
SELECT run_id, started_at FROM source_runs
WHERE source_id = ? AND (ended IS NULL OR listings > listings_failed) ORDER BY id DESC
"""
_FIRST_READ = """
SELECT started_at FROM source_runs
WHERE source_id = ? AND (ended IS NULL OR listings > listings_failed) ORDER BY id LIMIT 1
"""
_FOUND = """
SELECT l.found_at, l.run_id, coalesce(l.published, l.modified),
       l.kind = 'sitemap' OR l.found_at IN (SELECT e.found_at FROM entries e WHERE e.source_id = :source)
FROM links l
WHERE l.source_id = :source AND l.found_at BETWEEN :since AND :until AND l.kind <> 'manual'
ORDER BY l.found_at
"""


def first_crawl_time(conn: sqlite3.Connection, source_id: int) -> datetime | None:
    """When a source's listings were first read; before that its history is incomplete."""
    row = conn.execute(_FIRST_READ, (source_id,)).fetchone()
    return parse_timestamp(row[0]) if row else None


def publication_times(conn: sqlite3.Connection, source_id: int, *, since: datetime, until: datetime) -> list[float]:
    """When the articles found in [since, until] were published: Unix seconds, sorted, within these bounds.

    Takes 5 to 20 ms for four weeks of readings every 15 minutes.
    """
    parameters: dict[str, str | int] = {
        "source": source_id,
        "since": format_timestamp(since),
        "until": format_timestamp(until),
    }
    started, index_of_run = _reads(conn, source_id, format_timestamp(since))
    times: list[float] = []
    for (found_at, run_id), rows in groupby(conn.execute(_FOUND, parameters), key=lambda row: row[:2]):
        before = index_of_run.get(run_id, bisect_left(started, found_at)) - 1
        stated = [(_seconds(text) if text else None, of_any_age) for _, _, text, of_any_age in rows]
        times += _of_one_reading(stated, _seconds(started[before]) if before >= 0 else None, _seconds(found_at))
    first, last = since.timestamp(), until.timestamp()
    return sorted(time for time in times if first <= time <= last)


def _reads(conn: sqlite3.Connection, source_id: int, earliest: str) -> tuple[list[str], dict[int, int]]:
    """Start times of the readings, beginning with the last one before `earliest` (as text), and the index of each run
    in them.
    """
    reads = []
    for run_id, started_at in conn.execute(_READS, (source_id,)):
        reads.append((started_at, run_id))
        if started_at < earliest:
            break
    reads.reverse()
    return [started_at for started_at, _ in reads], {run_id: n for n, (_, run_id) in enumerate(reads)}


def _seconds(text: str) -> float:
    return parse_timestamp(text).timestamp()


def _of_one_reading(stated: list[tuple[float | None, bool]], before: float | None, found: float) -> Iterator[float]:
    """Publication times of the articles of one reading. `before` is the time of the reading before it, if any."""
    unknown = 0
    for time, of_any_age in stated:
        plausible = time is not None and found - _MAX_AGE_S <= time <= found + _MAX_AHEAD_S
        if before is None or of_any_age:
            if plausible and time is not None:
                yield min(time, found)
        elif plausible and time is not None and time > before:
            yield min(time, found)
        else:
            unknown += 1
    if before is not None:
        yield from (before + (found - before) * (n + 0.5) / unknown for n in range(unknown))
