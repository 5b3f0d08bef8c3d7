"""Every version of the site rules, and which one is in force (`db.store.sites.site_rules`)."""

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
