"""How each listing responds, what it held when it was last answered, and when sitemaps of an index were read."""

from __future__ import annotations

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

# Step m0026. `reading` and `good`: a `db.store.sites.listing_readings.ListingReading` as JSON. The bytes last, because what comes
# after a long value is read by way of its overflow pages.
LISTING_READINGS = """
CREATE TABLE listing_readings (
    source_id INTEGER NOT NULL REFERENCES sources (id),
    url TEXT NOT NULL,
    read_at TEXT NOT NULL,
    reading TEXT NOT NULL CHECK (json_valid(reading)),
    good_at TEXT,
    good TEXT CHECK (good IS NULL OR json_valid(good)),
    sample BLOB,
    good_sample BLOB,
    PRIMARY KEY (source_id, url)
) STRICT;
"""
