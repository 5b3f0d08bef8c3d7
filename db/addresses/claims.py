"""Pages that state another address than the one they were found at, and whether they are believed. Derived from
articles.

    articles.address_key   the address that the page claims, if extraction allows the claim, otherwise its own
    claims                 a row for each page whose own address differs: `own_key`; `may`: whether it may make this claim;
                           `believed`: the result of the last settling, NULL if there was none

An article is all pages of one source at one address: those found there, and those believed to be there. A page that is
not believed counts where it was found.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

_WITHOUT_CLAIM = """
SELECT a.page_id, p.source_id, a.address_key, a.url
FROM articles a JOIN pages p ON p.id = a.page_id
WHERE a.address_key IN (SELECT value FROM json_each(?)) AND a.canonical_url IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM claims c WHERE c.page_id = a.page_id)
"""
_PUT = "INSERT INTO claims (page_id, source_id, claimed_key, own_key, may) VALUES (?, ?, ?, ?, ?)"
_KEYS_OF_TEXT = "SELECT DISTINCT address_key FROM articles WHERE text_hash BETWEEN ? AND ?"
_CLAIMED = """
SELECT DISTINCT claimed_key, source_id FROM claims WHERE claimed_key IN (SELECT value FROM json_each(?)) ORDER BY 1, 2
"""
# Where the pages that claim the address were found: at most `limit` addresses, in order.
_CLAIMING = """
WITH places AS (
    SELECT DISTINCT own_key FROM claims WHERE claimed_key = :key AND source_id = :source AND may
    ORDER BY own_key LIMIT :limit
)
SELECT s.own_key, a.text_hash FROM places s
JOIN claims c ON c.claimed_key = :key AND c.source_id = :source AND c.own_key = s.own_key
JOIN articles a ON a.page_id = c.page_id
"""
_FOUND_THERE = """
SELECT a.text_hash FROM articles a JOIN pages p ON p.id = a.page_id
WHERE a.address_key = :key AND p.source_id = :source AND NOT EXISTS (SELECT 1 FROM claims c WHERE c.page_id = a.page_id)
"""
_CHANGED = """
SELECT own_key FROM claims
WHERE claimed_key = :key AND source_id = :source AND believed IS NOT (may AND :believed)
"""
_SET_BELIEVED = """
UPDATE claims SET believed = may AND :believed
WHERE claimed_key = :key AND source_id = :source AND believed IS NOT (may AND :believed)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressClaim:
    """A page found at `own` claims to be at `claimed` (both keys). `is_allowed`: whether it may make this claim."""

    page_id: int
    source_id: int
    claimed: str
    own: str
    is_allowed: bool


def pages_without_claim(conn: sqlite3.Connection, keys: Iterable[str]) -> list[tuple[int, int, str, str]]:
    """Pages at these addresses that state a canonical URL and have no row in `claims`: page id, source id, key,
    address.
    """
    return conn.execute(_WITHOUT_CLAIM, (json.dumps(sorted(keys)),)).fetchall()


def insert_claims(conn: sqlite3.Connection, claims: Iterable[AddressClaim]) -> None:
    """Insert claims that are not judged yet."""
    conn.executemany(
        _PUT, [(claim.page_id, claim.source_id, claim.claimed, claim.own, int(claim.is_allowed)) for claim in claims]
    )


def keys_of_texts(conn: sqlite3.Connection, texts: Iterable[int]) -> set[str]:
    """The stated addresses of all articles with these texts (by number)."""
    found: set[str] = set()
    for text in texts:
        start = text.to_bytes(8, "big", signed=True)
        found.update(key for (key,) in conn.execute(_KEYS_OF_TEXT, (start, start + b"\xff" * 9)))
    return found


def claimed_addresses(conn: sqlite3.Connection, keys: Iterable[str]) -> list[tuple[str, int]]:
    """Those of the addresses that pages claim, each with the source of these pages."""
    return conn.execute(_CLAIMED, (json.dumps(sorted(keys)),)).fetchall()


def texts_claiming(conn: sqlite3.Connection, key: str, source: int, limit: int) -> dict[str, set[bytes]]:
    """Text hashes by place: for pages of one source found at the first `limit` places from which an address is claimed."""
    places: dict[str, set[bytes]] = {}
    for own, text_hash in conn.execute(_CLAIMING, {"key": key, "source": source, "limit": limit}):
        places.setdefault(own, set()).add(text_hash)
    return places


def texts_found_at(conn: sqlite3.Connection, key: str, source: int) -> set[bytes]:
    """Text hashes of the pages of one source that were found at an address."""
    return {text_hash for (text_hash,) in conn.execute(_FOUND_THERE, {"key": key, "source": source})}


def record_belief(conn: sqlite3.Connection, key: str, source: int, *, believed: bool) -> set[str]:
    """Record whether a source's claims on an address are believed. Returns where pages were found whose status changed."""
    values = {"key": key, "source": source, "believed": int(believed)}
    changed = {own for (own,) in conn.execute(_CHANGED, values)}
    if changed:
        conn.execute(_SET_BELIEVED, values)
    return changed
