"""What sites say themselves was modified, so that their articles need not be visited again in vain (step m0039)."""

from __future__ import annotations

# `wordpress_sites`: sources whose pages say that WordPress makes them. `api`: the root of its JSON interface. `modified_until`: the
# latest modification seen; `checked_at`: when all modifications up to then were known, empty until the interface has shown that it
# names the source's articles. `modified_links`: articles that it named as modified after our visit; `found_at` in Unix seconds, as
# in `visits`.
MODIFIED_POSTS = """
CREATE TABLE wordpress_sites (
    source_id INTEGER PRIMARY KEY REFERENCES sources (id) ON DELETE CASCADE,
    api TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    modified_until TEXT,
    checked_at TEXT,
    next_look_at TEXT NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    trouble TEXT
) STRICT;

CREATE TABLE modified_links (
    link_id INTEGER PRIMARY KEY REFERENCES links (id) ON DELETE CASCADE,
    source_id INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    modified_at TEXT NOT NULL,
    found_at REAL NOT NULL
) STRICT;
CREATE INDEX modified_links_source ON modified_links (source_id, found_at);
"""
