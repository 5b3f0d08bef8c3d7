"""Tables of settling: the index of near copies and claims of addresses."""

from __future__ import annotations

# The tables of `db.store.dedup.near_copies`. Keys of two integers without rowid: a shingle of a text takes 20 bytes.
COPIES = """
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

MARKS_ANEW = """
DELETE FROM marks;
DELETE FROM likenesses;
DROP TABLE marked_texts;
CREATE TABLE marked_texts (
    text INTEGER PRIMARY KEY,
    letters INTEGER NOT NULL,
    marks BLOB NOT NULL
) STRICT;
INSERT OR IGNORE INTO unsettled SELECT DISTINCT address_key, text_hash FROM articles;
"""

# The table of `db.addresses.claims`. The index has the columns in the order in which the claims on an address are read. The
# trigger runs before the article is deleted, because the claim is deleted with it.
CLAIMS = """
CREATE TABLE claims (
    page_id INTEGER PRIMARY KEY REFERENCES articles (page_id) ON DELETE CASCADE,
    source_id INTEGER NOT NULL,
    claimed_key TEXT NOT NULL,
    own_key TEXT NOT NULL,
    may INTEGER NOT NULL,
    believed INTEGER
) STRICT;
CREATE INDEX claims_claimed ON claims (claimed_key, source_id, own_key, may, believed);
CREATE INDEX claims_own ON claims (own_key) WHERE believed = 0;

CREATE TRIGGER claim_goes BEFORE DELETE ON articles
BEGIN INSERT OR IGNORE INTO unsettled SELECT own_key, old.text_hash FROM claims WHERE page_id = old.page_id; END;
"""
