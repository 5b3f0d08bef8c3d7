"""Articles that their sites say were modified: what listings name with a later time, and WordPress's interface, how far it was
read, and what it named.

    page names the interface ──> row ──look──> articles modified since the last look ──> due (`db.store.crawl.due_links`)
                                  ^  └─refused, of no use─┐
                                  └── after a pause that doubles

While looks work, they replace all revisits but the last of `revisit`. What listings state is due beside these.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.models import Link
from db.sqlite.named_rows import named_rows
from db.timestamps import format_timestamp, is_to_come, parse_optional

PATIENCE = timedelta(days=1)
"""How long looks may fail before the revisits that they replace begin again: a site may be down for a night, and then all its
articles of a week would be due at once."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(days=1), timedelta(days=30)
"""After a refusal it is tried again after a day, 2, 4, ... at most 30: sites seldom change who may read their interface."""
_STALENESS = timedelta(minutes=10)
"""A page fetched that soon after its modification may still have been the one of before: caches keep pages for minutes, and the
clocks of two machines differ."""
_RECENT = timedelta(days=30)
"""How old a time that a listing states may be: what has been modified since the last crawl is found, though crawls may be late."""
_FEW_RESTATED = 3
"""So many articles with a later time are believed, and more if they are less than half of those that listings name with a time:
some state the time of the request for each.
"""
_KEPT = timedelta(days=60)
"""How long it is remembered that an article was named, so that it is not visited for the same modification again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifiedPost:
    """A post as the interface states it. `key`: of its address."""

    key: str
    published: datetime | None
    modified: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WordPressSite:
    """The interface of a source. `api`: its root. `trouble`: why it was of no use when it was last asked."""

    api: str
    modified_until: datetime | None = None
    checked_at: datetime | None = None
    next_look_at: datetime
    failures: int = 0
    trouble: str | None = None

    def works(self, now: datetime) -> bool:
        """Whether all modifications are known, so that articles need not be visited in order to find them."""
        return self.checked_at is not None and is_to_come(self.checked_at + PATIENCE, now, PATIENCE)


def note_wordpress(conn: sqlite3.Connection, source_id: int, api: str, now: datetime) -> None:
    """Record that WordPress makes a source's pages. A known one is left as it is."""
    at = format_timestamp(now)
    conn.execute(
        "INSERT OR IGNORE INTO wordpress_sites (source_id, api, seen_at, next_look_at) VALUES (?, ?, ?, ?)",
        (source_id, api, at, at),
    )


def wordpress_site(conn: sqlite3.Connection, source_id: int) -> WordPressSite | None:
    """What is known of a source's interface, None where WordPress does not make its pages as far as is known."""
    query = "SELECT api, modified_until, checked_at, next_look_at, failures, trouble FROM wordpress_sites WHERE source_id = ?"
    row = named_rows(conn, query, (source_id,)).fetchone()
    if row is None:
        return None
    values = dict(row)
    for name in ("modified_until", "checked_at", "next_look_at"):
        values[name] = parse_optional(row[name])
    return WordPressSite(**values)


_BACKFILLED = """
SELECT s.url FROM backfills b JOIN backfill_steps s ON s.backfill_id = b.id
WHERE b.source_id = ? AND s.channel = 'wordpress' AND s.done_at IS NOT NULL AND s.trouble IS NULL AND s.links > 0
ORDER BY s.id DESC LIMIT 1
"""


def backfilled_from(conn: sqlite3.Connection, source_id: int) -> str | None:
    """The address of a list of posts that a back-fill of the source has read."""
    row = conn.execute(_BACKFILLED, (source_id,)).fetchone()
    return row[0] if row else None


def has_visited_articles(conn: sqlite3.Connection, source_id: int) -> bool:
    """Whether any article of the source has been fetched, so that it may be visited again."""
    query = "SELECT EXISTS (SELECT 1 FROM visits WHERE source_id = ? AND first_at IS NOT NULL)"
    return bool(conn.execute(query, (source_id,)).fetchone()[0])


