"""The rows of `backfills`: which past articles of which source are wanted, how far that is, and what is still to come.

The queue itself, steps and links, is in `db.store.archives.backfill_queue`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from db.sqlite.named_rows import named_rows
from db.timestamps import format_optional, format_timestamp, parse_timestamp

MOST_ATTEMPTS = 3
"""Runs in which a step that fails for a passing reason is tried."""
_USUAL_PAGE_BYTES = 150_000
"""Bytes of an article's page where nothing is known of the source: the middle of 876 news pages of 60 sites."""

_JITTER = 1.13
"""The mean of what the downloader multiplies a pause by (`crawler.http.downloader.JITTER`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """A back-fill of one source, UTC, `since` <= t < `until`. `channels`: their names, in order of preference."""

    id: int
    source_id: int
    source_name: str
    since: datetime
    until: datetime
    channels: tuple[str, ...]
    pause: float
    """Seconds between two requests of the source, as far as is known."""
    ended: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthCount:
    """Articles that one channel named first, by month ("2019-04"; None: it says no time)."""

    month: str | None
    channel: str
    articles: int
    """Named, and not here before."""
    known: int
    """Here before."""
    waiting: int
    """Not fetched yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelState:
    """How far one channel is. `trouble`: what its first step without success said, None where it named articles and none waits.

    `held`: lists that wait for a later run, because something was in the way in this one.
    """

    name: str
    steps: int
    steps_left: int
    named: int
    trouble: str | None
    held: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillPlan:
    """What a back-fill has and has to do. `bytes` are those of the articles that wait."""

    backfill: Backfill
    months: tuple[MonthCount, ...]
    channels: tuple[ChannelState, ...]
    states: dict[str, int]
    """Links by their state (`db.schema.tables.backfills`)."""
    bytes: int
    latency: float
    """Seconds that the source's server took of late, on average."""

    @property
    def seconds(self) -> float:
        """How long the requests that are left will take."""
        return self.requests * (self.backfill.pause * _JITTER + self.latency)

    @property
    def articles(self) -> int:
        """Articles named that were not here before."""
        return sum(count for state, count in self.states.items() if state not in ("known", "left"))

    @property
    def waiting(self) -> int:
        """Articles still to be fetched."""
        return self.states.get("waiting", 0) + self.states.get("taken", 0)

    @property
    def steps_left(self) -> int:
        """Lists still to be read."""
        return sum(channel.steps_left for channel in self.channels)

    @property
    def requests(self) -> int:
        """Requests still to be made, as far as is known."""
        return self.steps_left + self.waiting


_ROWS = "SELECT b.*, s.name AS source_name FROM backfills b JOIN sources s ON s.id = b.source_id"


def begin_backfill(
    conn: sqlite3.Connection,
    source_id: int,
    *,
    since: datetime,
    until: datetime | None,
    channels: Sequence[str],
    now: datetime,
) -> Backfill:
    """The back-fill that was asked for in the same words before, begun again where it had ended; else a new one, up to now where no
    `until` is given."""
    asked = json.dumps({"since": format_timestamp(since), "until": format_optional(until), "channels": [*channels]})
    query = "SELECT id FROM backfills WHERE source_id = ? AND asked = ? ORDER BY id DESC LIMIT 1"
    if (row := conn.execute(query, (source_id, asked)).fetchone()) is not None:
        conn.execute("UPDATE backfills SET ended = NULL, ended_at = NULL WHERE id = ?", (row[0],))
        number = row[0]
    else:
        cursor = conn.execute(
            "INSERT INTO backfills (source_id, since, until, asked, channels, begun_at) VALUES (?, ?, ?, ?, ?, ?)",
            (
                source_id,
                format_timestamp(since),
                format_timestamp(until or now),
                asked,
                json.dumps([*channels]),
                format_timestamp(now),
            ),
        )
        number = cursor.lastrowid
    found = named_rows(conn, f"{_ROWS} WHERE b.id = ?", (number,)).fetchone()
    return _backfill(found)


def open_backfills(conn: sqlite3.Connection, source_ids: Sequence[int] | None = None) -> list[Backfill]:
    """The back-fills that have not ended, of these sources or of all, the oldest first."""
    return [one for one in all_backfills(conn, source_ids) if one.ended is None]


def next_backfills(conn: sqlite3.Connection, source_ids: Sequence[int] | None = None) -> dict[int, Backfill]:
    """By source the back-fill that comes next: the first begun of those that have not ended."""
    return {one.source_id: one for one in reversed(open_backfills(conn, source_ids))}


def all_backfills(conn: sqlite3.Connection, source_ids: Sequence[int] | None = None) -> list[Backfill]:
    """All back-fills, of these sources or of all, the oldest first."""
    found = [_backfill(row) for row in named_rows(conn, f"{_ROWS} WHERE s.removed_at IS NULL ORDER BY b.id")]
    return [one for one in found if source_ids is None or one.source_id in source_ids]


