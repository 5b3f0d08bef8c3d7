"""The queue of a back-fill: steps that list past articles, and the links that they named.

    step ──answered──> links and next steps stored, step done: one transaction
    link  waiting ──taken──> a row of `links` ──fetched──> done · failed        (known, left: never fetched)

Captures of archives, links with a `fetch_url`, are in `db.store.archives.backfill_captures`.

Each function is a job for `db.connection.writer`. A process that is killed leaves steps that are not done, and links that are
taken: `settle_taken` decides by their visits what became of these.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from db.models import Link, LinkKind
from db.sqlite.named_rows import named_rows
from db.store.archives.backfills import MOST_ATTEMPTS
from db.store.crawl.due_links import DueLink
from db.store.crawl.facts import link_from_row
from db.timestamps import format_timestamp

MOST_STEPS = 50_000
"""Steps of one channel of a back-fill. A site of 1,000,000 articles needs as many where its feed names 20 at once; what names more
lists has no end: 14 hours of requests at one a second."""
MOST_TROUBLES = 5
"""Steps in a row that name nothing because of the same trouble, after which a channel's other steps are left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredStep:
    """A step as a row. `state` is JSON. `id` is 0 until it is stored."""

    id: int = 0
    channel: str
    url: str
    first_byte: int | None = None
    last_byte: int | None = None
    month: str | None = None
    state: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastLinkRow:
    """A past article that a step named, as a row. Times are stored timestamps; `at` is the best known, for the order."""

    key: str
    url: str
    channel: str
    found_in: str
    month: str | None = None
    at: str | None = None
    kind: str = LinkKind.SITEMAP.value
    title: str | None = None
    published: str | None = None
    modified: str | None = None
    author: str | None = None
    section: str | None = None
    size: int | None = None
    fetch_url: str | None = None
    first_byte: int | None = None
    last_byte: int | None = None
    captured_at: str | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLink:
    """A live link that waits: its row's id, and the link as a crawl records it."""

    id: int
    link: Link


def insert_steps(conn: sqlite3.Connection, backfill_id: int, steps: Iterable[StoredStep]) -> None:
    """Queue steps. Those that the back-fill has had are left out, so lists that name each other end."""
    conn.executemany(
        "INSERT OR IGNORE INTO backfill_steps (backfill_id, channel, url, first_byte, last_byte, month, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(backfill_id, s.channel, s.url, s.first_byte, s.last_byte, s.month, s.state) for s in steps],
    )


def has_steps(conn: sqlite3.Connection, backfill_id: int) -> bool:
    """Whether the back-fill has begun."""
    return (
        conn.execute("SELECT 1 FROM backfill_steps WHERE backfill_id = ? LIMIT 1", (backfill_id,)).fetchone()
        is not None
    )


_NEXT_STEP = """
SELECT id, channel, url, first_byte, last_byte, month, state FROM backfill_steps
WHERE backfill_id = ? AND channel = ? AND done_at IS NULL AND failures < ? AND coalesce(attempt, 0) <> ? ORDER BY id LIMIT 1
"""


def next_step(conn: sqlite3.Connection, backfill_id: int, channel: str, run_id: int) -> StoredStep | None:
    """The next open step of a channel that this run has not tried yet."""
    row = named_rows(conn, _NEXT_STEP, (backfill_id, channel, MOST_ATTEMPTS, run_id)).fetchone()
    return StoredStep(**row) if row else None


def count_open_steps(conn: sqlite3.Connection, backfill_id: int) -> int:
    """Steps that are still to be done."""
    query = "SELECT count(*) FROM backfill_steps WHERE backfill_id = ? AND done_at IS NULL AND failures < ?"
    return int(conn.execute(query, (backfill_id, MOST_ATTEMPTS)).fetchone()[0])


def finish_step(
    conn: sqlite3.Connection,
    backfill_id: int,
    step: StoredStep,
    parts: Iterable[Sequence[PastLinkRow]],
    next_steps: Sequence[StoredStep],
    trouble: str | None,
    now: datetime,
) -> tuple[int, int]:
    """Store what a step named, and mark it done; all in the caller's transaction. What only it needed goes, up to 11 kB,
    unless it met trouble and may be tried again.

    A link that other channels named is kept once, under the first. Returns how many links it named, and how many of them no list
    had named before.
    """
    named = 0
    before = conn.execute("SELECT coalesce(max(id), 0) FROM backfill_links").fetchone()[0]
    for links in parts:
        named += len(links)
        _insert_links(conn, backfill_id, links)
    count = "SELECT count(*) FROM backfill_steps WHERE backfill_id = ? AND channel = ?"
    room = MOST_STEPS - (conn.execute(count, (backfill_id, step.channel)).fetchone()[0] if next_steps else 0)
    left_out = f"it names more than {MOST_STEPS:,} lists; the others are left out" if len(next_steps) > room else None
    insert_steps(conn, backfill_id, next_steps[: max(0, room)])
    conn.execute(
        "UPDATE backfill_steps SET done_at = ?, links = ?, trouble = ?, state = iif(? IS NULL, '{}', state) WHERE id = ?",
        (format_timestamp(now), named, trouble or left_out, trouble, step.id),
    )
    new = conn.execute("SELECT count(*) FROM backfill_links WHERE id > ?", (before,)).fetchone()[0]
    return named, new


