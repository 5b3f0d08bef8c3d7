"""What past crawls learned about the sitemaps of a sitemap index: when each was last read, and when it last named new
articles.

This is crawl state, not facts: without it every sitemap counts as never read.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from db.timestamps import format_timestamp, parse_optional, parse_timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class PastReading:
    """When a sitemap was last read, and when a repeated reading last named new articles (None: never)."""

    read_at: datetime
    changed_at: datetime | None = None


def load_sitemap_readings(conn: sqlite3.Connection, urls: Sequence[str]) -> dict[str, PastReading]:
    """Past readings by address; sitemaps that were never read are missing."""
    rows = conn.execute(
        "SELECT url, read_at, changed_at FROM sitemap_readings WHERE url IN (SELECT value FROM json_each(?))",
        (json.dumps(list(urls)),),
    )
    return {
        url: PastReading(read_at=parse_timestamp(read), changed_at=parse_optional(changed))
        for url, read, changed in rows
    }


def save_sitemap_readings(conn: sqlite3.Connection, readings: Mapping[str, bool], at: datetime) -> None:
    """Record that sitemaps were read, each with whether it named new articles."""
    conn.executemany(
        "INSERT INTO sitemap_readings (url, read_at) VALUES (:url, :at) ON CONFLICT (url) DO UPDATE SET"
        " read_at = :at, changed_at = CASE WHEN :new THEN :at ELSE changed_at END",
        [{"url": url, "at": format_timestamp(at), "new": new} for url, new in readings.items()],
    )
