"""SQL for articles that are gone: the last answers of their address showed that they are no longer there.

That is an answer of 404, 410 or 451; a page that says so itself, or of a parked domain; a list, such as the front page, there or
behind a redirect; a redirect to another page that is no article; or another article of the source. A site may answer so for a day
and mean nothing by it, so an earlier answer must have said the same, `CONFIRMED_AFTER` before and nothing else since; only 410, 451
and another article in its place say so at once. Of an article with several addresses the latest answer of any counts. Answers that
say nothing about it (429, 500, no connection, a login) change nothing. It is known as of the last visit (setting `revisit`, and
`DOUBTS` of `db.store.crawl.due_links`). An article that its source still has at another address, as a copy or an original, has
moved and is not gone.
"""

from __future__ import annotations

from datetime import timedelta

SAYS_GONE = "404, 410, 451"
"""The statuses that say so."""
SAYS_GONE_FOR_GOOD = "410, 451"
"""Those that no fault of a server gives."""
CONFIRMED_AFTER = timedelta(hours=12)
"""Between two answers of which the second confirms the first: longer than a site is out of order as a rule."""


def is_gone(fetch: str = "f", outcome: str = "o") -> str:
    """For a row of `fetches` and its row of `outcomes`: whether the answer says that there is no article."""
    return f"""({fetch}.status IN ({SAYS_GONE}) OR {outcome}.reason IN ('not_found', 'soft_404', 'parked', 'list')
       OR {outcome}.reason = 'not_article' AND {fetch}.final_url IS NOT NULL)"""


IS_GONE = is_gone()
"""For a row `f` of `fetches`, and its outcome `o`."""
LAST_ANSWER = f"""(SELECT h.id FROM decisions e JOIN pages q ON q.id = e.page_id JOIN fetches h ON h.link_id = q.link_id
             WHERE e.article_id = {{article}} AND (h.page_id IS NOT NULL OR h.status IN ({SAYS_GONE})
                 AND NOT EXISTS (SELECT 1 FROM fetches u WHERE u.link_id = h.link_id AND u.id > h.id AND u.status = 304))
             ORDER BY h.started_at DESC, h.id DESC LIMIT 1)"""
"""The latest of the fetches that say whether an article is there. "Not modified" says that the page is the one fetched last. An old
capture may be imported last, so the time decides."""
_LAST_SHOWN = """coalesce((SELECT max(h.started_at) FROM fetches h LEFT JOIN outcomes r ON r.page_id = h.page_id
                      WHERE h.link_id = {link} AND (h.status = 304 OR h.page_id IS NOT NULL AND r.reason IS NULL)), '')"""
IS_ELSEWHERE = f"""(EXISTS (
    SELECT 1 FROM (SELECT DISTINCT q.link_id FROM decisions e JOIN pages q ON q.id = e.page_id
                   WHERE e.article_id = l.article_id AND q.link_id <> f.link_id) k
    WHERE {_LAST_SHOWN.format(link="k.link_id")} > {_LAST_SHOWN.format(link="f.link_id")}
      AND NOT EXISTS (SELECT 1 FROM fetches f LEFT JOIN outcomes o ON o.page_id = f.page_id
                      WHERE f.link_id = k.link_id AND f.started_at > {_LAST_SHOWN.format(link="k.link_id")} AND {IS_GONE})
) OR EXISTS (
    SELECT 1 FROM (SELECT l.original_id AS id UNION ALL SELECT c.article_id FROM current_pages c
                   WHERE c.original_id = l.original_id AND c.original_id <> c.article_id) k
    JOIN current_pages t ON t.article_id = k.id AND t.source_id = l.source_id AND t.article_id <> l.article_id
    WHERE NOT EXISTS (SELECT 1 FROM fetches f LEFT JOIN outcomes o ON o.page_id = f.page_id
                      WHERE f.id = {LAST_ANSWER.format(article="t.article_id")} AND {IS_GONE})))"""
