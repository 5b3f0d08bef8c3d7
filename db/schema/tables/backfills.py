"""Back-fills: which past articles of a source are wanted, the steps that list them, and the links that the steps named."""

from __future__ import annotations

# `pause`: seconds between two requests of the source, when it was last back-filled. `done_at`: the step's links and next steps are
# stored. `trouble`: why it names nothing. `attempt`: the run that tried it last. A link is `waiting`, `taken` (it has a row in
# `links`, and is fetched in this run or the next), `done`, `known` (it was here before), `failed`, or `left` (another address of a
# known article). One with a `fetch_url` is never `taken`; `failures` and `attempt` are those of its fetches.
BACKFILLS = """
CREATE TABLE backfills (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES sources (id),
    since TEXT NOT NULL,
    until TEXT NOT NULL,
    asked TEXT NOT NULL CHECK (json_valid(asked)),
    channels TEXT NOT NULL CHECK (json_valid(channels)),
    pause REAL,
    begun_at TEXT NOT NULL,
    ended_at TEXT,
    ended TEXT CHECK (ended IN ('finished', 'stopped'))
) STRICT;
CREATE INDEX backfills_source ON backfills (source_id);

CREATE TABLE backfill_steps (
    id INTEGER PRIMARY KEY,
    backfill_id INTEGER NOT NULL REFERENCES backfills (id) ON DELETE CASCADE,
    channel TEXT NOT NULL,
    url TEXT NOT NULL,
    first_byte INTEGER,
    last_byte INTEGER,
    month TEXT,
    state TEXT NOT NULL CHECK (json_valid(state)),
    failures INTEGER NOT NULL DEFAULT 0,
    attempt INTEGER,
    done_at TEXT,
    links INTEGER,
    trouble TEXT
) STRICT;
CREATE UNIQUE INDEX backfill_steps_url ON backfill_steps (backfill_id, channel, url, coalesce(first_byte, -1));
CREATE INDEX backfill_steps_open ON backfill_steps (backfill_id, channel) WHERE done_at IS NULL;

CREATE TABLE backfill_links (
    id INTEGER PRIMARY KEY,
    backfill_id INTEGER NOT NULL REFERENCES backfills (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    url TEXT NOT NULL,
    channel TEXT NOT NULL,
    found_in TEXT NOT NULL,
    month TEXT,
    at TEXT,
    kind TEXT NOT NULL,
    title TEXT,
    published TEXT,
    modified TEXT,
    author TEXT,
    section TEXT,
    size INTEGER,
    fetch_url TEXT,
    first_byte INTEGER,
    last_byte INTEGER,
    captured_at TEXT,
    digest TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'taken', 'done', 'known', 'failed', 'left')),
    link_id INTEGER REFERENCES links (id),
    failures INTEGER NOT NULL DEFAULT 0,
    attempt INTEGER,
    UNIQUE (backfill_id, key, digest)
) STRICT;
CREATE INDEX backfill_links_state ON backfill_links (backfill_id, state, at);
CREATE INDEX backfill_links_link ON backfill_links (link_id) WHERE link_id IS NOT NULL;

CREATE TABLE captures (
    page_id INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE,
    channel TEXT NOT NULL,
    fetched_from TEXT NOT NULL,
    captured_at TEXT NOT NULL,
    digest TEXT
) STRICT;
"""
