"""The hubs that feeds name (WebSub), as crawls have read them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from db.timestamps import format_timestamp

_PUT = """
INSERT INTO feed_hubs (source_id, url, topic, hubs, seen_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (source_id, url) DO UPDATE SET topic = excluded.topic, hubs = excluded.hubs, seen_at = excluded.seen_at
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHubs:
    """What a feed says of who tells of its news. `topic`: the address that hubs know it by. `hubs`: the preferred one first."""

    topic: str
    hubs: tuple[str, ...]


def save_feed_hubs(
    conn: sqlite3.Connection, source_id: int, found: Mapping[str, FeedHubs | None], at: datetime
) -> None:
    """Record what feeds of a source say, by address; None for a feed that names no hub."""
    for url, hubs in found.items():
        if hubs is None:
            conn.execute("DELETE FROM feed_hubs WHERE source_id = ? AND url = ?", (source_id, url))
        else:
            conn.execute(_PUT, (source_id, url, hubs.topic, json.dumps(hubs.hubs), format_timestamp(at)))


def feed_hubs_of(conn: sqlite3.Connection, source_id: int) -> dict[str, FeedHubs]:
    """The feeds of a source that name hubs, by address."""
    rows = conn.execute("SELECT url, topic, hubs FROM feed_hubs WHERE source_id = ? ORDER BY url", (source_id,))
    return {url: FeedHubs(topic=topic, hubs=tuple(json.loads(hubs))) for url, topic, hubs in rows}
