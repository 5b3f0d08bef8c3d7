"""An article of the database as a JSON object: what lists, exports, feeds and hooks give away."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from db.queries.articles import ArticleSummary, article_summaries, snapshot
from db.store.extraction.outcomes import load_article
from pipelines.extraction.article_json import to_json

# Articles read in one transaction.
_BATCH = 200


def article_object(conn: sqlite3.Connection, head: ArticleSummary) -> dict[str, object]:
    """The article as `copydesk extract` prints it, with what only the database knows.

    Added: `id` (of the article), `page_id`, `source_name`, `final_url`, `believed_url` (what to link to), `published_utc`,
    `fetched_at`, `revision`, and `original_id`, the article of which it is a copy (None where it is none).
    """
    article = load_article(conn, head.page_id)
    assert article is not None
    copied = head.original_id if head.original_id != head.article_id else None
    return to_json(article, page_id=head.article_id) | {
        "page_id": head.page_id,
        "source_name": head.source_name,
        "final_url": head.final_url,
        "believed_url": head.link,
        "published_utc": head.published_utc,
        "fetched_at": head.fetched_at,
        "revision": head.revision,
        "original_id": copied,
    }


def article_objects(conn: sqlite3.Connection, page_ids: Sequence[int]) -> Iterator[dict[str, object]]:
    """The articles of these pages, read in batches, so that a slow consumer holds no transaction open."""
    for start in range(0, len(page_ids), _BATCH):
        with snapshot(conn):
            objects = [article_object(conn, head) for head in article_summaries(conn, page_ids[start : start + _BATCH])]
        yield from objects
