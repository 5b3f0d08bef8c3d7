"""Our subscriptions to the hubs of feeds (WebSub): asked for, verified, renewed, ended.

    feed names a hub ──found──> new ──asked──> pending ──hub verifies──> active ──asked again before the lease ends──> ...
                                 ^               └─refused, denied, not verified─┐
                                 └──────────── after a pause that doubles <──────┘
    feed or source gone, another hub named ──found──> unwanted ──asked to end──> hub verifies ──> no row

The service writes these rows, its process that asks hubs (`cli.commands.crawling.hubs`), and the callback that hubs call
(`scheduler.websub`). Each step is one transaction that checks what it relies on, so that their order does not matter.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from db.sqlite.named_rows import named_rows
from db.store.websub.subscription_keys import SubscriptionKey, hash_of_path
from db.timestamps import format_timestamp, parse_optional, parse_timestamp

LEASE_S = 10 * 86_400
"""Seconds of the lease that is asked for: the default of most hubs. The hub decides."""
LONGEST_LEASE_S = 365 * 86_400
RENEWED_AFTER = 0.8
"""Share of its lease after which a subscription is renewed: a hub that is down for two days of ten loses nothing."""
SHORTEST_RENEWAL_S = 60.0
"""A lease is not renewed sooner, however short a hub makes it."""
VERIFIED_WITHIN_S = 1800.0
"""Seconds that a hub has to verify a request: the recommendation sets no limit, and hubs queue them."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 300.0, 86_400.0
"""A request that failed is made again after 5 minutes, 10, ... at most a day."""
GOODBYES = 3
"""Requests to end a subscription; then it is left to lapse."""
PINGS_KEPT = 10_000
"""Accepted pings remembered of a subscription: one every 90 seconds for a lease of ten days."""
_LONGEST_ERROR = 300

SubscriptionState = Literal["active", "pending", "failed", "new"]
Change = tuple[str, Any]
"""A statement that changes a row, and its values."""

_FEEDS = """
SELECT h.source_id, h.url, h.topic, h.hubs FROM feed_hubs h
JOIN entries e ON e.source_id = h.source_id AND e.url = h.url LEFT JOIN listing_visits v ON v.entry_id = e.id
WHERE coalesce(v.gone, 0) = 0 AND h.source_id IN (SELECT value FROM json_each(?))
"""
_INSERT = """
INSERT INTO subscriptions (source_id, url, topic, hub, callback, salt, path_hash, next_request_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_FORGET = "DELETE FROM subscriptions WHERE id = :id"
_END = """
UPDATE subscriptions SET wanted = 0, requested_at = NULL, failures = 0, error = NULL, next_request_at = :now WHERE id = :id
"""
_LEAVE = """
UPDATE subscriptions SET wanted = 0, url = url || '#left-' || id, requested_at = NULL, failures = 0, error = NULL,
    next_request_at = :now
WHERE id = :id
"""
_REVIVE = """
UPDATE subscriptions SET wanted = 1, requested_at = NULL, failures = 0, error = NULL, next_request_at = :now WHERE id = :id
"""
_FAIL = """
UPDATE subscriptions SET requested_at = NULL, failures = failures + 1, error = :error, next_request_at = :next, hub = :hub
WHERE id = :id AND requested_at IS NOT NULL
"""
_VERIFY = """
UPDATE subscriptions SET round = asked_round, requested_at = NULL, verified_at = :now, lease_ends_at = :ends,
    next_request_at = :next, failures = 0, error = NULL
WHERE id = :id
"""
_DENY = """
UPDATE subscriptions SET requested_at = NULL, lease_ends_at = NULL, failures = failures + 1, error = :error,
    next_request_at = :next
WHERE id = :id
"""
_REFUSE = """
UPDATE subscriptions SET refused = json_set(refused, '$.' || :reason, coalesce(refused ->> ('$.' || :reason), 0) + 1)
WHERE id = :id
"""
_OLD_PINGS = """
DELETE FROM pings WHERE subscription_id = :id AND at < (
    SELECT at FROM pings WHERE subscription_id = :id ORDER BY at DESC LIMIT 1 OFFSET :kept)
