"""Revisions that changed something, ranked by substance or by time, and by source: how often, how soon, how silently.

Filters and figures read the index `revision_changes_seen` only; texts are read for what is shown.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from db.proportions import wilson_interval
from db.queries.article_filter import of_sources
from db.sqlite.named_rows import named_rows
from db.text.substance import (
    MATTERS,
    ChangeEvidence,
    Passage,
    unpack_evidence,
    unpack_passages,
)
from db.timestamps import format_optional

_SHORT = timedelta(days=1)

_STREAM = """
SELECT r.page_id, r.previous_id, r.article_id, r.source_id, s.name AS source, r.revision, r.seen_at, r.language, r.score, r.kinds,
       r.noise, r.silent, r.modified_stated, r.since_previous, r.since_published, r.evidence, r.passages, a.title, a.url
FROM ({wanted}) w JOIN revision_changes r ON r.page_id = w.page_id
JOIN articles a ON a.page_id = r.page_id JOIN sources s ON s.id = r.source_id
ORDER BY {order}
"""
_WANTED = "SELECT c.page_id FROM revision_changes c WHERE {conditions} ORDER BY {order} LIMIT :limit OFFSET :skip"
_ORDERS = {
    "substance": "{0}.score DESC, {0}.seen_at DESC, {0}.page_id DESC",
    "newest": "{0}.seen_at DESC, {0}.page_id DESC",
}
_COUNT = "SELECT count(*) FROM revision_changes c WHERE {conditions}"
_BY_SOURCE = """
SELECT c.source_id, c.article_id, c.silent, c.since_published FROM revision_changes c WHERE {conditions}
"""
# Whole months as they are summed up, and the days of the first and the last one. 500 sources have 550,000 days in three years.
_ARTICLES = """
SELECT s.id, s.name, sum(n.articles) FROM sources s JOIN (
    SELECT source_id, articles FROM source_months
    WHERE month > substr(:since_day, 1, 7) AND month < substr(:until_day, 1, 7)
    UNION ALL
    SELECT d.source_id, d.articles FROM sources o CROSS JOIN source_days d ON d.source_id = o.id
        AND d.day >= :since_day AND d.day <= min(:until_day, substr(:since_day, 1, 7) || '-99')
    UNION ALL
    SELECT d.source_id, d.articles FROM sources o CROSS JOIN source_days d ON d.source_id = o.id
        AND d.day >= substr(:until_day, 1, 7) AND d.day <= :until_day
    WHERE substr(:until_day, 1, 7) > substr(:since_day, 1, 7)
) n ON n.source_id = s.id GROUP BY 1, 2
"""
_ONE = "SELECT kinds, noise, score, silent FROM revision_changes WHERE page_id = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionFilter:
    """Which revisions are wanted; None, or no source, stands for any. `least`: the least score. Times: when they were seen."""

    source_ids: tuple[int, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    kind: str | None = None
    language: str | None = None
    silent: bool = False
    least: float = MATTERS


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedArticle:
    """A revision with what it changed. `since_previous`, `since_published`: seconds, see `db.store.dedup.revision_changes`."""

    page_id: int
    previous_id: int
    article_id: int
    source_id: int
    source: str
    revision: int
    seen_at: str
    language: str | None
    score: float
    kinds: tuple[str, ...]
    noise: tuple[str, ...]
    silent: bool
    modified_stated: bool
    since_previous: int
    since_published: int | None
    evidence: tuple[ChangeEvidence, ...]
    passages: tuple[Passage, ...]
    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCorrections:
    """How a source corrects: articles of the period, those corrected, corrections, the silent ones of them.

    `low` and `high` bound the share of articles that are corrected (Wilson, 95 %), `silent_low` and `silent_high` the silent share.
    `median_s`: seconds from publication to a correction, of the `timed` ones whose page states a time of day.
    """

    source_id: int
    source: str
    articles: int
    corrected: int
    corrections: int
    silent: int
    low: float
    high: float
    silent_low: float
    silent_high: float
    timed: int
    median_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredJudgement:
    """The kinds, noise and score of a revision as stored."""

    kinds: tuple[str, ...]
    noise: tuple[str, ...]
    score: float
    silent: bool


def corrections(
    conn: sqlite3.Connection, wanted: CorrectionFilter, *, newest: bool = False, limit: int = 50, skip: int = 0
) -> list[CorrectedArticle]:
    """The revisions that a filter lets through, the most substantial or the newest first."""
    sql, values = stream_query(wanted, newest=newest, limit=limit, skip=skip)
    return [_corrected(row) for row in named_rows(conn, sql, values)]


def stream_query(wanted: CorrectionFilter, *, newest: bool, limit: int, skip: int = 0) -> tuple[str, dict[str, object]]:
    """The SQL of `corrections` and its values."""
    conditions, values = _conditions(wanted)
    order = _ORDERS["newest" if newest else "substance"]
    inner = _WANTED.format(conditions=conditions, order=order.format("c"))
    return _STREAM.format(wanted=inner, order=order.format("r")), values | {"limit": limit, "skip": skip}


def count_corrections(conn: sqlite3.Connection, wanted: CorrectionFilter) -> int:
    """How many there are."""
    conditions, values = _conditions(wanted)
    return int(conn.execute(_COUNT.format(conditions=conditions), values).fetchone()[0])


def by_source_query(wanted: CorrectionFilter) -> tuple[str, dict[str, object]]:
    """The SQL of the corrections that `corrections_by_source` counts, and its values."""
    conditions, values = _conditions(wanted)
    return _BY_SOURCE.format(conditions=conditions), values


def corrections_by_source(conn: sqlite3.Connection, wanted: CorrectionFilter) -> list[SourceCorrections]:
    """Each source with articles in the period, those with most corrections first."""
    sql, values = by_source_query(wanted)
    found: dict[int, list[tuple[int, int, int | None]]] = defaultdict(list)
    for row in named_rows(conn, sql, values):
        found[row["source_id"]].append((row["article_id"], row["silent"], row["since_published"]))
    days = {
        "since_day": wanted.since.date().isoformat() if wanted.since else "",
        "until_day": (wanted.until - _SHORT).date().isoformat() if wanted.until else "9999",
    }
    lines = [
        _source_line(source_id, name, articles, found.get(source_id, []))
        for source_id, name, articles in conn.execute(_ARTICLES, days)
        if (not wanted.source_ids or source_id in wanted.source_ids) and (articles or source_id in found)
    ]
    return sorted(lines, key=lambda line: (-line.corrections, line.source))


def stored_judgement(conn: sqlite3.Connection, page_id: int) -> StoredJudgement | None:
    """What was judged of the revision on a page; None if it is none, or waits to be settled."""
    row = named_rows(conn, _ONE, (page_id,)).fetchone()
    if row is None:
        return None
    return StoredJudgement(
        kinds=tuple(json.loads(row["kinds"])),
        noise=tuple(json.loads(row["noise"])),
        score=row["score"],
        silent=bool(row["silent"]),
    )


CORRECTION_KEYS = (
    "article_id", "page_id", "revision", "source", "title", "url", "language", "seen_utc", "score", "kinds", "noise", "silent",
    "modified_stated", "seconds_since_previous", "seconds_since_published", "evidence",
)  # fmt: skip
"""The keys of `correction_object`, in their order."""


def correction_object(one: CorrectedArticle) -> dict[str, object]:
    """A revision as one JSON object or row of a table, without its passages."""
    return {
        "article_id": one.article_id, "page_id": one.page_id, "revision": one.revision, "source": one.source, "title": one.title,
        "url": one.url, "language": one.language, "seen_utc": one.seen_at, "score": one.score, "kinds": list(one.kinds),
        "noise": list(one.noise), "silent": one.silent, "modified_stated": one.modified_stated,
        "seconds_since_previous": one.since_previous, "seconds_since_published": one.since_published,
        "evidence": [{"kind": item.kind.value, "before": item.before, "after": item.after} for item in one.evidence],
    }  # fmt: skip


def _source_line(
    source_id: int, name: str, articles: int, found: list[tuple[int, int, int | None]]
) -> SourceCorrections:
    corrected = len({article_id for article_id, _, _ in found})
    # A correction of the period may be of an article from before it.
    articles = max(articles, corrected)
    silent = sum(silent for _, silent, _ in found)
    times = [seconds for _, _, seconds in found if seconds is not None]
    low, high = wilson_interval(corrected, articles)
    silent_low, silent_high = wilson_interval(silent, len(found))
    return SourceCorrections(
        source_id=source_id, source=name, articles=articles, corrected=corrected, corrections=len(found), silent=silent,
        low=low, high=high, silent_low=silent_low, silent_high=silent_high,
        timed=len(times), median_s=median(times) if times else None,
    )  # fmt: skip


def _conditions(wanted: CorrectionFilter) -> tuple[str, dict[str, object]]:
    parts = ["c.score >= :least"]
    values: dict[str, object] = {"least": wanted.least}
    for sql, name, value in (
        ("c.seen_at >= :since", "since", format_optional(wanted.since)),
        ("c.seen_at < :until", "until", format_optional(wanted.until)),
        ("c.language = :language", "language", wanted.language[:2].lower() if wanted.language else None),
        ("c.kinds LIKE :kind", "kind", f'%"{wanted.kind}"%' if wanted.kind else None),
    ):
        if value is not None:
            parts.append(sql)
            values[name] = value
    if wanted.source_ids:
        parts.append(f"c.{of_sources(wanted.source_ids)}")
    if wanted.silent:
        parts.append("c.silent = 1")
    return " AND ".join(parts), values


def _corrected(row: Mapping[str, object] | sqlite3.Row) -> CorrectedArticle:
    values = dict(row)
    return CorrectedArticle(
        **values
        | {
            "kinds": tuple(json.loads(str(values["kinds"]))),
            "noise": tuple(json.loads(str(values["noise"]))),
            "silent": bool(values["silent"]),
            "modified_stated": bool(values["modified_stated"]),
            "evidence": unpack_evidence(str(values["evidence"])),
            "passages": unpack_passages(str(values["passages"])),
        }
    )
