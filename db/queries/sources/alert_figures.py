"""The figures that alert conditions are evaluated on, for each source. Every query uses an index and reads only recent
rows.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from db.sqlite.named_rows import named_rows
from db.timestamps import format_optional, format_timestamp, parse_optional, parse_timestamp

# A source is evaluated once a source run of it has ended; a trigger records the first such run.
_TO_EVALUATE = """
SELECT s.id, s.name, s.settings, w.page_id, w.usual,
       (SELECT r.id FROM source_runs r WHERE r.source_id = s.id AND r.ended IS NOT NULL ORDER BY r.id DESC LIMIT 1) AS part
FROM watched w JOIN sources s ON s.id = w.source_id
WHERE w.part IS NOT NULL AND s.removed_at IS NULL AND s.paused_at IS NULL ORDER BY w.part
"""
_WATCHED = """
UPDATE watched SET page_id = :page, usual = :usual, part = (
    SELECT max(id) FROM source_runs WHERE source_id = :source AND id > :part AND ended IS NOT NULL)
WHERE source_id = :source
"""
_WATCHED_SOURCES = "SELECT id FROM sources WHERE removed_at IS NULL AND paused_at IS NULL"
_PARTS = """
SELECT id, run_id, ended, listings, listings_failed, listings_working, fetched, unchanged, failed, forbidden, error
FROM source_runs WHERE source_id = ? AND ended <> 'stopped' ORDER BY id DESC LIMIT ?
"""
_UNREACHED = """
SELECT count(*) FILTER (WHERE last = 'failed' OR last = 'walled'), count(*)
FROM (SELECT (SELECT CASE WHEN r.ended = 'finished' AND r.listings_working = 0 AND EXISTS (
                               SELECT 1 FROM listing_readings l WHERE l.source_id = s.id AND l.reading ->> 'notice' = 'login')
                          THEN 'walled' ELSE r.ended END
              FROM source_runs r WHERE r.source_id = s.id AND r.ended <> 'stopped' ORDER BY r.id DESC LIMIT 1)
      AS last FROM sources s WHERE s.removed_at IS NULL AND s.paused_at IS NULL)
WHERE last IS NOT NULL
"""
_EARLIER_FINE = """
SELECT 1 FROM source_runs
WHERE source_id = ? AND id < ? AND (fetched + unchanged > 0 OR listings > listings_failed) ORDER BY id DESC LIMIT 1
"""
_ANSWERS = "SELECT what = 'article' AS is_article, url, error FROM fetches WHERE run_id = ? AND source_id = ?"
_ROBOTS_ERROR = "SELECT error FROM robots WHERE origin = ?"
_NEWEST_LINK = "SELECT max(found_at) FROM links WHERE source_id = ?"
_FIRST_RUN = "SELECT run_id FROM links WHERE source_id = ? ORDER BY found_at LIMIT 1"
_LINKS = "SELECT found_at, published, run_id FROM links WHERE source_id = ? AND found_at >= ? ORDER BY found_at"
_PART_IDS = "SELECT id FROM source_runs WHERE source_id = ? ORDER BY id DESC"
_PART = "SELECT started_at, ended = 'finished' AND listings > listings_failed FROM source_runs WHERE id = ?"
# With more source runs than this, only every second, third, ... is read: each is in a block of its own on disk.
_MAX_SOURCE_RUNS = 1000
_NEWEST_PAGE = """
SELECT p.id FROM pages p JOIN outcomes o ON o.page_id = p.id WHERE p.source_id = ? ORDER BY p.fetched_at DESC LIMIT 1
"""
# The first page of each link: a revision adds no information about the site's layout, and would count its article twice.
_READINGS = """
SELECT p.id AS page_id, o.reason IS NULL AS article, coalesce(a.title, '') AS title,
       coalesce(a.provenance ->> 'title', '') AS title_by, a.published_precision AS precision, a.source IS NOT NULL AS source,
       coalesce(a.word_count, 0) AS words,
       EXISTS (SELECT 1 FROM credits c WHERE c.page_id = p.id AND c.role = 'author') AS authors,
       EXISTS (SELECT 1 FROM credits c WHERE c.page_id = p.id AND c.role = 'editor') AS editors
