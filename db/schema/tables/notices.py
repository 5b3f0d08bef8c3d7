"""Pages that show one text at several addresses where others were promised: the verdict, and the view of rejections."""

from __future__ import annotations

from db.sqlite.conditions import REPEATED_DETAIL

# `decisions` with one verdict more. SQLite changes no CHECK: the table is made again.
NOTICES = """
CREATE TABLE decisions_anew (
    page_id INTEGER PRIMARY KEY REFERENCES articles (page_id) ON DELETE CASCADE,
    verdict TEXT NOT NULL CHECK (verdict IN ('new', 'revision', 'same', 'copy', 'notice')),
    article_id INTEGER NOT NULL,
    original_id INTEGER NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1
) STRICT;
INSERT INTO decisions_anew SELECT page_id, verdict, article_id, original_id, revision FROM decisions;
DROP TABLE decisions;
ALTER TABLE decisions_anew RENAME TO decisions;
CREATE INDEX decisions_article ON decisions (article_id, revision);
CREATE INDEX decisions_original ON decisions (original_id);
CREATE INDEX decisions_notices ON decisions (page_id) WHERE verdict = 'notice';
"""

REJECTIONS = f"""
CREATE VIEW rejections AS
SELECT o.page_id, p.url, p.fetched_at, s.name AS source_name, coalesce(o.reason, 'repeated') AS reason,
       CASE WHEN o.reason IS NULL THEN '{REPEATED_DETAIL}' ELSE o.detail END AS detail
FROM outcomes o JOIN pages p ON p.id = o.page_id JOIN sources s ON s.id = p.source_id
WHERE o.reason IS NOT NULL OR o.page_id IN (SELECT page_id FROM decisions WHERE verdict = 'notice');
"""
