"""The rows of `alerts`: a condition that somebody should know about, from when to when, and whether they were notified.

    open_alert ──> notified, repeatedly ──> close_alert ──> notified of the end

Each kind has at most one open alert per source, or per subject (`about`); a unique index enforces this. Closed rows
stay as the history.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from db.sqlite.named_rows import named_rows
from db.timestamps import format_timestamp, parse_optional, parse_timestamp


class AlertKind(StrEnum):
    """The kind of an alert. The values are stable: hooks and queries use them."""

    SILENT = "silent"
    ROTTING = "rotting"
    REPEATING = "repeating"
    FAILING = "failing"
    NO_LISTING = "no_listing"
    CHALLENGED = "challenged"
    DRAWN_BY_SCRIPT = "drawn_by_script"
    ROBOTS_FORBIDDEN = "robots_forbidden"
    CERTIFICATE = "certificate"
    SITE_RULES = "site_rules"
    CRAWL_START = "crawl_start"
    NETWORK = "network"
    DISK = "disk"
    SIZE = "size"


class AlertEvent(StrEnum):
    """What a notification is about."""

    OPENED = "opened"
    STILL_OPEN = "still open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One row. `source` is the source's name, None if the alert concerns the machine; `about` tells alerts of one kind
    apart where no source does, such as files; `evidence` holds the figures behind `message`.

    `notifications` counts the times that a hook accepted it, `notified_at` is the last of them; `notification_failure`
    describes the last attempt if it failed. The columns are `says`, `remedy`, `told`, `told_at` and `telling_failed`.
    """

    id: int
    kind: str
    source_id: int | None
    source: str | None
    about: str = ""
    message: str
    advice: str
    evidence: Mapping[str, object] = field(default_factory=dict)
    opened_at: datetime
    closed_at: datetime | None = None
    notified_at: datetime | None = None
    notifications: int = 0
    notification_failure: Mapping[str, object] | None = None


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
_BY_ID = f"{_ALERTS} WHERE a.id = ?"
# The end of an alert is announced only if its beginning was, and again to a hook that failed then.
_TO_NOTIFY = f"""
{_ALERTS} WHERE a.closed_at IS NULL OR (a.told > 0 AND (a.told_at < a.closed_at OR a.telling_failed ->> 'event' = 'closed'))
ORDER BY a.telling_failed IS NOT NULL, a.id
"""
_CLOSED_EVIDENCE = (
    "SELECT evidence FROM alerts WHERE kind = ? AND source_id = ? AND closed_at IS NOT NULL ORDER BY id DESC"
)


def open_alerts(conn: sqlite3.Connection) -> list[Alert]:
    """The open alerts, oldest first."""
    return [_alert(row) for row in named_rows(conn, _OPEN)]


def all_alerts(conn: sqlite3.Connection) -> list[Alert]:
    """Open alerts, then closed ones, each newest first."""
    return [_alert(row) for row in named_rows(conn, _ALL)]


def alerts_to_notify(conn: sqlite3.Connection) -> list[Alert]:
    """Open alerts, and closed ones whose end was not announced yet. Those whose last notification failed come last."""
    return [_alert(row) for row in named_rows(conn, _TO_NOTIFY)]


def closed_evidence(conn: sqlite3.Connection, kind: AlertKind, source_id: int) -> list[Mapping[str, object]]:
    """The evidence of closed alerts of a kind, newest first."""
    return [json.loads(row[0]) for row in conn.execute(_CLOSED_EVIDENCE, (kind.value, source_id))]


def open_alert(  # noqa: PLR0913 - one for each column
    conn: sqlite3.Connection,
    kind: AlertKind,
    source_id: int | None,
    *,
    message: str,
    advice: str,
    evidence: Mapping[str, object],
    at: datetime,
    about: str = "",
) -> Alert:
    """Insert an alert. Raises sqlite3.IntegrityError if one of this kind is already open for the source."""
    cursor = conn.execute(
        "INSERT INTO alerts (kind, source_id, about, says, remedy, evidence, opened_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (kind.value, source_id, about, message, advice, _json(evidence), format_timestamp(at)),
    )
    return _load(conn, int(cursor.lastrowid or 0))


def update_alert(conn: sqlite3.Connection, alert_id: int, *, message: str, evidence: Mapping[str, object]) -> None:
    """Update the text of an open alert. This triggers no notification."""
    conn.execute("UPDATE alerts SET says = ?, evidence = ? WHERE id = ?", (message, _json(evidence), alert_id))


def close_alert(conn: sqlite3.Connection, alert_id: int, at: datetime) -> Alert:
    """Mark an alert as closed."""
    conn.execute("UPDATE alerts SET closed_at = ? WHERE id = ?", (format_timestamp(at), alert_id))
    return _load(conn, alert_id)


def record_notification(
    conn: sqlite3.Connection, alert_id: int, *, accepted: bool, failure: Mapping[str, object] | None, at: datetime
) -> None:
    """Record an attempt to notify: whether some hook accepted it, and the failure if one failed."""
    conn.execute(
        "UPDATE alerts SET told = told + :accepted, told_at = CASE WHEN :accepted THEN :at ELSE told_at END,"
        " telling_failed = :failure WHERE id = :id",
        {
            "id": alert_id,
            "accepted": int(accepted),
            "at": format_timestamp(at),
            "failure": _json(failure) if failure else None,
        },
    )


def _load(conn: sqlite3.Connection, alert_id: int) -> Alert:
    return _alert(named_rows(conn, _BY_ID, (alert_id,)).fetchone())


def _json(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False)


def _alert(row: sqlite3.Row) -> Alert:
    return Alert(
        id=row["id"],
        kind=row["kind"],
        source_id=row["source_id"],
        source=row["source"],
        about=row["about"],
        message=row["says"],
        advice=row["remedy"],
        evidence=json.loads(row["evidence"]),
        opened_at=parse_timestamp(row["opened_at"]),
        closed_at=parse_optional(row["closed_at"]),
        notified_at=parse_optional(row["told_at"]),
        notifications=row["told"],
        notification_failure=_failure(row["telling_failed"]),
    )


def _failure(text: object) -> Mapping[str, object] | None:
    if not text:
        return None
    value = json.loads(str(text))
    return value if isinstance(value, dict) else None