FROM pages p JOIN outcomes o ON o.page_id = p.id LEFT JOIN articles a ON a.page_id = p.id
WHERE p.source_id = ? AND NOT EXISTS (SELECT 1 FROM pages e WHERE e.link_id = p.link_id AND e.id < p.id)
ORDER BY p.fetched_at DESC, p.id DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceBaseline:
    """What was usual for a source when it was last counted: its longest silence, and what its pages contain. Expensive
    to count.

    `limit_s` is None if no rhythm was known. `shares` maps signs to shares of pages, `words` is the median length of
    its articles.
    """

    limit_s: float | None = None
    limit_at: datetime | None = None
    shares: Mapping[str, float] = field(default_factory=dict)
    words: float = 0.0
    shares_at: datetime | None = None
    repeats_at: datetime | None = None
    """When it was last looked for what its articles repeat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFigures:
    """A source to evaluate. `source_run_id` is its last source run that ended; `page_id` and `baseline` are from the
    last evaluation.
    """

    source_id: int
    name: str
    settings: Mapping[str, object]
    source_run_id: int | None
    page_id: int | None
    baseline: SourceBaseline


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedSourceRun:
    """A source run that ended by itself: finished or failed."""

    id: int
    run_id: int
    ended: str
    listings: int
    listings_failed: int
    listings_working: int | None
    fetched: int
    unchanged: int
    failed: int
    forbidden: int
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureShare:
    """How many listings and articles of a source run were requested, and how many of them failed for one reason.

    `answered`: whether anything but failures came back. `about_articles`: whether the open alert is about articles.
    """

    listings: int = 0
    listings_refused: int = 0
    articles: int = 0
    articles_refused: int = 0
    url: str | None = None
    """One that failed."""
    answered: bool = True
    about_articles: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLink:
    """When a link was found, when its listing says it was published, and whether the source's first run found it."""

    found_at: datetime
    published: datetime | None
    first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractedFields:
    """What was extracted from one page. If it is not an article, all but `page_id` and `article` are false, empty or 0."""

    page_id: int
    article: bool
    title: str
    title_by: str
    dated: bool
    timed: bool
    source: bool
    words: int
    authors: bool
    editors: bool


def sources_to_evaluate(conn: sqlite3.Connection) -> list[SourceFigures]:
    """Sources with a source run that ended since their last evaluation, without paused and removed ones."""
    return [
        SourceFigures(
            source_id=row["id"],
            name=row["name"],
            settings=json.loads(row["settings"]),
            source_run_id=row["part"],
            page_id=row["page_id"],
            baseline=_usual(row["usual"]),
        )
        for row in named_rows(conn, _TO_EVALUATE)
    ]


def active_source_ids(conn: sqlite3.Connection) -> frozenset[int]:
    """Ids of the sources that are neither paused nor removed."""
    return frozenset(source_id for (source_id,) in conn.execute(_WATCHED_SOURCES))


def record_evaluation(
    conn: sqlite3.Connection, due: SourceFigures, *, page_id: int | None, usual: SourceBaseline
) -> None:
    """Record how far a source was evaluated."""
    values = {
        "limit_s": usual.limit_s,
        "limit_at": format_optional(usual.limit_at),
        "shares": dict(usual.shares),
        "words": usual.words,
        "shares_at": format_optional(usual.shares_at),
        "repeats_at": format_optional(usual.repeats_at),
    }
    conn.execute(
        _WATCHED, {"source": due.source_id, "part": due.source_run_id, "page": page_id, "usual": json.dumps(values)}
    )


def _usual(text: str | None) -> SourceBaseline:
    values = json.loads(text) if text else {}
    for name in ("limit_at", "shares_at", "repeats_at"):
        values[name] = parse_timestamp(values[name]) if values.get(name) else None
    return SourceBaseline(**values)


def last_source_runs(conn: sqlite3.Connection, source_id: int, count: int) -> list[EndedSourceRun]:
    """The last source runs that ended by themselves, newest first."""
    return [EndedSourceRun(**row) for row in named_rows(conn, _PARTS, (source_id, count))]


def count_failing_sources(conn: sqlite3.Connection) -> tuple[int, int]:
    """How many sources failed in their last crawl, and how many were ever crawled, without paused and removed ones.

    A source that answered with a login page in place of its listings failed as well: so answers a network that wants a login.
    """
    failed, of = conn.execute(_UNREACHED).fetchone()
    return int(failed), int(of)


def worked_before(conn: sqlite3.Connection, source_id: int, part: int) -> bool:
    """Whether an earlier run fetched anything from the source."""
    return conn.execute(_EARLIER_FINE, (source_id, part)).fetchone() is not None


