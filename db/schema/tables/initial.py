"""The tables, triggers and views of the first step of `db.schema.migrations`. Never edited: later steps add to them."""

from __future__ import annotations

FACTS = """
CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    settings TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(settings)),
    added_at TEXT NOT NULL,
    removed_at TEXT
) STRICT;
CREATE UNIQUE INDEX sources_name ON sources (name) WHERE removed_at IS NULL;

CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES sources (id),
    url TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT,
    found_at TEXT NOT NULL,
    UNIQUE (source_id, url)
) STRICT;

CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    command TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT 'by hand',
    pid INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    ended TEXT CHECK (ended IN ('finished', 'stopped', 'failed')),
    figures TEXT CHECK (figures IS NULL OR json_valid(figures)),
    error TEXT
) STRICT;

CREATE TABLE links (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES sources (id),
    key TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    kind TEXT NOT NULL,
    found_in TEXT,
    found_at TEXT NOT NULL,
    run_id INTEGER REFERENCES runs (id),
    title TEXT,
    published TEXT,
    modified TEXT,
    author TEXT,
    section TEXT
) STRICT;

CREATE TABLE bodies (
    id INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    codec TEXT NOT NULL CHECK (codec IN ('zstd')),
    data BLOB NOT NULL
) STRICT;

CREATE TABLE pages (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES sources (id),
    link_id INTEGER REFERENCES links (id),
    url TEXT NOT NULL,
    final_url TEXT,
    fetched_at TEXT NOT NULL,
    status INTEGER NOT NULL,
    content_type TEXT,
    headers TEXT NOT NULL CHECK (json_valid(headers)),
    body_id INTEGER NOT NULL REFERENCES bodies (id)
) STRICT;
CREATE INDEX pages_link ON pages (link_id, id);
CREATE INDEX pages_source ON pages (source_id, fetched_at);
CREATE INDEX pages_body ON pages (body_id);

CREATE TABLE page_parts (
    page_id INTEGER NOT NULL REFERENCES pages (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    url TEXT NOT NULL,
    body_id INTEGER NOT NULL REFERENCES bodies (id),
    PRIMARY KEY (page_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE fetches (
    id INTEGER PRIMARY KEY,
    run_id INTEGER REFERENCES runs (id),
    source_id INTEGER REFERENCES sources (id),
    link_id INTEGER REFERENCES links (id),
    page_id INTEGER REFERENCES pages (id),
    what TEXT NOT NULL CHECK (what IN ('article', 'entry', 'robots', 'discovery')),
    url TEXT NOT NULL,
    final_url TEXT,
    started_at TEXT NOT NULL,
    duration_ms INTEGER,
    status INTEGER,
    bytes INTEGER,
    error TEXT
) STRICT;
CREATE INDEX fetches_run ON fetches (run_id);
CREATE INDEX fetches_link ON fetches (link_id) WHERE link_id IS NOT NULL;
"""

STATE = """
CREATE TABLE visits (
    link_id INTEGER PRIMARY KEY REFERENCES links (id),
    source_id INTEGER NOT NULL,
    first_at REAL,
    last_at REAL,
    failures INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX visits_waiting ON visits (source_id) WHERE first_at IS NULL;
CREATE INDEX visits_source ON visits (source_id, first_at);

CREATE TABLE validators (
    url TEXT PRIMARY KEY,
    etag TEXT,
    last_modified TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE robots (
    origin TEXT PRIMARY KEY,
    fetched_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    status INTEGER,
    body BLOB NOT NULL,
    error TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE holds (
    host TEXT PRIMARY KEY,
    until TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE turns (
    source_id INTEGER PRIMARY KEY REFERENCES sources (id),
    run_id INTEGER NOT NULL REFERENCES runs (id),
    pid INTEGER NOT NULL,
    began_at TEXT NOT NULL
) STRICT;

CREATE TABLE unread (
    page_id INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE
) STRICT;
"""

