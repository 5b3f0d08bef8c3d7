"""One source: its rhythm, volume, extracted fields, rejections and last runs.

Counted over its latest pages only, so that a source with a million pages costs as much as one with a few thousand.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.inspect.translation.catalogues import gettext_noop
from db.sqlite.conditions import LAST_FETCHED, NEWEST_FIRST
from db.sqlite.named_rows import named_rows
from db.timestamps import format_timestamp

# How many of the latest pages to count: a week of a large site, all of a small one. Each is a row of `articles` to read: of 3,000
# a page took 1.3 s from a cold disk (bench.service.inspect_pages).
LATEST = 1000
DAYS = 28
# How its part in a run ended, and what that is called.
ENDINGS = {
    "finished": gettext_noop("finished"),
    "stopped": gettext_noop("stopped"),
    "failed": gettext_noop("failed"),
    None: gettext_noop("under way"),
}

_SOURCE = "SELECT id, name, url, settings, added_at, removed_at, paused_at FROM sources WHERE id = ?"
_LATEST = "SELECT id FROM pages WHERE source_id = :source ORDER BY fetched_at DESC LIMIT :limit"
# Without revisions and repeated pages: their article was counted with its first page.
_RHYTHM = f"""
SELECT cast(strftime('%w', substr(a.published, 1, 10)) AS INTEGER) AS weekday,
       cast(substr(a.published, 12, 2) AS INTEGER) AS hour, count(*) AS articles
FROM ({_LATEST}) l JOIN decisions d ON d.page_id = l.id JOIN articles a ON a.page_id = l.id
WHERE d.verdict IN ('new', 'copy') AND a.published_precision <> 'day' AND a.published IS NOT NULL
GROUP BY 1, 2
"""
_VOLUME = """
SELECT strftime('%Y-%m-%d', p.fetched_at, 'localtime') AS date,
       count(*) FILTER (WHERE d.verdict IN ('new', 'copy')) AS articles,
       count(*) FILTER (WHERE d.verdict = 'revision') AS revisions,
       count(*) FILTER (WHERE o.reason IS NOT NULL) AS rejected
FROM pages p JOIN outcomes o ON o.page_id = p.id LEFT JOIN decisions d ON d.page_id = p.id
WHERE p.source_id = :source AND p.fetched_at >= :since
GROUP BY 1
"""
_HAS_CREDIT = "EXISTS (SELECT 1 FROM credits c WHERE c.page_id = a.page_id AND c.role = '{}')"
# Each field as it is shown, and the condition on a row `a` of `articles` that has it.
_FIELD_CONDITIONS = {
    gettext_noop("published"): "a.published IS NOT NULL",
    gettext_noop("time of day"): "a.published_precision <> 'day'",
    gettext_noop("offset known"): "a.published_precision <> 'day' AND a.published_offset_from <> 'unknown'",
    gettext_noop(
        "offset by page or rule"
    ): "a.published_precision <> 'day' AND a.published_offset_from IN ('page', 'site')",
    gettext_noop("modified"): "a.modified IS NOT NULL",
    gettext_noop("author"): _HAS_CREDIT.format("author"),
    gettext_noop("editor"): _HAS_CREDIT.format("editor"),
    gettext_noop("proofreader"): _HAS_CREDIT.format("proofreader"),
    gettext_noop("outlet"): "a.source IS NOT NULL",
    gettext_noop("original source"): "a.original_source IS NOT NULL",
    gettext_noop("subtitle"): "a.subtitle IS NOT NULL",
    gettext_noop("section"): "a.section IS NOT NULL",
    gettext_noop("tags"): "a.tags <> '[]'",
    gettext_noop("images"): "a.images <> '[]'",
    gettext_noop("language"): "a.language IS NOT NULL",
    gettext_noop("paywalled"): "a.paywalled",
}
_FIELDS = f"""
SELECT {", ".join(f'count(*) FILTER (WHERE {has}) AS "{name}"' for name, has in _FIELD_CONDITIONS.items())},
       count(*) AS articles
FROM ({_LATEST}) l JOIN articles a ON a.page_id = l.id
"""
_REJECTED = f"""
SELECT o.reason, count(*) FROM ({_LATEST}) l JOIN outcomes o ON o.page_id = l.id WHERE o.reason IS NOT NULL GROUP BY 1
ORDER BY 2 DESC, 1
"""
_COUNTED = f"SELECT count(*) FROM ({_LATEST})"
_TOTAL = f"""
SELECT (SELECT count(*) FROM pages WHERE source_id = s.id) AS pages,
       nullif({LAST_FETCHED}, '') AS last_fetched,
       (SELECT max(fetched_at) FROM pages WHERE source_id = s.id) AS last_new
