"""What became of published articles in the period of a digest: those that were corrected, and those that are gone."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from db.network.http_statuses import fetch_failed_sql
from db.sqlite.conditions import PAGE_TO_ROW
from db.sqlite.gone import ANSWERED, NO_ARTICLE, SAYS_GONE, gone_articles, is_confirmed, is_gone
from db.sqlite.named_rows import named_rows
from db.text.substance import MATTERS, ChangeEvidence, unpack_evidence

MOST_CORRECTIONS, MOST_GONE = 10, 10
"""How many are told of."""

# The index (source_id, fetched_at) covers what is read of `pages`; without INDEXED BY SQLite would scan all decisions.
# Texts are read of what is shown only.
_CORRECTED = f"""
SELECT w.article_id, w.source_id, s.name AS source, w.revision, a.title, r.score, coalesce(r.evidence, '[]') AS evidence
FROM (SELECT d.article_id, p.source_id, d.revision, d.page_id, p.fetched_at, c.score
      FROM pages p INDEXED BY pages_source CROSS JOIN decisions d ON d.page_id = p.id
      LEFT JOIN revision_changes c ON c.page_id = d.page_id
      WHERE p.source_id IN (SELECT id FROM sources) AND p.fetched_at >= :since AND p.fetched_at < :until
        AND {PAGE_TO_ROW.format("d.verdict")} = 'revision'
      ORDER BY c.score DESC NULLS LAST, p.fetched_at DESC LIMIT :most) w
JOIN sources s ON s.id = w.source_id JOIN articles a ON a.page_id = w.page_id
LEFT JOIN revision_changes r ON r.page_id = w.page_id
ORDER BY w.score DESC NULLS LAST, w.fetched_at DESC
"""
_OF_SUBSTANCE = f"""
SELECT count(*) FROM revision_changes WHERE seen_at >= :since AND seen_at < :until AND score >= {MATTERS}
"""
# It was gone before the period already.
_WAS_GONE = f"""EXISTS (
    SELECT 1 FROM fetches b LEFT JOIN outcomes k ON k.page_id = b.page_id
    WHERE b.id = (SELECT e.id FROM fetches e WHERE e.link_id = f.link_id AND e.started_at < :since
                    AND (e.page_id IS NOT NULL OR e.status IN ({SAYS_GONE})) ORDER BY e.started_at DESC, e.id DESC LIMIT 1)
      AND {is_gone("b", "k")} AND {is_confirmed("b")})"""
# Begins at what was fetched in the period; the first condition is that of the index.
_FETCHED = f"""SELECT x.link_id FROM fetches x INDEXED BY fetches_failed
      WHERE (what = 'article' OR what = 'entry')
        AND {fetch_failed_sql()}
        AND NOT coalesce(error, '') = 'robots_forbidden'
        AND x.started_at >= :since AND x.started_at < :until AND x.status IN ({SAYS_GONE})
      UNION SELECT p.link_id FROM pages p INDEXED BY pages_source CROSS JOIN outcomes r ON r.page_id = p.id
      WHERE p.source_id IN (SELECT id FROM sources) AND p.fetched_at >= :since AND p.fetched_at < :until
        AND ({PAGE_TO_ROW.format("r.reason")} IN {NO_ARTICLE}
             OR EXISTS (SELECT 1 FROM decisions n WHERE n.page_id = p.id AND n.verdict = 'notice')
             OR EXISTS (SELECT 1 FROM claims c JOIN articles b ON b.address_key = c.own_key
                        WHERE c.page_id = p.id AND c.believed IS NOT 0))"""
_WENT = f"""
SELECT l.article_id, l.source_id, (SELECT s.name FROM sources s WHERE s.id = l.source_id) AS source,
       (SELECT a.title FROM articles a WHERE a.page_id = l.page_id) AS title, f.status, {ANSWERED} AS reason
{gone_articles(_FETCHED)}  AND f.started_at >= :since AND f.started_at < :until
  AND NOT {_WAS_GONE}
ORDER BY f.started_at DESC, l.article_id DESC
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A new revision of an article. `score` and `change`, the first thing that it changed, are None while it is not judged, and
    `change` where nothing of substance did.
    """

    article_id: int
    source_id: int
    source: str
    title: str
    revision: int
    score: float | None
    change: ChangeEvidence | None

    @property
    def is_minor(self) -> bool:
        """Whether it was judged to change nothing of substance."""
        return self.score is not None and self.score < MATTERS


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneArticle:
    """An article that is no longer at its address. `reason`: why the page there is none; None where no page came."""

    article_id: int
    source_id: int
    source: str
    title: str
    status: int
    reason: str | None


def corrections_between(conn: sqlite3.Connection, bounds: Mapping[str, str | int]) -> list[Correction]:
    """The revisions of a period (`since`, `until`), the most substantial first, `MOST_CORRECTIONS` at most."""
    return [
        Correction(
            article_id=row["article_id"],
            source_id=row["source_id"],
            source=row["source"],
            title=row["title"] or "",
            revision=row["revision"],
            score=row["score"],
            change=next(iter(unpack_evidence(row["evidence"])), None),
        )
        for row in named_rows(conn, _CORRECTED, {**bounds, "most": MOST_CORRECTIONS})
    ]


def count_of_substance(conn: sqlite3.Connection, bounds: Mapping[str, str | int]) -> int:
    """How many revisions of a period changed something of substance, as `copydesk corrections` counts them."""
    return int(conn.execute(_OF_SUBSTANCE, bounds).fetchone()[0])


def gone_between(conn: sqlite3.Connection, bounds: Mapping[str, str | int]) -> list[GoneArticle]:
    """The articles that went in a period, and have not come back since; the latest first."""
    return [GoneArticle(**dict(row) | {"title": row["title"] or ""}) for row in named_rows(conn, _WENT, bounds)]
