"""The SQL of the search index (`db.search.index`): the steps of `db.schema.migrations` that make it."""

from __future__ import annotations

SEARCH = """
CREATE VIRTUAL TABLE search_index USING fts5(grams, content='', columnsize=0, detail='none', tokenize="ascii tokenchars '_'");

CREATE TABLE search_version (
    version TEXT NOT NULL
) STRICT;

CREATE TABLE unindexed (
    page_id INTEGER PRIMARY KEY
) STRICT;

CREATE TRIGGER article_is_unindexed AFTER INSERT ON articles
BEGIN INSERT OR IGNORE INTO unindexed VALUES (new.page_id); END;
CREATE TRIGGER article_is_edited AFTER UPDATE ON articles
BEGIN INSERT OR IGNORE INTO unindexed VALUES (new.page_id); END;
CREATE TRIGGER article_needs_no_index AFTER DELETE ON articles
BEGIN DELETE FROM unindexed WHERE page_id = old.page_id; END;
CREATE TRIGGER credit_is_unindexed AFTER INSERT ON credits
BEGIN INSERT OR IGNORE INTO unindexed VALUES (new.page_id); END;
CREATE TRIGGER credit_is_edited AFTER UPDATE ON credits
BEGIN INSERT OR IGNORE INTO unindexed VALUES (new.page_id); END;
CREATE TRIGGER credit_is_dropped AFTER DELETE ON credits
WHEN EXISTS (SELECT 1 FROM articles WHERE page_id = old.page_id)
BEGIN INSERT OR IGNORE INTO unindexed VALUES (old.page_id); END;

INSERT INTO unindexed SELECT page_id FROM articles;
"""

# FTS5 merges parts of its index by the way, 64 of its pages and levels at a time, and all of a level at once where 16 parts have
# gathered there. Smaller pages, and no such heap: of a transaction of 16 articles the longest took 61 ms of CPU for that instead
# of 104, and the index is 7 percent smaller (`bench/search/search_scale.py`, 20,000 articles).
SEARCH_MERGES = (("pgsz", 1000), ("crisismerge", 64))

# A table with `columnsize=0` cannot be read from end to end: `SELECT count(*)` fails, and with it every tool that walks all tables.
# One that keeps a row for each page can. The parts of the index are taken over as they are, by renaming: nothing is indexed again,
# and what the step costs is the small rows (10 bytes a page; 0.2 s for 30,000). The new table must not be used before it has its
# parts: it would go on with the empty ones.
_PARTS_TAKEN_OVER = "\n".join(
    f"""
ALTER TABLE search_index_{part} RENAME TO search_index_{part}_empty;
ALTER TABLE search_index_unread_{part} RENAME TO search_index_{part};
ALTER TABLE search_index_{part}_empty RENAME TO search_index_unread_{part};"""
    for part in ("data", "idx")
)

SEARCH_READABLE = f"""
CREATE TABLE search_pages_kept (id INTEGER PRIMARY KEY, sz BLOB);
INSERT INTO search_pages_kept SELECT rowid, x'00' FROM search_index WHERE search_index MATCH '_a' ORDER BY rowid;
ALTER TABLE search_index RENAME TO search_index_unread;
CREATE VIRTUAL TABLE search_index USING fts5(grams, content='', detail='none', tokenize="ascii tokenchars '_'");
DROP TABLE search_index_docsize;
ALTER TABLE search_pages_kept RENAME TO search_index_docsize;
INSERT OR REPLACE INTO search_index_config SELECT k, v FROM search_index_unread_config;
{_PARTS_TAKEN_OVER}
DROP TABLE search_index_unread;
"""
