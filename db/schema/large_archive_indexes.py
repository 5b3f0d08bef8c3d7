"""Indexes by which pages of the inspector stay quick with 1,000,000 articles (step m0041; `bench.service.inspect_pages`)."""

from __future__ import annotations

# The digest reads the crawls of each source in two weeks, of any year.
# Threads of a period in a language, and those that a source took part in, without a look at the rows (`db.queries.threads`).
LARGE_ARCHIVES = """
DROP INDEX threads_last;
CREATE INDEX threads_last ON threads (last_at, first_at, articles, language) WHERE articles > 1;
CREATE INDEX source_runs_started ON source_runs (source_id, started_at);
CREATE INDEX thread_articles_source ON thread_articles (source_id, at, thread_id);
"""
