"""The views as they were defined before counts were kept: joined and counted from the rows. What the views of now must equal."""

from __future__ import annotations

import sqlite3

from db.sqlite.conditions import CURRENT_PAGE

# `current_articles` has the columns of `articles` behind its own; text_hash is in hexadecimal.
_CURRENT = """
CREATE TEMP VIEW plain_current_articles AS
SELECT d.article_id AS id, d.revision, d.original_id, s.name AS source_name, p.fetched_at, {fields}
FROM decisions d
JOIN articles a ON a.page_id = d.page_id
JOIN pages p ON p.id = d.page_id
JOIN sources s ON s.id = p.source_id
WHERE d.page_id = {current}
"""
_VIEWS = {
    "rejections": """
SELECT o.page_id, p.url, p.fetched_at, s.name AS source_name, coalesce(o.reason, 'repeated') AS reason,
       CASE WHEN o.reason IS NULL
            THEN 'The text stands in place of an article: the site shows it elsewhere as well, or showed it here for a while only.'
            ELSE o.detail END AS detail
FROM outcomes o JOIN pages p ON p.id = o.page_id JOIN sources s ON s.id = p.source_id
WHERE o.reason IS NOT NULL OR o.page_id IN (SELECT page_id FROM decisions WHERE verdict = 'notice')
""",
    "articles_view": """
SELECT
    a.id AS id,
    a.source_name AS source_name,
    a.source AS outlet,
    a.original_source AS original_source,
    a.title AS title,
    a.kicker AS kicker,
    a.subtitle AS subtitle,
    a.alternative_title AS alternative_title,
    (SELECT group_concat(name, ', ')
        FROM (SELECT name FROM credits c WHERE c.page_id = a.page_id AND role = 'author' ORDER BY position)) AS authors,
    (SELECT group_concat(name, ', ')
        FROM (SELECT name FROM credits c WHERE c.page_id = a.page_id AND role = 'editor' ORDER BY position)) AS editors,
    (SELECT group_concat(name, ', ')
        FROM (SELECT name FROM credits c WHERE c.page_id = a.page_id
        AND role = 'proofreader' ORDER BY position)) AS proofreaders,
    a.published_utc AS published_utc,
    CASE WHEN a.published_precision <> 'day' THEN replace(substr(a.published, 1, 16), 'T', ' ') END AS published_local,
    a.published_precision AS published_precision,
    a.modified_utc AS modified_utc,
    f.fetched_at AS first_seen_utc,
    a.fetched_at AS last_seen_utc,
    a.section AS section,
    a.language AS language,
    a.word_count AS word_count,
    json_array_length(a.images) AS pictures,
    a.paywalled AS paywalled,
    a.comment_count AS comment_count,
    a.revision AS revision,
    a.original_id <> a.id AS is_copy,
    a.original_id AS original_id,
    a.url AS url,
    a.page_id AS page_id,
    a.text AS text
FROM plain_current_articles a JOIN pages f ON f.id = a.id
""",
    "credits_view": """
SELECT
    a.id AS article_id,
    c.name AS name,
    c.role AS role,
    c.position AS position,
    a.source_name AS source_name,
    a.source AS outlet,
    a.title AS title,
    a.published_utc AS published_utc,
    CASE WHEN a.published_precision <> 'day' THEN replace(substr(a.published, 1, 16), 'T', ' ') END AS published_local,
    a.original_id <> a.id AS is_copy,
    coalesce(m.name, c.name) AS person
FROM credits c JOIN plain_current_articles a ON a.page_id = c.page_id
JOIN credited_names n ON n.name = c.name LEFT JOIN credited_names m ON m.id = n.main_id
""",
    "revisions_view": """
SELECT
    d.article_id AS article_id,
    d.revision AS revision,
    s.name AS source_name,
    p.fetched_at AS seen_utc,
    lag(p.fetched_at) OVER before AS seen_before_utc,
    a.title AS title,
    lag(a.title) OVER before AS title_before,
    length(a.text) AS characters,
    lag(length(a.text)) OVER before AS characters_before,
    a.url AS url,
    d.page_id AS page_id,
    a.text AS text,
    lag(a.text) OVER before AS text_before,
    r.score AS score,
    r.kinds AS kinds,
    r.silent AS silent
FROM decisions d JOIN articles a ON a.page_id = d.page_id JOIN pages p ON p.id = d.page_id JOIN sources s ON s.id = p.source_id
LEFT JOIN revision_changes r ON r.page_id = d.page_id
WHERE d.verdict IN ('new', 'copy', 'revision')
WINDOW before AS (PARTITION BY d.article_id ORDER BY d.revision)
""",
    "copies_view": """
SELECT
    c.id AS copy_id,
    c.source_name AS copy_source_name,
    c.title AS copy_title,
    c.published_utc AS copy_published_utc,
    c.first_seen_utc AS copy_first_seen_utc,
    o.id AS original_id,
    o.source_name AS original_source_name,
    o.title AS original_title,
    o.published_utc AS original_published_utc,
    o.first_seen_utc AS original_first_seen_utc,
    CASE WHEN c.published_precision <> 'day' AND o.published_precision <> 'day'
        THEN round((julianday(c.published_utc) - julianday(o.published_utc)) * 24, 2) END AS hours_after,
    c.url AS copy_url,
    o.url AS original_url
FROM plain_articles_view c JOIN plain_articles_view o ON o.id = c.original_id WHERE c.is_copy
""",
    "sources_view": """
SELECT
    s.name AS name,
    s.url AS url,
    CASE WHEN s.removed_at IS NOT NULL THEN 'removed' WHEN s.paused_at IS NOT NULL THEN 'paused' ELSE 'crawled' END AS state,
    s.added_at AS added_utc,
    coalesce(g.pages, 0) AS pages,
    coalesce(t.articles, 0) AS articles,
    coalesce(t.copies, 0) AS copies,
    coalesce(t.corrected, 0) AS corrected,
    coalesce(t.with_author, 0) AS with_author,
    coalesce(t.with_editor, 0) AS with_editor,
    coalesce(g.rejected, 0) AS rejected,
    t.newest AS newest_utc,
    nullif(
max(coalesce((SELECT r.ended_at FROM source_runs r WHERE r.source_id = s.id
              AND (r.listings > r.listings_failed OR r.fetched + r.unchanged > 0) ORDER BY r.id DESC LIMIT 1), ''),
    coalesce((SELECT max(fetched_at) FROM pages p WHERE p.source_id = s.id), ''))
, '') AS last_fetched_utc,
    g.last AS last_page_utc
FROM sources s
LEFT JOIN (
    SELECT p.source_id, count(*) AS pages, count(coalesce(o.reason, n.verdict)) AS rejected, max(p.fetched_at) AS last
    FROM pages p LEFT JOIN outcomes o ON o.page_id = p.id
    LEFT JOIN decisions n ON n.page_id = p.id AND n.verdict = 'notice'
    GROUP BY p.source_id
) g ON g.source_id = s.id
LEFT JOIN (
    SELECT p.source_id, count(*) AS articles, sum(d.original_id <> d.article_id) AS copies, sum(d.revision > 1) AS corrected,
           sum(EXISTS (SELECT 1 FROM credits c WHERE c.page_id = d.page_id AND c.role = 'author')) AS with_author,
           sum(EXISTS (SELECT 1 FROM credits c WHERE c.page_id = d.page_id AND c.role = 'editor')) AS with_editor,
           max(a.published_utc) AS newest
    FROM decisions d JOIN pages p ON p.id = d.page_id JOIN articles a ON a.page_id = d.page_id
    WHERE d.page_id = """
    + CURRENT_PAGE.format(article="d.article_id")
    + """
    GROUP BY p.source_id
) t ON t.source_id = s.id
""",
    "people_view": """
SELECT
    n.name AS name,
    m.name AS person,
    count(DISTINCT a.id) AS articles,
    count(DISTINCT a.id) FILTER (WHERE c.role = 'author') AS wrote,
    count(DISTINCT a.id) FILTER (WHERE c.role = 'editor') AS edited,
    count(DISTINCT a.id) FILTER (WHERE c.role = 'proofreader') AS proofread,
    count(DISTINCT a.id) FILTER (WHERE a.original_id <> a.id) AS copies,
    min(coalesce(substr(a.published, 1, 10), substr(f.fetched_at, 1, 10))) AS first_day,
    max(coalesce(substr(a.published, 1, 10), substr(f.fetched_at, 1, 10))) AS last_day
FROM credited_names n JOIN credited_names m ON m.id = coalesce(n.main_id, n.id)
LEFT JOIN credited_names k ON coalesce(k.main_id, k.id) = m.id
LEFT JOIN credits c ON c.name = k.name LEFT JOIN plain_current_articles a ON a.page_id = c.page_id
LEFT JOIN pages f ON f.id = a.id
GROUP BY n.id
""",
    "daily_counts": """
SELECT
    substr(coalesce(published_utc, first_seen_utc), 1, 10) AS day_utc,
    source_name AS source_name,
    count(*) AS articles,
    sum(is_copy) AS copies,
    sum(authors IS NOT NULL) AS with_author,
    sum(editors IS NOT NULL) AS with_editor,
    sum(word_count) AS words
FROM plain_articles_view GROUP BY 1, 2
""",
}


def make_plain_views(conn: sqlite3.Connection) -> list[str]:
    """Make each as a temporary view, its name behind `plain_`; the names."""
    columns = [row[1] for row in conn.execute("PRAGMA table_info(articles)")]
    fields = ", ".join(
        "lower(hex(a.text_hash)) AS text_hash" if name == "text_hash" else f"a.{name}" for name in columns
    )
    conn.execute(_CURRENT.format(fields=fields, current=CURRENT_PAGE.format(article="d.article_id")))
    for name, sql in _VIEWS.items():
        conn.execute(f"CREATE TEMP VIEW plain_{name} AS {sql}")
    return ["current_articles", *_VIEWS]