def has_named_all(conn: sqlite3.Connection, backfill_id: int, channel: str) -> bool:
    """Whether a channel has named articles and come to its end without trouble."""
    query = """
    SELECT count(*) FILTER (WHERE done_at IS NULL OR trouble IS NOT NULL) = 0 AND coalesce(sum(links), 0) > 0
    FROM backfill_steps WHERE backfill_id = ? AND channel = ?
    """
    return bool(conn.execute(query, (backfill_id, channel)).fetchone()[0])


def leave_channel_in_trouble(
    conn: sqlite3.Connection, backfill_id: int, channel: str, trouble: str, now: datetime, *, passing_in: int | None
) -> None:
    """Leave a channel's open steps where its last ones all had this trouble.

    They are given up; if the trouble may pass, though it did not in the run `passing_in`, they wait for a later run.
    """
    last = "SELECT id, trouble FROM backfill_steps WHERE backfill_id = ? AND channel = ? AND done_at IS NOT NULL"
    query = f"{last} ORDER BY done_at DESC, id DESC LIMIT {MOST_TROUBLES}"
    recent = conn.execute(query, (backfill_id, channel)).fetchall()
    if len(recent) < MOST_TROUBLES or any(one[1] != trouble for one in recent):
        return
    if passing_in is None:
        give_up_steps(conn, backfill_id, channel, trouble, now)
    else:
        _hold(conn, backfill_id, channel, [one[0] for one in recent], passing_in, trouble)


def give_up_steps(conn: sqlite3.Connection, backfill_id: int, channel: str, trouble: str, now: datetime) -> None:
    """Give up a channel's open steps for this reason."""
    conn.execute(
        "UPDATE backfill_steps SET done_at = ?, trouble = ? WHERE backfill_id = ? AND channel = ? AND done_at IS NULL",
        (format_timestamp(now), trouble, backfill_id, channel),
    )


def _hold(
    conn: sqlite3.Connection, backfill_id: int, channel: str, again: list[int], run_id: int, trouble: str
) -> None:
    """Leave a channel's open steps, and those that were done in vain, to a later run, as if each had failed in this one."""
    conn.execute(
        "UPDATE backfill_steps SET done_at = NULL, attempt = ?, failures = failures + 1, trouble = ?"
        " WHERE backfill_id = ? AND channel = ?"
        " AND ((done_at IS NULL AND failures < ?) OR id IN (SELECT value FROM json_each(?)))",
        (run_id, trouble, backfill_id, channel, MOST_ATTEMPTS, json.dumps(again)),
    )


def fail_step(conn: sqlite3.Connection, step_id: int, run_id: int, trouble: str | None) -> None:
    """Record that a step failed for a reason that may pass: a later run tries it again. None: it was not even sent."""
    conn.execute(
        "UPDATE backfill_steps SET attempt = ?, failures = failures + ?, trouble = ? WHERE id = ?",
        (run_id, trouble is not None, trouble, step_id),
    )


_INSERT = """
INSERT INTO backfill_links (backfill_id, key, url, channel, found_in, month, at, kind, title, published, modified, author, section,
    size, fetch_url, first_byte, last_byte, captured_at, digest, state)
VALUES (:backfill, :key, :url, :channel, :found_in, :month, :at, :kind, :title, :published, :modified, :author, :section,
    :size, :fetch_url, :first_byte, :last_byte, :captured_at, :digest,
    CASE WHEN CASE WHEN :fetch_url IS NULL
         THEN EXISTS (SELECT 1 FROM links l JOIN visits v ON v.link_id = l.id WHERE l.key = :key AND v.first_at IS NOT NULL)
         ELSE EXISTS (SELECT 1 FROM links l JOIN pages p ON p.link_id = l.id JOIN captures c ON c.page_id = p.id
                      WHERE l.key = :key AND c.digest = :digest) END
         THEN 'known' ELSE 'waiting' END)
ON CONFLICT (backfill_id, key, digest) DO UPDATE SET
    published = coalesce(published, excluded.published), modified = coalesce(modified, excluded.modified),
    title = coalesce(title, excluded.title), month = coalesce(month, excluded.month), at = coalesce(at, excluded.at)
"""