def failure_share(
    conn: sqlite3.Connection,
    source_id: int,
    part: EndedSourceRun,
    error: str,
    evidence: Mapping[str, object] | None = None,
) -> FailureShare:
    """How much of a source run failed with `error`, including requests not sent because the host's robots.txt failed
    with it.

    `evidence` is that of the open alert, if there is one.
    """
    counts, url = {False: [0, 0], True: [0, 0]}, None
    by_origin: dict[str, bool] = {}
    for row in named_rows(conn, _ANSWERS, (part.run_id, source_id)):
        is_refused = row["error"] == error or (
            row["error"] == "robots_unavailable" and _robots_failed(conn, row["url"], error, by_origin)
        )
        counts[bool(row["is_article"])][0] += 1
        counts[bool(row["is_article"])][1] += is_refused
        url = url or (row["url"] if is_refused else None)
    return FailureShare(
        listings=counts[False][0],
        listings_refused=counts[False][1],
        articles=counts[True][0],
        articles_refused=counts[True][1],
        url=url,
        answered=part.ended == "finished",
        about_articles=bool(evidence and evidence.get("articles_refused") and not evidence.get("listings_refused")),
    )


def _robots_failed(conn: sqlite3.Connection, url: str, error: str, known: dict[str, bool]) -> bool:
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"
    if origin not in known:
        row = conn.execute(_ROBOTS_ERROR, (origin,)).fetchone()
        known[origin] = bool(row and str(row[0]).partition(":")[0] == error)
    return known[origin]


def newest_link_time(conn: sqlite3.Connection, source_id: int) -> datetime | None:
    """When the last new link of a source was found."""
    (found_at,) = conn.execute(_NEWEST_LINK, (source_id,)).fetchone()
    return parse_optional(found_at)


def links_since(conn: sqlite3.Connection, source_id: int, since: datetime) -> list[FoundLink]:
    """The links of a source found since a time, in order."""
    row = conn.execute(_FIRST_RUN, (source_id,)).fetchone()
    first = row[0] if row else None
    return [
        FoundLink(
            found_at=parse_timestamp(link["found_at"]),
            published=parse_optional(link["published"]),
            first=link["run_id"] == first,
        )
        for link in named_rows(conn, _LINKS, (source_id, format_timestamp(since)))
    ]


def listing_reads_since(conn: sqlite3.Connection, source_id: int, since: datetime) -> list[datetime]:
    """When a source's listings were read since a time: the starts of its source runs in which any listing responded.

    Of very many source runs only every n-th, but always the last.
    """
    ids = [part for (part,) in conn.execute(_PART_IDS, (source_id,))]
    earliest, reads = format_timestamp(since), []
    for part in ids[:: max(1, len(ids) // _MAX_SOURCE_RUNS)]:
        started_at, answered = conn.execute(_PART, (part,)).fetchone()
        if started_at < earliest:
            break
        if answered:
            reads.append(parse_timestamp(started_at))
    return reads[::-1]


def newest_page(conn: sqlite3.Connection, source_id: int) -> int | None:
    """The last page of a source that has an outcome."""
    row = conn.execute(_NEWEST_PAGE, (source_id,)).fetchone()
    return int(row[0]) if row else None


def extracted_fields(conn: sqlite3.Connection, source_id: int, count: int) -> list[ExtractedFields]:
    """What was extracted from the last `count` pages that were the first of their link, newest first."""
    return list(map(_reading, named_rows(conn, _READINGS, (source_id, count))))


def _reading(row: sqlite3.Row) -> ExtractedFields:
    return ExtractedFields(
        page_id=row["page_id"],
        article=bool(row["article"]),
        title=row["title"],
        title_by=row["title_by"],
        dated=row["precision"] is not None,
        timed=row["precision"] not in (None, "day"),
        source=bool(row["article"] and row["source"]),
        words=row["words"],
        authors=bool(row["authors"]),
        editors=bool(row["editors"]),
    )


def pages_in_evidence(evidence: Iterable[Mapping[str, object]]) -> list[range]:
    """The page ranges that earlier alerts were about, from their evidence."""
    bounds = ((item.get("first_page"), item.get("last_page")) for item in evidence)
    return [range(first, last + 1) for first, last in bounds if isinstance(first, int) and isinstance(last, int)]
