"""Which HTTP statuses bring what was asked for, in Python and in SQL.

Any 2xx brings a page (RFC 9110, 15: an unknown one counts as 200), with three exceptions: 202 says that there is none yet, and is
how bot challenges are sent; 204 and 205 have no body. 206 is here because a part of a page never gets so far
(`crawler.http.handler`).
"""

from __future__ import annotations

_WITHOUT = (202, 204, 205)


def is_page_status(status: int) -> bool:
    """Whether an answer with that status has the page as its body."""
    return 200 <= status < 300 and status not in _WITHOUT


def page_came(column: str = "status") -> str:
    """The same as an SQL condition."""
    return f"({column} BETWEEN 200 AND 299 AND {column} NOT IN {_WITHOUT})"


def fetch_failed(alias: str = "") -> str:
    """The SQL condition for a row of `fetches` that brought neither a page nor the word that it has not changed."""
    column = f"{alias}status"
    return f"({alias}error IS NOT NULL OR NOT ({column} = 304 OR {page_came(column)}))"