FROM sources s WHERE s.id = ?
"""
_PARTS = """
SELECT run_id, started_at, ended_at, ended, found, fetched, unchanged, failed, forbidden, listings, listings_failed, error
FROM source_runs WHERE source_id = ? ORDER BY id DESC LIMIT ?
"""
_ENTRIES = """
SELECT e.kind, e.url, e.title,
       CASE WHEN v.gone > 0 THEN printf('%s, %d times in a row', v.trouble, v.gone)
            WHEN v.entry_id IS NOT NULL AND coalesce(v.links, 0) = 0 THEN 'names no articles' END AS trouble
FROM entries e LEFT JOIN listing_visits v ON v.entry_id = e.id WHERE e.source_id = ? ORDER BY e.kind, e.url LIMIT 200
"""
_ALERTS = """
SELECT id, kind, says AS message, remedy AS advice, opened_at, closed_at FROM alerts WHERE source_id = ?
ORDER BY closed_at IS NOT NULL, id DESC LIMIT 20
"""
_NEWEST = f"""
SELECT c.page_id FROM ({_LATEST}) l JOIN current_pages c ON c.page_id = l.id JOIN articles a ON a.page_id = l.id
JOIN pages p ON p.id = l.id
ORDER BY {NEWEST_FIRST} LIMIT :most
"""


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
class ListingLine:
    """A listing of the source. `trouble` is what is wrong with it, None if nothing is."""

    kind: str
    url: str
    title: str | None
    trouble: str | None


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
    last_fetched: str | None
    last_new: str | None
    counted: int
    articles: int
    fields: list[tuple[str, int]]
    rhythm: dict[tuple[int, int], int]
    days: list[DailyVolume]
    rejected: list[tuple[str, int]]
    runs: list[SourceRunLine]
    entries: list[ListingLine]
    alerts: list[SourceAlert]
    newest: list[int]
    """Page ids of its newest articles, newest first."""


def source_details(conn: sqlite3.Connection, source_id: int, now: datetime) -> SourceDetails | None:
    """The source with that id; None if there is none."""
    source = named_rows(conn, _SOURCE, (source_id,)).fetchone()
    if source is None:
        return None
    bounds = {"source": source_id, "limit": LATEST, "most": 15}
    counts = named_rows(conn, _FIELDS, bounds).fetchone()
    return SourceDetails(
        **source,
        **named_rows(conn, _TOTAL, (source_id,)).fetchone(),
        counted=conn.execute(_COUNTED, bounds).fetchone()[0],
        articles=counts["articles"],
        fields=[(name, counts[name]) for name in _FIELD_CONDITIONS],
        rhythm=_rhythm(conn, bounds),
        days=_days(conn, source_id, now),
        rejected=[(reason, number) for reason, number in conn.execute(_REJECTED, bounds)],
        runs=[SourceRunLine(**row) for row in named_rows(conn, _PARTS, (source_id, 15))],
        entries=[ListingLine(**row) for row in named_rows(conn, _ENTRIES, (source_id,))],
        alerts=[SourceAlert(**row) for row in named_rows(conn, _ALERTS, (source_id,))],
        newest=[page_id for (page_id,) in conn.execute(_NEWEST, bounds)],
    )


def _rhythm(conn: sqlite3.Connection, bounds: dict[str, int]) -> dict[tuple[int, int], int]:
    counts: Counter[tuple[int, int]] = Counter()
    for row in named_rows(conn, _RHYTHM, bounds):
        if row["weekday"] is not None and row["hour"] is not None:
            counts[row["weekday"], row["hour"]] += row["articles"]
    return dict(counts)


def _days(conn: sqlite3.Connection, source_id: int, now: datetime) -> list[DailyVolume]:
    first = (now.astimezone() - timedelta(days=DAYS - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = named_rows(conn, _VOLUME, {"source": source_id, "since": format_timestamp(first)})
    known = {row["date"]: DailyVolume(**row) for row in rows}
    dates = [f"{(first + timedelta(days=n)):%Y-%m-%d}" for n in range(DAYS)]
    return [known.get(date, DailyVolume(date=date, articles=0, revisions=0, rejected=0)) for date in dates]