"""For a row `l` of `current_pages` and its answer `f`: another of its links showed it later and says nothing else since, or another
article of its cluster and source is there.
"""
IS_REPLACED = """(EXISTS (
    SELECT 1 FROM articles a
    CROSS JOIN decisions d ON d.page_id IN (SELECT b.page_id FROM articles b WHERE b.text_hash = a.text_hash LIMIT 64)
    CROSS JOIN pages p ON p.id = d.page_id
    WHERE a.page_id = f.page_id AND d.verdict <> 'notice' AND d.article_id <> l.article_id AND p.source_id = l.source_id
) AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.page_id = f.page_id AND d.article_id = l.article_id))"""
"""For a row `l` of `current_pages` and its answer `f`: that is the page of another article of the source. A wall may
have one text at thousands of addresses, so 64 are looked at."""
_LINKS_OF_ARTICLE = (
    "SELECT q.link_id FROM decisions e JOIN pages q ON q.id = e.page_id WHERE e.article_id = l.article_id"
)


def is_confirmed(fetch: str = "f") -> str:
    """For a row `l` of `current_pages` and an answer by which it is gone: whether that was not the first one."""
    before = f"strftime('%Y-%m-%dT%H:%M:%fZ', {fetch}.started_at, '-{CONFIRMED_AFTER.total_seconds():.0f} seconds')"
    return f"""({fetch}.status IN ({SAYS_GONE_FOR_GOOD}) OR EXISTS (
    SELECT 1 FROM fetches g LEFT JOIN outcomes r ON r.page_id = g.page_id
    WHERE g.link_id IN ({_LINKS_OF_ARTICLE}) AND g.started_at <= {before} AND {is_gone("g", "r")}
      AND NOT EXISTS (SELECT 1 FROM fetches u LEFT JOIN outcomes s ON s.page_id = u.page_id
                      WHERE u.link_id IN ({_LINKS_OF_ARTICLE}) AND u.started_at > g.started_at
                        AND u.started_at < {fetch}.started_at AND u.page_id IS NOT NULL AND s.reason IS NULL)))"""


COUNTS_AS_GONE = f"({IS_GONE} AND {is_confirmed()} OR {IS_REPLACED}) AND NOT {IS_ELSEWHERE}"
"""For a row `l` of `current_pages`, its answer `f` and the outcome `o` of that."""
ANSWERED = "coalesce(o.reason, CASE WHEN f.page_id IS NOT NULL THEN 'another_article' END)"
"""Why the page of such an answer `f` with its outcome `o` is not the article's: why it is none, or that it is another one."""
NO_ARTICLE = "('not_found', 'soft_404', 'parked', 'list', 'not_article')"
"""Why a page at the address of an article that is gone may be none."""


def gone_articles(candidates: str) -> str:
    """Those whose pages have one of the links that `candidates` selects as `link_id`. From FROM on: the latest revision `l` of each
    in `current_pages`, the answer `f` in `fetches` and its outcome `o`.
    """
    # CROSS JOIN: to have the articles in order, SQLite would begin at all decisions.
    return f"""
FROM (SELECT DISTINCT d.article_id FROM ({candidates}) m
      CROSS JOIN pages k ON k.link_id = m.link_id CROSS JOIN decisions d ON d.page_id = k.id) g
JOIN fetches f ON f.id = {LAST_ANSWER.format(article="g.article_id")}
LEFT JOIN outcomes o ON o.page_id = f.page_id
JOIN current_pages l ON l.article_id = g.article_id
WHERE {COUNTS_AS_GONE}
"""


# Begins at the few links that may be gone: those that failed since they last succeeded, those of such pages, and those that showed
# an article of their own before what counts elsewhere.
GONE_ARTICLES = gone_articles(
    f"""SELECT v.link_id FROM visits v WHERE v.failures > 0
      UNION SELECT p.link_id FROM outcomes r JOIN pages p ON p.id = r.page_id WHERE r.reason IN {NO_ARTICLE}
      UNION SELECT p.link_id FROM decisions d JOIN pages p ON p.id = d.page_id WHERE d.verdict = 'notice'
      UNION SELECT p.link_id FROM claims c JOIN pages p ON p.id = c.page_id
            WHERE c.believed IS NOT 0 AND EXISTS (SELECT 1 FROM articles a WHERE a.address_key = c.own_key)"""
)
