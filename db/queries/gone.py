"""Which articles are gone (`db.sqlite.gone`), as `gone_view` has them, and how the address of one answered."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from db.sqlite.gone import ANSWERED, COUNTS_AS_GONE, LAST_ANSWER
from db.sqlite.named_rows import named_rows

GONE_PAGES = "SELECT g.page_id FROM gone_view g"
"""The pages of the latest revisions of articles that are gone."""
_ONE = f"""
SELECT f.started_at, f.status, f.final_url, {ANSWERED} AS reason
FROM current_pages l JOIN fetches f ON f.id = {LAST_ANSWER.format(article="l.article_id")}
LEFT JOIN outcomes o ON o.page_id = f.page_id
WHERE l.article_id = ? AND {COUNTS_AS_GONE}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneAnswer:
    """How an address answered that no longer shows its article. `reason`: why the page it sent is none, or `another_article`;
    None without a page.
    """

    at: str
    status: int
    final_url: str | None
    reason: str | None


def gone_answer(conn: sqlite3.Connection, article_id: int) -> GoneAnswer | None:
    """The answer by which an article is gone; None while it is there, as far as that is known."""
    row = named_rows(conn, _ONE, (article_id,)).fetchone()
    if row is None:
        return None
    return GoneAnswer(at=row["started_at"], status=row["status"], final_url=row["final_url"], reason=row["reason"])
