"""Pages that a browser has drawn: each drawing with what came of it, and whether a source needs a browser."""

from __future__ import annotations

# `data`: the drawn document, packed with the page's received body as dictionary (`db.store.crawl.drawings`). A drawing without
# a page is of a listing, or failed, or brought nothing new.
DRAWINGS = """
CREATE TABLE drawings (
    id INTEGER PRIMARY KEY,
    run_id INTEGER REFERENCES runs (id) ON DELETE SET NULL,
    source_id INTEGER NOT NULL REFERENCES sources (id),
    page_id INTEGER UNIQUE REFERENCES pages (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('article', 'listing')),
    url TEXT NOT NULL,
    started_at TEXT NOT NULL,
    duration_ms INTEGER,
    error TEXT,
    browser TEXT,
    wait_rule TEXT,
    requests INTEGER,
    received INTEGER,
    blocked TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(blocked)),
    cpu_ms INTEGER,
    memory INTEGER,
    json_lists TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(json_lists)),
    sha256 BLOB,
    size INTEGER,
    data BLOB,
    pruned_at TEXT
) STRICT;
CREATE INDEX drawings_source ON drawings (source_id, started_at);
CREATE INDEX drawings_run ON drawings (run_id);

CREATE TABLE render_verdicts (
    source_id INTEGER NOT NULL REFERENCES sources (id),
    kind TEXT NOT NULL CHECK (kind IN ('article', 'listing')),
    verdict TEXT CHECK (verdict IN ('received', 'drawn', 'by page')),
    decided_at TEXT,
    evidence TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(evidence)),
    PRIMARY KEY (source_id, kind)
) STRICT, WITHOUT ROWID;

DROP VIEW pruned_pages;
CREATE VIEW pruned_pages AS
SELECT p.id AS page_id, b.pruned_at FROM pages p JOIN bodies b ON b.id = p.body_id WHERE b.pruned_at IS NOT NULL
UNION ALL
SELECT t.page_id, b.pruned_at FROM page_parts t JOIN bodies b ON b.id = t.body_id WHERE b.pruned_at IS NOT NULL
UNION ALL
SELECT page_id, pruned_at FROM drawings WHERE pruned_at IS NOT NULL;
"""
