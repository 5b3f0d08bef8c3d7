"""Saved searches as questions: their filters in force, and what they have found, for commands, pages and hooks."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.config.searches import SavedSearch
from db.config.units import since as moment
from db.queries.article_filter import ArticleFilter, ArticleKind
from db.queries.articles import article_summary, current_page
from db.sqlite.named_rows import named_rows
from db.store.service.saved_searches import SearchRow, saved_searches
from db.store.sites.sources import source_ids
from db.timestamps import parse_timestamp

_COUNTS = """
SELECT s.id, (SELECT count(*) FROM search_matches m WHERE m.search_id = s.id) AS found,
       (SELECT count(*) FROM search_matches m LEFT JOIN search_messages e ON e.id = m.message_id
        WHERE m.search_id = s.id AND e.ended_at IS NULL) AS waiting,
       (SELECT max(matched_at) FROM search_matches m WHERE m.search_id = s.id) AS last_at,
       (SELECT failure FROM search_messages e WHERE e.search_id = s.id AND e.ended_at IS NULL) AS failure
FROM saved_searches s
"""
_ARTICLE_OF = "SELECT article_id FROM decisions WHERE page_id = ? AND verdict <> 'notice'"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchState:
    """A saved search and what became of it. `found`: articles; `waiting`: of these, not told to every hook yet.

    `failure`: why a hook did not take its last message, by the name of the hook's setting.
    """

    row: SearchRow
    found: int
    waiting: int
    last_at: datetime | None
    failure: Mapping[str, Any]


def search_states(conn: sqlite3.Connection) -> list[SearchState]:
    """All saved searches, by name."""
    counts = {row["id"]: row for row in named_rows(conn, _COUNTS)}
    return [
        SearchState(
            row=row,
            found=counts[row.id]["found"],
            waiting=counts[row.id]["waiting"],
            last_at=parse_timestamp(counts[row.id]["last_at"]) if counts[row.id]["last_at"] else None,
            failure=json.loads(counts[row.id]["failure"] or '{"hooks": {}}')["hooks"],
        )
        for row in saved_searches(conn)
    ]


def search_filters(conn: sqlite3.Connection, search: SavedSearch, saved_at: datetime) -> ArticleFilter:
    """The filters of a saved search. "30d" is counted from when it was saved. Raises UnknownSource."""
    return ArticleFilter(
        source_ids=source_ids(conn, search.source),
        since=moment(search.since, saved_at) if search.since else None,
        until=moment(search.until, saved_at) if search.until else None,
        language=search.language or None,
        person=search.person or None,
        section=search.section or None,
        kind=ArticleKind(search.kind) if search.kind else None,
        paywalled=search.paywalled,
    )


def current_pages(conn: sqlite3.Connection, page_ids: Sequence[int]) -> list[int]:
    """For each page that was found, that of its article's latest revision. Those that are no articles any more are left out."""
    found = []
    for page_id in page_ids:
        row = conn.execute(_ARTICLE_OF, (page_id,)).fetchone()
        latest = current_page(conn, row[0]) if row else None
        if latest is not None and latest not in found and article_summary(conn, latest):
            found.append(latest)
    return found
