"""Which articles are gone: the last answer of their address showed that they are no longer there.

That is an answer of 404, 410 or 451; a page that says so itself, or of a parked domain; or a redirect to a page that is no article,
such as the front page. Of an article with several addresses the latest answer of any counts. Answers that say nothing about it
(429, 500, no connection, a login) change nothing. It is known as of the last visit (setting `revisit`).
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from db.sqlite.named_rows import named_rows

_SAYS_GONE = "404, 410, 451"
# For a row `f` of `fetches`, and its outcome `o`.
_IS_GONE = f"""(f.status IN ({_SAYS_GONE}) OR o.reason IN ('not_found', 'soft_404', 'parked')
       OR o.reason IN ('list', 'not_article') AND f.final_url IS NOT NULL)"""
# The latest of the fetches that say whether an article is there. "Not modified" says that the page is the one fetched last. An old
# capture may be imported last, so the time decides.
_LAST = f"""(SELECT h.id FROM decisions e JOIN pages q ON q.id = e.page_id JOIN fetches h ON h.link_id = q.link_id
             WHERE e.article_id = {{article}} AND (h.page_id IS NOT NULL OR h.status IN ({_SAYS_GONE})
                 AND NOT EXISTS (SELECT 1 FROM fetches u WHERE u.link_id = h.link_id AND u.id > h.id AND u.status = 304))
             ORDER BY h.started_at DESC, h.id DESC LIMIT 1)"""
# Begins at the few links that may be gone: those that failed since they last succeeded, and those of such pages.
_GONE = f"""FROM (SELECT v.link_id FROM visits v WHERE v.failures > 0
      UNION SELECT p.link_id FROM outcomes r JOIN pages p ON p.id = r.page_id
      WHERE r.reason IN ('not_found', 'soft_404', 'parked', 'list', 'not_article')) l
JOIN pages k ON k.link_id = l.link_id JOIN decisions d ON d.page_id = k.id
JOIN fetches f ON f.id = {_LAST.format(article="d.article_id")}
LEFT JOIN outcomes o ON o.page_id = f.page_id{{joined}}
WHERE {_IS_GONE}"""
GONE_PAGES = (
    f"""SELECT g.page_id FROM current_pages g WHERE g.article_id IN (SELECT d.article_id {_GONE.format(joined="")})"""
)
"""The pages of the latest revisions of articles that are gone."""
SHOWN_GONE = f"""d.article_id, a.source_name, a.title, a.published_utc, f.url, f.started_at AS gone_utc, f.status,
       f.final_url, o.reason
{_GONE.format(joined=" JOIN articles_view a ON a.id = d.article_id")}"""
"""For a reader: what a SELECT of them has behind its first word, for the cookbook."""
_ONE = f"""
SELECT f.started_at, f.status, f.final_url, o.reason FROM fetches f LEFT JOIN outcomes o ON o.page_id = f.page_id
WHERE f.id = {_LAST.format(article="?")} AND {_IS_GONE}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneAnswer:
    """How an address answered that no longer shows its article. `reason`: why the page it sent is none; None without a page."""

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
