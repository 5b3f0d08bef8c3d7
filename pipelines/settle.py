"""Settling: `decide` over the rows that new articles touch, written back in the same transaction.

A new page touches the pages at its address, and the addresses that begin with a text seen at its address. Those are read,
decided anew as a whole, and written. So an older copy that arrives late takes its place, and any order of arrival ends alike.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable

from db.derived import put_decision
from pipelines.decide import Sheet, decide

_SHEETS = """
SELECT a.page_id, a.address_key, a.text_hash, length(a.text), a.url, p.fetched_at, a.published_utc
FROM articles a JOIN pages p ON p.id = a.page_id
WHERE a.address_key IN (SELECT value FROM json_each(?))
"""
_ADDRESSES_OF_PAGES = "SELECT DISTINCT address_key FROM articles WHERE page_id IN (SELECT value FROM json_each(?))"
_ADDRESSES_OF_TEXT = "SELECT DISTINCT address_key FROM articles WHERE text_hash = ?"


def settle(conn: sqlite3.Connection, page_ids: Collection[int]) -> None:
    """Decide the given article pages and all that they touch. A job for the one writer."""
    addresses = {row[0] for row in conn.execute(_ADDRESSES_OF_PAGES, (json.dumps(sorted(page_ids)),))}
    if addresses:
        _settle_addresses(conn, addresses)


def settle_addresses(conn: sqlite3.Connection, addresses: Iterable[str]) -> None:
    """Decide anew what is at these addresses: for articles that were taken away or whose address changed."""
    _settle_addresses(conn, set(addresses))


def settle_all(conn: sqlite3.Connection) -> None:
    """Drop every decision and decide all articles again."""
    conn.execute("DELETE FROM decisions")
    addresses = [row[0] for row in conn.execute("SELECT DISTINCT address_key FROM articles ORDER BY address_key")]
    for start in range(0, len(addresses), 500):
        _settle_addresses(conn, set(addresses[start : start + 500]))


def _settle_addresses(conn: sqlite3.Connection, addresses: set[str]) -> None:
    own = _sheets(conn, addresses)
    texts = {sheet.text_hash for sheet in own}
    touched = {row[0] for text in sorted(texts) for row in conn.execute(_ADDRESSES_OF_TEXT, (text,))}
    sheets = own + _sheets(conn, touched - addresses)
    text_of = {sheet.page_id: sheet.text_hash for sheet in sheets}
    for decision in decide(sheets):
        # An address that was read for a later revision of its text begins with another text, whose other addresses were
        # not read: nothing about it changed, and its decisions stand.
        if text_of[decision.article_id] in texts:
            put_decision(conn, decision)


def _sheets(conn: sqlite3.Connection, addresses: set[str]) -> list[Sheet]:
    rows = conn.execute(_SHEETS, (json.dumps(sorted(addresses)),))
    return [
        Sheet(
            page_id=page_id,
            address_key=address_key,
            text_hash=text_hash,
            length=length,
            url=url,
            fetched_at=fetched_at,
            published=published,
        )
        for page_id, address_key, text_hash, length, url, fetched_at, published in rows
    ]
