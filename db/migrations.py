"""The database's shape, as an append-only list of named steps (sqlite-utils migrations, set "copydesk").

    sources ──< entries            where a source lists its articles          facts: written once
       │  └──< links ──1 visits    addresses of articles; when we called
       ├──< fetches                every request and what came of it
       └──< pages >── bodies       what was received, byte for byte; page_parts: an article's further pages
                │
                └──1 outcomes >── extractors     article or rejection         derived: may be dropped
                        └──1 articles ──< credits                             and made again
                               └──1 decisions
    unread: pages without an outcome, kept by triggers. turns: which run is at which source now.
    marks, marked_texts, likenesses: the index of near copies (`db.likenesses`), derived. unsettled: articles that came or went.
    robots, holds, validators, visits: what the next crawl must know. pruned_pages: those whose body was dropped after its time.

    source_runs: what one run did at one source. service: the `copydesk run` that is up. alerts: what a person should know.

Times of facts are ISO 8601 in UTC (TEXT); `visits` counts in Unix seconds, because it is arithmetic.
Never edit a step that was released: add one. A step that rebuilds a table must make its triggers again.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from db.ground import DERIVED, FACTS, STATE, TRIGGERS, VIEWS

migrations = Migrations("copydesk")

# Marks the file as ours (PRAGMA application_id): "CPYD" in ASCII.
APPLICATION_ID = 0x43505944

# The tables of `db.likenesses`. Keys of two integers without rowid: a mark of a text takes 20 bytes.
_COPIES = """
CREATE TABLE marks (
    mark INTEGER NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (mark, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE marked_texts (
    text INTEGER PRIMARY KEY,
    marks BLOB NOT NULL
) STRICT;

CREATE TABLE likenesses (
    text INTEGER NOT NULL,
    other INTEGER NOT NULL,
    PRIMARY KEY (text, other)
) STRICT, WITHOUT ROWID;

CREATE TABLE unsettled (
    address_key TEXT NOT NULL,
    text_hash BLOB NOT NULL,
    PRIMARY KEY (address_key, text_hash)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER article_is_unsettled AFTER INSERT ON articles
BEGIN INSERT OR IGNORE INTO unsettled VALUES (new.address_key, new.text_hash); END;
CREATE TRIGGER article_is_gone AFTER DELETE ON articles
BEGIN INSERT OR IGNORE INTO unsettled VALUES (old.address_key, old.text_hash); END;

INSERT INTO unsettled (address_key, text_hash) SELECT DISTINCT address_key, text_hash FROM articles;
"""

# `process` tells a living process from another that got its number (`db.processes`).
_SCHEDULE = """
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

_RHYTHMS = """
CREATE TABLE rhythms (
    source_id INTEGER PRIMARY KEY REFERENCES sources (id),
    learned_at TEXT NOT NULL,
    rhythm TEXT NOT NULL CHECK (json_valid(rhythm))
) STRICT;
"""

# A body that is pruned keeps its row, hash and size; its bytes are gone, so what was read out of it cannot be read again.
# The indexes serve pruning: what refers to a run, and to a further page's body.
_PRUNED = """
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


@migrations()
def m0001_ground(db: Database) -> None:
    """Facts, state of the crawl, derived rows, triggers, views."""
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    for part in (FACTS, STATE, DERIVED, TRIGGERS, VIEWS):
        for statement in _statements(part):
            db.execute(statement)


@migrations()
def m0002_copies(db: Database) -> None:
    """The index of near copies; every article waits to be settled into it."""
    for statement in _statements(_COPIES):
        db.execute(statement)


@migrations()
def m0004_schedule(db: Database) -> None:
    """What a service must keep: one source's part in a run, the service itself, alerts, paused sources."""
    for statement in _statements(_SCHEDULE):
        db.execute(statement)


@migrations()
def m0005_pruned(db: Database) -> None:
    """Bodies may be dropped after their time; what was read out of them is final then."""
    for statement in _statements(_PRUNED):
        db.execute(statement)


@migrations()
def m0007_rhythms(db: Database) -> None:
    """What was learned of when sources publish."""
    for statement in _statements(_RHYTHMS):
        db.execute(statement)


def step_names() -> frozenset[str]:
    """The names of all steps that this version knows."""
    return frozenset(name for name in globals() if name.startswith("m0"))


def _statements(script: str) -> list[str]:
    """The statements of a script, without `executescript`, which would commit the migration's transaction."""
    statements, current = [], ""
    for line in script.strip().splitlines():
        current += line + "\n"
        ended = line.rstrip().endswith("END;") if "CREATE TRIGGER" in current else line.rstrip().endswith(";")
        if ended:
            statements.append(current)
            current = ""
    return statements
