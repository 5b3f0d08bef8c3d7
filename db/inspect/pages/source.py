"""One source: its rhythm, volume, extracted fields, rejections and last runs.

Counted over its latest pages only, so that a source with a million pages costs as much as one with a few thousand.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.sql_conditions import IS_CURRENT, LAST_FETCHED, NEWEST_FIRST
from db.timestamps import format_timestamp

# How many of the latest pages to count: some weeks of a large site, all of a small one.
LATEST = 3000
DAYS = 28

_SOURCE = "SELECT id, name, url, settings, added_at, removed_at, paused_at FROM sources WHERE id = ?"
_LATEST = "SELECT id FROM pages WHERE source_id = :source ORDER BY fetched_at DESC LIMIT :limit"
# Without revisions and repeated pages: their article was counted with its first page.
_RHYTHM = f"""
SELECT cast(strftime('%w', substr(a.published, 1, 10)) AS INTEGER), cast(substr(a.published, 12, 2) AS INTEGER), count(*)
FROM ({_LATEST}) l JOIN decisions d ON d.page_id = l.id JOIN articles a ON a.page_id = l.id
WHERE d.verdict IN ('new', 'copy') AND a.published_precision <> 'day' AND a.published IS NOT NULL
GROUP BY 1, 2
"""
_VOLUME = """
SELECT strftime('%Y-%m-%d', p.fetched_at, 'localtime'), count(*) FILTER (WHERE d.verdict IN ('new', 'copy')),
       count(*) FILTER (WHERE d.verdict = 'revision'), count(*) FILTER (WHERE o.reason IS NOT NULL)
FROM pages p JOIN outcomes o ON o.page_id = p.id LEFT JOIN decisions d ON d.page_id = p.id
WHERE p.source_id = :source AND p.fetched_at >= :since
GROUP BY 1
"""
_FIELDS = f"""
SELECT count(*), count(a.published), count(*) FILTER (WHERE a.published_precision <> 'day'),
       count(*) FILTER (WHERE a.published_precision <> 'day' AND a.published_offset_from <> 'unknown'),
       count(*) FILTER (WHERE a.published_precision <> 'day' AND a.published_offset_from IN ('page', 'site')), count(a.modified),
       count(*) FILTER (WHERE EXISTS (SELECT 1 FROM credits c WHERE c.page_id = a.page_id AND c.role = 'author')),
       count(*) FILTER (WHERE EXISTS (SELECT 1 FROM credits c WHERE c.page_id = a.page_id AND c.role = 'editor')),
       count(*) FILTER (WHERE EXISTS (SELECT 1 FROM credits c WHERE c.page_id = a.page_id AND c.role = 'proofreader')),
       count(a.source), count(a.original_source), count(a.subtitle), count(a.section), count(*) FILTER (WHERE a.tags <> '[]'),
       count(*) FILTER (WHERE a.images <> '[]'), count(a.language), count(*) FILTER (WHERE a.paywalled)
FROM ({_LATEST}) l JOIN articles a ON a.page_id = l.id
"""
_FIELD_NAMES = (
    "published", "time of day", "offset known", "offset by page or rule", "modified", "author", "editor", "proofreader", "outlet",
    "original outlet", "subtitle", "section", "tags", "images", "language", "paywalled",
)  # fmt: skip
_REJECTED = f"""
SELECT o.reason, count(*) FROM ({_LATEST}) l JOIN outcomes o ON o.page_id = l.id WHERE o.reason IS NOT NULL GROUP BY 1
ORDER BY 2 DESC, 1
"""
_COUNTED = f"SELECT count(*) FROM ({_LATEST})"
_TOTAL = f"""
SELECT (SELECT count(*) FROM pages WHERE source_id = s.id), (SELECT min(fetched_at) FROM pages WHERE source_id = s.id),
       nullif({LAST_FETCHED}, ''), (SELECT max(fetched_at) FROM pages WHERE source_id = s.id)
FROM sources s WHERE s.id = ?
"""
_PARTS = """
SELECT run_id, started_at, ended_at, ended, found, fetched, unchanged, failed, forbidden, listings, listings_failed, error
FROM source_runs WHERE source_id = ? ORDER BY id DESC LIMIT ?
"""
_ENTRIES = """
SELECT e.kind, e.url, e.title,
       CASE WHEN v.gone > 0 THEN printf('%s, %d times in a row', v.trouble, v.gone)
            WHEN v.entry_id IS NOT NULL AND coalesce(v.links, 0) = 0 THEN 'names no articles' END
FROM entries e LEFT JOIN listing_visits v ON v.entry_id = e.id WHERE e.source_id = ? ORDER BY e.kind, e.url LIMIT 200
"""
_ALERTS = """
SELECT id, kind, says, remedy, opened_at, closed_at FROM alerts WHERE source_id = ?
ORDER BY closed_at IS NOT NULL, id DESC LIMIT 20
"""
_NEWEST = f"""
SELECT d.page_id FROM ({_LATEST}) l JOIN decisions d ON d.page_id = l.id JOIN articles a ON a.page_id = l.id
JOIN pages p ON p.id = l.id
WHERE {IS_CURRENT}
ORDER BY {NEWEST_FIRST} LIMIT :most
"""
# The newest page and the last source run take one index lookup each.
_ALL = f"""
SELECT s.id, s.name, s.url, s.removed_at IS NOT NULL, s.paused_at IS NOT NULL,
       nullif({LAST_FETCHED}, ''),
       (SELECT count(*) FROM pages p WHERE p.source_id = s.id AND p.fetched_at >= :since),
       (SELECT ended FROM source_runs r WHERE r.source_id = s.id ORDER BY r.id DESC LIMIT 1),
       (SELECT count(*) FROM alerts a WHERE a.source_id = s.id AND a.closed_at IS NULL)
