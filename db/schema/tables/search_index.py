"""SQL of the search index (`db.search.index`), used by steps of `db.schema.migrations`."""

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

# FTS5 merges segments of its index incrementally, 64 pages at a time, and a whole level at once when 16 segments have gathered
# there (crisis merge). With smaller pages and a higher limit the slowest transaction of 16 articles took 61 ms of CPU instead of
# 104, and the index is 7 percent smaller (`bench/search/search_scale.py`, 20,000 articles).
SEARCH_MERGES = (("pgsz", 1000), ("crisismerge", 64))

# A table with `columnsize=0` cannot be scanned: `SELECT count(*)` fails, and with it every tool that reads all tables. A table
# with a docsize row for each page can. The index data is kept by renaming the shadow tables: nothing is indexed again, and the
# step costs only the small rows (10 bytes a page; 0.2 s for 30,000). The new table must not be used before it has its shadow
# tables: it would keep using the empty ones.
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
