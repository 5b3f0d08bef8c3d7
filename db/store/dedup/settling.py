"""What settling reads: which pages count at which address, and their texts."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from db.sqlite.named_rows import named_rows

# The address at which a page counts: what it claims, if believed (`db.addresses.claims`), without ignored parameters
# (`db.addresses.parameters`).
_PLACE = "coalesce(f.place, CASE WHEN c.believed = 0 THEN c.own_key ELSE a.address_key END)"
_COLUMNS = f"""
SELECT a.page_id, p.source_id AS source, {_PLACE} AS address_key, a.text_hash, p.body_id AS body, a.url, p.fetched_at,
       a.published_utc AS published, a.source AS outlet, a.original_source AS credited, p.link_id AS link,
       p.final_url IS NOT NULL AS redirected
"""
_PAGES = f"""
{_COLUMNS}
FROM articles a JOIN pages p ON p.id = a.page_id
LEFT JOIN claims c ON c.page_id = a.page_id LEFT JOIN folded_pages f ON f.page_id = a.page_id
WHERE a.address_key IN (SELECT value FROM json_each(:keys)) AND c.believed IS NOT 0 AND f.place IS NULL
UNION ALL
{_COLUMNS}
FROM claims c JOIN articles a ON a.page_id = c.page_id JOIN pages p ON p.id = a.page_id
LEFT JOIN folded_pages f ON f.page_id = a.page_id
WHERE c.own_key IN (SELECT value FROM json_each(:keys)) AND c.believed = 0 AND f.place IS NULL
UNION ALL
{_COLUMNS}
FROM folded_pages f JOIN articles a ON a.page_id = f.page_id JOIN pages p ON p.id = f.page_id
LEFT JOIN claims c ON c.page_id = f.page_id
WHERE f.place IN (SELECT value FROM json_each(:keys))
"""
_KEYS_OF_PAGES = "SELECT DISTINCT address_key FROM articles WHERE page_id IN (SELECT value FROM json_each(?))"
_PLACES_OF_TEXT = f"""
SELECT DISTINCT {_PLACE} FROM articles a
LEFT JOIN claims c ON c.page_id = a.page_id LEFT JOIN folded_pages f ON f.page_id = a.page_id
WHERE a.text_hash BETWEEN ? AND ?
"""
_SHOWN = "SELECT title, text, paywalled, modified_utc, published_utc FROM articles WHERE page_id = ?"
_LINKS_OF_KEYS = "SELECT id FROM links WHERE key IN (SELECT value FROM json_each(?))"
_PLACES_OF_LINKS = f"""
SELECT DISTINCT p.link_id, p.source_id, {_PLACE} FROM pages p JOIN articles a ON a.page_id = p.id
LEFT JOIN claims c ON c.page_id = a.page_id LEFT JOIN folded_pages f ON f.page_id = a.page_id
WHERE p.link_id IN (SELECT value FROM json_each(?))
"""
_PLACES_DECIDED_WITH = f"""
SELECT DISTINCT {_PLACE} FROM articles a
LEFT JOIN claims c ON c.page_id = a.page_id LEFT JOIN folded_pages f ON f.page_id = a.page_id
WHERE a.page_id IN (SELECT e.page_id FROM decisions e WHERE e.article_id IN (
    SELECT d.article_id FROM decisions d WHERE d.page_id IN (SELECT value FROM json_each(?))))
