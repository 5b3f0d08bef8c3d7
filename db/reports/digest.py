"""What happened since yesterday, in one look: what came in, what is wrong, what was corrected, what everybody prints.

Counts go by the time of the fetch, as those of runs do (docs/counts.md). Reads small tables and indexes only, never texts
(`bench/database/coverage.py`).
"""

from __future__ import annotations

import math
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median

from db.display.humanize import counted
from db.reports.coverage import MOST_ANEW, CoverageGap, SourceCoverage, coverage_gaps, judged_late, load_coverage
from db.reports.digest_articles import Correction, GoneArticle, corrections_between, count_of_substance, gone_between
from db.sqlite.conditions import PAGE_TO_ROW
from db.sqlite.named_rows import named_rows
from db.store.service.alerts import AlertKind, open_alerts
from db.store.sites.sources import source_names
from db.timestamps import format_timestamp, parse_timestamp

BEFORE = timedelta(days=7)
"""What the period is compared with: so long before it."""
GAPS_OF = timedelta(days=7)
"""Gaps that ended so long before the end of the period, or later, are told."""
_READ_OF = timedelta(days=56)
"""How far back coverage is read: the four weeks that say what is usual, and as many in which a gap may have begun."""
MOST_STORIES = 5
LEAST_REJECTED, GROWN = 10, 3.0
"""Rejections have grown if there are so many, so many times what a period of that length had before, and chance is excluded."""
_SURELY = 4.0
_LEAST_LOST = 0.5
"""A gap in which nothing is expected (a weekend, a source that was only imported once) needs no look."""
SLOW_S, SLOWER = 1.0, 2.0
"""A source is slow if a request takes so many seconds more than before, and so many times as long."""
_LEAST_REQUESTS = 10
_MOST_RUNS = 200

