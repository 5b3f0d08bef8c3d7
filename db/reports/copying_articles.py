"""The articles of one pair: what a source took from one origin, with the lag, how it is known, and the share of text taken."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from db.copying.names import first_name
from db.copying.origins import CopyOrigin, OriginKind, OriginNames, source_origin
from db.copying.takings import measure_lag
from db.reports.copying import CopyingFilter, Known
from db.sqlite.named_rows import named_rows
from db.text.passages import compare_passages

MAX_COMPARED = 60_000
"""Characters of a text that are compared; live blogs of a day have 100,000."""
_CREDITS_OF = "SELECT DISTINCT credited FROM copy_pairs WHERE source_id = ? AND credited <> ''"
_CONDITIONS = {
    Known.EITHER: "(t.credited IN (SELECT value FROM json_each(:credits))"
    " OR t.from_id = :from_id AND t.credited IN (SELECT value FROM json_each(:own)))",
    Known.CREDITED: "t.credited IN (SELECT value FROM json_each(:credits))",
    Known.EARLIEST: "t.from_id = :from_id",
}
_PERIOD = """
  AND (:since IS NULL OR t.month >= :since) AND (:until IS NULL OR t.month <= :until)
  AND (:language IS NULL OR t.language = :language)
"""
_TAKEN = f"""
SELECT t.article_id, t.from_id, t.earliest_id, t.credited, a.title, a.original_source, a.published, a.published_utc,
       a.published_precision, p.fetched_at, p.source_id
FROM takings t JOIN articles a ON a.page_id = t.article_id JOIN pages p ON p.id = t.article_id
WHERE t.source_id = :source AND {{condition}} {_PERIOD} AND (:before IS NULL OR t.article_id < :before)
ORDER BY t.article_id DESC LIMIT :limit
"""
_COUNT = f"SELECT count(*) FROM takings t WHERE t.source_id = :source AND {{condition}} {_PERIOD}"
_ORIGINAL = """
SELECT a.page_id AS article_id, a.title, a.published, a.published_utc, a.published_precision, p.fetched_at, p.source_id
FROM articles a JOIN pages p ON p.id = a.page_id WHERE a.page_id = ?
"""
# The first article of a source in the cluster of an original.
_OF_SOURCE = """
SELECT d.article_id FROM decisions d JOIN pages p ON p.id = d.page_id
WHERE d.original_id = ? AND d.verdict IN ('new', 'copy') AND p.source_id = ? ORDER BY p.fetched_at, d.article_id LIMIT 1
"""
_LOOKS = "SELECT looks FROM source_days WHERE source_id = ? AND day = ? AND looks > 0"
_TEXT = f"SELECT substr(text, 1, {MAX_COMPARED}) FROM articles WHERE page_id = ?"


class TakenHow(StrEnum):
    """How it is known of one article that it was taken from this origin."""

    BOTH = "both"
    CREDITED = "credited"
    EARLIEST = "earliest seen"
    CONTRADICTING = "contradicting"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenArticle:
    """An article that was taken, with the original where that is here. Times are as in the tables; `credit` as printed.

    `lag_s`: from the original to the copy, `lag_basis`: stated or seen, `lag_error_s`: either way, None if it is not known how
    often the sources were looked at on these days. `share`: of the copy's words that stand in the original, 0 to 1.
    """

    article_id: int
    title: str
    published: str | None
    fetched_at: str
    how: TakenHow
    credit: str | None
    original_id: int | None = None
    original_title: str | None = None
    original_published: str | None = None
    original_fetched_at: str | None = None
    lag_s: int | None = None
    lag_basis: str | None = None
    lag_error_s: float | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenArticles:
    """Some articles of a pair, latest first, and how many there are in all. `query`: the SQL with its values, to be shown."""

    articles: list[TakenArticle]
    total: int
    query: str
    parameters: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    source_id: int
    origin: CopyOrigin
    credits: frozenset[str]
    own: frozenset[str]


def taken_articles(
    conn: sqlite3.Connection, names: OriginNames, pair: tuple[int, CopyOrigin], wanted: CopyingFilter,
    *, limit: int, before: int | None = None,
) -> TakenArticles:  # fmt: skip
    """What a source (its id) took from an origin, at most `limit` articles, those with ids below `before`."""
    source_id, origin = pair
    known = [(key, names.resolve(key)) for (key,) in conn.execute(_CREDITS_OF, (source_id,))]
    credits = sorted(key for key, named in known if named == origin)
    own = ["", *sorted(key for key, named in known if named == source_origin(source_id))]
    values = wanted.values | {
        "source": source_id, "from_id": origin.source_id or -1, "credits": json.dumps(credits), "own": json.dumps(own),
        "before": before, "limit": limit,
    }  # fmt: skip
    condition = _CONDITIONS[wanted.known]
    query = _TAKEN.format(condition=condition)
    chosen = _Pair(source_id=source_id, origin=origin, credits=frozenset(credits), own=frozenset(own))
    return TakenArticles(
        articles=[_taken(conn, chosen, row) for row in named_rows(conn, query, values)],
        total=int(conn.execute(_COUNT.format(condition=condition), values).fetchone()[0]),
        query=query,
        parameters=values,
    )


def _taken(conn: sqlite3.Connection, pair: _Pair, row: sqlite3.Row) -> TakenArticle:
    how, original_id = _how(conn, pair, row)
    found = named_rows(conn, _ORIGINAL, (original_id,)).fetchone() if original_id else None
    stated = {"article_id": row["article_id"], "title": row["title"], "published": row["published"]}
    credit = first_name(row["original_source"]) if row["original_source"] else None
    if found is None:
        return TakenArticle(**stated, fetched_at=row["fetched_at"], how=how, credit=credit)
    lag, basis = measure_lag(_moments(found), _moments(row))
    return TakenArticle(
        **stated,
        fetched_at=row["fetched_at"],
        how=how,
        credit=credit,
        original_id=found["article_id"],
        original_title=found["title"],
        original_published=found["published"],
        original_fetched_at=found["fetched_at"],
        lag_s=lag,
        lag_basis=basis,
        lag_error_s=_stated_error(found, row) if basis == "stated" else _seen_error(conn, found, row),
        share=share_taken(conn, found["article_id"], row["article_id"]),
    )


def _how(conn: sqlite3.Connection, pair: _Pair, row: sqlite3.Row) -> tuple[TakenHow, int | None]:
    """How it is known, and the original's article if it is here."""
    is_earliest = row["from_id"] == pair.origin.source_id
    if row["credited"] in pair.credits:
        if is_earliest:
            return TakenHow.BOTH, row["earliest_id"]
        if not row["from_id"] or pair.origin.kind is not OriginKind.SOURCE:
            return TakenHow.CREDITED, None
        own = conn.execute(_OF_SOURCE, (row["earliest_id"], pair.origin.source_id)).fetchone()
        return TakenHow.CONTRADICTING, own[0] if own else None
    return TakenHow.EARLIEST if row["credited"] in pair.own else TakenHow.CONTRADICTING, row["earliest_id"]


