"""Bodies that were pruned, and dictionaries that bodies are compressed by (`db.bodies`)."""

from __future__ import annotations

# A pruned body keeps its row, hash and size; its bytes are gone, so its page cannot be extracted again. The indexes serve
# pruning: they find the rows that refer to a run, or to the body of a further page.
PRUNED = """
ALTER TABLE bodies ADD COLUMN pruned_at TEXT;
CREATE INDEX links_run ON links (run_id);
CREATE INDEX page_parts_body ON page_parts (body_id);

CREATE VIEW pruned_pages AS
SELECT p.id AS page_id, b.pruned_at FROM pages p JOIN bodies b ON b.id = p.body_id WHERE b.pruned_at IS NOT NULL
UNION ALL
SELECT t.page_id, b.pruned_at FROM page_parts t JOIN bodies b ON b.id = t.body_id WHERE b.pruned_at IS NOT NULL;

CREATE TRIGGER outcome_is_final BEFORE DELETE ON outcomes
WHEN EXISTS (SELECT 1 FROM pages WHERE id = old.page_id)
 AND EXISTS (SELECT 1 FROM pruned_pages WHERE page_id = old.page_id)
BEGIN SELECT RAISE(ABORT, 'the body of this page was pruned; it cannot be read again, and what was read stays'); END;
"""

# Step m0010. `tried_id`: the dictionary that a body was last tried with, whether or not the result was smaller.
DICTIONARIES = """
CREATE TABLE dictionaries (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES sources (id),
    sha256 BLOB NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    data BLOB NOT NULL,
    made_at TEXT NOT NULL
) STRICT;
CREATE INDEX dictionaries_source ON dictionaries (source_id, id);
CREATE TRIGGER dictionary_stays_as_it_is BEFORE UPDATE ON dictionaries
BEGIN SELECT RAISE(ABORT, 'a dictionary never changes'); END;
CREATE TRIGGER dictionary_in_use_stays BEFORE DELETE ON dictionaries
WHEN EXISTS (SELECT 1 FROM bodies WHERE old.id IN (dictionary_id, tried_id))
BEGIN SELECT RAISE(ABORT, 'bodies are packed by this dictionary'); END;
ALTER TABLE bodies ADD COLUMN dictionary_id INTEGER REFERENCES dictionaries (id);
ALTER TABLE bodies ADD COLUMN tried_id INTEGER REFERENCES dictionaries (id);
CREATE INDEX bodies_untried ON bodies (id) WHERE tried_id IS NULL AND pruned_at IS NULL;
CREATE INDEX bodies_dictionary ON bodies (dictionary_id) WHERE dictionary_id IS NOT NULL;
CREATE INDEX bodies_tried ON bodies (tried_id) WHERE tried_id IS NOT NULL;
"""