DERIVED = """
CREATE TABLE extractors (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    rules TEXT NOT NULL,
    trafilatura TEXT NOT NULL,
    UNIQUE (code, rules, trafilatura)
) STRICT;

CREATE TABLE outcomes (
    page_id INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE,
    extractor_id INTEGER NOT NULL REFERENCES extractors (id),
    reason TEXT,
    detail TEXT
) STRICT;
CREATE INDEX outcomes_reason ON outcomes (reason) WHERE reason IS NOT NULL;

CREATE TABLE articles (
    page_id INTEGER PRIMARY KEY REFERENCES outcomes (page_id) ON DELETE CASCADE,
    address_key TEXT NOT NULL,
    text_hash BLOB NOT NULL,
    url TEXT NOT NULL,
    canonical_url TEXT,
    title TEXT NOT NULL,
    subtitle TEXT,
    published TEXT,
    published_utc TEXT,
    published_precision TEXT,
    published_offset_from TEXT,
    modified TEXT,
    modified_utc TEXT,
    modified_precision TEXT,
    modified_offset_from TEXT,
    source TEXT,
    original_source TEXT,
    section TEXT,
    language TEXT,
    description TEXT,
    tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags)),
    images TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(images)),
    paywalled INTEGER NOT NULL DEFAULT 0,
    comment_count INTEGER,
    word_count INTEGER NOT NULL DEFAULT 0,
    provenance TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(provenance)),
    -- Last, because what comes after a long value is read by way of its overflow pages.
    text TEXT NOT NULL
) STRICT;
CREATE INDEX articles_address ON articles (address_key);
CREATE INDEX articles_text ON articles (text_hash);
CREATE INDEX articles_published ON articles (published_utc);

CREATE TABLE credits (
    page_id INTEGER NOT NULL REFERENCES articles (page_id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('author', 'editor', 'proofreader')),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (page_id, role, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX credits_name ON credits (name);

CREATE TABLE decisions (
    page_id INTEGER PRIMARY KEY REFERENCES articles (page_id) ON DELETE CASCADE,
    verdict TEXT NOT NULL CHECK (verdict IN ('new', 'revision', 'same', 'copy')),
    article_id INTEGER NOT NULL,
    original_id INTEGER NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX decisions_article ON decisions (article_id, revision);
CREATE INDEX decisions_original ON decisions (original_id);
"""

TRIGGERS = """
CREATE TRIGGER page_is_unread AFTER INSERT ON pages
BEGIN INSERT INTO unread (page_id) VALUES (new.id); END;
CREATE TRIGGER outcome_is_read AFTER INSERT ON outcomes
BEGIN DELETE FROM unread WHERE page_id = new.page_id; END;
CREATE TRIGGER outcome_is_dropped AFTER DELETE ON outcomes
WHEN EXISTS (SELECT 1 FROM pages WHERE id = old.page_id)
BEGIN INSERT OR IGNORE INTO unread (page_id) VALUES (old.page_id); END;
CREATE TRIGGER link_is_unvisited AFTER INSERT ON links
BEGIN INSERT INTO visits (link_id, source_id) VALUES (new.id, new.source_id); END;
"""

VIEWS = """
CREATE VIEW rejections AS
SELECT o.page_id, p.url, p.fetched_at, s.name AS source_name, o.reason, o.detail
FROM outcomes o JOIN pages p ON p.id = o.page_id JOIN sources s ON s.id = p.source_id
WHERE o.reason IS NOT NULL;

CREATE VIEW current_articles AS
SELECT d.article_id AS id, d.revision, d.original_id, s.name AS source_name, p.fetched_at, a.*
FROM decisions d
JOIN articles a ON a.page_id = d.page_id
JOIN pages p ON p.id = d.page_id
JOIN sources s ON s.id = p.source_id
WHERE d.verdict IN ('new', 'copy', 'revision')
  AND d.revision = (SELECT max(revision) FROM decisions latest WHERE latest.article_id = d.article_id);
"""