# The index (source_id, fetched_at) covers what is read of `pages`; without INDEXED BY SQLite would scan all decisions. PAGE_TO_ROW
# keeps it from filling a Bloom filter from all of them.
_PAGES = "FROM pages p INDEXED BY pages_source"
_WHEN = "p.source_id IN (SELECT id FROM sources) AND p.fetched_at >= :since AND p.fetched_at < :until"
_VERDICT = PAGE_TO_ROW.format("d.verdict")
_ARRIVED = f"""
SELECT p.source_id, d.verdict, count(*) {_PAGES} CROSS JOIN decisions d ON d.page_id = p.id
WHERE {_WHEN} AND {_VERDICT} IN ('new', 'copy', 'revision') GROUP BY 1, 2
"""
_STORIES = f"""
SELECT d.original_id, count(*) {_PAGES} CROSS JOIN decisions d ON d.page_id = p.id
WHERE {_WHEN} AND {_VERDICT} = 'copy' GROUP BY 1 ORDER BY 2 DESC, 1 DESC LIMIT :most
"""
# As rejections are counted everywhere: by reason, and those that settling found (`db.store.dedup.notices`).
_REJECTED = f"""
SELECT p.source_id, coalesce(o.reason, 'repeated') AS reason,
    count(*) FILTER (WHERE p.fetched_at >= :start) AS pages, count(*) AS in_all
{_PAGES} CROSS JOIN outcomes o ON o.page_id = p.id
LEFT JOIN decisions n ON n.page_id = p.id AND {PAGE_TO_ROW.format("n.verdict")} = 'notice'
WHERE {_WHEN} AND (o.reason IS NOT NULL OR n.page_id IS NOT NULL) GROUP BY 1, 2
"""
_CLUSTER = """
SELECT p.source_id FROM decisions d JOIN pages p ON p.id = d.page_id
WHERE d.original_id = ? AND d.verdict IN ('new', 'copy')
"""
_TITLE = "SELECT title FROM articles WHERE page_id = ?"
_TIMES = """
SELECT started_at, ended_at, listings + fetched + unchanged + failed FROM source_runs
WHERE source_id = ? AND ended = 'finished' AND started_at >= ? AND started_at < ? ORDER BY started_at DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceNews:
    """What came in from a source: new articles, copies of others, corrections. `usual`: new articles and copies that a period of
    this length is expected to have; None if too little is known.
    """

    source_id: int
    source: str
    new: int
    copies: int
    corrections: int
    usual: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestAlert:
    """An open alert. `source` is None where it concerns the machine."""

    kind: str
    source_id: int | None
    source: str | None
    message: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceGap:
    """A gap in the coverage of a source."""

    source_id: int
    source: str
    gap: CoverageGap


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowSource:
    """Seconds that a request to a source takes, pauses included, and took before (medians over its crawls)."""

    source_id: int
    source: str
    seconds: float
    before: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A story by its original: how many copies came in during the period, and how many articles and sources have it in all."""

    article_id: int
    title: str
    copies: int
    articles: int
    sources: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GrownRejections:
    """Pages of a source that were rejected for one reason, and how many a period of this length had before."""

    source_id: int
    source: str
    reason: str
    pages: int
    before: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """All of it, from `since` up to `until`."""

    since: datetime
    until: datetime
    news: list[SourceNews]
    """Sources of which something came in, most first."""
    alerts: list[DigestAlert]
    """All that are open: silent and rotting sources among them."""
    gaps: list[SourceGap]
    slow: list[SlowSource]
    corrections: list[Correction]
    """New revisions, the most substantial first, not all of them."""
    of_substance: int
    """How many of all revisions changed something of substance."""
    gone: list[GoneArticle]
    stories: list[Story]
    rejections: list[GrownRejections]
    judged_late: int
    """Of how many sources the coverage, for gaps and what is usual, is as it was judged last: days have come since."""

    @property
    def new(self) -> int:
        """New articles."""
        return sum(one.new for one in self.news)

    @property
    def copies(self) -> int:
        """Copies of articles elsewhere."""
        return sum(one.copies for one in self.news)

    @property
    def corrected(self) -> int:
        """New revisions, also those that `corrections` leaves out."""
        return sum(one.corrections for one in self.news)

    def alerts_of(self, kind: str) -> list[DigestAlert]:
        """The open alerts of one kind."""
        return [alert for alert in self.alerts if alert.kind == kind]

    @property
    def other_alerts(self) -> list[DigestAlert]:
        """The open alerts that are about neither silence nor rot."""
        return [alert for alert in self.alerts if alert.kind not in (AlertKind.SILENT, AlertKind.ROTTING)]

    def gaps_together(self) -> list[list[SourceGap]]:
        """The gaps, those of several sources on the same days together: a machine that was off is one thing to know."""
        together: dict[tuple[object, ...], list[SourceGap]] = defaultdict(list)
        for one in self.gaps:
            together[one.gap.state, one.gap.first, one.gap.last].append(one)
        return list(together.values())

    @property
    def summary(self) -> str:
        """One sentence."""
        parts = [f"{counted(self.new, 'new article')} from {counted(len(self.news), 'source')}"]
        for number, one, many in (
            (self.copies, "copy", "copies"),
            (self.corrected, "revision", ""),
            (len(self.gone), "article gone", "articles gone"),
            (len(self.alerts), "open alert", ""),
            (len(self.gaps), "gap", ""),
            (len(self.slow), "slow source", ""),
            (len(self.rejections), "kind of rejections that grew", "kinds of rejections that grew"),
        ):
            if number:
                inner = f" ({self.of_substance:,} of substance)" if one == "revision" else ""
                parts.append(counted(number, one, many) + inner)
        return ", ".join(parts)


def build_digest(conn: sqlite3.Connection, since: datetime, until: datetime) -> Digest:
    """The digest of a period. Alerts are those that are open now."""
    names = source_names(conn)
    bounds: dict[str, str | int] = {"since": format_timestamp(since), "until": format_timestamp(until)}
    earliest = (until - GAPS_OF).astimezone(UTC).date()
    coverage = _recent_coverage(conn, until, earliest)
    usual = {
        one.source_id: _usual([day.expected for day in one.days[-28:] if day.expected is not None], until - since)
        for one in coverage
    }
    return Digest(
        since=since,
        until=until,
        news=list(_news(conn, bounds, names, usual)),
        alerts=[
            DigestAlert(
                kind=one.kind, source_id=one.source_id, source=one.source, message=one.message, since=one.opened_at
            )
            for one in open_alerts(conn)
        ],
        gaps=[
            SourceGap(source_id=one.source_id, source=one.name, gap=gap)
            for one in coverage
            for gap in coverage_gaps(one.days)[-3:]
            if gap.last >= earliest and gap.lost >= _LEAST_LOST
        ],
        slow=list(_slow(conn, since, until, names)),
        corrections=corrections_between(conn, bounds),
        of_substance=count_of_substance(conn, bounds),
        gone=gone_between(conn, bounds),
        stories=[
            _story(conn, article, copies)
            for article, copies in conn.execute(_STORIES, bounds | {"most": MOST_STORIES}).fetchall()
        ],
        rejections=list(_rejections(conn, since, until, names)),
        judged_late=len(judged_late(conn, until)),
    )


