"""Runs of `copydesk extract` over stored pages, and the outcomes that they replaced (`db.store.extraction.extractions`)."""

from __future__ import annotations

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
