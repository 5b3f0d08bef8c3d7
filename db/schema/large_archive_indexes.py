"""Indexes by which pages of the inspector stay quick with 1,000,000 articles (`bench.service.inspect_pages`)."""

from __future__ import annotations

# The digest reads the crawls of each source in two weeks, of any year.
# Threads of a period in a language, and those that a source took part in, without a look at the rows (`db.queries.threads`).
LARGE_ARCHIVES = """
DROP INDEX threads_last;
CREATE INDEX threads_last ON threads (last_at, first_at, articles, language) WHERE articles > 1;
CREATE INDEX source_runs_started ON source_runs (source_id, started_at);
CREATE INDEX thread_articles_source ON thread_articles (source_id, at, thread_id);
"""

# A list by a filter reads the undated articles by their index alone, as the dated: one look at the row of each of 23,000 took a
# second after a start. No query reads `articles` by their time since there are `current_pages`: 34 bytes an article.
FILTERED_LISTS = """
DROP INDEX current_pages_undated;
CREATE INDEX current_pages_undated ON current_pages (last_seen_utc, source_id, language, section, paywalled, revision,
    original_id, article_id, published_utc) WHERE published_utc IS NULL;
DROP INDEX articles_published;
"""

# Step m0046: texts that credit another outlet, by the outlet and the source; bodies that were pruned, of which most archives have
# none. The view tells SQLite that these are few, so that it does not look through all pages for them.
RARE_ROWS = """
CREATE INDEX current_pages_original_source ON current_pages (original_source, source_id) WHERE original_source IS NOT NULL;
CREATE INDEX bodies_pruned ON bodies (id) WHERE pruned_at IS NOT NULL;
DROP VIEW pruned_pages;
CREATE VIEW pruned_pages AS
SELECT p.id AS page_id, b.pruned_at FROM pages p JOIN bodies b ON b.id = p.body_id WHERE unlikely(b.pruned_at IS NOT NULL)
UNION ALL
SELECT t.page_id, b.pruned_at FROM page_parts t JOIN bodies b ON b.id = t.body_id WHERE unlikely(b.pruned_at IS NOT NULL)
UNION ALL
SELECT page_id, pruned_at FROM drawings WHERE pruned_at IS NOT NULL;
"""
