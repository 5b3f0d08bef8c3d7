"""Which stored pages an export holds, in the order they were stored, read in batches so that no crawl is blocked."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace

from db.queries.article_filter import ArticleFilter, article_conditions

_IDS = """
SELECT p.id, b.pruned_at IS NOT NULL FROM pages p JOIN bodies b ON b.id = p.body_id
LEFT JOIN articles a ON a.page_id = p.id LEFT JOIN decisions d ON d.page_id = p.id
WHERE p.id > :after {conditions}
ORDER BY p.id LIMIT 200
"""


_BESIDE = """
WITH article (page_id) AS (
    SELECT :page UNION
    SELECT page_id FROM decisions WHERE article_id = (SELECT article_id FROM decisions WHERE page_id = :page))
SELECT page_id FROM article UNION
SELECT p.id FROM pages p WHERE p.link_id IN (SELECT b.link_id FROM article a JOIN pages b ON b.id = a.page_id)
"""


def pages_beside(conn: sqlite3.Connection, page_id: int) -> set[int]:
    """Ids of all pages of the article that a page shows, and of all others that were received at the same addresses."""
    return {other for (other,) in conn.execute(_BESIDE, {"page": page_id})}


def pages_to_export(conn: sqlite3.Connection, filters: ArticleFilter) -> Iterator[tuple[int, bool]]:
    """Ids of the pages that a filter lets through, its times being those of the fetch, in the order stored; and whether the
    body was pruned (setting `keep_bodies`).
    """
    conditions, values = article_conditions(conn, filters, "p.fetched_at")
    # What the page lacks where it is no article is "no": a filter of articles lets none of these through.
    of_articles = replace(filters, source_ids=(), since=None, until=None) != ArticleFilter()
    query = _IDS.format(conditions=conditions + (" AND a.page_id IS NOT NULL" if of_articles else ""))
    after = 0
    while rows := conn.execute(query, values | {"after": after}).fetchall():
        yield from ((page_id, bool(pruned)) for page_id, pruned in rows)
        after = rows[-1][0]
