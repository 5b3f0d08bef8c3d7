"""What attention is counted with (`db.queries.attention`), kept by triggers: which day each article is of, how many a day has.

dated_articles  each article once: the page of its current revision, its source, its day (since 1970-01-01), whether it is a copy
archive_days  articles of a day over all sources: the sum of `source_days`

Days are those of `source_days` (`db.schema.counts.coverage`): the publisher's, as the article's first page states it, else the day
of its first fetch, in UTC. The rows are narrow, so that hits of the search index are counted by day without reading articles: 20 MB
for 1,000,000 of them.
"""

from __future__ import annotations

_DAY = "coalesce(CAST(strftime('%s', substr(coalesce(a.published, p.fetched_at), 1, 10)) AS INTEGER) / 86400, 0)"
DATED_PAGE = f"""
SELECT c.page_id, p.source_id, {_DAY}, c.original_id <> c.article_id, c.revision
FROM decisions c JOIN pages p ON p.id = c.article_id JOIN articles a ON a.page_id = c.article_id"""
"""A row of `dated_articles` for each decision `c`. The first page of an article has its number."""
_ROWS = f"""{DATED_PAGE}
WHERE c.verdict IN ('new', 'copy', 'revision')"""


def _count_again(article: str) -> str:
    return f"""
    DELETE FROM dated_articles WHERE page_id IN (SELECT page_id FROM decisions WHERE article_id = {article});
    INSERT OR REPLACE INTO dated_articles (page_id, source_id, day, copied, revision) {_ROWS} AND c.article_id = {article}
    ORDER BY c.revision DESC LIMIT 1;"""


ATTENTION = f"""
CREATE TABLE dated_articles (
    page_id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL,
    day INTEGER NOT NULL,
    copied INTEGER NOT NULL,
    revision INTEGER NOT NULL
) STRICT;

CREATE TABLE archive_days (
    day TEXT PRIMARY KEY,
    articles INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO dated_articles (page_id, source_id, day, copied, revision)
{_ROWS}
AND c.revision = (SELECT max(revision) FROM decisions later WHERE later.article_id = c.article_id
                  AND later.verdict IN ('new', 'copy', 'revision'))
ORDER BY c.page_id;

INSERT INTO archive_days (day, articles) SELECT day, sum(articles) FROM source_days GROUP BY day HAVING sum(articles) <> 0;

CREATE TRIGGER article_has_its_day AFTER INSERT ON decisions WHEN new.verdict <> 'same'
BEGIN {_count_again("new.article_id")} END;
CREATE TRIGGER article_has_another_day AFTER UPDATE ON decisions
BEGIN
    DELETE FROM dated_articles WHERE page_id = old.page_id;
    {_count_again("new.article_id")}
END;
CREATE TRIGGER article_lost_a_page AFTER UPDATE ON decisions WHEN new.article_id <> old.article_id
BEGIN {_count_again("old.article_id")} END;
CREATE TRIGGER article_has_no_day AFTER DELETE ON decisions
BEGIN
    DELETE FROM dated_articles WHERE page_id = old.page_id;
    {_count_again("old.article_id")}
END;

CREATE TRIGGER archive_has_a_day AFTER INSERT ON source_days WHEN new.articles <> 0
BEGIN
    INSERT INTO archive_days (day, articles) VALUES (new.day, new.articles)
    ON CONFLICT (day) DO UPDATE SET articles = articles + new.articles;
END;
CREATE TRIGGER archive_day_grows AFTER UPDATE OF articles ON source_days WHEN new.articles <> old.articles
BEGIN
    INSERT INTO archive_days (day, articles) VALUES (new.day, new.articles - old.articles)
    ON CONFLICT (day) DO UPDATE SET articles = articles + new.articles - old.articles;
END;
CREATE TRIGGER archive_day_shrinks AFTER DELETE ON source_days WHEN old.articles <> 0
BEGIN UPDATE archive_days SET articles = articles - old.articles WHERE day = old.day; END;
"""
