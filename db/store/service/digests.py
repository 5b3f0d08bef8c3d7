"""Digests for the alert hooks: which periods they had, and what the hooks made of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from db.timestamps import format_timestamp, parse_optional, parse_timestamp

_LAST = "SELECT id, since, until, told_at, failure FROM digests ORDER BY id DESC LIMIT 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestRow:
    """A digest that is or was to be sent. `failure` says why a hook did not take it, when it was tried last."""

    id: int
    since: datetime
    until: datetime
    told_at: datetime | None
    failure: Mapping[str, object] | None


def last_digest(conn: sqlite3.Connection) -> DigestRow | None:
    """The latest one; None if there never was one."""
    row = conn.execute(_LAST).fetchone()
    if row is None:
        return None
    return DigestRow(
        id=row[0],
        since=parse_timestamp(row[1]),
        until=parse_timestamp(row[2]),
        told_at=parse_optional(row[3]),
        failure=json.loads(row[4]) if row[4] else None,
    )


def insert_digest(conn: sqlite3.Connection, since: datetime, until: datetime) -> int:
    """Record that a digest of this period is to be sent; returns its id."""
    cursor = conn.execute(
        "INSERT INTO digests (since, until) VALUES (?, ?)", (format_timestamp(since), format_timestamp(until))
    )
    return int(cursor.lastrowid or 0)


def record_digest_sent(
    conn: sqlite3.Connection, digest_id: int, *, accepted: bool, failure: Mapping[str, object] | None, at: datetime
) -> None:
    """Record an attempt: whether some hook took it, and the failure if one failed."""
    conn.execute(
        "UPDATE digests SET told_at = CASE WHEN :accepted THEN :at ELSE told_at END, failure = :failure WHERE id = :id",
        {
            "id": digest_id,
            "accepted": int(accepted),
            "at": format_timestamp(at),
            "failure": json.dumps(failure, ensure_ascii=False) if failure else None,
        },
    )
