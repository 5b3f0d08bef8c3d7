"""SQL of the tables about address parameters (`db.addresses`), a step of `db.schema.migrations`."""

from __future__ import annotations

ADDRESS_PARAMETERS = """
CREATE TABLE page_parameters (
    rest TEXT NOT NULL,
    source_id INTEGER NOT NULL,
    parameter TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    page_id INTEGER NOT NULL REFERENCES articles (page_id) ON DELETE CASCADE,
    PRIMARY KEY (rest, source_id, parameter, fetched_at, page_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX page_parameters_page ON page_parameters (page_id);

CREATE TABLE parameter_evidence (
    rest TEXT NOT NULL,
    source_id INTEGER NOT NULL,
    parameter TEXT NOT NULL,
    host TEXT NOT NULL,
    same INTEGER NOT NULL,
    differing INTEGER NOT NULL,
    text INTEGER NOT NULL,
    seen_at TEXT NOT NULL,
    PRIMARY KEY (rest, source_id, parameter)
) STRICT, WITHOUT ROWID;
CREATE INDEX parameter_evidence_newest ON parameter_evidence (source_id, host, parameter, seen_at);

CREATE TABLE address_parameters (
    source_id INTEGER NOT NULL,
    host TEXT NOT NULL,
    parameter TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('ignored', 'kept', 'open')),
    same INTEGER NOT NULL,
    differing INTEGER NOT NULL,
    PRIMARY KEY (source_id, host, parameter)
) STRICT, WITHOUT ROWID;

CREATE TABLE address_rules (
    host TEXT NOT NULL,
    parameter TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('ignored', 'kept')),
    PRIMARY KEY (host, parameter)
) STRICT, WITHOUT ROWID;

CREATE TABLE folded_pages (
    page_id INTEGER PRIMARY KEY REFERENCES articles (page_id) ON DELETE CASCADE,
    place TEXT NOT NULL
) STRICT;
CREATE INDEX folded_pages_place ON folded_pages (place);

CREATE TRIGGER folded_page_goes BEFORE DELETE ON articles
BEGIN INSERT OR IGNORE INTO unsettled SELECT place, old.text_hash FROM folded_pages WHERE page_id = old.page_id; END;

CREATE TABLE link_twins (
    link_id INTEGER PRIMARY KEY REFERENCES links (id),
    source_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    address TEXT NOT NULL,
    bare TEXT NOT NULL,
    again INTEGER NOT NULL,
    tried_at TEXT
) STRICT;
CREATE INDEX link_twins_bare ON link_twins (source_id, bare);
CREATE INDEX link_twins_tried ON link_twins (source_id, tried_at) WHERE tried_at IS NOT NULL;
CREATE INDEX link_twins_key ON link_twins (source_id, key);
CREATE INDEX link_twins_address ON link_twins (source_id, address);

CREATE TABLE twins_made (
    source_id INTEGER PRIMARY KEY,
    verdicts TEXT NOT NULL
) STRICT;
"""
