"""Saved searches, what they found, and what was told of it (step m0033)."""

from __future__ import annotations

# `saved_searches`: what a command added is in `stored`, what copydesk.toml says in `filed`, which wins (`file`: the path of that
# file). Articles whose first page is `after_page` or an earlier one came before; `fed`: the last match that is in the feed file.
# `search_matches` is the memory of what was found, so that no article is told twice: it refers to no rows that are made again
# (articles, decisions). `search_messages`: what goes to the hooks, each with the same matches however often it is tried.
# `to_match`: article pages that came in and were not looked at yet; with no saved search there are none.
SAVED_SEARCHES = """
CREATE TABLE saved_searches (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    stored TEXT CHECK (stored IS NULL OR json_valid(stored)),
    filed TEXT CHECK (filed IS NULL OR json_valid(filed)),
    file TEXT,
    saved_at TEXT NOT NULL,
    after_page INTEGER NOT NULL,
    looked_back TEXT,
    fed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX saved_searches_after ON saved_searches (after_page);

CREATE TABLE search_messages (
    id INTEGER PRIMARY KEY,
    search_id INTEGER NOT NULL REFERENCES saved_searches (id) ON DELETE CASCADE,
    made_at TEXT NOT NULL,
    ended_at TEXT,
    told_at TEXT,
    failure TEXT CHECK (failure IS NULL OR json_valid(failure))
) STRICT;
CREATE INDEX search_messages_open ON search_messages (search_id) WHERE ended_at IS NULL;
CREATE INDEX search_messages_search ON search_messages (search_id, id);

CREATE TABLE search_matches (
    id INTEGER PRIMARY KEY,
    search_id INTEGER NOT NULL REFERENCES saved_searches (id) ON DELETE CASCADE,
    article_id INTEGER NOT NULL,
    original_id INTEGER NOT NULL,
    page_id INTEGER NOT NULL,
    matched_at TEXT NOT NULL,
    message_id INTEGER REFERENCES search_messages (id) ON DELETE SET NULL,
    UNIQUE (search_id, article_id)
) STRICT;
CREATE INDEX search_matches_original ON search_matches (search_id, original_id);
CREATE INDEX search_matches_page ON search_matches (page_id, search_id);
CREATE INDEX search_matches_search ON search_matches (search_id, id);
CREATE INDEX search_matches_message ON search_matches (message_id);
CREATE INDEX search_matches_waiting ON search_matches (search_id) WHERE message_id IS NULL;

CREATE TABLE to_match (
    page_id INTEGER PRIMARY KEY
) STRICT;

CREATE TRIGGER article_is_unmatched AFTER INSERT ON articles
WHEN new.page_id > (SELECT min(after_page) FROM saved_searches)
BEGIN INSERT OR IGNORE INTO to_match VALUES (new.page_id); END;
CREATE TRIGGER article_needs_no_match AFTER DELETE ON articles
BEGIN DELETE FROM to_match WHERE page_id = old.page_id; END;
"""