"""

_OF = "p.source_id = :source AND p.fetched_at < s.fetched_at AND a.text_hash <> :text"
# A page is first at its address unless an older one there has another text.
_SHOWN_FIRST_ELSEWHERE = f"""
WITH shown AS MATERIALIZED (
    SELECT {_PLACE} AS place, min(p.fetched_at) AS fetched_at FROM articles a JOIN pages p ON p.id = a.page_id
    LEFT JOIN claims c ON c.page_id = a.page_id LEFT JOIN folded_pages f ON f.page_id = a.page_id
    WHERE a.text_hash = :text AND p.source_id = :source GROUP BY 1
)
SELECT 1 FROM shown s WHERE s.place <> :key AND NOT EXISTS (
    SELECT 1 FROM articles a JOIN pages p ON p.id = a.page_id
    LEFT JOIN claims c ON c.page_id = a.page_id LEFT JOIN folded_pages f ON f.page_id = a.page_id
    WHERE a.address_key = s.place AND c.believed IS NOT 0 AND f.place IS NULL AND {_OF}
) AND NOT EXISTS (
    SELECT 1 FROM claims c JOIN articles a ON a.page_id = c.page_id JOIN pages p ON p.id = a.page_id
    LEFT JOIN folded_pages f ON f.page_id = a.page_id
    WHERE c.own_key = s.place AND c.believed = 0 AND f.place IS NULL AND {_OF}
) AND NOT EXISTS (
    SELECT 1 FROM folded_pages f JOIN articles a ON a.page_id = f.page_id JOIN pages p ON p.id = f.page_id
    WHERE f.place = s.place AND {_OF}
)
LIMIT 1
"""


def article_addresses(conn: sqlite3.Connection, page_ids: Iterable[int]) -> set[str]:
    """The keys of the addresses that these article pages state."""
    return {key for (key,) in conn.execute(_KEYS_OF_PAGES, (json.dumps(sorted(page_ids)),))}


def places_of_text(conn: sqlite3.Connection, text: int) -> set[str]:
    """The addresses at which pages with a text count. `text`: the number of the text (`db.store.dedup.near_copies.text_number`)."""
    start = text.to_bytes(8, "big", signed=True)
    return {place for (place,) in conn.execute(_PLACES_OF_TEXT, (start, start + b"\xff" * 9))}


def pages_at_places(conn: sqlite3.Connection, places: Iterable[str]) -> list[sqlite3.Row]:
    """The article pages that count at these addresses."""
    return named_rows(conn, _PAGES, {"keys": json.dumps(sorted(places))}).fetchall()


class Place(NamedTuple):
    """An address of a source, at which pages count."""

    source: int
    key: str


def links_of_keys(conn: sqlite3.Connection, keys: Iterable[str]) -> set[int]:
    """The links with these addresses."""
    return {link for (link,) in conn.execute(_LINKS_OF_KEYS, (json.dumps(sorted(keys)),))}


def places_of_links(conn: sqlite3.Connection, links: Iterable[int]) -> list[tuple[int, Place]]:
    """The places of the article pages that these links led to, each with its link."""
    rows = conn.execute(_PLACES_OF_LINKS, (json.dumps(sorted(links)),))
    return [(link, Place(source, key)) for link, source, key in rows]


def places_decided_with(conn: sqlite3.Connection, page_ids: Iterable[int]) -> set[str]:
    """The addresses of all pages that were decided to be of one article with one of these."""
    return {place for (place,) in conn.execute(_PLACES_DECIDED_WITH, (json.dumps(sorted(page_ids)),))}


def is_shown_first_elsewhere(conn: sqlite3.Connection, text_hash: bytes, source: int, address_key: str) -> bool:
    """Whether a text is that with which the source has begun another address than this one."""
    values = {"text": text_hash, "source": source, "key": address_key}
    return conn.execute(_SHOWN_FIRST_ELSEWHERE, values).fetchone() is not None


class ShownArticle(NamedTuple):
    """What an article page shows. `paywalled`: whether the text is only a part; `modified` and `published`: the times in UTC that
    it states.
    """

    title: str
    text: str
    paywalled: int
    modified: str | None
    published: str | None


def shown_article(conn: sqlite3.Connection, page_id: int) -> ShownArticle:
    """What an article page shows."""
    return ShownArticle(*conn.execute(_SHOWN, (page_id,)).fetchone())
