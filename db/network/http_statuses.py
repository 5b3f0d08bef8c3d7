"""Which HTTP statuses mean that a page was received, in Python and in SQL.

Any 2xx counts (RFC 9110, 15: treat an unknown one as 200), with three exceptions: 202 means that there is no content
yet, and is how bot challenges are sent; 204 and 205 have no body. 206 counts, because a partial page is never stored
(`crawler.http.connection.handler`).
"""

from __future__ import annotations

_WITHOUT_PAGE = (202, 204, 205)
GONE = frozenset({404, 410})
"""Statuses that say that there is nothing at an address, and not only now."""


def is_page_status(status: int) -> bool:
    """Whether a response with this status has a page as its body."""
    return 200 <= status < 300 and status not in _WITHOUT_PAGE


def page_status_sql(column: str = "status") -> str:
    """`is_page_status` as an SQL condition on a column."""
    return f"({column} BETWEEN 200 AND 299 AND {column} NOT IN {_WITHOUT_PAGE})"


def fetch_failed_sql(alias: str = "") -> str:
    """SQL condition for a row of `fetches` that is neither a page nor a 304. `alias` includes the dot."""
    column = f"{alias}status"
    return f"({alias}error IS NOT NULL OR NOT ({column} = 304 OR {page_status_sql(column)}))"
