"""Who copies whom, how often and how fast: pairs of a source and what it takes from, from counts kept with the decisions.

Each article that was taken counts once in a pair: with the outlet that it credits, else with the source that had the text first
(`Known.EITHER`). Asked for `EARLIEST`, it counts with that source whatever it credits; for `CREDITED`, only if it credits somebody.

    credits nobody                              earliest
    credits the source that had it first        both
    credits somebody, nobody had it before      credited        the text of an agency is not here, as a rule
    credits somebody, another had it before     contradicting   counts with the credited, and seen by time alone with the other

A lag runs from the original's time to the article's. By stated times it is as exact as these. By the times when pages were first
seen it is known to about the interval at which the slower of the two sources is looked at.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from db.copying.lags import MEDIAN_ERROR, median_of_bins
from db.copying.origins import CopyOrigin, OriginKind, OriginNames, source_origin
from db.named_rows import named_rows

_DAY_S = 86400.0
_STATED_ERROR_S = 60.0
"""Stated times are to the minute, as a rule."""
_PERIOD = """
  AND (:since IS NULL OR month >= :since) AND (:until IS NULL OR month <= :until) AND (:language IS NULL OR language = :language)
"""
PAIRS_SQL = f"""
SELECT source_id, from_id, credited, sum(articles) AS articles FROM copy_pairs
WHERE true {_PERIOD}
GROUP BY source_id, from_id, credited
"""
_LAGS = f"""
SELECT source_id, from_id, credited, basis, bin, sum(articles) AS articles FROM copy_lags
WHERE source_id IN (SELECT value FROM json_each(:takers)) AND from_id IN (SELECT value FROM json_each(:origins)) {_PERIOD}
GROUP BY source_id, from_id, credited, basis, bin
"""
# The interval at which a source is looked at, on days on which it is.
_LOOKS = """
SELECT source_id, sum(looked_days), sum(looks) FROM source_months
WHERE source_id IN (SELECT value FROM json_each(:sources)) AND looks > 0
  AND (:since IS NULL OR month >= :since) AND (:until IS NULL OR month <= :until)
