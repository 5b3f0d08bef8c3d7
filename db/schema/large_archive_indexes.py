"""Indexes by which pages of the inspector stay quick with 1,000,000 articles (m0041, m0045; `bench.service.inspect_pages`)."""

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