"""
# Sources all of whose working feeds are subscribed to.
_ANNOUNCED = """
SELECT s.source_id FROM subscriptions s WHERE s.lease_ends_at > ? AND s.wanted GROUP BY s.source_id
HAVING count(*) >= (SELECT count(*) FROM entries e LEFT JOIN listing_visits v ON v.entry_id = e.id
                    WHERE e.source_id = s.source_id AND e.kind = 'feed' AND coalesce(v.gone, 0) = 0)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A subscription. `url`: the feed; `topic`: what the hub calls it; `callback`: the address that the path comes after.

    `requested_at`: of the request that the hub has not verified yet. `round`: the request that it verified last; `asked_round`: the
    latest one. `refused`: pings that did nothing, by reason.
    """

    id: int
    source_id: int
    url: str
    topic: str
    hub: str
    callback: str
    salt: bytes
    path_hash: bytes
    round: int
    asked_round: int
    wanted: bool
    requested_at: datetime | None
    verified_at: datetime | None
    lease_ends_at: datetime | None
    next_request_at: datetime
    failures: int
    error: str | None
    pinged_at: datetime | None
    pings: int
    refused: Mapping[str, int]

    @property
    def next_round(self) -> int:
        """The next request: its secret has never been sent."""
        return max(self.round, self.asked_round) + 1

    def is_active(self, now: datetime) -> bool:
        """Whether its pings count."""
        return self.wanted and self.lease_ends_at is not None and self.lease_ends_at > now

    def state(self, now: datetime) -> SubscriptionState:
        """Its state in one word."""
        if self.is_active(now):
            return "active"
        return "pending" if self.requested_at else "failed" if self.error else "new"


def _subscription(row: sqlite3.Row) -> Subscription:
    values = dict(row)
    for name in ("requested_at", "verified_at", "lease_ends_at", "next_request_at", "pinged_at"):
        values[name] = parse_optional(row[name])
    return Subscription(**values | {"wanted": bool(row["wanted"]), "refused": json.loads(row["refused"])})


def load_subscriptions(conn: sqlite3.Connection, source_id: int | None = None) -> list[Subscription]:
    """All subscriptions, or those of a source."""
    query = "SELECT * FROM subscriptions WHERE :source IS NULL OR source_id = :source ORDER BY source_id, url"
    return [_subscription(row) for row in named_rows(conn, query, {"source": source_id})]


def find_subscription(conn: sqlite3.Connection, path: str) -> Subscription | None:
    """The subscription whose callback ends in `path`."""
    row = named_rows(conn, "SELECT * FROM subscriptions WHERE path_hash = ?", (hash_of_path(path),)).fetchone()
    return _subscription(row) if row else None


def subscription_by_id(conn: sqlite3.Connection, number: int) -> Subscription | None:
    """The subscription with that id."""
    row = named_rows(conn, "SELECT * FROM subscriptions WHERE id = ?", (number,)).fetchone()
    return _subscription(row) if row else None


def changes_for_feeds(
    conn: sqlite3.Connection, key: SubscriptionKey, callback: str, source_ids: Collection[int], now: datetime
) -> list[Change]:
    """What makes the rows what the feeds of these sources ask for; of others, hubs are to be asked to end them.

    `callback`: the address that callbacks begin with. A row with another one is made anew, and lapses at its hub. The result is
    empty where nothing has changed, so that nothing needs to be written.
    """
    feeds = conn.execute(_FEEDS, (json.dumps(list(source_ids)),)).fetchall()
    wanted = {(source, url): (topic, tuple(json.loads(hubs))) for source, url, topic, hubs in feeds}
    at = format_timestamp(now)
    changes: list[Change] = []
    known = set()
    for one in load_subscriptions(conn):
        topic, hubs = wanted.get((one.source_id, one.url), (None, ()))
        ours = one.callback == callback and key.path_hash(one.salt) == one.path_hash
        change = _change_to(one, topic, hubs, now) if ours else _FORGET
        if change is not None:
            changes.append((change, {"id": one.id, "now": at}))
        if change not in (_FORGET, _LEAVE):
            known.add((one.source_id, one.url))
    for (source, url), (topic, hubs) in wanted.items():
        if (source, url) not in known:
            salt = secrets.token_bytes(16)
            changes.append((_INSERT, (source, url, topic, hubs[0], callback, salt, key.path_hash(salt), at)))
    return changes


def _change_to(one: Subscription, topic: str | None, hubs: Collection[str], now: datetime) -> str | None:
    """What makes a row what a feed asks for, which names this topic and these hubs; None where it is so. No topic: no feed does."""
    has_lease = one.lease_ends_at is not None and one.lease_ends_at > now
    if topic is not None and (topic != one.topic or one.hub not in hubs):
        return _LEAVE if has_lease and (one.wanted or one.failures < GOODBYES) else _FORGET
    if topic is not None:
        return None if one.wanted else _REVIVE
    if one.wanted and has_lease:
        return _END
    return _FORGET if one.wanted or not has_lease or one.failures >= GOODBYES else None


def changes_for_late_requests(conn: sqlite3.Connection, now: datetime) -> list[Change]:
    """What counts requests as failed that no hub has verified in time."""
    query = "SELECT * FROM subscriptions WHERE requested_at IS NOT NULL AND next_request_at <= ?"
    late = [_subscription(row) for row in named_rows(conn, query, (format_timestamp(now),))]
    return [_failure(conn, one, "the hub took the request and did not verify it", now) for one in late]


def changes_without_callback(conn: sqlite3.Connection) -> list[Change]:
    """What forgets all subscriptions: the setting `websub` is not set any more, so hubs can reach nothing. They lapse."""
    return [(_FORGET, {"id": number}) for (number,) in conn.execute("SELECT id FROM subscriptions")]


def apply_changes(conn: sqlite3.Connection, changes: Iterable[Change]) -> None:
    """Make changes that one of the functions above has found."""
    for statement, values in changes:
        conn.execute(statement, values)


def due_requests(conn: sqlite3.Connection, now: datetime, most: int) -> list[Subscription]:
    """The subscriptions whose hub is to be asked now, longest waiting first."""
    query = (
        "SELECT * FROM subscriptions WHERE requested_at IS NULL AND next_request_at <= ? ORDER BY next_request_at, id"
        " LIMIT ?"
    )
    return [_subscription(row) for row in named_rows(conn, query, (format_timestamp(now), most))]


def begin_requests(conn: sqlite3.Connection, due: Collection[Subscription], now: datetime) -> None:
    """Record that hubs are asked, before they are: some verify before they answer."""
    until = format_timestamp(now + timedelta(seconds=VERIFIED_WITHIN_S))
    conn.executemany(
        "UPDATE subscriptions SET requested_at = ?, next_request_at = ?, asked_round = ? WHERE id = ?",
        [(format_timestamp(now), until, one.next_round, one.id) for one in due],
    )


def fail_request(conn: sqlite3.Connection, number: int, error: str, now: datetime) -> None:
    """Record that a hub did not take a request. Does nothing where it has verified it meanwhile."""
    one = subscription_by_id(conn, number)
    if one is not None:
        apply_changes(conn, [_failure(conn, one, error, now)])


def verify_subscription(conn: sqlite3.Connection, one: Subscription, lease_s: int, now: datetime) -> None:
    """Record that the hub has verified a request, for a lease of so many seconds."""
    lease_s = min(lease_s, LONGEST_LEASE_S)
    renewal = timedelta(seconds=max(SHORTEST_RENEWAL_S, RENEWED_AFTER * lease_s))
    values = {
        "id": one.id,
        "now": format_timestamp(now),
        "ends": format_timestamp(now + timedelta(seconds=lease_s)),
        "next": format_timestamp(now + renewal),
    }
    conn.execute(_VERIFY, values)
    # Pings of before were signed with a secret that does not count any more.
    before = format_timestamp(one.requested_at or now)
    conn.execute("DELETE FROM pings WHERE subscription_id = ? AND at < ?", (one.id, before))


def end_subscription(conn: sqlite3.Connection, one: Subscription) -> None:
    """Forget a subscription that its hub has ended as asked."""
    conn.execute(_FORGET, {"id": one.id})


def deny_subscription(conn: sqlite3.Connection, one: Subscription, reason: str, now: datetime) -> None:
    """Record that the hub denies a subscription, or has ended one; it is asked again after a pause."""
    what = "ended the subscription" if one.is_active(now) and not one.requested_at else "denied the subscription"
    error = f"the hub {what}{f': {reason}' if reason else ''}"[:_LONGEST_ERROR]
    conn.execute(_DENY, {"id": one.id, "error": error, "next": format_timestamp(now + pause_after(one.failures + 1))})


def record_ping(conn: sqlite3.Connection, one: Subscription, digest: bytes, now: datetime) -> bool:
    """Record a ping with a good signature; returns whether it is new. `digest`: of its body."""
    at = format_timestamp(now)
    put = "INSERT OR IGNORE INTO pings (subscription_id, digest, at) VALUES (?, ?, ?)"
    if not conn.execute(put, (one.id, digest, at)).rowcount:
        return False
    conn.execute("UPDATE subscriptions SET pinged_at = ?, pings = pings + 1 WHERE id = ?", (at, one.id))
    if (one.pings + 1) % 1000 == 0:
        conn.execute(_OLD_PINGS, {"id": one.id, "kept": PINGS_KEPT})
    return True


def count_refused_ping(conn: sqlite3.Connection, one: Subscription, reason: str) -> None:
    """Count a ping that does nothing. `reason`: one word."""
    conn.execute(_REFUSE, {"id": one.id, "reason": reason})


def pinged_sources(conn: sqlite3.Connection) -> dict[int, datetime]:
    """When hubs last told of news, by source."""
    query = "SELECT source_id, max(pinged_at) FROM subscriptions WHERE pinged_at IS NOT NULL GROUP BY source_id"
    return {source: parse_timestamp(at) for source, at in conn.execute(query)}


def announced_sources(conn: sqlite3.Connection, now: datetime) -> set[int]:
    """The sources all of whose working feeds have an active subscription."""
    return {source for (source,) in conn.execute(_ANNOUNCED, (format_timestamp(now),))}


def pause_after(failures: int) -> timedelta:
    """How long to wait after so many failures in a row, 1 or more."""
    return timedelta(seconds=min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(failures - 1, 20)))


def _failure(conn: sqlite3.Connection, one: Subscription, error: str, now: datetime) -> Change:
    query = "SELECT hubs FROM feed_hubs WHERE source_id = ? AND url = ?"
    row = conn.execute(query, (one.source_id, one.url)).fetchone()
    hubs = json.loads(row[0]) if row else [one.hub]
    # Another hub of the feed is asked next. A verified subscription stays with its hub: two would tell everything twice.
    moves = one.lease_ends_at is None and one.hub in hubs
    hub = hubs[(hubs.index(one.hub) + 1) % len(hubs)] if moves else one.hub
    next_at = format_timestamp(now + pause_after(one.failures + 1))
    return _FAIL, {"id": one.id, "error": error[:_LONGEST_ERROR], "next": next_at, "hub": hub}
