"""Looks which saved searches find the articles that came in: at these alone, once, whatever the size of the archive."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from db.connection.database import write
from db.errors import UsageError
from db.queries.article_filter import ArticleFilter
from db.queries.saved_searches import search_filters
from db.queries.search import found_page_ids, matching_pages
from db.search.index import count_unindexed, load_tables
from db.store.service.saved_searches import (
    SearchRow,
    add_matches,
    mark_matched,
    must_look_back,
    pages_to_match,
    record_look_back,
    saved_searches,
)

_AT_ONCE = 100
"""Articles matched in one transaction: 0.1 s for 100 searches (bench/search/saved_searches.py), while other writers wait."""
MOST_LOOKED_BACK = 10_000
"""Articles from before a search was saved that it finds at most, the newest: reading them takes a second."""

_NOT_INDEXED = (
    "articles of before wait for the search index, and this search for them; `copydesk upkeep index` adds them"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRound:
    """What a round found: new articles by search, and searches that cannot be asked, with the reason."""

    found: Counter[str]
    troubles: dict[str, str]


def match_new_articles(
    conn: sqlite3.Connection, now: datetime, *, stopping: Callable[[], bool] = lambda: False
) -> MatchRound:
    """Match all articles that wait. `conn` must be writable. Stopped or killed, the next round goes on where it was."""
    found, troubles = Counter[str](), dict[str, str]()
    for row in saved_searches(conn):
        if must_look_back(row) and not stopping():
            found[row.name] += _look_back(conn, row, now, troubles)
    load_tables()
    while not stopping():
        with write(conn):
            current, looked_at = pages_to_match(conn, _AT_ONCE)
            if not looked_at:
                break
            for row in saved_searches(conn):
                pages = _asked(conn, row, troubles, partial(_among, conn, current))
                found[row.name] += add_matches(conn, row, pages, now)
            mark_matched(conn, looked_at)
    return MatchRound(found=+found, troubles=troubles)


def _look_back(conn: sqlite3.Connection, row: SearchRow, now: datetime, troubles: dict[str, str]) -> int:
    """Find what was here when the search was saved. What comes in meanwhile is found as a new article.

    While articles wait for the index, words would be sought in a part of the archive: it is put off.
    """
    if row.search.query.strip() and count_unindexed(conn):
        troubles[row.name] = _NOT_INDEXED
        return 0
    pages = _asked(conn, row, troubles, partial(_before, conn))
    with write(conn):
        added = add_matches(conn, row, reversed(pages), now)
        if row.name not in troubles:
            record_look_back(conn, row)
    return added


def _among(conn: sqlite3.Connection, pages: list[int], query: str, filters: ArticleFilter) -> list[int]:
    return matching_pages(conn, query, filters, pages)


def _before(conn: sqlite3.Connection, query: str, filters: ArticleFilter) -> list[int]:
    return found_page_ids(conn, query, filters, newest=True, limit=MOST_LOOKED_BACK)


def _asked(
    conn: sqlite3.Connection,
    row: SearchRow,
    troubles: dict[str, str],
    ask: Callable[[str, ArticleFilter], list[int]],
) -> list[int]:
    """What a search finds; nothing if it cannot be asked, as its source is unknown or its query is wrong."""
    try:
        return ask(row.search.query, search_filters(conn, row.search, row.saved_at))
    except UsageError as error:
        troubles[row.name] = str(error)
        return []
