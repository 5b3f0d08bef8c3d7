"""What is known of the hubs that a source's feeds name, in half sentences for a person."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from db.display.humanize import format_local_time, times
from db.store.websub.feed_hubs import feed_hubs_of
from db.store.websub.subscriptions import Subscription, load_subscriptions


def hub_lines(conn: sqlite3.Connection, source_id: int, now: datetime) -> tuple[str, ...]:
    """A line for each feed that names a hub."""
    known = {one.url: one for one in load_subscriptions(conn, source_id)}
    return tuple(
        _line(known[url], now)
        if url in known
        else f"{url} names a hub, {found.hubs[0]}, that is not subscribed to (`websub`)"
        for url, found in feed_hubs_of(conn, source_id).items()
    )


def _line(one: Subscription, now: datetime) -> str:
    if one.is_active(now):
        assert one.lease_ends_at is not None
        last = f", the last {format_local_time(one.pinged_at)}" if one.pinged_at else ""
        told = f"{one.hub} tells of news in {one.url}: {times(one.pings)}{last}; until {format_local_time(one.lease_ends_at)}"
    elif one.requested_at:
        asked = format_local_time(one.requested_at)
        told = f"{one.hub} was asked {asked} to tell of news in {one.url}, and has not verified it yet"
    else:
        told = f"{one.hub} does not tell of news in {one.url}"
    refused = ", ".join(f"{count} {reason}" for reason, count in sorted(one.refused.items()))
    told += f"; pings that did nothing: {refused}" if refused else ""
    return f"{told}; {one.error}, asked again {format_local_time(one.next_request_at)}" if one.error else told
