"""Gated extraction (`db.store.extraction.gated_extractions`): results that wait for the verdict on their source, and verdicts."""

from __future__ import annotations

# `outcome` is NULL where it is the one that is stored; otherwise in the form of `db.store.extraction.extractions.pack_outcome`.
# `verdict` is NULL until all pages of the source are extracted; `figures` is a `pipelines.processing.gates.SourceTally` as JSON.
GATES = """
CREATE TABLE staged_outcomes (
    run_id INTEGER NOT NULL REFERENCES extractions (run_id) ON DELETE CASCADE,
    source_id INTEGER NOT NULL REFERENCES sources (id),
    page_id INTEGER NOT NULL REFERENCES pages (id) ON DELETE CASCADE,
    outcome BLOB,
    PRIMARY KEY (run_id, source_id, page_id)
) STRICT;
CREATE INDEX staged_outcomes_page ON staged_outcomes (page_id);

CREATE TABLE gated_sources (
    run_id INTEGER NOT NULL REFERENCES extractions (run_id) ON DELETE CASCADE,
    source_id INTEGER NOT NULL REFERENCES sources (id),
    verdict TEXT CHECK (verdict IN ('passed', 'held', 'accepted')),
    figures TEXT NOT NULL CHECK (json_valid(figures)),
    PRIMARY KEY (run_id, source_id)
) STRICT, WITHOUT ROWID;
"""