def _moments(row: sqlite3.Row) -> Sequence[object]:
    return row["published_utc"], row["published_precision"], row["fetched_at"]


def _stated_error(*rows: sqlite3.Row) -> float:
    return 1.0 if all(row["published_precision"] == "second" for row in rows) else 60.0


def _seen_error(conn: sqlite3.Connection, *rows: sqlite3.Row) -> float | None:
    """The interval at which the slower of the two sources was looked at on the day on which its article was seen."""
    intervals: list[float] = []
    for row in rows:
        looks = conn.execute(_LOOKS, (row["source_id"], row["fetched_at"][:10])).fetchone()
        if looks is None:
            return None
        intervals.append(86400 / looks[0])
    return max(intervals)


def share_taken(conn: sqlite3.Connection, original_id: int, copy_id: int) -> float | None:
    """The share of a copy's words that stand in the original, 0 to 1; None if one of the texts is gone."""
    original, taken = (conn.execute(_TEXT, (page_id,)).fetchone() for page_id in (original_id, copy_id))
    if original is None or taken is None:
        return None
    return float(compare_passages(str(original[0]), str(taken[0])).second_share)


TAKEN_COLUMNS = (
    "article_id", "title", "published", "first_seen", "how", "credit", "original_id", "original_title", "original_published",
    "original_first_seen", "lag_s", "lag_basis", "lag_error_s", "share_taken",
)  # fmt: skip


def taken_rows(articles: Sequence[TakenArticle]) -> list[list[object]]:
    """The articles as rows of CSV and JSON."""
    return [
        [
            one.article_id, one.title, one.published, one.fetched_at, one.how.value, one.credit, one.original_id,
            one.original_title, one.original_published, one.original_fetched_at, one.lag_s, one.lag_basis,
            None if one.lag_error_s is None else round(one.lag_error_s), None if one.share is None else round(one.share, 3),
        ]
        for one in articles
    ]  # fmt: skip
