"""What each listing held when it was last answered (step m0026)."""

from __future__ import annotations

# `reading` and `good`: a `db.store.sites.listing_readings.ListingReading` as JSON. The bytes last, because what comes after a long
# value is read by way of its overflow pages.
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
