"""Who copies whom, and how often: pairs of a source and what it takes from, from counts kept with the decisions.

Each article that was taken counts once in a pair: with the outlet that it credits, else with the source that had the text first
(`Known.EITHER`). Asked for `EARLIEST`, it counts with that source whatever it credits; for `CREDITED`, only if it credits somebody.

    credits nobody                              earliest
    credits the source that had it first        both
    credits somebody, nobody had it before      credited        the text of an agency is not here, as a rule
    credits somebody, another had it before     contradicting   counts with the credited, and seen by time alone with the other

The lags of pairs: `db.reports.copying_lags`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from db.copying.origins import CopyOrigin, OriginNames, source_origin

PERIOD_CONDITION = """
  AND (:since IS NULL OR month >= :since) AND (:until IS NULL OR month <= :until) AND (:language IS NULL OR language = :language)
"""
PAIRS_SQL = f"""
SELECT source_id, from_id, credited, sum(articles) AS articles FROM copy_pairs
WHERE true {PERIOD_CONDITION}
GROUP BY source_id, from_id, credited
"""
# The columns as texts: 80,000 rows would take longer than the query. Names are keys (`db.copying.names.name_key`), without commas.
_PAIR_COLUMNS = f"""
SELECT group_concat(source_id), group_concat(from_id), group_concat(articles), group_concat(credited) FROM ({PAIRS_SQL})
"""
_LANGUAGES = "SELECT DISTINCT language FROM (SELECT language FROM takings ORDER BY article_id DESC LIMIT 5000)"
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


NO_LAGS = LagFigures()


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
    lags: LagFigures = NO_LAGS


_TAKER_BITS = 32
_COUNTS = tuple(field.name for field in fields(CopyCounts))
_BOTH, _CREDITED_ONLY, _EARLIEST_ONLY, _AGAINST_TIME, _AGAINST_CREDIT = range(len(_COUNTS))


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedPairs:
    """The pairs of whom anything counts by a filter, as arrays: 500 sources have 100,000 pairs, mostly of one article.

    `keys`, in order: of each pair its origin's number and the taker's id, in one number. A source has its id as number, other
    origins have negative ones: `named`. `counts`: the fields of `CopyCounts`, in their order; `articles`: those that count.
    `takers`, `origins`: articles that count, by taker and by origin.
    """

    keys: NDArray[np.int64]
    counts: NDArray[np.int64]
    articles: NDArray[np.int64]
    takers: dict[int, int]
    origins: dict[CopyOrigin, int]
    named: dict[CopyOrigin, int]

    @staticmethod
    def load(conn: sqlite3.Connection, names: OriginNames, wanted: CopyingFilter) -> CountedPairs:
        """Count the pairs."""
        *numbers, printed = conn.execute(_PAIR_COLUMNS, wanted.values).fetchone()
        taker, earliest, articles = (np.fromstring(text or "", dtype=np.int64, sep=",") for text in numbers)
        credited = printed.split(",") if len(taker) else []
        named, resolved = dict[CopyOrigin, int](), {"": 0}
        for name in sorted(set(credited) - {""}):
            origin = names.resolve(name)
            resolved[name] = named.setdefault(origin, origin.source_id or -1 - len(named))
        outlet = np.fromiter(map(resolved.__getitem__, credited), dtype=np.int64, count=len(taker))
        seen, credits = earliest > 0, (outlet != 0) & (outlet != taker)
        both = credits & (outlet == earliest)
        # An agency that is not crawled cannot have been seen first: that another was says nothing against the credit.
        against = credits & ~both & seen & (outlet > 0)
        kinds = (
            (_EARLIEST_ONLY, ~credits & seen, earliest),
            (_BOTH, both, earliest),
            (_AGAINST_TIME, against, outlet),
            (_CREDITED_ONLY, credits & ~both & ~against, outlet),
            (_AGAINST_CREDIT, credits & ~both & seen, earliest),
        )
        chosen = [
            ((number[of] << _TAKER_BITS) + taker[of], np.full(of.sum(), kind), articles[of])
            for kind, of, number in kinds
        ]
        key, kind, number = (np.concatenate(part) for part in zip(*chosen, strict=True))
        keys, place = np.unique(key, return_inverse=True)
        size = len(_COUNTS)
        counts = np.bincount(place * size + kind, number, len(keys) * size).astype(np.int64).reshape(-1, size)
        return _counted(keys, counts, wanted.known, named)

    def pair(self, source_id: int, origin: CopyOrigin) -> CopyPair | None:
        """The pair of a taker and an origin, without lags; None if nothing counts of it."""
        key = ((origin.source_id or self.named.get(origin, 0)) << _TAKER_BITS) + source_id
        at = int(np.searchsorted(self.keys, key))
        return self._pair(at, origin) if at < len(self.keys) and self.keys[at] == key else None

    def biggest(self, most: int | None) -> list[CopyPair]:
        """The `most` pairs with most articles (None: all), in order."""
        least = int(np.sort(self.articles)[-most]) if most and most < len(self.articles) else 0
        others = _not_sources(self.named)
        pairs = []
        for at in np.flatnonzero(self.articles >= least).tolist():
            number = int(self.keys[at]) >> _TAKER_BITS
            pairs.append(self._pair(at, others.get(number) or source_origin(number)))
        pairs.sort(key=lambda pair: (-pair.articles, pair.source_id, pair.origin.kind, pair.origin.key))
        return pairs[:most]

    def biggest_takers(self) -> dict[CopyOrigin, int]:
        """The source that takes most from each origin that is no source: an outlet is named as it prints it."""
        keys, articles = self.keys[self.keys < 0], self.articles[self.keys < 0]
        numbers, takers = keys >> _TAKER_BITS, keys & ((1 << _TAKER_BITS) - 1)
        order = np.lexsort((takers, -articles, numbers))
        first = order[np.flatnonzero(np.diff(numbers[order], prepend=1))]
        found = dict(zip(numbers[first].tolist(), takers[first].tolist(), strict=True))
        return {origin: found[number] for origin, number in self.named.items() if number in found}

    def _pair(self, at: int, origin: CopyOrigin) -> CopyPair:
        return CopyPair(
            source_id=int(self.keys[at]) & ((1 << _TAKER_BITS) - 1),
            origin=origin,
            counts=CopyCounts(**dict(zip(_COUNTS, self.counts[at].tolist(), strict=True))),
            articles=int(self.articles[at]),
        )


def _counted(
    keys: NDArray[np.int64], counts: NDArray[np.int64], known: Known, named: dict[CopyOrigin, int]
) -> CountedPairs:
    """The pairs of whom anything counts, with sums."""
    # By the definitions of `CopyCounts`.
    columns = CopyCounts(**dict(zip(_COUNTS, counts.T, strict=True)))
    articles = np.asarray(columns.of(known))
    keys, counts, articles = keys[articles > 0], counts[articles > 0], articles[articles > 0]
    others = _not_sources(named)
    numbers = _sums(keys >> _TAKER_BITS, articles)
    return CountedPairs(
        keys=keys,
        counts=counts,
        articles=articles,
        takers=_sums(keys & ((1 << _TAKER_BITS) - 1), articles),
        origins={others.get(number) or source_origin(number): sum_ for number, sum_ in numbers.items()},
        named=named,
    )


def _sums(groups: NDArray[np.int64], articles: NDArray[np.int64]) -> dict[int, int]:
    found, place = np.unique(groups, return_inverse=True)
    sums = np.bincount(place, articles, len(found)).astype(np.int64)
    return dict(zip(found.tolist(), sums.tolist(), strict=True))


def _not_sources(named: dict[CopyOrigin, int]) -> dict[int, CopyOrigin]:
    """The origins that are no source, by their number."""
    return {number: origin for origin, number in named.items() if number < 0}


def load_pairs(
    conn: sqlite3.Connection, names: OriginNames, wanted: CopyingFilter, *, most: int | None = None
) -> list[CopyPair]:
    """The pairs of whom anything counts, those with most articles first, at most `most`. Without lags: `copying_lags.add_lags`."""
    return CountedPairs.load(conn, names, wanted).biggest(most)


def copying_languages(conn: sqlite3.Connection) -> list[str]:
    """The languages of the latest articles that were taken, as codes; "" where it is not known."""
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
