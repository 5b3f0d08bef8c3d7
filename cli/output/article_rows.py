"""An article of the database as people and programs see it: the JSON object, the credits, the mark of its history."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence

from cli.output.tables import format_local_time
from db.queries.articles import ArticleSummary, article_summaries, snapshot
from db.store.outcomes import load_article
from pipelines.extraction.article_json import to_json

_FETCHED = "~"
# Articles read in one transaction.
_AT_ONCE = 200


def article_object(conn: sqlite3.Connection, head: ArticleSummary) -> dict[str, object]:
    """The article as `copydesk extract` gives it, with what only the database knows.

    Added: `id` (of the article), `page_id`, `source_name`, `final_url`, `fetched_at`, `revision`, and `original_id`, the article of
    which it is a copy (None where it is none).
    """
    article = load_article(conn, head.page_id)
    assert article is not None
    copied = head.original_id if head.original_id != head.article_id else None
    return to_json(article, page_id=head.article_id) | {
        "page_id": head.page_id,
        "source_name": head.source_name,
        "final_url": head.final_url,
        "fetched_at": head.fetched_at,
        "revision": head.revision,
        "original_id": copied,
    }


def article_objects(conn: sqlite3.Connection, page_ids: Sequence[int]) -> Iterator[dict[str, object]]:
    """The articles of these pages. Some are read at a time, so that whoever takes his time with them holds up nobody."""
    for start in range(0, len(page_ids), _AT_ONCE):
        with snapshot(conn):
            objects = [
                article_object(conn, head) for head in article_summaries(conn, page_ids[start : start + _AT_ONCE])
            ]
        yield from objects


def credits_of(head: ArticleSummary) -> str:
    """The authors, and after a slash the editors."""
    authors, editors = (", ".join(json.loads(names)) for names in (head.authors, head.editors))
    return f"{authors} / {editors}" if editors else authors


def time_of(head: ArticleSummary) -> str:
    """The local time it was published; after ~ the time it was fetched, where the page does not say."""
    return format_local_time(head.published) if head.published else _FETCHED + format_local_time(head.fetched_at)


def mark_of(head: ArticleSummary) -> str:
    """What sets it apart: "rev 2", "copy of 17", or both."""
    marks = []
    if head.revision and head.revision > 1:
        marks.append(f"rev {head.revision}")
    if head.original_id != head.article_id:
        marks.append(f"copy of {head.original_id}")
    return ", ".join(marks)