GROUP BY source_id
"""
_LANGUAGES = "SELECT DISTINCT language FROM copy_pairs"
_WAITING = """
SELECT EXISTS (SELECT 1 FROM decisions WHERE verdict = 'copy') AND NOT EXISTS (SELECT 1 FROM takings)
"""


class Known(StrEnum):
    """How it is known that an article was taken."""

    EITHER = "either"
    CREDITED = "credited"
    EARLIEST = "earliest"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyingFilter:
    """Which articles count: first and last month (`2026-03`), language as a code, how it is known. None: all."""

    since: str | None = None
    until: str | None = None
    language: str | None = None
    known: Known = Known.EITHER

    @property
    def values(self) -> dict[str, object]:
        """The parameters of the queries."""
        return {"since": self.since, "until": self.until, "language": self.language}


@dataclass(frozen=True, slots=True, kw_only=True)
class LagFigures:
    """The lags of a pair. `median_s` in seconds, negative if the copy came first, None without any lag; `error_s`: either way,
    None if it is not known how often the sources were looked at. `stated`: how many of the `count` are by stated times.
    """

    count: int = 0
    stated: int = 0
    median_s: float | None = None
    error_s: float | None = None


_NO_LAGS = LagFigures()


@dataclass(slots=True, kw_only=True)
class CopyCounts:
    """Articles of a pair, each in one of these. `against_time`: it credits this one, and another had it before; `against_credit`:
    this one had it first, and it credits another.
    """

    both: int = 0
    credited_only: int = 0
    earliest_only: int = 0
    against_time: int = 0
    against_credit: int = 0

    @property
    def credited(self) -> int:
        """Articles that credit this origin."""
        return self.both + self.credited_only + self.against_time

    @property
    def earliest(self) -> int:
        """Articles that this origin had first."""
        return self.both + self.earliest_only + self.against_credit

    @property
    def contradicting(self) -> int:
        """Articles whose credit names another than the earliest."""
        return self.against_time + self.against_credit

    def of(self, known: Known) -> int:
        """How many count."""
        match known:
            case Known.CREDITED:
                return self.credited
            case Known.EARLIEST:
                return self.earliest
            case _:
                return self.credited + self.earliest_only


@dataclass(slots=True, kw_only=True)
class CopyPair:
    """A source and what it takes articles from. `articles`: those that count by the filter."""

    source_id: int
    origin: CopyOrigin
    counts: CopyCounts
    articles: int = 0
    lags: LagFigures = _NO_LAGS


def count_pairs(
    conn: sqlite3.Connection, names: OriginNames, wanted: CopyingFilter
) -> dict[CopyOrigin, dict[int, CopyCounts]]:
    """The counts of all pairs, by origin and taker; those too of whom nothing counts by the filter."""
    found: dict[CopyOrigin, dict[int, CopyCounts]] = defaultdict(lambda: defaultdict(CopyCounts))
    resolved: dict[str, CopyOrigin | None] = {"": None}
    sources = {source_id: source_origin(source_id) for source_id in names.sources}
    by_source: dict[int, dict[int, CopyCounts]] = {source_id: found[origin] for source_id, origin in sources.items()}
    for row in named_rows(conn, PAIRS_SQL, wanted.values):
        source_id, from_id, credited, articles = row["source_id"], row["from_id"], row["credited"], row["articles"]
        if credited not in resolved:
            resolved[credited] = names.resolve(credited)
        named = resolved[credited]
        named_id = named.source_id if named else 0
        if named is None or named_id == source_id:
            if from_id:
                by_source[from_id][source_id].earliest_only += articles
        elif named_id and named_id == from_id:
            by_source[from_id][source_id].both += articles
        else:
            # An agency that is not crawled cannot have been seen first: that another was says nothing against the credit.
            if from_id and named_id:
                found[named][source_id].against_time += articles
            else:
                found[named][source_id].credited_only += articles
            if from_id:
                by_source[from_id][source_id].against_credit += articles
    return found


def load_pairs(
    conn: sqlite3.Connection, names: OriginNames, wanted: CopyingFilter, *, most: int | None = None
) -> list[CopyPair]:
    """The pairs of whom anything counts, those with most articles first, at most `most`. Without lags, see `add_lags`."""
    return biggest_pairs(count_pairs(conn, names, wanted), wanted.known, most)


def biggest_pairs(
    found: Mapping[CopyOrigin, Mapping[int, CopyCounts]], known: Known, most: int | None
) -> list[CopyPair]:
    """The `most` pairs with most articles (None: all), in order."""
    counted = [
        (-articles, source_id, origin, counts)
        for origin, takers in found.items()
        for source_id, counts in takers.items()
        if (articles := counts.of(known))
    ]
    if most is not None and len(counted) > most:
        # Only pairs that may be among them are made and compared whole: 500 sources have 50,000, mostly of one article.
        least = sorted([one[0] for one in counted])[most - 1] if most else 0
        counted = [one for one in counted if one[0] <= least]
    pairs = [
        CopyPair(source_id=source_id, origin=origin, counts=counts, articles=-negative)
        for negative, source_id, origin, counts in counted
    ]
    pairs.sort(key=lambda pair: (-pair.articles, pair.source_id, pair.origin.kind, pair.origin.key))
    return pairs[:most]


def add_lags(conn: sqlite3.Connection, names: OriginNames, wanted: CopyingFilter, pairs: Iterable[CopyPair]) -> None:
    """Work out the lags of these pairs, of the articles that count and that the origin had first."""
    by_ids = {(pair.source_id, pair.origin.source_id): pair for pair in pairs if pair.origin.kind is OriginKind.SOURCE}
    takers, origins = ({ids[at] for ids in by_ids} for at in (0, 1))
    chosen = {"takers": json.dumps(sorted(takers)), "origins": json.dumps(sorted(origins))}
    bins: dict[tuple[int, int], Counter[int]] = defaultdict(Counter)
    stated: Counter[tuple[int, int]] = Counter()
    resolved = {"": 0}
    for row in named_rows(conn, _LAGS, wanted.values | chosen):
        source_id, from_id, credited, articles = row["source_id"], row["from_id"], row["credited"], row["articles"]
        ids = (source_id, from_id)
        if credited not in resolved:
            resolved[credited] = names.resolve(credited).source_id or -1
        if ids in by_ids and _has_lag(source_id, from_id, resolved[credited], wanted.known):
            bins[ids][row["bin"]] += articles
            stated[ids] += articles if row["basis"] == "stated" else 0
    intervals = look_intervals(conn, wanted, takers | origins)
    for ids, counts in bins.items():
        median, count = median_of_bins(counts), sum(counts.values())
        seen_error = _either(intervals.get(ids[0]), intervals.get(ids[1]))
        by_clock = 2 * stated[ids] > count
        error = max(_STATED_ERROR_S, MEDIAN_ERROR * abs(median or 0)) if by_clock else seen_error
        by_ids[ids].lags = LagFigures(count=count, stated=stated[ids], median_s=median, error_s=error)


def _has_lag(source_id: int, from_id: int, named_id: int, known: Known) -> bool:
    """Whether the lag of articles belongs to the pair with their earliest source. `named_id`: the source that they credit, 0 for
    none, -1 for somebody who is none.
    """
    if named_id in (0, source_id):
        return known is not Known.CREDITED
    return known is Known.EARLIEST or named_id == from_id


def look_intervals(conn: sqlite3.Connection, wanted: CopyingFilter, source_ids: Iterable[int]) -> dict[int, float]:
    """Seconds between two looks at each source's listings, in the months that count; a source that was never looked at has none."""
    chosen = {"sources": json.dumps(sorted(source_ids)), "since": wanted.since, "until": wanted.until}
    return {source_id: days * _DAY_S / looks for source_id, days, looks in conn.execute(_LOOKS, chosen)}


