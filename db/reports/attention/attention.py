"""Attention: how many articles match each of up to four queries over time, as a share of all articles of the same sources.

    count_matches ──> by period ──┐
    source_days, archive_days ────┼──> Attention: lines over all sources, and over the sources with most hits
    coverage ─────────────────────┘

Where only a part of the archive was looked at (`MatchCounts.fraction`), counts are what was found divided by the fraction, and the
interval of a share is that of the part: x of n * fraction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from db.errors import QueryError
from db.proportions import wilson_interval
from db.queries.article_filter import ArticleFilter
from db.queries.articles import snapshot
from db.queries.attention import NO_LIMITS, MatchCounts, ReadingLimits, articles_by_day, count_matches
from db.reports.attention.periods import Period, PeriodUnit, lacking_of, lacking_periods, periods_between
from db.reports.coverage import load_coverage
from db.search.index import count_unindexed
from db.store.sites.sources import source_names

MOST_QUERIES = 4
"""As many lines as are told apart by colour."""
MOST_PERIODS = 1200
"""Three years of days, a hundred of months: more points than pixels say nothing."""
FEW_ARTICLES = 30
"""A period with fewer articles is marked: the interval of a share of a half is then wider than 17 points to either side."""
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionRequest:
    """What is asked: queries, filters (`since` and `until` are not used), the days from `first` to `last`, the unit.

    `most_sources`: how many sources with most hits get lines of their own. `limits`: how much is read at most, for all queries.
    """

    queries: tuple[str, ...]
    filters: ArticleFilter
    first: date
    last: date
    unit: PeriodUnit
    most_sources: int = 6
    limits: ReadingLimits = NO_LIMITS


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareInterval:
    """A share of `articles`, with its 95 % interval (Wilson); None where there are no articles."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodHits:
    """The matching articles of a period; `copies` of them are copies. `share`: of all articles of the period."""

    hits: int
    copies: int
    share: ShareInterval | None

    @property
    def originals(self) -> int:
        """Those that are no copies."""
        return self.hits - self.copies


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionLine:
    """A query over the periods. `fraction`: the part of the archive that was looked at; below 1, counts are estimates."""

    query: str
    periods: tuple[PeriodHits, ...]
    fraction: float

    @property
    def hits(self) -> int:
        """Of all periods."""
        return sum(period.hits for period in self.periods)

    @property
    def copies(self) -> int:
        """Of all periods."""
        return sum(period.copies for period in self.periods)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionPanel:
    """Lines over the same periods, of one source or of all that were asked for (None). `articles`, `lacking`: for each period, how
    many there are, and whether the sources lack something by their coverage.
    """

    source_id: int | None
    source: str | None
    lines: tuple[AttentionLine, ...]
    articles: tuple[int, ...]
    lacking: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """The answer. `sources`: those with most hits first. `unindexed` articles were not searched."""

    request: AttentionRequest
    periods: tuple[Period, ...]
    total: AttentionPanel
    sources: tuple[AttentionPanel, ...]
    unindexed: int


def count_attention(conn: sqlite3.Connection, request: AttentionRequest, now: datetime) -> Attention:
    """Count in one snapshot. Raises QueryError for a query that cannot be read, too many queries, or too long a range."""
    if not 0 < len(request.queries) <= MOST_QUERIES:
        raise QueryError(f"attention compares one to {MOST_QUERIES} queries, not {len(request.queries)}")
    if request.first > request.last:
        raise QueryError(f"the range ends on {request.last}, before it begins on {request.first}; swap them")
    periods = periods_between(request.first, request.last, request.unit)
    if len(periods) > MOST_PERIODS:
        raise QueryError(
            f"{len(periods):,} periods are more than {MOST_PERIODS:,}; take a shorter range, or count by week or month"
        )
    with snapshot(conn):
        limits = _shared(request.limits, len(request.queries))
        counted = [
            count_matches(conn, query, request.filters, request.first, request.last, limits)
            for query in request.queries
        ]
        wanted = request.filters.source_ids
        only = wanted[0] if len(wanted) == 1 else None
        names = source_names(conn)
        total = _panel(
            request, periods, counted,
            source=(only, names.get(only) if only is not None else None),
            articles=_by_period(articles_by_day(conn, wanted, request.first, request.last), periods),
            lacking=lacking_periods(conn, now, periods, wanted),
        )  # fmt: skip
        sources = [] if only is not None else _source_panels(conn, request, periods, counted, names, now)
        return Attention(
            request=request,
            periods=tuple(periods),
            total=total,
            sources=tuple(sources),
            unindexed=count_unindexed(conn),
        )


