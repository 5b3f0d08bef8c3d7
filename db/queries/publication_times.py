"""When a source's articles appeared, as far as can be told from outside: the ground of `every = "auto"`.

An article appeared between two looks: the one that found it and the one before that. Where the listing stated a time that
lies between them, that is it. Else the articles of a look are spread evenly over the time between, as no moment of it is likelier
than another; so are those with a time from before, because they cannot have been listed then.
What a source's first look found, or the first reading of a new listing, may be of any age: there only a stated time of the
last two days counts. The same holds for what stands in a plain sitemap alone.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from db.timestamps import format_timestamp, parse_timestamp

# How far a stated time is believed. A feed's clock may be ahead of ours; hours ahead, its zone is named wrongly.
_OLDEST = 2 * 86400.0
_AHEAD = 15 * 60.0

# Looks at which a listing was had, latest first; one that is under way counts, because its links may be here already.
_LOOKS = """
SELECT run_id, started_at FROM source_runs
WHERE source_id = ? AND (ended IS NULL OR listings > listings_failed) ORDER BY id DESC
"""
_FIRST_LOOK = """
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
    """When a source was looked at for the first time; before that its history is not known to the end."""
    row = conn.execute(_FIRST_LOOK, (source_id,)).fetchone()
    return parse_timestamp(row[0]) if row else None


def publication_times(conn: sqlite3.Connection, source_id: int, *, since: datetime, until: datetime) -> list[float]:
    """When the articles that were found in [since, until] appeared, as Unix seconds, sorted and within these bounds.

    Takes 5 to 20 ms for four weeks of looks every 15 minutes.
    """
    parameters: dict[str, str | int] = {
        "source": source_id,
        "since": format_timestamp(since),
        "until": format_timestamp(until),
    }
    begun, place = _looks(conn, source_id, format_timestamp(since))
    times: list[float] = []
    for (found_at, run_id), rows in groupby(conn.execute(_FOUND, parameters), key=lambda row: row[:2]):
        before = place.get(run_id, bisect_left(begun, found_at)) - 1
        stated = [(_seconds(text) if text else None, of_any_age) for _, _, text, of_any_age in rows]
        times += _of_one_look(stated, _seconds(begun[before]) if before >= 0 else None, _seconds(found_at))
    first, last = since.timestamp(), until.timestamp()
    return sorted(time for time in times if first <= time <= last)


def _looks(conn: sqlite3.Connection, source_id: int, earliest: str) -> tuple[list[str], dict[int, int]]:
    """When looks began, from the last one before `earliest` on (as text, whose order is that of time), and which run is which."""
    looks = []
    for run_id, started_at in conn.execute(_LOOKS, (source_id,)):
        looks.append((started_at, run_id))
        if started_at < earliest:
            break
    looks.reverse()
    return [started_at for started_at, _ in looks], {run_id: n for n, (_, run_id) in enumerate(looks)}


def _seconds(text: str) -> float:
    return parse_timestamp(text).timestamp()


def _of_one_look(stated: list[tuple[float | None, bool]], before: float | None, found: float) -> Iterator[float]:
    """When the articles of one look appeared. `before` is the look before it; None where there was none."""
    unknown = 0
    for time, of_any_age in stated:
        believed = time is not None and found - _OLDEST <= time <= found + _AHEAD
        if before is None or of_any_age:
            if believed and time is not None:
                yield min(time, found)
        elif believed and time is not None and time > before:
            yield min(time, found)
        else:
            unknown += 1
    if before is not None:
        yield from (before + (found - before) * (n + 0.5) / unknown for n in range(unknown))
