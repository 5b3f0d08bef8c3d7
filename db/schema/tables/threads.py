"""Threads: clusters of articles about the same event (`pipelines.threads`). All of it is derived.

threads           a thread and its totals; its id is the article that founded it
thread_articles   the articles in each: the stories, with the evidence of why, and their copies
thread_vectors    the stories of living threads, as terms and weights
thread_states     what a story is compared with, for each living thread
thread_postings   rare term -> the stories of living threads that have it
thread_terms      in how many stories a term was, by fortnight; thread_totals: of how many, by language
unthreaded        articles whose place is to be decided (again), kept by triggers
thread_keeping    one row: the last day on which old vectors were dropped; changes that a rebuild would follow
"""

from __future__ import annotations

_IS_ARTICLE = "{0}.verdict IN ('new', 'copy')"
# Not OR IGNORE: inside a trigger, the conflict clause of the statement that fired it counts.
_NOTE = (
    "INSERT INTO unthreaded SELECT {0}.page_id WHERE NOT EXISTS (SELECT 1 FROM unthreaded WHERE page_id = {0}.page_id);"
)

THREADS = f"""
CREATE TABLE threads (
    id INTEGER PRIMARY KEY,
    language TEXT NOT NULL,
    first_at TEXT NOT NULL,
    last_at TEXT NOT NULL,
    stories INTEGER NOT NULL,
    articles INTEGER NOT NULL,
    sources INTEGER NOT NULL
) STRICT;
CREATE INDEX threads_last ON threads (last_at, first_at, articles) WHERE articles > 1;

CREATE TABLE thread_articles (
    article_id INTEGER PRIMARY KEY,
    thread_id INTEGER NOT NULL,
    story_id INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    at TEXT NOT NULL,
    content INTEGER,
    evidence TEXT CHECK (evidence IS NULL OR json_valid(evidence))
) STRICT;
CREATE INDEX thread_articles_thread ON thread_articles (thread_id, at, source_id, story_id);
CREATE INDEX thread_articles_story ON thread_articles (story_id);

CREATE TABLE thread_vectors (
    story_id INTEGER PRIMARY KEY,
    thread_id INTEGER NOT NULL,
    arrived TEXT NOT NULL,
    at TEXT NOT NULL,
    language TEXT NOT NULL,
    vector BLOB NOT NULL
) STRICT;
CREATE INDEX thread_vectors_thread ON thread_vectors (thread_id, story_id);

CREATE TABLE thread_states (
    thread_id INTEGER PRIMARY KEY,
    arrived TEXT NOT NULL,
    first_at TEXT NOT NULL,
    last_at TEXT NOT NULL,
    founder BLOB NOT NULL,
    centroid BLOB NOT NULL
) STRICT;
CREATE INDEX thread_states_arrived ON thread_states (arrived);

CREATE TABLE thread_postings (
    term INTEGER NOT NULL,
    story_id INTEGER NOT NULL,
    thread_id INTEGER NOT NULL,
    PRIMARY KEY (term, story_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE thread_terms (
    term INTEGER NOT NULL,
    period INTEGER NOT NULL,
    stories INTEGER NOT NULL,
    PRIMARY KEY (term, period)
) STRICT, WITHOUT ROWID;

CREATE TABLE thread_totals (
    language TEXT NOT NULL,
    period INTEGER NOT NULL,
    stories INTEGER NOT NULL,
    PRIMARY KEY (language, period)
) STRICT, WITHOUT ROWID;

CREATE TABLE unthreaded (
    page_id INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE thread_keeping (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    expired TEXT,
    missing INTEGER NOT NULL DEFAULT 0,
    out_of_order INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO thread_keeping (id, missing) SELECT 1, count(*) FROM decisions d WHERE {_IS_ARTICLE.format("d")};

CREATE TRIGGER article_is_unthreaded AFTER INSERT ON decisions WHEN {_IS_ARTICLE.format("new")}
BEGIN {_NOTE.format("new")} END;
CREATE TRIGGER article_is_unthreaded_now AFTER UPDATE OF verdict, article_id, original_id ON decisions
WHEN {_IS_ARTICLE.format("new")} OR {_IS_ARTICLE.format("old")}
BEGIN {_NOTE.format("new")} END;
CREATE TRIGGER article_leaves_its_thread AFTER DELETE ON decisions WHEN {_IS_ARTICLE.format("old")}
BEGIN {_NOTE.format("old")} END;
"""

THREADS_ANEW = f"""
DELETE FROM threads;
DELETE FROM thread_articles;
DELETE FROM thread_vectors;
DELETE FROM thread_states;
DELETE FROM thread_postings;
DELETE FROM thread_terms;
DELETE FROM thread_totals;
INSERT OR IGNORE INTO unthreaded SELECT page_id FROM decisions d WHERE {_IS_ARTICLE.format("d")};
UPDATE thread_keeping SET expired = NULL, out_of_order = 0;
"""
