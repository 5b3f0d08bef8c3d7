"""Indexes and sums by which commands and pages of the inspector stay quick with 1,000,000 articles and more
(`bench.database.large_commands`, `bench.service.inspect_pages`).
"""

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

# Step m0047: a body of 7 kB takes two pages of the file, of which one is read for its length, so `copydesk stats` read half of the
# archive; and all of the log for the failures of a week. The condition is that of `db.queries.sources.statistics`.
STATISTICS_KEPT = """
CREATE TABLE body_sums (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    bodies INTEGER NOT NULL,
    pruned INTEGER NOT NULL,
    by_dictionary INTEGER NOT NULL,
    raw INTEGER NOT NULL,
    stored INTEGER NOT NULL
) STRICT;

INSERT INTO body_sums (id, bodies, pruned, by_dictionary, raw, stored)
SELECT 1, count(*), count(pruned_at), count(dictionary_id), coalesce(sum(size) FILTER (WHERE pruned_at IS NULL), 0),
    coalesce(sum(length(data)), 0)
FROM bodies;

CREATE TRIGGER body_is_summed AFTER INSERT ON bodies
BEGIN
    UPDATE body_sums SET bodies = bodies + 1,
        pruned = pruned + (new.pruned_at IS NOT NULL),
        by_dictionary = by_dictionary + (new.dictionary_id IS NOT NULL),
        raw = raw + new.size * (new.pruned_at IS NULL),
        stored = stored + length(new.data);
END;
CREATE TRIGGER body_is_summed_anew AFTER UPDATE OF size, data, pruned_at, dictionary_id ON bodies
BEGIN
    UPDATE body_sums SET
        pruned = pruned + (new.pruned_at IS NOT NULL) - (old.pruned_at IS NOT NULL),
        by_dictionary = by_dictionary + (new.dictionary_id IS NOT NULL) - (old.dictionary_id IS NOT NULL),
        raw = raw + new.size * (new.pruned_at IS NULL) - old.size * (old.pruned_at IS NULL),
        stored = stored + length(new.data) - length(old.data);
END;
CREATE TRIGGER body_goes_from_sums AFTER DELETE ON bodies
BEGIN
    UPDATE body_sums SET bodies = bodies - 1,
        pruned = pruned - (old.pruned_at IS NOT NULL),
        by_dictionary = by_dictionary - (old.dictionary_id IS NOT NULL),
        raw = raw - old.size * (old.pruned_at IS NULL),
        stored = stored - length(old.data);
END;

CREATE INDEX fetches_failed ON fetches (started_at) WHERE (what = 'article' OR what = 'entry')
    AND (error IS NOT NULL OR NOT (status = 304 OR (status BETWEEN 200 AND 299 AND status NOT IN (202, 204, 205))))
    AND NOT coalesce(error, '') = 'robots_forbidden';
"""
