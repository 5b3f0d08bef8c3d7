"""Hubs that tell of a feed's news (WebSub), and our subscriptions to them (step m0031)."""

from __future__ import annotations

# `feed_hubs`: what feeds say, whether or not it is used. `subscriptions`: what was made of it. Neither holds a secret: the path of
# the callback and the secret of its signatures are derived from `salt` and `round` with a key that is not in the database
# (`db.store.websub.subscription_keys`); `path_hash` only recognizes the path. `round`: the request that the hub verified last.
# `pings`: the signatures' bodies that were accepted in this round and the one before, so that none counts twice.
SUBSCRIPTIONS = """
CREATE TABLE feed_hubs (
    source_id INTEGER NOT NULL REFERENCES sources (id),
    url TEXT NOT NULL,
    topic TEXT NOT NULL,
    hubs TEXT NOT NULL CHECK (json_valid(hubs)),
    seen_at TEXT NOT NULL,
    PRIMARY KEY (source_id, url)
) STRICT, WITHOUT ROWID;

CREATE TABLE subscriptions (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES sources (id),
    url TEXT NOT NULL,
    topic TEXT NOT NULL,
    hub TEXT NOT NULL,
    callback TEXT NOT NULL,
    salt BLOB NOT NULL,
    path_hash BLOB NOT NULL UNIQUE,
    round INTEGER NOT NULL DEFAULT 0,
    wanted INTEGER NOT NULL DEFAULT 1,
    requested_at TEXT,
    verified_at TEXT,
    lease_ends_at TEXT,
    next_request_at TEXT NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    pinged_at TEXT,
    pings INTEGER NOT NULL DEFAULT 0,
    refused TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(refused)),
    UNIQUE (source_id, url)
) STRICT;

CREATE TABLE pings (
    subscription_id INTEGER NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE,
    digest BLOB NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (subscription_id, digest)
) STRICT, WITHOUT ROWID;
"""

# Step m0039. `asked_round`: the latest request, verified or not: each has a secret of its own. The `url` of a subscription whose
# feed names another hub ends in `#left-ID` until its hub has ended it; addresses of feeds have no fragment.
SECRETS_BY_REQUEST = """
ALTER TABLE subscriptions ADD COLUMN asked_round INTEGER NOT NULL DEFAULT 0;
UPDATE subscriptions SET asked_round = round + (requested_at IS NOT NULL);
"""