def _recent_coverage(conn: sqlite3.Connection, until: datetime, earliest: date) -> list[SourceCoverage]:
    """The last weeks of each source, and all of those with a gap since `earliest` that may have begun before these weeks."""
    since = (until - _READ_OF).astimezone(UTC).date()
    found = load_coverage(conn, until, since=since, most_anew=MOST_ANEW)

    def is_cut(one: SourceCoverage) -> bool:
        gaps = [gap for gap in coverage_gaps(one.days)[-3:] if gap.last >= earliest]
        return bool(gaps) and not any(day.found and day.day < gaps[0].first for day in one.days)

    cut = {one.source_id for one in found if is_cut(one)}
    whole = {one.source_id: one for one in load_coverage(conn, until, cut, most_anew=MOST_ANEW)} if cut else {}
    return [whole.get(one.source_id, one) for one in found]


def _usual(expected: Iterable[float], length: timedelta) -> float | None:
    days = list(expected)
    return sum(days) / len(days) * (length / timedelta(days=1)) if days else None


def _news(
    conn: sqlite3.Connection, bounds: dict[str, str | int], names: dict[int, str], usual: dict[int, float | None]
) -> Iterator[SourceNews]:
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for source_id, verdict, number in conn.execute(_ARRIVED, bounds):
        counts[source_id][verdict] += number
    for source_id in sorted(counts, key=lambda one: (-counts[one].total(), names[one])):
        of = counts[source_id]
        yield SourceNews(
            source_id=source_id,
            source=names[source_id],
            new=of["new"],
            copies=of["copy"],
            corrections=of["revision"],
            usual=usual.get(source_id),
        )


def _title(conn: sqlite3.Connection, page_id: int) -> str:
    row = conn.execute(_TITLE, (page_id,)).fetchone()
    return str(row[0]) if row else ""


def _story(conn: sqlite3.Connection, original_id: int, copies: int) -> Story:
    sources = [source_id for (source_id,) in conn.execute(_CLUSTER, (original_id,))]
    return Story(
        article_id=original_id,
        title=_title(conn, original_id),
        copies=copies,
        articles=len(sources),
        sources=len(set(sources)),
    )


def _rejections(
    conn: sqlite3.Connection, since: datetime, until: datetime, names: dict[int, str]
) -> Iterator[GrownRejections]:
    first = since - BEFORE
    bounds = {"since": format_timestamp(first), "start": format_timestamp(since), "until": format_timestamp(until)}
    found = []
    for row in named_rows(conn, _REJECTED, bounds):
        source_id, now = row["source_id"], row["pages"]
        before = (row["in_all"] - now) * ((until - since) / BEFORE)
        if now >= max(LEAST_REJECTED, GROWN * before, before + _SURELY * math.sqrt(before)):
            found.append(
                GrownRejections(
                    source_id=source_id,
                    source=names[source_id],
                    reason=row["reason"],
                    pages=now,
                    before=round(before, 1),
                )
            )
    yield from sorted(found, key=lambda one: (one.before - one.pages, one.source))


def _slow(conn: sqlite3.Connection, since: datetime, until: datetime, names: dict[int, str]) -> Iterator[SlowSource]:
    earliest, begins, ends = (format_timestamp(at) for at in (since - BEFORE, since, until))
    for source_id, name in sorted(names.items(), key=lambda item: item[1]):
        lately: list[tuple[float, int]] = []
        before: list[tuple[float, int]] = []
        for started_at, ended_at, requests in conn.execute(_TIMES, (source_id, earliest, ends, _MOST_RUNS)):
            if not requests:
                continue
            seconds = (parse_timestamp(ended_at) - parse_timestamp(started_at)).total_seconds()
            (lately if started_at >= begins else before).append((seconds / requests, requests))
        if min(_requests(lately), _requests(before)) >= _LEAST_REQUESTS:
            now, then = (median(seconds for seconds, _ in runs) for runs in (lately, before))
            if now >= then + SLOW_S and now >= SLOWER * then:
                yield SlowSource(source_id=source_id, source=name, seconds=round(now, 2), before=round(then, 2))


def _requests(runs: Iterable[tuple[float, int]]) -> int:
    return sum(requests for _, requests in runs)
