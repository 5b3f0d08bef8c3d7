"""SQL of later steps of `db.schema.migrations`: service, pruning, alerts, rhythms, extractions, site rules,
dictionaries, listings.
"""

from __future__ import annotations

SITE_RULES = """
CREATE TABLE site_rules (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    own INTEGER NOT NULL,
    digest BLOB NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (name, own, digest)
) STRICT;

CREATE TABLE rule_sets (
    version TEXT NOT NULL,
    rule_id INTEGER NOT NULL REFERENCES site_rules (id),
    PRIMARY KEY (version, rule_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE rules_in_force (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    version TEXT NOT NULL
) STRICT;
"""

# `process` tells a process from a later one with the same id (`db.processes`).
SCHEDULE = """
ALTER TABLE sources ADD COLUMN paused_at TEXT;
ALTER TABLE runs ADD COLUMN process TEXT;
ALTER TABLE turns ADD COLUMN process TEXT;

CREATE TABLE source_runs (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    source_id INTEGER NOT NULL REFERENCES sources (id),
    started_at TEXT NOT NULL,
    ended_at TEXT,
    ended TEXT CHECK (ended IN ('finished', 'stopped', 'failed')),
    listings INTEGER NOT NULL DEFAULT 0,
    listings_failed INTEGER NOT NULL DEFAULT 0,
    found INTEGER NOT NULL DEFAULT 0,
    fetched INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    forbidden INTEGER NOT NULL DEFAULT 0,
    error TEXT
) STRICT;
CREATE INDEX source_runs_source ON source_runs (source_id, id);
CREATE INDEX source_runs_run ON source_runs (run_id);
CREATE INDEX links_found ON links (source_id, found_at);
DROP INDEX fetches_run;
CREATE INDEX fetches_run ON fetches (run_id, source_id);

CREATE TABLE service (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    pid INTEGER NOT NULL,
    process TEXT,
    started_at TEXT NOT NULL,
    beat_at TEXT NOT NULL,
    stopped_at TEXT,
    address TEXT,
    version TEXT NOT NULL
) STRICT;

CREATE TABLE alerts (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    source_id INTEGER REFERENCES sources (id),
    about TEXT NOT NULL DEFAULT '',
    says TEXT NOT NULL,
    remedy TEXT NOT NULL,
    evidence TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(evidence)),
    opened_at TEXT NOT NULL,
    closed_at TEXT,
    told_at TEXT,
    told INTEGER NOT NULL DEFAULT 0,
    telling_failed TEXT
) STRICT;
CREATE UNIQUE INDEX alerts_open ON alerts (kind, coalesce(source_id, 0), about) WHERE closed_at IS NULL;
"""

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

# `part`: the first source run that ended since the last evaluation, kept by the trigger. `usual`: a
# `db.queries.alert_figures.SourceBaseline` as JSON.
WATCHED = """
CREATE TABLE watched (
    source_id INTEGER PRIMARY KEY REFERENCES sources (id),
    part INTEGER,
    page_id INTEGER,
    usual TEXT
) STRICT;
CREATE INDEX watched_due ON watched (part) WHERE part IS NOT NULL;

CREATE TRIGGER source_is_to_be_watched AFTER UPDATE OF ended ON source_runs WHEN new.ended IS NOT NULL
BEGIN INSERT INTO watched (source_id, part) VALUES (new.source_id, new.id)
    ON CONFLICT (source_id) DO UPDATE SET part = coalesce(part, excluded.part); END;

INSERT INTO watched (source_id, part) SELECT source_id, min(id) FROM source_runs WHERE ended IS NOT NULL GROUP BY source_id;
"""

RHYTHMS = """
CREATE TABLE rhythms (
    source_id INTEGER PRIMARY KEY REFERENCES sources (id),
    learned_at TEXT NOT NULL,
    rhythm TEXT NOT NULL CHECK (json_valid(rhythm))
) STRICT;
"""

# `extractions`: one row for each run of `copydesk extract`; `queued` is 1 once all its pages are in `to_extract`, which holds the
# pages left. `past_outcomes`: the outcomes that a run replaced, in the form of `db.store.extraction.extractions.pack_outcome`.
EXTRACTIONS = """
CREATE TABLE extractions (
    run_id INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    selection TEXT NOT NULL,
    extractor_id INTEGER NOT NULL REFERENCES extractors (id),
    queued INTEGER NOT NULL DEFAULT 0,
    figures TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(figures))
) STRICT;

CREATE TABLE to_extract (
    run_id INTEGER NOT NULL REFERENCES extractions (run_id) ON DELETE CASCADE,
    page_id INTEGER NOT NULL REFERENCES pages (id) ON DELETE CASCADE,
    PRIMARY KEY (run_id, page_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX to_extract_page ON to_extract (page_id);

CREATE TABLE past_outcomes (
    run_id INTEGER NOT NULL REFERENCES extractions (run_id) ON DELETE CASCADE,
    page_id INTEGER NOT NULL REFERENCES pages (id) ON DELETE CASCADE,
    extractor_id INTEGER NOT NULL REFERENCES extractors (id),
    outcome BLOB NOT NULL,
    PRIMARY KEY (run_id, page_id)
) STRICT;
CREATE INDEX past_outcomes_page ON past_outcomes (page_id);
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


LISTING_VISITS = """
CREATE TABLE listing_visits (
    entry_id INTEGER PRIMARY KEY REFERENCES entries (id),
    asked_at TEXT NOT NULL,
    answered_at TEXT,
    links INTEGER,
    gone INTEGER NOT NULL DEFAULT 0,
    trouble TEXT,
    named_at TEXT,
    unnamed INTEGER NOT NULL DEFAULT 0
) STRICT;
ALTER TABLE source_runs ADD COLUMN listings_working INTEGER;
"""


SITEMAP_READINGS = """
CREATE TABLE sitemap_readings (
    url TEXT PRIMARY KEY,
    read_at TEXT NOT NULL,
    changed_at TEXT
) STRICT, WITHOUT ROWID;
"""
