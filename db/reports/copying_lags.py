"""How fast sources copy: the median lag of pairs, and of all other sources behind an origin, with its error.

A lag runs from the original's time to the article's. By stated times it is as exact as these. By the times when pages were first
seen it is known to about the interval at which the slower of the two sources is looked at.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from db.copying.lags import MEDIAN_ERROR, median_of_bins
from db.copying.origins import OriginKind, OriginNames
from db.reports.copying import PERIOD_CONDITION, CopyingFilter, CopyPair, Known, LagFigures
from db.sqlite.named_rows import named_rows

_DAY_S = 86400.0
_STATED_ERROR_S = 60.0
"""Stated times are to the minute, as a rule."""
_LAGS = f"""
SELECT source_id, from_id, credited, basis, bin, sum(articles) AS articles FROM {{}} {PERIOD_CONDITION}
GROUP BY source_id, from_id, credited, basis, bin
"""
_LAGS_OF_PAIRS = _LAGS.format(
    "json_each(:pairs) p CROSS JOIN copy_lags l ON (l.source_id, l.from_id) = (p.value ->> 0, p.value ->> 1) WHERE true"
)
_LAGS_OF_OTHERS = _LAGS.format(
    """copy_lags
WHERE source_id NOT IN (SELECT value FROM json_each(:takers)) AND from_id IN (SELECT value FROM json_each(:origins))"""
)
# The interval at which a source is looked at, on days on which it is.
_LOOKS = """
SELECT source_id, sum(looked_days), sum(looks) FROM source_months
WHERE (:sources IS NULL OR source_id IN (SELECT value FROM json_each(:sources))) AND looks > 0
  AND (:since IS NULL OR month >= :since) AND (:until IS NULL OR month <= :until)
GROUP BY source_id
"""


def add_lags(conn: sqlite3.Connection, names: OriginNames, wanted: CopyingFilter, pairs: Iterable[CopyPair]) -> None:
    """Work out the lags of these pairs, of the articles that count and that the origin had first."""
    by_ids = {(pair.source_id, pair.origin.source_id): pair for pair in pairs if pair.origin.kind is OriginKind.SOURCE}
    gathered = dict[tuple[int, int], _GatheredLags]()
    for ids, row in _lag_rows(conn, names, wanted, _LAGS_OF_PAIRS, pairs=list(by_ids)):
        gathered.setdefault(ids, _GatheredLags()).add(row)
    intervals = look_intervals(conn, wanted, {source_id for ids in by_ids for source_id in ids})
    for ids, lags in gathered.items():
        by_ids[ids].lags = lags.figures(_either(intervals.get(ids[0]), intervals.get(ids[1])))


def lags_of_others(
    conn: sqlite3.Connection,
    names: OriginNames,
    wanted: CopyingFilter,
    origins: Collection[int],
    takers: Collection[int],
) -> dict[int, LagFigures]:
    """The lags of all sources but `takers` behind each of these origins, in one; an origin without any is not there.

    Where most lags are by the times when pages were seen, the error is the median of their pairs' errors, each article counted.
    """
    gathered, errors = dict[int, _GatheredLags](), defaultdict[int, list[tuple[int, int]]](list)
    for ids, row in _lag_rows(conn, names, wanted, _LAGS_OF_OTHERS, takers=sorted(takers), origins=sorted(origins)):
        gathered.setdefault(ids[1], _GatheredLags()).add(row)
        errors[ids[1]].append((ids[0], row["articles"]))
    intervals = look_intervals(conn, wanted, None)
    return {
        origin_id: lags.figures(
            _median_error(
                (_either(intervals.get(source_id), intervals.get(origin_id)), articles)
                for source_id, articles in errors[origin_id]
            )
        )
        for origin_id, lags in gathered.items()
    }


@dataclass(slots=True)
class _GatheredLags:
    """Lags by bin, and how many of them are by stated times."""

    bins: Counter[int] = field(default_factory=Counter)
    stated: int = 0

    def add(self, row: sqlite3.Row) -> None:
        self.bins[row["bin"]] += row["articles"]
        self.stated += row["articles"] if row["basis"] == "stated" else 0

    def figures(self, seen_error: float | None) -> LagFigures:
        """Median and error. `seen_error`: that of lags by the times when pages were seen."""
        median, count = median_of_bins(self.bins), sum(self.bins.values())
        by_clock = 2 * self.stated > count
        error = max(_STATED_ERROR_S, MEDIAN_ERROR * abs(median or 0)) if by_clock else seen_error
        return LagFigures(count=count, stated=self.stated, median_s=median, error_s=error)


def _lag_rows(
    conn: sqlite3.Connection, names: OriginNames, wanted: CopyingFilter, query: str, **chosen: object
) -> Iterator[tuple[tuple[int, int], sqlite3.Row]]:
    """Taker and earliest, and their lags that count by the filter. `chosen`: the lists of the query."""
    lists = {name: json.dumps(numbers) for name, numbers in chosen.items()}
    resolved = {"": 0}
    for row in named_rows(conn, query, wanted.values | lists):
        source_id, from_id, credited = row["source_id"], row["from_id"], row["credited"]
        if credited not in resolved:
            resolved[credited] = names.resolve(credited).source_id or -1
        if _has_lag(source_id, from_id, resolved[credited], wanted.known):
            yield (source_id, from_id), row


def _median_error(errors: Iterable[tuple[float | None, int]]) -> float | None:
    """The median of errors, each with its articles; one that is not known is larger than all others."""
    ordered = sorted((math.inf if error is None else error, articles) for error, articles in errors)
    half, passed = sum(articles for _, articles in ordered) / 2, 0
    for error, articles in ordered:
        passed += articles
        if passed >= half:
            return None if math.isinf(error) else error
    return None


def _has_lag(source_id: int, from_id: int, named_id: int, known: Known) -> bool:
    """Whether the lag of articles belongs to the pair with their earliest source. `named_id`: the source that they credit, 0 for
    none, -1 for somebody who is none.
    """
    if named_id in (0, source_id):
        return known is not Known.CREDITED
    return known is Known.EARLIEST or named_id == from_id


def look_intervals(
    conn: sqlite3.Connection, wanted: CopyingFilter, source_ids: Iterable[int] | None
) -> dict[int, float]:
    """Seconds between two looks at the listings of each of these sources (None: all), in the months that count; a source that
    was never looked at has none.
    """
    sources = None if source_ids is None else json.dumps(sorted(source_ids))
    chosen = {"sources": sources, "since": wanted.since, "until": wanted.until}
    return {source_id: days * _DAY_S / looks for source_id, days, looks in conn.execute(_LOOKS, chosen)}


def _either(one: float | None, other: float | None) -> float | None:
    return max(one, other) if one is not None and other is not None else None
