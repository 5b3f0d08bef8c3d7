"""Articles put into a database without a page being read."""

from __future__ import annotations

import sqlite3

from db.models import Article
from db.search.index import index_pages
from db.store.extraction.outcomes import Fingerprint, insert_article


def insert_indexed_article(
    conn: sqlite3.Connection, page_id: int, url: str, article: Article, prints: Fingerprint, extractor: int
) -> None:
    """Record the article on a page, in place of an earlier outcome, and index it for search."""
    insert_article(conn, page_id, url, article, prints, extractor)
    index_pages(conn, (page_id,))
