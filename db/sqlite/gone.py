"""SQL for articles that are gone: the last answer of their address showed that they are no longer there.

That is an answer of 404, 410 or 451; a page that says so itself, or of a parked domain; or a redirect to a page that is no article,
such as the front page. Of an article with several addresses the latest answer of any counts. Answers that say nothing about it
(429, 500, no connection, a login) change nothing. It is known as of the last visit (setting `revisit`).
"""

from __future__ import annotations

_SAYS_GONE = "404, 410, 451"
IS_GONE = f"""(f.status IN ({_SAYS_GONE}) OR o.reason IN ('not_found', 'soft_404', 'parked')
       OR o.reason IN ('list', 'not_article') AND f.final_url IS NOT NULL)"""
"""For a row `f` of `fetches`, and its outcome `o`."""
LAST_ANSWER = f"""(SELECT h.id FROM decisions e JOIN pages q ON q.id = e.page_id JOIN fetches h ON h.link_id = q.link_id
             WHERE e.article_id = {{article}} AND (h.page_id IS NOT NULL OR h.status IN ({_SAYS_GONE})
                 AND NOT EXISTS (SELECT 1 FROM fetches u WHERE u.link_id = h.link_id AND u.id > h.id AND u.status = 304))
             ORDER BY h.started_at DESC, h.id DESC LIMIT 1)"""
"""The latest of the fetches that say whether an article is there. "Not modified" says that the page is the one fetched last. An old
capture may be imported last, so the time decides."""
_NO_ARTICLE = "('not_found', 'soft_404', 'parked', 'list', 'not_article')"


def _gone(candidates: str) -> str:
    """CROSS JOIN: to have the articles in order, SQLite would begin at all decisions."""
    return f"""
FROM (SELECT DISTINCT d.article_id FROM ({candidates}) m
      CROSS JOIN pages k ON k.link_id = m.link_id CROSS JOIN decisions d ON d.page_id = k.id) g
JOIN fetches f ON f.id = {LAST_ANSWER.format(article="g.article_id")}
LEFT JOIN outcomes o ON o.page_id = f.page_id
JOIN current_pages l ON l.article_id = g.article_id
WHERE {IS_GONE}
"""


# Begins at the few links that may be gone: those that failed since they last succeeded, and those of such pages.
GONE_ARTICLES = _gone(
    f"""SELECT v.link_id FROM visits v WHERE v.failures > 0
      UNION SELECT p.link_id FROM outcomes r JOIN pages p ON p.id = r.page_id WHERE r.reason IN {_NO_ARTICLE}"""
)
"""From FROM on: the latest revision `l` of each in `current_pages`, the answer `f` in `fetches` and its outcome `o`."""
# Begins at what was fetched in the period; the first condition is that of the index.
_ANSWERED_BEFORE = """SELECT e.status FROM fetches e WHERE e.link_id = f.link_id AND e.started_at < :since
    AND (e.page_id IS NOT NULL OR e.status IN (304, {says_gone})) ORDER BY e.id DESC LIMIT 1"""
GONE_BETWEEN = (
    _gone(
        f"""SELECT x.link_id FROM fetches x INDEXED BY fetches_failed
      WHERE (what = 'article' OR what = 'entry')
        AND (error IS NOT NULL OR NOT (status = 304 OR (status BETWEEN 200 AND 299 AND status NOT IN (202, 204, 205))))
        AND NOT coalesce(error, '') = 'robots_forbidden'
        AND x.started_at >= :since AND x.started_at < :until AND x.status IN ({_SAYS_GONE})
      UNION SELECT p.link_id FROM pages p INDEXED BY pages_source CROSS JOIN outcomes r ON r.page_id = p.id
      WHERE p.source_id IN (SELECT id FROM sources) AND p.fetched_at >= :since AND p.fetched_at < :until
        AND CASE WHEN p.id THEN r.reason END IN {_NO_ARTICLE}"""
    )
    + f"""  AND f.started_at >= :since AND f.started_at < :until
  AND coalesce(({_ANSWERED_BEFORE.format(says_gone=_SAYS_GONE)}), 200) NOT IN ({_SAYS_GONE})
"""
)
"""Likewise, those that went in a period: the answer before it did not say so."""
