"""What the service needs: parts of runs by source, its heartbeat, alerts, learned rhythms."""

from __future__ import annotations

# `process` tells a process from a later one with the same id (`db.system.processes`).
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

# `part`: the first source run that ended since the last evaluation, kept by the trigger. `usual`: a
# `db.queries.sources.alert_figures.SourceBaseline` as JSON.
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