def _either(one: float | None, other: float | None) -> float | None:
    return max(one, other) if one is not None and other is not None else None


def copying_languages(conn: sqlite3.Connection) -> list[str]:
    """The languages of articles that were taken, as codes; "" where it is not known."""
    return sorted({language for (language,) in conn.execute(_LANGUAGES)})


def is_to_be_rebuilt(conn: sqlite3.Connection) -> bool:
    """Whether copies are decided but none is counted, as after somebody emptied the tables."""
    return bool(conn.execute(_WAITING).fetchone()[0])


COPYING_COLUMNS = (
    "source", "taken_from", "kind", "articles", "credited", "earliest_seen", "both", "contradicting",
    "median_lag_s", "lag_error_s", "lags", "lags_stated", "source_id", "origin",
)  # fmt: skip


def pair_rows(conn: sqlite3.Connection, names: OriginNames, pairs: Sequence[CopyPair]) -> list[dict[str, object]]:
    """The pairs as rows of JSON and CSV."""
    return [
        {
            "source": names.sources.get(pair.source_id, str(pair.source_id)),
            "taken_from": names.label(conn, pair.origin, pair.source_id),
            "kind": pair.origin.kind.value,
            "articles": pair.articles,
            "credited": pair.counts.credited,
            "earliest_seen": pair.counts.earliest,
            "both": pair.counts.both,
            "contradicting": pair.counts.contradicting,
            "median_lag_s": _whole(pair.lags.median_s),
            "lag_error_s": _whole(pair.lags.error_s),
            "lags": pair.lags.count,
            "lags_stated": pair.lags.stated,
            "source_id": pair.source_id,
            "origin": pair.origin.text,
        }
        for pair in pairs
    ]


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)