_VISITED = """
SELECT v.link_id, v.last_at FROM links l JOIN visits v ON v.link_id = l.id
WHERE l.key = ? AND v.source_id = ? AND v.first_at IS NOT NULL
"""
_NAMED = """
INSERT INTO modified_links (link_id, source_id, modified_at, found_at) VALUES (?, ?, ?, ?)
ON CONFLICT (link_id) DO UPDATE SET modified_at = excluded.modified_at, found_at = excluded.found_at
WHERE excluded.modified_at > modified_at
"""


def save_modified_posts(
    conn: sqlite3.Connection, source_id: int, posts: Iterable[ModifiedPost], now: datetime
) -> tuple[int, int]:
    """Record articles that were modified since they were fetched. Returns how many posts are known here, and how many are due."""
    known = changed = 0
    for post in posts:
        row = conn.execute(_VISITED, (post.key, source_id)).fetchone()
        if row is None:
            continue
        known += 1
        as_published = post.published is not None and post.modified <= post.published
        if not as_published and post.modified.timestamp() > row[1] - _STALENESS.total_seconds():
            values = (row[0], source_id, format_timestamp(post.modified), now.timestamp())
            changed += conn.execute(_NAMED, values).rowcount
    return known, changed


def save_restated_links(
    conn: sqlite3.Connection, source_id: int, links: Iterable[Link], now: datetime, *, least: timedelta
) -> None:
    """Record articles that a listing names with a later time than that of our last visit, which was so long ago at `least`."""
    known = 0
    restated = []
    for link in links:
        at = max((time for time in (link.published, link.modified) if time is not None), default=None)
        if at is None or not now - _RECENT <= at <= now:
            continue
        row = conn.execute(_VISITED, (link.key, source_id)).fetchone()
        known += row is not None
        if row is not None and row[1] < at.timestamp() and row[1] <= (now - least).timestamp():
            restated.append((row[0], source_id, format_timestamp(at), now.timestamp()))
    if len(restated) <= _FEW_RESTATED or 2 * len(restated) < known:
        conn.executemany(_NAMED, restated)
    conn.execute(
        "DELETE FROM modified_links WHERE source_id = ? AND found_at < ?", (source_id, (now - _KEPT).timestamp())
    )


def save_progress(conn: sqlite3.Connection, source_id: int, api: str, modified_until: datetime) -> None:
    """Record that modifications up to a time are known, and by which root they were read."""
    conn.execute(
        "UPDATE wordpress_sites SET api = ?, modified_until = ? WHERE source_id = ?",
        (api, format_timestamp(modified_until), source_id),
    )


def end_look(conn: sqlite3.Connection, source_id: int, *, complete: bool, now: datetime, next_at: datetime) -> None:
    """Record that a look worked. `complete`: up to the latest modification."""
    conn.execute(
        "UPDATE wordpress_sites SET checked_at = CASE WHEN ? THEN ? ELSE checked_at END, next_look_at = ?, failures = 0,"
        " trouble = NULL WHERE source_id = ?",
        (complete, format_timestamp(now), format_timestamp(next_at), source_id),
    )
    before = (now - _KEPT).timestamp()
    conn.execute("DELETE FROM modified_links WHERE source_id = ? AND found_at < ?", (source_id, before))


def fail_look(conn: sqlite3.Connection, source_id: int, trouble: str, *, now: datetime, next_at: datetime) -> None:
    """Record that a look did not work. `next_at`: when one that has worked of late is tried again; another after a pause."""
    site = wordpress_site(conn, source_id)
    if site is None:
        return
    if not site.works(now):
        next_at = now + min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(site.failures, 10))
    conn.execute(
        "UPDATE wordpress_sites SET failures = failures + 1, trouble = ?, next_look_at = ? WHERE source_id = ?",
        (trouble, format_timestamp(next_at), source_id),
    )
