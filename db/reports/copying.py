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
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from db.copying.origins import CopyOrigin, OriginNames, source_origin
from db.named_rows import named_rows

PERIOD_CONDITION = """
  AND (:since IS NULL OR month >= :since) AND (:until IS NULL OR month <= :until) AND (:language IS NULL OR language = :language)
"""
_PAIRS = f"""
SELECT source_id, from_id, credited, sum(articles) AS articles FROM copy_pairs
WHERE {{}} {PERIOD_CONDITION}
GROUP BY source_id, from_id, credited
"""
PAIRS_SQL = _PAIRS.format("true")
# Most pairs credit nobody, and are copied into a dictionary as they come.
_UNCREDITED_PAIRS = f"""
SELECT source_id, from_id, sum(articles) FROM copy_pairs
WHERE credited = '' {PERIOD_CONDITION}
GROUP BY source_id, from_id
"""
_CREDITED_PAIRS = _PAIRS.format("credited <> ''")
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


_NO_COUNTS = CopyCounts()


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedPairs:
    """All pairs of whom anything counts by a filter, as numbers: 500 sources have 50,000 pairs, mostly of one article.

    A pair's key is its origin's number and the taker's id: a source has its id as number, other origins have negative ones.
    `articles`: those that count; `uncredited`: those that credit nobody but the taker, `counts`: all others; also of pairs of whom
    nothing counts. `takers`, `origins`: articles that count, by taker and by origin.
    """

    articles: dict[tuple[int, int], int]
    uncredited: dict[tuple[int, int], int]
    counts: dict[tuple[int, int], CopyCounts]
    takers: dict[int, int]
    origins: dict[CopyOrigin, int]
    named: dict[CopyOrigin, int]

    @staticmethod
    def load(conn: sqlite3.Connection, names: OriginNames, wanted: CopyingFilter) -> CountedPairs:
        """Count the pairs."""
        uncredited: dict[tuple[int, int], int] = {
            (from_id, source_id): articles
            for source_id, from_id, articles in conn.execute(_UNCREDITED_PAIRS, wanted.values)
        }
        counts: dict[tuple[int, int], CopyCounts] = defaultdict(CopyCounts)
        named = dict[CopyOrigin, int]()
        resolved = dict[str, int]()
        for row in named_rows(conn, _CREDITED_PAIRS, wanted.values):
            source_id, from_id, credited, articles = row["source_id"], row["from_id"], row["credited"], row["articles"]
            if (named_id := resolved.get(credited)) is None:
                origin = names.resolve(credited)
                named_id = resolved[credited] = named.setdefault(origin, origin.source_id or -1 - len(named))
            if named_id == source_id:
                if from_id:
                    uncredited[from_id, source_id] = uncredited.get((from_id, source_id), 0) + articles
            elif named_id == from_id:
                counts[from_id, source_id].both += articles
            else:
                # An agency that is not crawled cannot have been seen first: that another was says nothing against the credit.
                if from_id and named_id > 0:
                    counts[named_id, source_id].against_time += articles
                else:
                    counts[named_id, source_id].credited_only += articles
                if from_id:
                    counts[from_id, source_id].against_credit += articles
        articles_of = {} if wanted.known is Known.CREDITED else dict(uncredited)
        for key, one in counts.items():
            if number := one.of(wanted.known):
                articles_of[key] = articles_of.get(key, 0) + number
        takers, numbers = defaultdict[int, int](int), defaultdict[int, int](int)
        for (number, source_id), articles in articles_of.items():
            takers[source_id] += articles
            numbers[number] += articles
        others = _not_sources(named)
        origins = {others.get(number) or source_origin(number): articles for number, articles in numbers.items()}
        return CountedPairs(
            articles=articles_of, uncredited=uncredited, counts=counts, takers=takers, origins=origins, named=named
        )

    def pair(self, source_id: int, origin: CopyOrigin) -> CopyPair | None:
        """The pair of a taker and an origin, without lags; None if nothing counts of it."""
        key = (origin.source_id or self.named.get(origin, 0), source_id)
        return self._pair(key, origin) if key in self.articles else None

    def biggest(self, most: int | None) -> list[CopyPair]:
        """The `most` pairs with most articles (None: all), in order."""
        least = sorted(self.articles.values())[-most] if most and most < len(self.articles) else 0
        others = _not_sources(self.named)
        pairs = [
            self._pair(key, others.get(key[0]) or source_origin(key[0]))
            for key, articles in self.articles.items()
            if articles >= least
        ]
        pairs.sort(key=lambda pair: (-pair.articles, pair.source_id, pair.origin.kind, pair.origin.key))
        return pairs[:most]

    def biggest_takers(self) -> dict[CopyOrigin, int]:
        """The source that takes most from each origin that is no source: an outlet is named as it prints it."""
        found = dict[int, tuple[int, int]]()
        for (number, source_id), articles in self.articles.items():
            if number < 0 and (number not in found or (-articles, source_id) < found[number]):
                found[number] = (-articles, source_id)
        return {origin: found[number][1] for origin, number in self.named.items() if number in found}

    def _pair(self, key: tuple[int, int], origin: CopyOrigin) -> CopyPair:
        counts = replace(self.counts.get(key, _NO_COUNTS), earliest_only=self.uncredited.get(key, 0))
        return CopyPair(source_id=key[1], origin=origin, counts=counts, articles=self.articles[key])


def _not_sources(named: dict[CopyOrigin, int]) -> dict[int, CopyOrigin]:
    """The origins that are no source, by their number."""
    return {number: origin for origin, number in named.items() if number < 0}


def load_pairs(
    conn: sqlite3.Connection, names: OriginNames, wanted: CopyingFilter, *, most: int | None = None
) -> list[CopyPair]:
    """The pairs of whom anything counts, those with most articles first, at most `most`. Without lags: `copying_lags.add_lags`."""
    return CountedPairs.load(conn, names, wanted).biggest(most)


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