FROM sources s ORDER BY s.removed_at IS NOT NULL, s.name LIMIT :limit
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """A source in one line. `week` counts its pages of the last 7 days; `ended` is how its last run ended."""

    id: int
    name: str
    url: str
    removed: bool
    paused: bool
    last_fetched: str | None
    week: int
    ended: str | None
    alerts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRunLine:
    """A source's part in one run."""

    run_id: int
    started_at: str
    ended_at: str | None
    ended: str | None
    found: int
    fetched: int
    unchanged: int
    failed: int
    forbidden: int
    listings: int
    listings_failed: int
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyVolume:
    """A day in local time: pages with new articles, with revisions, and rejected ones."""

    date: str
    articles: int
    revisions: int
    rejected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAlert:
    """An alert of the source, open or closed."""

    id: int
    kind: str
    message: str
    advice: str
    opened_at: str
    closed_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDetails:
    """A source. `counted` pages are behind `rhythm`, `fields` and `rejected`; `articles` of them are articles.

    `last_fetched` is when it last responded, `last_new` when a response last brought a new page.

    `rhythm` counts articles by weekday (0 is Sunday) and hour, in the times that the pages state.
    """

    id: int
    name: str
    url: str
    settings: str
    added_at: str
    removed_at: str | None
    paused_at: str | None
    pages: int
    first_fetched: str | None
    last_fetched: str | None
    last_new: str | None
    counted: int
    articles: int
    fields: list[tuple[str, int]]
    rhythm: dict[tuple[int, int], int]
    days: list[DailyVolume]
    rejected: list[tuple[str, int]]
    runs: list[SourceRunLine]
    entries: list[tuple[str, str, str | None, str | None]]
    """Kind, address, title, and what is wrong with it."""
    alerts: list[SourceAlert]
    newest: list[int]
    """Page ids of its newest articles, newest first."""


def source_lines(conn: sqlite3.Connection, now: datetime, limit: int = 2000) -> list[SourceLine]:
    """The sources by name, removed ones last."""
    rows = conn.execute(_ALL, {"since": format_timestamp(now - timedelta(days=7)), "limit": limit})
    return [
        SourceLine(
            **dict(zip(SourceLine.__slots__, row, strict=True)) | {"removed": bool(row[3]), "paused": bool(row[4])}
        )
        for row in rows
    ]


def source_details(conn: sqlite3.Connection, source_id: int, now: datetime) -> SourceDetails | None:
    """The source with that id; None if there is none."""
    row = conn.execute(_SOURCE, (source_id,)).fetchone()
    if row is None:
        return None
    bounds = {"source": source_id, "limit": LATEST, "most": 15}
    pages, first, last, last_new = conn.execute(_TOTAL, (source_id,)).fetchone()
    articles, *counts = conn.execute(_FIELDS, bounds).fetchone()
    return SourceDetails(
        **dict(zip(("id", "name", "url", "settings", "added_at", "removed_at", "paused_at"), row, strict=True)),
        pages=pages,
        first_fetched=first,
        last_fetched=last,
        last_new=last_new,
        counted=conn.execute(_COUNTED, bounds).fetchone()[0],
        articles=articles,
        fields=list(zip(_FIELD_NAMES, counts, strict=True)),
        rhythm=_rhythm(conn, bounds),
        days=_days(conn, source_id, now),
        rejected=[(reason, number) for reason, number in conn.execute(_REJECTED, bounds)],
        runs=[
            SourceRunLine(**dict(zip(SourceRunLine.__slots__, part, strict=True)))
            for part in conn.execute(_PARTS, (source_id, 15))
        ],
        entries=[tuple(row) for row in conn.execute(_ENTRIES, (source_id,))],
        alerts=[
            SourceAlert(**dict(zip(SourceAlert.__slots__, alert, strict=True)))
            for alert in conn.execute(_ALERTS, (source_id,))
        ],
        newest=[page_id for (page_id,) in conn.execute(_NEWEST, bounds)],
    )


def _rhythm(conn: sqlite3.Connection, bounds: dict[str, int]) -> dict[tuple[int, int], int]:
    counts: Counter[tuple[int, int]] = Counter()
    for weekday, hour, number in conn.execute(_RHYTHM, bounds):
        if weekday is not None and hour is not None:
            counts[weekday, hour] += number
    return dict(counts)


def _days(conn: sqlite3.Connection, source_id: int, now: datetime) -> list[DailyVolume]:
    first = (now.astimezone() - timedelta(days=DAYS - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = conn.execute(_VOLUME, {"source": source_id, "since": format_timestamp(first)})
    known = {date: counts for date, *counts in rows}
    dates = [f"{(first + timedelta(days=n)):%Y-%m-%d}" for n in range(DAYS)]
    return [
        DailyVolume(**dict(zip(DailyVolume.__slots__, (date, *known.get(date, (0, 0, 0))), strict=True)))
        for date in dates
    ]