def end_backfill(conn: sqlite3.Connection, backfill_id: int, ended: str, at: datetime) -> None:
    """Record the end of a back-fill: finished or stopped. Links that a stopped one never fetched are left to normal crawls."""
    conn.execute(
        "UPDATE backfills SET ended = ?, ended_at = ? WHERE id = ?", (ended, format_timestamp(at), backfill_id)
    )
    if ended == "stopped":
        conn.execute(
            "UPDATE backfill_links SET state = 'waiting', link_id = NULL WHERE backfill_id = ? AND state = 'taken'",
            (backfill_id,),
        )


# What became of links that a run took is noted when it ends, or when the next one begins: until then their visits say it.
_LINKS = """
(SELECT b.month, b.channel, b.size, CASE WHEN b.state <> 'taken' THEN b.state WHEN v.first_at IS NOT NULL THEN 'done'
        WHEN v.failures > 0 THEN 'failed' ELSE 'taken' END AS state
 FROM backfill_links b LEFT JOIN visits v ON v.link_id = b.link_id WHERE b.backfill_id = :id)
"""
_MONTHS = f"""
SELECT month, channel, count(*) FILTER (WHERE state NOT IN ('known', 'left')) AS articles,
       count(*) FILTER (WHERE state = 'known') AS known, count(*) FILTER (WHERE state IN ('waiting', 'taken')) AS waiting
FROM {_LINKS} GROUP BY 1, 2 ORDER BY month IS NULL, month, channel
"""
_STATES = f"SELECT state, count(*) FROM {_LINKS} GROUP BY 1"
_SIZE = f"SELECT sum(coalesce(size, :page)) FROM {_LINKS} WHERE state IN ('waiting', 'taken')"
_CHANNELS = """
SELECT channel AS name, count(*) AS steps,
       count(*) FILTER (WHERE done_at IS NULL AND failures < :most) AS steps_left,
       count(*) FILTER (WHERE done_at IS NULL AND failures BETWEEN 1 AND :most - 1) AS held,
       coalesce(sum(links), 0) AS named,
       (SELECT t.trouble FROM backfill_steps t WHERE t.backfill_id = s.backfill_id AND t.channel = s.channel
        AND t.trouble IS NOT NULL ORDER BY t.id LIMIT 1) AS trouble
FROM backfill_steps s WHERE backfill_id = :id GROUP BY channel ORDER BY min(id)
"""
_PAGE_BYTES = """
SELECT avg(bytes) FROM (SELECT bytes FROM fetches WHERE source_id = ? AND what = 'article' AND page_id IS NOT NULL AND bytes > 0
                        ORDER BY id DESC LIMIT 500)
"""
_LATENCY = """
SELECT avg(duration_ms) / 1000.0 FROM (SELECT duration_ms FROM fetches WHERE source_id = ? AND duration_ms IS NOT NULL
                                       ORDER BY id DESC LIMIT 500)
"""


def count_done(conn: sqlite3.Connection, backfill_id: int) -> int:
    """Lists read and links dealt with so far: it grows as long as a back-fill gets on."""
    query = """
    SELECT (SELECT count(*) FROM backfill_steps WHERE backfill_id = :id AND done_at IS NOT NULL)
         + (SELECT count(*) FROM backfill_links WHERE backfill_id = :id AND state NOT IN ('waiting', 'taken'))
    """
    return int(conn.execute(query, {"id": backfill_id}).fetchone()[0])


def note_pause(conn: sqlite3.Connection, backfill_id: int, pause: float) -> None:
    """Note the pause between two requests of the source, in seconds."""
    conn.execute("UPDATE backfills SET pause = ? WHERE id = ?", (pause, backfill_id))


def load_plan(conn: sqlite3.Connection, backfill: Backfill) -> BackfillPlan:
    """What a back-fill has and has to do, counted from its rows.

    Bytes are those that a channel states, or else the mean of the source's own last pages.
    """
    channels = [
        ChannelState(**dict(row) | {"trouble": row["trouble"] if row["held"] or not row["named"] else None})
        for row in named_rows(conn, _CHANNELS, {"id": backfill.id, "most": MOST_ATTEMPTS})
    ]
    states = dict(conn.execute(_STATES, {"id": backfill.id}).fetchall())
    page = conn.execute(_PAGE_BYTES, (backfill.source_id,)).fetchone()[0] or _USUAL_PAGE_BYTES
    size = conn.execute(_SIZE, {"id": backfill.id, "page": page}).fetchone()[0] or 0
    latency = conn.execute(_LATENCY, (backfill.source_id,)).fetchone()[0] or 0.0
    return BackfillPlan(
        latency=latency,
        backfill=backfill,
        months=tuple(MonthCount(**row) for row in named_rows(conn, _MONTHS, {"id": backfill.id})),
        channels=tuple(channels),
        states=states,
        bytes=round(size),
    )


def _backfill(row: sqlite3.Row) -> Backfill:
    return Backfill(
        id=row["id"],
        source_id=row["source_id"],
        source_name=row["source_name"],
        since=parse_timestamp(row["since"]),
        until=parse_timestamp(row["until"]),
        channels=tuple(json.loads(row["channels"])),
        pause=row["pause"] if row["pause"] is not None else 1.0,
        ended=row["ended"],
    )
