"""What revisions changed, derived when articles are settled (`db.store.dedup.revision_changes`)."""

from __future__ import annotations

# The index covers every filter and figure of `db.queries.corrections`: texts are read for what is shown only.
CORRECTIONS = """
CREATE TABLE revision_changes (
    page_id INTEGER PRIMARY KEY REFERENCES articles (page_id) ON DELETE CASCADE,
    previous_id INTEGER NOT NULL REFERENCES articles (page_id) ON DELETE CASCADE,
    article_id INTEGER NOT NULL,
    source_id INTEGER NOT NULL REFERENCES sources (id),
    revision INTEGER NOT NULL,
    seen_at TEXT NOT NULL,
    language TEXT,
    score REAL NOT NULL,
    kinds TEXT NOT NULL CHECK (json_valid(kinds)),
    noise TEXT NOT NULL CHECK (json_valid(noise)),
    silent INTEGER NOT NULL,
    modified_stated INTEGER NOT NULL,
    since_previous INTEGER NOT NULL,
    since_published INTEGER,
    evidence TEXT NOT NULL CHECK (json_valid(evidence)),
    passages TEXT NOT NULL CHECK (json_valid(passages))
) STRICT;
CREATE INDEX revision_changes_previous ON revision_changes (previous_id);
CREATE INDEX revision_changes_seen
ON revision_changes (seen_at, score, silent, source_id, language, kinds, article_id, since_published);

INSERT OR IGNORE INTO unsettled (address_key, text_hash)
SELECT a.address_key, a.text_hash FROM decisions d JOIN articles a ON a.page_id = d.page_id WHERE d.verdict IN ('revision', 'same');
"""