def _insert_links(conn: sqlite3.Connection, backfill_id: int, links: Sequence[PastLinkRow]) -> None:
    names = PastLinkRow.__dataclass_fields__
    conn.executemany(
        _INSERT, [{name: getattr(link, name) for name in names} | {"backfill": backfill_id} for link in links]
    )


_WAITING = """
SELECT id, key, url, kind, found_in, title, published, modified, author, section FROM backfill_links
WHERE backfill_id = ? AND state = 'waiting' AND fetch_url IS NULL ORDER BY at DESC, id LIMIT ?
"""


def waiting_links(conn: sqlite3.Connection, backfill_id: int, most: int) -> list[WaitingLink]:
    """Links to the site itself that wait, the newest first."""
    return [
        WaitingLink(id=row["id"], link=link_from_row(row)) for row in named_rows(conn, _WAITING, (backfill_id, most))
    ]


_TAKE = """
UPDATE backfill_links SET
    link_id = (SELECT l.id FROM links l JOIN visits v ON v.link_id = l.id
               WHERE l.key = backfill_links.key AND l.source_id = :source AND v.first_at IS NULL),
    state = CASE (SELECT (l.source_id = :source AND v.first_at IS NULL) FROM links l JOIN visits v ON v.link_id = l.id
                  WHERE l.key = backfill_links.key) WHEN 1 THEN 'taken' WHEN 0 THEN 'known' ELSE 'left' END
WHERE id IN (SELECT value FROM json_each(:ids))
"""


def take_links(conn: sqlite3.Connection, source_id: int, taken: Sequence[WaitingLink]) -> list[DueLink]:
    """Take links whose rows in `links` have just been inserted. Returns those to fetch; the others are known or left out."""
    ids = json.dumps([one.id for one in taken])
    conn.execute(_TAKE, {"source": source_id, "ids": ids})
    query = (
        "SELECT l.id AS link_id, l.url FROM backfill_links b JOIN links l ON l.id = b.link_id"
        " WHERE b.id IN (SELECT value FROM json_each(?)) AND b.state = 'taken' ORDER BY b.at DESC, b.id"
    )
    return [DueLink(**row) for row in named_rows(conn, query, (ids,))]


_SETTLE = """
UPDATE backfill_links SET state = (
    SELECT CASE WHEN v.first_at IS NOT NULL THEN 'done' WHEN v.failures > 0 THEN 'failed' ELSE 'taken' END
    FROM visits v WHERE v.link_id = backfill_links.link_id)
WHERE backfill_id = :id AND state IN ('taken', 'failed') AND link_id IS NOT NULL AND fetch_url IS NULL
"""
_AGAIN = """
SELECT l.id AS link_id, l.url FROM backfill_links b JOIN links l ON l.id = b.link_id JOIN visits v ON v.link_id = l.id
WHERE b.backfill_id = :id AND b.fetch_url IS NULL AND (b.state = 'taken' OR (b.state = 'failed'
      AND v.failures <= json_array_length(:retry)
      AND v.last_at + json_extract(:retry, '$[' || (v.failures - 1) || ']') <= :now))
ORDER BY b.at DESC, b.id
"""
_RETRIES_LEFT = """
SELECT count(*) FROM backfill_links b JOIN visits v ON v.link_id = b.link_id
WHERE b.backfill_id = :id AND b.fetch_url IS NULL AND b.state = 'failed' AND v.failures <= :most
"""


def settle_taken(conn: sqlite3.Connection, backfill_id: int) -> None:
    """Note what became of links that were taken, by their visits."""
    conn.execute(_SETTLE, {"id": backfill_id})


def taken_links(conn: sqlite3.Connection, backfill_id: int, retry: Sequence[float], now: datetime) -> list[DueLink]:
    """Links that an earlier run took and did not fetch, and failed ones whose retry time (seconds after each failure) has come."""
    values = {"id": backfill_id, "retry": json.dumps([*retry]), "now": now.timestamp()}
    return [DueLink(**row) for row in named_rows(conn, _AGAIN, values)]


def is_complete(conn: sqlite3.Connection, backfill_id: int, retries: int) -> bool:
    """Whether nothing is left to do: no step, no link, and no failure that will be tried again."""
    waiting = "SELECT 1 FROM backfill_links WHERE backfill_id = ? AND state IN ('waiting', 'taken') LIMIT 1"
    return (
        not count_open_steps(conn, backfill_id)
        and conn.execute(waiting, (backfill_id,)).fetchone() is None
        and not conn.execute(_RETRIES_LEFT, {"id": backfill_id, "most": retries}).fetchone()[0]
    )
