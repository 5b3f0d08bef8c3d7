"""The rows of `alerts`: what a person should know, from when to when, and whether it was told.

    open_alert ──> told, told again ──> close_alert ──> told as closed

Of one kind there is at most one open alert for a source, or for what it is `about` (an index holds that). A closed row stays: it is
the history.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from db.named_rows import named_rows
from db.timestamps import format_timestamp, parse_timestamp


class AlertKind(StrEnum):
    """What an alert is about. The values are stable: hooks and queries use them."""

    SILENT = "silent"
    ROTTING = "rotting"
    FAILING = "failing"
    NO_LISTING = "no_listing"
    ROBOTS_FORBIDDEN = "robots_forbidden"
    CERTIFICATE = "certificate"
    SITE_RULES = "site_rules"
    CRAWL_START = "crawl_start"
    NETWORK = "network"
    DISK = "disk"
    SIZE = "size"


class AlertEvent(StrEnum):
    """What is told of an alert."""

    OPENED = "opened"
    STILL_OPEN = "still open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One row. `source` is the source's name, None for what concerns the machine; `about` tells apart alerts of one kind that no
    source tells apart, such as files; `evidence` holds the figures behind `says`.

    `told` counts the times that a hook took it, `told_at` is the last of them; `telling_failed` is how the last try went wrong.
    """

    id: int
    kind: str
    source_id: int | None
    source: str | None
    about: str = ""
    says: str
    remedy: str
    evidence: Mapping[str, object] = field(default_factory=dict)
    opened_at: datetime
    closed_at: datetime | None = None
    told_at: datetime | None = None
    told: int = 0
    telling_failed: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertChange:
    """An alert that was opened or closed just now."""

    event: AlertEvent
    alert: Alert


_ALERTS = """
SELECT a.id, a.kind, a.source_id, s.name AS source, a.says, a.remedy, a.evidence, a.opened_at, a.closed_at, a.told_at, a.told,
       a.telling_failed, a.about
FROM alerts a LEFT JOIN sources s ON s.id = a.source_id
"""
_OPEN = f"{_ALERTS} WHERE a.closed_at IS NULL ORDER BY a.id"
_ALL = f"{_ALERTS} ORDER BY a.closed_at IS NOT NULL, a.id DESC"
_ONE = f"{_ALERTS} WHERE a.id = ?"
# The end is told only of what was told before; to a hook that failed then, again.
_TO_TELL = f"""
{_ALERTS} WHERE a.closed_at IS NULL OR (a.told > 0 AND (a.told_at < a.closed_at OR a.telling_failed ->> 'event' = 'closed'))
ORDER BY a.telling_failed IS NOT NULL, a.id
"""
_CLOSED_EVIDENCE = (
    "SELECT evidence FROM alerts WHERE kind = ? AND source_id = ? AND closed_at IS NOT NULL ORDER BY id DESC"
)


def open_alerts(conn: sqlite3.Connection) -> list[Alert]:
    """What is open, the oldest first."""
    return [_alert(row) for row in named_rows(conn, _OPEN)]


def all_alerts(conn: sqlite3.Connection) -> list[Alert]:
    """Open ones, then closed ones, each the newest first."""
    return [_alert(row) for row in named_rows(conn, _ALL)]


def alerts_to_notify(conn: sqlite3.Connection) -> list[Alert]:
    """Open ones, and those closed that were told as open but not as closed. What failed before comes last."""
    return [_alert(row) for row in named_rows(conn, _TO_TELL)]


def closed_evidence(conn: sqlite3.Connection, kind: AlertKind, source_id: int) -> list[Mapping[str, object]]:
    """The figures behind earlier alerts of a kind, the newest first."""
    return [json.loads(row[0]) for row in conn.execute(_CLOSED_EVIDENCE, (kind.value, source_id))]


def open_alert(  # noqa: PLR0913 - one for each column
    conn: sqlite3.Connection,
    kind: AlertKind,
    source_id: int | None,
    *,
    says: str,
    remedy: str,
    evidence: Mapping[str, object],
    at: datetime,
    about: str = "",
) -> Alert:
    """Open an alert. Raises sqlite3.IntegrityError where one of the kind is open for that source."""
    cursor = conn.execute(
        "INSERT INTO alerts (kind, source_id, about, says, remedy, evidence, opened_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (kind.value, source_id, about, says, remedy, _json(evidence), format_timestamp(at)),
    )
    return _one(conn, int(cursor.lastrowid or 0))


def update_alert(conn: sqlite3.Connection, alert_id: int, *, says: str, evidence: Mapping[str, object]) -> None:
    """Bring an open alert up to date. It is not told again for that."""
    conn.execute("UPDATE alerts SET says = ?, evidence = ? WHERE id = ?", (says, _json(evidence), alert_id))


def close_alert(conn: sqlite3.Connection, alert_id: int, at: datetime) -> Alert:
    """Close an alert: what it says is over."""
    conn.execute("UPDATE alerts SET closed_at = ? WHERE id = ?", (format_timestamp(at), alert_id))
    return _one(conn, alert_id)


def record_notification(
    conn: sqlite3.Connection, alert_id: int, *, heard: bool, failed: Mapping[str, object] | None, at: datetime
) -> None:
    """Record that an alert was told (`heard`: some hook took it), and how it went wrong where it did."""
    conn.execute(
        "UPDATE alerts SET told = told + :heard, told_at = CASE WHEN :heard THEN :at ELSE told_at END,"
        " telling_failed = :failed WHERE id = :id",
        {"id": alert_id, "heard": int(heard), "at": format_timestamp(at), "failed": _json(failed) if failed else None},
    )


def _one(conn: sqlite3.Connection, alert_id: int) -> Alert:
    return _alert(named_rows(conn, _ONE, (alert_id,)).fetchone())


def _json(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False)


def _alert(row: sqlite3.Row) -> Alert:
    return Alert(
        id=row["id"],
        kind=row["kind"],
        source_id=row["source_id"],
        source=row["source"],
        about=row["about"],
        says=row["says"],
        remedy=row["remedy"],
        evidence=json.loads(row["evidence"]),
        opened_at=parse_timestamp(row["opened_at"]),
        closed_at=_moment(row["closed_at"]),
        told_at=_moment(row["told_at"]),
        told=row["told"],
        telling_failed=_failure(row["telling_failed"]),
    )


def _moment(text: str | None) -> datetime | None:
    return parse_timestamp(text) if text else None


def _failure(text: object) -> Mapping[str, object] | None:
    if not text:
        return None
    value = json.loads(str(text))
    return value if isinstance(value, dict) else None