def _shared(limits: ReadingLimits, queries: int) -> ReadingLimits:
    return ReadingLimits(
        hits=max(1, limits.hits // queries), rows=max(1, limits.rows // queries), texts=max(1, limits.texts // queries)
    )


def _source_panels(
    conn: sqlite3.Connection,
    request: AttentionRequest,
    periods: Sequence[Period],
    counted: Sequence[MatchCounts],
    names: dict[int, str],
    now: datetime,
) -> list[AttentionPanel]:
    """A panel for each of the sources with most hits; none where all hits are of one source."""
    hits: dict[int, float] = {}
    for one in counted:
        for source_id, number in zip(
            *(part.tolist() for part in np.unique(one.source_ids, return_counts=True)), strict=True
        ):
            hits[source_id] = hits.get(source_id, 0.0) + number / one.fraction
    if len(hits) < 2:
        return []
    chosen = sorted(hits, key=lambda source_id: (-hits[source_id], source_id))[: request.most_sources]
    covered = {
        one.source_id: one
        for one in load_coverage(conn, now, chosen, since=request.first, until=request.last)
    }  # fmt: skip
    panels = []
    for source_id in chosen:
        own = [_of_source(one, source_id) for one in counted]
        known = [covered[source_id]] if source_id in covered else []
        panels.append(
            _panel(
                request, periods, own,
                source=(source_id, names.get(source_id)),
                articles=_by_period(articles_by_day(conn, [source_id], request.first, request.last), periods),
                lacking=lacking_of(known, periods),
            )
        )  # fmt: skip
    return panels


def _of_source(counted: MatchCounts, source_id: int) -> MatchCounts:
    own = counted.source_ids == source_id
    return replace(counted, days=counted.days[own], source_ids=counted.source_ids[own], copied=counted.copied[own])


def _panel(
    request: AttentionRequest,
    periods: Sequence[Period],
    counted: Sequence[MatchCounts],
    *,
    source: tuple[int | None, str | None],
    articles: Sequence[int],
    lacking: Sequence[bool],
) -> AttentionPanel:
    lines = []
    for query, one in zip(request.queries, counted, strict=True):
        hits, copies = _counted_by_period(one, periods)
        lines.append(
            AttentionLine(
                query=query,
                fraction=one.fraction,
                periods=tuple(
                    _period_hits(number, copied, of, one.fraction)
                    for number, copied, of in zip(hits, copies, articles, strict=True)
                ),
            )
        )
    return AttentionPanel(
        source_id=source[0], source=source[1], lines=tuple(lines), articles=tuple(articles), lacking=tuple(lacking)
    )


def _period_hits(hits: int, copies: int, articles: int, fraction: float) -> PeriodHits:
    # An article that was counted a moment ago, or in a day of another source: never more than there are.
    looked_at = max(articles * fraction, float(hits))
    share = None
    if articles and looked_at:
        low, high = wilson_interval(hits, looked_at)
        share = ShareInterval(share=hits / looked_at, low=low, high=high)
    return PeriodHits(hits=round(hits / fraction), copies=round(copies / fraction), share=share)


def _counted_by_period(counted: MatchCounts, periods: Sequence[Period]) -> tuple[list[int], list[int]]:
    starts = np.array([(period.first - _EPOCH).days for period in periods], dtype=np.int64)
    places = np.searchsorted(starts, counted.days, side="right") - 1
    hits = np.bincount(places, minlength=len(periods))
    copies = np.bincount(places[counted.copied], minlength=len(periods))
    return hits.tolist(), copies.tolist()


def _by_period(by_day: dict[date, int], periods: Sequence[Period]) -> list[int]:
    return [
        sum(by_day.get(period.first + timedelta(days=n), 0) for n in range((period.last - period.first).days + 1))
        for period in periods
    ]
