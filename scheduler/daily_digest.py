"""Sends a digest to the alert hooks at the times of the setting `digest`.

Each is a row of `digests`: what it covers, and what the hooks made of it. A digest reaches back to the last one, a week at most.
A hook that fails is tried again, with the pauses of an alert, until it is time for the next digest; the other hook gets it once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta

from db.config.loader import Config
from db.connection.database import write
from db.reports.digest import build_digest
from db.reports.digest_object import digest_object
from db.store.service.digests import DigestRow, insert_digest, last_digest, record_digest_sent
from db.store.sites.sources import first_source_added
from db.timestamps import format_timestamp, lies_ahead
from scheduler.alerts.hooks import HOOK_LIMIT_S, MAX_TRIES, Hooks, waits_for_retry
from scheduler.planning.cadence import CronSchedule

DIGEST_KIND = "digest"
USUAL_SPAN, LONGEST_SPAN = timedelta(days=1), timedelta(days=7)


def send_due_digest(
    conn: sqlite3.Connection,
    config: Config,
    now: datetime,
    *,
    limit_s: float = HOOK_LIMIT_S,
    stopping: Callable[[], bool] = lambda: False,
) -> bool | None:
    """Send the digest that is due, if one is; returns whether all hooks took it, None if nothing was due.

    `conn` must be writable. A failing hook raises nothing. Raises sqlite3.Error.
    """
    hooks = Hooks(config, limit_s=limit_s, stopping=stopping)
    if not config.digest or not hooks.names:
        return None
    last = last_digest(conn)
    before = last.until if last and not lies_ahead(last.until, now) else None
    start = before or first_source_added(conn)
    if start is None:
        return None
    if CronSchedule(line=config.digest, zone=config.timezone).after(start) <= now:
        since = max(before, now - LONGEST_SPAN) if before else now - USUAL_SPAN
        with write(conn):
            insert_digest(conn, since, now)
        last = last_digest(conn)
    if last is None or not _is_pending(last, now):
        return None
    payload = digest_payload(conn, config, last)
    accepted, failure = hooks.send(payload, last.failure, now)
    with write(conn):
        record_digest_sent(conn, last.id, accepted=accepted, failure=failure, at=now)
    return failure is None


def _is_pending(digest: DigestRow, now: datetime) -> bool:
    if digest.failure is None:
        return digest.told_at is None
    times = digest.failure["times"]
    return isinstance(times, int) and times < MAX_TRIES and not waits_for_retry(digest.failure, now)


def digest_payload(conn: sqlite3.Connection, config: Config, row: DigestRow) -> dict[str, object]:
    """The payload of the hooks: that of an alert, with the digest as its evidence."""
    digest = build_digest(conn, row.since, row.until)
    return {
        "alert": None,
        "event": DIGEST_KIND,
        "kind": DIGEST_KIND,
        "source": None,
        "says": digest.summary,
        "remedy": f"`copydesk digest --since {format_timestamp(row.since)}` shows it",
        "opened_at": format_timestamp(row.since),
        "closed_at": format_timestamp(row.until),
        "evidence": digest_object(digest),
        "database": str(config.database.absolute()),
    }
